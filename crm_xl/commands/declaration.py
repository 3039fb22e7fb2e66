"""The words a command is declared with."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from crm_xl.books.protocol import Progress
from crm_xl.importing.intake import InputBook

# VBA and XML both take it, and it becomes part of defined names (CRM_<ID>_READY).
_ID = re.compile("[a-z][a-z0-9]*")
_LONGEST_TIP = 1024  # what Office shows of a tip


class OpenBook(InputBook, Protocol):
    """A workbook with a person in front of it."""

    def choose_files(self) -> list[Path]:
        """The data files the person picks; none where the choice is called off.

        Raises:
            CrmError: the application has no such dialog.
        """

    def confirm(self, question: str) -> bool:
        """Whether the person says yes."""

    def show_sheet(self, name: str) -> None:
        """Bring a sheet to the front.

        Raises:
            CrmError: the workbook has no such sheet.
        """

    def restore(self) -> None:
        """Put back what the output tables held before the last write.

        Raises:
            CrmError: nothing was kept.
        """


Handler = Callable[[OpenBook, Progress], str]


class Group(StrEnum):
    """A group of the ribbon tab, by its label; in the order they stand."""

    DATA = "数据"
    ANALYSIS = "分析"
    REPORTS = "报表"
    MANAGEMENT = "管理"
    OUTPUT = "输出"
    HELP = "帮助"


class Size(StrEnum):
    """How large a button is."""

    LARGE = "large"
    NORMAL = "normal"


class Availability(StrEnum):
    """When a command can be pressed."""

    ALWAYS = "always"
    READY = "ready"  # while the workbook's name CRM_<ID>_READY does not say FALSE


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command: what people see of it, when it can be pressed, and what it does.

    Attributes:
        id: how VBA, the ribbon and Python call it.
        label: on the button.
        group: where it stands.
        image: name of one of Office's own icons (imageMso).
        screentip: the heading of its tip.
        supertip: the text of its tip: what it does, and what it writes.
        size: of its button in the ribbon.
        availability: when it can be pressed.
        on_home: whether the start page has a button for it too.
        handler: does it, and gives the closing message.
    """

    id: str
    label: str
    group: Group
    image: str
    screentip: str
    supertip: str
    handler: Handler
    size: Size = Size.NORMAL
    availability: Availability = Availability.ALWAYS
    on_home: bool = False

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no id: small ASCII letters and digits")
        if not (self.label and self.screentip and self.supertip and self.image):
            raise ValueError(f"{self.id}: label, icon and both tips belong to a command")
        if len(self.screentip) > _LONGEST_TIP or len(self.supertip) > _LONGEST_TIP:
            raise ValueError(f"{self.id}: Office does not show so long a tip")

    @property
    def ready_name(self) -> str:
        """The defined name that says whether the command is ready (FALSE: it is not)."""
        return f"CRM_{self.id.upper()}_READY"
