"""Workbooks and data files as a bad disk, a broken program or an enemy would make them."""

from __future__ import annotations

import gzip
import io
import random
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
WORKBOOK = "xl/workbook.xml"
CELLS_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]>'.encode()
BOMB_SIZE = 10 << 30
_MEGABYTE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Damaged:
    """A file that is not right: how it came to be, its ending, and what makes what is in it, when it is wanted."""

    name: str
    suffix: str
    make: Callable[[], bytes]


def flipped(content: bytes, chance: random.Random) -> bytes:
    """The content with up to a dozen of its bits turned over."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def cut(content: bytes, chance: random.Random) -> bytes:
    """The content up to some byte."""
    return content[: chance.randrange(len(content))]


def rewritten(content: bytes, chance: random.Random) -> bytes:
    """A package whose checksums are right and one of whose parts is not: what bit flips cannot reach."""
    parts = parts_of(content)
    name = chance.choice([each for each in parts if each.endswith((".xml", ".rels", ".bin"))])
    parts[name] = chance.choice(_EDITS)(parts[name], chance)
    return packed(parts)


def _other_number(data: bytes, chance: random.Random) -> bytes:
    return _one_changed(rb'(?<==")[0-9]+(?=")', data, chance, _NUMBERS)


def _other_attribute(data: bytes, chance: random.Random) -> bytes:
    return _one_changed(rb'(?<==")[^"<>]*(?=")', data, chance, _NUMBERS)


def _other_text(data: bytes, chance: random.Random) -> bytes:
    return _one_changed(rb"(?<=>)[^<>]+(?=<)", data, chance, _NUMBERS)


def _without_element(data: bytes, chance: random.Random) -> bytes:
    return _one_changed(rb"<[\w:]+(?: [^<>]*)?/>", data, chance, (b"",))


def _element_twice(data: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb"<[\w:]+(?: [^<>]*)?/>", data))
    if not found:
        return data
    match = chance.choice(found)
    return data[: match.end()] + match.group() * chance.choice((1, 2, 1000)) + data[match.end() :]


def _without_attribute(data: bytes, chance: random.Random) -> bytes:
    return _one_changed(rb' [\w:]+="[^"<>]*"', data, chance, (b"",))


def _one_changed(pattern: bytes, data: bytes, chance: random.Random, instead: tuple[bytes, ...]) -> bytes:
    found = list(re.finditer(pattern, data))
    if not found:
        return data
    match = chance.choice(found)
    return data[: match.start()] + chance.choice(instead) + data[match.end() :]


def _byte(data: bytes, chance: random.Random) -> bytes:
    return flipped(data, chance)


_NUMBERS = (
    b"", b"0", b"-1", b"1", b"1.5", b"1e999", b"NaN", b"99999999999999999999", b"x", b"A1", b"XFD1048576", b"A0",
    b"A1:XFD1048576", b"ZZZ9999999", b"../../../../etc/passwd", b"/dev/zero", b"\xe7\x94\xb2", b"&#10;", b"#REF!",
)  # fmt: skip
_EDITS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _byte, _other_number, _other_attribute, _other_text, _without_element, _element_twice, _without_attribute,
)  # fmt: skip


def parts_of(content: bytes) -> dict[str, bytes]:
    """Every part of a package, unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: Mapping[str, bytes], level: int = 1) -> bytes:
    """A package of the parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return target.getvalue()


def hostile_workbooks(workbook: bytes, bomb: int = BOMB_SIZE) -> Iterator[Damaged]:
    """Variants of an .xlsx that somebody made on purpose; `bomb` is to how many bytes some unpack."""
    parts = parts_of(workbook)

    def later(name: str, changes: Callable[[], Mapping[str, bytes]]) -> Damaged:
        return Damaged(name=name, suffix=".xlsx", make=lambda: packed({**parts, **changes()}))

    def variant(name: str, changes: Mapping[str, bytes | None]) -> Damaged:
        kept = {part: data for part, data in {**parts, **changes}.items() if data is not None}
        return Damaged(name=name, suffix=".xlsx", make=lambda: packed(kept))

    def edited(name: str, part: str, edit: Callable[[bytes], bytes]) -> Damaged:
        return later(name, lambda: {part: edit(parts[part])})

    for part in (WORKBOOK, SHEET, STRINGS, "xl/styles.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels",
                 "xl/tables/table1.xml", "_rels/.rels", "docProps/core.xml"):  # fmt: skip
        yield edited(f"billion laughs in {part}", part, _laughing)
        yield edited(
            f"an external entity in {part}", part, lambda data: _external(data, "file:///etc/passwd")
        )
        yield edited(
            f"an entity from the net in {part}", part, lambda data: _external(data, "http://192.0.2.1/x")
        )
        yield variant(f"without {part}", {part: None})
        yield variant(f"{part} empty", {part: b""})
        yield edited(f"{part} cut", part, lambda data: data[: len(data) // 2])
        yield edited(f"{part} in UTF-16", part, _in_utf16)
        yield variant(f"{part} deep", {part: b"<a>" * 50_000 + b"</a>" * 50_000})
        yield variant(f"{part} as another document", {part: b'<html xmlns="urn:x"><body/></html>'})
    for place in (
        "../../escaped.xml",
        "/escaped.xml",
        "..\\..\\escaped.xml",
        "C:\\escaped.xml",
        "xl/../../escaped.xml",
    ):
        yield variant(f"an entry {place}", {place: b"<x/>"})
        yield edited(f"a sheet at {place}", "xl/_rels/workbook.xml.rels",
                     lambda data, place=place: data.replace(b"worksheets/sheet1.xml", place.encode()))  # fmt: skip
    yield edited("a workbook that is its own sheet", "xl/_rels/workbook.xml.rels",
                 lambda data: data.replace(b"worksheets/sheet1.xml", b"workbook.xml"))  # fmt: skip
    yield edited("all sheets one", "xl/_rels/workbook.xml.rels",
                 lambda data: re.sub(rb"sheet[0-9]+\.xml", b"sheet1.xml", data))  # fmt: skip
    circle = (b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
              b'<Relationship Id="rId1" Type="http://x/table" Target="../worksheets/sheet1.xml"/>'
              b'<Relationship Id="rId2" Type="http://x/worksheet" Target="../workbook.xml"/></Relationships>')  # fmt: skip
    yield variant("relationships in a circle", {"xl/worksheets/_rels/sheet1.xml.rels": circle})
    yield edited(
        "wrong content types", "[Content_Types].xml", lambda data: data.replace(b"sheet.main", b"chart.main")
    )
    yield edited("a dimension of everything", SHEET, lambda data: _dimension(data, b"A1:XFD1048576"))
    yield edited("a cell in the last corner", SHEET, lambda data: data.replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'))  # fmt: skip
    yield edited("a cell that is far but allowed", SHEET, lambda data: data.replace(
        b"</sheetData>", b'<row r="99000"><c r="ALL99000"><v>1</v></c></row></sheetData>'))  # fmt: skip
    yield edited("a cell at 10000 x 10000", SHEET, lambda data: data.replace(
        b"</sheetData>", b'<row r="10000"><c r="NTP10000"><v>1</v></c></row></sheetData>'))  # fmt: skip
    yield edited("a table of everything", "xl/tables/table1.xml",
                 lambda data: re.sub(rb'ref="[^"]*"', b'ref="A1:XFD1048576"', data))  # fmt: skip
    yield edited("rows far beyond a sheet", SHEET, lambda data: data.replace(
        b"</sheetData>", b'<row r="4294967296"><c r="A4294967296"><v>1</v></c></row></sheetData>'))  # fmt: skip
    yield later("a million shared strings that no cell uses", lambda: {STRINGS: _strings(
        b"".join(b"<si><t>%d</t></si>" % number for number in range(1_000_000)), 1_000_000)})  # fmt: skip
    yield later("a million shared strings before the used ones", lambda: _million_before(parts))
    yield later("seven million empty shared strings",
                lambda: {STRINGS: _strings(b"<si><t/></si>" * 7_000_000, 7_000_000)})  # fmt: skip
    yield edited("an index beyond the shared strings", SHEET,
                 lambda data: re.sub(rb't="s"><v>[0-9]+', b't="s"><v>99999999', data))  # fmt: skip
    yield edited("a million formulas outside of cells", SHEET,
                 lambda data: data.replace(b"</sheetData>", b"<f >1</f>" * 1_000_000 + b"</sheetData>"))  # fmt: skip
    yield edited("a million words of an error in one text", SHEET, lambda data: data.replace(
        b"</sheetData>", b'<row r="900"><c r="A900" t="inlineStr"><is><t>' + b't="e"' * 1_000_000
        + b"</t></is></c></row></sheetData>"))  # fmt: skip
    yield edited("fifty thousand links to one table", "xl/worksheets/_rels/sheet1.xml.rels", lambda data: data.replace(
        b"</Relationships>", b"".join(
            b'<Relationship Id="q%d" Type="http://x/table" Target="../tables/table1.xml"/>' % number
            for number in range(50_000)) + b"</Relationships>"))  # fmt: skip
    yield edited("a hundred thousand names", WORKBOOK, lambda data: data.replace(
        b"</workbook>", b"<definedNames>" + b"".join(
            b'<definedName name="n%d">Sheet1!$A$1</definedName>' % number for number in range(100_000))
        + b"</definedNames></workbook>"))  # fmt: skip
    yield later("a hundred thousand parts",
                lambda: {f"xl/x/{number}.xml": b"<x/>" for number in range(100_000)})  # fmt: skip
    yield from _bombs(parts, bomb)
    yield Damaged(name="an entry twice", suffix=".xlsx", make=lambda: _twice(workbook, WORKBOOK))
    yield Damaged(name="a workbook in a zip in a zip", suffix=".zip",
                  make=lambda: packed({"a.zip": packed({"b.xlsx": workbook})}))  # fmt: skip


def hostile_data_files(files: Mapping[str, bytes], bomb: int = BOMB_SIZE) -> Iterator[Damaged]:
    """Data files for an import that somebody made on purpose, or a program by mistake."""
    orders = files[".csv"]

    def made(name: str, suffix: str, make: Callable[[], bytes]) -> Damaged:
        return Damaged(name=name, suffix=suffix, make=make)

    yield made("gigabytes of zeros", ".csv.gz", lambda: zeros_in_gzip(bomb))
    yield made("gigabytes of zeros in a zip", ".zip", lambda: _bomb_zip("a.csv", bomb))
    yield made("a line of 50 MB", ".csv", lambda: orders + b"x" * (50 << 20))
    yield made("a quotation mark never closed", ".csv", lambda: orders + b'"' + orders * 50_000)
    yield made("a hundred thousand columns", ".csv", lambda: b",".join([b"a"] * 100_000) + b"\n1\n")
    yield made("nothing but separators", ".csv", lambda: b"," * 5_000_000)
    yield made("nothing but line ends", ".csv", lambda: b"\n" * 5_000_000)
    yield made("zeros", ".csv", lambda: bytes(_MEGABYTE))
    yield made("a mark and nothing", ".csv", lambda: b"\xef\xbb\xbf")
    yield made("half a UTF-16", ".csv", lambda: b"\xff\xfe" + orders[:101])
    yield made("a web page", ".xls", lambda: b"<html><table><tr><td>1</td></tr></table></html>")
    yield made("gzip in gzip", ".csv.gz", lambda: gzip.compress(gzip.compress(orders)))
    for rows, columns in ((1_048_576, 16_384), (1_000_000, 60), (1_000_000, 1)):
        row = (f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell office:value-type="float" '
               f'office:value="1" table:number-columns-repeated="{columns}"/></table:table-row>')  # fmt: skip
        yield made(f"ods: {rows} x {columns} repeated", ".ods", lambda row=row: _ods(row))
    hidden = '<table:table-row table:visibility="collapse" table:number-rows-repeated="900000"><table:table-cell ' \
        'office:value-type="float" office:value="1"/></table:table-row>'  # fmt: skip
    yield made("ods: hidden rows by the billion", ".ods", lambda: _ods(hidden * 2000))
    nonsense = '<table:table-row table:number-rows-repeated="x"><table:table-cell/></table:table-row>'
    yield made("ods: a repetition that is no number", ".ods", lambda: _ods(nonsense))
    laughing = '<table:table-row><table:table-cell office:value-type="string"><text:p>&l9;</text:p>' \
        "</table:table-cell></table:table-row>"  # fmt: skip
    yield made("ods: billion laughs", ".ods", lambda: _ods(laughing, BOMB.decode()))
    if ".xlsb" in files:
        yield made("xlsb: 400 MB of zeros as a sheet", ".xlsb", lambda: packed(
            {**parts_of(files[".xlsb"]), "xl/worksheets/sheet1.bin": bytes(400 << 20)}))  # fmt: skip


def _bombs(parts: Mapping[str, bytes], size: int) -> Iterator[Damaged]:
    for part in (SHEET, STRINGS, "xl/media/image1.png"):
        for said, words in ((None, ""), (1000, " that say they are 1000 bytes")):
            yield Damaged(name=f"gigabytes of zeros{words} as {part}", suffix=".xlsx",
                          make=lambda part=part, said=said: _with_bomb(parts, part, size, said))  # fmt: skip
    rows = b"<row>" + b"<c><v>1</v></c>" * 64 + b"</row>"
    yield Damaged(name="a sheet of 92 MB of cells without addresses", suffix=".xlsx", make=lambda: packed(
        {**parts, SHEET: f'<worksheet xmlns="{CELLS_MAIN}"><sheetData>'.encode() + rows * 95_000
         + b"</sheetData></worksheet>"}))  # fmt: skip


def _million_before(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """A million texts before those that cells use, whose numbers in the cells follow."""
    more = 1_000_000
    texts = b"".join(b"<si><t>text %d</t></si>" % number for number in range(more))
    found = {STRINGS: re.sub(rb"(<sst[^>]*>)", lambda match: match[1] + texts, parts[STRINGS], count=1)}
    for name in parts:
        if name.startswith("xl/worksheets/sheet"):
            found[name] = re.sub(rb't="s"><v>([0-9]+)', lambda match: b't="s"><v>%d' % (int(match[1]) + more),
                                 parts[name])  # fmt: skip
    return found


def _twice(content: bytes, part: str) -> bytes:
    target = io.BytesIO(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(target, "a") as package:
            package.writestr(part, "<other/>")
    return target.getvalue()


def zeros_in_gzip(size: int) -> bytes:
    """A .gz of that many zeros, made without ever holding them."""
    data, checksum = deflated_zeros(size)
    return b"\x1f\x8b\x08" + bytes(7) + data + struct.pack("<2L", checksum, size & 0xFFFFFFFF)


@cache
def deflated_zeros(size: int) -> tuple[bytes, int]:
    """Zeros, so many whole chunks of 8 MB, deflated; and their checksum."""
    chunk = bytes(8 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    once = packer.compress(chunk) + packer.flush(zlib.Z_FULL_FLUSH)  # knows nothing of what went before it
    checksum = 0
    for _ in range(size // len(chunk)):
        checksum = zlib.crc32(chunk, checksum)
    return once * (size // len(chunk)) + zlib.compressobj(9, zlib.DEFLATED, -15).flush(), checksum


def _entry(name: str, size: int, said: int | None) -> tuple[bytes, bytes]:
    """The local record with its data, and the directory's, of zeros that say they are some other size."""
    data, checksum = deflated_zeros(size)
    told = min(size if said is None else said, 0xFFFFFFFE)
    common = struct.pack("<5HLLLHH", 20, 0, 8, 0, 33, checksum, len(data), told, len(name), 0)
    local = b"PK\3\4" + common + name.encode() + data
    central = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<3H2L", 0, 0, 0, 0, 0)
    return local, central


