"""The facts of sheets of ods, from its one part with all sheets.

Source: OpenDocument 1.3 part 3, sections 9.1 (tables), 9.4.1 (null date), 19.749 (visibility).
"""

from __future__ import annotations

import io
import zipfile
import zlib

from lxml import etree

from crm_xl.package.archive import damaged, is_suspect
from crm_xl.sources.facts import OTHER_ERROR, Facts
from crm_xl.spellings import ERROR_VALUES

CONTENT = "content.xml"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_LIBREOFFICE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
NOT_CURRENT = ("公式的值是否为最新",)
_MOST_ALIKE = 1_000_000  # cells; a sheet with more of one error is refused for its size elsewhere
_YEAR_1904 = "1904-01-01"


def is_ods(data: bytes, name: str) -> bool:
    """Whether a package is one of OpenDocument.

    Raises:
        CrmError: it is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return CONTENT in package.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise damaged(name) from None


def sheets(data: bytes, name: str) -> dict[str, Facts]:
    """The facts of each sheet.

    Raises:
        CrmError: its content is no XML, or unreasonably large.
    """
    found: dict[str, Facts] = {}
    date1904, sheet = False, _Sheet()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if is_suspect(package.getinfo(CONTENT)):
                raise damaged(name, CONTENT)
            content = package.read(CONTENT)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise damaged(name, CONTENT) from None
    events = etree.iterparse(
        io.BytesIO(content),
        events=("end",),
        tag=[f"{_TABLE}{name}" for name in ("null-date", "table-row", "table")],
        resolve_entities=False,
        no_network=True,
        huge_tree=True,
    )
    try:
        for _, element in events:
            if element.tag.endswith("null-date"):
                date1904 = element.get(f"{_TABLE}date-value") == _YEAR_1904
            elif element.tag.endswith("table-row"):
                sheet.take(element)
                element.clear()
            else:
                found[element.get(f"{_TABLE}name", "")] = sheet.facts(date1904)
                sheet = _Sheet()
                element.clear()
    except (etree.XMLSyntaxError, ValueError):
        raise damaged(name, CONTENT) from None
    return found


class _Sheet:
    """What is known of a sheet while its rows come one after the other."""

    def __init__(self) -> None:
        self._row = 1
        self._errors: dict[tuple[int, int], str] = {}
        self._hidden: list[int] = []
        self._uncomputed: list[tuple[int, int]] = []
        self._filtered = self._formulas = False
        self._bottom = self._right = self._cells = 0

    def take(self, row: etree._Element) -> None:
        """The next row, or as many alike as it says."""
        times = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        visible = row.get(f"{_TABLE}visibility", "visible")
        self._filtered |= visible == "filter"
        column, filled = 1, False
        for cell in row.iterchildren(*_CELLS):
            repeated = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            kind = cell.get(f"{_OFFICE}value-type")
            formula = cell.get(f"{_TABLE}formula") is not None
            self._formulas |= formula
            if kind is not None or formula:
                filled = True
                self._right = max(self._right, column + repeated - 1)
                self._cells += 1
                error = _error(cell, formula)
                seen = len(self._errors) + len(self._uncomputed)
                if (error or kind is None) and seen + times * repeated <= _MOST_ALIKE:
                    rows = range(self._row, self._row + times)
                    places = [(number, at) for number in rows for at in range(column, column + repeated)]
                    if error:
                        self._errors.update(dict.fromkeys(places, error))
                    else:
                        self._uncomputed += places
            column += repeated
        if filled:
            self._bottom = self._row + times - 1
        if filled and visible != "visible" and len(self._hidden) + times <= _MOST_ALIKE:
            self._hidden += range(self._row, self._row + times)
        self._row += times

    def facts(self, date1904: bool) -> Facts:
        """All of it, after the last row."""
        return Facts(
            errors=self._errors,
            hidden=tuple(self._hidden),
            filtered=self._filtered,
            uncomputed=tuple(self._uncomputed),
            date1904=date1904,
            last=(self._bottom, self._right),
            cells=self._cells,
            unseen=NOT_CURRENT if self._formulas else (),
        )


def _error(cell: etree._Element, formula: bool) -> str:
    """The error a cell shows; empty for none. The format has no type for it: LibreOffice adds one, Excel a text."""
    text = (cell.findtext(f"{_TEXT}p") or "").strip()
    if text in ERROR_VALUES and formula:
        return text
    if cell.get(f"{_LIBREOFFICE}value-type") == "error":
        return text if text in ERROR_VALUES else OTHER_ERROR
    return ""
