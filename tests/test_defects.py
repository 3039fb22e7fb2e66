"""Known defects, planted by the thousand: the ledger names each by rule, place and amount, and the money balances.

Every run takes new seeds and prints them; CRM_XL_SEED=<number> repeats one. What must survive, and who asks:

- mixed types, error cells, dates as text in a dozen spellings, thousands separators, full-width characters, emoji,
  10,000-character cells, 16-digit ids, NaN and inf as text, blank rows: support/defects.py, planted here in sheets,
  text files, foreign workbooks and workbooks' own tables;
- totals rows: here, in test_totals.py (own tables) and sources/test_planted.py (files);
- merged headings, headings in two rows: `xlsx_file` here, sources/test_planted.py;
- hidden rows, filters, stale and uncomputed formulas: sources/test_planted.py, sources/test_formats.py;
- the 1900 and 1904 systems: here, test_date_systems.py, sources/test_formats.py;
- duplicate headings, 1,048,576 rows: here.
"""

from __future__ import annotations

import csv
import io
import os
import random
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter

from crm_xl import CrmError, Settings
from crm_xl.analysis.clean import Cleaned, clean
from crm_xl.analysis.ledger import Rule
from crm_xl.books.file import FileBook
from crm_xl.raw import RawTable, column_letters
from crm_xl.sources import read_source
from crm_xl.tables import inputs as i
from tests.support.defects import ERRORS, TODAY, Customers, Line, Orders, Planted

Place = Callable[[int, str | None], str]  # body row, column name -> address
Told = tuple[str, str, str, str, str, float | None]

# What stands in the ledger beside the planted defects, and is held to its own tests.
ELSEWHERE = {Rule.OUTLIER, Rule.UNIT_DOUBTFUL}


@pytest.fixture(scope="module")
def seed(request: pytest.FixtureRequest) -> int:
    number = int(os.environ.get("CRM_XL_SEED", random.SystemRandom().randrange(10**6)))
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\nCRM_XL_SEED={number}")
    return number


def cleaned(raw: RawTable) -> Cleaned:
    return clean({raw.name: raw}, Settings.default(), TODAY)  # type: ignore[arg-type]


def expected(planted: Planted, place: Place) -> Counter[Told]:
    def told(line: Line) -> Told:
        after = line.after
        if isinstance(after, tuple):
            after = f"{after[0]}{place(after[1], after[2])}"
        cell = place(line.row, line.column)
        amount = None if line.cents is None else round(line.cents / 100, 2)
        return (cell, line.rule, line.action, line.before, "*" if after is None else after, amount)

    return Counter(map(told, planted.lines))


def found(result: Cleaned, lines: Counter[Told]) -> Counter[Told]:
    """The ledger in the same form; 新值 only where the expectation names it."""
    unnamed = {line[:4] for line in lines if line[4] == "*"}
    rows = result.ledger[~result.ledger["rule"].isin([rule.value for rule in ELSEWHERE])]
    columns = [rows[name].tolist() for name in ("cell", "rule", "action", "before", "after", "amount")]
    return Counter(
        (
            *line[:4],
            "*" if line[:4] in unnamed else line[4],
            None if line[5] != line[5] else round(line[5], 2),
        )
        for line in zip(*columns, strict=True)
    )


def check(planted: Planted, result: Cleaned, place: Place) -> int:
    """Compares ledger and money with what was planted; gives the number of defects."""
    lines = expected(planted, place)
    got = found(result, lines)
    assert got == lines, {"not told": lines - got, "not planted": got - lines}
    if planted.table is i.ORDERS:
        balance = result.balance
        assert balance.balanced
        figures = {
            "money_in": planted.money_in,
            "gross_kept": planted.gross,
            "netted": planted.netted,
            "net_kept": planted.gross - planted.netted,
            "cancelled": planted.cancelled,
            "set_aside": planted.aside,
        }
        assert {name: round(getattr(balance, name) * 100) for name in figures} == figures
        kept = result.tables[i.ORDERS.name]
        assert Counter(kept["order_id"]) == Counter(planted.rows[row]["_id"] for row in planted.kept)
        assert all(abs(getattr(balance, name) * 100 - cents) < 1e-3 for name, cents in figures.items())
    else:
        assert len(result.tables[planted.table.name]) == len(planted.kept)
    return len(planted.lines)


def raw_table(planted: Planted, chance: random.Random) -> tuple[RawTable, Place]:
    row, column = chance.randint(1, 30), chance.randint(1, 30)
    sheet = planted.table.sheet
    titles = tuple(planted.table.column(name).title for name in planted.columns)
    raw = RawTable.from_rows(
        planted.table.name, [titles, *planted.body()], sheet=sheet, row=row, column=column
    )
    return raw, sheet_place(planted, sheet, row, column)


