"""Ctrl-C at any moment: everything is as it was, or whole and told of; the estimate of what is left."""

from __future__ import annotations

import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import xlsxwriter

from crm_xl import assets, cli, cli_progress
from crm_xl.books import atomic
from crm_xl.books.atomic import BACKUP_FOLDER, KEPT_BACKUPS, replace_contents
from crm_xl.books.pace import Pace, rough
from crm_xl.books.unbroken import unbroken

STEP = 7  # of the lines of a whole refresh every seventh; the others are those of the replacement alone, all of them
UNCHANGED = "已取消，文件未改动。\n"
HEADINGS = ["订单编号", "客户编号", "订单日期", "订单金额(元)"]

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs a command in this process; gives its exit code and what it says of faults."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["crm-xl", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return int(stopped.value.code or 0), capsys.readouterr().err

    return command


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def stopping_at(number: int, told: list[str]) -> Iterator[Callable[[str, float], None]]:
    """A progress that presses Ctrl-C when it is told for the so-manieth time."""

    def progress(what: str, _share: float) -> None:
        told.append(what)
        if len(told) == number:
            signal.raise_signal(signal.SIGINT)

    yield progress


COMMANDS: dict[str, tuple[tuple[object, ...], int]] = {
    # What is typed, and how many phases are told before anything is in place.
    "refresh": (("refresh", "客户.xlsx"), 4),
    "adopt": (("adopt", "客户.xlsx"), 4),
    "mask": (("mask", "客户.xlsx"), 3),
    "report": (("report", "客户.xlsx", "--markdown"), 6),
    "import": (("import", "订单.csv", "--into", "客户.xlsx", "--yes"), 4),
    "split": (("split", "客户.xlsx"), 3),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_in_each_phase_of_a_command_leaves_all_as_it_was(
    name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(assets.asset("templates/customer_grading.xlsx"), tmp_path / "客户.xlsx")
    (tmp_path / "订单.csv").write_text(f"{','.join(HEADINGS)}\nS-1,C0001,2026-01-05,100\n", encoding="utf-8")
    before = contents(tmp_path)
    arguments, phases = COMMANDS[name]
    for number in range(1, phases + 1):
        told: list[str] = []
        for module in (cli, cli_progress):
            monkeypatch.setattr(
                module, "shown_progress", lambda number=number, told=told: stopping_at(number, told)
            )
        code, said = run(*arguments)
        assert (code, said) == (cli_progress.STOPPED, UNCHANGED), told
        assert len(told) == number
        assert contents(tmp_path) == before, told


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Two orders and the tables that a refresh fills from them."""
    path = tmp_path / "小.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("订单")
        columns = [{"header": heading} for heading in HEADINGS]
        sheet.add_table(0, 0, 2, 3, {"name": "tblOrders", "columns": columns})
        sheet.write_row(1, 0, ["1", "A", "2026-01-05", 100])
        sheet.write_row(2, 0, ["2", "B", "2026-02-05", 200])
        summary = book.add_worksheet("分群")
        summary.add_table(0, 0, 1, 0, {"name": "tblRfmSummary", "columns": [{"header": "RFM分群"}]})
    return path


class Interrupter:
    """Presses Ctrl-C at the so-manieth line that runs in a file; counts them."""

    def __init__(self, file: str, at: int | None) -> None:
        self._file, self._at = file, at
        self.lines = 0
        self.pressed = ""

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename != self._file:
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self._at:
                self.pressed = f"{frame.f_code.co_name}:{frame.f_lineno}"
                signal.raise_signal(signal.SIGINT)
        return self


@contextmanager
def interrupted(file: str, at: int | None) -> Iterator[Interrupter]:
    interrupter = Interrupter(file, at)
    before = sys.gettrace()
    sys.settrace(interrupter)
    try:
        yield interrupter
    finally:
        sys.settrace(before)


@pytest.mark.slow
def test_ctrl_c_at_lines_of_the_replacement_of_a_workbook(run: Run, small: Path, tmp_path: Path) -> None:
    """The old file and no trace, or the new one whole with the old one as its backup; and the sentence says which."""
    old = small.read_bytes()
    with interrupted(atomic.__file__, None) as whole:
        code = run("refresh", small.name)[0]
    assert code == 0
    new = small.read_bytes()
    assert new != old and whole.lines > 100
    outcomes = set()
    for at in range(1, whole.lines + 1, STEP):
        shutil.rmtree(tmp_path / BACKUP_FOLDER, ignore_errors=True)
        small.write_bytes(old)
        with interrupted(atomic.__file__, at) as interrupter:
            code, said = run("refresh", small.name)
        left = contents(tmp_path)
        now = left.pop(small.name)
        assert code == cli_progress.STOPPED, interrupter.pressed
        assert now in (old, new), interrupter.pressed
        outcomes.add(now == new)
        if now == old:
            assert (said, left) == (UNCHANGED, {}), interrupter.pressed
        else:
            assert small.name in said and "已写好" in said, interrupter.pressed
            assert list(left.values()) == [old], interrupter.pressed
    assert outcomes == {True, False}


@pytest.mark.parametrize("kept", [0, KEPT_BACKUPS])
def test_files_that_belong_together_are_all_new_or_all_old_at_any_line(tmp_path: Path, kept: int) -> None:
    files = [tmp_path / "a.docx", tmp_path / "a.md", tmp_path / "a.pdf"]
    for file in files:
        file.write_bytes(b"old")
    with interrupted(atomic.__file__, None) as whole:
        replace_contents(dict.fromkeys(files, b"new"), kept=kept)
    seen = set()
    for at in range(1, whole.lines + 1):
        shutil.rmtree(tmp_path / BACKUP_FOLDER, ignore_errors=True)
        for file in files:
            file.write_bytes(b"old")
        with interrupted(atomic.__file__, at) as interrupter, pytest.raises(KeyboardInterrupt):
            replace_contents(dict.fromkeys(files, b"new"), kept=kept)
        found = {file.read_bytes() for file in files}
        assert len(found) == 1, interrupter.pressed
        others = [content for name, content in contents(tmp_path).items() if tmp_path / name not in files]
        assert others == ([b"old"] * len(files) if kept and found == {b"new"} else []), interrupter.pressed
        seen |= found
    assert seen == {b"old", b"new"}


def test_ctrl_c_waits_for_the_end_of_a_stretch_and_is_not_lost() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), unbroken():
        with unbroken():
            signal.raise_signal(signal.SIGINT)
            done.append("inner")
        done.append("outer")
    assert done == ["inner", "outer"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_stretch_in_another_thread_asks_for_no_signals() -> None:
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with unbroken():
                pass
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert failed == []


class Clock:
    """Seconds that pass when somebody says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_steady_work_is_estimated_right_and_never_longer_than_before() -> None:
    """Forty seconds of work, told of each second: 40 - n are left after n seconds."""
    clock = Clock()
    pace = Pace(clock)
    lefts = []
    for second in range(40):
        pace.told(second / 40)
        if pace.left is not None:
            lefts.append(pace.left)
            assert pace.left == pytest.approx(40 - second)
        clock.now += 1
    assert len(lefts) == 37  # from the third second on
    assert lefts == sorted(lefts, reverse=True)


def test_between_news_the_estimate_counts_down_and_ends_when_it_was_wrong() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.told(0.0)
    clock.now += 10
    pace.told(0.5)
    # Half in 10 s: 10 s are left.
    assert pace.left == pytest.approx(10)
    clock.now += 4
    assert (pace.left, pace.words) == (pytest.approx(6), "约剩 5 秒")
    clock.now += 7  # should have been over a second ago
    assert (pace.left, pace.words) == (None, "")
    pace.told(0.6)
    # 0.6 in 21 s: 0.4 take 14 s.
    assert pace.left == pytest.approx(14)


def test_short_work_is_not_estimated_and_a_late_beginning_is_no_work_done() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.told(0.4)
    clock.now += 2
    pace.told(0.5)
    assert pace.left is None
    clock.now += 2
    pace.told(0.6)
    # From 0.4 to 0.6 in 4 s: 0.4 take 8 s.
    assert pace.left == pytest.approx(8)


def test_the_share_shown_never_falls() -> None:
    pace = Pace(Clock())
    assert [pace.told(share) for share in (0.1, 0.5, 0.3, 1.5)] == [0.1, 0.5, 0.5, 1.0]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "5 秒"),
        (12, "10 秒"),
        (44, "45 秒"),
        (59, "60 秒"),
        (61, "1 分钟"),
        (170, "3 分钟"),
        (7000, "117 分钟"),
    ],
)
def test_a_time_as_one_would_say_it(seconds: float, words: str) -> None:
    assert rough(seconds) == words


def test_the_bar_on_a_terminal_shows_what_is_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    monkeypatch.setattr("crm_xl.books.pace.Pace.__init__.__defaults__", (clock,))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with cli_progress.shown_progress() as progress:
        progress("读取工作簿", 0.0)
        clock.now += 10
        progress("清洗数据", 0.5)
    said = capsys.readouterr().err
    assert "清洗数据" in said and "约剩 10 秒" in said
