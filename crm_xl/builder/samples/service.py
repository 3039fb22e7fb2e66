"""Made-up contacts, interactions, tickets and product use."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from crm_xl.builder.samples.customers import FIRST_DAY, GIVEN_NAMES, LAST_DAY, SURNAMES, Customer
from crm_xl.tables import inputs as i

_POSITIONS = (
    ("采购总监", "采购负责人"),
    ("总经理", "最终决策者"),
    ("技术经理", "技术决策者"),
    ("运营主管", "使用者"),
    ("行政经理", "其他"),
)
# Summary of a talk, kind of feedback, feedback, the customer's own words, what comes next.
_TALKS: tuple[tuple[str, str, str, str, str], ...] = (
    ("介绍新版云服务", "需求明确", "积极", "功能符合预期，想先试用", "安排试用账号"),
    ("讨论年度采购计划", "需求明确", "积极", "明年预算会增加", "提交年度报价"),
    ("仓储系统升级需求沟通", "需求明确", "中性", "方案感兴趣，需内部审批", "3日内提供方案"),
    ("续约条件沟通", "价格异议", "中性", "希望价格再优惠一些", "申请折扣审批"),
    ("交付进度说明", "投诉建议", "消极", "上次交付晚了一周", "协调交付排期"),
    ("例行回访", "其他", "积极", "目前使用正常", "下季度再次回访"),
    ("培训安排沟通", "其他", "中性", "等人员到位后再定", "月底确认培训时间"),
    ("竞品对比交流", "价格异议", "消极", "另一家报价更低", "准备对比材料"),
)
_SLACK_OWNER = "赵悦"
_CHANNEL_WEIGHTS = (3, 5, 4, 1, 1, 3, 4)
_TICKET_WEIGHTS = (3, 4, 5)
_ISSUE_WEIGHTS = (3, 6, 2, 2, 2)  # deliveries come late


def contact_rows(customers: list[Customer], random_: random.Random) -> list[tuple[Any, ...]]:
    """Rows of `tblContacts`: one contact a customer, two for the larger ones."""
    rows: list[tuple[Any, ...]] = []
    for customer in customers:
        for turn in range(2 if customer.rank > 0.6 else 1):
            position, role = _POSITIONS[(len(rows) + turn) % len(_POSITIONS)]
            name = random_.choice(SURNAMES) + random_.choice(GIVEN_NAMES)
            number = len(rows) + 1
            rows.append(
                (
                    f"P{number:04d}",
                    customer.customer_id,
                    customer.name if customer.person else name,
                    None if customer.person else position,
                    "最终决策者" if customer.person else role,
                    f"154{number:08d}",
                    f"contact{number:04d}@example.com",
                    None,
                    random_.choice(i.CONTACT_PREFERENCES),
                )
            )
    return rows


def interaction_rows(customers: list[Customer]) -> list[tuple[Any, ...]]:
    """Rows of `tblInteractions`, by time; they thin out before a customer leaves, and one owner has grown slack."""
    random_ = random.Random(11)  # its own, so that a change here moves nothing elsewhere
    talks: list[tuple[datetime, Customer]] = []
    for customer in customers:
        last = customer.last_order or LAST_DAY
        leaving = (LAST_DAY - last).days > 60
        day = (customer.first_order or LAST_DAY - timedelta(days=200)) - timedelta(days=10)
        gap = 30 if customer.rank > 0.75 else 75 if customer.rank > 0.5 else 140
        while (day := day + timedelta(days=round(gap * random_.uniform(0.5, 1.5)))) <= LAST_DAY:
            slack = customer.owner == _SLACK_OWNER and day > LAST_DAY - timedelta(days=31)
            if day < FIRST_DAY or (leaving and day > last and random_.random() < 0.6):
                continue
            if slack and random_.random() < 0.7:
                continue
            minutes = random_.randrange(9 * 60, 17 * 60, 15)
            talks.append((datetime(day.year, day.month, day.day) + timedelta(minutes=minutes), customer))
    talks.sort(key=lambda talk: (talk[0], talk[1].customer_id))
    return [_interaction_row(number, *talk, random_) for number, talk in enumerate(talks, 1)]


def _interaction_row(number: int, time: datetime, customer: Customer, random_: random.Random) -> Any:
    weights = (2, 2, 3, 3, 4, 3, 2, 4) if customer.lost else (5, 4, 4, 2, 1, 6, 3, 1)
    if customer.industry.startswith("制造业") and not customer.lost:
        weights = (4, 3, 3, 6, 1, 4, 2, 4)  # they haggle
    summary, kind, feedback, quote, action = random_.choices(_TALKS, weights)[0]
    due = time.date() + timedelta(days=random_.randrange(3, 21))
    done = None if due > LAST_DAY else random_.choices(("是", "否"), (9, 1))[0]
    return (
        f"I{number:05d}",
        customer.customer_id,
        time,
        random_.choices(i.CHANNELS, _CHANNEL_WEIGHTS)[0],
        summary,
        kind,
        customer.owner,
        feedback,
        quote,
        action,
        due,
        done,
        random_.choice((0.5, 0.5, 1.0, 1.5, 2.0, 4.0)),
    )


def ticket_rows(customers: list[Customer], random_: random.Random) -> list[tuple[Any, ...]]:
    """Rows of `tblTickets`, by time; slow answers and low marks are commoner where customers left."""
    opened: list[tuple[datetime, Customer]] = []
    for customer in customers:
        if customer.first_order is None or customer.last_order is None:
            continue
        days = (min(LAST_DAY, customer.last_order + timedelta(days=20)) - customer.first_order).days
        for _ in range(random_.choice((0, 0, 1, 1, 2)) + (3 if customer.rank > 0.75 else 0)):
            day = customer.first_order + timedelta(days=random_.randrange(max(1, days)))
            time = datetime(day.year, day.month, day.day) + timedelta(minutes=random_.randrange(510, 1080))
            opened.append((min(time, datetime(2026, 10, 30, 16, 0)), customer))
    opened.sort(key=lambda ticket: (ticket[0], ticket[1].customer_id))
    return [_ticket_row(number, *ticket, random_) for number, ticket in enumerate(opened, 1)]


def _ticket_row(number: int, time: datetime, customer: Customer, random_: random.Random) -> Any:
    kind = random_.choices((i.TICKET_COMPLAINT, i.TICKET_AFTER_SALES, i.TICKET_ENQUIRY), _TICKET_WEIGHTS)[0]
    slow = random_.random() < (0.5 if customer.lost else 0.1)
    answered = time + timedelta(minutes=random_.randrange(1500, 4000) if slow else random_.randrange(15, 900))
    solved = answered + timedelta(hours=random_.randrange(2, 120))
    resolved = solved.date() <= LAST_DAY and random_.random() < 0.94
    mark = random_.choices((1, 2, 3, 4, 5), (4, 4, 3, 2, 1) if slow else (1, 1, 3, 6, 5))[0]
    answers = random_.random() < 0.8  # not everybody fills in the questionnaire
    return (
        f"T{number:04d}",
        customer.customer_id,
        time,
        answered if answered.date() <= LAST_DAY else None,
        solved if resolved else None,
        kind,
        random_.choices(i.TICKET_ISSUES, _ISSUE_WEIGHTS)[0],
        "是" if resolved else "否",
        mark if resolved and answers else None,
        min(10, 2 * mark + random_.choice((-1, 0, 0))) if resolved and answers else None,
    )


def usage_rows(customers: list[Customer], random_: random.Random) -> list[tuple[Any, ...]]:
    """Rows of `tblUsage`: the last twelve months of every third customer that orders."""
    features = ("数据分析模块", "报表模块", "库存模块", "审批流程")
    interests = ("数据安全模块", "移动端", "接口集成", "预测模块")
    months = [date(2025, 11, 1), date(2025, 12, 1), *(date(2026, month, 1) for month in range(1, 11))]
    rows: list[tuple[Any, ...]] = []
    for customer in customers[::3]:
        if customer.last_order is None:
            continue
        logins = random_.randrange(5, 26)
        core = random_.uniform(0.25, 0.9)
        favourite, interest = random_.choice(features), random_.choice(interests)
        for month in months:
            fade = 0.4 if month > customer.last_order else 1.0
            visits = round(logins * fade * random_.uniform(0.7, 1.3))
            use = round(min(1.0, core * fade * random_.uniform(0.9, 1.1)), 3)
            rows.append(
                (
                    customer.customer_id,
                    month,
                    visits,
                    visits * random_.randrange(8, 30),
                    use,
                    favourite,
                    interest,
                )
            )
    return rows
