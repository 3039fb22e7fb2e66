"""A workbook with personal data in every place a package has for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter

from crm_xl.schema import Table
from crm_xl.tables.inputs import CONTACTS, CUSTOMERS, INTERACTIONS, ORDERS
from tests.books.samples import edit_parts, picture
from tests.support import secrets as s

FREE = f"请联系{s.NAMES[0]}，电话{s.PHONES[0]}，邮箱{s.E_MAILS[0]}，身份证{s.ID_NUMBERS[0]}"


def planted_book(path: Path) -> Path:
    """Declared tables, a table and a sheet of the user's own, and secrets in all of them and around them."""
    workbook = xlsxwriter.Workbook(path, {"strings_to_urls": False})
    _table(workbook, CUSTOMERS, [
        {"customer_id": "C1", "customer_name": s.COMPANY, "customer_type": "企业", "owner": "赵经理", "remark": FREE},
        {"customer_id": "C2", "customer_name": s.PERSON, "customer_type": "个人", "owner": "钱经理", "remark": s.PHONES[1]},
    ])  # fmt: skip
    _table(workbook, CONTACTS, [
        {"contact_id": "P1", "customer_id": "C1", "contact_name": s.NAMES[0], "phone": s.PHONES[0],
         "email": s.E_MAILS[0], "id_number": s.ID_NUMBERS[0]},
        {"contact_id": "P2", "customer_id": "C2", "contact_name": s.NAMES[1], "phone": int(s.PHONES[1]),
         "email": s.E_MAILS[1], "id_number": s.ID_NUMBERS[1]},
        {"contact_id": "P3", "customer_id": "C2", "contact_name": s.NAMES[2], "phone": int(s.PLAIN_LANDLINE),
         "email": s.NAMES[2] + "@home"},
    ])  # fmt: skip
    _table(workbook, ORDERS, [
        {"order_id": "S1", "customer_id": "C1", "order_date": "2026-03-01", "amount": 13911112223, "profit": 5,
         "product_type": f"定制-{s.NAMES[0]}"},
        {"order_id": "S2", "customer_id": "C2", "order_date": "2026-04-01", "amount": 250.5, "profit": 50.25},
    ])  # fmt: skip
    _table(workbook, INTERACTIONS, [
        {"interaction_id": "I1", "customer_id": "C1", "interaction_time": "2026-03-02", "summary": FREE,
         "quote": f"“{s.NAMES[1]}说”", "next_action": "致电１８６ ５５５５　６６６６", "follower": "赵经理"},
    ])  # fmt: skip
    _own_sheets(workbook)
    workbook.set_properties(
        {"author": s.NAMES[0], "comments": FREE, "company": s.COMPANY, "manager": s.NAMES[1]}
    )
    workbook.set_custom_property("联系电话", s.PHONES[1])
    workbook.close()
    edit_parts(
        path,
        {
            "xl/_rels/workbook.xml.rels": lambda data: _linked(
                data, ("externalLink", "externalLinks/externalLink1.xml"), ("customXml", "../customXml/item1.xml"),
                ("pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"), ("person", "persons/person.xml"),
            ),
            "xl/sharedStrings.xml": lambda data: data.replace(
                b"</sst>", f"<si><t>{FREE}</t></si><!-- {s.NAMES[0]} {s.PHONES[0]} --></sst>".encode()
            ),
        },
        {
            "xl/externalLinks/externalLink1.xml": _xml(
                f'<externalLink><externalBook><sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1" t="str"><v>'
                f'{s.NAMES[1]}</v></cell><cell r="B1"><v>{s.PHONES[2]}</v></cell></row></sheetData></sheetDataSet>'
                f"</externalBook></externalLink>"
            ),
            "xl/pivotCache/pivotCacheDefinition1.xml": _xml(
                f'<pivotCacheDefinition><cacheFields count="1"><cacheField name="谁"><sharedItems containsNumber="1" '
                f'minValue="1" maxValue="{s.PHONES[2]}"><s v="{s.NAMES[0]}"/><n v="{s.PHONES[2]}"/></sharedItems>'
                f"</cacheField></cacheFields></pivotCacheDefinition>"
            ),
            "xl/persons/person.xml": _xml(
                f'<personList><person displayName="{s.NAMES[0]}" userId="{s.E_MAILS[1]}"/></personList>'
            ),
            "customXml/item1.xml": f"<?mso {s.NAMES[0]}?><a><b n='{s.PHONES[0]}'>{FREE}</b></a>".encode(),
            "xl/embeddings/oleObject1.bin": s.NAMES[0].encode("utf-16-le"),
            "xl/printerSettings/printerSettings1.bin": s.NAMES[0].encode("utf-16-le"),
            "xl/drawings/vmlDrawing9.vml": f"<xml><v:textbox>{FREE}<br>{s.PHONES[2]}</v:textbox></xml>".encode(),
            "docProps/thumbnail.jpeg": FREE.encode(),
            "xl/calcChain.xml": _xml("<calcChain/>"),
        },
    )  # fmt: skip
    return path


