"""No output, message, log or line of the command line shows personal data in full, whichever column it was typed into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_xl import analyze, cli, log
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.refreshing import refresh
from crm_xl.schema import NUMERIC, TEMPORAL, Column, Kind
from crm_xl.sources import read_source
from crm_xl.spellings import Unreadable
from crm_xl.tables import INPUTS, TABLES
from crm_xl.tables.headings import heading_errors
from crm_xl.values import read_cell
from tests.books.samples import book
from tests.support import secrets as s

# What can be told by its form in any text; names only where a column says that it holds one.
BY_FORM = (*s.PHONES, s.LANDLINE, *s.E_MAILS, *s.ID_NUMBERS)
TYPED = f"{s.PHONES[0]}，{s.E_MAILS[0]}，{s.ID_NUMBERS[0]}，{s.LANDLINE}"
FILLED = {
    Kind.ID: "K1", Kind.DATE: "2026-03-01", Kind.DATETIME: "2026-03-01 10:00", Kind.MONTH: "2026-03", Kind.YESNO: "是",
}  # fmt: skip


def good(column: Column) -> Any:
    """A cell that every rule accepts."""
    if column.choices:
        return column.choices[0]
    if column.kind in NUMERIC:
        return 1
    return FILLED.get(column.kind, column.example or "文")


def tables_with(planted: str) -> dict[str, pd.DataFrame]:
    """Every input table: a good row, and for each column but the customer's number a row with the text planted in it."""
    made = {}
    for table in INPUTS:
        names = [column.name for column in table if not column.computed]
        rows = [[good(table.column(name)) for name in names]]
        for number, name in enumerate(names):
            row = [good(table.column(each)) for each in names]
            for key in set(table.key) - {"customer_id"}:
                if table.column(key).kind in (Kind.ID, Kind.TEXT):
                    row[names.index(key)] = f"N{number}"
            if name != "customer_id":
                row[names.index(name)] = planted
            rows.append(row)
        made[table.name] = pd.DataFrame(rows, columns=names, dtype=object)
    return made


def shown(frame: pd.DataFrame) -> str:
    return "\n".join(
        str(cell) for column in frame.columns for cell in frame[column].tolist() if cell is not None
    )


def outputs_leak(tables: dict[str, pd.DataFrame], secrets: tuple[str, ...]) -> dict[str, list[str]]:
    results = analyze(tables, analysis_date="2026-06-30", today="2026-06-30")
    assert len(results.tables) > 12
    found = {name: s.leaks(shown(frame), secrets) for name, frame in results.tables.items()}
    found["notes"] = s.leaks("\n".join((*results.notes, *results.missing.values(), results.caption)), secrets)
    return {name: hits for name, hits in found.items() if hits}


@pytest.mark.parametrize("planted", [TYPED, s.PHONES[1], f"转{s.ID_NUMBERS[1]}", s.E_MAILS[1]])
def test_no_output_shows_what_was_typed_into_any_column(planted: str) -> None:
    assert outputs_leak(tables_with(planted), BY_FORM) == {}


def test_the_ledger_masks_what_a_column_of_personal_data_holds() -> None:
    contacts = pd.DataFrame(
        {"contact_id": ["P1", "P1"], "customer_id": ["C1", "C1"], "contact_name": list(s.NAMES[:2]),
         "phone": [s.PLAIN_LANDLINE, 1.391111222233344e18], "id_number": [1.1e17, 4.4e17]}
    )  # fmt: skip
    customers = pd.DataFrame(
        {"customer_id": ["C1", "C1"], "customer_name": [s.PERSON] * 2, "customer_type": ["个人"] * 2}
    )
    assert outputs_leak({**tables_with("x"), "tblContacts": contacts, "tblCustomers": customers}, s.ALL) == {}


