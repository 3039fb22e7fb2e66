"""A guide walked by hand: a Markdown page of what a person types and, worked out by hand, what must come out.

The page names a template, then goes on in steps, `### verb table`, each above a table or a block of the page:

- 填写: the rows of an input table, as typed; 修改: cells of rows found by the columns with a *, else by the table's key,
  else by the first column; a row that is not found is typed below the others. — clears a cell.
- 增加: rows below the others; 删除: rows found as for 修改.
- 导入: a file beside the workbook, and `crm-xl import` of it.
- 刷新: what the button does, on the file.
- 核对: the rows of an output as they stand, all of them and in order, in any of its columns; 部分核对: some of its rows,
  found by the first column, in whatever order. — is a blank cell. A number may show its arithmetic, “12.5 = 5 ÷ 8 × 20”,
  which is worked out here: the number is what it comes to, rounded as written, and the cell holds it unrounded.
  “83.33% ≈ 5 ÷ 6” is a cell that holds the rounded number itself: such shares add up to 100 % as they are shown.
"""

from __future__ import annotations

import ast
import contextlib
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer.testing
from openpyxl.workbook import Workbook

import crm_xl
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.builder.build import template
from crm_xl.builder.specs import TEMPLATES
from crm_xl.cli import app
from crm_xl.schema import NUMERIC, TEMPORAL, Column, Kind, Table
from tests.builder.shipped import opened, table_values

BLANK = "—"
_KEY = "*"
CLOSE = 1e-9  # two ways of adding the same figures up

