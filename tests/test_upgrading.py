"""An older workbook's data and settings in the workbook that this version ships."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from crm_xl import CrmError, assets
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.importing import plan_import
from crm_xl.masking import mask_copy
from crm_xl.raw import RawTable
from crm_xl.refreshing import check, refresh
from crm_xl.schema import Role
from crm_xl.splitting import split
from crm_xl.tables import TABLES
from crm_xl.tables.cells import SCHEMA_VERSION, VERSION
from crm_xl.tables.inputs import CONTACTS, CUSTOMERS, HISTORY, ORDERS, PLANS
from crm_xl.tables.outputs import SCORES, TIER_SUMMARY
from crm_xl.tables.parameters import SETTINGS_TABLE, TIERS
from crm_xl.upgrading import carry, is_yours, upgrade

GRADING = assets.asset("templates/customer_grading.xlsx")
OLD_TABLES: dict[str, tuple[str, list[list[Any]]]] = {
    CUSTOMERS.name: (
        "客户",
        [["客户名称", "我的评语", "客户编号", "客户经理"], ["甲公司", "老客户", "001", "王敏"], ["乙公司", "", "002", "李强"]],
    ),
    ORDERS.name: (
        "订单",
        [
            ["订单编号", "客户编号", "订单日期", "订单金额(元)"],
            ["SO1", "001", datetime(2026, 1, 5), 12500.5],
            ["SO2", "002", datetime(2026, 2, 6), -3],
            ["SO3", "002", datetime(2026, 2, 7), 800],
        ],
    ),
    SETTINGS_TABLE.name: (
        "参数",
        [["设置项", "值", "单位"], ["期间月数", 6, "月"], ["默认评分卡", "四维评分卡", ""], ["早已不用的设置", 7, ""]],
    ),
    TIERS.name: (
        "分级",
        [["分级", "全称", "下限(含)"], ["战略级", "战略级客户", 95], ["重点级", "重点级客户", 80], ["普通级", "普通级", None]],
    ),
    "tblMine": ("我的表", [["甲", "乙"], [1, 2]]),
}  # fmt: skip


def old_workbook(path: Path, *, version: object = SCHEMA_VERSION - 1) -> Path:
    """A workbook of an earlier declaration: few tables, few columns, headings of then, and things of the user's own."""
    book = xlsxwriter.Workbook(path)
    home = book.add_worksheet("首页")
    home.write(3, 2, version)
    book.define_name(VERSION.name, "=首页!$C$4")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, (sheet, (headings, *rows)) in OLD_TABLES.items():
        made = book.add_worksheet(sheet)
        made.add_table(
            2, 1, 2 + len(rows), len(headings), {"name": name, "columns": [{"header": h} for h in headings]}
        )
        for number, row in enumerate(rows, start=3):
            for column, cell in enumerate(row, start=1):
                if cell is None or cell == "":
                    continue
                write = made.write_string if isinstance(cell, str) else made.write
                write(number, column, cell, *([day] if isinstance(cell, datetime) else []))
    book.add_worksheet("我的笔记").write("A1", "别丢")
    book.close()
    return path


