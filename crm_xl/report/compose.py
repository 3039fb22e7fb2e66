"""The report of one analysis: its chapters, in the order of guide 002 and SPEC section 8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crm_xl.analysis.results import Results
from crm_xl.report import background, problems, structure
from crm_xl.report.content import Heading, Part, Report, Review
from crm_xl.report.figures import Tables
from crm_xl.report.finding import Finding

TITLE = "客户分析报告"
DEPARTMENTS = ("业务部门", "数据部门")

Chapter = tuple[str, tuple[Finding, ...]]
_FINDINGS: tuple[Chapter, ...] = (
    ("客户结构", structure.STRUCTURE),
    ("客户行为", structure.BEHAVIOUR),
    ("客户价值", structure.VALUE),
)
_FOLLOWING: tuple[Chapter, ...] = (
    ("问题诊断", problems.DIAGNOSIS),
    ("改进建议", problems.ADVICE),
    ("后续行动计划", problems.NEXT_STEPS),
)

# The outputs that the report tells of, where there are any.
_TOLD = tuple(finding.table.name for _, findings in (*_FINDINGS, *_FOLLOWING) for finding in findings)


def compose(results: Results) -> Report:
    """What the report says, numbers as references into the tables of the results.

    Args:
        results: of a refresh or a check.
    """
    tables: Tables = {**results.tables, **results.kept_up}
    return Report(
        title=TITLE, subtitle=_subtitle(results), parts=tuple(_parts(results, tables)), tables=tables
    )


def _subtitle(results: Results) -> tuple[str, ...]:
    if results.period is None or results.analysis_date is None:
        return (f"范围：{results.scope}",)
    period = results.period
    return (
        f"期间：{period.start:%Y-%m-%d} 至 {period.end:%Y-%m-%d}",
        f"范围：{results.scope}　分析日期：{results.analysis_date:%Y-%m-%d}",
    )


def _parts(results: Results, tables: Tables) -> Iterator[Part]:
    yield Heading(text="分析目标与背景")
    yield from background.aim(results, [name for name in _TOLD if name in tables])
    yield Heading(text="数据说明")
    yield from background.data(results)
    yield Heading(text="核心发现")
    for title, findings in _FINDINGS:
        yield Heading(text=title, level=2)
        yield from _told(findings, tables, results.missing)
    for title, findings in _FOLLOWING:
        yield Heading(text=title)
        yield from _told(findings, tables, results.missing)
    yield Heading(text="审核")
    yield Review(departments=DEPARTMENTS)


def _told(findings: tuple[Finding, ...], tables: Tables, missing: Mapping[str, str]) -> Iterator[Part]:
    for finding in findings:
        yield from finding.parts(tables, missing)