def sheet_place(planted: Planted, sheet: str, row: int, column: int) -> Place:
    """Addresses on a sheet whose first heading stands at that place."""

    def place(body_row: int, name: str | None) -> str:
        line = row + 1 + body_row
        if name is None:
            return f"{sheet}!第{line}行"
        return f"{sheet}!{column_letters(column + planted.columns.index(name))}{line}"

    return place


def test_orders_as_a_sheet_holds_them(seed: int) -> None:
    planted_in_all = 0
    for case in range(300):
        chance = random.Random(f"{seed} sheet {case}")
        orders = Orders(chance, typed=True)
        planted = orders.plant(chance.randint(0, 90))
        if chance.random() < 0.5:
            orders.totals()
            orders.plant(chance.randint(0, 10))  # of one group; the others follow
            orders.totals()
        raw, place = raw_table(planted, chance)
        result = cleaned(raw)
        planted_in_all += check(planted, result, place)
        blank = result.summary.query("rule == '空行'")["findings"].sum()
        assert blank == sum(not row for row in planted.rows)
    assert planted_in_all > 3_000


def test_customers_as_a_sheet_holds_them(seed: int) -> None:
    planted_in_all = 0
    for case in range(80):
        chance = random.Random(f"{seed} customers {case}")
        planted = Customers(chance).plant(chance.randint(1, 60))
        raw, place = raw_table(planted, chance)
        planted_in_all += check(planted, cleaned(raw), place)
    assert planted_in_all > 600


@pytest.mark.parametrize("make", [Orders, Customers], ids=["orders", "customers"])
def test_the_order_of_rows_that_do_not_refer_to_one_another_changes_nothing(seed: int, make: type) -> None:
    chance = random.Random(f"{seed} order")
    planted = make(chance, typed=True).plant(60) if make is Orders else make(chance).plant(60)
    raw, _ = raw_table(planted, chance)
    once, again = cleaned(raw), cleaned(raw)
    assert once.ledger.equals(again.ledger)
    assert once.balance == again.balance


@pytest.mark.slow
def test_the_last_rows_of_a_full_sheet_keep_their_addresses() -> None:
    """A sheet has 1,048,576 rows: the headings, and a body of one less."""
    size = 1_048_575
    ids = np.array([f"S{number}" for number in range(size)], dtype=object)
    columns = {
        "order_id": ids,
        "customer_id": np.resize(np.array([f"C{number}" for number in range(5_000)], dtype=object), size),
        "order_date": np.full(size, np.datetime64("2024-03-05", "us")),
        "amount": np.full(size, 10.25).astype(object),
    }
    columns["amount"][-2:] = ["一千", "#N/A"]
    columns["customer_id"][-3] = None
    raw = RawTable(
        name=i.ORDERS.name,
        headings=tuple(i.ORDERS.column(name).title for name in columns),
        columns=tuple(columns.values()),
        sheet="订单",
    )
    result = cleaned(raw)
    assert result.ledger[["cell", "rule", "before"]].to_numpy().tolist() == [
        ["订单!B1048574", "缺少必填项", ""],
        ["订单!D1048576", "错误值", "#N/A"],
        ["订单!D1048575", "无法识别", "一千"],
    ]
    assert result.balance.balanced
    assert round(result.balance.net_kept * 100) == (size - 3) * 1025
    assert round(result.balance.set_aside * 100) == 1025


