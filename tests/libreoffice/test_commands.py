"""Every button pressed in LibreOffice, on the workbook that is shipped; what it writes is what a file refresh writes."""

from __future__ import annotations

import hashlib
import random
import re
import signal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from crm_xl.adopting import adopt
from crm_xl.analysis.pipeline import quiet
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.builder.specs import WORKBOOK
from crm_xl.commands import COMMANDS
from crm_xl.importing import plan_import
from crm_xl.libreoffice.plain_copy import plain_copy
from crm_xl.raw import column_letters
from crm_xl.refreshing import refresh
from crm_xl.schema import Role
from crm_xl.sources import Rules, read_files
from crm_xl.tables import TABLES
from crm_xl.tables.inputs import ORDERS
from crm_xl.tables.outputs import LEDGER, SCORES
from crm_xl.tables.workshop import DRAFT, WHAT_IF, WHAT_IF_MOVERS
from tests.builder.shipped import committed, opened
from tests.libreoffice.engine_session import Desk, body_of_file, desk, differences
from tests.support.office import SCRIPTS, OfficeError

__all__ = ["desk"]

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]

# They ask for files, or try out figures that somebody has typed; each has a test of its own.
ASKING = frozenset({"import", "whatif", "adopt"})
MANY_ORDERS = 20_000


@pytest.fixture(scope="module")
def refreshed(desk: Desk) -> dict[str, list[list[Any]]]:
    """The tables of the shipped workbook after a refresh of the file."""
    file = desk.copy(committed(WORKBOOK))
    refresh(file)
    return body_of_file(file)


@pytest.fixture(scope="module")
def old(desk: Desk) -> Path:
    """The workbook as a refresh without the last thousand orders has left it: not what a refresh now gives."""
    file = desk.copy(committed(WORKBOOK))
    book = FileBook(file)
    whole = book.read([ORDERS.name])[ORDERS.name]
    rows = list(zip(*whole.columns, strict=True))
    book.write({ORDERS.name: Block(headings=whole.headings, rows=rows[:-1000])}, {})
    refresh(file)
    FileBook(file).write({ORDERS.name: Block(headings=whole.headings, rows=rows)}, {})
    return file


@pytest.fixture(scope="module")
def saved(desk: Desk, old: Path) -> tuple[Path, dict[str, Any]]:
    """The old workbook as LibreOffice saves it after a refresh in LibreOffice, and what was told."""
    file = desk.folder / "saved.xlsx"
    return file, desk.press(desk.copy(old), ["refresh"], save=file)


def test_a_refresh_writes_what_a_refresh_of_the_file_writes(
    desk: Desk, old: Path, saved: tuple[Path, dict[str, Any]], refreshed: dict[str, list[list[Any]]]
) -> None:
    assert body_of_file(old)[SCORES.name] != refreshed[SCORES.name]
    _, told = saved
    (press,) = told["presses"]
    assert press["said"][0][0] == "info"
    assert press["said"][0][1].startswith("完成：更新 400 家客户")
    assert differences(told, refreshed_from(desk, old)) == []
    assert (press["status"], press["calculation"]) == (False, "automatic")


def refreshed_from(desk: Desk, workbook: Path) -> dict[str, list[list[Any]]]:
    file = desk.copy(workbook)
    refresh(file)
    return body_of_file(file)


def test_a_refresh_cut_short_leaves_the_file_whole_and_undo_works_afterwards(
    desk: Desk, old: Path, saved: tuple[Path, dict[str, Any]]
) -> None:
    """It comes early: what an undo goes back to is kept for the last ten writes of this computer."""
    before = body_of_file(old)
    file, _ = saved
    digest = hashlib.sha256(file.read_bytes()).digest()
    desk.office.run(SCRIPTS / "version.py")
    process = desk.office._process
    assert process is not None
    orders = FileBook(file, read_only=True).tables()[ORDERS.name]
    amount = f"{column_letters(orders.column + orders.headings.index(ORDERS.column('amount').title))}{orders.row + 1}"
    with pytest.raises(OfficeError, match=r"ended|DisposedException|failed"):
        desk.office.run(
            SCRIPTS / "press_and_die.py", file, str(process.pid), "5", orders.sheet, amount, "1e6"
        )
    assert process.wait(timeout=60) == -signal.SIGKILL  # and no failure of the script
    assert hashlib.sha256(file.read_bytes()).digest() == digest
    lock = file.with_name(f".~lock.{file.name}#")
    assert lock.exists()
    with pytest.raises(OfficeError, match="上次没有正常关闭"):
        desk.press(file, ["about"])
    lock.unlink()
    told = desk.press(file, ["undo"])
    assert told["presses"][0]["said"][0][1].startswith("已恢复上一次刷新之前的结果")
    assert differences(told, before) == []


