"""Poor data typed into what we ship, and refreshed: figures, blanks or a sentence, never an Excel error, never a crash.

What each report says is worked out by hand beside the reports; here whole files are looked at, by an independent reader.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import crm_xl
from crm_xl import assets
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.builder.layout import EXAMPLES, GUIDE
from crm_xl.builder.specs import TEMPLATES
from crm_xl.refreshing import NOTHING
from crm_xl.report import write_report
from crm_xl.tables import INPUTS, OUTPUTS, TABLES
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import parameters as p
from crm_xl.tables import portraits as t
from crm_xl.tables import relations as r
from crm_xl.tables import sales_reports as x
from crm_xl.tables import service_reports as s
from crm_xl.tables.plans import PLAN_OWNERS
from tests.builder.shipped import opened, table_values

Row = dict[str, Any]
Rows = dict[str, list[Row]]

WORDS_OF_PYTHON = {"nan", "inf", "-inf", "nat", "none", "<na>"}
# Twelve orders a year by turns of A (even months) and B, the last on 2024-12-15; C has none.
GOOD: Rows = {
    i.CUSTOMERS.name: [
        {"customer_id": "A", "customer_name": "甲公司", "industry": "制造业", "region": "华东", "owner": "王敏",
         "employees": 80, "cooperation_start": date(2022, 5, 1)},
        {"customer_id": "B", "customer_name": "乙公司", "industry": "金融", "region": "华南", "owner": "李强",
         "employees": 300, "cooperation_start": date(2023, 1, 1)},
        {"customer_id": "C", "customer_name": "丙公司", "industry": "教育", "region": "华北", "owner": "李强"},
    ],
    i.CONTACTS.name: [{"contact_id": "P1", "customer_id": "A", "contact_name": "张三", "phone": "13800001234"}],
    i.ORDERS.name: [
        {"order_id": f"S{n}", "customer_id": "AB"[n % 2], "order_date": date(2023 + n // 12, n % 12 + 1, 15),
         "amount": 1000.0 * (n + 1), "profit": 100.0, "product_type": "甲类", "status": "已确认"}
        for n in range(24)
    ],
    i.INTERACTIONS.name: [
        {"interaction_id": "H1", "customer_id": "A", "interaction_time": datetime(2024, 12, 1, 9), "channel": "电话会议",
         "feedback_type": "需求明确", "follower": "王敏", "feedback": "积极", "hours": 1},
    ],
    i.TICKETS.name: [
        {"ticket_id": "G1", "customer_id": "B", "submitted_at": datetime(2024, 11, 1, 9), "ticket_type": "投诉",
         "first_response_at": datetime(2024, 11, 3, 9), "resolved_at": datetime(2024, 11, 4, 9), "issue": "价格",
         "resolved": "是", "csat": 4, "nps": 9},
    ],
    i.USAGE.name: [{"customer_id": "A", "month": date(2024, 12, 1), "logins": 20, "core_feature_use": 0.5}],
    i.RATINGS.name: [{"customer_id": "A", "industry_growth": 0.1, "industry_potential": 4, "need_match": 0.8}],
    i.OPPORTUNITIES.name: [
        {"opportunity_id": "J1", "customer_id": "A", "created_on": date(2024, 11, 1), "stage": "赢单", "amount": 100.0,
         "closed_on": date(2024, 11, 20)},
    ],
    i.CHURNED.name: [{"customer_id": "C", "churned_on": date(2024, 11, 30), "reason": "价格"}],
    i.CAMPAIGNS.name: [
        {"campaign_id": "M1", "campaign_name": "促销", "start_date": date(2024, 6, 1), "end_date": date(2024, 6, 30),
         "cost": 100.0},
    ],
    i.CAMPAIGN_MEMBERS.name: [
        {"campaign_id": "M1", "customer_id": "A", "reached": "是", "participated": "是", "converted": "是", "amount": 500.0},
    ],
    i.TAGS.name: [{"customer_id": "A", "tag_kind": "需求", "tag": "降本增效"}],
    i.ACTIONS.name: [{"customer_id": "A", "problem": "登录少"}],
}  # fmt: skip


def _set(table: str, **cells: Any) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        for row in rows[table]:
            row.update(cells)

    return change


def _empty(table: str) -> Callable[[Rows], None]:
    return lambda rows: rows[table].clear()


def _only_a(rows: Rows) -> None:
    for name, body in rows.items():
        rows[name] = [row for row in body if row.get("customer_id", "A") == "A"]


def _before_the_period(rows: Rows) -> None:
    rows[i.OPPORTUNITIES.name].clear()
    for row in rows[i.ORDERS.name]:
        row["order_date"] = row["order_date"].replace(year=row["order_date"].year - 4)


def _nothing_to_divide_by(rows: Rows) -> None:
    """Every amount, count and answer that something is divided by is 0 or absent."""
    for change in (
        _set(i.ORDERS.name, amount=0.0, profit=0.0),
        _set(i.CAMPAIGNS.name, cost=0.0),
        _set(i.CAMPAIGN_MEMBERS.name, reached="否", participated="否", converted="否", amount=0.0),
        _set(i.OPPORTUNITIES.name, stage="跟进中", amount=0.0),
        _set(i.TICKETS.name, resolved="否", resolved_at=None, first_response_at=None, csat=None, nps=None),
        _set(i.USAGE.name, logins=0, core_feature_use=0.0),
        _set(i.INTERACTIONS.name, hours=0, feedback=None, feedback_type=None),
        _set(i.CUSTOMERS.name, employees=0),
    ):
        change(rows)


# What is wrong -> how the rows are changed, settings, choices, and the words that must stand in each table.
CASES: dict[str, tuple[Callable[[Rows], None], dict[str, Any], dict[str, Row], dict[str, str]]] = {
    "no orders at all": (
        _empty(i.ORDERS.name), {}, {},
        {name: "没有有效订单，无法确定分析日期" for name in (
            o.SCORES.name, o.TIER_SUMMARY.name, r.RELATION.name, t.STRUCTURE.name, x.SALES_REPORT.name, s.CHURN_REPORT.name)},
    ),
    "one customer": (
        _only_a, {}, {},
        {x.OWNER_COMPARE.name: "王敏", s.SERVICE_REPORT.name: "没有符合所选条件的工单", s.CHURN_TRAITS.name: NOTHING},
    ),
    "no date in the period": (
        _before_the_period, {"分析日期": date(2024, 12, 31)}, {},
        {x.SALES_REPORT.name: "没有符合所选条件的订单（2024-01-01 至 2024-12-31）",
         x.OWNER_COMPARE.name: "没有符合所选条件的订单", o.TIER_SUMMARY.name: "待评估"},
    ),
    "a period typed that holds nothing": (
        lambda rows: None, {"期间方式": p.PERIOD_BETWEEN, "期间起": date(2019, 1, 1), "期间止": date(2019, 12, 31)}, {},
        {x.SALES_REPORT.name: "没有符合所选条件的订单（2019-01-01 至 2019-12-31）"},
    ),
    "a filter that matches nothing": (
        lambda rows: None, {},
        {
            x.SALES_CHOICE.name: {"industry": "教育"}, x.OWNER_CHOICE.name: {"industry": "教育"},
            x.COMPARE_CHOICE.name: {"industry": "教育"}, x.TURNING_CHOICE.name: {"industry": "教育"},
            s.SERVICE_CHOICE.name: {"owner": "王敏"}, s.CAMPAIGN_CHOICE.name: {"region": "华北"},
            s.PROFILE_CHOICE.name: {"owner": "王敏", "region": "华南"},
        },
        {x.SALES_REPORT.name: "没有符合所选条件的订单（2023-12-16 至 2024-12-15，所属行业 教育）",
         x.OWNER_COMPARE.name: "没有符合所选条件的订单", x.COMPARE.name: "没有符合所选条件的订单",
         x.TURNING_POINTS.name: "没有符合所选条件的订单", s.SERVICE_REPORT.name: "没有符合所选条件的工单",
         s.PROFILE_REPORT.name: "没有符合所选条件的客户"},
    ),
    "an owner without a name": (
        lambda rows: [_set(i.CUSTOMERS.name, owner=None)(rows), _set(i.INTERACTIONS.name, follower=None)(rows)][0], {}, {},
        {table.name: c.UNNAMED for table in (x.SALES_REPORT, x.OWNER_COMPARE, s.SERVICE_REPORT, PLAN_OWNERS)},
    ),
    "an unknown tag": (
        _set(i.TAGS.name, tag="降本増效"), {}, {},
        {r.TAG_BOARD.name: "需求标签“降本増效”不在标签库，最接近“降本增效”",
         o.CHECKS.name: "需求标签“降本増效”不在标签库，最接近“降本增效”"},
    ),
    "a campaign without members": (
        _empty(i.CAMPAIGN_MEMBERS.name), {}, {}, {s.CAMPAIGN_REPORT.name: "没有活动名单，无法计算效果"},
    ),
    "nothing to divide by": (
        _nothing_to_divide_by, {}, {},
        {s.CAMPAIGN_REPORT.name: "费用为0，不计算ROI", x.COMPARE.name: "上期为0，没有环比；去年同期为0，没有同比",
         s.SLOW_ANSWERS.name: "不足5家，不比较"},
    ),
}  # fmt: skip


def typed(
    path: Path, rows: Rows, settings: dict[str, Any] | None = None, choices: dict[str, Row] | None = None
) -> Path:
    """The shipped book with its samples replaced by these rows, as somebody would who begins with it."""
    book = FileBook(path)
    present = book.tables()
    blocks = {}
    for table in INPUTS:
        if table.name in present:
            body = [[row.get(name) for name in table.names] for row in rows.get(table.name, [])]
            blocks[table.name] = Block(headings=table.titles, rows=body)
    if settings:
        raw = book.read([p.SETTINGS_TABLE.name])[p.SETTINGS_TABLE.name]
        body = [list(row) for row in zip(*raw.columns, strict=True)]
        for row in body:
            row[1] = settings.get(row[0], row[1])
        blocks[p.SETTINGS_TABLE.name] = Block(headings=raw.headings, rows=body)
    for name, cells in (choices or {}).items():
        if name in present:
            table = TABLES[name]
            blocks[name] = Block(headings=table.titles, rows=[[cells.get(column) for column in table.names]])
    book.write(blocks, {})
    return path


def wrong_cells(path: Path) -> Iterator[str]:
    """Cells that show an Excel error or a word of Python's; the guide explains errors, and examples need the functions."""
    book = opened(path, values=True)
    for sheet in book:
        if sheet.title in (GUIDE, EXAMPLES):
            continue
        for row in sheet.iter_rows():
            for cell in row:
                text = "" if cell.value is None else str(cell.value)
                if cell.data_type == "e" or text.startswith("#") or text.lower() in WORDS_OF_PYTHON:
                    yield f"{sheet.title}!{cell.coordinate}: {text}"