def body(book: FileBook, name: str) -> dict[str, list[Any]]:
    """Heading -> cells."""
    table = book.read([name])[name]
    return {heading: column.tolist() for heading, column in zip(table.headings, table.columns, strict=True)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    old = old_workbook(tmp_path_factory.mktemp("old") / "客户 2025.xlsx")
    before = old.read_bytes()
    result = upgrade(old)
    assert old.read_bytes() == before
    return old, result


def test_data_and_settings_are_carried_over_by_table_and_column(made: tuple[Path, Any]) -> None:
    old, result = made
    assert result.path == old.with_name("客户 2025_升级.xlsx")
    new = FileBook(result.path, read_only=True)
    assert new.value(VERSION.name) == SCHEMA_VERSION
    customers = body(new, CUSTOMERS.name)
    assert customers["客户编号"] == ["001", "002"]  # text stays text
    assert customers["客户名称"] == ["甲公司", "乙公司"]
    assert customers["负责人"] == ["王敏", "李强"]  # under the title of today
    assert customers["区域"] == [None, None]
    orders = body(new, ORDERS.name)
    assert orders["订单日期"] == [datetime(2026, 1, 5), datetime(2026, 2, 6), datetime(2026, 2, 7)]
    assert orders["订单金额(元)"] == [12500.5, -3, 800]
    tiers = body(new, TIERS.name)
    assert (tiers["分级"], tiers["下限(含)"]) == (["战略级", "重点级", "普通级"], [95, 80, None])
    shipped = dict(
        zip(
            *list(body(FileBook(GRADING, read_only=True), TIERS.name).values())[::3],
            strict=True,
        )
    )
    # 核心维护策略 is new to this workbook: what the key is shipped with.
    assert tiers["核心维护策略"] == [shipped[tier] for tier in tiers["分级"]]


def test_a_setting_keeps_its_value_and_new_settings_their_shipped_one(made: tuple[Path, Any]) -> None:
    new = body(FileBook(made[1].path, read_only=True), SETTINGS_TABLE.name)
    values = dict(zip(new["设置项"], new["值"], strict=True))
    assert (values["期间月数"], values["默认评分卡"]) == (6, "四维评分卡")
    assert (values["沉默月数"], values["财年起始月"]) == (6, 1)
    assert "早已不用的设置" not in values


def test_no_sample_row_stays_among_the_users_own(made: tuple[Path, Any]) -> None:
    new = FileBook(made[1].path, read_only=True)
    inputs = [name for name in new.tables() if name in TABLES and TABLES[name].role is Role.INPUT]
    filled = {name: len(table) for name, table in new.read(inputs).items() if len(table)}
    # The refresh itself writes a line of history and proposes a plan for each of the two customers.
    assert filled == {CUSTOMERS.name: 2, ORDERS.name: 3, PLANS.name: 2, HISTORY.name: 2}


def test_the_users_rows_are_not_called_made_up(made: tuple[Path, Any]) -> None:
    def texts(path: Path) -> str:
        with zipfile.ZipFile(path) as package:
            names = [
                name
                for name in package.namelist()
                if name.endswith(("sharedStrings.xml",)) or "/sheet" in name
            ]
            return "".join(package.read(name).decode() for name in names if name.endswith(".xml"))

    assert "虚构" in texts(GRADING)
    assert "虚构" not in texts(made[1].path)
    assert "由旧版升级而来" in texts(made[1].path)


def test_the_copy_is_refreshed_from_the_users_data(made: tuple[Path, Any]) -> None:
    new = FileBook(made[1].path, read_only=True)
    assert body(new, SCORES.name)["客户编号"] == ["001", "002"]
    tiers = body(new, TIER_SUMMARY.name)
    assert tiers["分级名称"][-1] == "合计" and tiers["客户数量(家)"][-1] == 2


def test_what_is_not_carried_over_is_told_with_its_place(made: tuple[Path, Any]) -> None:
    message = made[1].message
    assert f"版本 {SCHEMA_VERSION - 1} 的数据和参数（4 张表，11 行）" in message
    for told in (
        "列“我的评语”（客户!C3）",
        "设置项“早已不用的设置”（参数!B6）",
        "表 tblMine（我的表!B3）",
        "工作表“我的笔记”",
    ):
        assert told in message
    assert len(made[1].left) == 4
    assert made[1].before == SCHEMA_VERSION - 1


def test_a_second_upgrade_does_not_write_over_the_first(made: tuple[Path, Any]) -> None:
    before = made[1].path.read_bytes()
    with pytest.raises(CrmError, match="已存在"):
        upgrade(made[0])
    assert made[1].path.read_bytes() == before


def test_upgrading_a_current_workbook_changes_no_data(tmp_path: Path) -> None:
    current = tmp_path / "now.xlsx"
    current.write_bytes(GRADING.read_bytes())
    result = upgrade(current)
    old, new = FileBook(current, read_only=True), FileBook(result.path, read_only=True)
    names = [name for name in old.tables() if name in TABLES]
    assert result.left == ()
    refresh(current)  # a line of history more, in both
    for name in names:
        assert body(FileBook(current, read_only=True), name) == body(new, name), name


def test_faulty_settings_make_no_file_and_are_named(tmp_path: Path) -> None:
    old = old_workbook(tmp_path / "a.xlsx")
    tiers = Block(headings=("分级", "全称", "下限(含)"), rows=[["战略级", "战略级客户", "很高"]])
    FileBook(old).write({TIERS.name: tiers}, {})
    with pytest.raises(CrmError, match=r"没有生成新工作簿.*下限"):
        upgrade(old)
    assert not (tmp_path / "a_升级.xlsx").exists()


def test_a_workbook_without_our_tables_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write("A1", 1)
    with pytest.raises(CrmError, match="没有可识别的数据表"):
        upgrade(path)


# --- Versions that do not fit ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(refresh, id="refresh"),
        pytest.param(check, id="check"),
        pytest.param(mask_copy, id="mask"),
        pytest.param(split, id="split"),
        pytest.param(upgrade, id="upgrade"),
        pytest.param(lambda path: plan_import(FileBook(path), [], progress=lambda *_: None), id="import"),
    ],
)
@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, f"{SCHEMA_VERSION + 1}"], ids=["number", "text"])
def test_a_newer_workbook_is_refused_by_everything(
    tmp_path: Path, use: Callable[[Path], object], version: object
) -> None:
    path = old_workbook(tmp_path / "新.xlsx", version=version)
    before = path.read_bytes()
    with pytest.raises(CrmError, match=r"新\.xlsx：.*比程序（版本 \d+）新.*升级 crm_xl"):
        use(path)
    assert [each.name for each in tmp_path.iterdir()] == ["新.xlsx"] and path.read_bytes() == before