def test_every_command_ends_well(desk: Desk, refreshed: dict[str, list[list[Any]]]) -> None:
    commands = [command.id for command in COMMANDS if command.id not in ASKING]
    told = desk.press(desk.copy(committed(WORKBOOK)), commands)
    assert [press["id"] for press in told["presses"]] == commands
    for press in told["presses"]:
        assert len(press["said"]) <= 1, press
        assert all(mode == "info" for mode, _ in press["said"]), press
        assert (press["status"], press["calculation"]) == (False, "automatic"), press
        print(f"{press['id']}: {press['seconds']:.2f} s")
    sheets = {press["id"]: press["sheet"] for press in told["presses"]}
    assert (sheets["ledger"], sheets["guide"]) == (LEDGER.sheet, "说明")
    kept = [name for name, table in TABLES.items() if table.role is Role.PARAMETER and name in refreshed]
    inputs = {name: told["tables"][name] for name in kept}
    assert differences({"tables": inputs}, {name: refreshed[name] for name in kept}) == []


def test_the_places_in_the_ledger_lead_there_after_every_refresh(desk: Desk) -> None:
    workbook = committed(WORKBOOK)
    ledger = FileBook(workbook, read_only=True).tables()[LEDGER.name]
    first = (ledger.sheet, f"{column_letters(ledger.column + (LEDGER.linked or 0))}{ledger.row + 1}")
    saved = desk.folder / "linked.xlsx"
    commands = ["refresh", "refresh"]
    told = desk.press(desk.copy(workbook), commands, cells=[("客户", "C9", "")], follow=[first], save=saved)
    assert [press["said"][0][0] for press in told["presses"]] == ["info", "info"]
    table = told["tables"][LEDGER.name]
    sheet, _, cell = table["rows"][1][LEDGER.linked or 0].partition("!")
    column, row = re.fullmatch(r"(?:([A-Z]+)|第)(\d+)行?", cell).groups()  # type: ignore[union-attr]
    assert told["followed"] == [f"${sheet}.${column or 'A'}${row}"]
    # A refresh of the file that LibreOffice saved finds texts, makes links of them, and leaves no formula.
    refresh(saved)
    found = opened(saved)[LEDGER.sheet].cell(ledger.row + 1, ledger.column + (LEDGER.linked or 0))
    assert found.value == table["rows"][1][LEDGER.linked or 0]
    assert found.hyperlink.location == f"'{sheet}'!{column or 'A'}{row}"


DRAFTED = ("重点级", 80)


@pytest.fixture(scope="module")
def drafted(desk: Desk) -> tuple[Path, tuple[str, str, Any]]:
    """A file with a bound drafted in 模拟测算, and the cell it stands in."""
    file = desk.copy(committed(WORKBOOK))
    book = FileBook(file)
    raw, place = book.read([DRAFT.name])[DRAFT.name], book.tables()[DRAFT.name]
    rows = [list(row) for row in zip(*raw.columns, strict=True)]
    column = raw.headings.index("模拟值")
    (row,) = (number for number, cells in enumerate(rows) if cells[1] == DRAFTED[0])
    rows[row][column] = DRAFTED[1]
    book.write({DRAFT.name: Block(headings=raw.headings, rows=rows)}, {})
    return file, (place.sheet, f"{column_letters(place.column + column)}{place.row + 1 + row}", DRAFTED[1])


def test_files_that_somebody_picks_are_imported_as_from_the_command_line(desk: Desk) -> None:
    """A text file and a workbook at once: new rows, rows that are there, one that is set aside."""
    workbook = committed(WORKBOOK)
    customers = FileBook(workbook, read_only=True).read(["tblCustomers"])["tblCustomers"]
    first = dict(zip(customers.headings, (column[0] for column in customers.columns), strict=True))
    text, sheet = desk.folder / "客户.csv", desk.folder / "9月.xlsx"
    text.write_text(
        f"客户ID,客户名称\nNEW-1,新客户有限公司\n{first['客户编号']},{first['客户名称']}\n,无编号\n",
        encoding="gb18030",
    )
    with xlsxwriter.Workbook(sheet) as made:
        made.add_worksheet("订单").write_row("A1", ["单号", "客户ID", "下单日期", "金额"])
        made.worksheets()[0].write_row("A2", ["NEW-SO-1", "NEW-1", "2026-09-03", "1.2万"])
    told = desk.press(desk.copy(workbook), ["import", "refresh"], files=[text, sheet])
    asked, answered = told["presses"][0]["said"]
    assert "现在写入工作簿吗？" in asked[1]
    assert asked[1].startswith("“客户”新增 1 行、相同 1 行、搁置 1 行；“订单”新增 1 行")
    assert (answered[0], answered[1].endswith("请按“刷新全部”更新分析结果。")) == ("info", True)
    file = desk.copy(workbook)
    book = FileBook(file)
    incoming = read_files([text, sheet], Rules(remembered=False), quiet)
    plan_import(book, incoming, progress=quiet).carry_out(book)
    refresh(file)
    assert differences(told, body_of_file(file)) == []
    assert told["tables"]["tblCustomers"]["rows"][-1][:2] == ["NEW-1", "新客户有限公司"]


def test_calling_the_choice_of_files_off_changes_nothing(desk: Desk) -> None:
    workbook = committed(WORKBOOK)
    told = desk.press(desk.copy(workbook), ["import"], files=[])
    assert told["presses"][0]["said"] == []
    assert differences(told, body_of_file(workbook)) == []


