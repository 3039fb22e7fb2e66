"""Made-up customers: who they are, how much they buy, and when they began and stopped."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

LAST_DAY = date(2026, 10, 31)
FIRST_DAY = date(2024, 11, 1)
CUSTOMERS = 400
REMARK = "示例数据"

_BRANDS_FIRST = "云星澄禾锦瑞启恒宏朗嘉盛远景辰安博泰晟凌"
_BRANDS_SECOND = "岫屿川原朔麟衡砚榆汀澜峤樾舟棠沐曜珩"
_PLACES = ("东湾", "南屏", "西岭", "北苑", "中港", "青浦川", "松岭", "云溪")

# Industry, what such a company does, how its name goes on, share of the customers, growth of the industry.
_INDUSTRIES: tuple[tuple[str, str, str, int, float], ...] = (
    ("制造业-汽车零部件", "汽车零部件加工", "汽车零部件", 16, 0.08),
    ("制造业-通用设备", "通用机械制造", "精密机械", 16, 0.06),
    ("制造业-电子元件", "电子元件制造", "电子", 12, 0.12),
    ("互联网-SaaS服务", "企业软件服务", "软件", 12, 0.18),
    ("互联网-电商", "线上零售", "电子商务", 12, 0.15),
    ("批发零售", "日用品批发", "商贸", 14, 0.04),
    ("金融", "融资租赁", "融资租赁", 6, 0.05),
    ("医疗", "医疗器械销售", "医疗器械", 8, 0.14),
    ("教育", "职业培训", "教育科技", 6, 0.07),
)
REGIONS = (("华东", 32), ("华南", 24), ("华北", 20), ("西南", 12), ("华中", 12))
OWNERS = {
    "华东": ("王敏", "陈晨"),
    "华南": ("林涛", "黄琳"),
    "华北": ("李强", "赵悦"),
    "西南": ("周凯",),
    "华中": ("孙怡",),
}
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN_NAMES = ("伟", "芳", "娜", "敏", "静", "磊", "洋", "勇", "艳", "杰", "涛", "明", "超", "欣怡", "子涵", "志远", "雨桐",
               "浩然", "佳宁", "思远")  # fmt: skip
_OCCUPATIONS = ("教师", "医生", "自由职业", "工程师", "个体经营", "公务员")


@dataclass(frozen=True, kw_only=True)
class Customer:
    """One made-up customer and what drives the orders, contacts and tickets made up for it."""

    customer_id: str
    name: str
    person: bool
    industry: str
    main_business: str
    industry_growth: float
    region: str
    owner: str
    rank: float  # 0 smallest .. 1 biggest
    annual_amount: float  # 元 a year while active; 0 for a prospect
    margin: float
    product_types: int  # how many of the product types it buys
    first_order: date | None
    last_order: date | None  # None for a prospect
    cooperation_start: date | None

    @property
    def prospect(self) -> bool:
        """Whether it has never ordered."""
        return self.last_order is None

    @property
    def lost(self) -> bool:
        """Whether the last order lies more than half a year back."""
        return self.last_order is not None and (LAST_DAY - self.last_order).days > 185


def make_customers(random_: random.Random) -> list[Customer]:
    """All customers, in order of their numbers."""
    names = _company_names(random_)
    shares = [share for *_, share, _ in _INDUSTRIES]
    customers = []
    for number in range(1, CUSTOMERS + 1):
        size = _size_class(number)
        person = size == "small" and random_.random() < 0.06
        industry, business, suffix, _, growth = random_.choices(_INDUSTRIES, shares)[0]
        region = random_.choices([name for name, _ in REGIONS], [share for _, share in REGIONS])[0]
        prospect = size == "prospect"
        first, last, start = (None, None, None) if prospect else _life(size, random_)
        amount, margin, types = _business(size, random_)
        customers.append(
            Customer(
                customer_id=f"C{number:04d}",
                name=_person(random_) if person else f"{next(names)}{suffix}有限公司",
                person=person,
                industry="" if person else industry,
                main_business="" if person else business,
                industry_growth=growth,
                region=region,
                owner=random_.choice(OWNERS[region]),
                rank={"big": 0.95, "middle": 0.75, "small": 0.35, "prospect": 0.3}[size]
                + random_.uniform(-0.2, 0.05),
                annual_amount=amount * (0.15 if person else 1),
                margin=margin,
                product_types=types,
                first_order=first,
                last_order=last,
                cooperation_start=start,
            )
        )
    return _with_a_second_spelling(customers)


def _size_class(number: int) -> str:
    # Spread over the list by arithmetic, so that the first screen shows every kind of customer.
    if number % 16 == 10:
        return "prospect"
    if number % 29 == 1:
        return "big"
    return "middle" if number % 9 == 4 else "small"


def _life(size: str, random_: random.Random) -> tuple[date, date, date]:
    # A fifth of them came in the last year, a fifth in the year before.
    low, high = random_.choices(((0.1, 1.0), (1.0, 2.0), (2.0, 9.5)), (2, 2, 6))[0]
    start = LAST_DAY - timedelta(days=int(365 * random_.uniform(low, high)))
    if size == "big":
        start = LAST_DAY - timedelta(days=int(365.25 * random_.choice((3.6, 5.5, 6.2, 8.1))))
    first = min(
        LAST_DAY - timedelta(days=2), max(FIRST_DAY, start) + timedelta(days=random_.randrange(1, 45))
    )
    fate = random_.random() * (0.7 if size == "big" else 1.0)
    if fate < 0.66:
        last = LAST_DAY - timedelta(days=random_.randrange(0, 40))
    elif fate < 0.84:
        last = LAST_DAY - timedelta(days=random_.randrange(96, 175))
    else:
        last = LAST_DAY - timedelta(days=random_.randrange(190, 400))
    return first, min(LAST_DAY, max(last, first + timedelta(days=30))), start


def _business(size: str, random_: random.Random) -> tuple[float, float, int]:
    if size == "big":
        return random_.uniform(10_600_000, 19_000_000), random_.uniform(0.155, 0.195), random_.randrange(3, 6)
    if size == "middle":
        return random_.uniform(2_600_000, 8_800_000), random_.uniform(0.10, 0.175), random_.randrange(2, 5)
    amount = 18_000 * 2 ** random_.uniform(0, 5.5)
    return amount, random_.uniform(0.03, 0.165), random_.choice((1, 1, 2, 2, 2, 3))


def _company_names(random_: random.Random) -> Any:
    brands = [first + second for first in _BRANDS_FIRST for second in _BRANDS_SECOND]
    random_.shuffle(brands)
    for number in range(2 * CUSTOMERS):
        yield _PLACES[number % len(_PLACES)] + brands[number % len(brands)]


def _person(random_: random.Random) -> str:
    return random_.choice(SURNAMES) + random_.choice(GIVEN_NAMES)


def _with_a_second_spelling(customers: list[Customer]) -> list[Customer]:
    """The same with two names that are probably other spellings of an earlier customer's."""
    spelled = list(customers)
    for number, original in ((210, 11), (333, 25)):
        name = customers[original - 1].name.replace("有限公司", "有限责任公司")
        spelled[number - 1] = replace(customers[number - 1], name=name, person=False)
    return spelled


