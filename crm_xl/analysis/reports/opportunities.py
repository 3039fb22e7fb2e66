"""Where there is more to be had, by rule: potential, one product only, contracts, plans, needs that many share."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crm_xl.analysis.calendar import Dates
from crm_xl.analysis.grading import ACTIVE, HIGH, LOW
from crm_xl.analysis.reports.findings import Facts, Finding
from crm_xl.analysis.reports.problems import Rule
from crm_xl.settings.model import BOUND_TOLERANCE, InsightRule
from crm_xl.tables import inputs as i
from crm_xl.tables import insight_rules as r
from crm_xl.tables.outputs import NO_TRADE

NEED = i.TAG_KINDS[1]


def high_potential(facts: Facts, _rule: InsightRule) -> Iterator[Finding]:
    """Customers of high potential who buy little or nothing so far."""
    promising = facts.is_level("potential_tier", HIGH)
    little = facts.is_level("value_tier", LOW, NO_TRADE)
    yield Finding(subject="高潜力客户", affected=promising & little, group=promising.sum())


def single_product(facts: Facts, rule: InsightRule) -> Iterator[Finding]:
    """Active customers who order again and again, and always the same type of product."""
    types = facts.figure("product_types")
    if rule.threshold is None or not facts.ground.metrics["product_preference"].nunique() > 1:
        return
    loyal = facts.is_level("activity", ACTIVE) & (
        facts.figure("frequency") >= rule.threshold - BOUND_TOLERANCE
    )
    loyal &= types >= 1
    yield Finding(subject="多次下单的客户", affected=loyal & (types == 1), group=loyal.sum())


def contracts_ending(facts: Facts, rule: InsightRule) -> Iterator[Finding]:
    """Customers whose contract ends within the days the rule says, today included."""
    if rule.threshold is None:
        return
    ends: Dates = facts.ground.frames[i.CUSTOMERS.name]["contract_end"].to_numpy().astype("datetime64[D]")
    today = np.datetime64(facts.ground.date, "D")
    running = ends >= today
    soon = running & (ends <= today + np.timedelta64(round(rule.threshold), "D"))
    yield Finding(subject="合同在期的客户", affected=soon, group=running.sum())


def expansion(facts: Facts, rule: InsightRule) -> Iterator[Finding]:
    """Customers who plan to grow, and have not left."""
    plans = facts.figure("expansion_plan")
    if rule.threshold is None:
        return
    rated = ~np.isnan(plans) & ~facts.lost
    yield Finding(
        subject="有评分的客户",
        affected=rated & (plans >= rule.threshold - BOUND_TOLERANCE),
        group=rated.sum(),
    )


def common_needs(facts: Facts, rule: InsightRule) -> Iterator[Finding]:
    """Needs that many of the customers whose needs are known have, the commonest first."""
    tags = facts.ground.frames.get(i.TAGS.name)
    if tags is None or rule.threshold is None:
        return
    rows = facts.owned(tags.loc[(tags["tag_kind"] == NEED).to_numpy()]).drop_duplicates(["owner", "tag"])
    known = rows["owner"].nunique()
    counts = rows["tag"].value_counts()
    for name in sorted(counts.index, key=lambda tag: (-counts[tag], tag)):
        share = 100.0 * counts[name] / known
        if share >= rule.threshold - BOUND_TOLERANCE:
            owners = rows.loc[(rows["tag"] == name).to_numpy(), "owner"].to_numpy(dtype=np.int64)
            yield Finding(
                subject=str(name), affected=facts.flags(owners), group=known, figure=share, unit=r.PERCENT
            )


OPPORTUNITIES: dict[str, Rule] = {
    r.HIGH_POTENTIAL: high_potential,
    r.SINGLE_PRODUCT: single_product,
    r.CONTRACT_ENDS: contracts_ending,
    r.EXPANSION: expansion,
    r.COMMON_NEED: common_needs,
}
