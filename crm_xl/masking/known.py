"""The personal data a workbook declares: what stands in its tables' secret columns, and which cells those are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from crm_xl.analysis.privacy import MASKS
from crm_xl.raw import RawTable
from crm_xl.schema import NUMERIC, TEMPORAL, Column, Role, Secret
from crm_xl.spellings import PLACEHOLDERS
from crm_xl.tables import TABLES
from crm_xl.tables import inputs as i
from crm_xl.tables.headings import heading_key, match_headings, spellings
from crm_xl.values import convert
from crm_xl.widths import fold

Mask = Callable[[str], str]

_PERSON = i.CUSTOMER_TYPES[1]
_SHORTEST_NUMBER = 6  # digits: an extension or "110" is nobody's phone, and stands in many texts
_SEPARATORS = re.compile(r"[/、,，;；\n]")
# The words of the declarations: a contact entered as “其他” must not blot them out.
_VOCABULARY = frozenset(
    fold(word)
    for table in TABLES.values()
    for column in table
    for word in (table.title, table.sheet, column.title, *column.synonyms, *column.choices)
) | frozenset(PLACEHOLDERS)


def secret_columns(name: str, headings: Iterable[str]) -> dict[int, Column]:
    """Index of each heading that means a column of personal data -> its declaration.

    In a table nobody declared, a heading that names a contact's data means that.
    """
    headings = tuple(headings)
    declared = TABLES.get(name)
    if declared is not None:
        matched = match_headings(declared, headings)
        return {
            at: declared.column(column) for column, at in matched.items() if declared.column(column).secret
        }
    meant = {key: column for column in i.CONTACTS if column.secret for key in spellings(column)}
    return {at: meant[key] for at, heading in enumerate(headings) if (key := heading_key(heading)) in meant}


def plain_columns(name: str, headings: Iterable[str]) -> set[int]:
    """Indices of the columns whose numbers are figures, never phones: amounts, counts, dates; all of an output."""
    table = TABLES.get(name)
    headings = tuple(headings)
    if table is None:
        return set()
    if table.role is Role.OUTPUT:
        return set(range(len(headings)))
    matched = match_headings(table, headings)
    return {at for column, at in matched.items() if table.column(column).kind in NUMERIC | TEMPORAL}


def known_values(tables: Mapping[str, RawTable]) -> dict[str, str]:
    """Every value of the secret columns that can be told wherever it stands -> its mask.

    Names of contacts and of personal customers, phones, e-mail addresses, identity numbers. Names of companies
    are not personal; a name of one character and a number of a few digits would be found everywhere, and are
    masked in their own columns only.
    """
    return {text: mask(text) for table in tables.values() for _, text, mask in personal_values(table)}


def personal_values(table: RawTable) -> Iterator[tuple[int, str, Mask]]:
    """(0-based body row, text, mask) of every value `known_values` speaks of."""
    for at, column in secret_columns(table.name, table.headings).items():
        if column.secret in (None, Secret.FREE_TEXT):
            continue
        of = cell_mask(table, at, column)
        for row, cell in enumerate(table.columns[at].tolist()):
            if cell is not None and (mask := of(row)) is not None:
                text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
                for spelling in _spellings(text, column):
                    yield row, spelling, mask


def cell_mask(table: RawTable, at: int, column: Column) -> Callable[[int], Mask | None]:
    """For a 0-based body row, the mask of the cell in that secret column; None where it is nothing personal."""
    assert column.secret is not None
    mask = MASKS[column.secret]
    if column is not i.CUSTOMERS.column("customer_name"):
        return lambda row: mask
    persons = _persons(table)
    return lambda row: mask if row in persons else None


def _persons(table: RawTable) -> frozenset[int]:
    """The body rows of tblCustomers that are of personal customers."""
    matched = match_headings(i.CUSTOMERS, table.headings)
    if "customer_type" not in matched:
        return frozenset()
    cells = table.columns[matched["customer_type"]]
    types = convert(cells, i.CUSTOMERS.column("customer_type")).values
    return frozenset(row for row, kind in enumerate(types.tolist()) if kind == _PERSON)


def _spellings(text: str, column: Column) -> Iterator[str]:
    text = fold(text)
    if text in _VOCABULARY:
        return
    if column.secret is Secret.NAME:
        for name in {text, "".join(text.split())}:
            if len(name) > 1 and not name.isdigit() and "*" not in name:
                yield name
        return
    for piece in {text, *map(str.strip, _SEPARATORS.split(text))}:
        digits = sum(character.isdigit() for character in piece)
        if "*" not in piece and (digits >= _SHORTEST_NUMBER or "@" in piece):
            yield piece
