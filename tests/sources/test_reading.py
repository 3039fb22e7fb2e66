"""A file without a mapping: which declared table its headings say it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

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
