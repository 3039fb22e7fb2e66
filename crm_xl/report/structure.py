"""What the report says of structure, behaviour and value: sentences made of the tables' own numbers (SPEC section 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from crm_xl.report.content import Kind
from crm_xl.report.figures import Cite, Sentence, Tables, row_of, say, top_row
from crm_xl.report.finding import Chart, Finding
from crm_xl.schema import Table
from crm_xl.tables import choices as c
from crm_xl.tables import dashboard as d
from crm_xl.tables import outputs as o
from crm_xl.tables import portraits as t
from crm_xl.tables import relations as r
from crm_xl.tables import sales_reports as s

_LAST_MONTHS = 12
INDUSTRY, SIZE = "行业", "企业规模"


def of_dimension(table: Table, name: str, column: str = "dimension") -> Callable[[Tables], Sequence[int]]:
    """The rows of a table that break it down by one dimension."""

    def rows(tables: Tables) -> Sequence[int]:
        return [int(row) for row in (tables[table.name][column] == name).to_numpy().nonzero()[0]]

    return rows


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


def _industries(tables: Tables) -> Iterator[Sentence]:
    name = t.STRUCTURE.name
    rows = [at for at in _INDUSTRIES(tables) if tables[name]["group"].iloc[at] != o.TOTAL]
    row = top_row(tables, t.STRUCTURE, "revenue", among=rows)
    if row is not None:
        yield say(
            "营收最多的行业是{industry}：{customers}，占客户的 {share}，营收 {revenue}，占 {revenue_share}。",
            industry=Cite(table=name, row=row, column="group"),
            customers=Cite(table=name, row=row, column="customers"),
            share=Cite(table=name, row=row, column="customer_share"),
            revenue=Cite(table=name, row=row, column="revenue"),
            revenue_share=Cite(table=name, row=row, column="revenue_share"),
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


def _usage(tables: Tables) -> Iterator[Sentence]:
    """The size whose use of core features is furthest below all, where the groups are large enough to compare."""
    name = t.BEHAVIOUR_COMPARE.name
    row = top_row(tables, t.BEHAVIOUR_COMPARE, "core_feature_gap", among=_SIZES(tables), lowest=True)
    if row is not None and tables[name]["core_feature_gap"].iloc[row] < 0:
        yield say(
            "企业规模为{group}的客户核心功能使用率最低，为 {use}，比全体低 {gap}。",
            group=Cite(table=name, row=row, column="group"),
            use=Cite(table=name, row=row, column="core_feature_use"),
            gap=Cite(table=name, row=row, column="core_feature_gap", unsigned=True),
        )


def _statements(tables: Tables) -> Iterator[Sentence]:
    name = s.COMPARE.name
    for row in _QUARTER(tables):
        if tables[name]["statement"].iloc[row]:
            yield say("{said}", said=Cite(table=name, row=row, column="statement"))


_INDUSTRIES = of_dimension(t.STRUCTURE, INDUSTRY)
_SIZES = of_dimension(t.BEHAVIOUR_COMPARE, SIZE)
_QUARTER = of_dimension(s.COMPARE, c.GRAIN_QUARTER, "grain")

STRUCTURE = (
    Finding(
        table=o.TIER_SUMMARY,
        sentences=lambda tables: tuple(_tiers(tables)),
        chart=Chart(caption="各级消费额占比", kind=Kind.PIE, label="tier", values=("amount",)),
    ),
    Finding(
        table=t.STRUCTURE,
        columns=(
            "group",
            "customers",
            "customer_share",
            "revenue",
            "revenue_share",
            "profit",
            "profit_share",
        ),
        sentences=lambda tables: tuple(_industries(tables)),
        rows=_INDUSTRIES,
        chart=Chart(caption="各行业营收", kind=Kind.BAR, label="group", values=("revenue",)),
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
    Finding(
        table=s.COMPARE,
        columns=("metric", "unit", "current", "previous", "last_year", "statement"),
        sentences=lambda tables: tuple(_statements(tables)),
        rows=_QUARTER,
        bullet=True,
    ),
    Finding(
        table=t.BEHAVIOUR_COMPARE,
        columns=(
            "group", "customers", "users", "logins_per_month", "core_feature_use", "core_feature_gap",
            "enquiries_per_quarter", "complaints_per_quarter",
        ),
        sentences=lambda tables: tuple(_usage(tables)),
        rows=_SIZES,
        chart=Chart(caption="各规模客户的核心功能使用率", kind=Kind.COLUMN, label="group", values=("core_feature_use",)),
    ),
)  # fmt: skip
VALUE = (
    Finding(
        table=o.RFM_SUMMARY,
        sentences=lambda tables: tuple(_segments(tables)),
        chart=Chart(caption="各RFM分群客户数", kind=Kind.BAR, label="segment", values=("customers",)),
    ),
    Finding(
        table=d.RF_HEAT,
        chart=Chart(
            caption="R×F热力图：格内为客户数",
            kind=Kind.HEAT,
            label="r",
            values=tuple(name for name in d.RF_HEAT.names if name != "r"),
        ),
    ),
    Finding(
        table=r.LEVEL_SUMMARY,
        columns=(
            "priority",
            "customers",
            "customer_share",
            "amount",
            "amount_share",
            "industry",
            "need",
            "follow_up",
        ),
    ),
)
