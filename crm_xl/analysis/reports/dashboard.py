"""The blocks of 看板: key figures, heat maps, who to call, who moved, and how far the data may be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.balance import Balance
from crm_xl.analysis.beginnings import first_orders
from crm_xl.analysis.calendar import Dates, Period, window
from crm_xl.analysis.grading import ACTIVE
from crm_xl.analysis.growth import Floats, growth
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.order_facts import orders_of
from crm_xl.analysis.order_questions import Bought, OrderFacts
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.groups import industries
from crm_xl.analysis.reports.sales_facts import REGION
from crm_xl.analysis.reports.sales_figures import HUNDRED, block
from crm_xl.analysis.reports.status import status_of
from crm_xl.analysis.reports.turning_points import turn_marks, turns_of
from crm_xl.analysis.tally import divide, sums
from crm_xl.schema import Table
from crm_xl.tables import dashboard as d
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import workshop as w

HIGH = "高"
_QUARTER = 3
_LEVELS = ("高", "中", "低")

Row = tuple[str, str, str]


def make(ground: Ground) -> Made:
    """What stands on 看板 but DATA_STATUS, and INDUSTRY_CHART and TREND_TURNS; what needs orders only with them."""
    made = {
        d.KEY_FIGURES.name: key_figures(ground),
        d.TOP_MOVERS.name: _movers(ground),
        d.INDUSTRY_CHART.name: _industry_chart(ground),
    }
    if orders_of(ground.frames) is not None:
        made[d.RF_HEAT.name] = rf_heat(ground.made[o.RFM.name])
        made[d.TOP_WARNINGS.name] = _warnings(ground)
        made[d.REGION_HEAT.name] = region_heat(ground)
        trend = ground.made[o.TREND.name]
        made[d.TREND_TURNS.name] = turn_marks(trend, turns_of(trend, ground.date, ground.settings))
    return Made(tables=made)


def key_figures(ground: Ground) -> pd.DataFrame:
    """KEY_FIGURES: ten figures of the analysis period beside the one before, as texts with their units."""
    told: dict[str, Row] = {}
    scores = ground.scores
    traded = int((ground.metrics["lifetime_orders"] > 0).sum())
    told["客户数"] = (f"{len(scores):,} 家", "", f"有订单 {traded:,} 家")
    if (orders := orders_of(ground.frames)) is not None:
        told |= _sold(ground, orders)
    warnings = ground.made.get(w.WARNINGS.name)
    if warnings is not None:
        told["高级别流失预警"] = (
            f"{int((warnings['level'] == HIGH).sum()):,} 家",
            "",
            f"全部预警 {len(warnings):,} 家",
        )
    best = ground.settings.tiers[0]
    top = int((scores["shown_tier"] == best.name).sum())
    told["最高级别客户"] = (f"{top:,} 家", "", best.full_name)
    rows = [(title, *told.get(title, ("", "", "没有订单"))) for title in d.FIGURE_TITLES]
    return pd.DataFrame(rows, columns=list(d.KEY_FIGURES.names), dtype=object)


def _sold(ground: Ground, orders: OrderFacts) -> dict[str, Row]:
    """What was sold in the period and in the one before, and how many were active at the end of each."""
    periods = (ground.period, ground.period.previous)
    bought = orders.bought(ground.listed, periods)

    def both(figure: Callable[[Bought], float]) -> Floats:
        return np.array([figure(each) for each in bought], dtype=float)

    amount, number = both(lambda each: each.amount.sum()), both(lambda each: each.orders.sum())
    buyers = orders.buyers
    listed = pd.Index(buyers["customer_id"], dtype=object)
    first = first_orders(buyers["first_order"].to_numpy(), listed, ground.older)
    new = np.array([period.covers(first).sum() for period in periods], dtype=float)
    began = buyers["first_order"].min()
    active = [
        # Who was active before orders are on record, nobody knows.
        np.nan if period.end < began else _active_share(ground, each, period, first)
        for each, period in zip(bought, periods, strict=True)
    ]
    return {
        "订单总额": _grown(amount / YUAN_PER_WAN, "{:,.1f} 万元"),
        "订单数": _grown(number, "{:,.0f} 单"),
        "下单客户数": _grown(both(lambda each: (each.orders > 0).sum()), "{:,.0f} 家"),
        "客单价": _grown(divide(amount, number), "{:,.0f} 元"),
        "毛利率": _moved(
            divide(both(lambda each: each.profit.sum()), both(lambda each: each.profit_sales.sum()))
        ),
        "新增客户数": _grown(new, "{:,.0f} 家"),
        "期末活跃客户占比": _moved(np.array(active)),
    }


def _active_share(ground: Ground, bought: Bought, period: Period, first: Dates) -> float:
    """Active ÷ those who had ordered by the period's end, on record or before; missing where nobody had."""
    status = status_of(ground, bought.last, period.end)
    had = int((first <= np.datetime64(period.end, "D")).sum())
    return float((status.activity == ACTIVE).sum() / had) if had else np.nan