def test_no_message_shows_a_heading_that_is_a_phone() -> None:
    # Who deletes the heading row makes the first customer the headings.
    raw = RawTable.from_rows("tblContacts", [[s.PHONES[0], s.E_MAILS[0], s.ID_NUMBERS[0]], ["a", "b", "c"]])
    errors = heading_errors(TABLES["tblContacts"], raw.headings, "联系人")
    assert errors
    assert s.leaks("\n".join(map(str, errors))) == []
    summary = analyze(
        {**tables_with("x"), "tblUsage": tables_with("x")["tblUsage"].rename(columns={"minutes": TYPED})}
    )
    assert s.leaks(shown(summary.tables["tblLedgerSummary"]), BY_FORM) == []


@pytest.mark.parametrize(
    "column", [c for t in INPUTS for c in t if c.kind in NUMERIC | TEMPORAL | {Kind.YESNO, Kind.ID}]
)
@pytest.mark.parametrize("cell", [TYPED, *s.NAMES, float(s.PHONES[0]), f"{s.NAMES[0]}{s.PHONES[0]}"])
def test_why_a_cell_cannot_be_read_does_not_repeat_the_cell(column: Column, cell: Any) -> None:
    try:
        read_cell(cell, column)
    except Unreadable as error:
        assert s.leaks(str(CrmError(str(error)))) == []


def test_a_message_masks_whatever_it_quotes() -> None:
    error = CrmError(f"“{TYPED}”不对。", where=f"{s.PHONES[1]}.xlsx", hint=f"见 {s.E_MAILS[1]}。")
    assert s.leaks(f"{error}{error.args}{error.problem}{error.where}{error.hint}") == []
    assert s.leaks(str(CrmError.of([error, error]))) == []


def test_the_log_keeps_places_and_no_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "user_log_path", lambda *_, **__: tmp_path)
    try:
        raise ValueError(TYPED + s.NAMES[0])
    except ValueError as error:
        log.log_unexpected(error)
    written = (tmp_path / "crm_xl.log").read_text(encoding="utf-8")
    assert "test_leaks.py" in written
    assert s.leaks(written) == []


@pytest.mark.parametrize("arguments", [["check"], ["refresh"]])
def test_the_command_line_shows_no_personal_data(
    tmp_path: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {}
    for name, frame in tables_with(TYPED).items():
        titles = [TABLES[name].column(each).title for each in frame.columns]
        made[name] = (TABLES[name].sheet, 4, 1, titles, frame.to_numpy().tolist())
    for table in ("tblLedger", "tblLedgerSummary", "tblScores", "tblMetrics"):
        made[table] = (f"出{table}", 4, 1, list(TABLES[table].titles), [])
    path = book(tmp_path / "表.xlsx", made)
    monkeypatch.setattr("sys.argv", ["crm-xl", *arguments, str(path)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    printed = capsys.readouterr()
    assert "读入" in printed.out or "完成" in printed.out
    assert s.leaks(printed.out + printed.err, BY_FORM) == []


def test_refreshed_sheets_of_outputs_hold_none(tmp_path: Path) -> None:
    made = {}
    for name, frame in tables_with(TYPED).items():
        titles = [TABLES[name].column(each).title for each in frame.columns]
        made[name] = (TABLES[name].sheet, 4, 1, titles, frame.to_numpy().tolist())
    outputs = [table for table in TABLES.values() if table.role == "output"]
    for table in outputs:
        made[table.name] = (f"出{table.name}", 4, 1, list(table.titles), [])
    path = book(tmp_path / "表.xlsx", made)
    refresh(path, analysis_date="2026-06-30")
    leaking = s.package_leaks(path, BY_FORM)
    # The inputs are the user's own, and XlsxWriter keeps their texts in one list.
    sheets = {
        f"xl/worksheets/sheet{number}.xml" for number in range(len(made) - len(outputs) + 1, len(made) + 1)
    }
    assert not sheets & set(leaking)


def test_a_source_with_a_wrong_file_is_named_without_its_phone(tmp_path: Path) -> None:
    with pytest.raises(CrmError) as caught:
        read_source(tmp_path / f"{s.PHONES[0]}.csv")
    assert s.leaks(str(caught.value)) == []
