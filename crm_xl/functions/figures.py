"""TIER_SUMMARY, GROWTH_RATE, PERIOD_TOTAL, AVERAGE_ORDER_VALUE, REPURCHASE_RATE."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates
from crm_xl.analysis.growth import Floats, growth
from crm_xl.analysis.summary import tier_summary as summary_of
from crm_xl.functions.cells import Cells, Objects, blanked, elementwise, is_omitted, raise_first, read
from crm_xl.functions.errors import BLANK, DIVISION, NUM, VALUE, ErrorValue, error_text
from crm_xl.schema import Column, Kind
from crm_xl.settings import Settings
from crm_xl.settings.model import Tier
from crm_xl.tables.outputs import PENDING

_TIER = Column(name="tier", title="分级")
_AMOUNT = Column(name="amount", title="金额", kind=Kind.MONEY)
_PROFIT = Column(name="profit", title="毛利", kind=Kind.MONEY)
_CURRENT = Column(name="current", title="本期", kind=Kind.NUMBER)
_BASE = Column(name="base_value", title="基期", kind=Kind.NUMBER)
_DATE = Column(name="date", title="日期", kind=Kind.DATE)
_FROM = Column(name="date_from", title="起始日期", kind=Kind.DATE)
_TO = Column(name="date_to", title="截止日期", kind=Kind.DATE)
_TOTAL = Column(name="total", title="订单总额", kind=Kind.MONEY)
_ORDERS = Column(name="orders", title="订单数", kind=Kind.NUMBER)
_CUSTOMER_ID = Column(name="customer_id", title="客户编号", kind=Kind.ID)
_ORDER_ID = Column(name="order_id", title="订单编号", kind=Kind.ID)

_NO_BASE = error_text(BLANK, "基期为零或负数，增长率没有意义，故留空。")
# The unit of the amounts is the caller's, so the headings name none.
_HEADINGS = {
    "tier": "分级",
    "customers": "客户数(家)",
    "customer_share": "客户占比",
    "amount": "金额",
    "amount_share": "金额占比",
    "profit_margin": "利润率",
}


def tier_summary(tiers: Any, amounts: Any, profits: Any = None) -> Any:
    """Customers, amount and weighted margin per tier under a heading row; the last row is 合计."""
    cells = [read(tiers, _TIER), read(amounts, _AMOUNT)]
    if not is_omitted(profits):
        cells.append(read(profits, _PROFIT))
    names, money, *earned = _columns(*cells)
    known = ~np.logical_and.reduce([own.blank for own in (names, money, *earned)])
    if not known.any():
        return ""
    own_names = np.where(names.blank, PENDING, names.values)[known]
    table = summary_of(
        own_names,
        money.values[known],
        earned[0].values[known] if earned else None,
        declared=_scheme(set(own_names.tolist()) - {PENDING}),
    )
    columns = [blanked(table[name].to_numpy()).tolist() for name in _HEADINGS]
    return [list(_HEADINGS.values()), *map(list, zip(*columns, strict=True))]


def growth_rate(current: Any, base_value: Any) -> Any:
    """Current ÷ base − 1; a blank that gives its reason where the base is zero or negative."""

    def compute(now: Floats, base: Floats) -> Objects:
        change = growth(now, base).astype(object)
        change[base <= 0] = _NO_BASE
        return change

    return elementwise(compute, read(current, _CURRENT), read(base_value, _BASE))


def period_total(dates: Any, amounts: Any, date_from: Any, date_to: Any) -> Any:
    """The sum of the amounts from one day to another, both inclusive; several periods at once if asked."""
    days, money = _columns(read(dates, _DATE), read(amounts, _AMOUNT))
    if (undated := np.flatnonzero(days.blank & ~money.blank)).size:
        raise ErrorValue(VALUE, f"第{undated[0] + 1}个金额没有日期。", hint="请补上日期。")
    known = ~days.blank & ~money.blank
    order = np.argsort(days.values[known], kind="stable")
    sorted_days, sorted_money = days.values[known][order], money.values[known][order]

    def compute(starts: Dates, ends: Dates) -> Objects:
        first = np.searchsorted(sorted_days, starts, side="left")
        after = np.searchsorted(sorted_days, ends, side="right")
        totals = np.empty(len(starts), dtype=object)
        # fsum: the same total in whatever order the rows stand.
        totals[:] = [
            math.fsum(sorted_money[a:b].tolist()) for a, b in zip(first.tolist(), after.tolist(), strict=True)
        ]
        totals[starts > ends] = error_text(NUM, "起始日期晚于截止日期。")
        return totals

    return elementwise(compute, read(date_from, _FROM), read(date_to, _TO))


def average_order_value(total: Any, orders: Any) -> Any:
    """Total ÷ number of orders."""

    def compute(totals: Floats, counts: Floats) -> Objects:
        averages = np.full(len(totals), error_text(DIVISION, "订单数为零，没有客单价。"), dtype=object)
        averages[counts < 0] = error_text(NUM, "订单数不能为负数。")
        some = counts > 0
        averages[some] = totals[some] / counts[some]
        return averages

    return elementwise(compute, read(total, _TOTAL), read(orders, _ORDERS))


def repurchase_rate(customer_ids: Any, order_ids: Any) -> Any:
    """Customers with at least two orders ÷ customers with at least one; lines of one order count once."""
    customers, orders = _columns(read(customer_ids, _CUSTOMER_ID), read(order_ids, _ORDER_ID))
    if (unowned := np.flatnonzero(customers.blank & ~orders.blank)).size:
        raise ErrorValue(VALUE, f"第{unowned[0] + 1}个订单没有客户编号。", hint="请补上客户编号。")
    known = ~customers.blank & ~orders.blank
    if not known.any():
        return ""
    owner, buyers = pd.factorize(customers.values[known])
    order, numbers = pd.factorize(orders.values[known])
    # Two customers may use the same order number.
    pairs = np.unique(owner.astype(np.int64) * len(numbers) + order)
    times = np.bincount(pairs // len(numbers), minlength=len(buyers))
    return float((times >= 2).mean())


def _columns(*arguments: Cells) -> list[Cells]:
    """The arguments as flat lists, cell for cell beside one another.

    Raises:
        ErrorValue: an error in any of them, or they differ in number of cells.
    """
    raise_first(*arguments)
    if len({own.values.size for own in arguments}) > 1:
        sizes = "、".join(f"{own.title} {own.values.size}个" for own in arguments)
        raise ErrorValue(VALUE, f"区域大小不一致：{sizes}。", hint="请引用同样大小的区域。")
    return [Cells(own.title, own.values.ravel(), own.errors.ravel(), own.blank.ravel()) for own in arguments]


def _scheme(names: set[str]) -> tuple[Tier, ...]:
    """The shipped tiers or bands all names belong to, under these names; none: order of appearance."""
    settings = Settings.default()
    for tiers in (settings.tiers, settings.bands):
        for full in (False, True):
            renamed = tuple(
                replace(tier, name=tier.full_name if full else tier.name, full_name="", strategy="")
                for tier in tiers
            )
            if names <= {tier.name for tier in renamed}:
                return tuple(replace(tier, full_name=tier.name) for tier in renamed)
    return ()
