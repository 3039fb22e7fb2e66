"""What the ribbon tab and the buttons of the start page offer: one declared row each, and what it does."""

from __future__ import annotations

from crm_xl.commands.analysis import ANALYSIS
from crm_xl.commands.card import CARD
from crm_xl.commands.data import DATA
from crm_xl.commands.declaration import Availability, Command, Group, OpenBook, Size
from crm_xl.commands.help import HELP
from crm_xl.commands.output import OUTPUT
from crm_xl.commands.reports import REPORTS
from crm_xl.commands.workshop import MANAGEMENT, WARNINGS

TAB = "客户分析"
COMMANDS: tuple[Command, ...] = (*DATA, *ANALYSIS, *WARNINGS, *REPORTS, *CARD, *MANAGEMENT, *OUTPUT, *HELP)

__all__ = ["COMMANDS", "TAB", "Availability", "Command", "Group", "OpenBook", "Size", "command"]


def command(command_id: str) -> Command:
    """The command of that id.

    Raises:
        ValueError: there is none: workbook and program do not belong together.
    """
    for each in COMMANDS:
        if each.id == command_id:
            return each
    raise ValueError(f"no command {command_id}")