def impossible_shares(path: Path) -> Iterator[str]:
    """Shares of a whole that are below 0 or above 1."""
    book = opened(path, values=True)
    for table in OUTPUTS:
        shares = [at for at, column in enumerate(table) if column.name.endswith("_share")]
        if not shares or not any(table.name in sheet.tables for sheet in book):
            continue
        for row in table_values(book, table.name)[1:]:
            for at in shares:
                if isinstance(row[at], int | float) and not 0 <= row[at] <= 1:
                    yield f"{table.title}: {row[at]}"


@pytest.mark.parametrize("case", CASES)
def test_the_workbook_says_it_in_a_sentence(case: str, tmp_path: Path) -> None:
    change, settings, choices, told = CASES[case]
    rows = copy.deepcopy(GOOD)
    change(rows)
    path = Path(shutil.copyfile(assets.asset(assets.WORKBOOK), tmp_path / "客户.xlsm"))
    crm_xl.refresh(typed(path, rows, settings, choices))
    assert list(wrong_cells(path)) == []
    assert list(impossible_shares(path)) == []
    book = opened(path, values=True)
    for table, words in told.items():
        cells = [str(cell) for row in table_values(book, table)[1:] for cell in row if cell is not None]
        assert any(words in cell for cell in cells), (TABLES[table].title, cells[:20])


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("case", ["no orders at all", "one customer", "nothing to divide by"])
def test_every_template_comes_through(name: str, case: str, tmp_path: Path) -> None:
    rows = copy.deepcopy(GOOD)
    CASES[case][0](rows)
    path = Path(shutil.copyfile(assets.asset(assets.handed_out()[name]), tmp_path / f"{name}.xlsx"))
    results = crm_xl.refresh(typed(path, rows))
    assert list(wrong_cells(path)) == []
    book = opened(path, values=True)
    for table in TEMPLATES[name].tables:
        if table.name in results.missing and not table.kept_up and table.sheet not in c.HIDDEN_SHEETS:
            assert table_values(book, table.name)[1][0] == results.missing[table.name], table.title


