"""Spellings of SPEC section 3, one by one and by the column."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.raw import Distinct
from crm_xl.schema import TEMPORAL, Column, Kind
from crm_xl.spellings import NO, SYNONYMS, YES, Rewriting
from crm_xl.tables import INPUTS, TABLES
from crm_xl.values import convert, missing, out_of_range, read_cell
from crm_xl.widths import fold


def column(kind: Kind, **more: Any) -> Column:
    return Column(name="x", title="列", kind=kind, **more)


def cells(*values: Any) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


YUAN = column(Kind.MONEY, unit="元")
WAN = column(Kind.MONEY, unit="万元")
SHARE = column(Kind.PERCENT, minimum=0, maximum=1)
GROWTH = column(Kind.PERCENT)
COUNT = column(Kind.INTEGER, unit="次")
ID = column(Kind.ID)
DAY = column(Kind.DATE)
MOMENT = column(Kind.DATETIME)
MONTH = column(Kind.MONTH)
TRUTH = column(Kind.YESNO)
FEEDBACK = column(Kind.CHOICE, choices=("积极", "中性", "消极"))
TEXT = column(Kind.TEXT)


@pytest.mark.parametrize(
    ("cell", "of", "value"),
    [
        (1200, YUAN, 1200.0),
        ("1200", YUAN, 1200.0),
        ("1,200.50", YUAN, 1200.5),
        ("￥1,200", YUAN, 1200.0),
        ("¥ 1,200.5元", YUAN, 1200.5),
        ("RMB 88", YUAN, 88.0),
        ("１２００．５", YUAN, 1200.5),
        ("1.2万", YUAN, 12_000.0),
        ("1.2w", YUAN, 12_000.0),
        ("3亿", YUAN, 300_000_000.0),
        ("1.2万", WAN, 1.2),
        ("1200万", WAN, 1200.0),
        ("1200万元", WAN, 1200.0),
        ("12000元", WAN, 1.2),
        ("1200", WAN, 1200.0),
        ("3亿", WAN, 30_000.0),
        ("(1,200)", YUAN, -1200.0),
        ("（1,200.5）", YUAN, -1200.5),
        ("-¥5", YUAN, -5.0),
        ("−5", YUAN, -5.0),
        ("1e3", YUAN, 1000.0),
        (Decimal("0.1"), YUAN, 0.1),
        ("18次", COUNT, 18.0),
        ("5件", column(Kind.NUMBER), 5.0),
        ("1.5小时", column(Kind.NUMBER, unit="小时"), 1.5),
        ("15%", SHARE, 0.15),
        ("15％", SHARE, 0.15),
        ("0.15", SHARE, 0.15),
        (1, SHARE, 1.0),
        ("150%", GROWTH, 1.5),
        ("-3.5 %", GROWTH, -0.035),
        (1.5, column(Kind.PERCENT, maximum=2), 1.5),
        (1001.0, ID, "1001"),
        ("1001.0", ID, "1001"),
        ("00123", ID, "00123"),
        (" Ａ－１２ ", ID, "A-12"),
        ("123456789012345678", ID, "123456789012345678"),
        ("1E10", ID, "1E10"),
        ("2024/3/5", DAY, datetime(2024, 3, 5)),
        ("2024-03-05", DAY, datetime(2024, 3, 5)),
        ("2024年3月5日", DAY, datetime(2024, 3, 5)),
        ("2024.3.5", DAY, datetime(2024, 3, 5)),
        ("２０２４／３／５", DAY, datetime(2024, 3, 5)),
        ("20240305", DAY, datetime(2024, 3, 5)),
        (20240305, DAY, datetime(2024, 3, 5)),
        (45356, DAY, datetime(2024, 3, 5)),  # Excel's own: =DATE(2024,3,5)
        ("45356", DAY, datetime(2024, 3, 5)),
        (date(2024, 3, 5), DAY, datetime(2024, 3, 5)),
        (datetime(2024, 3, 5, 23, 59), DAY, datetime(2024, 3, 5)),
        ("2024-03-05 23:59:59", DAY, datetime(2024, 3, 5)),
        ("2024-03-05 23:59:59", MOMENT, datetime(2024, 3, 5, 23, 59, 59)),
        ("2024/3/5 9:05", MOMENT, datetime(2024, 3, 5, 9, 5)),
        ("2024年3月5日 下午3点30分", MOMENT, datetime(2024, 3, 5, 15, 30)),
        ("2024-03-05T10:00:00Z", MOMENT, datetime(2024, 3, 5, 10)),
        ("20240305103000", MOMENT, datetime(2024, 3, 5, 10, 30)),
        (45356.5, MOMENT, datetime(2024, 3, 5, 12)),
        (np.datetime64("2024-03-05T10:00"), MOMENT, datetime(2024, 3, 5, 10)),
        (datetime(2024, 3, 5, 10, tzinfo=timezone(timedelta(hours=8))), MOMENT, datetime(2024, 3, 5, 10)),
        ("2026-09", MONTH, datetime(2026, 9, 1)),
        ("2026年9月", MONTH, datetime(2026, 9, 1)),
        ("202609", MONTH, datetime(2026, 9, 1)),
        (202609, MONTH, datetime(2026, 9, 1)),
        (202609.0, MONTH, datetime(2026, 9, 1)),
        (datetime(2026, 9, 17), MONTH, datetime(2026, 9, 1)),
        ("2026-09-17", MONTH, datetime(2026, 9, 1)),
        ("是", TRUTH, True),
        ("N", TRUTH, False),
        ("无", TRUTH, False),
        ("√", TRUTH, True),
        (1, TRUTH, True),
        (False, TRUTH, False),
        ("正面", FEEDBACK, "积极"),
        (" 消极", FEEDBACK, "消极"),
        ("Negative", FEEDBACK, "消极"),
        ("  两级  文字 ", TEXT, "两级  文字"),
        (12.0, TEXT, "12"),
        (datetime(2024, 3, 5), TEXT, "2024-03-05"),
        ("-", TEXT, "-"),
        ("-", YUAN, None),
        ("—", DAY, None),
        ("/", ID, None),
        ("无", COUNT, None),
        ("n/a", SHARE, None),
        ("NULL", FEEDBACK, None),
        ("　 ", TEXT, None),
        ("", YUAN, None),
        (None, DAY, None),
        (float("nan"), ID, None),
        (pd.NaT, DAY, None),
        (pd.NA, YUAN, None),
    ],
)  # fmt: skip
def test_a_usual_spelling_is_read(cell: Any, of: Column, value: Any) -> None:
    assert read_cell(cell, of) == value
    read = convert(cells(cell), of)
    assert not read.bad[0]
    assert bool(missing(read.values)[0]) == (value is None)
    if value is not None:
        assert read.values[0] == (np.datetime64(value) if of.kind in TEMPORAL else value)


@pytest.mark.parametrize(
    ("cell", "of", "reason"),
    [
        ("一千", YUAN, "不是数字"),
        ("nan", YUAN, "不是数字"),
        ("inf", YUAN, "不是数字"),
        (float("inf"), YUAN, "不是数字"),
        ("1e999", YUAN, "数字过大"),
        ("1,20", YUAN, "不是数字"),
        ("1.2.3", YUAN, "不是数字"),
        ("1_000", YUAN, "不是数字"),
        ("$100", YUAN, "不是数字"),
        ("(5", YUAN, "不是数字"),
        ("100吨", YUAN, "单位“吨”与本列的“元”不符"),
        ("2小时", column(Kind.NUMBER, unit="分钟"), "单位“小时”与本列的“分钟”不符"),
        ("¥5", COUNT, "不是数字"),
        (True, YUAN, "逻辑值"),
        (datetime(2024, 3, 5), YUAN, "单元格为日期"),
        ("#DIV/0!", YUAN, "错误值 #DIV/0!"),
        ("#N/A", TEXT, "错误值 #N/A"),
        (3.5, COUNT, "应为整数"),
        ("3.5", COUNT, "应为整数"),
        (15, SHARE, "15% 或 0.15"),
        ("15", GROWTH, "15% 或 0.15"),
        (1e16, ID, "超过15位"),
        (12345678901234567, ID, "超过15位"),
        ("4.2E+17", ID, "科学记数"),
        (10.5, ID, "不应有小数"),
        (datetime(2024, 3, 5), ID, "可能被表格软件自动改过"),
        (True, ID, "逻辑值"),
        ("3/5/2024", DAY, "写成 2024-03-05"),
        ("24/3/5", DAY, "写成 2024-03-05"),
        ("2024-3", DAY, "写成 2024-03-05"),
        (2024, DAY, "写成 2024-03-05"),
        (202403, DAY, "写成 2024-03-05"),
        ("2024-02-30", DAY, "没有这一天"),
        (20240230, DAY, "没有这一天"),
        ("9999-01-01", DAY, "年份应在"),
        (datetime(1, 1, 1), DAY, "年份应在"),
        ("2024-03-05 25:00", DAY, "没有这一天或这一时刻"),
        ("2026-13", MONTH, "没有这一天"),
        ("九月", MONTH, "不是月份"),
        ("也许", TRUTH, "请写“是”或“否”"),
        (2, TRUTH, "请写“是”或“否”"),
        ("很好", FEEDBACK, "积极、中性、消极"),
        (object(), YUAN, "无法识别"),
    ],
)  # fmt: skip
def test_what_would_need_a_guess_is_refused_with_the_reason(cell: Any, of: Column, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("(", r"\(")):
        read_cell(cell, of)
    read = convert(cells(cell), of)
    assert read.bad[0]
    assert missing(read.values)[0]


@pytest.mark.parametrize(
    ("typed", "of"),
    [
        (np.array([1.0, np.nan, 2.5, np.inf]), YUAN),
        (np.array([1.0, np.nan, 2.5]), COUNT),
        (np.array([0.5, 1.5, np.nan]), SHARE),
        (np.array([3, 4]), COUNT),
        (np.array([1001.0, np.nan, 10.5]), ID),
        (np.array([1001, 10**16]), ID),
        (np.array([45356.0, np.nan, 2024.0]), DAY),
        (np.array(["2024-03-05T10:30", "NaT", "1800-01-01"], dtype="datetime64[ns]"), DAY),
        (np.array(["2024-03-05T10:30", "NaT"], dtype="datetime64[us]"), MONTH),
        (np.array(["2024-03-05T10:30", "NaT"], dtype="datetime64[s]"), MOMENT),
        (np.array(["2024-03-05"], dtype="datetime64[us]"), ID),
        (np.array([True, False]), TRUTH),
        (np.array([True, False]), YUAN),
    ],
)
def test_a_typed_column_reads_as_its_cells_do_one_by_one(typed: np.ndarray, of: Column) -> None:
    whole, single = convert(typed, of), convert(cells(*typed.tolist()), of)
    if typed.dtype == "datetime64[ns]":  # tolist gives nanoseconds
        single = convert(cells(*(typed.astype("datetime64[us]").tolist())), of)
    assert whole.bad.tolist() == single.bad.tolist()
    assert whole.values.dtype == single.values.dtype
    pd.testing.assert_series_equal(pd.Series(whole.values), pd.Series(single.values))


def test_types_that_compare_equal_are_told_apart() -> None:
    read = convert(cells(1, True, 1.0, "1", None), YUAN)
    assert read.bad.tolist() == [False, True, False, False, False]
    assert convert(cells(1, True, 0, False), ID).bad.tolist() == [False, True, False, True]


def test_lossless_rules_are_counted_by_cell() -> None:
    read = convert(cells("1001.0", "1001.0", " 7 ", "8", 9.0, "-", None), ID)
    assert read.rewritten == {Rewriting.ID_TEXT: 3, Rewriting.ID_NUMBER: 1, Rewriting.PLACEHOLDER: 1}


def test_two_spellings_of_one_value_share_a_code() -> None:
    codes = convert(cells("1001.0", "1001", None, "1002"), ID).codes
    assert codes is not None
    assert codes[0] == codes[1] != codes[3]
    assert codes[2] == -1


def test_limits_are_a_finding_and_not_a_failure() -> None:
    csat = column(Kind.INTEGER, minimum=1, maximum=5)
    read = convert(cells(7, 5, 0, None), csat)
    assert not read.bad.any()
    assert out_of_range(read.values, csat).tolist() == [True, False, True, False]


def test_no_word_means_two_values_of_one_list() -> None:
    assert not YES & NO
    for table in TABLES.values():
        for declared in table:
            words = [
                word
                for choice in declared.choices
                for word in {fold(choice).casefold(), *SYNONYMS.get(choice, ())}
                if word not in declared.choices or word == choice
            ]
            assert len(words) == len(set(words)), (table.name, declared.name)
    assert all(word == word.casefold() for words in SYNONYMS.values() for word in words)


def test_every_synonym_belongs_to_a_declared_value() -> None:
    declared = {choice for table in TABLES.values() for column in table for choice in column.choices}
    assert set(SYNONYMS) <= declared


def test_every_declared_example_can_be_read() -> None:
    for table in INPUTS:
        for declared in table:
            if declared.example:
                read = convert(cells(declared.example), declared)
                assert not read.bad[0], (table.name, declared.name)
                assert not out_of_range(read.values, declared)[0], (table.name, declared.name)


@given(st.sampled_from([YUAN, WAN, SHARE, COUNT, ID, DAY, MOMENT, MONTH, TRUTH, FEEDBACK, TEXT]), st.data())
def test_any_cell_becomes_a_value_a_blank_or_a_mark(of: Column, data: st.DataObject) -> None:
    anything = st.one_of(
        st.none(), st.text(max_size=12), st.floats(), st.integers(), st.booleans(), st.datetimes(), st.dates(),
        st.decimals(allow_infinity=False), st.from_regex(r"[-(]?[0-9]{1,6}[.,年/-]?[0-9]{0,3}[%万元)]?", fullmatch=True),
    )  # fmt: skip
    found = data.draw(st.lists(anything, max_size=8))
    before = list(found)
    read = convert(cells(*found), of)
    assert all(a is b for a, b in zip(found, before, strict=True))
    assert (missing(read.values) | ~read.bad).all()  # bad implies missing
    for cell, value, bad in zip(found, read.values, read.bad, strict=True):
        try:
            single = read_cell(cell, of)
        except ValueError:
            assert bad
            continue
        assert not bad
        assert (single is None) == bool(pd.isna(value))
        if single is not None:
            assert value == (np.datetime64(single) if of.kind in TEMPORAL else single)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_money_written_for_people_reads_back_to_the_cent(amount: Decimal) -> None:
    for written in (
        f"{amount:,.2f}",
        f"¥{amount:,.2f}" if amount >= 0 else f"({-amount:,.2f})",
        f"{amount}元",
    ):
        assert read_cell(written, YUAN) == float(amount)


@given(st.datetimes(datetime(1930, 1, 1), datetime(2170, 12, 31)))
def test_a_date_reads_back_from_every_spelling(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    spellings = [
        f"{moment:%Y-%m-%d %H:%M:%S}", f"{moment:%Y/%m/%d %H:%M:%S}", moment.isoformat(), f"{moment:%Y%m%d%H%M%S}",
        f"{moment.year}年{moment.month}月{moment.day}日{moment.hour}时{moment.minute}分{moment.second}秒", serial,
    ]  # fmt: skip
    assert {read_cell(spelling, MOMENT) for spelling in spellings} == {pd.Timestamp(moment)}


@pytest.mark.parametrize("of", [ID, TEXT], ids=["id", "text"])
def test_half_a_million_ids_are_read_in_a_blink(of: Column) -> None:
    distinct = [f"S{number:06d}" for number in range(26_000)]
    values = cells(*(distinct * 21))
    begun = time.perf_counter()
    read = convert(values, of)
    assert time.perf_counter() - begun < 1.0  # 0.07 s here; a loop over all cells takes longer than this
    assert read.values[-1] == "S025999"


@pytest.mark.parametrize("of", [ID, TEXT, FEEDBACK, YUAN, DAY, TRUTH], ids=lambda of: of.kind.name)
@given(
    st.lists(
        st.sampled_from([None, "", "C001", "1001.0", " 甲", "甲", "积极", "正面", "12", "2026-01-05", "是"])
    )
)
def test_texts_told_apart_before_are_read_as_ever(of: Column, found: list[str | None]) -> None:
    told = Distinct.of(cells(*found))
    before = told.column.tolist()
    known, alone = convert(told.column, of, known=(told.codes, told.texts)), convert(cells(*found), of)
    pd.testing.assert_series_equal(pd.Series(known.values), pd.Series(alone.values))
    assert known.values.dtype == alone.values.dtype
    assert (known.bad.tolist(), known.rewritten) == (alone.bad.tolist(), alone.rewritten)
    assert told.column.tolist() == before


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["C1", "S-01", "NA", "null", "a\nb", "a\0b", "1001.0", "4.2E+17", "", None]),
            st.text(max_size=4),
        ),
        max_size=6,
    )
)
def test_ids_read_all_at_once_are_what_each_alone_is(texts):
    found = convert(cells(*texts), ID)
    alone = [convert(cells(text), ID) for text in texts]
    assert found.values.tolist() == [one.values[0] for one in alone]
    assert found.bad.tolist() == [one.bad[0] for one in alone]


@pytest.mark.parametrize("table", INPUTS, ids=lambda table: table.name)
def test_no_word_stands_for_two_values_of_a_list(table) -> None:
    for declared in table:
        words = [
            fold(word).casefold()
            for choice in declared.choices
            for word in {choice, *SYNONYMS.get(choice, ())}
        ]
        assert len(words) == len(set(words)), (declared.name, sorted(w for w in words if words.count(w) > 1))


def test_every_synonym_is_read_as_its_value() -> None:
    for table in INPUTS:
        for declared in table:
            if declared.kind is not Kind.CHOICE:
                continue
            for choice in declared.choices:
                for word in SYNONYMS.get(choice, ()):
                    assert convert(cells(word), declared).values[0] == choice, (declared.name, word)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        # 2024-03-05 is day 45356 of the 1900 system and 45356 − 1462 = 43894 of the 1904 one (Microsoft, KB 214330).
        (43894, "2024-03-05"),
        (43894.75, "2024-03-05 18:00"),
        ("43894", "2024-03-05"),
        (" ４３８９４.5 ", "2024-03-05 12:00"),
        (np.int64(43894), "2024-03-05"),
        (np.float64(43894), "2024-03-05"),
        (8538, "1927-05-18"),  # 10,000 since 1900: before it a number is rather a bare year
        (98537, "2173-10-13"),  # 99,999
        (20240305, "2024-03-05"),
        ("20240305", "2024-03-05"),
        ("2024-03-05", "2024-03-05"),
        (datetime(2024, 3, 5), "2024-03-05"),
        (8537, None),
        (98538, None),
        ("98538", None),
        (True, None),
    ],
)
def test_bare_days_of_a_1904_workbook(cell: Any, day: str | None) -> None:
    read = convert(cells(cell, None, cell), MOMENT, date1904=True)
    if day is None:
        assert read.bad.tolist() == [True, False, True]
        with pytest.raises(ValueError, match=r"\S"):
            read_cell(cell, MOMENT, date1904=True)
    else:
        assert pd.Series(read.values).tolist() == [pd.Timestamp(day), pd.NaT, pd.Timestamp(day)]
        assert not read.bad.any()
        assert read_cell(cell, MOMENT, date1904=True) == pd.Timestamp(day)


def test_numbers_that_are_no_days_stay_in_a_1904_workbook() -> None:
    numbers = np.array([43894.0, np.nan])
    assert convert(numbers, COUNT, date1904=True).values[0] == 43894
    days = convert(numbers, DAY, date1904=True)
    assert days.values[0] == np.datetime64("2024-03-05")
    assert (np.isnat(days.values[1]), days.bad.tolist()) == (True, [False, False])