def _bomb_zip(
    name: str, size: int, parts: Mapping[str, bytes] | None = None, said: int | None = None
) -> bytes:
    base = packed(parts or {})
    with zipfile.ZipFile(io.BytesIO(base)) as package:
        start = package.start_dir
    directory = base[start:-22]
    local, central = _entry(name, size, said)
    central = central + struct.pack("<L", start) + name.encode()
    count = len(parts or {}) + 1
    whole = directory + central
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(whole), start + len(local), 0)
    return base[:start] + local + whole + end


def _with_bomb(parts: Mapping[str, bytes], part: str, size: int, said: int | None) -> bytes:
    return _bomb_zip(part, size, {name: data for name, data in parts.items() if name != part}, said)


def _laughing(data: bytes) -> bytes:
    head, mark, rest = data.partition(b"?>")
    root, close, inside = rest.partition(b">")
    return head + mark + BOMB + root + close + (b"&l9;" if not root.endswith(b"/") else b"") + inside


def _external(data: bytes, address: str) -> bytes:
    head, mark, rest = data.partition(b"?>")
    root, close, inside = rest.partition(b">")
    kind = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}"><!ENTITY % p SYSTEM "{address}"> %p;]>'.encode()
    return head + mark + kind + root + close + (b"&e;" if not root.endswith(b"/") else b"") + inside


def _in_utf16(data: bytes) -> bytes:
    return data.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")


def _dimension(data: bytes, area: bytes) -> bytes:
    return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + area + b'"', data)


def _strings(items: bytes, count: int) -> bytes:
    return (
        f'<?xml version="1.0"?><sst xmlns="{CELLS_MAIN}" count="{count}" uniqueCount="{count}">'.encode()
        + items
        + b"</sst>"
    )


def _ods(rows: str, doctype: str = "") -> bytes:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="订单">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return packed(
        {
            "mimetype": kind.encode(),
            "META-INF/manifest.xml": manifest.encode(),
            "content.xml": content.encode(),
        }
    )
