"""Nobody's data and no password in what is kept or shown along the way: logs, progress, messages, reports of a computer.

Every command of the command line and every button is run on planted data, with every logger of every library at
DEBUG: once as it is, and once with a fault deep inside whose own message quotes everything.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
import xlwings as xw
from typer.main import get_command

from crm_xl import cli, log, soffice
from crm_xl.analysis import progress
from crm_xl.books import live, live_snapshot
from crm_xl.commands import COMMANDS
from crm_xl.excel import ribbon
from crm_xl.package.archive import Archive
from crm_xl.refreshing import refresh
from crm_xl.schema import Role
from crm_xl.sources import remembered
from crm_xl.tables import TABLES
from crm_xl.tables.inputs import CONTACTS, CUSTOMERS, INTERACTIONS, ORDERS, TICKETS
from tests.books.samples import book
from tests.support import secrets as s
from tests.support.command_line import Run, typed_at
from tests.support.fake_excel import FakeSheet, FakeWorkbook
from tests.support.fake_xlwings import FakeExcel

pytestmark = pytest.mark.slow

PASSWORD = "Tiger-7788-geheim"
TYPED = f"{s.PHONES[1]}，{s.E_MAILS[0]}，{s.ID_NUMBERS[0]}，{s.LANDLINE}"
SECRETS = (*s.ALL, PASSWORD)
SHORT = 10  # rows; a refresh of them is quick

INPUTS: dict[str, list[dict[str, Any]]] = {
    CUSTOMERS.name: [
        {"customer_id": f"C{n}", "customer_name": f"公司{n}", "customer_type": "企业", "owner": ("赵经理", "钱经理")[n % 2],
         "remark": TYPED} for n in range(SHORT)
    ] + [{"customer_id": "C99", "customer_name": s.PERSON, "customer_type": "个人", "owner": "赵经理"}],
    CONTACTS.name: [
        {"contact_id": f"P{n}", "customer_id": f"C{n}", "contact_name": name, "phone": s.PHONES[n], "email": s.E_MAILS[n % 2],
         "id_number": s.ID_NUMBERS[n % 2]} for n, name in enumerate(s.NAMES)
    ] + [{"contact_id": "P9", "customer_id": "C1", "contact_name": s.NAMES[0], "phone": s.PLAIN_LANDLINE}],
    ORDERS.name: [
        {"order_id": f"S{n}", "customer_id": f"C{n % SHORT}", "order_date": date(2026, 1 + n % 6, 2), "amount": 100 * n,
         "profit": 9, "product_type": "甲"} for n in range(3 * SHORT)
    ] + [{"order_id": s.PHONES[0], "customer_id": s.ID_NUMBERS[0], "order_date": TYPED, "amount": TYPED, "profit": TYPED}],
    INTERACTIONS.name: [
        {"interaction_id": "I1", "customer_id": "C1", "interaction_time": TYPED, "summary": TYPED, "follower": "赵经理"}
    ],
    TICKETS.name: [{"ticket_id": "T1", "customer_id": "C1", "submitted_at": TYPED, "issue": TYPED, "csat": TYPED}],
}  # fmt: skip


def planted(path: Path) -> Path:
    """A workbook with every output, and personal data where people type it, also where it does not belong."""
    made: dict[str, Any] = {}
    for name, rows in INPUTS.items():
        table = TABLES[name]
        columns = [table.column(each) for each in dict.fromkeys(each for row in rows for each in row)]
        cells = [[row.get(column.name) for column in columns] for row in rows]
        made[name] = (table.sheet, 4, 1, [column.title for column in columns], cells)
    for table in TABLES.values():
        if table.role is Role.OUTPUT:
            made[table.name] = (f"出{table.name[3:]}", 4, 1, list(table.titles), [])
    return book(path, made)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = planted(tmp_path_factory.mktemp("planted") / "表.xlsx")
    refresh(path, analysis_date="2026-06-30")
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program keeps things of its own: logs, remembered mappings, snapshots."""
    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setattr(log, "user_log_path", lambda *_, **__: kept)
    monkeypatch.setattr(remembered, "user_config_path", lambda *_, **__: tmp_path / "config")
    monkeypatch.setattr(live_snapshot, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return kept


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """What any logger of any library says, whatever its level."""
    said: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(self.format(record))

    root, handler = logging.getLogger(), Kept()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield said
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


def kept_text(home: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in home.rglob("*") if path.is_file())


def failing(self: Archive, part: str) -> bytes:
    raise ValueError(f"cannot understand {' '.join(SECRETS)} in {part}")


DATABASE = f"postgresql://verkauf:{PASSWORD}@127.0.0.1:9/crm"
# Command -> its arguments, several times where it has ways of its own; {book} is the planted one.
CLI: dict[str, list[str]] = {
    "demo": ["--out {book}"],  # its data are the shipped sample's
    "refresh": ["{book} --date 2026-06-30", "{book} --date nonsense", "{book} --source {csv}",
                f"{{book}} --source {DATABASE}#orders", "{absent}"],
    "check": ["{book}", "{book} --all"],
    "adopt": ["{book}"],
    "mask": ["{book}", "{book} --out {book}"],
    "report": ["{book} --markdown"],
    "import": ["{csv} --into {book} --yes", "{csv} --into {book} --update --report rows.csv --yes",
               "{csv} --into {book} --map new.toml",
               "{bad} --into {book}", "{absent} --into {book}", f"{DATABASE} --sql-table orders --into {{book}}",
               f"mysql+pymysql://verkauf:{PASSWORD}@127.0.0.1:9/crm --sql select --into {{book}}",
               f"nonsense://verkauf:{PASSWORD}@127.0.0.1/crm --into {{book}}"],
    "upgrade": ["{book}"],
    "split": ["{book}"],
    "selfcheck": ["{absent}"],  # what it finds in a workbook: tests/libreoffice
    "build": ["{book}"],
    "template": ["", "nonsense", "customer_grading --out out"],
    "doctor": ["", "{book} --out doctor.txt"],
    "extra": ["{book}"],  # a part that exists asks the network
    "install": ["", "--uninstall"],
    "libreoffice install": ["--profile {book}"],
    "libreoffice uninstall": ["--profile {book}"],
    "libreoffice workbook": ["{book} --out plain.xlsx"],
}  # fmt: skip


def test_no_command_is_forgotten() -> None:
    command = get_command(cli.app)
    names = {
        f"{name} {inner}".strip()
        for name, each in command.commands.items()  # type: ignore[attr-defined]
        for inner in getattr(each, "commands", {"": None})
    }
    assert names == set(CLI)


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return typed_at(monkeypatch, capsys)


@pytest.fixture
def places(prepared: Path, tmp_path: Path) -> dict[str, Path]:
    folder = tmp_path / "数据"
    folder.mkdir()
    shutil.copyfile(prepared, folder / "表.xlsx")
    csv, bad = folder / "联系人.csv", folder / f"{s.PHONES[1]}.csv"
    csv.write_text(
        "联系人编号,客户编号,联系人姓名,电话,邮箱,身份证号,生日\n"
        f"P0,C0,{s.NAMES[1]},{s.PHONES[2]},{s.E_MAILS[1]},{s.ID_NUMBERS[1]},{s.PHONES[0]}\n"
        f"P77,C0,{s.NAMES[2]},{TYPED},{TYPED},{TYPED},{TYPED}\n,,{s.NAMES[0]},{s.PHONES[0]},,,\n",
        encoding="utf-8",
    )
    bad.write_text(f"{s.PHONES[0]},{s.E_MAILS[0]},{s.NAMES[0]}\n1,2,3\n", encoding="utf-8")
    return {"book": folder / "表.xlsx", "csv": csv, "bad": bad, "absent": folder / f"{s.PHONES[1]}.xlsx"}


def told(run: Run, home: Path, command: str, arguments: str, places: dict[str, Path]) -> tuple[int, str]:
    """Exit code, and all that the command showed, on the way too, logged and kept."""
    words = [*command.split(), *(word.format(**places) for word in arguments.split())]
    steps: list[str] = []
    with pytest.MonkeyPatch.context() as patch, everything_logged() as logged:
        patch.setattr(progress, "quiet", lambda what, share: steps.append(what))
        patch.setattr(
            soffice, "soffice", lambda: None
        )  # else its add-in is installed, with packages from the net
        code, out, err = run(*words)
    reports = [path.read_text(encoding="utf-8") for path in Path().glob("doctor.txt")]
    return code, "\n".join([out, err, *steps, *logged, *reports, kept_text(home)])


@pytest.mark.parametrize(("command", "arguments"), [(c, a) for c, some in CLI.items() for a in some])
def test_a_command_shows_and_keeps_nobodys_data(
    run: Run, home: Path, places: dict[str, Path], command: str, arguments: str
) -> None:
    code, text = told(run, home, command, arguments, places)
    assert s.leaks(text, SECRETS) == []
    assert code in (0, cli.USER_FAULT), text
    assert text.strip()


@pytest.mark.parametrize(
    "command", ["refresh", "check", "adopt", "mask", "report", "import", "upgrade", "split"]
)
def test_a_command_that_breaks_keeps_where_and_nothing_else(
    run: Run, home: Path, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(Archive, "read", failing)
    code, text = told(run, home, command, CLI[command][0], places)
    assert s.leaks(text, SECRETS) == []
    assert code == cli.OUR_FAULT
    assert "ValueError" in kept_text(home)
    assert re.search(r"test_logs\.py:\d+ failing", kept_text(home))


def test_a_secret_in_the_log_would_be_found(home: Path) -> None:
    (home / "crm_xl.log").write_text(f"x {s.PHONES[0]} {PASSWORD}", encoding="utf-8")
    assert s.leaks(kept_text(home), SECRETS) == [s.PHONES[0], PASSWORD]
    with everything_logged() as logged:
        logging.getLogger("some.package").debug("row %s", s.NAMES[0])
    assert s.leaks("\n".join(logged), SECRETS) == [s.NAMES[0]]


@pytest.fixture(scope="module")
def loaded(prepared: Path) -> FakeWorkbook:
    return FakeWorkbook.load(prepared)


@pytest.fixture
def excel(
    loaded: FakeWorkbook, home: Path, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> FakeExcel:
    running = FakeExcel(loaded.copy())
    monkeypatch.setattr(xw.Book, "_mock_caller", running.book(), raising=False)
    monkeypatch.setattr(live, "choose_files", lambda *_: [places["csv"], places["bad"]])
    monkeypatch.setattr(typer, "launch", lambda _: 0)
    return running


def pressed(excel: FakeExcel, home: Path, command_id: str) -> str:
    """All that a button showed on the way and at the end, logged and kept."""
    with everything_logged() as logged:
        ribbon.press(command_id)
    return "\n".join([*(text for _, text in excel.said), *map(str, excel.status), *logged, kept_text(home)])


@pytest.mark.parametrize("command_id", [command.id for command in COMMANDS])
def test_a_button_tells_and_keeps_nobodys_data(excel: FakeExcel, home: Path, command_id: str) -> None:
    assert s.leaks(pressed(excel, home, command_id), SECRETS) == []


@pytest.mark.parametrize(
    "command_id", ["refresh", "check", "score", "import", "mask", "card", "report", "adopt"]
)
def test_a_button_that_breaks_keeps_where_and_nothing_else(
    excel: FakeExcel, home: Path, places: dict[str, Path], command_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError(f"cannot understand {' '.join(SECRETS)}")

    monkeypatch.setattr(FakeSheet, "get", broken)
    monkeypatch.setattr(live, "choose_files", lambda *_: [places["csv"]])
    text = pressed(excel, home, command_id)
    assert s.leaks(text, SECRETS) == []
    assert ".py:" in kept_text(home)
