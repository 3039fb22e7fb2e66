"""Order lines as hypothesis makes them up: every rule of cleaning and netting, in small worlds where they meet."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p
from crm_xl.tables import portraits as t
from crm_xl.tables import sales_reports as x
from crm_xl.tables import service_reports as s

TODAY = pd.Timestamp("2026-06-30")
NAMES = (
    "order_id", "line_no", "customer_id", "order_date", "amount", "profit", "product_type", "product_id", "region",
    "sales_owner", "status", "original_order_id",
)  # fmt: skip
_FIRST = datetime.datetime(2023, 1, 1)

# Few of each, so that orders, customers, products and amounts meet.
_IDS = st.sampled_from(["S1", "S2", "S3", "S4", "S5", "S-6", "订单7", "S8"])
_CUSTOMERS = st.sampled_from(["C1", "C2", "C3", "C4", "客5", "C6"])
_ODD_IDS = st.sampled_from([" C1 ", "Ｃ２", "1001.0", "无", "NULL", "4.2E+17", "#N/A", "nan", "", "C 3"])
_CENTS = st.sampled_from([0, 1000, 2500, 5000, 9999, 10_000, 33_333, 123_456]) | st.integers(1, 500_000)
_MOMENTS = st.integers(0, 1280).map(lambda day: _FIRST + datetime.timedelta(days=day)) | st.integers(
    0, 1280 * 24 * 4
).map(lambda quarter: _FIRST + datetime.timedelta(minutes=15 * quarter))


def _maybe(values: st.SearchStrategy[Any], blank: int = 6) -> st.SearchStrategy[Any]:
    """The values, and now and then a blank."""
    return st.integers(0, blank).flatmap(lambda n: st.none() if n == 0 else values)


@st.composite
def _line(draw: st.DrawFn, odd: bool) -> dict[str, Any]:
    ids, customers = (_IDS | _ODD_IDS, _CUSTOMERS | _ODD_IDS) if odd else (_IDS, _CUSTOMERS)
    cents = draw(_CENTS)
    is_return = draw(st.integers(0, 3)) == 0
    amount = -cents if is_return else cents
    share = draw(_maybe(st.sampled_from([0, 10, 25, 40]), 3))
    return {
        "order_id": draw(_maybe(ids, 30)),
        "line_no": draw(_maybe(st.sampled_from(["1", "2"]))),
        "customer_id": draw(_maybe(customers, 30)),
        "order_date": draw(_maybe(_MOMENTS, 30)),
        "amount": draw(st.just(amount / 100) | _maybe(st.just(amount / 100), 8)),
        "profit": None if share is None else amount * share / 10_000,
        "product_type": draw(
            _maybe(st.sampled_from(["云服务", "硬件", "培训", "A 类", " 硬件 " if odd else "硬件"]))
        ),
        "product_id": draw(_maybe(st.sampled_from(["P1", "P2", "P3", "p 4" if odd else "P4"]))),
        "region": draw(_maybe(st.sampled_from(["华东", "华南", "西北"]))),
        "sales_owner": draw(_maybe(st.sampled_from(["王敏", "李强", "赵雷"]), 2)),
        "status": draw(
            _maybe(
                st.sampled_from(["已确认", "已确认", "完成", "已取消", "退款", "待定" if odd else "已确认"])
            )
        ),
        "original_order_id": draw(_IDS) if is_return and draw(st.booleans()) else None,
    }


@dataclass(frozen=True, kw_only=True)
class Case:
    """A test set.

    Attributes:
        lines: tblOrders by English names: texts, floats, datetimes; None for a blank.
        customers: tblCustomers.
        settings: titles and values of general settings that differ from the shipped ones.
        merges: pairs of customers that are ticked: the one that stays, the one merged.
        others: further tables by name: tickets and losses, and the choices above reports.
    """

    lines: pd.DataFrame
    customers: pd.DataFrame
    settings: dict[str, Any]
    merges: tuple[tuple[str, str], ...] = ()
    others: dict[str, pd.DataFrame] = field(default_factory=dict)


def as_read(case: Case) -> pd.DataFrame:
    """The lines in the order in which a warehouse would hand equal ones on: by what they say, not by place."""
    order = ["customer_id", "order_date", "order_id", "product_id", "product_type", "amount", "profit"]
    order += ["original_order_id", "sales_owner", "region"]
    order = [name for name in order if name in case.lines]
    return case.lines.sort_values(order, kind="stable", ignore_index=True)


@st.composite
def cases(draw: st.DrawFn, *, odd: bool = True, fewest: int = 0, most: int = 40) -> Case:
    """A set of lines with repeats, cancellations, returns of every sort, and settings that decide over them.

    Args:
        draw: hypothesis'.
        odd: texts that need reading: full width, error values, placeholders, damaged numbers.
        fewest: lines.
        most: lines before some are repeated.
    """
    lines = draw(st.lists(_line(odd), min_size=fewest, max_size=most))
    repeated = [dict(line) for line in lines if draw(st.integers(0, 12)) == 0]
    frame = pd.DataFrame([*lines, *repeated], columns=list(NAMES))
    dropped = draw(
        st.sets(
            st.sampled_from(
                [
                    "profit",
                    "product_type",
                    "product_id",
                    "status",
                    "original_order_id",
                    "sales_owner",
                    "region",
                ]
            ),
            max_size=2,
        )
    )
    frame = frame.drop(columns=sorted(dropped))
    for name in frame:
        if name in ("amount", "profit"):
            frame[name] = frame[name].astype(float)
        elif name == "order_date":
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
        else:
            frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    listed = draw(st.lists(_CUSTOMERS, unique=True, min_size=1, max_size=5))
    customers = pd.DataFrame(
        {
            "customer_id": listed,
            "customer_name": [f"{number}公司" for number in listed],
            "region": [draw(st.sampled_from(["华东", "华南"])) for _ in listed],
            "owner": [draw(st.sampled_from(["王敏", "李强"])) for _ in listed],
            "cooperation_start": pd.to_datetime([draw(_maybe(st.just("2026-03-01"), 1)) for _ in listed]),
        }
    )
    settings: dict[str, Any] = {
        "退货冲减日期": draw(st.sampled_from([p.REFUND_AT_ORDER, p.REFUND_AT_RETURN])),
        "未匹配退货也冲减": draw(st.sampled_from(["是", "否"])),
        "年消费额缺失时": draw(st.sampled_from([p.MISSING_PENDING, p.MISSING_FILL])),
        "期间月数": draw(st.sampled_from([3, 12, 36])),
        "RFM窗口月数": draw(st.sampled_from([None, 6])),
    }
    scope = draw(st.sampled_from([p.SCOPE_ALL, p.SCOPE_ALL, p.SCOPE_REGION, p.SCOPE_NEW]))
    if scope != p.SCOPE_ALL:
        settings |= {"分析范围": scope, "范围取值": "华东" if scope == p.SCOPE_REGION else "6"}
    if draw(st.booleans()):
        settings["分析日期"] = draw(st.sampled_from(["2025-05-31", "2026-02-28"]))
    merges: tuple[tuple[str, str], ...] = ()
    if len(listed) > 1 and draw(st.integers(0, 3)) == 0:
        merges = ((listed[0], listed[1]),)
    others = draw(_events(listed)) | draw(_choices())
    return Case(lines=frame, customers=customers, settings=settings, merges=merges, others=others)


@st.composite
def _events(draw: st.DrawFn, listed: list[str]) -> dict[str, pd.DataFrame]:
    """Tickets and registered losses, by which reports ask for the last order before a day."""
    days = st.integers(0, 1270).map(lambda day: _FIRST + datetime.timedelta(days=day))
    tickets = draw(st.lists(st.tuples(st.sampled_from(listed), days, st.booleans()), max_size=8))
    lost = draw(st.lists(st.tuples(st.sampled_from(listed), days), max_size=3))
    wait = datetime.timedelta(hours=2)
    slow = datetime.timedelta(days=3)
    return {
        i.TICKETS.name: pd.DataFrame(
            {
                "ticket_id": [f"T{number}" for number in range(len(tickets))],
                "customer_id": [customer for customer, _, _ in tickets],
                "ticket_type": i.TICKET_COMPLAINT,
                "submitted_at": pd.to_datetime([day for _, day, _ in tickets]),
                "first_response_at": pd.to_datetime(
                    [day + (slow if waited else wait) for _, day, waited in tickets]
                ),
            }
        ),
        i.CHURNED.name: pd.DataFrame(
            {
                "customer_id": [customer for customer, _ in lost],
                "churned_on": pd.to_datetime([day for _, day in lost]),
            }
        ),
    }


@st.composite
def _choices(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """What is chosen above the reports: nothing, or days, an owner, a region, months or years."""
    if draw(st.booleans()):
        return {}
    start = draw(st.integers(0, 900))
    end = start + draw(st.integers(0, 500))
    days = [_FIRST + datetime.timedelta(days=day) for day in (start, end)]
    row: dict[str, object] = {"period": c.PERIOD_DAYS, "start": days[0], "end": days[1]}
    if draw(st.booleans()):
        row = {"period": draw(st.sampled_from(c.PERIODS[:-1]))}
    row["owner"] = draw(st.sampled_from([None, None, "王敏", "赵雷"]))
    row["region"] = draw(st.sampled_from([None, None, "华东", "西北"]))
    grain = draw(st.sampled_from(c.GRAINS))
    found = {}
    for table in (
        x.SALES_CHOICE, x.OWNER_CHOICE, x.COMPARE_CHOICE, x.TURNING_CHOICE, s.PROFILE_CHOICE, s.SERVICE_CHOICE,
        s.CHURN_CHOICE, t.STRUCTURE_CHOICE,
    ):  # fmt: skip
        known = {name: value for name, value in (row | {"grain": grain}).items() if name in table.names}
        found[table.name] = pd.DataFrame([known]).astype(object)
    return found


def as_texts(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines with texts as texts even where none stands, so that a file says what the column holds."""
    texts = [name for name in lines if name not in ("amount", "profit", "order_date")]
    return lines.astype(dict.fromkeys(texts, "string"))


def inputs_of(case: Case) -> dict[str, pd.DataFrame]:
    """The tables of the workbook, without orders."""
    tables = {
        i.CUSTOMERS.name: case.customers,
        p.SETTINGS_TABLE.name: pd.DataFrame(
            {"title": list(case.settings), "value": np.array(list(case.settings.values()), dtype=object)}
        ),
        **case.others,
    }
    if case.merges:
        tables[i.MERGE_PROPOSALS.name] = pd.DataFrame(
            [(keep, merged, "是") for keep, merged in case.merges], columns=["keep_id", "merge_id", "merge"]
        )
    return tables
