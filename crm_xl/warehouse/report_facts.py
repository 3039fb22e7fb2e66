"""What reports ask of orders that stay in a warehouse: periods of any days, product types, owners and regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates, Period
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.order_questions import TypesBought
from crm_xl.analysis.sold_cells import SoldCells, cuts_of
from crm_xl.analysis.tally import Codes, Flags
from crm_xl.warehouse.answers import dates_of, day_of, fetched, floats, within, yuan
from crm_xl.warehouse.joins import among
from crm_xl.warehouse.steps import Steps

if TYPE_CHECKING:
    from ibis.expr import types as ir

_SAID = ("sales_owner", "region")
_CELL = ["place", "stretch", *_SAID]  # customer, days, owner, region


class ReportFacts:
    """The part of analysis.order_questions.OrderFacts that only reports ask for; see there.

    Args:
        days: from `facts.order_days`, kept by the engine.
        net: the net lines.
        steps: hold what is asked for more than once.
    """

    def __init__(self, days: ir.Table, net: ir.Table, steps: Steps) -> None:
        self._days, self._net, self._steps = days, net, steps

    def _of(self, listed: pd.Index[Any], table: ir.Table, **values: Any) -> pd.DataFrame:
        """The values per customer, one row for each listed one."""
        found = fetched(table.group_by("customer_id").agg(**values))
        return found.set_index("customer_id").reindex(listed)

    def amounts(self, customers: pd.Index[Any], period: Period) -> Floats:
        """See OrderFacts."""
        days = self._days.filter(within(self._days.day, period))
        return floats(self._of(customers, days, amount=yuan(days.amount.sum()))["amount"])

    def order_counts(self, customers: pd.Index[Any], period: Period) -> Floats:
        """See OrderFacts."""
        days = self._days.filter(within(self._days.day, period) & self._days.counts)
        return floats(self._of(customers, days, orders=days.order_id.nunique())["orders"])

    def profits(self, customers: pd.Index[Any], period: Period) -> Floats:
        """See OrderFacts."""
        days = self._days.filter(within(self._days.day, period))
        found = self._of(customers, days, profit=yuan(days.profit.sum()), known=days.profit_lines.sum())
        return floats(found["profit"]) if floats(found["known"]).any() else np.full(len(customers), np.nan)

    def amount_of(self, customers: pd.Index[Any], chosen: Flags, period: Period) -> float:
        """See OrderFacts."""
        days = among(self._days, self._put_customers(customers[chosen]), ["customer_id"])
        days = days.filter(within(days.day, period))
        return float(fetched(days.agg(amount=yuan(days.amount.sum())))["amount"].iloc[0])

    def first_orders(self, customers: pd.Index[Any], until: pd.Timestamp) -> Dates:
        """See OrderFacts."""
        days = self._days.filter((self._days.day <= day_of(until)) & self._days.counts)
        return dates_of(self._of(customers, days, day=days.day.min())["day"])

    def last_orders(self, customers: pd.Index[Any], until: pd.Timestamp) -> Dates:
        """See OrderFacts."""
        days = self._days.filter((self._days.day <= day_of(until)) & self._days.counts)
        return dates_of(self._of(customers, days, day=days.day.max())["day"])

    def last_orders_by(self, customers: pd.Index[Any], places: Codes, days: Dates) -> Dates:
        """See OrderFacts."""
        found = np.full(len(places), np.datetime64("NaT", "D"))
        known = np.flatnonzero((places >= 0) & ~np.isnat(days))
        if not len(known):
            return found
        asked = self._steps.put(
            {
                "asked": known.tolist(),
                "customer_id": customers[places[known]].tolist(),
                "until": days[known].astype("datetime64[us]").tolist(),
            },
            schema={"asked": "int64", "customer_id": "string", "until": "timestamp"},
        )
        counted = self._days.filter(self._days.counts).select("customer_id", "day").distinct()
        met = counted.inner_join(asked, ["customer_id"])
        met = met.filter(met.day <= met.until.cast("date"))
        last = fetched(met.group_by("asked").agg(last=met.day.max()))
        found[last["asked"].to_numpy(dtype=np.int64)] = dates_of(last["last"])
        return found

    def amounts_between(self, customers: pd.Index[Any], after: Dates, until: Dates) -> Floats:
        """See OrderFacts."""
        known = np.flatnonzero(~np.isnat(after) & ~np.isnat(until))
        if not len(known):
            return np.zeros(len(customers))
        asked = self._steps.put(
            {
                "customer_id": customers[known].tolist(),
                "after": after[known].astype("datetime64[us]").tolist(),
                "until": until[known].astype("datetime64[us]").tolist(),
            },
            schema={"customer_id": "string", "after": "timestamp", "until": "timestamp"},
        )
        met = self._days.inner_join(asked, ["customer_id"])
        met = met.filter((met.day > met.after.cast("date")) & (met.day <= met.until.cast("date")))
        return floats(self._of(customers, met, amount=yuan(met.amount.sum()))["amount"])

    def types_bought(
        self, customers: pd.Index[Any], until: pd.Timestamp, period: Period | None = None
    ) -> TypesBought:
        """See OrderFacts."""
        net = self._net.filter(self._net.product_type.notnull() & (self._net.day <= day_of(until)))
        names = np.sort(fetched(net.select("product_type").distinct())["product_type"].to_numpy(dtype=object))
        if period is not None:
            net = net.filter(within(net.day, period))
        found = fetched(net.group_by("customer_id", "product_type").agg(amount=yuan(net.amount.sum())))
        owners = customers.get_indexer(pd.Index(found["customer_id"], dtype=object))
        kinds = pd.Index(names, dtype=object).get_indexer(pd.Index(found["product_type"], dtype=object))
        listed = owners >= 0
        return TypesBought(
            owners=owners[listed].astype(np.int64),
            kinds=kinds[listed].astype(np.int64),
            amount=floats(found["amount"])[listed],
            names=names,
        )

    def texts(self, column: str) -> list[str]:
        """See OrderFacts."""
        found = fetched(self._days.select(column).distinct())[column]
        return [str(text) for text in found if not pd.isna(text)]

    def sold(self, customers: pd.Index[Any], until: pd.Timestamp, periods: Sequence[Period]) -> SoldCells:
        """See OrderFacts."""
        days = self._days.filter(self._days.day <= day_of(until))
        first = fetched(days.agg(day=days.day.min()))["day"].iloc[0]
        cuts = cuts_of(periods, until if pd.isna(first) else pd.Timestamp(first), until)
        rows = self._steps.named(self._placed(days, customers, cuts, until))
        cells = fetched(
            rows.group_by(_CELL).agg(
                amount=yuan(rows.amount.sum()), profit=yuan(rows.profit.sum()),
                profit_base=yuan(rows.profit_sales.sum()), counts=rows.counts.any(),
            )
        )  # fmt: skip
        alone, several = self._orders_by_cell(rows)
        cells = cells.merge(alone, how="left", on=_CELL, validate="one_to_one")
        number = len(cells)
        whole = pd.concat([cells, several.assign(counts=True)], ignore_index=True)
        orders, distinct = pd.factorize(several["order"])
        said = {}
        for column in _SAID:
            codes, texts = pd.factorize(whole[column].to_numpy(dtype=object))
            said[column] = codes.astype(np.int64), np.asarray(texts, dtype=object)
        return SoldCells(
            cuts=cuts,
            until=until,
            day=cuts[whole["stretch"].to_numpy(dtype=np.int64)],
            owners=whole["place"].to_numpy(dtype=np.int64),
            amount=floats(whole["amount"]),
            profit=floats(whole["profit"]),
            profit_base=floats(whole["profit_base"]),
            counts=whole["counts"].to_numpy(dtype=bool),
            order=np.concatenate([np.arange(number), number + orders]).astype(np.int64),
            orders=np.concatenate([floats(cells["orders"]), np.ones(len(distinct))]),
            said=said,
        )

    def _placed(self, days: ir.Table, customers: pd.Index[Any], cuts: Dates, until: pd.Timestamp) -> ir.Table:
        """The order days with the place of their customer and the number of their stretch."""
        listed = self._steps.put(
            {"listed_id": customers.tolist(), "place": list(range(len(customers)))},
            schema={"listed_id": "string", "place": "int64"},
        )
        every = np.arange(cuts[0], np.datetime64(until, "D") + 1)
        stretch = np.searchsorted(cuts, every, side="right") - 1
        calendar = self._steps.put(
            {"moment": every.astype("datetime64[us]").tolist(), "stretch": stretch.tolist()},
            schema={"moment": "timestamp", "stretch": "int64"},
        )
        calendar = calendar.select("stretch", on=calendar.moment.cast("date"))
        placed = days.left_join(listed, [("customer_id", "listed_id")])
        placed = placed.mutate(place=placed.place.fill_null(-1)).drop("listed_id")
        return placed.inner_join(calendar, [("day", "on")]).drop("on")

    def _orders_by_cell(self, rows: ir.Table) -> tuple[pd.DataFrame, pd.DataFrame]:
        """How many orders lie in one cell each, and the cells of every order that lies in several."""
        counted = rows.filter(rows.counts).select("customer_id", "order_id", *_CELL).distinct()
        each = counted.group_by("customer_id", "order_id").agg(
            cells=lambda t: t.count(), **{name: counted[name].max() for name in _CELL}
        )
        each = self._steps.keep(each)
        one = each.filter(each.cells == 1)
        alone = fetched(one.group_by(_CELL).agg(orders=one.count()))
        spread = each.filter(each.cells > 1).select("customer_id", "order_id")
        several = fetched(among(counted, spread, ["customer_id", "order_id"]))
        several = several.assign(order=several["customer_id"] + "\t" + several["order_id"])
        return alone, several[[*_CELL, "order"]]

    def _put_customers(self, customers: pd.Index[Any]) -> ir.Table:
        return self._steps.put({"customer_id": customers.tolist()}, schema={"customer_id": "string"})
