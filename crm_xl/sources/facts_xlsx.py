"""The facts of sheets of xlsx and xlsm, from their XML."""

from __future__ import annotations

from dataclasses import replace

from crm_xl.package.archive import Archive, damaged
from crm_xl.package.parts import Parts
from crm_xl.package.scan import (
    cell_count,
    error_cells,
    formulas_without_value,
    has_formulas,
    hidden_rows,
    is_filtered,
    last_cell,
)
from crm_xl.sources.facts import Facts, Teller
from crm_xl.tables import INPUTS

_DECLARED = frozenset(table.name for table in INPUTS)


def teller(archive: Archive) -> Teller:
    """The facts of each worksheet; none of a sheet of another kind."""
    parts = Parts(archive)

    def tell(name: str) -> Facts:
        sheet = parts.sheets.get(name)
        if sheet is None:
            return Facts()
        xml = archive.read(sheet.part)
        formulas = has_formulas(xml)
        try:
            errors = error_cells(xml)
        except ValueError as error:
            raise damaged(archive.name, f"工作表“{name}”") from error
        return Facts(
            errors=errors,
            hidden=tuple(hidden_rows(xml)),
            filtered=is_filtered(xml),
            uncomputed=tuple(formulas_without_value(xml)) if formulas else (),
            stale=formulas and parts.may_be_stale,
            date1904=parts.date1904,
            tables={
                found.name: replace(found.body, top=found.body.top - 1)
                for found in parts.tables.values()
                if found.sheet.name == name and found.name in _DECLARED and found.header_rows
            },
            last=last_cell(xml),
            cells=cell_count(xml),
        )

    return tell
