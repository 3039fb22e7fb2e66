"""Signs that a customer is leaving, each told with its figures, and how grave they are together (SPEC section 5).

Rules that see the same thing count once: 沉默 and 流失, the two on gaps, 投诉 and 响应过慢, all risk tags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.calendar import Dates, months_before
from crm_xl.analysis.grading import HIGH, LOW, MIDDLE
from crm_xl.analysis.growth import Floats, growth
from crm_xl.analysis.points import number_text
from crm_xl.analysis.tally import Flags
from crm_xl.settings.model import BOUND_TOLERANCE, ChurnRule, General
from crm_xl.tables import parameters as p

Places = NDArray[np.int64]
Texts = NDArray[np.object_]

RECENT_AMOUNT_MONTHS = 3
GRAVE, SERIOUS = 3, 2  # how many signs make 高 and 中


@dataclass(frozen=True, kw_only=True, eq=False)
class Signals:
    """What the rules look at, one value per customer; None, NaN and NaT are unknown and warn of nothing.

    Attributes:
        last_order: NaT for those who never ordered; they cannot leave and are never warned of.
        mean_gap: own mean days between orders; missing or 0 for those who bought on one day only.
        typical_gap: days a buyer usually leaves between orders, for those who have no gap of their own.
        amount, amount_before: 元 of the last 3 months and of the 3 before.
        contacts, contacts_before: interactions of the last month, and per month in the 3 before.
        complaints, negatives: how many within the months looked back on.
        slowest_answer: hours the slowest answer took within them.
        tags: risk tag -> who has it.
        looked_back: the months looked back on, for the words.
    """

    last_order: Dates
    mean_gap: Floats | None = None
    typical_gap: float = np.nan
    amount: Floats | None = None
    amount_before: Floats | None = None
    contacts: Floats | None = None
    contacts_before: Floats | None = None
    complaints: Floats | None = None
    slowest_answer: Floats | None = None
    negatives: Floats | None = None
    tags: Mapping[str, Flags] = field(default_factory=dict)
    looked_back: int = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdict:
    """How each customer stands.

    Attributes:
        levels: 高, 中, 低, or blank where no rule holds.
        reasons: every rule that holds, with its figures; blank where none does.
        rules: how many signs there are.
    """

    levels: Texts
    reasons: Texts
    rules: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sign:
    rule: str
    kind: str  # signs of one kind count once
    shown: Flags
    words: Callable[[Places], list[str]]


def judge(
    signals: Signals, rules: Mapping[str, ChurnRule], general: General, analysis_date: pd.Timestamp
) -> Verdict:
    """Level and reasons of every customer: lost or at least 3 signs 高, silent or 2 中, 1 低.

    Args:
        signals: what is known of the customers.
        rules: those switched on, by name.
        general: the limits of silent and lost where a rule has none of its own.
        analysis_date: days count to it.
    """
    customers = ~np.isnat(signals.last_order)
    kinds: dict[str, Flags] = {}
    graves: dict[str, Flags] = {}
    reasons = np.full(len(customers), "", dtype=object)
    for sign in _signs(signals, rules, general, analysis_date):
        shown = sign.shown & customers
        kinds[sign.kind] = kinds.get(sign.kind, False) | shown
        graves[sign.rule] = shown
        places = np.flatnonzero(shown)
        told = zip(reasons[places].tolist(), sign.words(places), strict=True)
        reasons[places] = [f"{before}；{words}" if before else words for before, words in told]
    nobody = np.zeros(len(customers), dtype=bool)
    number: NDArray[np.int64] = np.asarray(sum(kinds.values(), nobody.astype(np.int64)), dtype=np.int64)
    levels = np.full(len(customers), "", dtype=object)
    levels[number >= 1] = LOW
    levels[(number >= SERIOUS) | graves.get(p.RULE_SILENT, nobody)] = MIDDLE
    levels[(number >= GRAVE) | graves.get(p.RULE_LOST, nobody)] = HIGH
    return Verdict(levels=levels, reasons=reasons, rules=number)


def _signs(
    signals: Signals, rules: Mapping[str, ChurnRule], general: General, analysis_date: pd.Timestamp
) -> Iterator[_Sign]:
    days = (np.datetime64(analysis_date, "D") - signals.last_order.astype("datetime64[D]")).astype(float)
    days[np.isnat(signals.last_order)] = np.nan
    yield from _silence(signals, days, rules, general, analysis_date)
    yield from _rhythm(signals, days, rules)
    yield from _falls(signals, rules, general)
    yield from _service(signals, rules)
    if tags := [name for name, rule in rules.items() if rule.tag and name in signals.tags]:
        yield _tagged(signals.tags, tags)
    if (rule := rules.get(p.RULE_NEGATIVE)) and signals.negatives is not None:
        yield _counted("feedback", signals.negatives, rule, f"近{signals.looked_back}个月消极反馈")


def _silence(
    signals: Signals,
    days: Floats,
    rules: Mapping[str, ChurnRule],
    general: General,
    analysis_date: pd.Timestamp,
) -> Iterator[_Sign]:
    lost = np.zeros(len(days), dtype=bool)
    last = signals.last_order.astype("datetime64[D]")
    for name, limit in ((p.RULE_LOST, general.silent_months), (p.RULE_SILENT, general.active_months)):
        if (rule := rules.get(name)) is None:
            continue
        months = int(rule.threshold or limit)
        beyond = (last < np.datetime64(months_before(analysis_date, months), "D")) & ~lost
        lost |= beyond

        def words(at: Places, name: str = name, months: int = months) -> list[str]:
            told = zip(days[at].tolist(), last[at].astype(str).tolist(), strict=True)
            return [f"{name}：最近订单{day}，已{number:.0f}天，超过{months}个月" for number, day in told]

        yield _Sign(rule=name, kind="silence", shown=beyond, words=words)


def _rhythm(signals: Signals, days: Floats, rules: Mapping[str, ChurnRule]) -> Iterator[_Sign]:
    if signals.mean_gap is None:
        return
    gap = signals.mean_gap
    regular = gap > 0
    if (rule := rules.get(p.RULE_GAP)) is not None:
        limit = _threshold(rule)

        def words(at: Places) -> list[str]:
            told = zip(days[at].tolist(), gap[at].tolist(), strict=True)
            return [
                f"已{day:.0f}天没有订单，为其平均间隔{number_text(own)}天的{number_text(day / own)}倍"
                for day, own in told
            ]

        long = regular & (days > limit * gap + BOUND_TOLERANCE)
        yield _Sign(rule=rule.name, kind="rhythm", shown=long, words=words)
    if (rule := rules.get(p.RULE_SINGLE)) is not None and signals.typical_gap > 0:
        usual, times = signals.typical_gap, _threshold(rule)

        def single_words(at: Places) -> list[str]:
            return [
                f"只在一天买过，已{day:.0f}天没有复购，超过复购客户通常间隔{number_text(usual)}天的{times:g}倍"
                for day in days[at].tolist()
            ]

        late = ~regular & (days > times * usual + BOUND_TOLERANCE)
        yield _Sign(rule=rule.name, kind="rhythm", shown=late, words=single_words)


def _falls(signals: Signals, rules: Mapping[str, ChurnRule], general: General) -> Iterator[_Sign]:
    amount, contact = rules.get(p.RULE_AMOUNT), rules.get(p.RULE_CONTACT)
    if amount is not None and signals.amount is not None and signals.amount_before is not None:
        now, before = signals.amount, signals.amount_before
        change = growth(now, before)

        def amount_words(at: Places) -> list[str]:
            told = zip(now[at].tolist(), before[at].tolist(), change[at].tolist(), strict=True)
            months = f"{RECENT_AMOUNT_MONTHS}个月"
            return [
                f"近{months}金额{new:,.0f}元，较前{months}{old:,.0f}元下降{share_text(fall)}"
                for new, old, fall in told
            ]

        yield _Sign(rule=amount.name, kind="amount", shown=has_fallen(change, amount), words=amount_words)
    if contact is not None and signals.contacts is not None and signals.contacts_before is not None:
        calls, usual = signals.contacts, signals.contacts_before
        slack = growth(calls, usual)
        # Whoever is called once a quarter falls by 100 % two months in three.
        regular = usual >= general.contact_floor - BOUND_TOLERANCE

        def contact_words(at: Places) -> list[str]:
            return [
                contact_text(*told)
                for told in zip(calls[at].tolist(), usual[at].tolist(), slack[at].tolist(), strict=True)
            ]

        yield _Sign(
            rule=contact.name, kind="contact", shown=regular & has_fallen(slack, contact), words=contact_words
        )


def _service(signals: Signals, rules: Mapping[str, ChurnRule]) -> Iterator[_Sign]:
    back = f"近{signals.looked_back}个月"
    if (rule := rules.get(p.RULE_COMPLAINT)) is not None and signals.complaints is not None:
        yield _counted("service", signals.complaints, rule, f"{back}投诉")
    if (rule := rules.get(p.RULE_ANSWER)) is not None and signals.slowest_answer is not None:
        hours, limit = signals.slowest_answer, _threshold(rule)

        def words(at: Places) -> list[str]:
            return [f"{back}工单答复最慢{slow:.1f}小时，超过{limit:g}小时" for slow in hours[at].tolist()]

        yield _Sign(rule=rule.name, kind="service", shown=hours > limit * (1 + BOUND_TOLERANCE), words=words)


def _counted(kind: str, counts: Floats, rule: ChurnRule, what: str) -> _Sign:
    # At least one, so that a threshold of 0 does not warn of nothing at all.
    return _Sign(
        rule=rule.name,
        kind=kind,
        shown=counts >= max(_threshold(rule), 1.0),
        words=lambda at: [f"{what}{times:.0f}次" for times in counts[at].tolist()],
    )


def _tagged(tags: Mapping[str, Flags], names: list[str]) -> _Sign:
    marks = np.array([tags[name] for name in names], dtype=bool)

    def words(at: Places) -> list[str]:
        rows = marks[:, at].T.tolist()
        return [
            "风险标签：" + "、".join(name for name, here in zip(names, row, strict=True) if here)
            for row in rows
        ]

    anyone: Flags = np.logical_or.reduce(marks, axis=0)
    return _Sign(rule=p.UNIT_TAG, kind="tags", shown=anyone, words=words)


def has_fallen(change: Floats, rule: ChurnRule) -> Flags:
    """Where a change is a fall by the rule's percentage or more; False where it is not known."""
    fallen: Flags = change <= -_threshold(rule) / 100 + BOUND_TOLERANCE
    return fallen


def contact_text(month: float, usual: float, change: float) -> str:
    """A fall of interactions in words.

    >>> contact_text(1, 4, -0.75)
    '近1个月互动1次，较此前3个月月均4次下降75%'
    """
    return f"近1个月互动{month:.0f}次，较此前3个月月均{number_text(usual)}次下降{share_text(change)}"


def share_text(change: float) -> str:
    """A fall as a percentage without its sign.

    >>> share_text(-0.305)
    '30.5%'
    """
    return f"{number_text(round(-100 * change, 1))}%"


def _threshold(rule: ChurnRule) -> float:
    if rule.threshold is None:
        raise ValueError(f"the rule {rule.name} has no threshold")
    return rule.threshold
