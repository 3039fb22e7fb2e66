"""What an analysis asks of the orders, answered by the engine that holds them: one row per customer comes back.

Every question goes to one small table, the order days: what each order came to on each day. Only product types
need the net lines themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_xl.analysis.beginnings import first_orders
from crm_xl.analysis.calendar import MONTHS_PER_YEAR, Period, window
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.metrics_orders import RECENT_MONTHS, OrderTotals, ProductTotals, ProfitTotals
from crm_xl.analysis.order_questions import Bought
from crm_xl.analysis.trend import trend_months, trend_table
from crm_xl.warehouse.answers import dates_of, day_of, fetched, floats, within, yuan
from crm_xl.warehouse.joins import among
from crm_xl.warehouse.report_facts import ReportFacts
from crm_xl.warehouse.steps import Steps

if TYPE_CHECKING:
    from ibis.expr import types as ir

_CENT_BELOW = 0.02  # types whose amounts might round to the largest one


def order_days(net: ir.Table) -> ir.Table:
    """One row per customer, order, day, whether it counts, owner and region: amount, profit, the sales it was made on."""
    known = net.profit.notnull()
    return net.group_by("customer_id", "order_id", "day", "counts", "sales_owner", "region").agg(
        amount=net.amount.sum(),
        profit=net.profit.sum(),
        profit_sales=net.amount.sum(where=known),
        lines=net.count(),
        profit_lines=known.sum(),
    )


class WarehouseFacts(ReportFacts):
    """The facts of orders that stay in a warehouse, see analysis.order_questions.OrderFacts.

    Args:
        days: from `order_days`, kept by the engine.
        net: the net lines.
        steps: hold what is asked for more than once.
    """

    def __init__(self, days: ir.Table, net: ir.Table, steps: Steps) -> None:
        super().__init__(days, net, steps)

    @cached_property
    def buyers(self) -> pd.DataFrame:
        """One row per customer, by customer number."""
        days = self._days
        found = fetched(
            days.group_by("customer_id").agg(
                first_line=days.day.min(),
                first_order=days.day.min(where=days.counts),
                net_amount=yuan(days.amount.sum()),
            )
        )
        return found.sort_values("customer_id", ignore_index=True)

    @property
    def customer_ids(self) -> pd.Series:
        """Of everybody with a line, by customer number."""
        return self.buyers["customer_id"]

    def keep(self, customer_ids: pd.Series) -> WarehouseFacts:
        """The facts of these customers alone."""
        wanted = self._put_customers(pd.Index(customer_ids.astype(object)))
        return WarehouseFacts(
            among(self._days, wanted, ["customer_id"]),
            among(self._net, wanted, ["customer_id"]),
            self._steps,
        )

    def line_count(self) -> int:
        """How many net lines there are."""
        return int(fetched(self._days.agg(lines=self._days.lines.sum().fill_null(0)))["lines"].iloc[0])

    def last_order(self) -> pd.Timestamp | None:
        """The day of the latest order that counts; None without any."""
        found = fetched(self._days.agg(last=self._days.day.max(where=self._days.counts)))["last"].iloc[0]
        return None if pd.isna(found) else pd.Timestamp(found)

    def by_month(self) -> Floats:
        """The net amount of every month that has a line, at all times."""
        days = self._days
        found = fetched(days.group_by(month=days.day.truncate("M")).agg(amount=yuan(days.amount.sum())))
        return found["amount"].to_numpy(dtype=float)

    def amount(self, period: Period) -> float:
        """The net amount of a period."""
        days = self._days
        found = fetched(days.agg(amount=yuan(days.amount.sum(where=within(days.day, period)))))
        return float(found["amount"].iloc[0])

    def totals(self, customers: pd.Index[Any], analysis_date: pd.Timestamp, period: Period) -> OrderTotals:
        """What metrics are made of; lines after the analysis date are left out."""
        days = self._days.filter(self._days.day <= day_of(analysis_date))
        inside = within(days.day, period)
        last_months = window(analysis_date, RECENT_MONTHS)
        year = window(analysis_date, MONTHS_PER_YEAR)
        sums = {
            "monetary": days.amount.sum(where=inside),
            "lifetime_amount": days.amount.sum(),
            "annual_amount": days.amount.sum(where=within(days.day, year)),
            "amount_3m": days.amount.sum(where=within(days.day, last_months)),
            "amount_previous_3m": days.amount.sum(where=within(days.day, last_months.previous)),
            "profit": days.profit.sum(where=inside),
            "sales": days.profit_sales.sum(where=inside),
            "lifetime_profit": days.profit.sum(),
        }
        found = fetched(
            days.group_by("customer_id").agg(
                first=days.day.min(where=days.counts),
                last=days.day.max(where=days.counts),
                known=days.profit_lines.sum(where=inside),
                lines=days.lines.sum(where=inside),
                lifetime_known=days.profit_lines.sum(),
                lifetime_lines=days.lines.sum(),
                **{name: yuan(value) for name, value in sums.items()},
            )
        ).set_index("customer_id")
        orders = self._orders(days, {"frequency": inside}).set_index("customer_id")
        of = found.reindex(customers)
        counted = orders.reindex(customers)
        # The first of the lines of everybody, up to the date.
        firsts = self.buyers["first_line"].to_numpy().astype("datetime64[D]")
        known_days = firsts[firsts <= np.datetime64(analysis_date, "D")]
        return OrderTotals(
            first=dates_of(of["first"]),
            last=dates_of(of["last"]),
            earliest=known_days.min() if len(known_days) else np.datetime64("NaT", "D"),
            frequency=floats(counted["frequency"]),
            lifetime_orders=floats(counted["orders"]),
            monetary=floats(of["monetary"]),
            lifetime_amount=floats(of["lifetime_amount"]),
            annual_amount=floats(of["annual_amount"]),
            amount_3m=floats(of["amount_3m"]),
            amount_previous_3m=floats(of["amount_previous_3m"]),
            profits=None if not found["lifetime_known"].sum() else ProfitTotals(
                profit=floats(of["profit"]),
                sales=floats(of["sales"]),
                known=floats(of["known"]),
                lines=floats(of["lines"]),
                lifetime_profit=floats(of["lifetime_profit"]),
                lifetime_known=floats(of["lifetime_known"]),
                lifetime_lines=floats(of["lifetime_lines"]),
            ),
            products=self._products(customers, analysis_date, period, floats(of["lines"])),
        )  # fmt: skip

    def _products(
        self, customers: pd.Index[Any], analysis_date: pd.Timestamp, period: Period, lines: Floats
    ) -> ProductTotals | None:
        net = self._net.filter(self._net.product_type.notnull() & (self._net.day <= day_of(analysis_date)))
        inside = within(net.day, period)
        cells = self._steps.keep(
            net.group_by("customer_id", "product_type").agg(
                amount=net.amount.sum(where=inside), typed=inside.sum()
            )
        )
        if not int(cells.count().execute()):
            return None
        of = fetched(
            cells.group_by("customer_id").agg(types=(cells.amount > 0).sum(), typed=cells.typed.sum())
        ).set_index("customer_id").reindex(customers)  # fmt: skip
        bought = cells.filter(cells.amount > 0)
        offered = fetched(bought.agg(offered=bought.product_type.nunique()))["offered"].iloc[0]
        most = bought.group_by("customer_id").agg(most=bought.amount.max())
        near = bought.join(most, "customer_id")
        first = fetched(
            near.filter(near.amount >= near.most - _CENT_BELOW).select(
                "customer_id", "product_type", amount=yuan(near.amount)
            )
        )
        return ProductTotals(
            types=floats(of["types"]),
            preference=_preferred(first).reindex(customers).astype(object).where(lambda s: s.notna(), None)
            .to_numpy(dtype=object),
            typed=floats(of["typed"]),
            lines=lines,
            offered=int(offered),
        )  # fmt: skip

    def _orders(self, days: ir.Table, where: dict[str, Any]) -> pd.DataFrame:
        """Per customer, how many distinct orders count: at all times (`orders`), and where each condition holds."""
        counted = days.filter(days.counts).mutate(**where)
        each = counted.group_by("customer_id", "order_id").agg(
            **{name: counted[name].any() for name in where}
        )
        return fetched(
            each.group_by("customer_id").agg(
                orders=lambda t: t.count(), **{name: each[name].sum() for name in where}
            )
        )

    def recency_frequency_monetary(self, analysis_date: pd.Timestamp, months: int | None) -> pd.DataFrame:
        """As `rfm.rfm_metrics`, by customer number."""
        days = self._days.filter(self._days.day <= day_of(analysis_date))
        if months is not None:
            days = days.filter(days.day >= day_of(window(analysis_date, months).start))
        each = days.group_by("customer_id", "order_id").agg(
            counts=days.counts.any(), last=days.day.max(where=days.counts), amount=days.amount.sum()
        )
        found = fetched(
            each.group_by("customer_id").agg(
                frequency=each.counts.sum(), last=each["last"].max(), monetary=yuan(each.amount.sum())
            )
        )
        found = found[found["frequency"] > 0].sort_values("customer_id", ignore_index=True)
        recency = (np.datetime64(analysis_date, "D") - dates_of(found["last"])).astype(float)
        return pd.DataFrame(
            {
                "customer_id": found["customer_id"].astype(object),
                "recency_days": recency,
                "frequency": floats(found["frequency"]),
                "monetary": floats(found["monetary"]),
            }
        )

    def monthly_trend(self, analysis_date: pd.Timestamp, older: pd.Series | None = None) -> pd.DataFrame:
        """As `trend.monthly_trend`; `older` by customer_id."""
        axis = trend_months(analysis_date)
        days = self._days.filter(self._days.day <= day_of(analysis_date))
        days = days.filter(days.day >= day_of(pd.Timestamp(axis[0]))).mutate(month=days.day.truncate("M"))
        counted = days.filter(days.counts)

        def per_month(table: ir.Table, value: Any) -> Floats:
            found = fetched(table.group_by("month").agg(value=value))
            return floats(found.assign(month=dates_of(found["month"])).set_index("month")["value"].reindex(
                axis.astype("datetime64[s]")
            ))  # fmt: skip

        orders = counted.select("month", "order_id").distinct()
        customers = counted.select("month", "customer_id").distinct()
        end = np.datetime64(analysis_date, "D")
        firsts = dates_of(self.buyers["first_order"])
        firsts[firsts > end] = np.datetime64("NaT")
        if older is not None:
            firsts = first_orders(firsts, pd.Index(self.buyers["customer_id"], dtype=object), older)
        lines = dates_of(self.buyers["first_line"])
        known = lines[lines <= end]
        return trend_table(
            axis,
            per_month(days, yuan(days.amount.sum())),
            per_month(orders, orders.count()),
            per_month(customers, customers.count()),
            firsts,
            known.min().astype("datetime64[M]") if len(known) else axis[-1] + 1,
        )

    def purchase_history(self, observed_to: pd.Timestamp) -> pd.DataFrame:
        """As `history.purchase_history`, in days."""
        days = self._days.filter((self._days.day <= day_of(observed_to)) & self._days.counts)
        bought = days.group_by("customer_id", "day").agg(amount=days.amount.sum())
        ends = bought.group_by("customer_id").agg(
            purchases=bought.count(), first=bought.day.min(), last=bought.day.max(),
            amount=yuan(bought.amount.sum()),
        )  # fmt: skip
        on_first = bought.join(ends.select("customer_id", "first"), "customer_id")
        on_first = on_first.filter(on_first.day == on_first["first"])
        found = fetched(ends).merge(
            fetched(on_first.select("customer_id", first_amount=yuan(on_first.amount))), on="customer_id"
        ).sort_values("customer_id")  # fmt: skip
        first, last = dates_of(found["first"]), dates_of(found["last"])
        repeats = floats(found["purchases"]) - 1
        mean = np.zeros(len(found))
        np.divide(
            floats(found["amount"]) - floats(found["first_amount"]), repeats, out=mean, where=repeats > 0
        )
        return pd.DataFrame(
            {
                "customer_id": found["customer_id"].to_numpy(dtype=object),
                "frequency": repeats,
                "recency": (last - first).astype(float),
                "T": (np.datetime64(observed_to, "D") - first).astype(float),
                "monetary_value": mean,
            }
        )

    def bought(self, customers: pd.Index[Any], periods: Sequence[Period]) -> list[Bought]:
        """What the listed customers bought in each period."""
        days = self._days.filter(self._days.day <= day_of(max(period.end for period in periods)))
        inside = {f"orders_{n}": within(days.day, period) for n, period in enumerate(periods)}
        found: dict[str, Any] = {}
        for n, period in enumerate(periods):
            here = inside[f"orders_{n}"]
            found[f"amount_{n}"] = yuan(days.amount.sum(where=here))
            found[f"profit_{n}"] = yuan(days.profit.sum(where=here))
            found[f"sales_{n}"] = yuan(days.profit_sales.sum(where=here))
            found[f"before_{n}"] = days.day.max(where=days.counts & (days.day < day_of(period.start)))
            found[f"last_{n}"] = days.day.max(where=days.counts & (days.day <= day_of(period.end)))
        of = fetched(days.group_by("customer_id").agg(**found)).set_index("customer_id").reindex(customers)
        orders = self._orders(days, inside).set_index("customer_id").reindex(customers)
        return [
            Bought(
                amount=floats(of[f"amount_{n}"]),
                profit=floats(of[f"profit_{n}"]),
                profit_sales=floats(of[f"sales_{n}"]),
                orders=floats(orders[f"orders_{n}"]),
                last_before=dates_of(of[f"before_{n}"]),
                last=dates_of(of[f"last_{n}"]),
            )
            for n in range(len(periods))
        ]


def _preferred(near: pd.DataFrame) -> pd.Series:
    """Of each customer the product type with the largest amount, to the cent; equals go by name."""
    rounded = near.assign(rounded=-np.round(floats(near["amount"]), 2))
    ordered = rounded.sort_values(["rounded", "product_type"], kind="stable")
    return ordered.drop_duplicates("customer_id").set_index("customer_id")["product_type"]
