"""Workbooks for the tests, made with XlsxWriter and finished in the zip where it cannot."""

from __future__ import annotations

import datetime
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

RIBBON = (
    '<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"><ribbon><tabs>'
    '<tab id="crm" label="客户分析"/></tabs></ribbon></customUI>'
)
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_MAIN = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_LINKS = b"http://purl.oclc.org/ooxml/officeDocument/relationships"


def picture() -> io.BytesIO:
    """A PNG of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def book(
    path: Path,
    tables: Mapping[str, tuple[str, int, int, Sequence[str], Sequence[Sequence[Any]]]],
    *,
    date1904: bool = False,
    finish: Callable[[xlsxwriter.Workbook], None] | None = None,
) -> Path:
    """A workbook of plain tables: name -> (sheet, row, column, headings, rows), 1-based; dates get a format."""
    workbook = xlsxwriter.Workbook(path, {"date_1904": date1904, "strings_to_urls": False})
    day = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for name, (sheet, row, column, headings, rows) in tables.items():
        worksheet = workbook.get_worksheet_by_name(sheet) or workbook.add_worksheet(sheet)
        first, left = row - 1, column - 1
        worksheet.add_table(
            first,
            left,
            first + max(1, len(rows)),
            left + len(headings) - 1,
            {"name": name, "columns": [{"header": heading} for heading in headings]},
        )
        for down, values in enumerate(rows, first + 1):
            for across, value in enumerate(values, left):
                if isinstance(value, (datetime.date, datetime.time)):
                    worksheet.write_datetime(down, across, value, day)
                elif isinstance(value, tuple):
                    worksheet.write_formula(down, across, value[0], None, value[1])
                elif isinstance(value, str):
                    worksheet.write_string(down, across, value)
                elif value is not None:
                    worksheet.write(down, across, value)
    if finish:
        finish(workbook)
    workbook.close()
    return path


def rich_book(path: Path) -> Path:
    """A macro workbook with what a refresh must not touch: ribbon, VBA, charts, pictures, comments and more.

    Sheet 汇总 holds tblSummary (B4:D5, one body row) under a caption; sheet 参数 holds tblLeft and tblRight side by
    side; sheet 其他 holds everything else and a table nobody writes.
    """
    workbook = xlsxwriter.Workbook(path)
    workbook.add_vba_project(io.BytesIO(b"a VBA project, as far as the refresh knows" * 40), is_stream=True)
    money = workbook.add_format({"num_format": "#,##0.00", "font_color": "#0000FF"})
    percent = workbook.add_format({"num_format": "0.0%"})
    bold = workbook.add_format({"bold": True, "bg_color": "#FFFF99"})
    summary = workbook.add_worksheet("汇总")
    summary.set_row(4, 22)
    summary.write("B1", "等级汇总", bold)
    summary.write("B2", "截至", bold)
    summary.write("C2", "旧", bold)
    columns = [{"header": "等级"}, {"header": "金额", "format": money}, {"header": "占比", "format": percent}]
    summary.add_table("B4:D5", {"name": "tblSummary", "columns": columns, "data": [["金", 1, 0.5]]})
    summary.conditional_format("C5:C5", {"type": "data_bar", "data_bar_2010": True})
    summary.conditional_format("D5", {"type": "cell", "criteria": ">", "value": 0.3, "format": bold})
    summary.data_validation("B5", {"validate": "list", "source": ["金", "银"]})
    summary.data_validation("F20", {"validate": "list", "source": ["甲"]})
    summary.write_comment("B1", "说明")
    summary.insert_image("H2", "one.png", {"image_data": picture()})
    summary.add_sparkline("F5", {"range": "汇总!C5:D5"})
    summary.print_area("A1:D5")
    summary.freeze_panes(4, 0)
    chart = workbook.add_chart({"type": "column"})
    chart.add_series({"categories": "=汇总!$B$5:$B$5", "values": "=汇总!$C$5:$C$5"})
    summary.insert_chart("H10", chart)
    settings = workbook.add_worksheet("参数")
    settings.write("A1", "权重", bold)
    settings.write("E1", "门槛", bold)
    rows = [["购买", 0.5], ["消费", 0.3]]
    settings.add_table(
        "A3:B5", {"name": "tblLeft", "columns": [{"header": "指标"}, {"header": "权重"}], "data": rows}
    )
    settings.add_table(
        "D3:E4", {"name": "tblRight", "columns": [{"header": "级"}, {"header": "分"}], "data": [["S", 90]]}
    )
    settings.write_rich_string("G4", "留", bold, "着", "不动")
    settings.write("H5", "=1+1", money, 2)
    others = workbook.add_worksheet("其他")
    others.write_dynamic_array_formula("A1:A3", "=SEQUENCE(3)", None, 1)
    others.insert_image("C1", "two.png", {"image_data": picture()})
    others.write_comment("C9", "旁注")
    others.write_url("C12", "https://example.com", string="链接")
    others.add_table("E1:F3", {"name": "tblOther", "columns": [{"header": "子"}, {"header": "丑"}]})
    workbook.define_name("CRM_BODY", "=汇总!$C$5:$C$5")
    workbook.define_name("CRM_WHOLE", "=汇总!$B$4:$D$5")
    workbook.define_name("CRM_NOTE", "=汇总!$C$2")
    workbook.define_name("CRM_FORMULA", "=SUM(汇总!$C$5:$C$5)")
    workbook.close()
    edit_parts(
        path,
        {
            "_rels/.rels": lambda data: data.replace(
                b"</Relationships>",
                b'<Relationship Id="rUi" Type="http://schemas.microsoft.com/office/2007/relationships/ui/'
                b'extensibility" Target="customUI/customUI14.xml"/></Relationships>',
            )
        },
        {"customUI/customUI14.xml": RIBBON.encode(), "xl/unknown/part7.bin": bytes(range(256)) * 8},
    )
    return path


def edit_parts(
    path: Path, edits: Mapping[str, Callable[[bytes], bytes]], more: Mapping[str, bytes] | None = None
) -> None:
    """Change parts of a package in place and add others."""
    contents = contents_of(path)
    assert edits.keys() <= contents.keys()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in contents.items():
            target.writestr(name, edits[name](data) if name in edits else data)
        for name, data in (more or {}).items():
            target.writestr(name, data)


def edit_all(path: Path, edit: Callable[[bytes], bytes]) -> None:
    """Change every XML part of a package in place."""
    edit_parts(path, {name: edit for name in contents_of(path) if name.endswith((".xml", ".rels"))})


def to_strict(data: bytes) -> bytes:
    """A part as a strict workbook holds it."""
    return data.replace(MAIN, STRICT_MAIN).replace(LINKS, STRICT_LINKS)


def contents_of(path: Path) -> dict[str, bytes]:
    """The unpacked content of every part, in order."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def raw_entries(path: Path) -> dict[str, tuple[bytes, tuple[object, ...]]]:
    """The packed bytes of every entry and what the zip says of it."""
    found = {}
    data = path.read_bytes()
    with zipfile.ZipFile(path) as package:
        for info in package.infolist():
            name_length, extra_length = struct.unpack_from("<HH", data, info.header_offset + 26)
            start = info.header_offset + 30 + name_length + extra_length
            facts = (info.date_time, info.external_attr, info.internal_attr, info.create_system, info.CRC)
            found[info.filename] = data[start : start + info.compress_size], facts
    return found