def _grown(values: Floats, form: str) -> Row:
    now, before = (form.format(value) if not np.isnan(value) else "" for value in values)
    rate = growth(float(values[0]), float(values[1]))
    return now, before, "" if np.isnan(rate) else f"{rate:+.1%}"


def _moved(shares: Floats) -> Row:
    now, before = (f"{share:.1%}" if not np.isnan(share) else "" for share in shares)
    points = (shares[0] - shares[1]) * HUNDRED
    return now, before, "" if np.isnan(points) else f"{points:+.1f} 个百分点"


def rf_heat(rfm: pd.DataFrame) -> pd.DataFrame:
    """RF_HEAT: customers by R (rows, 5 first) and F (columns 1 to 5); 0 where there is none.

    Args:
        rfm: the RFM table; with fewer than five scores the highest rows and columns stay 0.
    """
    counts = np.zeros((d.SCORES_SHOWN, d.SCORES_SHOWN))
    scored = rfm[["r", "f"]].dropna().to_numpy(dtype=int)
    np.add.at(counts, (d.SCORES_SHOWN - scored[:, 0], scored[:, 1] - 1), 1)
    frame = pd.DataFrame(counts, columns=[f"f{score}" for score in range(1, d.SCORES_SHOWN + 1)])
    frame.insert(0, "r", [f"R{score}" for score in range(d.SCORES_SHOWN, 0, -1)])
    return frame


def region_heat(ground: Ground) -> pd.DataFrame:
    """REGION_HEAT: net amount, 万元, by region and quarter of the last twelve months; the largest first, the rest as 其他."""
    end, quarters = ground.date, []
    for _ in range(d.QUARTERS_SHOWN):
        quarters.append(window(end, _QUARTER))
        end = quarters[-1].start - pd.Timedelta(days=1)
    facts = ground.sales(quarters)
    names, codes = facts.names[REGION], facts.groups[REGION]
    columns: dict[str, Floats] = {}
    for back, quarter in enumerate(quarters):
        inside = facts.sales.covered(quarter)
        columns[f"back_{back}"] = sums(codes[inside], facts.sales.amount[inside], len(names)) / YUAN_PER_WAN
    frame = pd.DataFrame({"label": names, **columns})
    total = frame[list(columns)].sum(axis=1)
    sold = frame[(frame[list(columns)] != 0).any(axis=1)]
    sold = sold.iloc[np.argsort(-total[sold.index].to_numpy(), kind="stable")]
    shown = _with_others(sold, list(columns), d.REGIONS_SHOWN)
    return _fixed(shown.rename(columns={"label": "region"}), d.REGION_HEAT)


