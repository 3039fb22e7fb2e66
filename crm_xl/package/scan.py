"""What calamine does not tell of a sheet: its error cells and whether it holds formulas.

Half a million rows pass through here, so the bytes are searched, and XML is parsed only where it is sparse.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from lxml import etree

from crm_xl.package.areas import Area, column_number
from crm_xl.raw import column_letters

_ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?worksheet[\s>]")
_ADDRESS = re.compile(rb"""\sr=["']([A-Za-z]{1,3}[0-9]{1,7})["']""")
_ROW_NUMBER = re.compile(rb"""\br=["']([0-9]{1,7})["']""")
_OWN_LINK = re.compile(rb'>HYPERLINK\((?:"|&quot;)#')
_LONGEST_TAG = 2048  # bytes from the beginning of a cell to its formula, or to the end of its tag
# A reader holds a sheet as a full rectangle, 40 bytes a cell: one stray cell in the last row and column would ask
# for 17 billion of them.
_MOST_CELLS = 100_000_000
_HARMLESS = 5_000_000
_BELIEVED = 20_000_000
_SPARSE = 20  # times as many cells in the rectangle as hold something
_ENDS_NAME = frozenset(b" >/\t\r\n")
# So often a sign is looked at by itself before it counts as common in a sheet.
_FEW = 2000


def prefix_of(xml: bytes) -> bytes:
    """The namespace prefix of the sheet's elements, with its colon; mostly empty."""
    root = _ROOT.search(xml, 0, 10_000)
    return root.group(1) + b":" if root and root.group(1) else b""


def has_formulas(xml: bytes, *, calling: frozenset[str] = frozenset()) -> bool:
    """Whether any cell of the sheet holds a formula.

    Args:
        xml: the sheet's part.
        calling: names of functions; formulas that call one of them do not count, nor do links within the
            workbook, which give the same text whenever they are computed.
    """
    ours = re.compile(rb"(?<![\w.])(?:" + "|".join(sorted(calling)).encode() + rb")\(") if calling else None
    for start in _formulas(xml, prefix_of(xml)):
        opened = xml.find(b">", start)
        if ours is None:
            return True
        if xml[opened - 1 : opened] == b"/":
            continue  # a further cell of a shared formula, whose first cell has the text
        if not _OWN_LINK.match(xml, opened) and not ours.search(xml, opened, xml.find(b"</", opened)):
            return True
    return False


def first_formula(xml: bytes, area: Area) -> tuple[int, int] | None:
    """(row, column), 1-based, of the first cell inside the area that holds a formula; None without any."""
    prefix = prefix_of(xml)
    cell = b"<" + prefix + b"c"
    for position in _formulas(xml, prefix):
        start = xml.rfind(cell, max(0, position - _LONGEST_TAG), position)
        address = start >= 0 and _ADDRESS.search(xml, start, position)
        place = Area.parse(address.group(1).decode()) if address else None
        if place is not None and area.covers(place):
            return place.top, place.left
    return None


def error_cells(xml: bytes) -> dict[tuple[int, int], str]:
    """(row, column), 1-based -> error text, "#DIV/0!", of every error cell of a sheet.

    Raises:
        ValueError: the sheet is damaged.
    """
    prefix = prefix_of(xml)
    cell, end = b"<" + prefix + b"c", b"</" + prefix + b"c>"
    value = re.compile(rb"<" + prefix + rb"v[^>]*>([^<]*)</")
    found = {}
    # Most sheets hold no apostrophe, which takes no time to see.
    for mark in (b't="e"', b"t='e'") if b"'" in xml else (b't="e"',):
        for position in _marks(xml, mark, mark.index(b"e")):
            start = xml.rfind(b"<", max(0, position - _LONGEST_TAG), position)
            close = xml.find(b">", position, position + _LONGEST_TAG)
            # The mark may also stand in a text, where no cell element is open.
            if (
                0 <= start < close
                and xml.startswith(cell, start)
                and xml[start + len(cell)] in _ENDS_NAME
                and b">" not in xml[start:position]
            ):
                address = _ADDRESS.search(xml, start, close)
                if address is None:
                    return _walk(xml)
                area = Area.parse(address.group(1).decode())
                # A cell that is closed at once holds nothing; the next value is another's.
                ends = close if xml.startswith(b"/", close - 1) else xml.find(end, close)
                text = value.search(xml, close, max(ends, close))
                if area is not None:
                    found[area.top, area.left] = text.group(1).decode() if text else "#N/A"
    return found


def hidden_rows(xml: bytes) -> list[int]:
    """The 1-based numbers of the rows that are hidden, by hand or by a filter."""
    if b"hidden=" not in xml:
        return []
    row = re.compile(rb"<" + prefix_of(xml) + rb"""row\b([^>]*?\bhidden=["'](?:1|true)["'][^>]*)>""")
    numbers = (_ROW_NUMBER.search(match.group(1)) for match in row.finditer(xml))
    return [int(number.group(1)) for number in numbers if number]


def is_filtered(xml: bytes) -> bool:
    """Whether a filter of the sheet lets only some rows be seen."""
    return b"filterColumn" in xml[xml.rfind(b"sheetData>") :]


def formulas_without_value(xml: bytes) -> list[tuple[int, int]]:
    """(row, column), 1-based, of cells whose formula has never been computed: a reader finds nothing there."""
    prefix = prefix_of(xml)
    if not has_formulas(xml):
        return []
    cell = re.compile(
        rb"<%sc\b([^>]*)>\s*<%sf\b(?:[^>]*/>|[^>]*>[^<]*</%sf>)\s*(?:<%sv\s*/>|<%sv>\s*</%sv>)?\s*</%sc>"
        % ((prefix,) * 7)
    )
    found = []
    for match in cell.finditer(xml):
        address = _ADDRESS.search(match.group(1))
        area = Area.parse(address.group(1).decode()) if address else None
        # An empty text is a value too.
        if area is not None and b't="str"' not in match.group(1):
            found.append((area.top, area.left))
    return found


def last_cell(xml: bytes) -> tuple[int, int]:
    """The last row and column that hold a value, or harmless ones beyond them."""
    prefix = prefix_of(xml)
    stated = re.search(rb"<" + prefix + rb"""dimension\s+ref=["']([^"']+)["']""", xml[:10_000])
    area = Area.parse(stated.group(1).decode()) if stated else None
    if area is not None and _stays_within(xml, prefix, area):
        return area.bottom, area.right
    # Cells with a format and no value count for the dimension, but not for the memory a reader needs.
    filled = re.compile(rb"<" + prefix + rb"""c\s[^>]{0,1000}?\br=["']([A-Za-z]+)([0-9]+)["'][^>]*(?<!/)>""")
    row = column = 1
    seen: dict[bytes, int] = {}
    for match in filled.finditer(xml):
        letters_found, number = match.groups()
        if letters_found not in seen:
            seen[letters_found] = column_number(letters_found.decode())
            column = max(column, seen[letters_found])
        row = max(row, int(number))
    return row, column


def _stays_within(xml: bytes, prefix: bytes, area: Area) -> bool:
    """Whether the sheet may be believed that it ends there: no address goes much beyond.

    Every cell is looked at, spelled as programs spell cells: four million pass in a fifth of a second.
    """
    letters, number = column_letters(area.right), str(area.bottom)
    first, places = int(number[0]), len(number) - 1
    if len(letters) == 1:
        columns, widest = b"[A-%c]" % ord(letters), area.right
    elif len(letters) == 2:
        columns, widest = b"[A-%c]?[A-Z]" % ord(letters[0]), column_number(f"{letters[0]}Z")
    else:
        return False
    if widest * (first + 1) * 10**places > _BELIEVED:
        return False
    # With + nothing read is given back: what follows an address can never be a part of it.
    within = rb' r="%b[1-%d]?+[0-9]{0,%d}+"' % (columns, first, places)
    return not re.search(rb"<%bc(?=[\s/>])(?!%b)" % (prefix, within), xml)


def cell_count(xml: bytes) -> int:
    """How many cells the sheet has, blank ones with a format among them."""
    return xml.count(b"<" + prefix_of(xml) + b"c ")


def is_spread(rows: int, columns: int, cells: int = 0) -> bool:
    """Whether a rectangle that reaches so far is more than a reader should hold, for the cells that are in it.

    Without their number: whether it may be.

    >>> is_spread(541_909, 8, 4_335_272), is_spread(10_000, 10_000, 50), is_spread(1_048_576, 16_384, 10**9)
    (False, True, True)
    """
    rectangle = rows * columns
    return rectangle > _MOST_CELLS or rectangle > max(_HARMLESS, _SPARSE * cells)


def _formulas(xml: bytes, prefix: bytes) -> Iterator[int]:
    """Where the elements of formulas begin."""
    start = b"<" + prefix + b"f"
    for position in _marks(xml, start, len(start) - 1):
        end = position + len(start)
        if end < len(xml) and xml[end] in _ENDS_NAME:
            yield position


def _marks(xml: bytes, mark: bytes, sign: int) -> Iterator[int]:
    """Where the mark stands; by one of its signs alone, given by place, as long as that one is rare.

    A single sign is found ten times faster than a mark of several.
    """
    rare = mark[sign : sign + 1]
    position = xml.find(rare)
    for _ in range(_FEW):
        if position < 0:
            return
        if position >= sign and xml.startswith(mark, position - sign):
            yield position - sign
        position = xml.find(rare, position + 1)
    position = xml.find(mark, max(position - sign, 0)) if position >= 0 else -1
    while position >= 0:
        yield position
        position = xml.find(mark, position + len(mark))


def _walk(xml: bytes) -> dict[tuple[int, int], str]:
    """The same by counting: rows and cells may leave their address out, and then follow the one before."""
    found = {}
    row = column = 0
    for event, element in _events(xml):
        kind = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if event == "start" and kind == "row":
            row, column = int(element.get("r", row + 1)), 0
        elif event == "start" and kind == "c":
            area = Area.parse(element.get("r", ""))
            row, column = (area.top, area.left) if area else (row, column + 1)
        elif event == "end" and kind == "c" and element.get("t") == "e":
            text = element.findtext("{*}v")
            found[row, column] = text or "#N/A"
        elif event == "end" and kind == "row":
            element.clear()
    return found


def _events(xml: bytes) -> Iterator[tuple[str, etree._Element]]:
    events = etree.iterparse(
        io.BytesIO(xml), events=("start", "end"), resolve_entities=False, no_network=True
    )
    try:
        yield from events
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from error
