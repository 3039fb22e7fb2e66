"""Build what we ship, byte for byte the same on every run: workbook, templates, the manual's generated pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from crm_xl.books.atomic import replace_content
from crm_xl.builder.author import Author
from crm_xl.builder.card import write_card
from crm_xl.builder.dashboard import write_dashboard
from crm_xl.builder.draft import Draft
from crm_xl.builder.examples import write_examples, write_help
from crm_xl.builder.guide import write_guide
from crm_xl.builder.home import write_home
from crm_xl.builder.layout import SheetKind, SheetPlan
from crm_xl.builder.pages import PAGES
from crm_xl.builder.ribbon_xml import define_states, with_ribbon
from crm_xl.builder.sheets import define_lists, write_tables_sheet
from crm_xl.builder.specs import SHIPPED_BOOKS
from crm_xl.builder.theme import Theme
from crm_xl.builder.vba_modules import WORKBOOK_MODULE, workbook_modules
from crm_xl.builder.vba_project import build_project
from crm_xl.builder.wrappers import generate_wrappers
from crm_xl.builder.zipfix import normalised
from crm_xl.functions import FUNCTIONS
from crm_xl.refreshing import refresh
from crm_xl.tables import cells
from crm_xl.tables.inputs import PLANS

EARLIER_RUNS = ("2026-04-30", "2026-07-31")
_MADE = datetime(2026, 1, 1)  # no clock: a build must not depend on the day
# Excel recalculates a whole file that an older calculation engine saved; then the stored values would be lost
# where Python is absent.
_CALCULATION_ENGINE = 191029
# What the VBA of xlwings reads; the installer writes the rest (the interpreter) for each user.
FUNCTION_MODULE = "crm_xl.excel.udfs"
XLWINGS_SETTINGS = (
    ("UDF MODULES", FUNCTION_MODULE),
    ("USE UDF SERVER", "True"),
    ("ADD_WORKBOOK_TO_PYTHONPATH", "False"),
)


def build(target_dir: Path | str) -> list[Path]:
    """The files built: macro workbook and templates with sample data and its results, and the generated pages.

    Args:
        target_dir: the repository, or any folder; `workbook/`, `templates/` and `docs/` are made inside it.
    """
    made = []
    for name, text in PAGES.items():
        page = Path(target_dir) / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text(), encoding="utf-8", newline="\n")
        made.append(page)
    for spec in SHIPPED_BOOKS:
        path = Path(target_dir) / spec.folder / spec.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        author_workbook(path, refreshed(Draft(spec)))
        made.append(path)
    return made


def template(name: str, target: Path | str, *, with_samples: bool = True) -> Path:
    """One template, or the macro workbook, written to a file.

    Args:
        name: of one of `specs.SHIPPED_BOOKS`.
        target: the file.
        with_samples: with sample rows and their results, or with empty input tables.

    Raises:
        KeyError: there is no such template.
    """
    spec = {spec.name: spec for spec in SHIPPED_BOOKS}[name]
    filled = Draft(spec)
    if with_samples:
        return author_workbook(Path(target), refreshed(filled))
    refresh(filled)
    draft = Draft(spec, samples=False, model=filled)
    if spec.macros:
        refresh(draft)  # its formulas take blocks that a refresh writes from 参数
        draft.cells = {}  # to its user it has not been refreshed yet
    return author_workbook(Path(target), draft)


def refreshed(draft: Draft) -> Draft:
    """The draft with every output computed, by the same refresh that a user runs.

    With samples it was refreshed at the end of each quarter before, so that changes of tier have something to show.
    What those runs proposed as plans is taken back: proposals nobody has looked at for half a year are no example.
    """
    plans = {name: block for name, block in draft.blocks.items() if name == PLANS.name}
    for day in EARLIER_RUNS if draft.samples else ():
        refresh(draft, analysis_date=day)
        draft.write(plans, {})
    refresh(draft)
    return draft


def author_workbook(path: Path, draft: Draft) -> Path:
    """Write a draft as a workbook file: the same draft gives the same bytes.

    Args:
        path: the file.
        draft: tables and cells, with or without results.
    """
    replace_content(path, normalised(_package(draft)), kept=0)
    return path


def _package(draft: Draft) -> bytes:
    target = BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False})
    spec = draft.spec
    workbook.set_properties(
        {"title": spec.title, "author": "crm_xl", "comments": spec.purpose, "created": _MADE}
    )
    workbook.set_calc_mode("auto", _CALCULATION_ENGINE)
    workbook.calc_on_load = False
    workbook.set_size(2400, 1500)
    author = Author(workbook=workbook, draft=draft, theme=Theme(workbook))
    define_lists(author)
    worksheets = {sheet.name: workbook.add_worksheet(sheet.name) for sheet in draft.sheets}
    for sheet in draft.sheets:
        worksheet = worksheets[sheet.name]
        _WRITERS[sheet.kind](author, sheet, worksheet)
        if sheet.hidden:
            worksheet.hide()
        if spec.macros:
            worksheet.set_vba_name(sheet.code_name)
    if spec.macros:
        modules = workbook_modules(
            [sheet.code_name for sheet in draft.sheets], wrappers=generate_wrappers(FUNCTION_MODULE)
        )
        project = build_project(modules)
        workbook.add_vba_project(BytesIO(project), is_stream=True)
        workbook.set_vba_name(WORKBOOK_MODULE)
        define_states(workbook)
    workbook.close()
    return with_ribbon(target.getvalue()) if spec.macros else target.getvalue()


def _write_config(author: Author, sheet: SheetPlan, worksheet: Worksheet) -> None:
    for row, (key, value) in enumerate(XLWINGS_SETTINGS):
        worksheet.write_string(row, 0, key)
        worksheet.write_string(row, 1, value)
    worksheet.set_column(0, 1, 32, author.theme.look("text"))
    # Beside the two columns that xlwings reads.
    worksheet.write_string(0, 3, cells.RECALCULATE.title)
    worksheet.write_string(0, 4, "否")
    author.define(cells.RECALCULATE.name, sheet.name, 0, 4, 0, 4)
    names = ",".join(f'"{function.name}"' for function in FUNCTIONS)
    author.workbook.define_name(cells.FUNCTIONS_NAME, f"={{{names}}}")


_WRITERS: dict[SheetKind, Callable[[Author, SheetPlan, Worksheet], None]] = {
    SheetKind.HOME: lambda author, _sheet, worksheet: write_home(author, worksheet),
    SheetKind.PARAMETERS: write_tables_sheet,
    SheetKind.INPUT: write_tables_sheet,
    SheetKind.OUTPUT: write_tables_sheet,
    SheetKind.DASHBOARD: write_dashboard,
    SheetKind.CARD: write_card,
    SheetKind.DATA: write_tables_sheet,
    SheetKind.EXAMPLES: lambda author, _sheet, worksheet: write_examples(author, worksheet),
    SheetKind.HELP: lambda author, _sheet, worksheet: write_help(author, worksheet),
    SheetKind.GUIDE: lambda author, _sheet, worksheet: write_guide(author, worksheet),
    SheetKind.CONFIG: _write_config,
}