def _with_others(frame: pd.DataFrame, numbers: list[str], slots: int) -> pd.DataFrame:
    """At most so many rows: what exceeds them is added up as 其他 in the last."""
    if len(frame) <= slots:
        return frame
    kept, rest = frame.iloc[: slots - 1], frame.iloc[slots - 1 :]
    others = pd.DataFrame([{"label": o.OTHERS, **rest[numbers].sum()}])
    return pd.concat([kept, others], ignore_index=True)


def _fixed(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The frame on exactly the rows of its block."""
    return frame[list(table.names)].reset_index(drop=True).reindex(range(table.fixed_rows or 0))


def _warnings(ground: Ground) -> pd.DataFrame:
    warnings = ground.made[w.WARNINGS.name]
    rank = warnings["level"].map({level: place for place, level in enumerate(_LEVELS)})
    order = np.lexsort((-warnings["annual_amount"].fillna(0.0).to_numpy(), rank.to_numpy()))
    first = warnings.iloc[order[: d.LISTED]]
    wan = first["annual_amount"] / YUAN_PER_WAN
    return _fixed(first.assign(annual_amount_wan=wan, reason=_in_short(first["reasons"])), d.TOP_WARNINGS)


def _movers(ground: Ground) -> pd.DataFrame:
    movers = ground.made.get(w.MOVERS.name)
    if movers is None:
        return _fixed(pd.DataFrame(columns=list(d.TOP_MOVERS.names), dtype=object), d.TOP_MOVERS)
    order = np.argsort(-movers["annual_amount"].fillna(0.0).to_numpy(), kind="stable")
    first = movers.iloc[order[: d.LISTED]]
    return _fixed(first.assign(reason=_in_short(first["reason"])), d.TOP_MOVERS)


def _in_short(reasons: pd.Series) -> pd.Series:
    """The first clause of the first reason; the whole of it stands in the table it is from."""
    return reasons.astype(object).map(lambda text: text.split("；")[0].split("，")[0], na_action="ignore")


def _industry_chart(ground: Ground) -> pd.DataFrame:
    labels = industries(ground.frames[i.CUSTOMERS.name])  # in the order of metrics
    amount = ground.metrics["annual_amount_wan"].fillna(0.0)
    grouped = pd.DataFrame({"label": labels.to_numpy(), "amount": amount.to_numpy(), "customers": 1.0})
    summed = grouped.groupby("label", sort=True, as_index=False)[["customers", "amount"]].sum()
    order = np.lexsort((-summed["customers"].to_numpy(), -summed["amount"].to_numpy()))
    return block(
        _with_others(summed.iloc[order], ["customers", "amount"], d.INDUSTRIES_SHOWN), d.INDUSTRY_CHART
    )


def data_status(
    made: Mapping[str, pd.DataFrame],
    balance: Balance | None,
    *,
    set_aside: int,
    date: pd.Timestamp | None,
) -> pd.DataFrame:
    """DATA_STATUS: whether the money ties, the checks pass, how much was set aside, how old the data are.

    Args:
        made: LEDGER and CHECKS among the outputs.
        balance: None without orders.
        set_aside: rows that cleaning set aside.
        date: the analysis date; None where there is none.
    """
    checks, ledger = made[o.CHECKS.name], made[o.LEDGER.name]
    results: dict[str, Any] = {
        "金额平衡": "没有订单" if balance is None else ("✔ 平衡" if balance.balanced else "✘ 不平衡"),
        # How many checks there are is told where they stand: here the cell is short.
        "数据核对": f"{checks['result'].iloc[0]} {checks['detail'].iloc[0].rpartition('：')[2]}",
        "搁置的行": f"{set_aside:,} 行",
        "台账条数": f"{len(ledger):,} 条",
        "分析日期": "" if date is None else f"{date:%Y-%m-%d}",
    }
    return pd.DataFrame(
        [(title, results[title]) for title in d.STATUS_TITLES], columns=list(d.DATA_STATUS.names)
    )
