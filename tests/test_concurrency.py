"""Of two who write one workbook one wins and the other gets a sentence; nobody writes what somebody has open."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from crm_xl import locks
from crm_xl.books import atomic
from crm_xl.books.atomic import backups
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.errors import CrmError
from crm_xl.refreshing import check, refresh
from crm_xl.tables.outputs import LEDGER, SCORES
from crm_xl.tables.workshop import DRAFT
from tests.books.samples import book
from tests.support.command_line import Run, typed_at
from tests.support.office import SCRIPTS, Office

LOCK = ".~crm_xl-客户.xlsx.lock"
# What somebody else's run holds while it writes; it says so, and waits to be ended.
HOLDER = """
    import sys, time
    from pathlib import Path
    from crm_xl.locks import take
    held = take(Path(sys.argv[1]))
    print("held" if held else "refused", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    orders = [[f"S{n}", f"C{n % 3}", date(2026, 1 + n % 6, 3), 100.0 * n] for n in range(12)]
    return book(tmp_path / "客户.xlsx", {
        "tblOrders": ("订单", 4, 1, ("订单编号", "客户编号", "订单日期", "订单金额(元)"), orders),
        "tblScores": ("客户评分", 4, 1, SCORES.titles, []), "tblLedger": ("台账", 4, 1, LEDGER.titles, []),
        "tblDraft": ("模拟测算", 4, 1, DRAFT.titles, []),
    })  # fmt: skip


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return typed_at(monkeypatch, capsys)


@contextmanager
def somebody_writing(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds what a run of ours holds while it writes the file."""
    command = [sys.executable, "-c", textwrap.dedent(HOLDER), str(path.with_name(LOCK))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            yield other
        finally:
            other.kill()


def test_the_second_of_two_writers_gets_a_sentence(
    path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "_PATIENCE", 0.1)
    before = path.read_bytes()
    csv = path.with_name("新.csv")
    csv.write_text("订单编号,客户编号,订单日期,订单金额(元)\nN1,C1,2026-05-01,300\n", encoding="utf-8")
    with somebody_writing(path):
        for command in (("refresh", path), ("import", csv, "--into", path, "--yes")):
            code, _, said = run(*command)
            assert (code, "另一个窗口或另一位同事正在写这个文件" in said) == (2, True), command
            assert "客户.xlsx" in said
        assert run("check", path)[0] == 0  # reading disturbs nobody
    assert path.read_bytes() == before
    assert backups(path) == []


def test_a_writer_that_was_killed_keeps_nobody_out(path: Path, run: Run) -> None:
    with somebody_writing(path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert path.with_name(LOCK).exists()
        assert run("refresh", path)[0] == 0
    assert not path.with_name(LOCK).exists()


def test_a_short_wait_lets_both_write_one_after_the_other(path: Path, run: Run) -> None:
    held = locks.take(path.with_name(LOCK))
    assert held is not None
    waiting = threading.Timer(0.3, held.release)
    waiting.start()
    assert run("refresh", path)[0] == 0
    waiting.join()
    assert len(backups(path)) == 1


def test_where_a_share_knows_no_locks_the_second_to_write_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two users, each with what the other has not seen: who writes second would undo the first."""
    monkeypatch.setattr(locks, "_got", lambda handle: None)
    first, second = FileBook(path), FileBook(path)
    block = {name: Block(headings=("客户编号",), rows=[(name,)]) for name in ("tblScores",)}
    first.write(block, {})
    won = path.read_bytes()
    with pytest.raises(CrmError, match="改动") as told:
        second.write(block, {})
    assert (told.value.where, bool(told.value.hint)) == ("客户.xlsx", True)
    assert path.read_bytes() == won
    assert len(backups(path)) == 1


def test_two_refreshes_at_the_same_moment(path: Path) -> None:
    """Two processes: each is done or told, the file is whole, and there is a backup for each that wrote."""
    command = [sys.executable, "-c", "import sys; from crm_xl.cli import main; main()", "refresh", str(path)]
    pair = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [each.communicate()[1] for each in pair]
    codes = [each.returncode for each in pair]
    assert 0 in codes
    assert set(codes) <= {0, 2}
    assert all(
        code == 0 or "正在写" in text or "改动" in text for code, text in zip(codes, said, strict=True)
    )
    assert len(backups(path)) == codes.count(0)
    assert len(FileBook(path, read_only=True).read(["tblScores"])["tblScores"]) == 3
    assert [each.name for each in path.parent.glob(".~crm_xl*")] == []


@pytest.mark.parametrize("owner", ["~$客户.xlsx", ".~客户.xlsx", ".~lock.客户.xlsx#"])
def test_what_excel_wps_or_libreoffice_has_open_is_read_and_not_written(
    path: Path, run: Run, owner: str
) -> None:
    path.with_name(owner).write_bytes(b"")
    before = path.read_bytes()
    csv = path.with_name("新.csv")
    csv.write_text("订单编号,客户编号,订单日期,订单金额(元)\nN1,C1,2026-05-01,300\n", encoding="utf-8")
    for command in (("refresh", path), ("adopt", path), ("import", csv, "--into", path, "--yes")):
        code, _, said = run(*command)
        assert (code, "正在被打开" in said, owner in said) == (2, True, True), command
    assert path.read_bytes() == before
    assert run("check", path)[0] == 0
    assert run("refresh", path, "--out", path.with_name("另存.xlsx"))[0] == 0


def test_opened_while_a_refresh_is_under_way_it_is_not_replaced(path: Path) -> None:
    before = path.read_bytes()

    def opened(what: str, share: float) -> None:
        if share > 0.5:
            path.with_name("~$客户.xlsx").write_bytes(b"")

    with pytest.raises(CrmError, match="正在被打开"):
        refresh(path, progress=opened)
    assert path.read_bytes() == before
    assert backups(path) == []


@pytest.mark.slow
@pytest.mark.libreoffice
def test_a_workbook_that_libreoffice_has_open_is_refused(path: Path, office: Office) -> None:
    before = path.read_bytes()
    assert office.run(SCRIPTS / "hold_open.py", path) == "open\n"
    try:
        with pytest.raises(CrmError, match="正在被打开"):
            refresh(path)
        assert check(path).customers == 3
    finally:
        assert office.run(SCRIPTS / "hold_open.py", path, "close") == "closed\n"
    assert path.read_bytes() == before
    refresh(path)
    assert len(backups(path)) == 1