@pytest.mark.slow
def test_a_full_sheet_of_a_file_keeps_its_addresses_to_the_last_row(tmp_path: Path) -> None:
    """A real .xlsx of 1,048,576 rows; the last three lack a customer, an amount that can be read, a valid formula."""
    rows = 1_048_576
    path, whole = tmp_path / "few.xlsx", tmp_path / "whole.xlsx"
    titles = [i.ORDERS.column(name).title for name in ("order_id", "customer_id", "order_date", "amount")]
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("订单").write_row(0, 0, titles)

    def line(row: int, customer: str | None, amount: str) -> str:
        """An order of 10.25 on 2024-03-05, which is day 45356."""
        whose = f'<c r="B{row}" t="inlineStr"><is><t>{customer}</t></is></c>' if customer else ""
        return f'<row r="{row}"><c r="A{row}"><v>{row}</v></c>{whose}<c r="C{row}"><v>45356</v></c>{amount}</row>'

    good = [line(row, f"C{row % 5_000}", f'<c r="D{row}"><v>10.25</v></c>') for row in range(2, rows - 2)]
    bad = [
        line(rows - 2, None, f'<c r="D{rows - 2}"><v>7.5</v></c>'),
        line(rows - 1, "C1", f'<c r="D{rows - 1}" t="inlineStr"><is><t>一千</t></is></c>'),
        line(rows, "C1", f'<c r="D{rows}" t="e"><v>#N/A</v></c>'),
    ]
    with (
        zipfile.ZipFile(path) as source,
        zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(b"</sheetData>", "".join([*good, *bad]).encode() + b"</sheetData>")
                data = data.replace(b'ref="A1:D1"', f'ref="A1:D{rows}"'.encode())
            target.writestr(name, data)
    result = cleaned(read_source(whole)[i.ORDERS.name])
    assert result.ledger[["cell", "rule", "before", "amount"]].astype(object).fillna(
        ""
    ).to_numpy().tolist() == [
        ["订单!B1048574", "缺少必填项", "", 7.5],
        ["订单!D1048576", "错误值", "#N/A", ""],
        ["订单!D1048575", "无法识别", "一千", ""],
    ]
    assert result.balance.balanced
    assert round(result.balance.net_kept * 100) == len(good) * 1025
    assert round(result.balance.set_aside * 100) == 750


# Files.


def csv_file(folder: Path, planted: Planted, chance: random.Random) -> tuple[Path, Place]:
    """A text file with any separator and encoding; the lines on which rows begin are counted as they are written."""
    separator, ends = chance.choice(",;\t|"), chance.choice(("\n", "\r\n"))
    encoding = chance.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16"))
    titles = [planted.table.column(name).title for name in planted.columns]
    text, line, lines = "", 1, []
    for row in [titles, *planted.body()]:
        lines.append(line)
        record = io.StringIO(newline="")
        if any(cell is not None for cell in row):
            csv.writer(record, delimiter=separator, lineterminator=ends).writerow(row)
        else:
            record.write(ends)
        text += record.getvalue()
        line += record.getvalue().count("\n")
    path = folder / f"{planted.table.title}.csv"
    path.write_bytes(text.encode(encoding))

    def place(body_row: int, name: str | None) -> str:
        where = f"{path.name} 第{lines[body_row + 1]}行"
        return where if name is None else f"{where}“{planted.table.column(name).title}”"

    return path, place


def test_orders_in_text_files(seed: int, tmp_path: Path) -> None:
    planted_in_all = 0
    for case in range(120):
        chance = random.Random(f"{seed} csv {case}")
        orders = Orders(chance, typed=False)
        for _ in range(3):
            orders.good()  # a file whose only rows are blank says little of its encoding
        planted = orders.plant(chance.randint(5, 60))
        path, place = csv_file(tmp_path, planted, chance)
        planted_in_all += check(planted, cleaned(read_source(path)[i.ORDERS.name]), place)
    assert planted_in_all > 800


def test_customers_in_text_files(seed: int, tmp_path: Path) -> None:
    for case in range(25):
        chance = random.Random(f"{seed} customers csv {case}")
        planted = Customers(chance).plant(chance.randint(5, 40))
        path, place = csv_file(tmp_path, planted, chance)
        check(planted, cleaned(read_source(path)[i.CUSTOMERS.name]), place)


def xlsx_file(
    folder: Path, planted: Planted, chance: random.Random, *, epoch_1904: bool
) -> tuple[Path, Place]:
    """A sheet as people leave it: titles merged above, headings merged over two rows, hidden rows, a filter."""
    top, left, double = chance.randint(0, 4), chance.randint(0, 3), chance.random() < 0.3
    path = folder / f"导出{chance.randrange(10**9)}.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": epoch_1904}) as book:
        sheet = book.add_worksheet("明细")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        if top:
            sheet.merge_range(0, left, 0, left + len(planted.columns) - 1, "销售明细表")
        for index, name in enumerate(planted.columns):
            title = planted.table.column(name).title
            if double:
                sheet.merge_range(top, left + index, top + 1, left + index, title)
            else:
                sheet.write_string(top, left + index, title)
        first = top + 1 + double
        for number, row in enumerate(planted.body()):
            for index, cell in enumerate(row):
                write_cell(sheet, first + number, left + index, cell, day, chance)
            if chance.random() < 0.05:
                sheet.set_row(first + number, None, None, {"hidden": True})
        if chance.random() < 0.5:
            sheet.autofilter(top, left, first + len(planted.rows), left + len(planted.columns) - 1)
    return path, sheet_place(planted, "明细", top + 1 + double, left + 1)


