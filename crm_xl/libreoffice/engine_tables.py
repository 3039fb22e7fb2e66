"""Excel's tables in a LibreOffice document, where they are database ranges of the same names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes as base

from crm_xl.errors import CrmError
from crm_xl.libreoffice.engine_base import Native, fills, struct
from crm_xl.package.areas import Area

if TYPE_CHECKING:
    from crm_xl.libreoffice.engine_range import Range
    from crm_xl.libreoffice.engine_sheets import Sheet


@fills(base.Table)
class Table:
    """One table.

    Args:
        sheet: where it lies.
        native: UNO's database range.
    """

    parent: Sheet

    def __init__(self, sheet: Sheet, native: Any) -> None:
        self.parent, self._native = sheet, native
        self._totals: tuple[Any, ...] = ()  # what its totals row held before it was hidden

    @property
    def api(self) -> Native:
        """UNO's object, and whether it hides rows."""
        return Native(self._native, AutoFilter=lambda: Native(None, FilterMode=self._hides))

    def _hides(self) -> bool:
        return bool(self._native.getFilterDescriptor().getFilterFields2())

    @property
    def name(self) -> str:
        """Its name, which is unique in the document."""
        text: str = self._native.getName()
        return text

    @name.setter
    def name(self, value: str) -> None:
        self._native.setName(value)

    display_name = name

    @property
    def area(self) -> Area:
        """Its cells, with headings and totals."""
        where = self._native.DataArea
        return Area(where.StartRow + 1, where.StartColumn + 1, where.EndRow + 1, where.EndColumn + 1)

    @property
    def range(self) -> Range:
        """Its cells, with headings and totals."""
        return self.parent.cells_at(self.area)

    @property
    def header_row_range(self) -> Range | None:
        """Its headings; None for a table without."""
        area = self.area
        return self._part(area.top, area.top) if self.show_headers else None

    @property
    def data_body_range(self) -> Range | None:
        """Its rows between headings and totals; None where there are none."""
        area = self.area
        return self._part(area.top + self.show_headers, area.bottom - self.show_totals)

    @property
    def totals_row_range(self) -> Range | None:
        """Its row of totals; None where none is shown."""
        area = self.area
        return self._part(area.bottom, area.bottom) if self.show_totals else None

    insert_row_range = None  # Calc's tables always have a body

    def _part(self, top: int, bottom: int) -> Range | None:
        area = self.area
        return self.parent.cells_at(Area(top, area.left, bottom, area.right)) if top <= bottom else None

    @property
    def show_headers(self) -> bool:
        """Whether its first row holds headings."""
        return bool(self._native.ContainsHeader)

    @property
    def show_autofilter(self) -> bool:
        """Whether its headings have buttons that filter."""
        return bool(self._native.AutoFilter)

    @show_autofilter.setter
    def show_autofilter(self, value: bool) -> None:
        self._native.AutoFilter = value

    @property
    def show_totals(self) -> bool:
        """Whether its last row holds totals; hiding it takes the row off the sheet until it is shown again."""
        return bool(self._native.TotalsRow)

    @show_totals.setter
    def show_totals(self, value: bool) -> None:
        if value == self.show_totals:
            return
        document, area = self.parent.book.document, self.area
        if value:
            self._set(Area(area.top, area.left, area.bottom + 1, area.right))
            row = Area(area.bottom + 1, area.left, area.bottom + 1, area.right)
            for cell, (tokens, held) in zip(
                _each(self.parent.cells_at(row).native), self._totals, strict=False
            ):
                if tokens:
                    cell.setTokens(tokens)
                else:
                    document.write(cell, [[held]])
        else:
            cells = self.parent.cells_at(Area(area.bottom, area.left, area.bottom, area.right))
            values = document.read(cells.native)[0]
            self._totals = tuple(
                (
                    cell.getTokens() if cell.getFormula().startswith("=") else (),
                    f"'{held}" if type(held) is str else held,
                )
                for cell, held in zip(_each(cells.native), values, strict=True)
            )
            cells.clear_contents()
            self._set(Area(area.top, area.left, area.bottom - 1, area.right))
        self._native.TotalsRow = value

    @property
    def autofilter(self) -> AutoFilter:
        """Its filter."""
        return AutoFilter(self.parent, self._native)

    def resize(self, target: Any) -> None:
        """Make it cover other cells of its sheet, without touching any.

        Args:
            target: the range, as xlwings has it.
        """
        self._set(target.impl.area)

    def _set(self, area: Area) -> None:
        self._native.DataArea = _address(self.parent, area)


def _each(cells: Any) -> Iterator[Any]:
    where = cells.RangeAddress
    for column in range(where.EndColumn - where.StartColumn + 1):
        yield cells.getCellByPosition(column, 0)


def _address(sheet: Sheet, area: Area) -> Any:
    return struct(
        "table.CellRangeAddress", Sheet=sheet.index - 1, StartColumn=area.left - 1, StartRow=area.top - 1,
        EndColumn=area.right - 1, EndRow=area.bottom - 1,
    )  # fmt: skip


@fills(base.AutoFilter)
class AutoFilter:
    """The filter of a table.

    Args:
        sheet: where the table lies.
        native: UNO's database range.
    """

    def __init__(self, sheet: Sheet, native: Any) -> None:
        self._sheet, self._native = sheet, native

    def clear(self, field: int | None) -> None:
        """Show all rows again; conditions of one column alone when it is named by its position from 1."""
        descriptor = self._native.getFilterDescriptor()
        kept = (
            ()
            if field is None
            else [each for each in descriptor.getFilterFields2() if each.Field != field - 1]
        )
        descriptor.setFilterFields2(tuple(kept))
        self._native.refresh()


@fills(base.Tables)
class Tables:
    """The tables of a sheet.

    Args:
        sheet: the sheet.
    """

    api: Any

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.api = sheet.book.document.database_ranges

    def _all(self) -> list[Table]:
        return [Table(self._sheet, native) for native in self._sheet.book.database_ranges(self._sheet.index)]

    def __call__(self, key: str | int) -> Table:
        """The table of that name or number, from 1."""
        tables = self._all()
        if isinstance(key, int):
            return tables[key - 1]
        for table in tables:
            if table.name.casefold() == key.casefold():
                return table
        raise KeyError(key)

    def __iter__(self) -> Iterator[Table]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __contains__(self, key: str | int) -> bool:
        try:
            self(key)
        except (KeyError, IndexError):
            return False
        return True

    def add(
        self,
        source_type: Any = None,
        source: Any = None,
        link_source: Any = None,
        has_headers: Any = None,
        destination: Any = None,
        table_style_name: Any = None,
        name: str | None = None,
    ) -> Table:
        """A new table over cells; the look of Excel's table styles does not exist here.

        Raises:
            CrmError: no cells were given, or a table of that name is there.
        """
        if source is None:
            raise CrmError("新建表格需要给出单元格区域。", hint="请用 source=sheet.range(…)。")
        name = name or self._free_name()
        if self.api.hasByName(name):
            raise CrmError(f"表格“{name}”已存在。", hint="请换一个名称。")
        area = getattr(source, "impl", source).area
        self.api.addNewByName(name, _address(self._sheet, area))
        native = self.api.getByName(name)
        native.ContainsHeader = has_headers in (None, True, "yes", "guess")
        native.AutoFilter = True
        return Table(self._sheet, native)

    def _free_name(self) -> str:
        number = 1
        while self.api.hasByName(f"Table{number}"):
            number += 1
        return f"Table{number}"