def customer_rows(customers: list[Customer]) -> list[tuple[Any, ...]]:
    """Rows of `tblCustomers`; one customer stands twice, so that the ledger has something to show."""
    random_ = random.Random(7)  # its own, so that a new column here moves nothing elsewhere
    rows = [_customer_row(customer, random_) for customer in customers]
    return [*rows, rows[120]]


def _customer_row(customer: Customer, random_: random.Random) -> tuple[Any, ...]:
    size = max(0.05, customer.rank)
    employees = int(12 * 2 ** (size * 8) * random_.uniform(0.8, 1.2))
    bands = ((20, "20人以下"), (100, "20-99人"), (500, "100-499人"), (1000, "500-999人"))
    band = next((text for limit, text in bands if employees < limit), "1000人以上")
    position = (
        "行业龙头" if size > 0.85 else "区域龙头" if size > 0.6 else random_.choice(("中小企业", "新兴企业"))
    )
    renewals = 0
    if customer.cooperation_start is not None:
        renewals = min(6, (LAST_DAY - customer.cooperation_start).days // 500)
    contract_end = LAST_DAY + timedelta(days=random_.randrange(-60, 420))
    firm = not customer.person
    return (
        customer.customer_id,
        customer.name,
        "个人" if customer.person else "企业",
        customer.industry or None,
        customer.main_business or None,
        employees if firm else None,
        round(employees * random_.uniform(28, 75)) if firm else None,
        band if firm else None,
        None if firm else random_.choice(_OCCUPATIONS),
        None if firm else random_.choice(("5千-1万", "1-2万", "2-5万")),
        2026 - random_.randrange(3, 25) if firm else None,
        customer.region,
        position if firm else None,
        random_.choices(("是", "否"), (1, 4))[0],
        random_.choices(("自然流量", "转介绍", "广告投放", "其他"), (4, 4, 3, 1))[0],
        customer.owner,
        customer.cooperation_start,
        None if customer.prospect else contract_end,
        None if customer.prospect else ("是" if renewals and not customer.lost else "否"),
        None if customer.prospect else renewals,
        min(5, max(1, round(5 * size + random_.uniform(-0.6, 1.2)))),
        random_.randrange(1, 6),
        round(customer.annual_amount / 10_000 * random_.uniform(0.8, 1.4)) or None,
        LAST_DAY - timedelta(days=random_.randrange(2, 70)),
        REMARK,
    )
