"""A minimal binary workbook (.xlsb), written record by record as [MS-XLSB] says, without Excel.

    write_xlsb(path, {"明细": [["单号", "金额"], ["S1", 1.5]]}, hidden={"明细": {2}})

Cells are texts, numbers, truths, days (datetime), errors ("#DIV/0!") and formulas with their stored result.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

# [MS-XLSB] 2.5.97.2
ERRORS = {
    "#NULL!": 0,
    "#DIV/0!": 7,
    "#VALUE!": 0xF,
    "#REF!": 0x17,
    "#NAME?": 0x1D,
    "#NUM!": 0x24,
    "#N/A": 0x2A,
}
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>%s</Types>'
)
_LINKS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
)
_LINK = (
    '<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s"'
    ' Target="%s"/>'
)
_DAYS, _PLAIN = 1, 0  # the two cell formats
_ONE = struct.pack("<I", 3) + b"\x1e\x01\x00" + struct.pack("<I", 0)  # =1: PtgInt, and no extra data


@dataclass(frozen=True)
class Computed:
    """A formula with the result that was stored with it: a number, text, truth or error."""

    result: Any


def record(number: int, content: bytes = b"") -> bytes:
    """One record: its number in one or two bytes, its size in seven bits a byte, its content. Source: 2.1.4."""
    head = bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])
    size = len(content)
    while size > 0x7F:
        head += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + bytes([size]) + content


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def _cell(column: int, value: Any, day_zero: datetime) -> bytes:
    formula = isinstance(value, Computed)
    value, after = (value.result, struct.pack("<H", 0) + _ONE) if formula else (value, b"")
    style = _DAYS if isinstance(value, datetime) else _PLAIN
    head = struct.pack("<II", column, style)
    if isinstance(value, datetime):
        value = (value - day_zero).total_seconds() / 86_400
    if isinstance(value, bool):
        return record(10 if formula else 4, head + bytes([value]) + after)
    if isinstance(value, int | float):
        return record(9 if formula else 5, head + struct.pack("<d", value) + after)
    if value in ERRORS:
        return record(11 if formula else 3, head + bytes([ERRORS[value]]) + after)
    return record(8 if formula else 6, head + _text(value) + after)


def _sheet(
    rows: Sequence[Sequence[Any]], hidden: Collection[int], filtered: bool, day_zero: datetime
) -> bytes:
    width = max(map(len, rows), default=1)
    area = struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, width - 1)
    data = record(129) + record(148, area) + record(145)
    for number, row in enumerate(rows):
        flags = 0x10 if number + 1 in hidden else 0  # fDyZero
        span = struct.pack("<III", 1, 0, width - 1)
        data += record(0, struct.pack("<IIHBBB", number, 0, 300, 0, flags, 0) + span)
        data += b"".join(_cell(at, value, day_zero) for at, value in enumerate(row) if value is not None)
    data += record(146)
    if filtered:  # the first column shows S1 only
        column = record(163, struct.pack("<IH", 0, 0)) + record(165, bytes(8)) + record(167, _text("S1"))
        data += record(161, area) + column + record(166) + record(164) + record(162)
    return data + record(130)


def _styles() -> bytes:
    def formats(begin: int, end: int, parent: int, numbers: Sequence[int]) -> bytes:
        one = [record(47, struct.pack("<HHHHHBBHBB", parent, n, 0, 0, 0, 0, 0, 0, 0, 0)) for n in numbers]
        return record(begin, struct.pack("<I", len(one))) + b"".join(one) + record(end)

    font = record(
        43,
        struct.pack("<HHHHBBBBB", 220, 0, 400, 0, 0, 0, 0, 0, 0)
        + struct.pack("<BBhI", 1, 0, 0, 0)[:7]
        + _text("Arial"),
    )
    return (
        record(278)
        + record(611, struct.pack("<I", 1)) + font + record(612)
        + formats(626, 627, 0xFFFF, [0])
        + formats(617, 618, 0, [0, 14])  # 14 is the built-in short date
        + record(279)
    )  # fmt: skip


def write_xlsb(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    *,
    hidden: Mapping[str, Collection[int]] | None = None,
    filtered: Collection[str] = (),
    date1904: bool = False,
    manual: bool = False,
) -> None:
    """A workbook with these sheets; each begins at A1.

    Args:
        path: the file to make.
        sheets: rows of cells by name.
        hidden: rows from 1 that are hidden, by sheet.
        filtered: sheets with a filter on their first column.
        date1904: whether days count from 1904-01-01.
        manual: whether formulas are computed only when somebody asks for it.
    """
    day_zero = datetime(1904, 1, 1) if date1904 else datetime(1899, 12, 30)
    book = record(131) + record(153, struct.pack("<III", int(date1904), 0, 0)) + record(143)
    for number, name in enumerate(sheets, start=1):
        book += record(156, struct.pack("<II", 0, number) + _text(f"rId{number}") + _text(name))
    calculation = struct.pack("<IIIdIH", 191029, 0 if manual else 1, 100, 0.001, 1, 0x6A)
    book += record(144) + record(157, calculation) + record(132)
    names = [f"worksheets/sheet{number}.bin" for number in range(1, len(sheets) + 1)]
    links = [_LINK % (f"rId{number}", "worksheet", name) for number, name in enumerate(names, start=1)]
    links.append(_LINK % ("rIdStyles", "styles", "styles.bin"))
    kinds = [(f"/xl/{name}", "worksheet") for name in names] + [("/xl/styles.bin", "styles")]
    kind = '<Override PartName="%s" ContentType="application/vnd.ms-excel.%s"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _TYPES % "".join(kind % each for each in kinds))
        package.writestr("_rels/.rels", _LINKS % (_LINK % ("rId1", "officeDocument", "xl/workbook.bin")))
        package.writestr("xl/workbook.bin", book)
        package.writestr("xl/_rels/workbook.bin.rels", _LINKS % "".join(links))
        package.writestr("xl/styles.bin", _styles())
        for part, (name, rows) in zip(names, sheets.items(), strict=True):
            content = _sheet(rows, (hidden or {}).get(name, ()), name in filtered, day_zero)
            package.writestr(f"xl/{part}", content)