def _own_sheets(workbook: xlsxwriter.Workbook) -> None:
    bold = workbook.add_format({"bold": True})
    own = workbook.add_worksheet("我的笔记")
    own.write_string("A1", FREE)
    own.write_number("A2", int(s.PHONES[2]))
    own.write_rich_string("A3", "手机139", bold, "1111", "2222，找", bold, s.NAMES[0][:1], s.NAMES[0][1:])
    own.write_formula("A4", f'="电话"&"{s.PHONES[1]}"', None, f"电话{s.PHONES[1]}")
    own.write_formula("A5", '="170"&"1234"&"9876"', None, s.PHONES[2])
    own.write_formula("A6", f"={s.PHONES[2]}+0", None, int(s.PHONES[2]))
    own.write_formula("A7", "=SUM(订单!E5:E6)", None, 13911112473.5)
    own.write_formula("A8", f'=COUNTIF(A1:A3,"*{s.NAMES[1]}*")', None, 1)
    own.write_string("A9", f"座机 {s.LANDLINE}，或 {s.PLAIN_LANDLINE}")
    own.write_number("A10", int(s.PLAIN_LANDLINE))
    own.write_comment("B1", FREE, {"author": s.NAMES[1]})
    own.write_url("B2", f"mailto:{s.E_MAILS[1]}", string=s.E_MAILS[1], tip=FREE)
    own.data_validation(
        "B3", {"validate": "list", "source": [s.NAMES[0], "x"], "input_title": "问", "input_message": FREE}
    )
    own.conditional_format(
        "B4", {"type": "text", "criteria": "containing", "value": s.NAMES[2], "format": bold}
    )
    own.insert_textbox("D1", FREE)
    own.insert_image("D9", "card.png", {"image_data": picture(), "description": FREE})
    own.set_header(f'&L&"宋体"&K00000013911112222&R{s.NAMES[0]}')
    own.set_footer(f"&C{s.E_MAILS[0]}", {"scale_with_doc": True})
    own.add_table("F1:G3", {"name": "tblMine", "columns": [{"header": "对接人"}, {"header": "说明"}],
                            "data": [[s.NAMES[2], FREE], [s.NAMES[0], s.E_MAILS[0]]]})  # fmt: skip
    chart = workbook.add_chart({"type": "column"})
    chart.add_series({"name": f"={own.name}!$A$9", "categories": [own.name, 0, 0, 2, 0],
                      "values": [own.name, 1, 0, 1, 0], "categories_data": [FREE, s.NAMES[1]],
                      "values_data": [int(s.PHONES[2])]})  # fmt: skip
    chart.set_title({"name": f"{s.NAMES[0]}的客户"})
    own.insert_chart("D20", chart, {"description": s.E_MAILS[0]})
    workbook.define_name("WHO", f'="{s.NAMES[1]}"')
    workbook.define_name("CALL", f"={s.PHONES[2]}")


def _table(workbook: xlsxwriter.Workbook, table: Table, rows: list[dict[str, Any]]) -> None:
    sheet = workbook.add_worksheet(table.sheet)
    for across, column in enumerate(table):
        for down, row in enumerate(rows, 4):
            if column.name in row:
                sheet.write(down, across, row[column.name])
    sheet.add_table(
        3, 0, 3 + len(rows), len(table.columns) - 1,
        {"name": table.name, "columns": [{"header": column.title} for column in table]},
    )  # fmt: skip


def _linked(data: bytes, *links: tuple[str, str]) -> bytes:
    more = "".join(
        f'<Relationship Id="rX{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
        f'Target="{target}"/>'
        for n, (kind, target) in enumerate(links)
    )
    return data.replace(b"</Relationships>", more.encode() + b"</Relationships>")


def _xml(text: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}'.encode()
