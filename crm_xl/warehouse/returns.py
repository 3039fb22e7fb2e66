"""Order lines of a warehouse net of cancellations and returns.

Which order a return takes back is decided line by line, by the code that decides it for a sheet. So the lines
that a return might touch, those of its customer and product and of the order it names, come here in batches of
whole customers, and go back net; all others stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_xl.analysis.balance import CENT, exact_sum
from crm_xl.analysis.ledger import Action, Rule, Summed
from crm_xl.analysis.netting import LEFT_STATUSES, net_lines
from crm_xl.analysis.refunds import Lines, match_returns
from crm_xl.settings.model import General
from crm_xl.warehouse.joins import among, not_among
from crm_xl.warehouse.screening import MONEY
from crm_xl.warehouse.steps import Steps

if TYPE_CHECKING:
    from ibis.expr import types as ir

LINES_AT_ONCE = 1_000_000

_NET = {
    "customer_id": "string",
    "order_id": "string",
    "day": "date",
    "amount": MONEY,
    "profit": MONEY,
    "counts": "boolean",
    "product_type": "string",
    "sales_owner": "string",
    "region": "string",
}
# Lines that are equal in these are one for every purpose: in what order they stand changes nothing.
_IN_ORDER = [
    "customer_id", "moment", "order_id", "product", "product_type", "amount", "profit", "named", "sales_owner", "region",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class NetOrders:
    """The net lines, and where the others went.

    Attributes:
        lines: customer_id, order_id, day, amount, profit, counts, product_type, sales_owner, region.
        findings: for the ledger.
        gross, netted, cancelled, unmatched: sums in 元, see Balance.
    """

    lines: ir.Table
    findings: tuple[Summed, ...]
    gross: float
    netted: float
    cancelled: float
    unmatched: float


def net_orders(lines: ir.Table, general: General, steps: Steps) -> NetOrders:
    """The screened lines net of cancellations and returns.

    Args:
        lines: from `as_matched`.
        general: refund_at and apply_unmatched_returns decide where returns go.
        steps: hold what is asked for more than once.
    """
    stands, returns, findings, cancelled = _without_cancelled(lines)
    orders = steps.named(stands.filter(stands.amount >= 0))
    gross = _sum(orders)
    if returns is None:
        return NetOrders(
            lines=_untouched(orders, None, steps), findings=findings, gross=gross, netted=0.0,
            cancelled=cancelled, unmatched=0.0,
        )  # fmt: skip
    returns = steps.settle(returns)
    keys = steps.keep(_keys(orders, returns))
    touched = among(orders, keys, ["customer_id", "product"]).union(returns.select(*orders.columns))
    touched = steps.keep(touched)
    others = steps.named(not_among(orders, keys, ["customer_id", "product"]))
    netted = _Netted()
    net = None
    for batch in _batches(touched, steps):
        part = _net_batch(batch, general, _Others(others, steps), netted)
        if not part.empty:
            kept = _uploaded(part, steps)
            net = kept if net is None else net.union(kept)
    rest = _untouched(others, netted.returned_whole(), steps)
    applied = general.apply_unmatched_returns
    return NetOrders(
        lines=rest if net is None else rest.union(net.select(*rest.columns)),
        findings=(*findings, *netted.findings(applied=applied)),
        gross=gross,
        netted=netted.taken + (netted.unmatched if applied else 0.0),
        cancelled=cancelled,
        unmatched=0.0 if applied else -netted.unmatched,
    )


def as_matched(screened: ir.Table) -> ir.Table:
    """The screened lines with the columns that matter from here on; those that the source lacks are blank."""
    import ibis

    def column(name: str, kind: str = "string") -> Any:
        return screened[name] if name in screened.columns else ibis.null().cast(kind)

    product_id, product_type = column("product_id"), column("product_type")
    return screened.select(
        customer_id=screened.customer_id,
        order_id=screened.order_id,
        moment=screened.order_date,
        amount=screened.amount,
        profit=column("profit", "float64"),
        product_type=product_type,
        sales_owner=column("sales_owner"),
        region=column("region"),
        # As in a sheet: the id, else the type; all lines without either share one.
        product=ibis.coalesce("i" + product_id, "t" + product_type, ibis.literal("")),
        named=column("original_order_id"),
        left=column("status").isin(LEFT_STATUSES).fill_null(False),
    )


def _sum(lines: ir.Table) -> float:
    found = lines.agg(money=lines.amount.cast(MONEY).sum().cast("float64").fill_null(0.0)).to_pandas()
    return float(found["money"].iloc[0])


def _without_cancelled(lines: ir.Table) -> tuple[ir.Table, ir.Table | None, tuple[Summed, ...], float]:
    """The lines that stand, the returns among them (None without any), the findings and the cancelled money.

    A negative line that names a cancelled order, or the cancelled product of one, leaves with it.
    """
    counted = (
        lines.agg(
            left=lines.left.sum().fill_null(0),
            money=lines.amount.cast(MONEY).sum(where=lines.left).cast("float64").fill_null(0.0),
            returns=(~lines.left & (lines.amount < 0)).sum().fill_null(0),
            naming=(~lines.left & (lines.amount < 0) & lines.named.notnull()).sum().fill_null(0),
        )
        .to_pandas()
        .iloc[0]
    )
    stands = lines.filter(~lines.left).drop("left")
    returns = stands.filter(stands.amount < 0)
    left, money = int(counted["left"]), float(counted["money"])
    if not left:
        return stands, returns if int(counted["returns"]) else None, (), 0.0
    findings = [Summed(
        rule=Rule.CANCELLED.value, action=Action.DROPPED.value, column="status", number=left, amount=money
    )]  # fmt: skip
    if int(counted["naming"]):
        returns, naming, naming_money = _not_naming(returns, stands, lines.filter(lines.left))
        if naming:
            findings.append(Summed(
                rule=Rule.CANCELLED.value, action=Action.DROPPED.value, column="original_order_id",
                number=naming, amount=naming_money,
            ))  # fmt: skip
        money += naming_money
    return stands, returns if int(counted["returns"]) else None, tuple(findings), money


def _not_naming(returns: ir.Table, stands: ir.Table, left: ir.Table) -> tuple[ir.Table, int, float]:
    """The returns that name nothing cancelled; number and money of the others."""
    gone = left.select(gone_order="order_id", gone_product="product").distinct()
    orders = left.select(gone_whole="order_id").distinct()
    alive = among(stands.filter(stands.amount >= 0).select(gone_whole="order_id"), orders, ["gone_whole"])
    gone_whole = not_among(orders, alive.distinct(), ["gone_whole"])
    marked = returns.left_join(gone, [("named", "gone_order"), ("product", "gone_product")])
    marked = marked.left_join(gone_whole, [("named", "gone_whole")])
    naming = marked.gone_order.notnull() | marked.gone_whole.notnull()
    told = marked.filter(naming)
    found = told.agg(
        lines=told.count(), money=told.amount.cast(MONEY).sum().cast("float64").fill_null(0.0)
    ).to_pandas()
    return (
        marked.filter(~naming).select(*returns.columns),
        int(found["lines"].iloc[0]),
        float(found["money"].iloc[0]),
    )


def _keys(orders: ir.Table, returns: ir.Table) -> ir.Table:
    """Customer and product of every line that a return might touch."""
    own = returns.select("customer_id", "product").distinct()
    names = returns.filter(returns.named.notnull()).select("customer_id", order_id="named").distinct()
    named = among(orders, names, ["customer_id", "order_id"]).select("customer_id", "product").distinct()
    return own.union(named, distinct=True)


def _batches(touched: ir.Table, steps: Steps) -> Iterator[pd.DataFrame]:
    """The touched lines, whole customers together, so many at a time that they fit."""
    sizes = touched.group_by("customer_id").agg(lines=lambda t: t.count()).to_pandas()
    if sizes["lines"].sum() <= LINES_AT_ONCE:
        yield touched.to_pandas()
        return
    batch = sizes["lines"].cumsum() // LINES_AT_ONCE
    for _, customers in sizes.groupby(batch)["customer_id"]:
        wanted = steps.put({"customer_id": customers.tolist()}, schema={"customer_id": "string"})
        yield among(touched, wanted, ["customer_id"]).to_pandas()


@dataclass(frozen=True)
class _Others:
    """The order lines that no return touches, where they are."""

    lines: ir.Table
    steps: Steps


class _Netted:
    """What the batches add up to."""

    def __init__(self) -> None:
        self.taken = self.unmatched = 0.0
        self._returned = self._left_over = 0
        self._whole: list[pd.DataFrame] = []

    def add(self, returned: np.ndarray, taken: np.ndarray, remainder: np.ndarray) -> None:
        """Take up one batch: positions of the returns matched, what they took, what found no order."""
        self._returned += len(np.unique(returned))
        self._left_over += int((remainder > 0).sum())
        self.taken += exact_sum(taken)
        self.unmatched += exact_sum(remainder)

    def add_whole(self, orders: pd.DataFrame) -> None:
        """Take up orders returned whole of which lines stand elsewhere, customer_id and order_id."""
        self._whole.append(orders)

    def returned_whole(self) -> pd.DataFrame | None:
        """Those orders; None without any."""
        found = pd.concat(self._whole) if self._whole else None
        return None if found is None or found.empty else found

    def findings(self, *, applied: bool) -> Iterator[Summed]:
        """The lines of the ledger."""
        if self._returned:
            yield Summed(
                rule=Rule.RETURN_MATCHED.value, action=Action.NETTED.value, column="amount",
                number=self._returned, amount=-self.taken,
            )  # fmt: skip
        if self._left_over:
            action = Action.APPLIED if applied else Action.SET_ASIDE
            yield Summed(
                rule=Rule.RETURN_UNMATCHED.value, action=action.value, column="amount",
                number=self._left_over, amount=-self.unmatched,
            )  # fmt: skip


def _net_batch(batch: pd.DataFrame, general: General, others: _Others, netted: _Netted) -> pd.DataFrame:
    """The net lines of the customers of one batch."""
    batch = batch.sort_values(_IN_ORDER, kind="stable", ignore_index=True)
    orders, order_ids = pd.factorize(batch["order_id"].to_numpy(dtype=object))
    named = batch["named"].to_numpy(dtype=object)
    lines = Lines(
        customer=pd.factorize(batch["customer_id"])[0].astype(np.int64),
        order=orders.astype(np.int64),
        named_order=pd.Index(order_ids, dtype=object).get_indexer(pd.Index(named, dtype=object)),
        product=pd.factorize(batch["product"])[0].astype(np.int64),
        moment=batch["moment"].to_numpy().astype("datetime64[us]"),
        amount=batch["amount"].to_numpy(dtype=float),
    )
    matches = match_returns(lines)
    net = net_lines(lines, batch["profit"].to_numpy(dtype=float, na_value=np.nan), matches, general)
    netted.add(matches.returned, matches.taken, matches.remainder)
    counts = _counting(batch, lines, net.counts, matches.line, matches.taken, others, netted)
    return pd.DataFrame(
        {
            "customer_id": batch["customer_id"],
            "order_id": batch["order_id"],
            "day": lines.moment.astype("datetime64[D]"),
            "amount": net.amount,
            "profit": net.profit,
            "counts": counts,
            "product_type": batch["product_type"],
            "sales_owner": batch["sales_owner"],
            "region": batch["region"],
        }
    )[net.kept]


def _counting(
    batch: pd.DataFrame,
    lines: Lines,
    counts: np.ndarray,
    taken_from: np.ndarray,
    taken: np.ndarray,
    others: _Others,
    netted: _Netted,
) -> np.ndarray:
    """Which lines count, now that lines of the same orders may stand among the others.

    What looks returned whole from here is not, if something of the order is left there; and if it is, what
    stands there for nothing counts no more either.
    """
    names = ["customer_id", "order_id"]
    is_order = lines.amount >= 0
    doubtful = batch.loc[is_order & ~counts, names].drop_duplicates()
    if doubtful.empty:
        return counts
    asked = others.steps.put(
        {name: doubtful[name].tolist() for name in names}, schema=dict.fromkeys(names, "string")
    )
    elsewhere = (
        among(others.lines, asked, names)
        .group_by(names)
        .agg(elsewhere=lambda t: t.amount.cast(MONEY).sum().cast("float64"))
        .to_pandas()
    )
    if elsewhere.empty:
        return counts
    gone = np.bincount(taken_from, weights=taken, minlength=len(batch))
    here = batch[names].assign(left=np.where(lines.amount > 0, lines.amount - gone, 0.0))
    left = here.groupby(names, as_index=False)["left"].sum().merge(elsewhere, on=names)
    is_whole = left["left"] + left["elsewhere"] <= CENT / 2
    netted.add_whole(left.loc[is_whole, names])
    alive = pd.MultiIndex.from_frame(left.loc[~is_whole, names])
    return counts | (is_order & pd.MultiIndex.from_frame(batch[names]).isin(alive))


def _uploaded(net: pd.DataFrame, steps: Steps) -> ir.Table:
    table = steps.put(
        net.assign(day=net["day"].astype("datetime64[us]")),
        schema={**_NET, "day": "timestamp", "amount": "float64", "profit": "float64"},
    )
    return _net_columns(table, table.day, table.counts)


def _untouched(orders: ir.Table, whole: pd.DataFrame | None, steps: Steps) -> ir.Table:
    """Lines that no return took from; those of orders returned whole do not count."""
    import ibis

    if whole is None:
        return _net_columns(orders, orders.moment, ibis.literal(True))
    gone = steps.put(
        {"whole_customer": whole["customer_id"].tolist(), "whole_order": whole["order_id"].tolist()},
        schema={"whole_customer": "string", "whole_order": "string"},
    )
    marked = orders.left_join(gone, [("customer_id", "whole_customer"), ("order_id", "whole_order")])
    return _net_columns(marked, marked.moment, marked.whole_order.isnull())


def _net_columns(table: ir.Table, moment: Any, counts: Any) -> ir.Table:
    values = {"day": moment, "counts": counts}
    return table.select(
        **{name: (values[name] if name in values else table[name]).cast(kind) for name, kind in _NET.items()}
    )