_TYPE, _ADD, _EDIT, _DELETE = "填写", "增加", "修改", "删除"
_IMPORT, _REFRESH = "导入", "刷新"
_CHECK, _CHECK_SOME = "核对", "部分核对"
_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_WRITTEN = str.maketrans({"×": "*", "÷": "/", "−": "-", "（": "(", "）": ")"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")
_NUMBER = re.compile(r"[-−]?[\d,]*\.?\d+%?")


@dataclass(frozen=True)
class Step:
    """One heading of the page: its verb, what it is about, and the table or block below it."""

    verb: str
    subject: str
    line: int
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    block: str


@dataclass
class Walk:
    """What came of walking a page.

    Attributes:
        wrong: one sentence per cell that is not as the page says, with the page's line.
        checked: output table -> headings that the page looks at.
        customers: how many were typed or imported.
    """

    wrong: list[str] = field(default_factory=list)
    checked: dict[str, set[str]] = field(default_factory=dict)
    customers: int = 0


def page_of(text: str) -> tuple[str, list[Step]]:
    """The template that a page is about, and its steps."""
    (name,) = re.findall(r"^模板：`(\w+)`", text, re.MULTILINE)
    lines = text.splitlines()
    starts = [at for at, line in enumerate(lines) if line.startswith("### ")]
    return name, [_step(lines, at, end) for at, end in zip(starts, [*starts[1:], len(lines)], strict=True)]


def _step(lines: list[str], start: int, end: int) -> Step:
    verb, _, subject = lines[start].removeprefix("### ").partition(" ")
    cells = [_cells(line) for line in lines[start:end] if line.startswith("|")]
    fences = [at for at in range(start, end) if lines[at].startswith("```")]
    block = "\n".join(lines[fences[0] + 1 : fences[1]]) + "\n" if fences else ""
    headings, rows = (cells[0], cells[2:]) if cells else ((), [])
    if uneven := [row for row in rows if len(row) != len(headings)]:
        raise ValueError(f"line {start + 1}: a row of {len(uneven[0])} cells below {len(headings)} headings")
    return Step(verb, re.split("[：（]", subject)[0], start + 1, headings, tuple(rows), block)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def walk(page: str, folder: Path) -> Walk:
    """Take the empty template of the page and do all it says.

    Args:
        page: the Markdown text.
        folder: where the workbook is made.

    Raises:
        ValueError: the page is not written as it must be.
        CrmError: the product refuses what the page does.
    """
    name, steps = page_of(page)
    path = template(name, folder / f"{name}.xlsx", with_samples=False)
    tables = {table.title: table for table in TEMPLATES[name].tables}
    found = Walk()
    shown: Workbook | None = None  # as an independent reader sees it, until something is written
    for step in steps:
        if step.verb not in (_CHECK, _CHECK_SOME):
            shown = None
        if step.verb == _REFRESH:
            crm_xl.refresh(path)
        elif step.verb == _IMPORT:
            _import(path, step)
        elif step.verb in (_TYPE, _ADD, _EDIT, _DELETE):
            _write(path, tables[step.subject], step)
        elif step.verb in (_CHECK, _CHECK_SOME):
            shown = shown or opened(path, values=True)
            found.wrong += _differences(shown, tables[step.subject], step)
            found.checked.setdefault(step.subject, set()).update(step.headings)
        else:
            raise ValueError(f"line {step.line}: no such verb: {step.verb}")
    found.customers = len(FileBook(path, read_only=True).read(["tblCustomers"])["tblCustomers"])
    return found


def _import(path: Path, step: Step) -> None:
    file = path.parent / step.subject
    file.write_text(step.block, encoding="gb18030")  # as Chinese programs export
    told = typer.testing.CliRunner().invoke(app, ["import", str(file), "--into", str(path), "--fresh"])
    if told.exit_code:
        raise ValueError(f"line {step.line}: {told.output}")


def _write(path: Path, table: Table, step: Step) -> None:
    """Type the step's cells into the table, below and between what stands there."""
    book = FileBook(path)
    raw = book.read([table.name])[table.name]
    headings = [heading.rstrip(_KEY) for heading in step.headings]
    columns = [table.columns[table.titles.index(heading)] for heading in headings]
    places = [raw.headings.index(heading) for heading in headings]
    rows = [] if step.verb == _TYPE else [list(row) for row in zip(*raw.columns, strict=True)]
    named = {column.name for column in columns}
    key = [at for at, heading in enumerate(step.headings) if heading.endswith(_KEY)]
    if not key and named.issuperset(table.key):
        key = [at for at, column in enumerate(columns) if column.name in table.key]
    key = key or [0]
    for typed in step.rows:
        values = [_typed(cell, column) for cell, column in zip(typed, columns, strict=True)]
        same = [row for row in rows if all(row[places[at]] == values[at] for at in key)]
        if step.verb == _DELETE:
            if not same:
                raise ValueError(f"line {step.line}: {table.title} has no row {typed}")
            rows = [row for row in rows if row not in same]
            continue
        if step.verb in (_TYPE, _ADD) or not same:
            same = [[None] * len(raw.headings)]
            rows += same
        for row in same:
            for place, value in zip(places, values, strict=True):
                row[place] = value
    book.write({table.name: Block(headings=raw.headings, rows=rows)}, {})


def _typed(cell: str, column: Column) -> Any:
    """What Excel makes of the keys pressed: a day, a number, a text; columns of ids are formatted as text."""
    if cell in ("", BLANK):
        return None
    if column.kind in (Kind.ID, Kind.TEXT, Kind.CHOICE, Kind.YESNO):
        return cell
    if _MOMENT.fullmatch(cell):
        return datetime.strptime(cell, "%Y-%m-%d %H:%M")
    if _DAY.fullmatch(cell) or _MONTH.fullmatch(cell):
        return date.fromisoformat(cell if _DAY.fullmatch(cell) else f"{cell}-01")
    return worked_out(cell) if _NUMBER.fullmatch(cell) else cell


def _differences(book: Workbook, table: Table, step: Step) -> Iterator[str]:
    """A sentence per cell of the output that is not as the step has it."""
    headings, *rows = table_values(book, table.name)
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    if absent := [heading for heading in step.headings if heading not in headings]:
        raise ValueError(f"line {step.line}: {table.title} has no column {absent}")
    places = [headings.index(heading) for heading in step.headings]
    if step.verb == _CHECK_SOME:
        wanted = [row[0] for row in step.rows]
        rows = sorted(
            (row for row in rows if row[places[0]] in wanted), key=lambda row: wanted.index(row[places[0]])
        )
    where = f"line {step.line}: {table.title}"
    if len(rows) != len(step.rows):
        yield f"{where}: {len(rows)} rows instead of {len(step.rows)}: {[row[places[0]] for row in rows]}"
    columns = {column.title: column for column in table}
    for number, (row, expected) in enumerate(zip(rows, step.rows, strict=False), start=1):
        for heading, place, cell in zip(step.headings, places, expected, strict=True):
            if (fault := _fault(row[place], cell, columns.get(heading))) is not None:
                yield f"{where}, row {number} ({row[places[0]]}), {heading}: {fault}"


def _fault(actual: Any, expected: str, column: Column | None) -> str | None:
    """What is wrong with a cell; None where nothing is."""
    kind = Kind.NUMBER if column is None else column.kind  # what an output adds of its own are numbers
    if expected == BLANK:
        return None if actual is None else f"{actual!r} instead of a blank"
    if actual is None:
        return f"blank instead of {expected!r}"
    if kind in TEMPORAL:
        wanted = f"{expected}-01" if _MONTH.fullmatch(expected) else expected
        said = f"{actual:%Y-%m-%d}" if isinstance(actual, datetime) else repr(actual)
        return None if said == wanted else f"{said} instead of {wanted}"
    if kind not in NUMERIC:
        return None if actual == expected else f"{actual!r} instead of {expected!r}"
    shown, sign, arithmetic = re.fullmatch(r"(.+?)(?: ([=≈]) (.+))?", expected).groups()  # type: ignore[union-attr]
    value = worked_out(arithmetic or shown)
    if not _rounds_to(value, shown):
        return f"the page says {shown} {sign} {arithmetic}, which is {value!r}"
    if sign == "≈":
        value = worked_out(shown)
    if not isinstance(actual, int | float) or abs(actual - value) > CLOSE * max(1.0, abs(value)):
        return f"{actual!r} instead of {value!r}"
    return None


def _rounds_to(value: float, shown: str) -> bool:
    """Whether a value is, to the digits shown, the number shown."""
    digits = len(shown.rstrip("%").partition(".")[2]) + (2 if shown.endswith("%") else 0)
    return abs(value - worked_out(shown)) <= 0.5 * 10.0**-digits + CLOSE


def worked_out(arithmetic: str) -> float:
    """The value of an expression as a person writes it; a day counts as its number, so that days can be taken off.

    >>> worked_out("（1,200 − 200）÷ 8 × 15%"), worked_out("2024-03-01 − 2024-02-01")
    (18.75, 29.0)
    """
    text = re.sub(r"\d{4}-\d{2}-\d{2}", lambda day: str(date.fromisoformat(day[0]).toordinal()), arithmetic)
    text = re.sub(r"([\d.]+)%", r"(\1/100)", text.replace(",", "").translate(_WRITTEN))
    with contextlib.suppress(SyntaxError):
        return _value(ast.parse(text.strip(), mode="eval").body)
    raise ValueError(f"no arithmetic: {arithmetic!r}")


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return float(_OPERATORS[type(node.op)](_value(node.left), _value(node.right)))
    raise ValueError(f"no arithmetic: {ast.unparse(node)!r}")