@pytest.mark.parametrize("use", [refresh, check, split])
def test_an_older_workbook_is_sent_to_the_upgrade(tmp_path: Path, use: Callable[[Path], object]) -> None:
    path = old_workbook(tmp_path / "旧.xlsx")
    with pytest.raises(CrmError, match="crm-xl upgrade"):
        use(path)


def test_a_workbook_that_tells_no_version_is_taken_as_it_is(tmp_path: Path) -> None:
    path = old_workbook(tmp_path / "a.xlsx", version="")
    settings = Block(headings=("设置项", "值", "单位"), rows=[["期间月数", 6, "月"]])
    FileBook(path).write({SETTINGS_TABLE.name: settings}, {})
    assert check(path).customers == 2


# --- The law of carrying over ---------------------------------------------------------------------------

CELLS = st.none() | st.integers(-5, 5) | st.sampled_from(["甲", "=1+1", "007", "#N/A"])


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[str], list[list[Any]]]:
    """A table of ours with some of its columns in some order, and a few rows."""
    name = draw(st.sampled_from([name for name, table in TABLES.items() if is_yours(table)]))
    titles = draw(st.permutations(TABLES[name].titles))
    kept = titles[: draw(st.integers(1, len(titles)))]
    rows = draw(st.lists(st.lists(CELLS, min_size=len(kept), max_size=len(kept)), max_size=4))
    return name, list(kept), rows


@given(tables())
def test_every_cell_of_a_column_that_both_have_is_carried_over(
    table: tuple[str, list[str], list[list[Any]]],
) -> None:
    name, headings, rows = table
    declared = TABLES[name]
    if declared is SETTINGS_TABLE:
        return  # goes by setting, not by row
    fresh = RawTable.from_rows(name, [declared.titles, ["样"] * len(declared.titles)])
    block = carry({name: RawTable.from_rows(name, [headings, *rows])}, {name: fresh})[name]
    assert block.headings == declared.titles
    assert len(block.rows) == len(rows)
    for row, cells in zip(rows, block.rows, strict=True):
        for heading, cell in zip(headings, row, strict=True):
            assert cells[declared.titles.index(heading)] == cell


@given(st.lists(CELLS, min_size=3, max_size=3))
def test_settings_go_by_their_names_whatever_their_order(values: list[Any]) -> None:
    titles = ["期间月数", "默认评分卡", "沉默月数"]
    fresh = RawTable.from_rows(
        SETTINGS_TABLE.name, [["设置项", "值"], *([title, "随附"] for title in [*titles, "新的"])]
    )
    old = RawTable.from_rows(
        SETTINGS_TABLE.name,
        [["值", "设置项"], *([value, title] for title, value in zip(titles[::-1], values, strict=True))],
    )
    rows = carry({SETTINGS_TABLE.name: old}, {SETTINGS_TABLE.name: fresh})[SETTINGS_TABLE.name].rows
    assert [tuple(row) for row in rows] == [*zip(titles, values[::-1], strict=True), ("新的", "随附")]


def test_days_of_an_old_mac_workbook_stay_the_same_days() -> None:
    # Day 44,563 since 1904-01-01 is 2026-01-03; the shipped workbook counts from 1900, where that is 46,025
    # (44,563 + 1,462: four years of 365 days, one leap day, and the 29 February 1900 that never was).
    table = ORDERS
    row = {"order_id": "SO1", "order_date": 44563, "amount": 44563}
    headings = [table.column(name).title for name in row]
    old = replace(RawTable.from_rows(table.name, [headings, list(row.values())]), date1904=True)
    fresh = RawTable.from_rows(table.name, [table.titles])
    (cells,) = carry({table.name: old}, {table.name: fresh})[table.name].rows
    found = dict(zip(table.names, cells, strict=True))
    assert (found["order_date"], found["amount"]) == (46025, 44563)
    setting = replace(
        RawTable.from_rows(SETTINGS_TABLE.name, [["设置项", "值"], ["分析日期", 44563], ["期间月数", 12]]),
        date1904=True,
    )
    shipped = RawTable.from_rows(SETTINGS_TABLE.name, [["设置项", "值"], ["期间月数", 6], ["分析日期", None]])
    rows = carry({SETTINGS_TABLE.name: setting}, {SETTINGS_TABLE.name: shipped})[SETTINGS_TABLE.name].rows
    assert list(rows) == [("期间月数", 12), ("分析日期", 46025)]


def test_inputs_the_older_workbook_lacks_are_empty_and_parameters_as_shipped() -> None:
    fresh = {
        name: RawTable.from_rows(name, [TABLES[name].titles, ["样"] * len(TABLES[name].titles)])
        for name in (CONTACTS.name, TIERS.name)
    }
    blocks = carry({}, fresh)
    assert set(blocks) == {CONTACTS.name}
    assert list(blocks[CONTACTS.name].rows) == []
