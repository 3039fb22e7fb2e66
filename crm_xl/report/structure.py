"""What the report says of structure, behaviour and value: sentences made of the tables' own numbers (SPEC section 8)."""

from __future__ import annotations

from collections.abc import Iterator

from crm_xl.report.content import Kind
from crm_xl.report.figures import Cite, Sentence, Tables, row_of, say, top_row
from crm_xl.report.finding import Chart, Finding
from crm_xl.tables import outputs as o

_LAST_MONTHS = 12


def _tiers(tables: Tables) -> Iterator[Sentence]:
    name = o.TIER_SUMMARY.name
    total = row_of(tables, o.TIER_SUMMARY, "tier", o.TOTAL)
    if total is not None:
        yield say(
            "参与分级的客户 {customers} 家，近十二个月消费额 {amount}，平均利润率 {margin}（按金额加权）。",
            customers=Cite(table=name, row=total, column="customers"),
            amount=Cite(table=name, row=total, column="amount"),
            margin=Cite(table=name, row=total, column="profit_margin"),
        )
    for column, words in (("amount", "贡献消费额最多"), ("customers", "数量最多")):
        row = top_row(tables, o.TIER_SUMMARY, column, without=o.TOTAL)
        if row is not None:
            yield say(
                f"{{tier}}{words}：{{customers}} 家，占客户的 {{share}}，占消费额的 {{amount_share}}。",
                tier=Cite(table=name, row=row, column="tier"),
                customers=Cite(table=name, row=row, column="customers"),
                share=Cite(table=name, row=row, column="customer_share"),
                amount_share=Cite(table=name, row=row, column="amount_share"),
            )


def _segments(tables: Tables) -> Iterator[Sentence]:
    name = o.RFM_SUMMARY.name
    most, richest = (
        top_row(tables, o.RFM_SUMMARY, column, without=o.TOTAL) for column in ("customers", "amount")
    )
    if most is not None:
        yield say(
            "“{segment}”客户最多，{customers} 家，占 {share}；平均距上次订单 {recency}。",
            segment=Cite(table=name, row=most, column="segment"),
            customers=Cite(table=name, row=most, column="customers"),
            share=Cite(table=name, row=most, column="customer_share"),
            recency=Cite(table=name, row=most, column="mean_recency"),
        )
    if richest is not None:
        yield say(
            "“{segment}”金额最高，占 {share}，客单价 {value}；建议：{strategy}。",
            segment=Cite(table=name, row=richest, column="segment"),
            share=Cite(table=name, row=richest, column="amount_share"),
            value=Cite(table=name, row=richest, column="average_order_value"),
            strategy=Cite(table=name, row=richest, column="strategy"),
        )


def _months(tables: Tables) -> Iterator[Sentence]:
    name = o.TREND.name
    for words, lowest in (("最高", False), ("最低", True)):
        row = top_row(tables, o.TREND, "amount", lowest=lowest, among=_recent(tables))
        if row is not None:
            yield say(
                f"{{month}} 订单总额{words}，{{amount}}，{{customers}} 家客户下单，活跃客户占 {{active}}。",
                month=Cite(table=name, row=row, column="month"),
                amount=Cite(table=name, row=row, column="amount"),
                customers=Cite(table=name, row=row, column="customers"),
                active=Cite(table=name, row=row, column="active_share"),
            )


def _recent(tables: Tables) -> range:
    size = len(tables[o.TREND.name])
    return range(max(0, size - _LAST_MONTHS), size)


STRUCTURE = (
    Finding(
        table=o.TIER_SUMMARY,
        sentences=lambda tables: tuple(_tiers(tables)),
        chart=Chart(caption="各级消费额占比", kind=Kind.PIE, label="tier", values=("amount",)),
    ),
)
BEHAVIOUR = (
    Finding(
        table=o.TREND,
        sentences=lambda tables: tuple(_months(tables)),
        rows=_recent,
        chart=Chart(
            caption="月度订单总额与活跃客户占比",
            kind=Kind.LINE,
            label="month",
            values=("amount", "active_share"),
        ),
    ),
)
VALUE = (
    Finding(
        table=o.RFM_SUMMARY,
        sentences=lambda tables: tuple(_segments(tables)),
        chart=Chart(caption="各RFM分群客户数", kind=Kind.BAR, label="segment", values=("customers",)),
    ),
)
