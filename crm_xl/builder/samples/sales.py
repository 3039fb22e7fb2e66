"""Made-up opportunities, losses and campaigns."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from crm_xl.builder.samples.customers import LAST_DAY, Customer
from crm_xl.tables import inputs as i

_CAMPAIGNS: tuple[tuple[str, str, date, date, float], ...] = (
    ("春季新品推介", "展会", date(2025, 3, 10), date(2025, 3, 14), 86_000.0),
    ("年中促销", "促销", date(2025, 6, 1), date(2025, 6, 20), 45_000.0),
    ("会员专享周", "会员", date(2025, 10, 12), date(2025, 10, 19), 28_000.0),
    ("行业沙龙", "沙龙", date(2026, 4, 16), date(2026, 4, 16), 18_000.0),
    ("年中促销", "促销", date(2026, 6, 1), date(2026, 6, 20), 52_000.0),
    ("秋季促销", "促销", date(2026, 9, 1), date(2026, 9, 30), 60_000.0),
)


def opportunity_rows(customers: list[Customer], random_: random.Random) -> list[tuple[Any, ...]]:
    """Rows of `tblOpportunities`, by date: some open, some won, some lost with a reason."""
    made: list[tuple[date, Customer]] = []
    for customer in customers:
        for _ in range(random_.choice((0, 0, 1, 1, 2)) + (2 if customer.rank > 0.75 else 0)):
            made.append((LAST_DAY - timedelta(days=random_.randrange(3, 540)), customer))
    made.sort(key=lambda pair: (pair[0], pair[1].customer_id))
    rows: list[tuple[Any, ...]] = []
    for number, (created, customer) in enumerate(made, 1):
        closed = created + timedelta(days=random_.randrange(15, 120))
        stage = i.OPPORTUNITY_OPEN
        if closed <= LAST_DAY:
            chances = (1, 6) if customer.prospect or customer.lost else (5, 4)
            stage = random_.choices((i.OPPORTUNITY_WON, i.OPPORTUNITY_LOST), chances)[0]
        amount = round(max(8_000.0, customer.annual_amount / 4 * random_.uniform(0.4, 1.6)), -2)
        rows.append(
            (
                f"O{number:04d}",
                customer.customer_id,
                customer.owner,
                created,
                stage,
                amount,
                None if stage == i.OPPORTUNITY_OPEN else closed,
                random_.choice(i.CHURN_REASONS) if stage == i.OPPORTUNITY_LOST else None,
            )
        )
    return rows


def churned_rows(customers: list[Customer], random_: random.Random) -> list[tuple[Any, ...]]:
    """Rows of `tblChurned`: most lost customers, not all: the rest stay unregistered."""
    details = {
        "价格": "报价高于竞品",
        "服务": "响应不够及时",
        "竞品": "已改用其他品牌",
        "需求变化": "业务方向调整",
        "其他": "未说明原因",
    }
    rows = []
    for customer in customers:
        if customer.last_order is None or not customer.lost or random_.random() < 0.3:
            continue
        reason = random_.choices(i.CHURN_REASONS, (4, 3, 3, 2, 1))[0]
        day = min(LAST_DAY, customer.last_order + timedelta(days=random_.randrange(100, 180)))
        rows.append((customer.customer_id, day, reason, details[reason]))
    return sorted(rows, key=lambda row: (row[1], row[0]))


def campaign_rows() -> list[tuple[Any, ...]]:
    """Rows of `tblCampaigns`."""
    return [(f"M{number:04d}", *campaign) for number, campaign in enumerate(_CAMPAIGNS, 1)]


def member_rows(customers: list[Customer], random_: random.Random) -> list[tuple[Any, ...]]:
    """Rows of `tblCampaignMembers`: whom each campaign was meant for, who came and who bought."""
    rows: list[tuple[Any, ...]] = []
    for number, (_, _, start, _, _) in enumerate(_CAMPAIGNS, 1):
        known = [c for c in customers if c.first_order is None or c.first_order < start]
        invited = sorted(random_.sample(known, min(70, len(known))), key=lambda c: c.customer_id)
        for customer in invited:
            reached = random_.random() < 0.85
            took_part = reached and random_.random() < 0.4
            bought = took_part and random_.random() < (0.12 if customer.prospect else 0.35)
            amount = round(max(2_000.0, customer.annual_amount / 30 * random_.uniform(0.5, 1.5)), -1)
            marks = ("是" if answer else "否" for answer in (reached, took_part, bought))
            rows.append((f"M{number:04d}", customer.customer_id, *marks, amount if bought else None))
    return rows
