"""数据核对: what must agree between tables and totals, and what waits for somebody (SPEC section 3, Cross-checks)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from crm_xl.analysis.balance import CENT, Balance, exact_sum
from crm_xl.analysis.calendar import Period
from crm_xl.analysis.clean import Cleaned
from crm_xl.analysis.ledger import Action, Rule
from crm_xl.analysis.order_facts import orders_of
from crm_xl.analysis.screening import Screened
from crm_xl.analysis.tag_library import remark, unknown_tags
from crm_xl.analysis.tally import is_yes
from crm_xl.settings import Settings
from crm_xl.settings.model import WEIGHT_TOLERANCE
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.values import missing

PASSED, FAILED, REMIND = "✔", "✘", "※"
_SHOWN_PLACES = 3
_SHOWN_IDS = 5
_BLANK = "（空白）"

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One row of CHECKS."""

    check: str
    result: str
    findings: int
    detail: str = ""
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is checked.

    Attributes:
        cleaned: the inputs.
        frames: the tables of everybody, with customers added for orders that name nobody listed.
        scoped: the tables that were analysed; None where nothing was.
        made: output tables.
        period: of the analysis; None without an analysis date.
        date: the day that waiting is counted to.
        reported: what the reports have found of their own totals.
    """

    cleaned: Cleaned
    frames: Frames
    scoped: Frames | None
    made: Frames
    settings: Settings
    period: Period | None
    date: pd.Timestamp
    reported: tuple[Check, ...] = ()


def cross_checks(subject: Subject) -> pd.DataFrame:
    """CHECKS: the verdict on everything, then one row per check; a reminder (※) does not spoil the verdict."""
    checks = [check for make in _CHECKS for check in make(subject)]
    failed = sum(check.result == FAILED for check in checks)
    reminders = sum(check.result == REMIND for check in checks)
    verdict = Check(
        check="总核对",
        result=FAILED if failed else PASSED,
        findings=failed,
        detail=f"共 {len(checks)} 项：{failed} 项须处理，{reminders} 项提醒",
    )
    frame = pd.DataFrame([vars(check) for check in (verdict, *checks)], columns=list(o.CHECKS.names))
    return frame.astype({"findings": float})


def _balance(subject: Subject) -> Iterable[Check]:
    if orders_of(subject.cleaned.tables) is None:
        return
    balance: Balance = subject.cleaned.balance
    kept = math.fsum((balance.gross_kept, -balance.netted, -balance.net_kept))
    whole = math.fsum((balance.money_in, -balance.net_kept, -balance.cancelled, -balance.set_aside))
    for name, rest in (("保留毛额－退货冲减＝保留净额", kept), ("读入总额＝保留净额＋取消＋搁置", whole)):
        yield agrees(name, rest, f"保留净额 {balance.net_kept:,.2f} 元")


def _totals(subject: Subject) -> Iterable[Check]:
    orders, customers = orders_of(subject.frames), subject.frames.get(i.CUSTOMERS.name)
    if orders is None or customers is None:
        return
    total = subject.cleaned.balance.net_kept
    # Half a million lines are added up per customer once, and customers per owner and region.
    buyers = orders.buyers
    of_customer = customers.set_index("customer_id").reindex(buyers["customer_id"])
    sums = {}
    for name in ("owner", "region"):
        members, names = pd.factorize(of_customer[name].astype(object).fillna(_BLANK))
        sums[i.CUSTOMERS.column(name).title] = np.bincount(
            members, weights=buyers["net_amount"].to_numpy(dtype=float), minlength=len(names)
        )
    for title, groups in {**sums, "月份": orders.by_month()}.items():
        yield agrees(
            f"按{title}合计＝订单净额",
            math.fsum(groups.tolist()) - total,
            f"{len(groups)} 组，{total:,.2f} 元",
        )
    yield from _analysed_totals(subject)


def _analysed_totals(subject: Subject) -> Iterable[Check]:
    metrics, scoped, period = subject.made.get(o.METRICS.name), subject.scoped, subject.period
    if metrics is None or scoped is None or period is None or (orders := orders_of(scoped)) is None:
        return
    ours = exact_sum(metrics["monetary"].to_numpy(dtype=float))
    rest = ours - orders.amount(period)
    yield agrees("客户指标的订单总额＝期间内订单净额", rest, f"{len(metrics)} 家，{ours:,.2f} 元")
    tiers, scores = subject.made.get(o.TIER_SUMMARY.name), subject.made.get(o.SCORES.name)
    if tiers is not None and scores is not None and len(tiers):
        counted = float(tiers["customers"].iloc[-1])
        yield agrees("分级汇总的客户数＝客户评分的行数", counted - len(scores), f"{len(scores)} 家")


def _reports(subject: Subject) -> Iterable[Check]:
    """What the reports found of their own totals, under the choices above them."""
    return subject.reported


def agrees(check: str, rest: float, detail: str) -> Check:
    """The check that a difference is less than half a cent."""
    off = abs(rest) >= CENT / 2
    return Check(
        check=check,
        result=FAILED if off else PASSED,
        findings=int(off),
        detail=f"{detail}，相差 {rest:,.2f}" if off else detail,
    )


def _orphans(subject: Subject) -> Iterable[Check]:
    """Numbers that one table names and the table of those things lacks."""
    screened = subject.cleaned.screened
    for name, table in screened.items():
        for column, home in (("customer_id", i.CUSTOMERS), ("campaign_id", i.CAMPAIGNS)):
            if (
                table.table is home
                or table.table.kept_up
                or home.name not in screened
                or column not in table.headings
            ):
                continue
            known = screened[home.name]
            there = table.among(column, known.values(column)[known.kept])
            lost = table.kept & (table.codes(column) >= 0) & ~there
            check = f"“{TITLES[name]}”的{home.column(column).title}都在“{home.title}”中"
            numbers = pd.Series(table.values(column)[lost], dtype=object)
            yield _rows(check, FAILED, table, lost, column, partial(_listed, numbers))
    orders, customers = subject.cleaned.elsewhere, screened.get(i.CUSTOMERS.name)
    if orders is not None and customers is not None:
        known_ids = customers.values("customer_id")[customers.kept]
        strangers = orders.listed[~orders.listed.index.isin(known_ids)]
        yield Check(
            check=f"“{TITLES[i.ORDERS.name]}”的{i.CUSTOMERS.column('customer_id').title}都在“{TITLES[i.CUSTOMERS.name]}”中",
            result=FAILED if len(strangers) else PASSED,
            findings=int(strangers.sum()),
            detail=_listed(pd.Series(strangers.index)) if len(strangers) else "",
        )


TITLES = {table.name: table.title for table in i.INPUTS}


def _listed(lost: pd.Series) -> str:
    numbers = lost.drop_duplicates().tolist()
    more = f"等 {len(numbers)} 个编号" if len(numbers) > _SHOWN_IDS else ""
    return "、".join(numbers[:_SHOWN_IDS]) + more


def _without(subject: Subject) -> Iterable[Check]:
    """Customers of whom another table holds nothing."""
    customers = subject.cleaned.screened.get(i.CUSTOMERS.name)
    if customers is None:
        return
    ids = pd.Series(customers.values("customer_id"), dtype=object)
    orders, contacts = orders_of(subject.cleaned.tables), subject.cleaned.tables.get(i.CONTACTS.name)
    for table, named in (
        (i.ORDERS, None if orders is None else orders.customer_ids),
        (i.CONTACTS, None if contacts is None else contacts["customer_id"]),
    ):
        if named is not None:
            lone = customers.kept & ~ids.isin(named).to_numpy()
            yield _rows(f"每位客户在“{table.title}”中都有记录", REMIND, customers, lone, "customer_id")


def _first_orders(subject: Subject) -> Iterable[Check]:
    customers, orders = (
        subject.cleaned.screened.get(i.CUSTOMERS.name),
        orders_of(subject.cleaned.tables),
    )
    if customers is None or orders is None or "cooperation_start" not in customers.headings:
        return
    first = orders.buyers.set_index("customer_id")["first_order"]
    ordered = first.reindex(customers.values("customer_id")).to_numpy().astype("datetime64[us]")
    earlier = (ordered < customers.values("cooperation_start")) & customers.kept
    yield _rows(
        "首次订单不早于合作起始时间", FAILED, customers, earlier,
        "cooperation_start",
    )  # fmt: skip


def _verified(subject: Subject) -> Iterable[Check]:
    customers = subject.cleaned.screened.get(i.CUSTOMERS.name)
    if customers is None or "verified_on" not in customers.headings:
        return
    days = subject.settings.general.review_days
    verified = customers.values("verified_on")
    never = missing(verified) & customers.kept
    late = (verified < np.datetime64(subject.date - pd.Timedelta(days=days))) & customers.kept
    yield _rows(
        f"客户信息在 {days} 天内复核过", REMIND, customers, late | never, "verified_on",
        lambda: f"其中 {int(never.sum())} 家从未复核" if never.any() else "",
    )  # fmt: skip


def _overdue(subject: Subject) -> Iterable[Check]:
    today = np.datetime64(subject.date)
    table = subject.cleaned.screened.get(i.INTERACTIONS.name)
    if table is not None and "due_date" in table.headings:
        is_open = ~is_yes(pd.Series(table.values("done"), dtype=object))
        late = (table.values("due_date") < today) & is_open & table.kept
        yield _rows("约定的下一步行动没有过期未办", REMIND, table, late, "due_date")
    table = subject.cleaned.screened.get(i.ACTIONS.name)
    if table is not None and "due_date" in table.headings:
        is_open = table.values("status") != "已完成"
        late = (table.values("due_date") < today) & is_open & table.kept
        yield _rows("改进事项没有过期未完成", REMIND, table, late, "due_date")


def _ledger(subject: Subject) -> Iterable[Check]:
    """What the ledger asks people to look at."""
    ledger, summary = subject.cleaned.ledger, subject.cleaned.summary
    named = (
        ("没有因数据问题搁置的行", REMIND, "action", [Action.SET_ASIDE]),
        ("金额单位与声明一致", FAILED, "rule", [Rule.UNIT_DOUBTFUL]),
        ("没有超出范围或异常的数值", REMIND, "rule", [Rule.OUT_OF_RANGE, Rule.OUTLIER]),
        ("行业门类都能确定", REMIND, "rule", [Rule.INDUSTRY_UNCLEAR]),
        ("勾选的合并都能执行", FAILED, "rule", [Rule.MERGE_NOWHERE]),
    )
    for check, result, column, meant in named:
        # One line of the ledger may stand for many of a warehouse.
        number = int(summary.loc[summary[column].isin(meant), "findings"].sum())
        yield Check(
            check=check,
            result=result if number else PASSED,
            findings=number,
            detail="见数据质量台账" if number else "",
            where=_places(_first_cells(ledger, column, meant) if number else [], number),
        )


def _first_cells(ledger: pd.DataFrame, column: str, meant: Sequence[str]) -> list[str]:
    cells: list[str] = ledger.loc[ledger[column].isin(meant), "cell"].head(_SHOWN_PLACES).tolist()
    return cells


def _tags(subject: Subject) -> Iterable[Check]:
    """Tags that the library does not have; each wrong spelling is told once."""
    table, library = subject.cleaned.screened.get(i.TAGS.name), subject.settings.tags
    if table is None:
        return
    kinds, tags = (table.values(name) for name in ("tag_kind", "tag"))
    strange = unknown_tags(kinds.tolist(), tags.tolist(), library) & table.kept

    def told() -> str:
        remarks = dict.fromkeys(
            remark(kind, tag, library) for kind, tag in zip(kinds[strange], tags[strange], strict=True)
        )
        more = f"等 {len(remarks)} 个" if len(remarks) > _SHOWN_PLACES else ""
        return "；".join([*remarks][:_SHOWN_PLACES]) + more

    yield _rows(f"“{i.TAGS.title}”都取自标签库", REMIND, table, strange, "tag", told)


def _proposals(subject: Subject) -> Iterable[Check]:
    proposals = subject.cleaned.proposals
    if proposals is not None:
        waiting = int(proposals["merge"].isna().sum())
        yield Check(
            check="没有待确认的疑似重复客户",
            result=REMIND if waiting else PASSED,
            findings=waiting,
            detail=f"请在“{i.MERGE_PROPOSALS.title}”中填“是”或“否”" if waiting else "",
        )


def _weights(subject: Subject) -> Iterable[Check]:
    off = [
        card.name
        for card in subject.settings.cards.values()
        if abs(sum(card.weights.values()) - 1) > WEIGHT_TOLERANCE
    ]
    yield Check(
        check="各评分卡的权重合计为100%",
        result=FAILED if off else PASSED,
        findings=len(off),
        detail="、".join(off) or f"{len(subject.settings.cards)} 张评分卡",
    )


def _rows(
    check: str,
    worst: str,
    table: Screened,
    lines: np.ndarray,
    column: str,
    detail: Callable[[], str] | None = None,
) -> Check:
    """A check that fails, or reminds, of the lines found; the first of them are named."""
    places = np.flatnonzero(lines)
    cells = table.raw.cells(places[:_SHOWN_PLACES], table.headings[column])
    return Check(
        check=check,
        result=worst if len(places) else PASSED,
        findings=len(places),
        detail=detail() if detail and len(places) else "",
        where=_places(cells, len(places)),
    )


def _places(cells: list[str], number: int) -> str:
    return "、".join(cells) + (" 等" if number > len(cells) else "")


_CHECKS: tuple[Callable[[Subject], Iterable[Check]], ...] = (
    _balance, _totals, _reports, _weights, _orphans, _first_orders, _ledger, _tags, _proposals, _without, _verified, _overdue,
)  # fmt: skip
