"""Text files: encodings, separators, quoting, and the line on which each record begins."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.sources.delimited import read_delimited


def read(text: str, encoding: str = "utf-8") -> RawTable:
    return read_delimited(text.encode(encoding), "订单.csv")


def rows(table: RawTable) -> list[list[Any]]:
    return [list(row) for row in zip(*table.columns, strict=True)]


def lines(table: RawTable) -> list[int]:
    assert table.file_lines is not None
    return [int(line) for line in table.file_lines]


CHINESE = "订单号,客户,备注\nA1,华东精密,“加急”\nA2,,𠮷野家\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_same_table_in_every_encoding(encoding: str) -> None:
    table = read(CHINESE, encoding)
    assert table.headings == ("订单号", "客户", "备注")
    assert rows(table) == [["A1", "华东精密", "“加急”"], ["A2", None, "𠮷野家"]]
    assert lines(table) == [2, 3]


def test_two_characters_that_read_as_utf8_by_accident_are_still_gb18030() -> None:
    # 联通 in GBK is valid UTF-8 for two other letters: the old Notepad fault.
    assert read("客户\n联通\n张三\n", "gbk").columns[0].tolist() == ["联通", "张三"]


@pytest.mark.parametrize("start", ["\ufeff订单号\nA1,甲\nA2,", "订单号,客户\nA1,华东精密机械有限公司\nA2,"])
def test_a_damaged_utf8_file_is_not_taken_for_gb18030(start: str) -> None:
    data = start.encode() + b"\xe5\x8d" + "\nA3,乙\n".encode()
    with pytest.raises(CrmError, match="损坏的字符") as error:
        read_delimited(data, "订单.csv")
    assert error.value.where == "订单.csv 第3行"


@pytest.mark.parametrize("data", [b"a,b\n\xff\xff\x80,1\n", b"\xff\xfea\x00,\x00b"])
def test_an_encoding_that_cannot_be_told_is_refused(data: bytes) -> None:
    with pytest.raises(CrmError, match="编码"):
        read_delimited(data, "x.csv")


def test_binary_content_is_refused() -> None:
    with pytest.raises(CrmError, match="不是文本文件"):
        read_delimited(b"MZ\x90\x00\x03", "x.csv")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(separator: str) -> None:
    text = f"日期{separator}说明{separator}金额\n2026-01-02{separator}甲{separator}1\n"
    assert rows(read(text)) == [["2026-01-02", "甲", "1"]]


def test_decimal_commas_do_not_pass_for_separators() -> None:
    assert rows(read("a;b\n1,5;2,5\n3,5;4,5\n")) == [["1,5", "2,5"], ["3,5", "4,5"]]


def test_excels_separator_line_is_obeyed_and_counted() -> None:
    table = read("sep=;\na;b\n1,2;3\n")
    assert (table.headings, rows(table), lines(table)) == (("a", "b"), [["1,2", "3"]], [3])


def test_a_single_column_needs_no_separator() -> None:
    assert rows(read("客户\n甲\n乙\n")) == [["甲"], ["乙"]]


def test_everything_stays_text_and_only_nothing_is_blank() -> None:
    table = read('a,b,c\n007,NA,1e5\n 1 ,nan,\n"",NULL,1.0\n')
    assert rows(table) == [["007", "NA", "1e5"], [" 1 ", "nan", None], [None, "NULL", "1.0"]]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_numbers_count_the_breaks_inside_quotes(ending: str) -> None:
    text = ending.join(["a,b", '1,"x', 'y"', "2,z", '3,"p', "", 'q"', "4,w", ""])
    table = read(text)
    assert rows(table) == [["1", "x\ny"], ["2", "z"], ["3", "p\n\nq"], ["4", "w"]]
    assert lines(table) == [2, 4, 5, 8]


def test_blank_lines_are_left_out_and_still_counted() -> None:
    table = read("\n,\n 客户 ,金额\n\n甲,1\n,\n\n乙,2\n\n")
    assert table.headings == ("客户", "金额")
    assert (rows(table), lines(table)) == ([["甲", "1"], ["乙", "2"]], [5, 8])
    assert table.cell(1, "金额") == "订单.csv 第8行“金额”"


def test_headings_that_span_lines() -> None:
    table = read('编号,"金额\n(元)"\nA,1\n')
    assert (table.headings, lines(table)) == (("编号", "金额\n(元)"), [3])


def test_short_lines_are_blank_at_the_end_and_spare_separators_do_no_harm() -> None:
    table = read("a,b,c,,\n1\n2,3,4,,\n")
    assert table.headings == ("a", "b", "c")
    assert rows(table) == [["1", None, None], ["2", "3", "4"]]


def test_a_header_alone_is_a_table_without_rows() -> None:
    table = read("a,b\n")
    assert (len(table), table.headings) == (0, ("a", "b"))


@pytest.mark.parametrize("text", ["\n\n", ",,\n,,\n", "  \n"])
def test_nothing_at_all_is_said_so(text: str) -> None:
    with pytest.raises(CrmError, match="没有任何内容"):
        read(text)


def test_lines_with_too_many_cells_are_named_with_their_lines() -> None:
    with pytest.raises(CrmError) as error:
        read('a,b\n1,"x\ny"\n2,1,200\n3,4\n5,6,7,8\n')
    assert "第4行：这一行有 3 格，标题只有 2 列" in str(error.value)
    assert "第6行：这一行有 4 格" in str(error.value)


def test_a_cell_beyond_the_headings_is_not_dropped() -> None:
    with pytest.raises(CrmError, match="第 3 格有内容") as error:
        read("a,b,\n1,2,\n3,4,5\n")
    assert error.value.where == "订单.csv 第3行"


@pytest.mark.parametrize("filler", ["3,4\n", "3,4\n" * 60_000])
def test_an_open_quotation_mark_is_found(filler: str) -> None:
    with pytest.raises(CrmError, match="双引号没有配对") as error:
        read(f'a,b\n1,2\n3,"x\n{filler}')
    assert error.value.where == "订单.csv 第3行"


CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0\r\ufeff"), max_size=8
)


@given(body=st.lists(st.tuples(CELL, CELL, CELL), max_size=12), separator=st.sampled_from(",;\t|"))
@example(body=[("", "", ""), ("a\n\n", '"', "'")], separator=",")
def test_what_a_writer_writes_comes_back_with_its_line(
    body: list[tuple[str, str, str]], separator: str
) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n", quoting=csv.QUOTE_ALL)
    expected, expected_lines = [], []
    line = 3  # the heading spans two lines
    stream.write(f'"甲","乙"{separator}"丙"\n'.replace('","', f'"{separator}"').replace("丙", "丙\n丁"))
    for record in body:
        writer.writerow(record)
        if any(record):
            expected.append([cell or None for cell in record])
            expected_lines.append(line)
        line += 1 + sum(cell.count("\n") for cell in record)
    table = read(stream.getvalue())
    assert rows(table) == expected
    assert lines(table) == expected_lines
    assert all(column.dtype == np.dtype(object) for column in table.columns)
