"""The facts of sheets of xlsb: the same package as xlsx, its parts made of binary records.

Source: [MS-XLSB], sections 2.1.4 (records) and 2.4; the numbers below are those of its section 2.3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from crm_xl.package.archive import Archive, damaged
from crm_xl.package.parts import relationships
from crm_xl.sources.facts import BINARY_ERRORS, OTHER_ERROR, Facts, Teller

WORKBOOK = "xl/workbook.bin"
_ROW, _CELL_ERROR, _FORMULA_ERROR = 0, 3, 11
_SHORTEST_ROW = 17  # bytes
_CELLS = range(1, 12)
_FORMULAS = frozenset({8, 9, 10, 11})  # with a text, number, truth or error as result
_END_OF_ROWS, _WORKBOOK, _SHEET, _CALCULATION, _FILTER_COLUMN = 146, 153, 156, 157, 163
_HIDDEN = 0x10  # fDyZero, in the twelfth byte of a row
_IS_1904 = 0x01
_MANUAL = 0
_NO_TEXT = 0xFFFFFFFF
_COMPUTE_ON_LOAD, _SOME_UNCOMPUTED = 0x01, 0x10


def records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """The records of a part in order: number, and where in the part its content begins and ends."""
    position, end = 0, len(data)
    while position < end:
        kind = data[position]
        position += 1
        if kind & 0x80:
            kind = kind & 0x7F | (data[position] & 0x7F) << 7
            position += 1
        size = shift = 0
        for _ in range(4):
            byte = data[position]
            position += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, position, position + size
        position += size


def teller(archive: Archive) -> Teller:
    """The facts of each worksheet.

    Raises:
        CrmError: the workbook's own part is not what it should be.
    """
    data = archive.read(archive.part_name(WORKBOOK))
    links = relationships(archive, WORKBOOK)
    sheets: dict[str, str] = {}
    date1904 = stale = False
    try:
        for kind, start, _ in records(data):
            if kind == _WORKBOOK:
                date1904 = bool(data[start] & _IS_1904)
            elif kind == _SHEET:
                relationship, after = _text(data, start + 8)
                name, _ = _text(data, after)
                if relationship in links:
                    sheets[name] = archive.part_name(links[relationship][1])
            elif kind == _CALCULATION:
                (mode,) = struct.unpack_from("<I", data, start + 4)
                flags = data[start + 24]
                stale = mode == _MANUAL or bool(flags & (_COMPUTE_ON_LOAD | _SOME_UNCOMPUTED))
    except (IndexError, struct.error, UnicodeDecodeError):
        raise damaged(archive.name, WORKBOOK) from None

    def tell(name: str) -> Facts:
        part = sheets.get(name)
        if part is None:
            return Facts()
        try:
            return _sheet(archive.read(part), date1904=date1904, stale=stale)
        except (IndexError, struct.error):
            raise damaged(archive.name, part) from None

    return tell


def _sheet(data: bytes, *, date1904: bool, stale: bool) -> Facts:
    errors: dict[tuple[int, int], str] = {}
    hidden: list[int] = []
    row, formulas, filtered, rows = 0, False, False, True
    bottom = right = cells = 0
    number = struct.Struct("<I").unpack_from
    for kind, start, end in records(data):
        if not rows:
            filtered |= kind == _FILTER_COLUMN
        elif kind == _ROW:
            if end - start < _SHORTEST_ROW:
                raise IndexError("a row without its content")
            row = number(data, start)[0] + 1
            if data[start + 11] & _HIDDEN:
                hidden.append(row)
        elif kind in (_CELL_ERROR, _FORMULA_ERROR):
            # A cell is its column, three bytes of style and one of flags; then its value.
            column = number(data, start)[0] + 1
            errors[row, column] = BINARY_ERRORS.get(data[start + 8], OTHER_ERROR)
        elif kind == _END_OF_ROWS:
            rows = False
        if rows and kind in _CELLS:
            bottom, right, cells = max(bottom, row), max(right, number(data, start)[0] + 1), cells + 1
        formulas |= kind in _FORMULAS and rows
    return Facts(
        errors=errors,
        hidden=tuple(hidden),
        filtered=filtered,
        stale=stale and formulas,
        date1904=date1904,
        last=(bottom, right),
        cells=cells,
    )


def _text(data: bytes, start: int) -> tuple[str, int]:
    """A text that its length precedes, and where it ends."""
    (length,) = struct.unpack_from("<I", data, start)
    if length == _NO_TEXT:
        return "", start + 4
    end = start + 4 + 2 * length
    return data[start + 4 : end].decode("utf-16-le"), end
