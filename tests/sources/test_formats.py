"""What each format of workbook tells besides its cells: errors, hidden rows, filters, old values, the date system.

The same order book as xlsx, xlsb, xls and ods; the ledger names the same cells in each.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter

from crm_xl import Settings
from crm_xl.analysis.clean import clean
from crm_xl.builder.compound import write_compound
from crm_xl.errors import CrmError
from crm_xl.sources import Incoming, Rules, read_files
from crm_xl.sources.facts_xls import NOTHING_SEEN, sheets
from crm_xl.sources.notes import Remark
from crm_xl.tables.inputs import ORDERS
from tests.support.office import SCRIPTS, Office
from tests.support.xlsb import ERRORS, Computed, write_xlsb

TODAY = pd.Timestamp("2026-12-31")
HEADINGS = ["订单编号", "客户编号", "订单日期", "订单金额(元)", "毛利(元)", "产品类型"]
# 2026-09-01 is day 46266 of the 1900 system and 46266 − 1462 = 44804 of the 1904 one.
SERIAL = {False: 46266, True: 44804}


def orders(*, date1904: bool) -> list[list[Any]]:
    """Headings, and seven orders: rows 3 and 7 lack what they need, row 5 is hidden, row 8 shows its day as a number."""
    day = [datetime(2026, 9, number) for number in range(8)[1:]]
    return [
        HEADINGS,
        ["S1", "C1", day[0], 12.5, 3, "甲🎉"],
        ["S2", "C1", day[1], Computed("#DIV/0!"), 1, "乙"],
        ["S3", "C2", day[2], 100, Computed("#REF!"), "乙"],
        ["S4", "C2", day[3], Computed(200.25), 50, "甲"],
        ["S5", "C2", day[4], 300, None, "甲"],
        ["S6", Computed("#N/A"), day[5], 40, None, "甲"],
        ["S7", "C3", SERIAL[date1904], 50, None, None],
    ]


def write_xlsx(path: Path, *, date1904: bool) -> None:
    """As Excel would: computed, row 5 hidden by a filter on the product."""
    with xlsxwriter.Workbook(path, {"date_1904": date1904}) as book:
        sheet = book.add_worksheet("明细")
        shown = book.add_format({"num_format": "yyyy-mm-dd"})
        for row, cells in enumerate(orders(date1904=date1904)):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_datetime(row, column, cell, shown)
                elif isinstance(cell, Computed):
                    formula = {"#DIV/0!": "=1/0", "#REF!": "=#REF!", "#N/A": "=NA()"}.get(
                        cell.result, "=200+0.25"
                    )
                    sheet.write_formula(row, column, formula, None, cell.result)
                elif cell is not None:
                    sheet.write(row, column, cell)
        sheet.autofilter("A1:F8")
        sheet.filter_column_list("A", ["S1", "S2", "S3", "S5", "S6", "S7"])
        sheet.set_row(4, None, None, {"hidden": True})
        book.set_calc_mode("auto")


@pytest.fixture(params=["xlsx", "xlsb", "xls", "ods"])
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Path]:
    """Writes the order book in one format."""
    kind: str = request.param

    def write(*, date1904: bool = False) -> Path:
        path = tmp_path / f"订单.{kind}"
        if kind == "xlsb":
            rows = orders(date1904=date1904)
            write_xlsb(path, {"明细": rows}, hidden={"明细": {5}}, filtered=["明细"], date1904=date1904)
            return path
        original = tmp_path / "订单.xlsx"
        write_xlsx(original, date1904=date1904)
        if kind != "xlsx":
            office: Office = request.getfixturevalue("office")
            office.run(SCRIPTS / "save_as.py", original, path, {"xls": "MS Excel 97", "ods": "calc8"}[kind])
        return path

    return write


pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]


def read(path: Path) -> Incoming:
    (incoming,) = read_files([path], Rules(remembered=False), lambda what, share: None)
    return incoming


@pytest.mark.parametrize("date1904", [False, True])
def test_the_ledger_names_every_fault(written: Callable[..., Path], date1904: bool) -> None:
    incoming = read(written(date1904=date1904))
    result = clean({ORDERS.name: incoming.table}, Settings.default(), TODAY)
    found = result.ledger[["cell", "rule", "action", "before", "amount"]].astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == [
        ["明细!B7", "错误值", "搁置", "#N/A", 40.0],
        ["明细!D3", "错误值", "搁置", "#DIV/0!", None],
        ["明细!E4", "错误值", "置空", "#REF!", None],
    ]
    # 12.5 + 100 + 200.25 + 300 + 50 are kept, 40 is set aside.
    balance = result.balance
    assert (balance.money_in, balance.net_kept, balance.set_aside) == (702.75, 662.75, 40.0)
    kept = result.tables[ORDERS.name]
    assert kept["order_id"].tolist() == ["S1", "S3", "S4", "S5", "S7"]
    assert [day.date() for day in kept["order_date"]] == [
        *(date(2026, 9, number) for number in (1, 3, 4, 5)),
        date(2026, 9, 1),
    ]
    assert kept["product_type"].tolist()[0] == "甲🎉"


def test_hidden_rows_come_in_and_are_told_of(written: Callable[..., Path]) -> None:
    path = written()
    (note,) = [note for note in read(path).notes if note.remark is Remark.HIDDEN_ROWS]
    assert (note.where, note.count) == (f"{path.name} 明细 第5行", 1)
    assert note.text == "1 行被筛选掉或隐藏，也一并导入。"


def test_what_a_format_cannot_say_is_said(written: Callable[..., Path]) -> None:
    """An ods does not tell whether its formulas were computed; the others do."""
    path = written()
    told = {note.remark: str(note) for note in read(path).notes}
    assert (Remark.UNSEEN in told) == (path.suffix == ".ods")
    # XlsxWriter asks for a calculation on opening; our xlsb and what LibreOffice saved say that all is computed.
    assert (Remark.STALE_FORMULAS in told) == (path.suffix == ".xlsx")
    if path.suffix == ".ods":
        assert told[Remark.UNSEEN] == (
            "订单.ods 明细：这种文件格式看不到公式的值是否为最新；要核对这些，请用 Excel 打开并另存为 .xlsx 后再导入。"
        )


def test_rows_hidden_by_hand_are_no_filter(tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsb"
    write_xlsb(path, {"明细": orders(date1904=False)}, hidden={"明细": {2, 3}}, manual=True)
    told = {note.remark: str(note) for note in read(path).notes}
    assert told[Remark.HIDDEN_ROWS] == "订单.xlsb 明细 第2、3行：2 行隐藏，也一并导入。"
    assert told[Remark.STALE_FORMULAS].startswith("订单.xlsb 明细：公式的值可能不是最新的")


def test_an_old_file_without_formulas_has_no_old_values(tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsb"
    rows = [HEADINGS, ["S1", "C1", datetime(2026, 9, 1), 5, None, None]]
    write_xlsb(path, {"明细": rows}, manual=True)
    assert read(path).notes == ()


@pytest.mark.parametrize("error", sorted(ERRORS))
@pytest.mark.parametrize("computed", [False, True])
def test_every_error_of_a_binary_workbook(tmp_path: Path, error: str, computed: bool) -> None:
    path = tmp_path / "订单.xlsb"
    cell = Computed(error) if computed else error
    write_xlsb(path, {"明细": [[], HEADINGS, ["S1", "C1", datetime(2026, 9, 1), cell, None, None]]})
    incoming = read(path)
    assert dict(incoming.table.errors) == {(0, 3): error}
    assert incoming.table.cell(0, "订单金额(元)") == "明细!D3"
    assert incoming.table.columns[3].tolist() == [error]


def test_a_binary_workbook_cell_by_cell(tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsb"
    moment = datetime(2026, 9, 3, 18, 30)
    first = ["S1", "C1", datetime(2026, 9, 1), 12.5, -3, "长" * 10_000]
    second = ["007", Computed("C2"), moment, Computed(0.1), Computed(True), "=1+1"]
    rows = [["标题"], HEADINGS, first, [None] * 6, second]
    write_xlsb(path, {"封面": [], "明细": rows, "客户": [["客户编号", "客户名称"], ["C1", "甲"]]})
    orders_found, customers = read_files([path], Rules(remembered=False), lambda what, share: None)
    table = orders_found.table
    assert (table.sheet, table.row, table.column, table.headings) == ("明细", 2, 1, tuple(HEADINGS))
    assert [column.tolist() for column in table.columns] == [
        ["S1", None, "007"],
        ["C1", None, "C2"],
        [date(2026, 9, 1), None, moment],
        [12.5, None, 0.1],
        [-3, None, True],
        ["长" * 10_000, None, "=1+1"],
    ]
    assert customers.table.columns[1].tolist() == ["甲"]


def test_libreoffice_reads_the_binary_workbook_as_we_do(tmp_path: Path, office: Office) -> None:
    """The test's own writer is held to another reader of the format."""
    source, saved = tmp_path / "订单.xlsb", tmp_path / "other" / "订单.ods"
    saved.parent.mkdir()
    rows = [
        HEADINGS,
        ["S1", "C1", datetime(2026, 9, 1), 12.5, -3, "甲🎉"],
        ["S2", "C2", 5, 1e10, 0.1, "=1+1"],
    ]
    write_xlsb(source, {"明细": rows}, hidden={"明细": {3}})
    office.run(SCRIPTS / "save_as.py", source, saved, "calc8")
    ours, theirs = read(source), read(saved)
    assert [list(column) for column in ours.table.columns] == [
        list(column) for column in theirs.table.columns
    ]
    assert (
        [note.text for note in ours.notes]
        == [note.text for note in theirs.notes]
        == ["1 行隐藏，也一并导入。"]
    )


@pytest.mark.parametrize("cut", [b"", b"\x83"])
def test_a_binary_workbook_that_breaks_off(tmp_path: Path, cut: bytes) -> None:
    import zipfile

    path, broken = tmp_path / "订单.xlsb", tmp_path / "坏.xlsb"
    write_xlsb(path, {"明细": orders(date1904=False)})
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data[:40] + cut if name == "xl/workbook.bin" else data)
    with pytest.raises(CrmError, match="已损坏"):
        read(broken)


@pytest.mark.parametrize(
    "data",
    [
        write_compound({"Book": b"\x09\x08\x08\x00\x00\x05\x05\x00\x00\x00\x00\x00"}),
        write_compound({"Workbook": b"\x85\x00\x20\x00\x00"}),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    ],
)
def test_an_xls_older_than_excel_97_says_that_nothing_can_be_seen(data: bytes) -> None:
    assert all(facts.unseen == NOTHING_SEEN for facts in sheets(data).values())
    assert NOTHING_SEEN == ("错误值", "隐藏或筛选掉的行", "公式是否为最新", "1904 日期系统")
