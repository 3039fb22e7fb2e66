"""A quick part of `python dev.py torture`: killed, starved and lied to, nothing is lost."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from torture import rivals
from torture.damage import hostile_data_files, hostile_workbooks
from torture.deeds import DEEDS, warm
from torture.endure import endure, originals, random_damage
from torture.survive import (
    FAULTS,
    Figures,
    Trial,
    fail_at_every_operation,
    kill_at_every_operation,
    kill_at_moments,
    take_the_folder_away,
)

# Children are copies of this process: once for all of these tests, in one worker.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("torture")]
BY_NAME = {deed.name: deed for deed in DEEDS}
SEED = 20261122
# What is quick, and each a fault that was once found here: a reach that broke the process, a search that took hours.
QUICK = ("corner", "10000 x 10000", "an entry ../", "a sheet at ../", "billion laughs in xl/worksheets", "names",
         "an external entity in xl/workbook", "circle", "twice", "table of everything", "to one table",
         "1000 bytes as xl/worksheets")  # fmt: skip
SLOW_DATA = ("50 MB", "hundred thousand columns", "never closed", "xlsb")
BOMB = 1 << 30


@pytest.fixture(scope="module")
def write() -> Iterator[Trial]:
    warm([BY_NAME["write"], BY_NAME["refresh"], BY_NAME["mask"], BY_NAME["import"]])
    with tempfile.TemporaryDirectory() as home:
        yield Trial(BY_NAME["write"], Path(home) / "write")


@pytest.fixture(scope="module")
def files(write: Trial, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return originals(tmp_path_factory.mktemp("originals"), with_libreoffice=False)


@pytest.fixture
def figures() -> Figures:
    return Figures()


def test_killed_at_every_operation_the_old_or_the_new_file_is_whole(write: Trial, figures: Figures) -> None:
    assert {"open", "write", "half-write", "fsync", "rename", "mkdir", "remove"} <= set(write.steps)
    kill_at_every_operation(write, figures)
    assert figures.wrong == []
    assert figures.counts["operations killed"] == len(write.steps) > 30


def test_killed_at_random_moments(write: Trial, figures: Figures) -> None:
    kill_at_moments(write, figures, 20, random.Random(SEED))
    assert figures.wrong == []
    assert figures.counts["moments killed"] == 20


@pytest.mark.parametrize("fault", FAULTS)
def test_refused_by_the_system_at_any_operation(write: Trial, figures: Figures, fault: str) -> None:
    fail_at_every_operation(write, figures, fault)
    assert figures.wrong == []
    assert figures.counts[f"{fault}: operations refused"] > 5


def test_a_folder_that_goes_away_at_any_operation(write: Trial, figures: Figures) -> None:
    take_the_folder_away(write, figures)
    assert figures.wrong == []


def test_of_two_at_once_each_writes_or_gets_a_sentence(
    write: Trial, figures: Figures, tmp_path: Path
) -> None:
    rivals.both_at_once(Trial(BY_NAME["refresh"], tmp_path / "refresh"), figures, 2)
    assert figures.wrong == []
    assert figures.counts["pairs of which one was refused"] >= 1


def test_what_a_colleague_saves_in_between_is_kept(write: Trial, figures: Figures) -> None:
    rivals.interleaved(write, figures)
    assert figures.wrong == []


def test_open_in_another_program_it_is_refused(write: Trial, figures: Figures) -> None:
    rivals.opened_elsewhere(write, figures)
    assert figures.wrong == []


def test_a_careless_writer_is_found_out(write: Trial, figures: Figures, tmp_path: Path) -> None:
    kill_at_every_operation(Trial(rivals.careless_deed(write.deed), tmp_path / "careless"), figures)
    assert any("neither the old nor the new" in fault for fault in figures.wrong)


def test_hostile_workbooks_end_in_a_sentence(files: dict[str, bytes], figures: Figures) -> None:
    chosen = [each for each in hostile_workbooks(files[".xlsx"], BOMB)
              if any(word in each.name for word in QUICK)]  # fmt: skip
    assert len(chosen) >= len(QUICK)
    endure(chosen, figures)
    assert figures.wrong == []
    assert figures.counts["readers: refused"] > len(QUICK)


def test_hostile_data_files_end_in_a_sentence(files: dict[str, bytes], figures: Figures) -> None:
    chosen = [each for each in hostile_data_files(files, BOMB)
              if not any(word in each.name for word in SLOW_DATA)]  # fmt: skip
    endure(chosen, figures)
    assert figures.wrong == []


def test_random_damage_ends_in_a_sentence_or_right_work(files: dict[str, bytes], figures: Figures) -> None:
    endure(random_damage(files, 2, random.Random(SEED)), figures)
    assert figures.wrong == []
    assert figures.counts["files damaged"] >= 20
