"""What the report says of problems, advice and the next steps: problem, evidence, cause; department, date (SPEC section 8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from crm_xl.report.content import Kind
from crm_xl.report.figures import Cite, Count, Sentence, Tables, say, top_row
from crm_xl.report.finding import MOST_ROWS, Chart, Finding
from crm_xl.report.structure import of_dimension
from crm_xl.tables import inputs as i
from crm_xl.tables import portraits as t
from crm_xl.tables import relations as r
from crm_xl.tables import service_reports as v
from crm_xl.tables import workshop as w

HIGH = "高"
REASON = "流失原因"
_PROBLEMS_TOLD = 8


def _warnings(tables: Tables) -> Iterator[Sentence]:
    name = w.WARNINGS.name
    levels = set(tables[name]["level"])
    if HIGH in levels:
        yield say(
            "流失预警 {all}，其中高级别 {high}。",
            all=Count(table=name),
            high=Count(table=name, column="level", value=HIGH),
        )
    elif levels:
        yield say("流失预警 {all}，没有高级别。", all=Count(table=name))


def _notes(tables: Tables) -> Iterator[Sentence]:
    name = r.OPPORTUNITY_NOTES.name
    for row in range(min(_PROBLEMS_TOLD, len(tables[name]))):
        yield say(
            "{kind}·{rule}：{finding}。",
            kind=Cite(table=name, row=row, column="kind"),
            rule=Cite(table=name, row=row, column="rule"),
            finding=Cite(table=name, row=row, column="finding"),
        )


def _losses(tables: Tables) -> Iterator[Sentence]:
    name = v.CHURN_REPORT.name
    row = top_row(tables, v.CHURN_REPORT, "lost", among=_REASONS(tables))
    if row is not None:
        yield say(
            "流失客户中原因为“{reason}”的最多：{lost}，占 {share}，涉及金额 {amount}。",
            reason=Cite(table=name, row=row, column="group"),
            lost=Cite(table=name, row=row, column="lost"),
            share=Cite(table=name, row=row, column="lost_share"),
            amount=Cite(table=name, row=row, column="amount"),
        )


def _slow(tables: Tables) -> Iterator[Sentence]:
    """Only where those who waited left more often than the rest, and the table says so."""
    name = v.SLOW_ANSWERS.name
    difference = tables[name]["difference"].to_numpy(dtype=float)
    if len(difference) and difference[0] > 0:
        yield say(
            "答复{answer}的客户随后流失 {rate}，比其余客户高 {difference}。",
            answer=Cite(table=name, row=0, column="answer"),
            rate=Cite(table=name, row=0, column="churn_rate"),
            difference=Cite(table=name, row=0, column="difference"),
        )


def _soonest(tables: Tables) -> Sequence[int]:
    """The plans that are due first; those without a date last."""
    due = tables[i.PLANS.name]["due_date"].to_numpy(dtype="datetime64[D]")
    late = np.where(np.isnat(due), np.datetime64("9999-12-31"), due)
    return [int(row) for row in np.argsort(late, kind="stable")[:MOST_ROWS]]


_REASONS = of_dimension(v.CHURN_REPORT, REASON)

DIAGNOSIS = (
    Finding(
        table=r.OPPORTUNITY_NOTES,
        columns=("kind", "rule", "subject", "finding", "customers", "amount"),
        sentences=lambda tables: tuple(_notes(tables)),
        bullet=True,
    ),
    Finding(
        table=w.WARNINGS,
        columns=("customer_id", "customer_name", "owner", "level", "last_order_date", "annual_amount"),
        sentences=lambda tables: tuple(_warnings(tables)),
        warning=True,
    ),
    Finding(
        table=v.CHURN_REPORT,
        columns=("group", "lost", "lost_share", "amount", "amount_share"),
        sentences=lambda tables: tuple(_losses(tables)),
        rows=_REASONS,
        chart=Chart(caption="流失原因", kind=Kind.BAR, label="group", values=("lost",)),
    ),
    Finding(table=v.SLOW_ANSWERS, sentences=lambda tables: tuple(_slow(tables))),
)
ADVICE: tuple[Finding, ...] = (
    Finding(
        table=t.IMPROVEMENT,
        columns=("customer_id", "problem", "evidence", "root_cause", "advice", "department", "due_date"),
    ),
)
NEXT_STEPS: tuple[Finding, ...] = (
    Finding(
        table=i.PLANS,
        columns=("customer_id", "owner", "frequency", "action", "target_metric", "due_date", "status"),
        rows=_soonest,
    ),
)