def test_what_if_tries_the_draft_and_leaves_the_rest(
    desk: Desk, drafted: tuple[Path, tuple[str, str, Any]]
) -> None:
    file, cell = drafted
    told = desk.press(desk.copy(committed(WORKBOOK)), ["whatif"], cells=[cell])
    (said,) = told["presses"][0]["said"]
    assert (said[0], said[1].startswith("模拟完成：")) == ("info", True)
    assert told["presses"][0]["sheet"] == DRAFT.sheet
    expected = refreshed_from(desk, file)
    own = {name: expected[name] for name in (DRAFT.name, WHAT_IF.name, WHAT_IF_MOVERS.name)}
    assert differences({"tables": {name: told["tables"][name] for name in own}}, own) == []
    rest = {name: rows for name, rows in body_of_file(committed(WORKBOOK)).items() if name not in own}
    assert differences({"tables": {name: told["tables"][name] for name in rest}}, rest) == []


def test_a_draft_is_adopted_and_can_be_undone(desk: Desk, drafted: tuple[Path, tuple[str, str, Any]]) -> None:
    file, cell = drafted
    adopted = desk.copy(file)
    message = adopt(adopted).message
    told = desk.press(desk.copy(committed(WORKBOOK)), ["adopt"], cells=[cell])
    assert told["presses"][0]["said"] == [["info", message]]
    assert differences(told, body_of_file(adopted)) == []
    undone = desk.press(desk.copy(committed(WORKBOOK)), ["adopt", "undo"], cells=[cell])
    assert differences(undone, body_of_file(file)) == []


def test_undo_brings_the_results_before_the_refresh_back(desk: Desk, old: Path) -> None:
    before = body_of_file(old)
    told = desk.press(desk.copy(old), ["refresh", "undo"])
    assert told["presses"][1]["said"][0][1].startswith("已恢复上一次刷新之前的结果")
    assert differences(told, before) == []


def test_a_fault_names_its_cell_and_nothing_is_written(desk: Desk) -> None:
    workbook = committed(WORKBOOK)
    place = FileBook(workbook, read_only=True).tables()["tblTiers"]
    column = place.column + place.headings.index("下限(含)")
    address = f"{chr(64 + column // 26) if column > 26 else ''}{chr(65 + (column - 1) % 26)}{place.row + 1}"
    told = desk.press(desk.copy(workbook), ["refresh"], cells=[(place.sheet, address, "很高")])
    mode, message = told["presses"][0]["said"][0]
    assert mode == "critical"
    assert message.startswith(f"{place.sheet}!{address}：")
    stored = body_of_file(workbook)
    del stored["tblTiers"], told["tables"]["tblTiers"]
    assert differences(told, stored) == []


def test_twenty_thousand_orders(desk: Desk) -> None:
    workbook = desk.copy(committed(WORKBOOK))
    book = FileBook(workbook)
    orders = book.read([ORDERS.name])[ORDERS.name]
    number = orders.headings.index("订单编号")
    original = orders.headings.index("原订单编号")
    drawn = random.Random(20).choices(
        [row for row in zip(*orders.columns, strict=True) if row[original] is None], k=MANY_ORDERS
    )
    rows = [[*row[:number], f"N{place:06}", *row[number + 1 :]] for place, row in enumerate(drawn)]
    book.write({ORDERS.name: Block(headings=orders.headings, rows=rows)}, {})
    told = desk.press(desk.copy(workbook), ["refresh"])
    print(f"live refresh with {MANY_ORDERS} orders: {told['presses'][0]['seconds']:.2f} s")
    assert told["presses"][0]["said"][0][0] == "info"
    assert len(told["tables"][ORDERS.name]["rows"]) == 1 + MANY_ORDERS
    assert differences(told, refreshed_from(desk, workbook)) == []


def test_names_and_print_areas_follow_their_tables(saved: tuple[Path, dict[str, Any]]) -> None:
    _, told = saved
    moved = 0
    for name, refers_to in told["names"].items():
        if not name.endswith("!Print_Area"):
            continue
        bottom = int(re.findall(r"\$(\d+)", refers_to)[-1])
        sheet = name.rpartition("!")[0].strip("'")
        for table in TABLES.values():
            if table.sheet == sheet and table.role is Role.OUTPUT and table.name in told["tables"]:
                assert bottom >= int(re.findall(r"\d+", told["tables"][table.name]["place"])[-1]), table.name
                moved += 1
    assert moved > 10


def test_the_menu_reaches_the_commands(desk: Desk) -> None:
    workbook = plain_copy(committed(WORKBOOK), desk.folder / "menu.xlsx")
    told = desk.run("press_menu.py", workbook, "guide", "ledger", "about")
    assert "请先用 LibreOffice Calc 打开工作簿" in told[0]["said"][0]
    assert [each["sheet"] for each in told[1:]] == ["说明", LEDGER.sheet, LEDGER.sheet]
    assert [len(each["said"]) for each in told[1:]] == [0, 0, 1]
    assert told[3]["said"][0].startswith("客户分析 crm_xl")
