"""An import into a workbook: what is new, filled, changed, the same; the second time nothing is."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_xl.books.file import FileBook
from crm_xl.errors import CrmError
from crm_xl.importing import Outcome, plan_import
from crm_xl.raw import RawTable
from crm_xl.sources import Incoming
from crm_xl.tables import TABLES
from tests.books.samples import book

TODAY = pd.Timestamp("2026-11-01")
CUSTOMERS = ("客户编号", "客户名称", "区域", "负责人", "备注", "我的列")
ORDERS = ("订单编号", "行号", "客户编号", "订单日期", "订单金额(元)", "产品类型", "区域", "订单状态")


def workbook(
    path: Path, customers: list[list[Any]] | None = None, orders: list[list[Any]] | None = None
) -> Path:
    return book(
        path,
        {
            "tblCustomers": ("客户", 3, 2, CUSTOMERS, customers or []),
            "tblOrders": ("订单", 1, 1, ORDERS, orders or []),
        },
    )


def incoming(table: str, headings: tuple[str, ...], *rows: list[Any], source: str = "导出.csv") -> Incoming:
    raw = RawTable.from_rows(
        table, [list(headings), *rows], sheet=source, file_lines=np.arange(2, len(rows) + 2)
    )
    return Incoming(table=raw, source=source, headings=headings)


def bring(path: Path, *sources: Incoming, update: bool = False) -> Outcome:
    into = FileBook(path)
    plan = plan_import(into, sources, update=update, today=TODAY, progress=lambda what, share: None)
    return plan.carry_out(into)


def rows(path: Path, table: str = "tblCustomers") -> list[list[Any]]:
    raw = FileBook(path, read_only=True).read([table])[table]
    return [list(row) for row in zip(*raw.columns, strict=True)]


def figures(outcome: Outcome) -> tuple[int, int, int, int, int]:
    (table,) = outcome.tables
    return table.new, table.filled, table.changed, table.same, table.set_aside


THERE = [["C1", "甲公司", "华东", "王敏", None, 7], ["C2", "乙公司", None, "李强", "老客户", "=x"]]


def test_new_filled_changed_and_the_same(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", THERE)
    source = incoming(
        "tblCustomers",
        ("客户ID", "客户名称", "所在区域"),
        ["C1", "甲公司", "华东"],
        ["C2", "乙公司", "华南"],
        ["C3", "丙公司", ""],
    )
    assert figures(bring(path, source)) == (1, 1, 0, 1, 0)
    assert rows(path) == [
        THERE[0],
        ["C2", "乙公司", "华南", "李强", "老客户", "=x"],
        ["C3", "丙公司", None, None, None, None],
    ]


def test_what_a_person_wrote_stays_unless_update_is_asked_for(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", THERE)
    source = incoming("tblCustomers", ("客户编号", "客户名称", "区域"), ["C1", "甲公司", "华北"])
    before = path.read_bytes()
    outcome = bring(path, source)
    assert figures(outcome) == (0, 0, 1, 0, 0)
    assert not outcome.written
    assert path.read_bytes() == before
    (change,) = outcome.tables[0].changes
    assert (change.where, change.before, change.after, change.source) == (
        "客户!D4", "华东", "华北", "导出.csv 第2行“区域”",
    )  # fmt: skip
    assert bring(path, source, update=True).written
    assert rows(path)[0] == ["C1", "甲公司", "华北", "王敏", None, 7]


def test_changed_names_are_shown_masked(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["C1", "张小三", None, None, None, None]])
    outcome = bring(path, incoming("tblCustomers", ("客户编号", "客户名称"), ["C1", "李小四"]))
    (change,) = outcome.tables[0].changes
    assert (change.before, change.after) == ("张*三", "李*四")


def test_blanks_in_the_file_take_nothing_away(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", THERE)
    source = incoming("tblCustomers", ("客户编号", "客户名称", "负责人"), ["C1", "", " "], ["C2", None, None])
    assert figures(bring(path, source, update=True)) == (0, 0, 0, 2, 0)


def test_what_cleaning_sets_aside_is_not_imported_and_listed_with_its_rule(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    source = incoming(
        "tblOrders",
        ("订单编号", "客户编号", "订单日期", "金额"),
        ["S1", "C1", "2026-09-01", "1,200.50"],
        ["S1", "C1", "2026/9/1", "1200.5"],
        ["", "C1", "2026-09-02", "5"],
        ["S3", "C1", "2026-09-31", "7"],
        ["S4", "C1", "2027-09-01", "8"],
        ["1234567890123456.0", "C1", "2026-09-01", "x"],
    )
    outcome = bring(path, source)
    assert figures(outcome) == (1, 0, 0, 0, 5)
    found = outcome.tables[0].findings[["cell", "rule", "before"]].to_numpy().tolist()
    assert sorted(found) == [
        ["导出.csv 第3行", "完全重复", ""],
        ["导出.csv 第4行“订单编号”", "缺少必填项", ""],
        ["导出.csv 第5行“订单日期”", "无法识别", "2026-09-31"],
        ["导出.csv 第6行“订单日期”", "日期晚于今天", "2027-09-01"],
        ["导出.csv 第7行“金额”", "无法识别", "x"],
    ]
    assert rows(path, "tblOrders") == [
        ["S1", None, "C1", datetime.datetime(2026, 9, 1), 1200.5, None, None, None]
    ]


ORDER = ("订单编号", "客户编号", "订单日期", "订单金额(元)", "产品类型", "区域")


def test_lines_of_one_order_are_told_apart_and_a_corrected_one_is_not_doubled(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    lines = [
        ["S1", "C1", "2026-09-01", 10, "甲", "华东"],
        ["S1", "C1", "2026-09-01", 20, "甲", "华东"],
        ["S1", "C1", "2026-09-01", 30, "乙", "华东"],
    ]
    assert figures(bring(path, incoming("tblOrders", ORDER, *lines))) == (3, 0, 0, 0, 0)
    # Somebody corrects a region and an amount in the workbook; the same export comes again.
    lines[1] = ["S1", "C1", "2026-09-01", 25, "甲", "华东"]
    lines[2] = ["S1", "C1", "2026-09-01", 30, "乙", "华北"]
    lines.append(["S1", "C1", "2026-09-01", -10, "甲", "华东"])  # a return is a line of its own
    lines.append(["S1", "C1", "2026-09-08", 10, "甲", "华东"])  # so is a delivery of another day
    assert figures(bring(path, incoming("tblOrders", ORDER, *lines))) == (2, 0, 2, 1, 0)
    assert [row[4] for row in rows(path, "tblOrders")] == [10, 20, 30, -10, 10]
    assert figures(bring(path, incoming("tblOrders", ORDER, *lines), update=True)) == (0, 0, 2, 3, 0)
    assert [row[4] for row in rows(path, "tblOrders")] == [10, 25, 30, -10, 10]


def test_numbered_lines_go_by_their_number(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    headings = (*ORDER, "行号")
    bring(path, incoming("tblOrders", headings, ["S1", "C1", "2026-09-01", 10, "甲", "", "1"]))
    again = incoming(
        "tblOrders",
        headings,
        ["S1", "C1", "2026-09-03", 12, "乙", "", "1.0"],
        ["S1", "C1", "2026-09-01", 10, "甲", "", "2"],
    )
    assert figures(bring(path, again)) == (1, 0, 1, 0, 0)


def test_a_later_file_corrects_what_an_earlier_one_brought(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", THERE)
    headings = ("客户编号", "客户名称", "区域", "备注")
    first = incoming("tblCustomers", headings, ["C9", "九公司", "华东", "旧"], source="1月.csv")
    second = incoming("tblCustomers", headings, ["C9", "九公司", "华南", ""], source="2月.csv")
    assert figures(bring(path, first, second)) == (1, 0, 0, 1, 0)
    assert rows(path)[2] == ["C9", "九公司", "华南", None, "旧", None]


def test_two_tables_are_written_at_once_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "a.xlsx", THERE)
    before = path.read_bytes()
    sources = (
        incoming("tblCustomers", ("客户编号", "客户名称"), ["C7", "七公司"]),
        incoming("tblOrders", ORDER, ["S1", "C7", "2026-09-01", 10, "甲", "华东"]),
    )

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("crm_xl.package.archive.ZipWriter.finish", full)
        with pytest.raises((CrmError, OSError)):
            bring(path, *sources)
    assert path.read_bytes() == before
    assert bring(path, *sources).message == "导入完成：“客户”新增 1 行；“订单”新增 1 行。"


def test_a_table_the_workbook_lacks_and_a_table_the_refresh_writes(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    with pytest.raises(CrmError, match="没有表 “互动记录（tblInteractions）”"):
        bring(
            path,
            incoming("tblInteractions", ("互动编号", "客户编号", "互动时间"), ["I1", "C1", "2026-01-01"]),
        )
    with pytest.raises(CrmError, match="“分级历史”由刷新写入，不能导入"):
        bring(path, incoming("tblHistory", ("客户编号", "分析日期"), ["C1", "2026-01-01"]))


def test_a_column_the_workbook_lacks_is_told_of(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    source = incoming("tblCustomers", ("客户编号", "客户名称", "所属行业"), ["C1", "甲", "制造业"])
    outcome = bring(path, source)
    assert ["所属行业" in note.text for note in outcome.notes] == [True]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=8) | st.sampled_from(
    ["=1+1", "+86", "@x", "-", "无", "#N/A", "TRUE", "1e5", "nan", "_x0041_", "长" * 40_000]
)
NUMBERS = st.one_of(
    st.floats(-1e12, 1e12, allow_nan=False).map(lambda number: round(number, 4)),
    st.sampled_from(["1,200.50", "￥3万", "(5)", "１２", "inf", "nan", "abc", "", None, 0.1, 1e14]),
)
DATES = st.one_of(
    st.datetimes(datetime.datetime(1990, 1, 1), datetime.datetime(2026, 10, 1)),
    st.sampled_from(["2026/9/1", "20260901", "2026年9月1日 13:05", 45900, 45900.25, "13/13/13", "", None]),
)
ORDER_ROW = st.tuples(
    st.sampled_from(["S1", "S2", "S3", 1001.0, "", "合计"]),
    st.sampled_from([None, "1", 2.0]),
    st.sampled_from(["C1", "C2", 1001, None]),
    DATES,
    NUMBERS,
    TEXT,
    TEXT,
    st.sampled_from(["正常", "已取消", "退货", "？", None]),
)


@settings(max_examples=300, deadline=None)
@given(
    there=st.lists(ORDER_ROW, max_size=5),
    coming=st.lists(ORDER_ROW, max_size=8),
    mapped=st.sets(st.sampled_from(range(8)), min_size=0),
    update=st.booleans(),
)
def test_the_second_import_of_the_same_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    there: list[tuple[Any, ...]],
    coming: list[tuple[Any, ...]],
    mapped: set[int],
    update: bool,
) -> None:
    folder = tmp_path_factory.getbasetemp()
    columns = sorted(mapped | {0, 2, 3, 4})
    path = workbook(folder / "twice.xlsx", orders=[list(row) for row in there])
    source = incoming(
        "tblOrders",
        tuple(ORDERS[index] for index in columns),
        *([row[index] for index in columns] for row in coming),
    )
    first = bring(path, source, update=update)
    held = rows(path, "tblOrders")
    second = bring(path, source, update=update)
    assert not second.written
    assert rows(path, "tblOrders") == held
    (one,), (two,) = first.tables, second.tables
    assert (two.new, two.filled, two.set_aside) == (0, 0, one.set_aside)
    assert two.changed == (0 if update else one.changed)
    # Nothing that stood there is gone, and nothing but the new rows has come.
    assert len(held) == len(
        [row for row in there if any(cell not in (None, "") for cell in row)]
    ) + one.new or any(all(cell in (None, "") for cell in row) for row in there)


@pytest.mark.parametrize(
    "name", ["tblInteractions", "tblTickets", "tblUsage", "tblRatings", "tblTags", "tblPlans"]
)
def test_every_kind_of_column_comes_back_as_it_was_brought(tmp_path: Path, name: str) -> None:
    table = TABLES[name]
    headings = tuple(column.title for column in table if column.example and not column.computed)
    path = book(tmp_path / "a.xlsx", {name: ("表", 1, 1, table.titles, [])})
    source = incoming(
        name, headings, [column.example for column in table if column.example and not column.computed]
    )
    assert figures(bring(path, source)) == (1, 0, 0, 0, 0)
    assert figures(bring(path, source)) == (0, 0, 0, 1, 0)
