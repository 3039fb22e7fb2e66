"""What goes wrong, by rule: objections, complaints, slow answers, silence, losses and what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from crm_xl.analysis.grading import HIGH, MIDDLE
from crm_xl.analysis.order_facts import orders_of
from crm_xl.analysis.reports.churn import losses_in
from crm_xl.analysis.reports.findings import EVERYBODY, Facts, Finding
from crm_xl.analysis.reports.levels import outstanding
from crm_xl.analysis.reports.lift import chance, trait_lift
from crm_xl.analysis.reports.slow_answers import followed
from crm_xl.analysis.reports.traits import TRAITS, customer_traits, trait_tags
from crm_xl.analysis.tally import Codes, Flags, is_yes
from crm_xl.settings.model import BOUND_TOLERANCE, InsightRule
from crm_xl.tables import inputs as i
from crm_xl.tables import insight_rules as r
from crm_xl.tables.choices import UNNAMED
from crm_xl.tables.workshop import OWNER_WARNINGS

Rule = Callable[[Facts, InsightRule], Iterator[Finding]]

PRICE_OBJECTION, NEED_STATED = "价格异议", "需求明确"
COMPETITOR_TAG, RISK = "竞品接触中", i.TAG_KINDS[2]
_MOST_TRAITS = 5
_TIMES, _ITEMS = "次", "项"


def price_objections(facts: Facts, rule: InsightRule) -> Iterator[Finding]:
    """Industries whose talks end in price objections more often than everybody's, and often enough."""
    if facts.talks is not None:
        known = facts.talks.loc[facts.talks["feedback_type"].notna()]
        yield from _by_industry(facts, rule, known, (known["feedback_type"] == PRICE_OBJECTION).to_numpy())


def negative_feedback(facts: Facts, rule: InsightRule) -> Iterator[Finding]:
    """Industries that answer in the negative more often than everybody, and often enough."""
    if facts.talks is not None:
        known = facts.talks.loc[facts.talks["feedback"].notna()]
        yield from _by_industry(facts, rule, known, (known["feedback"] == i.FEEDBACK_NEGATIVE).to_numpy())


def _by_industry(facts: Facts, rule: InsightRule, rows: pd.DataFrame, hits: Flags) -> Iterator[Finding]:
    if not len(rows):
        return
    owners = rows["owner"].to_numpy(dtype=np.int64)
    overall = _percent(hits.sum(), len(hits))
    if overall >= _limit(rule):
        yield _talked(facts, EVERYBODY, owners, hits, overall)
    industry = facts.industry[owners]
    for name in sorted(set(industry) - {UNNAMED}):
        own = industry == name
        share = _percent(hits[own].sum(), own.sum())
        if share >= _limit(rule) and share > overall:
            yield _talked(facts, name, owners[own], hits[own], overall)


def _talked(facts: Facts, name: str, owners: Codes, hits: Flags, overall: float) -> Finding:
    return Finding(
        subject=name,
        affected=facts.flags(owners[hits]),
        group=len(np.unique(owners)),
        figure=_percent(hits.sum(), len(hits)),
        base=overall,
        unit=r.PERCENT,
    )


def complaints(facts: Facts, rule: InsightRule) -> Iterator[Finding]:
    """Kinds of issue that many complaints of the period are about."""
    if facts.tickets is None:
        return
    complaint = (facts.tickets["ticket_type"] == i.TICKET_COMPLAINT).to_numpy()
    rows = facts.tickets.loc[complaint & facts.tickets["issue"].notna().to_numpy()]
    owners, issues = rows["owner"].to_numpy(dtype=np.int64), rows["issue"].to_numpy(dtype=object)
    for name in i.TICKET_ISSUES:
        about = issues == name
        if about.any() and _percent(about.sum(), len(about)) >= _limit(rule):
            yield Finding(
                subject=name,
                affected=facts.flags(owners[about]),
                group=len(np.unique(owners)),
                figure=_percent(about.sum(), len(about)),
                unit=r.PERCENT,
            )


def slow_answers(facts: Facts, rule: InsightRule) -> Iterator[Finding]:
    """Whether those who waited too long for an answer left afterwards more often than those who did not."""
    if orders_of(facts.ground.frames) is None or facts.tickets is None or facts.tickets.empty:
        return
    found = followed(facts.ground, facts.whole)
    lost, prompt = found.lost & found.judged, found.judged & ~found.waited
    slow_lost, slow, left, judged = (
        int(who.sum()) for who in (found.waited & lost, found.waited, lost, found.judged)
    )
    if min(slow, judged - slow) < rule.smallest or slow_lost * judged <= slow * left:
        return
    if chance(slow_lost, slow, left, judged) > facts.ground.settings.general.trait_chance:
        return
    yield Finding(
        subject=f"响应曾超过{facts.ground.settings.general.slow_answer_hours:g}小时",
        affected=found.waited & lost,
        group=slow,
        figure=_percent(slow_lost, slow),
        base=_percent((prompt & lost).sum(), prompt.sum()),
        unit=r.PERCENT,
    )


def less_follow_up(facts: Facts, _rule: InsightRule) -> Iterator[Finding]:
    """Owners who speak to their customers much less than they used to, as 负责人跟进预警 has them."""
    warned = facts.ground.made.get(OWNER_WARNINGS.name)
    if warned is None:
        return
    owner = facts.ground.metrics["owner"].to_numpy(dtype=object)
    columns = (warned[name].tolist() for name in ("owner", "interactions", "usual"))
    for name, month, usual in zip(*columns, strict=True):
        own = owner == name
        yield Finding(subject=name, affected=own, group=own.sum(), figure=month, base=usual, unit=_TIMES)


