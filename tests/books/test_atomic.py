"""At any moment the old or the new file is there, whole; and the old one can be had back."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crm_xl.books import atomic
from crm_xl.books.atomic import BACKUP_FOLDER, KEPT_BACKUPS, backups, restore_backup
from crm_xl.books.exchange import exchange
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.errors import CrmError
from tests.books.samples import book, contents_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return book(tmp_path / "客户.xlsx", {"tblA": ("出", 1, 1, ["甲"], [["旧"]])})


def _write(path: Path, value: str, out: Path | None = None) -> None:
    FileBook(path, out).write({"tblA": Block(headings=("甲",), rows=[(value,)])}, {})


def _value(path: Path) -> object:
    return FileBook(path, read_only=True).read(["tblA"])["tblA"].columns[0][0]


def test_the_previous_file_is_kept_as_it_was(path: Path) -> None:
    before = path.read_bytes()
    _write(path, "新")
    assert _value(path) == "新"
    (backup,) = backups(path)
    assert backup.parent == path.parent / BACKUP_FOLDER
    assert (backup.suffix, backup.name.startswith("客户 ")) == (".xlsx", True)
    assert backup.read_bytes() == before
    assert sorted(entry.name for entry in path.parent.iterdir()) == [BACKUP_FOLDER, "客户.xlsx"]


def test_another_target_leaves_the_source_and_keeps_what_it_replaces(path: Path) -> None:
    before, out = path.read_bytes(), path.parent / "结果.xlsx"
    _write(path, "一", out)
    assert backups(out) == []
    _write(path, "二", out)
    assert (_value(out), _value(backups(out)[0]), path.read_bytes()) == ("二", "一", before)


def test_only_the_newest_backups_of_this_file_stay(path: Path) -> None:
    folder = path.parent / BACKUP_FOLDER
    folder.mkdir()
    strangers = [folder / "客户 手工备份.xlsx", folder / "客户 表 2020-01-01 00.00.00.000000.xlsx"]
    for stranger in strangers:
        stranger.write_bytes(b"mine")
    for number in range(KEPT_BACKUPS + 3):
        _write(path, str(number))
    assert [_value(backup) for backup in backups(path)] == [str(number) for number in range(6, 1, -1)]
    assert all(stranger.exists() for stranger in strangers)


def test_restoring_brings_the_previous_file_back_and_twice_undoes_it(path: Path) -> None:
    before = path.read_bytes()
    opened = FileBook(path)
    opened.write({"tblA": Block(headings=("甲",), rows=[("新",), ("二",)])}, {})
    after = path.read_bytes()
    opened.restore()
    assert path.read_bytes() == before
    assert opened.tables()["tblA"].rows == 1
    assert [backup.read_bytes() for backup in backups(path)] == [after]
    opened.restore()
    assert path.read_bytes() == after
    assert [backup.read_bytes() for backup in backups(path)] == [before]


def test_restoring_works_with_all_backups_kept(path: Path) -> None:
    for number in range(KEPT_BACKUPS + 1):
        _write(path, str(number))
    restore_backup(path)
    assert _value(path) == str(KEPT_BACKUPS - 1)
    assert len(backups(path)) == KEPT_BACKUPS


def test_without_backup_restoring_says_so(path: Path) -> None:
    with pytest.raises(CrmError, match="没有可以恢复的备份"):
        restore_backup(path)


def test_permissions_stay_and_a_new_file_gets_the_usual_ones(path: Path) -> None:
    path.chmod(0o640)
    _write(path, "新")
    assert path.stat().st_mode & 0o777 == 0o640
    ordinary = path.parent / "ordinary"
    ordinary.write_bytes(b"")
    out = path.parent / "out.xlsx"
    _write(path, "新", out)
    assert out.stat().st_mode == ordinary.stat().st_mode


def test_a_link_is_followed_and_stays_a_link(path: Path) -> None:
    link = path.parent / "link.xlsx"
    link.symlink_to(path)
    _write(link, "新")
    assert link.is_symlink()
    assert _value(path) == "新"


STEPS = ["fsync", "mkstemp", "replace", "copy2", "copymode"]
FAULTS = [
    (OSError(errno.ENOSPC, "No space left on device"), "磁盘空间不足"),
    (PermissionError(errno.EACCES, "Permission denied"), "占用"),
    (OSError(errno.EROFS, "Read-only file system"), "磁盘是只读的"),
    (OSError(errno.EIO, "Input/output error"), "Input/output error"),
]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("fault", "problem"), FAULTS)
def test_a_fault_at_any_step_leaves_everything_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str, fault: OSError, problem: str
) -> None:
    _write(path, "前")
    before = _all_files(path.parent)

    def fail(*_: object, **__: object) -> None:
        raise fault

    opened = FileBook(path)
    with monkeypatch.context() as patch:
        module = next(module for module in (os, shutil, atomic.tempfile) if hasattr(module, step))
        patch.setattr(module, step, fail)
        with pytest.raises(CrmError) as refused:
            opened.write({"tblA": Block(headings=("甲",), rows=[("新",)])}, {})
    assert problem in refused.value.problem
    assert (refused.value.where, bool(refused.value.hint)) == ("客户.xlsx", True)
    assert _all_files(path.parent) == before


def test_a_replacement_refused_at_the_very_end_takes_its_backup_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _all_files(path.parent)
    real = os.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(target) == path:
            raise PermissionError(errno.EACCES, "open in Excel")
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        patch.setattr(atomic, "exchange", lambda *_: False)  # as on Windows
        with pytest.raises(CrmError, match="占用"):
            _write(path, "新")
    (path.parent / BACKUP_FOLDER).rmdir()
    assert _all_files(path.parent) == before


def _swapped(one: Path, other: Path) -> bool:
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    return True


def test_what_a_colleague_saves_at_the_last_moment_comes_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def saved_just_before(one: Path, other: Path) -> bool:
        if not path.read_bytes().endswith(b"theirs"):
            path.write_bytes(path.read_bytes() + b"theirs")
        return _swapped(one, other)

    before = path.read_bytes()
    monkeypatch.setattr(atomic, "exchange", saved_just_before)
    with pytest.raises(CrmError, match="改动"):
        _write(path, "新")
    assert path.read_bytes() == before + b"theirs"
    assert backups(path) == []


def test_an_exchange_happens_or_nothing_does(tmp_path: Path) -> None:
    one, other = tmp_path / "甲", tmp_path / "乙"
    one.write_text("1", encoding="utf-8")
    assert not exchange(one, other)  # there is no other
    other.write_text("2", encoding="utf-8")
    changed = exchange(one, other)
    assert (one.read_text(encoding="utf-8"), other.read_text(encoding="utf-8")) == (
        ("2", "1") if changed else ("1", "2")
    )


def test_where_files_cannot_be_exchanged_one_replaces_the_other(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()
    monkeypatch.setattr(atomic, "exchange", lambda *_: False)
    _write(path, "新")
    assert [backup.read_bytes() for backup in backups(path)] == [before]
    assert FileBook(path, read_only=True).read(["tblA"])["tblA"].columns[0][0] == "新"


def test_an_interruption_cleans_up_and_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = _all_files(path.parent)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            _write(path, "新")
    assert _all_files(path.parent) == before


def test_what_was_written_wrong_never_takes_the_files_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _all_files(path.parent)
    real = os.fsync

    def spoil(handle: int) -> None:
        real(handle)
        size = os.fstat(handle).st_size
        os.pwrite(handle, b"\xff" * 40, size // 3)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", spoil)
        with pytest.raises(CrmError):
            _write(path, "新")
    assert _all_files(path.parent) == before


def test_temporary_files_of_killed_runs_go_after_a_day(path: Path) -> None:
    old, young = (path.parent / f".~crm_xl-{age}.tmp" for age in ("old", "young"))
    for leftover in (old, young):
        leftover.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * 24 * 3600,) * 2)
    _write(path, "新")
    assert (old.exists(), young.exists()) == (False, True)


KILLED = """
import os, sys
from pathlib import Path
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
path = Path(sys.argv[1])
for number in range(1_000_000):
    FileBook(path).write({"tblA": Block(headings=("甲",), rows=[(f"{number}",)] * 400)}, {})
    print(number, flush=True)
"""


def test_a_process_killed_at_any_moment_leaves_a_whole_file(path: Path) -> None:
    for delay in (0.0, 0.003, 0.007, 0.013, 0.02):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        column = FileBook(path, read_only=True).read(["tblA"])["tblA"].columns[0]
        assert len(column) == 400
        assert len(set(column)) == 1
        assert all(contents_of(backup) for backup in backups(path))


def _all_files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