@pytest.mark.parametrize("case", ["one customer", "nothing to divide by"])
def test_the_report_is_written_of_next_to_nothing(case: str, tmp_path: Path) -> None:
    rows = copy.deepcopy(GOOD)
    CASES[case][0](rows)
    name = "customer_information_report"
    path = Path(shutil.copyfile(assets.asset(assets.handed_out()[name]), tmp_path / f"{name}.xlsx"))
    write_report(typed(path, rows), tmp_path / "报告.docx", with_markdown=True)
    text = (tmp_path / "报告.md").read_text(encoding="utf-8").lower()
    assert "核心发现" in text and "审核" in text
    assert not [word for word in ("nan", "inf%", "#div", "none") if word in text]


def test_an_empty_output_says_so_and_a_list_to_choose_from_stays_empty(tmp_path: Path) -> None:
    path = Path(
        shutil.copyfile(assets.asset(assets.handed_out()["crm_reports"]), tmp_path / "crm_reports.xlsx")
    )
    crm_xl.refresh(typed(path, {**GOOD, i.ORDERS.name: []}))
    book = opened(path, values=True)
    assert table_values(book, c.OWNER_LIST.name)[1:] == [[None]]
    assert all(cell is None for row in table_values(book, o.TIER_CHART.name)[1:] for cell in row)
    crm_xl.refresh(typed(path, GOOD))
    book = opened(path, values=True)
    assert table_values(book, c.OWNER_LIST.name)[1:] == [["全部"], ["李强"], ["王敏"]]
    # Twelve months of A and B by turns rise all the time: nothing turns.
    assert table_values(book, x.TURNING_POINTS.name)[1][0] == NOTHING
