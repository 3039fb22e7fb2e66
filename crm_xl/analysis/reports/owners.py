"""负责人对比: every owner beside the team, average order value against conversion (guide 004)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from crm_xl.analysis.growth import growth
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.reports.change_words import percent_text, short_figure
from crm_xl.analysis.reports.choice import Choice, choice_of
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.sales_facts import OWNER, SalesFacts
from crm_xl.analysis.reports.sales_figures import (
    HUNDRED,
    Assigned,
    block,
    columns,
    figures,
    ties,
    whole,
    with_last,
)
from crm_xl.analysis.shares import shares
from crm_xl.analysis.tally import Flags, divide
from crm_xl.tables import choices as c
from crm_xl.tables import sales_reports as t


def make_owners(ground: Ground) -> Made:
    """OWNER_COMPARE and the block of its chart: every owner of the selection beside the team, the last row.

    Raises:
        CrmError: a choice that cannot be followed, or nothing was sold or offered in what it leaves.
    """
    choice = choice_of(t.OWNER_CHOICE, ground)
    facts = ground.sales([choice.period])
    size = len(facts.names[OWNER])
    by_owner = _by_owner(facts, choice).narrowed(facts, choice, any_owner=True)
    each, team = figures(facts, by_owner, size), figures(facts, by_owner.together, 1)
    sold = by_owner.sales
    present = (np.bincount(sold[sold >= 0], minlength=size) > 0) | (np.nan_to_num(each.created) > 0)
    shown = present & _is_chosen(facts, choice)
    if not shown.any():
        raise choice.nothing("订单")
    named = present & (facts.names[OWNER] != c.UNNAMED)
    mean = divide(np.array([each.amount[named].sum()]), np.array([float(named.sum())]))
    value, rate = each.value_by_conversion, team.value_by_conversion
    share = np.full(size, np.nan)
    share[present] = shares(each.amount[present])
    frame = pd.DataFrame(
        {
            "owner": facts.names[OWNER],
            **columns(each),
            "amount_share": share,
            "amount_against_mean": growth(each.amount, mean),
            "value_against_team": growth(each.average_order_value, team.average_order_value),
            "conversion_against_team": HUNDRED * (each.conversion - team.conversion),
            "value_by_conversion": value / YUAN_PER_WAN,
            "yield_against_team": growth(value, rate),
        }
    )
    frame["average_order_value"] /= YUAN_PER_WAN
    body = frame[shown].sort_values("amount", ascending=False, kind="stable", ignore_index=True)
    average = float(team.average_order_value[0]) / YUAN_PER_WAN
    standard = Standing(average, float(team.orders[0]), float(team.conversion[0]), float(team.created[0]))
    fewest = ground.settings.general.smallest_group
    standings = body[["average_order_value", "orders", "conversion", "created"]].itertuples(index=False)
    body["comparison"] = [
        comparison(owner, Standing(*row), standard, fewest) if named.sum() > 1 else ""
        for owner, row in zip(body["owner"], standings, strict=True)
    ]
    total = {
        "owner": t.TEAM,
        **{name: values[0] for name, values in columns(team).items()},
        "amount_share": whole(frame["amount_share"]),
        "average_order_value": average,
        "value_by_conversion": float(rate[0]) / YUAN_PER_WAN,
    }
    table = with_last(body, total, t.OWNER_COMPARE)
    chart = body.rename(columns={"owner": "label"}).assign(team=total["value_by_conversion"])
    return Made(
        tables={
            t.OWNER_COMPARE.name: table,
            t.OWNER_CHART.name: block(chart.head(t.OWNERS_SHOWN), t.OWNER_CHART),
        },
        chosen={t.OWNER_COMPARE.name: choice.words},
        checks=(ties(t.OWNER_COMPARE, each.amount[shown], facts, choice, choice.period),),
    )


class Standing(NamedTuple):
    """Average order value in 万元, and conversion, each with the number of cases it stands on."""

    value: float
    orders: float
    conversion: float
    created: float


def comparison(owner: str, own: Standing, team: Standing, fewest: int) -> str:
    """How an owner compares with the team, in the guide's words; blank where too little is known.

    Args:
        owner: a name.
        own: of the owner.
        team: of all owners together.
        fewest: on fewer orders or opportunities nothing is said of a person.

    Source: guide 004, “王的客单价(1.2万元)高于团队平均水平(0.8万元)，但客户转化率(12%)低于平均水平(15%)”.
    """
    value = _against("客单价", _wan(own.value), _wan(team.value), own.value - team.value)
    rate = _against(
        "转化率",
        percent_text(own.conversion),
        percent_text(team.conversion),
        own.conversion - team.conversion,
    )
    if np.isnan(own.value) or own.orders < fewest:
        value = ""
    if np.isnan(own.conversion) or own.created < fewest:
        rate = ""
    if not (value and rate):
        return f"{owner}的{value or rate}。" if value or rate else ""
    link = "，但" if (own.value > team.value) != (own.conversion > team.conversion) else "，且"
    product, base = own.value * own.conversion, team.value * team.conversion
    both = _against("客单价×转化率", _wan(product), _wan(base), product - base)
    return f"{owner}的{value}{link}{rate}；{both}。"


def _wan(value: float) -> str:
    return f"{short_figure(value)}万元"


def _against(what: str, value: str, team: str, difference: float) -> str:
    """A figure above, below or at the team's; what reads the same is the same."""
    if value == team:
        return f"{what}（{value}）与团队平均水平持平"
    return f"{what}（{value}）{'高于' if difference > 0 else '低于'}团队平均水平（{team}）"


def _by_owner(facts: SalesFacts, choice: Choice) -> Assigned:
    """Sales and opportunities of the period, by owner."""
    sales = np.where(facts.sales.covered(choice.period), facts.groups[OWNER], -1)
    deals = facts.opportunities
    if deals is None:
        return Assigned(sales, None)
    return Assigned(sales, np.where(choice.period.covers(deals.created), deals.groups[OWNER], -1))


def _is_chosen(facts: SalesFacts, choice: Choice) -> Flags:
    """Which owners the choice shows."""
    only = Choice(period=choice.period, owner=choice.owner)
    size = len(facts.names[OWNER])
    nothing = np.zeros(size, dtype=np.int64)
    return facts.chosen(only, {**dict.fromkeys(facts.names, nothing), OWNER: np.arange(size)})
