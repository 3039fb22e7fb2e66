"""Which sheets a workbook has, in which order, and where each table stands on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from crm_xl.builder.specs import BookSpec
from crm_xl.schema import Role, Table
from crm_xl.tables import card as k
from crm_xl.tables import dashboard as d
from crm_xl.tables import parameters as p
from crm_xl.tables import sales_reports as s
from crm_xl.tables.choices import HIDDEN_SHEETS, LIST_SHEET
from crm_xl.tables.dashboard import DASHBOARD_SHEET
from crm_xl.tables.outputs import BLOCK_SHEET, CHART_SHEET, LEDGER, QUALITY_SHEET

HOME, EXAMPLES, GUIDE, HELP, CONFIG = "首页", "函数示例", "说明", "_help", "xlwings.conf"
LINKS_IN_A_ROW = 5  # as many as the first table of 参数 has columns
# 0-based row and column of each block's headings; between them stand the charts.
DASHBOARD_LEFT, DASHBOARD_RIGHT = 1, 8
CHART_TOP, HEAT_TOP = 16, 34
LIST_TOP = HEAT_TOP + d.REGIONS_SHOWN + 4
_ON_DASHBOARD = {
    d.KEY_FIGURES.name: (4, DASHBOARD_LEFT),
    d.RF_HEAT.name: (HEAT_TOP, DASHBOARD_LEFT),
    d.REGION_HEAT.name: (HEAT_TOP, DASHBOARD_RIGHT),
    d.TOP_WARNINGS.name: (LIST_TOP, DASHBOARD_LEFT),
    d.TOP_MOVERS.name: (LIST_TOP, DASHBOARD_RIGHT),
    d.DATA_STATUS.name: (LIST_TOP + d.LISTED + 3, DASHBOARD_LEFT),
}
CARD_LEFT, CARD_RIGHT, CARD_TOP = 0, 6, 6
_CARD_GAP = 3  # a blank row, a title, headings
CARD_CHART_TOP = CARD_TOP + (k.ASSESSMENT_CARD.fixed_rows or 0) + 2
_TALKS_TOP = CARD_TOP + (k.CUSTOMER_CARD.fixed_rows or 0) + _CARD_GAP
_ON_CARD = {
    k.ASSESSMENT_CARD.name: (CARD_TOP, CARD_LEFT),
    k.CUSTOMER_CARD.name: (CARD_TOP, CARD_RIGHT),
    k.CARD_INTERACTIONS.name: (_TALKS_TOP, CARD_RIGHT),
    k.CARD_ACTIONS.name: (_TALKS_TOP + k.LISTED + _CARD_GAP, CARD_RIGHT),
}
_HEADINGS, _CHOICE_HEADINGS = 3, 2  # 0-based rows
# Below a choice there is one row for the caption; where tables share a sheet, one more for their titles.
_BELOW_CHOICE, _BELOW_CHOICE_SHARED = 5, 6
REPEATED_COLUMNS = 2  # of a table that no page has room for: who a row is about stands on every page
# Their choices stand right of those columns: further pages would show two of its cells.
_ON_SEVERAL_PAGES = (s.OWNER_COMPARE.name, s.COMPARE.name)
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
    DASHBOARD_SHEET: "SheetDashboard",
    k.CARD_SHEET: "SheetCard",
    LIST_SHEET: "SheetLists",
    CONFIG: "SheetXlwingsConf",
}


class SheetKind(StrEnum):
    """What a sheet is for, hence how it looks."""

    HOME = "home"
    PARAMETERS = "parameters"
    INPUT = "input"
    DASHBOARD = "dashboard"
    CARD = "card"
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

    @property
    def columns(self) -> range:
        """The columns of the sheet that it takes."""
        return range(self.column, self.column + len(self.table.columns))


@dataclass(frozen=True, kw_only=True)
class SheetPlan:
    """One sheet: its name, its VBA name, what it is for, its tables from left to right, the choice above them."""

    name: str
    kind: SheetKind
    placed: tuple[Placed, ...] = ()
    choice: Placed | None = None

    @property
    def all_placed(self) -> tuple[Placed, ...]:
        """The choice, where there is one, and the tables."""
        return (*((self.choice,) if self.choice else ()), *self.placed)

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

    @property
    def top_heading_row(self) -> int:
        """The row above it where that names groups of columns, else the same."""
        return self.heading_row - any(placed.table.banded for placed in self.placed)


def plan(spec: BookSpec) -> tuple[SheetPlan, ...]:
    """The sheets of a workbook in reading order, hidden ones last."""
    parameters = [table for table in spec.of_role(Role.PARAMETER) if not table.above]
    choices = {table.above: table for table in spec.of_role(Role.PARAMETER) if table.above}
    outputs = spec.of_role(Role.OUTPUT)
    hidden = [table for table in outputs if table.sheet in HIDDEN_SHEETS]
    quality = [table for table in outputs if table.sheet in (QUALITY_SHEET, LEDGER.sheet)]
    dashboard = [table for table in outputs if table.sheet == DASHBOARD_SHEET]
    card = [table for table in outputs if table.sheet == k.CARD_SHEET]
    apart = {table.name for table in (*hidden, *quality, *dashboard, *card)}
    shown = [table for table in outputs if table.name not in apart]
    together = [table for table in parameters if table.sheet == p.SHEET]
    rows_of_links = -(-len(together) // LINKS_IN_A_ROW)
    sheets = [
        SheetPlan(name=HOME, kind=SheetKind.HOME),
        # Title, explanation, links, a blank row, table titles, notes, headings.
        *_sheets(together, SheetKind.PARAMETERS, row=rows_of_links + 5),
        *_sheets([t for t in parameters if t.sheet != p.SHEET], SheetKind.PARAMETERS, row=_HEADINGS),
        *_sheets(spec.of_role(Role.INPUT), SheetKind.INPUT, row=_HEADINGS),
        *([_dashboard(dashboard)] if dashboard else []),
        *([_card(card, choices.get(k.CARD_CHOICE.above))] if card else []),
        *_sheets(shown, SheetKind.OUTPUT, row=_HEADINGS, choices=choices),
        *_sheets(quality, SheetKind.OUTPUT, row=_HEADINGS),
        *([SheetPlan(name=EXAMPLES, kind=SheetKind.EXAMPLES)] if spec.macros else []),
        SheetPlan(name=GUIDE, kind=SheetKind.GUIDE),
        *_sheets(hidden, SheetKind.DATA, row=1),
    ]
    if spec.macros:
        sheets.append(SheetPlan(name=HELP, kind=SheetKind.HELP))
        sheets.append(SheetPlan(name=CONFIG, kind=SheetKind.CONFIG))
    return tuple(sheets)


def _dashboard(tables: list[Table]) -> SheetPlan:
    """看板: blocks of fixed size, one below another; the rest of the page is charts."""
    return SheetPlan(
        name=DASHBOARD_SHEET, kind=SheetKind.DASHBOARD, placed=_at_fixed_places(tables, _ON_DASHBOARD)
    )


def _card(tables: list[Table], choice: Table | None) -> SheetPlan:
    """客户卡片: the form and a chart on the left, what is known of the customer on the right."""
    above = Placed(table=choice, row=_CHOICE_HEADINGS, column=CARD_LEFT) if choice else None
    return SheetPlan(
        name=k.CARD_SHEET, kind=SheetKind.CARD, placed=_at_fixed_places(tables, _ON_CARD), choice=above
    )


def _at_fixed_places(tables: list[Table], places: Mapping[str, tuple[int, int]]) -> tuple[Placed, ...]:
    return tuple(
        Placed(table=table, row=row, column=column)
        for table in tables
        for row, column in [places[table.name]]
    )


def place_of(sheets: tuple[SheetPlan, ...], table: Table) -> tuple[SheetPlan, Placed]:
    """The sheet a table stands on, and where.

    Raises:
        KeyError: the workbook does not have the table.
    """
    for sheet in sheets:
        for placed in sheet.all_placed:
            if placed.table.name == table.name:
                return sheet, placed
    raise KeyError(table.name)


def _sheets(
    tables: list[Table] | tuple[Table, ...],
    kind: SheetKind,
    *,
    row: int,
    choices: Mapping[str, Table] | None = None,
) -> list[SheetPlan]:
    """One plan a sheet name; tables that share a sheet stand side by side with one blank column between."""
    by_sheet: dict[str, list[Table]] = {}
    for table in tables:
        by_sheet.setdefault(table.sheet, []).append(table)
    plans = []
    for name, group in by_sheet.items():
        column = 0
        placed = []
        chosen = (
            next((choices[table.name] for table in group if table.name in choices), None) if choices else None
        )
        clear = REPEATED_COLUMNS if chosen and chosen.above in _ON_SEVERAL_PAGES else 0
        above = Placed(table=chosen, row=_CHOICE_HEADINGS, column=clear) if chosen else None
        below = _BELOW_CHOICE_SHARED if len(group) > 1 else _BELOW_CHOICE
        top = below if above else row
        top += any(table.banded for table in group)
        for table in group:
            placed.append(Placed(table=table, row=top, column=column))
            column += len(table.columns) + 1
        plans.append(SheetPlan(name=name, kind=kind, placed=tuple(placed), choice=above))
    return plans
