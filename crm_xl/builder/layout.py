"""Which sheets a workbook has, in which order, and where each table stands on them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crm_xl.builder.specs import BookSpec
from crm_xl.schema import Role, Table
from crm_xl.tables import parameters as p
from crm_xl.tables.outputs import BLOCK_SHEET, CHART_SHEET, LEDGER, QUALITY_SHEET

HOME, EXAMPLES, GUIDE, HELP, CONFIG = "首页", "函数示例", "说明", "_help", "xlwings.conf"
LINKS_IN_A_ROW = 5  # as many as the first table of 参数 has columns
# The names VBA knows the sheets by: ASCII, and never changed, since macros may speak of them.
_CODE_NAMES = {
    HOME: "SheetHome",
    p.SHEET: "SheetParameters",
    QUALITY_SHEET: "SheetQuality",
    EXAMPLES: "SheetExamples",
    GUIDE: "SheetGuide",
    HELP: "SheetHelp",
    BLOCK_SHEET: "SheetBlocks",
    CHART_SHEET: "SheetChartData",
    CONFIG: "SheetXlwingsConf",
}


class SheetKind(StrEnum):
    """What a sheet is for, hence how it looks."""

    HOME = "home"
    PARAMETERS = "parameters"
    INPUT = "input"
    OUTPUT = "output"
    EXAMPLES = "examples"
    GUIDE = "guide"
    HELP = "help"
    DATA = "data"  # hidden blocks that charts and formulas read
    CONFIG = "config"


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A table and the 0-based place of its first heading."""

    table: Table
    row: int
    column: int


@dataclass(frozen=True, kw_only=True)
class SheetPlan:
    """One sheet: its name, its VBA name, what it is for, and its tables from left to right."""

    name: str
    kind: SheetKind
    placed: tuple[Placed, ...] = ()

    @property
    def code_name(self) -> str:
        """The ASCII name of the sheet's VBA module."""
        return _CODE_NAMES.get(self.name) or f"Sheet{self.placed[0].table.name.removeprefix('tbl')}"

    @property
    def hidden(self) -> bool:
        """Whether people do not see it."""
        return self.kind in (SheetKind.DATA, SheetKind.HELP, SheetKind.CONFIG)

    @property
    def heading_row(self) -> int:
        """The 0-based row all its tables have their headings in."""
        return self.placed[0].row


def plan(spec: BookSpec) -> tuple[SheetPlan, ...]:
    """The sheets of a workbook in reading order, hidden ones last."""
    parameters = spec.of_role(Role.PARAMETER)
    outputs = spec.of_role(Role.OUTPUT)
    hidden = [table for table in outputs if table.sheet in (BLOCK_SHEET, CHART_SHEET)]
    quality = [table for table in outputs if table.sheet in (QUALITY_SHEET, LEDGER.sheet)]
    shown = [table for table in outputs if table not in hidden and table not in quality]
    rows_of_links = -(-len(parameters) // LINKS_IN_A_ROW)
    sheets = [
        SheetPlan(name=HOME, kind=SheetKind.HOME),
        # Title, explanation, links, a blank row, table titles, notes, headings.
        *_sheets(parameters, SheetKind.PARAMETERS, row=rows_of_links + 5),
        *_sheets(spec.of_role(Role.INPUT), SheetKind.INPUT, row=3),
        *_sheets(shown, SheetKind.OUTPUT, row=3),
        *_sheets(quality, SheetKind.OUTPUT, row=3),
        *([SheetPlan(name=EXAMPLES, kind=SheetKind.EXAMPLES)] if spec.macros else []),
        SheetPlan(name=GUIDE, kind=SheetKind.GUIDE),
        *_sheets(hidden, SheetKind.DATA, row=1),
    ]
    if spec.macros:
        sheets.append(SheetPlan(name=HELP, kind=SheetKind.HELP))
        sheets.append(SheetPlan(name=CONFIG, kind=SheetKind.CONFIG))
    return tuple(sheets)


def place_of(sheets: tuple[SheetPlan, ...], table: Table) -> tuple[SheetPlan, Placed]:
    """The sheet a table stands on, and where.

    Raises:
        KeyError: the workbook does not have the table.
    """
    for sheet in sheets:
        for placed in sheet.placed:
            if placed.table.name == table.name:
                return sheet, placed
    raise KeyError(table.name)


def _sheets(tables: list[Table] | tuple[Table, ...], kind: SheetKind, *, row: int) -> list[SheetPlan]:
    """One plan a sheet name; tables that share a sheet stand side by side with one blank column between."""
    by_sheet: dict[str, list[Table]] = {}
    for table in tables:
        by_sheet.setdefault(table.sheet, []).append(table)
    plans = []
    for name, group in by_sheet.items():
        column = 0
        placed = []
        for table in group:
            placed.append(Placed(table=table, row=row, column=column))
            column += len(table.columns) + 1
        plans.append(SheetPlan(name=name, kind=kind, placed=tuple(placed)))
    return plans
