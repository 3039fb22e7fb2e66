"""The facts of sheets of xls: records in a stream of a compound file.

Source: [MS-XLS], sections 2.1 (streams) and 2.4 (records); the numbers below are those of its section 2.3.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

from crm_xl.sources.facts import BINARY_ERRORS, OTHER_ERROR, Facts

_STREAM = "Workbook"  # since Excel 97; before, "Book" with records of another shape
_FORMULA, _END, _CALCULATION_MODE, _DATE_MODE, _SHEET, _FILTERED, _ERROR, _ROW = (
    0x0006, 0x000A, 0x000D, 0x0022, 0x0085, 0x009B, 0x0205, 0x0208,
)  # fmt: skip
# Records that begin with the row and column of a cell: formula, blanks and numbers in a row, text, blank, number …
_CELLS = frozenset({0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E})
_SEVERAL = 0x00BD  # numbers side by side; the last column stands at the end
_MANUAL = 0
_HIDDEN = 0x20  # fDyZero
_COMPUTE_ALWAYS = 0x01
_WIDE = 0x01  # a name in two bytes a sign
NOTHING_SEEN = ("错误值", "隐藏或筛选掉的行", "公式是否为最新", "1904 日期系统")


def sheets(data: bytes) -> dict[str, Facts]:
    """The facts of each worksheet; of files older than Excel 97, and damaged ones, none."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as package:
            stream = package.openstream(_STREAM).read()
        places, date1904, manual = _workbook(stream)
    except (OSError, struct.error, IndexError, ValueError, TypeError):
        return {}
    found = {}
    for name, place in places.items():
        try:
            found[name] = _sheet(stream, place, date1904=date1904, manual=manual)
        except (struct.error, IndexError):
            found[name] = Facts(unseen=NOTHING_SEEN)
    return found


def _records(stream: bytes, position: int) -> Iterator[tuple[int, int]]:
    """The records up to the end of the sheet or of the workbook's own: number, and where the content begins."""
    unpack = struct.Struct("<HH").unpack_from
    while position + 4 <= len(stream):
        kind, size = unpack(stream, position)
        if kind == _END:
            return
        yield kind, position + 4
        position += 4 + size


def _workbook(stream: bytes) -> tuple[dict[str, int], bool, bool]:
    """Where each sheet begins by name, whether days count from 1904, and whether people ask for calculations."""
    sheets: dict[str, int] = {}
    date1904 = manual = False
    for kind, start in _records(stream, 0):
        if kind == _DATE_MODE:
            date1904 = bool(stream[start])
        elif kind == _SHEET:
            (place,) = struct.unpack_from("<I", stream, start)
            length, wide = stream[start + 6], stream[start + 7] & _WIDE
            name = stream[start + 8 : start + 8 + length * (1 + wide)]
            sheets[name.decode("utf-16-le" if wide else "latin-1")] = place
    for place in sheets.values():  # said in each sheet, of the whole workbook
        for kind, start in _records(stream, place):
            if kind == _CALCULATION_MODE:
                manual |= stream[start] == _MANUAL
            if kind == _ROW:
                break
    return sheets, date1904, manual


def _sheet(stream: bytes, place: int, *, date1904: bool, manual: bool) -> Facts:
    errors: dict[tuple[int, int], str] = {}
    hidden: list[int] = []
    filtered = formulas = uncertain = False
    bottom = right = cells = 0
    cell = struct.Struct("<HH").unpack_from
    for kind, start in _records(stream, place):
        if kind in _CELLS:
            row, column = cell(stream, start)
            (size,) = struct.unpack_from("<H", stream, start - 2)
            last = struct.unpack_from("<H", stream, start + size - 2)[0] if kind == _SEVERAL else column
            bottom, right, cells = (
                max(bottom, row + 1),
                max(right, last + 1),
                cells + max(1, last - column + 1),
            )
        if kind == _ROW:
            if stream[start + 12] & _HIDDEN:
                hidden.append(cell(stream, start)[0] + 1)
        elif kind == _ERROR:
            if stream[start + 7]:  # else a truth
                row, column = cell(stream, start)
                errors[row + 1, column + 1] = BINARY_ERRORS.get(stream[start + 6], OTHER_ERROR)
        elif kind == _FORMULA:
            formulas = True
            uncertain |= bool(stream[start + 14] & _COMPUTE_ALWAYS)
            # Eight bytes of result: a number, unless the last two are FFFF; then the first says what it is.
            if stream[start + 12 : start + 14] == b"\xff\xff" and stream[start + 6] == 2:
                row, column = cell(stream, start)
                errors[row + 1, column + 1] = BINARY_ERRORS.get(stream[start + 8], OTHER_ERROR)
        elif kind == _FILTERED:
            filtered = True
    return Facts(
        errors=errors,
        hidden=tuple(hidden),
        filtered=filtered,
        stale=formulas and (manual or uncertain),
        date1904=date1904,
        last=(bottom, right),
        cells=cells,
    )
