"""What the report says of its aim and its data: sources, period, what cleaning did, whether the money ties."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from crm_xl.analysis.ledger import Rule
from crm_xl.analysis.results import Results
from crm_xl.report.content import Grid, Paragraph, Part
from crm_xl.report.figures import Cite, Count, say
from crm_xl.tables import outputs as o


def aim(results: Results, told: Collection[str]) -> Iterator[Part]:
    """What the report is for, whom and when it looks at, and what limits the outputs it tells of (`told`)."""
    yield Paragraph(sentence=(results.settings.general.report_goal,))
    for line in results.caption_for(told).splitlines():
        yield Paragraph(sentence=(f"{line}。" if not line.endswith("。") else line,))


def data(results: Results) -> Iterator[Part]:
    """Rows read and kept per table, what was set aside, the balance of the money, the cross-checks."""
    ledger, tables = o.LEDGER_SUMMARY.name, results.tables
    summary = tables[ledger].reset_index(drop=True)
    read = summary.index[summary["rule"] == Rule.ROWS_READ]
    kept = {summary["table"][at]: at for at in summary.index[summary["rule"] == Rule.ROWS_KEPT]}
    for at in read:
        if (other := kept.get(summary["table"][at])) is not None:
            yield Paragraph(
                sentence=say(
                    "{table}：读入 {read} 行，保留 {kept} 行。",
                    table=Cite(table=ledger, row=int(at), column="table"),
                    read=Cite(table=ledger, row=int(at), column="findings"),
                    kept=Cite(table=ledger, row=int(other), column="findings"),
                ),
                bullet=True,
            )
    told = [
        int(at)
        for at in summary.index
        if summary["rule"][at] not in (Rule.ROWS_READ, Rule.ROWS_KEPT, Rule.FIELD_EMPTY)
    ]
    if told:
        yield Paragraph(
            sentence=say(
                "清洗中另有下列处理；逐条见工作簿的数据质量台账（{lines}）。",
                lines=Count(table=o.LEDGER.name, unit="条"),
            )
        )
        yield Grid(caption="清洗与处理", table=ledger, columns=o.LEDGER_SUMMARY.names, rows=tuple(told))
    if o.BALANCE.name in tables and results.balance is not None:
        balanced = results.balance.balanced
        verdict = (
            "金额平衡：读入总额等于保留净额、取消与退款、搁置之和。"
            if balanced
            else "金额不平衡，请先查明再使用本报告。"
        )
        yield Paragraph(sentence=(verdict,), warning=not balanced)
        yield Grid(caption=o.BALANCE.title, table=o.BALANCE.name, columns=o.BALANCE.names)
    checks = tables[o.CHECKS.name]
    wrong = tuple(at for at in range(len(checks)) if checks["result"].iloc[at] == "✘" and at)
    if wrong:
        yield Paragraph(sentence=("数据核对有未通过的项目：",), warning=True)
        yield Grid(
            caption="未通过的核对",
            table=o.CHECKS.name,
            columns=("check", "result", "findings", "detail"),
            rows=wrong,
        )
    else:
        yield Paragraph(sentence=("数据核对全部通过。",))
