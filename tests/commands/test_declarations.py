"""The commands as they are declared."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from crm_xl.commands import COMMANDS, Availability, Command, Group, command
from crm_xl.commands.analysis import undo_refresh
from crm_xl.tables.cells import UNDO_NAME

CHECKLIST = (Path(__file__).resolve().parents[2] / "docs" / "windows-checklist.md").read_text("utf-8")


def test_ids_labels_and_handlers_are_each_of_one_command() -> None:
    for what in ("id", "label", "handler", "supertip"):
        counts = Counter(getattr(each, what) for each in COMMANDS)
        assert [value for value, number in counts.items() if number > 1] == []


def test_the_checklist_for_excel_lists_every_button() -> None:
    """docs/windows-checklist.md tells somebody in front of Excel what must be there; a button more is a word more."""
    groups = [(group, [each.label for each in COMMANDS if each.group is group]) for group in Group]
    assert "、".join(f"{group}（{'、'.join(labels)}）" for group, labels in groups) in CHECKLIST
    home = [each.label for each in COMMANDS if each.on_home]
    assert f"首页上的{'零一二三四五六七八九'[len(home)]}个按钮（{'、'.join(home)}）" in CHECKLIST


def test_every_group_has_a_command() -> None:
    assert {each.group for each in COMMANDS} == set(Group)


def test_a_command_is_found_by_its_id() -> None:
    assert [command(each.id) for each in COMMANDS] == list(COMMANDS)
    with pytest.raises(ValueError, match="no command nonsense"):
        command("nonsense")


def test_the_name_that_the_snapshot_writes_is_the_one_the_undo_button_waits_for() -> None:
    undo = command("undo")
    assert undo.handler is undo_refresh
    assert undo.availability is Availability.READY
    assert undo.ready_name == UNDO_NAME


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"id": "刷新"}, "is no id"),
        ({"id": "Two words"}, "is no id"),
        ({"id": "1st"}, "is no id"),
        ({"supertip": ""}, "belong to a command"),
        ({"image": ""}, "belong to a command"),
        ({"supertip": "长" * 2000}, "so long a tip"),
    ],
)
def test_a_command_that_could_not_be_shown_is_refused(change: dict[str, Any], complaint: str) -> None:
    row = {
        "id": "x",
        "label": "甲",
        "group": Group.HELP,
        "image": "Help",
        "screentip": "乙",
        "supertip": "丙",
    }
    with pytest.raises(ValueError, match=complaint):
        Command(**{**row, **change}, handler=lambda *_: "")
