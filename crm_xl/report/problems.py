"""What the report says of problems, advice and the next steps: problem, evidence, cause; department, date (SPEC section 8)."""

from __future__ import annotations

from collections.abc import Iterator

from crm_xl.report.figures import Cite, Count, Sentence, Tables, say
from crm_xl.report.finding import Finding
from crm_xl.tables import workshop as w

HIGH = "高"
_OWNERS_NAMED = 3


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


def _owners(tables: Tables) -> Iterator[Sentence]:
    name = w.OWNER_WARNINGS.name
    for row in range(min(_OWNERS_NAMED, len(tables[name]))):
        yield say(
            "{owner} 近一个月互动 {now}，此前月均 {usual}，变化 {change}；负责客户中有预警的 {warned}。",
            owner=Cite(table=name, row=row, column="owner"),
            now=Cite(table=name, row=row, column="interactions"),
            usual=Cite(table=name, row=row, column="usual"),
            change=Cite(table=name, row=row, column="change"),
            warned=Cite(table=name, row=row, column="warned"),
        )


DIAGNOSIS = (
    Finding(
        table=w.WARNINGS,
        columns=("customer_id", "customer_name", "owner", "level", "reasons", "annual_amount"),
        sentences=lambda tables: tuple(_warnings(tables)),
        warning=True,
    ),
    Finding(
        table=w.OWNER_WARNINGS,
        columns=("owner", "interactions", "usual", "change", "customers", "warned", "high"),
        sentences=lambda tables: tuple(_owners(tables)),
        bullet=True,
    ),
)
ADVICE: tuple[Finding, ...] = ()
NEXT_STEPS: tuple[Finding, ...] = ()
