"""What the functions are timed on: made-up customers and orders as rows of cells, the same on every machine."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

Rows = list[list[object]]
ORDER_HEADINGS = ("客户编号", "订单编号", "订单日期", "订单金额(元)")
FIRST_DAY = datetime(2022, 1, 1)
DAYS = 900


def customers(count: int) -> list[list[float]]:
    """Values of the shipped card's four indicators, a row per customer."""
    rng = random.Random(1)
    return [
        [rng.uniform(0, 1500), rng.uniform(0, 0.25), rng.uniform(0, 8), rng.uniform(0, 0.5)]
        for _ in range(count)
    ]


def orders(count: int, customers: int) -> Rows:
    """Order lines, two to an order, without headings."""
    rng = random.Random(2)
    owners = [f"C{rng.randrange(customers):05d}" for _ in range((count + 1) // 2)]
    return [
        [
            owners[line // 2],
            f"S{line // 2:06d}",
            FIRST_DAY + timedelta(days=rng.randrange(DAYS)),
            round(rng.uniform(10, 9000), 2),
        ]
        for line in range(count)
    ]