def loss_traits(facts: Facts, rule: InsightRule) -> Iterator[Finding]:
    """What customers who left in the period have in common more often than everybody who could leave."""
    bought = facts.dates("first_order_date") <= np.datetime64(facts.ground.period.end, "D")
    if orders_of(facts.ground.frames) is None or not bought.any():
        return
    losses = losses_in(facts.ground, facts.whole)
    traits, tags = customer_traits(facts.ground), trait_tags(facts.ground)
    there = traits[losses.there].reset_index(drop=True)
    found = trait_lift(there, losses.lost[losses.there], TRAITS, rule.smallest, tags=tags)
    strong = outstanding(found, _limit(rule), facts.ground).head(_MOST_TRAITS)
    names = ("trait", "value", "flagged", "share", "base_share")
    for title, value, flagged, share, base in zip(*(strong[name].tolist() for name in names), strict=True):
        yield Finding(
            subject=f"{title}为{value}的",
            affected=losses.lost & _has(facts, traits, tags, title, value),
            group=round(flagged / share),
            figure=100.0 * share,
            base=100.0 * base,
            unit=r.PERCENT,
        )


def _has(facts: Facts, traits: pd.DataFrame, tags: pd.DataFrame | None, title: str, value: str) -> Flags:
    for column, heading in TRAITS.items():
        if heading == title:
            return (traits[column] == value).to_numpy(dtype=bool)
    assert tags is not None  # what is no column is a tag
    rows = tags.loc[(tags["tag"] == value).to_numpy() & (tags["tag_kind"] + "标签" == title).to_numpy()]
    return facts.flags(facts.owned(rows)["owner"].to_numpy(dtype=np.int64))


def unmet_needs(facts: Facts, rule: InsightRule) -> Iterator[Finding]:
    """Customers who stated a need, and since then neither ordered nor heard of us."""
    if facts.talks is None or rule.threshold is None:
        return
    stated = facts.talks.loc[(facts.talks["feedback_type"] == NEED_STATED).to_numpy()]
    last = facts.tally(stated).last(stated["interaction_time"].to_numpy(), np.ones(len(stated), dtype=bool))
    voiced = ~np.isnat(last)
    days = (np.datetime64(facts.ground.date, "D") - last).astype(float)
    # A comparison with NaT is false: who never ordered has not ordered since.
    waiting = voiced & ~(facts.dates("last_order_date") > last) & ~(facts.dates("last_interaction") > last)
    waiting &= days > rule.threshold
    yield Finding(
        subject="提出明确需求的客户",
        affected=waiting,
        group=voiced.sum(),
        figure=days[waiting].mean() if waiting.any() else np.nan,
        unit=r.DAYS,
    )


def overdue(facts: Facts, rule: InsightRule) -> Iterator[Finding]:
    """Customers with whom something was agreed that is past due and not done."""
    talks = facts.ground.frames.get(i.INTERACTIONS.name)
    if talks is None or rule.threshold is None:
        return
    rows = facts.owned(talks.loc[talks["due_date"].notna()])
    limit = np.datetime64(facts.ground.date, "D") - np.timedelta64(round(rule.threshold), "D")
    late = (rows["due_date"].to_numpy().astype("datetime64[D]") < limit) & ~is_yes(rows["done"])
    owners = rows["owner"].to_numpy(dtype=np.int64)
    yield Finding(
        subject="有约定行动的客户",
        affected=facts.flags(owners[late]),
        group=len(np.unique(owners)),
        figure=float(late.sum()),
        unit=_ITEMS,
    )


def silent_value(facts: Facts, _rule: InsightRule) -> Iterator[Finding]:
    """Customers of high value who stopped ordering."""
    yield Finding(subject="高价值客户", affected=facts.valuable & facts.idle, group=facts.valuable.sum())


def competitors(facts: Facts, _rule: InsightRule) -> Iterator[Finding]:
    """Customers of high or middle value who work with a competitor, or are in touch with one."""
    near = is_yes(facts.ground.frames[i.CUSTOMERS.name]["uses_competitor"])
    tags = facts.ground.frames.get(i.TAGS.name)
    if tags is not None:
        wanted = (tags["tag_kind"] == RISK).to_numpy() & (tags["tag"] == COMPETITOR_TAG).to_numpy()
        near = near | facts.flags(facts.owned(tags.loc[wanted])["owner"].to_numpy(dtype=np.int64))
    valued = facts.is_level("value_tier", HIGH, MIDDLE)
    yield Finding(subject="高、中价值客户", affected=near & valued, group=valued.sum())


def _limit(rule: InsightRule) -> float:
    if rule.threshold is None:
        raise ValueError(f"the rule {rule.name} has no threshold")
    return rule.threshold - BOUND_TOLERANCE


def _percent(part: float, whole: float) -> float:
    return 100.0 * part / whole


PROBLEMS: dict[str, Rule] = {
    r.PRICE_OBJECTIONS: price_objections,
    r.NEGATIVE_FEEDBACK: negative_feedback,
    r.COMPLAINTS: complaints,
    r.SLOW_ANSWER: slow_answers,
    r.LESS_FOLLOW_UP: less_follow_up,
    r.LOSS_TRAITS: loss_traits,
    r.UNMET_NEED: unmet_needs,
    r.OVERDUE: overdue,
    r.SILENT_VALUE: silent_value,
    r.COMPETITOR: competitors,
}