def write_cell(sheet: Any, row: int, column: int, cell: Any, day: Any, chance: random.Random) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, day)
    elif isinstance(cell, str) and cell in ERRORS:
        sheet.write_formula(row, column, "=1/0", None, cell)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif chance.random() < 0.2:
        sheet.write_formula(
            row, column, "=1+1", None, cell
        )  # what Excel stored counts, not what it would be now
    else:
        sheet.write_number(row, column, cell)


@pytest.mark.parametrize("epoch_1904", [False, True], ids=["1900", "1904"])
def test_orders_in_workbooks(seed: int, tmp_path: Path, epoch_1904: bool) -> None:
    planted_in_all = 0
    for case in range(30):
        chance = random.Random(f"{seed} xlsx {epoch_1904} {case}")
        day_zero = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)
        orders = Orders(chance, typed=True, day_zero=day_zero)
        orders.not_finite = orders.wrong_type  # type: ignore[method-assign]  # no cell holds NaN or ∞
        planted = orders.plant(chance.randint(5, 70))
        orders.good()  # rows that are blank at the very end are no rows
        path, place = xlsx_file(tmp_path, planted, chance, epoch_1904=epoch_1904)
        planted_in_all += check(planted, cleaned(read_source(path)[i.ORDERS.name]), place)
    assert planted_in_all > 250


@pytest.mark.parametrize("epoch_1904", [False, True], ids=["1900", "1904"])
def test_orders_in_a_workbooks_own_table(seed: int, tmp_path: Path, epoch_1904: bool) -> None:
    planted_in_all = 0
    for case in range(20):
        chance = random.Random(f"{seed} own {epoch_1904} {case}")
        day_zero = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)
        orders = Orders(chance, typed=True, day_zero=day_zero)
        orders.not_finite = orders.wrong_type  # type: ignore[method-assign]  # no cell holds NaN or ∞
        planted = orders.plant(chance.randint(5, 60))
        orders.good()
        if chance.random() < 0.5:
            orders.totals()
        top, left = chance.randint(0, 9), chance.randint(0, 5)
        path = tmp_path / f"own{case}.xlsx"
        with xlsxwriter.Workbook(str(path), {"date_1904": epoch_1904}) as book:
            sheet = book.add_worksheet("订单")
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            columns = [{"header": planted.table.column(name).title} for name in planted.columns]
            area = (top, left, top + len(planted.rows), left + len(columns) - 1)
            sheet.add_table(*area, {"name": planted.table.name, "columns": columns})
            for number, row in enumerate(planted.body(), start=top + 1):
                for index, cell in enumerate(row, start=left):
                    write_cell(sheet, number, index, cell, day, chance)
        raw = FileBook(path, read_only=True).read([planted.table.name])[planted.table.name]
        planted_in_all += check(planted, cleaned(raw), sheet_place(planted, "订单", top + 1, left + 1))
    assert planted_in_all > 150


def test_a_row_of_totals_at_the_bottom_of_a_file_is_not_money(seed: int, tmp_path: Path) -> None:
    for kind in ("csv", "xlsx"):
        chance = random.Random(f"{seed} totals {kind}")
        orders = Orders(chance, typed=kind == "xlsx")
        for _ in range(30):
            orders.good()
        planted = orders.planted
        money = planted.money_in
        orders.totals()
        if kind == "csv":
            path, _ = csv_file(tmp_path, planted, chance)
        else:
            path, _ = xlsx_file(tmp_path, planted, chance, epoch_1904=False)
        result = cleaned(read_source(path)[i.ORDERS.name])
        assert round(result.balance.money_in * 100) == money
        assert result.balance.balanced


@pytest.mark.parametrize("column", ["order_id", "customer_id", "order_date", "amount", "profit"])
@pytest.mark.parametrize("kind", ["raw", "csv", "xlsx"])
def test_a_heading_that_stands_twice_is_named(tmp_path: Path, column: str, kind: str) -> None:
    planted = Orders(random.Random(column), typed=False).plant(10)
    twice = Planted(table=i.ORDERS, columns=(*planted.columns, column), rows=planted.rows)
    chance = random.Random(column)
    with pytest.raises(CrmError, match="出现了 2 次") as error:
        if kind == "raw":
            cleaned(raw_table(twice, chance)[0])
        elif kind == "csv":
            cleaned(read_source(csv_file(tmp_path, twice, chance)[0])[i.ORDERS.name])
        else:
            cleaned(read_source(xlsx_file(tmp_path, twice, chance, epoch_1904=False)[0])[i.ORDERS.name])
    assert i.ORDERS.column(column).title in str(error.value)
