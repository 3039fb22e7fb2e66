"""Made-up ratings, tags, problems, plans and overrides."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from crm_xl.builder.samples.customers import LAST_DAY, Customer
from crm_xl.builder.samples.orders import PRODUCTS
from crm_xl.tables.inputs import PLANS
from crm_xl.tables.shipped import SHIPPED

_TAGS = {kind: [tag for other, tag, *_ in SHIPPED["tblTagLibrary"] if other == kind]
         for kind in ("需求", "风险", "潜力")}  # fmt: skip


def rating_rows(customers: list[Customer], random_: random.Random) -> list[tuple[Any, ...]]:
    """Rows of `tblRatings`: nine in ten customers, some by two people; some figures left blank."""
    rows: list[tuple[Any, ...]] = []
    for customer in customers:
        if customer.person or random_.random() < 0.08:
            continue
        judges = ("李强", "王敏") if random_.random() < 0.08 else ("李强",)
        rows += [_rating_row(customer, judge, random_) for judge in judges]
    return rows


def _rating_row(customer: Customer, judge: str, random_: random.Random) -> tuple[Any, ...]:
    size = min(1.0, max(0.05, customer.rank))

    def mark(extra: float = 0.0) -> int:
        return min(5, max(1, round(5 * size + extra + random_.uniform(-1.0, 1.0))))

    def blank(value: float, chance: float) -> float | None:
        return None if random_.random() < chance else value

    churn = 0.18 if customer.lost else 0.02 + 0.13 * (1 - size)
    share = customer.product_types / len(PRODUCTS)
    return (
        customer.customer_id,
        max(1, round(90 * (1 - size) ** 1.6 * random_.uniform(0.5, 1.3))),
        round(customer.industry_growth + random_.uniform(-0.02, 0.02), 3),
        mark(),
        mark(-0.5),
        round(min(1.0, 0.45 + 0.5 * size + random_.uniform(-0.1, 0.1)), 2),
        None if customer.prospect or random_.random() < 0.7 else round(share, 2),
        blank(round(churn * random_.uniform(0.7, 1.3), 3), 0.15),
        blank(round(min(1.0, 0.86 + 0.14 * size + random_.uniform(-0.03, 0.03)), 3), 0.05),
        mark(),
        mark(-0.3),
        mark(-0.8),
        random_.choices(("是", "否"), (1, 3))[0],
        judge,
        date(2026, 9, 30) - timedelta(days=random_.randrange(0, 60)),
    )


def tag_rows(customers: list[Customer], random_: random.Random) -> list[tuple[Any, ...]]:
    """Rows of `tblTags`: a need for every second customer, risks where orders stopped, and the potential."""
    rows: list[tuple[Any, ...]] = []
    # Two of four in turn, so that every second or sixth customer taken has tags too.
    for customer in (own for number, own in enumerate(customers) if number % 4 in (0, 1)):
        rows.append((customer.customer_id, "需求", random_.choice(_TAGS["需求"]), None))
        if customer.lost or random_.random() < 0.08:
            rows.append((customer.customer_id, "风险", random_.choice(_TAGS["风险"]), None))
        level = "高潜力" if customer.rank > 0.7 else "待培育" if customer.rank > 0.3 else "低潜力"
        rows.append((customer.customer_id, "潜力", level, None))
    return rows


def action_rows() -> list[tuple[Any, ...]]:
    """Rows of `tblActions`."""
    return [
        ("C0001", "核心功能使用率低", "使用率30%，低于行业均值50%", "产品", "客户对功能认知不足", "提供线上培训课", "产品部",
         date(2026, 11, 30), "进行中"),
        ("C0030", "交付多次延迟", "近6个月延迟3次", "流程", "排产与销售脱节", "建立周度交付例会", "运营部", date(2026, 12, 15),
         "进行中"),
        ("C0013", "投诉响应超过24小时", "平均响应31小时", "服务", "客服人手不足", "增设专线与值班", "客服部", date(2026, 11, 15),
         "未开始"),
        ("C0059", "订单频次下降", "近3个月少2单", "客户", "客户预算收紧", "提供分期与小额组合", "销售部", date(2026, 12, 31),
         "未开始"),
        ("C0088", "培训到课率低", "到课率45%", "服务", "时间安排与生产冲突", "改为录播加答疑", "培训部", date(2026, 9, 30),
         "已完成"),
    ]  # fmt: skip


def plan_rows(customers: list[Customer], random_: random.Random) -> list[tuple[Any, ...]]:
    """Rows of `tblPlans`: the big customers and a few silent ones."""
    rows: list[tuple[Any, ...]] = []
    for customer in customers:
        if customer.annual_amount > 10_000_000 and not customer.prospect:
            base = random_.randrange(18, 30)
            rows.append(
                _plan_row(
                    customer, frequency="每月1次", action="高层拜访", target_metric="年订单次数", baseline=base,
                    target=base + 4, due_date=date(2026, 12, 31), actual=base + 1, status="进行中",
                )
            )  # fmt: skip
        elif customer.lost and customer.rank > 0.5:
            rows.append(
                _plan_row(
                    customer, frequency="每月1次", action="电话回访，了解未下单原因", target_metric="恢复下单次数",
                    baseline=0, target=1, due_date=LAST_DAY - timedelta(days=16), status="进行中",
                )
            )  # fmt: skip
    return rows


def _plan_row(customer: Customer, **cells: Any) -> tuple[Any, ...]:
    typed = {"customer_id": customer.customer_id, "owner": customer.owner, **cells}
    return tuple(typed.get(name) for name in PLANS.names)


def override_rows(customers: list[Customer]) -> list[tuple[Any, ...]]:
    """Rows of `tblOverrides`: one in force, one expired."""
    middle = [c.customer_id for c in customers if 2_000_000 < c.annual_amount < 10_000_000 and not c.lost]
    return [
        (middle[2], "战略级", "战略合作协议已签", "李强", date(2027, 6, 30)),
        (middle[5], "重点级", "联合研发项目进行中", "李强", LAST_DAY - timedelta(days=31)),
    ]
