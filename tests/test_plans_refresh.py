"""Plans in a workbook file: what people typed, their own column too, is there after refreshes, as they typed it."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import crm_xl
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block, Cell
from crm_xl.builder.build import template
from crm_xl.tables.inputs import PLAN_DOING, PLAN_OPEN, PLANS
from crm_xl.tables.plans import PLAN_OWNERS, REVIEWS

OWN = "竞品情况"
TYPED: dict[str, Cell] = {
    "owner": "赵悦", "action": "带样机上门", "baseline": 12.5, "target": "再议", "due_date": datetime.date(2026, 9, 30),
    "status": PLAN_DOING,
}  # fmt: skip


def rows(book: FileBook) -> list[dict[str, Cell]]:
    raw = book.read([PLANS.name])[PLANS.name]
    return [dict(zip(raw.headings, row, strict=True)) for row in zip(*raw.columns, strict=True)]


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template of guide 000 after somebody has changed one proposal and added a column and a row."""
    path = template("customer_relationship", tmp_path_factory.mktemp("plans") / "客户.xlsx")
    book = FileBook(path)
    raw = book.read([PLANS.name])[PLANS.name]
    found = [list(row) for row in zip(*raw.columns, strict=True)]
    suggested = next(row for row in found if row[PLANS.names.index("finding")] == "系统建议")
    for name, value in TYPED.items():
        suggested[PLANS.names.index(name)] = value
    added = [suggested[0], *[None] * (len(PLANS.names) - 1), "新进入者"]
    added[PLANS.names.index("action")] = "月底再联系"
    body = [[*row, None] for row in found]
    body[found.index(suggested)][-1] = "在试用乙公司"
    book.write({PLANS.name: Block(headings=(*raw.headings, OWN), rows=[*body, added])}, {})
    return path


def test_edited_rows_come_through_refreshes_as_they_were_typed(edited: Path) -> None:
    for day in ("2026-10-31", "2027-03-31"):
        results = crm_xl.refresh(edited, analysis_date=day)
        found = rows(FileBook(edited))
        (own,) = (row for row in found if row[OWN] == "在试用乙公司")
        titles = {column.name: column.title for column in PLANS}
        for name, value in TYPED.items():
            cell = own[titles[name]]
            if isinstance(cell, datetime.datetime):
                cell = cell.date()
            assert cell == (f"{PLAN_DOING}（逾期）" if name == "status" else value)
        (added,) = (row for row in found if row[OWN] == "新进入者")
        assert (added[titles["action"]], added[titles["level"]]) == ("月底再联系", own[titles["level"]])
        assert added[titles["status"]] is None
        for name in (PLAN_OWNERS.name, REVIEWS.name):
            assert not results.tables[name].empty


def test_two_refreshes_of_a_file_leave_the_plans_of_one(edited: Path) -> None:
    crm_xl.refresh(edited, analysis_date="2026-10-31")
    once = rows(FileBook(edited))
    crm_xl.refresh(edited, analysis_date="2026-10-31")
    assert rows(FileBook(edited)) == once
    assert sum(row["状态"] == PLAN_OPEN for row in once) > 20
