"""A workbook that is still being made: a book that a refresh can read and fill before a file exists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from crm_xl.books.protocol import Block, Cell, Place
from crm_xl.builder.layout import plan
from crm_xl.builder.samples import sample_rows
from crm_xl.builder.samples.trials import trial_rows
from crm_xl.builder.specs import BookSpec
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.schema import Role
from crm_xl.tables.cells import SCHEMA_VERSION, VERSION
from crm_xl.tables.parameters import GENERAL, SETTINGS_TABLE
from crm_xl.tables.shipped import SHIPPED


class Draft:
    """Every table of a workbook as it will stand in the file; the book protocol, held in memory.

    Args:
        spec: what the workbook holds.
        samples: whether the tables that people fill in hold sample rows; parameters always have the shipped rows.
        model: a draft of the same workbook by whose rows its columns are sized; default: by its own.
    """

    def __init__(self, spec: BookSpec, *, samples: bool = True, model: Draft | None = None) -> None:
        self.spec = spec
        self.samples = samples
        self.model = self if model is None else model
        self.name = spec.file_name
        self.file: Path | None = None  # of the machine that builds; nothing goes beside it
        self.sheets = plan(spec)
        self.cells: dict[str, Cell] = {}
        self._before: tuple[dict[str, Block], dict[str, Cell]] | None = None
        filled = {
            **{name: _said(rows) for name, rows in SHIPPED.items()},
            SETTINGS_TABLE.name: _settings(spec),
            **({**sample_rows(spec.sample_step), **trial_rows()} if samples else {}),
            # Choices show what a blank would mean.
            **{t.name: [[column.example or None for column in t]] for t in spec.tables if t.above},
        }
        self.blocks: dict[str, Block] = {
            table.name: Block(headings=table.titles, rows=filled.get(table.name, ())) for table in spec.tables
        }

    def tables(self) -> Mapping[str, Place]:
        """Every table, by name, at the place where the file will have it."""
        return {
            placed.table.name: Place(
                sheet=sheet.name,
                row=placed.row + 1,
                column=placed.column + 1,
                rows=self.body_rows(placed.table.name),
                headings=self.blocks[placed.table.name].headings,
            )
            for sheet in self.sheets
            for placed in sheet.all_placed
        }

    def body_rows(self, name: str) -> int:
        """Rows of the table's body in the file: a table has at least one, and a chart's block its fixed size."""
        fixed = next(table.fixed_rows for table in self.spec.tables if table.name == name) or 1
        return max(fixed, len(self.blocks[name].rows))

    def read(self, names: Iterable[str]) -> dict[str, RawTable]:
        """The named tables that the workbook has."""
        places = self.tables()
        return {
            name: RawTable.from_rows(
                name,
                [block.headings, *block.rows],
                sheet=places[name].sheet,
                row=places[name].row,
                column=places[name].column,
            )
            for name, block in self.blocks.items()
            if name in set(names)
        }

    def value(self, name: str) -> Cell:
        """What the cell of a defined name will hold; None where nothing is known of it."""
        return SCHEMA_VERSION if name == VERSION.name else self.cells.get(name)

    def write(self, blocks: Mapping[str, Block], cells: Mapping[str, Cell]) -> None:
        """Take over what a refresh computed; names the workbook does not have are passed over.

        Raises:
            ValueError: a refresh would write over a table that people fill in.
        """
        roles = {table.name: table.role for table in self.spec.tables}
        known = {name: block for name, block in blocks.items() if name in roles}
        for name in known:
            if roles[name] is Role.PARAMETER:
                raise ValueError(f"a refresh does not write {name}")
        self._before = (self.blocks, self.cells)
        self.blocks = {**self.blocks, **known}
        self.cells = {**self.cells, **cells}

    def restore(self) -> None:
        """Take back the last write.

        Raises:
            CrmError: nothing was written, or it was taken back already.
        """
        if self._before is None:
            raise CrmError("没有可以撤销的刷新。", where=self.name)
        (self.blocks, self.cells), self._before = self._before, None


def _settings(spec: BookSpec) -> list[list[Cell]]:
    """基本设置 as shipped, with what the guide of this workbook asks for instead."""
    asked = {own.title: value for own in GENERAL for name, value in spec.settings if own.name == name}
    place = SETTINGS_TABLE.names.index("value")
    rows = _said(SHIPPED[SETTINGS_TABLE.name])
    return [[*row[:place], asked.get(str(row[0]), row[place]), *row[place + 1 :]] for row in rows]


def _said(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Rows as a person would type them: 是 and 否 for true and false."""
    words = {True: "是", False: "否"}
    return [[words[cell] if isinstance(cell, bool) else cell for cell in row] for row in rows]
