"""A file without a mapping: which declared table its headings say it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_xl.errors import CrmError
from crm_xl.schema import Table
from crm_xl.sources import read_source
from crm_xl.tables import INPUTS


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("table", INPUTS, ids=lambda table: table.name)
def test_every_declared_table_is_known_by_its_headings(tmp_path: Path, table: Table) -> None:
    path = write(tmp_path, "export.csv", ",".join(table.titles), ",".join("x" for _ in table))
    (found,) = read_source(path).values()
    assert (found.name, found.headings, len(found)) == (table.name, table.titles, 1)


def test_synonyms_and_extra_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "客户ID,日期,单号,消费金额,天气", "C1,2026-01-02,S1,5,晴")
    orders = read_source(path)["tblOrders"]
    assert orders.headings == ("客户ID", "日期", "单号", "消费金额", "天气")
    assert orders.cell(0, "天气") == "a.csv 第2行“天气”"


def test_the_files_name_decides_between_tables_that_fit_alike(tmp_path: Path) -> None:
    lines = ("客户编号,负责人,区域,备用", "C1,甲,华东,")
    with pytest.raises(CrmError, match="客户名称"):
        read_source(write(tmp_path, "客户.csv", *lines))
    with pytest.raises(CrmError, match="订单编号"):
        read_source(write(tmp_path, "订单.2026.csv", *lines))


def test_customers_names_make_it_a_list_of_customers(tmp_path: Path) -> None:
    # 跟进计划 has both headings too, but a refresh works the names there out.
    assert list(read_source(write(tmp_path, "a.csv", "客户编号,客户名称", "C1,甲公司"))) == ["tblCustomers"]


@pytest.mark.parametrize(
    ("headings", "name", "problem"),
    [
        (
            "客户编号,日期,单号",
            "a.csv",
            "“订单”缺少必填列 “订单金额\\(元\\)”；现有标题：“客户编号”、“日期”、“单号”",
        ),
        ("客户编号,日期,单号,金额,金额", "a.csv", "标题“金额”出现了 2 次"),
        ("甲,乙", "a.csv", "看不出是哪张表；现有标题：“甲”、“乙”"),
        ("甲,乙", "订单.csv", "看不出是哪张表"),
        ("客户编号", "a.csv", "这些标题可能是 “评估打分”、“跟进计划”、“分级历史”"),
    ],
)
def test_headings_that_do_not_make_a_table(tmp_path: Path, headings: str, name: str, problem: str) -> None:
    with pytest.raises(CrmError, match=problem) as error:
        read_source(write(tmp_path, name, headings))
    assert name in error.value.where
    assert error.value.hint


def test_a_text_file_has_no_sheets(tmp_path: Path) -> None:
    with pytest.raises(CrmError, match="没有工作表"):
        read_source(write(tmp_path, "a.csv", "客户编号"), sheet="明细")


EDIT = st.tuples(
    st.integers(0, 200),
    st.integers(0, 6),
    st.sampled_from(
        [
            b"",
            b'"',
            b",",
            b"\n",
            b"\r",
            b";",
            b"\t",
            b"\0",
            b"\xff",
            b"\xe9",
            b'"\n',
            b"PK\x03\x04",
            b"\x1f\x8b",
        ]
    ),
)
CONTENT = '订单编号,客户编号,订单日期,金额\nS1,C1,2026-01-02,"1,200"\nS2,C2,2026-01-03,5\n'
RULES = """
table = "tblOrders"
[columns]
order_id = "订单编号"
customer_id = "客户编号"
order_date = "订单日期"
amount = "金额*2"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples."""
    return tmp_path_factory.mktemp("damaged")


@given(
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    edits=st.lists(EDIT, max_size=4),
    mapped=st.booleans(),
)
@example(encoding="utf-8-sig", edits=[(41, 1, b"\x1f\x8b")], mapped=False)
def test_a_damaged_file_is_read_or_refused_in_words(
    folder: Path, encoding: str, edits: list[tuple[int, int, bytes]], mapped: bool
) -> None:
    data = CONTENT.encode(encoding)
    for place, cut, put in edits:
        data = data[:place] + put + data[place + cut :]
    path, rules = folder / "a.csv", folder / "m.toml"
    path.write_bytes(data)
    rules.write_text(RULES, encoding="utf-8")
    try:
        (table,) = read_source(path, rules if mapped else None).values()
    except CrmError as error:
        assert "a.csv" in str(error)
        return
    assert {len(column) for column in table.columns} == {len(table)}
