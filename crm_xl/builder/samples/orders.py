"""Made-up orders: growth, seasons, several lines an order, returns, cancellations, and a few faults."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crm_xl.builder.samples.customers import FIRST_DAY, LAST_DAY, Customer
from crm_xl.tables.inputs import ORDER_CANCELLED, ORDER_CONFIRMED

# Product type, product numbers, how its margin lies to the customer's own.
PRODUCTS: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("标准设备", ("P-101", "P-102", "P-103"), 0.95),
    ("备品备件", ("P-201", "P-202"), 1.10),
    ("云服务", ("P-301", "P-302"), 1.25),
    ("实施服务", ("P-401",), 0.90),
    ("运维服务", ("P-501", "P-502"), 1.05),
    ("培训课程", ("P-601",), 1.15),
    ("定制开发", ("P-701",), 0.85),
    ("数据服务", ("P-801", "P-802"), 1.20),
)
# Share of a year's orders by calendar month: quiet around the Spring Festival, a rush at the year's end.
_SEASON = (0.85, 0.60, 1.05, 1.00, 1.00, 1.15, 0.90, 0.90, 1.10, 1.05, 1.15, 1.25)
_GROWTH = 1.22  # a year
_GRADUAL_LOSS = 0.9  # a month, in the last half year of a customer who leaves


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an order; `amount` in 元 is negative for a return."""

    order_id: str
    line_no: str
    customer: Customer
    order_date: date
    amount: float
    profit: float
    product_type: str
    product_id: str
    quantity: int
    status: str | None = ORDER_CONFIRMED
    original_order_id: str | None = None


def make_orders(customers: list[Customer], random_: random.Random) -> list[Line]:
    """All order lines, in order of date."""
    plans = sorted(
        (day, customer.customer_id, amount, customer)
        for customer in customers
        if customer.last_order is not None
        for day, amount in _order_days(customer, random_)
    )
    lines: list[Line] = []
    for number, (day, _, amount, customer) in enumerate(plans, 1):
        lines += _lines(f"SO{day:%Y%m}-{number:05d}", day, amount, customer, random_)
    return [*_with_cancellations(lines, random_), *_returns(lines, random_)]


def _order_days(customer: Customer, random_: random.Random) -> Iterator[tuple[date, float]]:
    """Days and amounts of the orders of one customer, month by month."""
    first, last = customer.first_order, customer.last_order
    if first is None or last is None:
        return
    wanted = 2.2 if customer.annual_amount > 2_000_000 else 0.9 if customer.annual_amount > 150_000 else 0.45
    # Without this scale the growth over two years would lift the last year above what was planned for it.
    scale = customer.annual_amount / 12 / wanted
    leaving = (LAST_DAY - last).days > 95
    day = first
    yielded = False
    while day <= last:
        months_left = (last.year - day.year) * 12 + last.month - day.month
        weight = _SEASON[day.month - 1] * _GROWTH ** ((day - LAST_DAY).days / 365 + 0.5)
        fading = _GRADUAL_LOSS ** max(0, 6 - months_left) if leaving else 1.0
        if random_.random() < min(1.0, weight * 0.9):
            yielded = True
            yield day, scale * weight * fading * random_.uniform(0.7, 1.3)
        day += timedelta(days=max(1, round(random_.expovariate(1) * 15 / wanted + 15 / wanted)))
    if not yielded or day != last:
        yield last, scale * random_.uniform(0.7, 1.1)


def _lines(
    order_id: str, day: date, amount: float, customer: Customer, random_: random.Random
) -> Iterator[Line]:
    number = int(customer.customer_id[1:])
    own = [PRODUCTS[(number + step) % len(PRODUCTS)] for step in range(customer.product_types)]
    chosen = random_.sample(own, min(len(own), random_.choice((1, 1, 1, 2, 2, 3))))
    for line_no, (product_type, product_ids, factor) in enumerate(chosen, 1):
        quantity = random_.choice((1, 1, 2, 3, 5, 10))
        unit_price = max(50, round(amount / len(chosen) / quantity / 10) * 10)
        margin = customer.margin * factor * random_.uniform(0.9, 1.1)
        yield Line(
            order_id=order_id,
            line_no=str(line_no),
            customer=customer,
            order_date=day,
            amount=float(quantity * unit_price),
            profit=round(quantity * unit_price * margin, 2),
            product_type=product_type,
            product_id=random_.choice(product_ids),
            quantity=quantity,
            status=None if random_.random() < 0.02 else ORDER_CONFIRMED,  # a blank status counts as confirmed
        )


def _with_cancellations(lines: list[Line], random_: random.Random) -> Iterator[Line]:
    for line in lines:
        cancelled = line.line_no == "1" and line.order_date < LAST_DAY and random_.random() < 0.012
        yield _copy(line, status=ORDER_CANCELLED) if cancelled else line


def _returns(lines: list[Line], random_: random.Random) -> Iterator[Line]:
    """Returns: some name their order, some do not, one matches nothing."""
    sold = [line for line in lines if line.status == ORDER_CONFIRMED and line.order_date < date(2026, 9, 20)]
    returned = sorted(random_.sample(sold, 70), key=lambda line: (line.order_date, line.order_id))
    for number, line in enumerate(returned, 1):
        whole = number % 3 == 0 or line.quantity == 1
        quantity = line.quantity if whole else 1
        share = quantity / line.quantity
        day = line.order_date + timedelta(days=random_.randrange(3, 35))
        yield _copy(
            line,
            order_id=f"RT{day:%Y%m}-{number:04d}",
            line_no="1",
            order_date=day,
            amount=-round(line.amount * share, 2),
            profit=-round(line.profit * share, 2),
            quantity=-quantity,
            original_order_id=line.order_id if number % 2 else None,
        )
    stranger = sold[0]
    yield _copy(
        stranger, order_id="RT202412-9001", line_no="1", order_date=FIRST_DAY + timedelta(days=40), amount=-4321.0,
        profit=-400.0, product_type="停产型号", product_id="P-999", quantity=-1,
    )  # fmt: skip


def _copy(line: Line, **changed: Any) -> Line:
    return Line(**{**vars(line), **changed})


def order_rows(lines: list[Line]) -> list[tuple[Any, ...]]:
    """Rows of `tblOrders`, by date; two lines stand twice, so that the ledger has something to show."""
    ordered = sorted(lines, key=lambda line: (line.order_date, line.order_id, line.line_no))
    rows = [
        (
            line.order_id,
            line.line_no,
            line.customer.customer_id,
            line.order_date,
            line.amount,
            line.profit,
            line.product_type,
            line.product_id,
            line.quantity,
            round(line.amount / line.quantity, 2),
            line.customer.owner,
            line.customer.region,
            line.status,
            line.original_order_id,
        )
        for line in ordered
    ]
    return [*rows, rows[100], rows[1500]]
