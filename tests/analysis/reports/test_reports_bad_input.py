"""The manager's reports in a whole run on poor data: figures or a sentence, never a crash, never an Excel error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_xl import analyze
from crm_xl.analysis.reports.breakdown import adds_up
from crm_xl.analysis.results import Results
from crm_xl.refreshing import output_blocks
from crm_xl.tables import TABLES
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import sales_reports as x
from crm_xl.tables import service_reports as s
from tests.support.ground import typed_row

ROWS: dict[str, list[dict[str, Any]]] = {
    i.CUSTOMERS.name: [
        {"customer_id": "A", "customer_name": "甲公司", "owner": "王敏", "industry": "制造业", "region": "华东"},
        {"customer_id": "B", "customer_name": "乙公司"},  # nobody's
    ],
    i.ORDERS.name: [
        {"order_id": "1", "customer_id": "A", "order_date": "2024-12-01", "amount": 100.0},
        {"order_id": "2", "customer_id": "B", "order_date": "2024-01-15", "amount": 50.0},
    ],
    i.TICKETS.name: [{"ticket_id": "1", "customer_id": "B", "submitted_at": "2024-11-01 09:00", "ticket_type": "投诉"}],
    i.CHURNED.name: [{"customer_id": "B", "churned_on": "2024-11-30", "reason": "价格"}],
    i.CAMPAIGNS.name: [{"campaign_id": "M1", "campaign_name": "促销", "start_date": "2024-06-01", "cost": 0.0}],
    i.CAMPAIGN_MEMBERS.name: [{"campaign_id": "M1", "customer_id": "A", "reached": "是"}],
}  # fmt: skip
REPORTS = tuple(table.name for table in (*x.OUTPUTS, *s.OUTPUTS))


def run(*, without: tuple[str, ...] = (), choices: tuple[Any, ...] = (), **changed: Any) -> Results:
    tables = {name: rows for name, rows in {**ROWS, **changed}.items() if name not in without}
    typed = {
        name: pd.DataFrame(rows, columns=list(TABLES[name].names)).astype(object)
        for name, rows in tables.items()
    }
    return analyze({**typed, **{choice.name: choice for choice in choices}}, today="2024-12-31")


def told(results: Results, name: str) -> str:
    """The sentence that stands in a table which could not be made."""
    assert name not in results.tables
    return results.missing[name]


def test_every_report_is_made_and_a_workbook_can_hold_it() -> None:
    results = run()
    assert [name for name in REPORTS if name not in results.tables] == []
    for name, block in output_blocks(results, dict.fromkeys(REPORTS)).items():
        cells = [cell for row in block.rows for cell in row]
        assert not [cell for cell in cells if isinstance(cell, float) and not np.isfinite(cell)], name
        assert not [
            cell for cell in cells if isinstance(cell, str) and cell.lower() in ("nan", "nat", "none", "inf")
        ], name


def test_customers_of_nobody_have_a_group_of_their_own() -> None:
    owners = run().tables[s.SERVICE_REPORT.name].set_index("dimension").loc[[s.BY_OWNER]]
    assert owners["group"].tolist() == ["（未填）"]


@pytest.mark.parametrize(
    ("absent", "reports"),
    [
        (i.TICKETS, (s.SERVICE_REPORT, s.SERVICE_TYPES, s.SLOW_ANSWERS)),
        (i.CAMPAIGNS, (s.CAMPAIGN_REPORT,)),
        (i.CAMPAIGN_MEMBERS, (s.CAMPAIGN_REPORT,)),
    ],
)
def test_an_input_that_is_absent_is_named_and_stops_no_other_report(
    absent: Any, reports: tuple[Any, ...]
) -> None:
    results = run(without=(absent.name,))
    for report in reports:
        assert f"“{absent.title}”" in told(results, report.name)
    assert s.PROFILE_REPORT.name in results.tables
    assert s.CHURN_REPORT.name in results.tables


def test_no_orders_at_all() -> None:
    results = run(without=(i.ORDERS.name,))
    for report in (*x.OUTPUTS, s.PROFILE_REPORT, s.CHURN_REPORT, s.SLOW_ANSWERS):
        assert "“订单”" in told(results, report.name)
    empty = run(**{i.ORDERS.name: []})
    for name in REPORTS:
        assert "没有有效订单" in told(empty, name)


def test_an_analysis_date_without_any_order_is_a_sentence_too() -> None:
    dated = analyze(
        {
            i.CUSTOMERS.name: pd.DataFrame(ROWS[i.CUSTOMERS.name]),
            i.ORDERS.name: pd.DataFrame(
                columns=["order_id", "customer_id", "order_date", "amount"], dtype=object
            ),
        },
        analysis_date="2024-12-31",
        today="2024-12-31",
    )
    for table in (x.SALES_REPORT, x.OWNER_COMPARE, x.COMPARE, x.TURNING_POINTS):
        assert "没有符合所选条件的订单（2024-01-01 至 2024-12-31）" in told(dated, table.name)


def test_one_customer() -> None:
    results = run(**{i.CUSTOMERS.name: ROWS[i.CUSTOMERS.name][:1], i.ORDERS.name: ROWS[i.ORDERS.name][:1]})
    profile = results.tables[s.PROFILE_REPORT.name]
    assert profile["customers"].iloc[-1] == 1
    assert results.tables[s.CHURN_TRAITS.name].empty
    assert "没有符合所选条件的工单" in told(results, s.SERVICE_REPORT.name)


@pytest.mark.parametrize(
    ("choice", "report"),
    [
        (s.PROFILE_CHOICE, s.PROFILE_REPORT), (s.SERVICE_CHOICE, s.SERVICE_REPORT), (s.SERVICE_CHOICE, s.SLOW_ANSWERS),
        (s.CHURN_CHOICE, s.CHURN_REPORT), (s.CHURN_CHOICE, s.CHURN_TRAITS), (s.CAMPAIGN_CHOICE, s.CAMPAIGN_REPORT),
        (x.SALES_CHOICE, x.SALES_REPORT), (x.OWNER_CHOICE, x.OWNER_COMPARE), (x.COMPARE_CHOICE, x.COMPARE),
        (x.TURNING_CHOICE, x.TURNING_POINTS),
    ],
)  # fmt: skip
def test_a_choice_nobody_can_follow_stands_as_a_sentence_with_its_cell(choice: Any, report: Any) -> None:
    results = run(choices=(typed_row(choice, owner="赵六"),))
    assert "赵六" in told(results, report.name)
    assert f"{report.sheet}!" in told(results, report.name)
    others = [name for name in REPORTS if TABLES[name].sheet not in (report.sheet, o.CHART_SHEET)]
    assert [name for name in others if name not in results.tables] == []


def test_the_checks_say_whether_a_report_adds_up_to_the_data() -> None:
    checks = run().tables[o.CHECKS.name].set_index("check")
    for table in (s.PROFILE_REPORT, s.SERVICE_REPORT, s.CHURN_REPORT, s.CAMPAIGN_REPORT):
        assert checks.loc[f"“{table.title}”各维度合计＝数据", "result"] == "✔"
    for table in (x.SALES_REPORT, x.OWNER_COMPARE, x.COMPARE, x.TURNING_POINTS):
        assert checks.loc[f"“{table.title}”成交金额合计＝所选订单净额", "result"] == "✔"
    report = run().tables[s.PROFILE_REPORT.name]
    assert adds_up(s.PROFILE_REPORT, report, {"customers": 2.0, "amount": 0.015}).result == "✔"
    # A cent of 150 元 is missing somewhere, or a customer.
    assert adds_up(s.PROFILE_REPORT, report, {"amount": 0.015001}).result == "✘"
    assert adds_up(s.PROFILE_REPORT, report, {"customers": 3.0}).result == "✘"
