"""What 参数 says, in the form worksheet functions read: one tidy block per scheme (SPEC section 7).

A formula takes the block as an argument, so that editing 参数 and refreshing changes formula and table alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from crm_xl.analysis.grading import TIE_TOLERANCE
from crm_xl.settings import Settings
from crm_xl.settings.churn_rules import CHURN_SETTINGS
from crm_xl.settings.model import Scorecard, SegmentRule, Tier
from crm_xl.tables import outputs
from crm_xl.tables import parameters as p


def card_block(card: Scorecard) -> pd.DataFrame:
    """CARD_BLOCK: one row per step of each indicator (one row where it has none), with its share of the total."""
    rows: list[tuple[object, ...]] = []
    for indicator in card.indicators:
        title = outputs.METRICS.column(indicator.metric).title
        shared = (indicator.name, title, card.weights[indicator.name], indicator.method)
        rows.extend((*shared, step.lower, step.points) for step in indicator.steps)
        if not indicator.steps:
            rows.append((*shared, None, None))
    return pd.DataFrame(rows, columns=list(outputs.CARD_BLOCK.names))


def tier_block(tiers: Sequence[Tier]) -> pd.DataFrame:
    """TIER_BLOCK or BAND_BLOCK: name and lower bound, best first."""
    return pd.DataFrame([(t.name, t.lower) for t in tiers], columns=list(outputs.TIER_BLOCK.names))


def cut_block(cuts: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    """CUT_BLOCK: the cut points used by R, F and M, ascending; fewer than four leave blanks."""
    width = len(outputs.CUT_BLOCK.names) - 1
    rows = [(letter, *values, *[None] * (width - len(values))) for letter, values in cuts.items()]
    return pd.DataFrame(rows, columns=list(outputs.CUT_BLOCK.names))


def just_below(cut: float) -> float:
    """A cut that everything that reaches the one given lies above, equal sums added in another order too."""
    return cut - 3 * TIE_TOLERANCE * abs(cut)


def segment_block(rules: Sequence[SegmentRule]) -> pd.DataFrame:
    """SEGMENT_BLOCK: the rules of one scheme in order."""
    rows = [(rule.segment, rule.basis, *rule.r, *rule.f, *rule.m) for rule in rules]
    return pd.DataFrame(rows, columns=list(outputs.SEGMENT_BLOCK.names))


def churn_block(settings: Settings) -> pd.DataFrame:
    """CHURN_BLOCK: the rules switched on, their thresholds in the open, then the general settings they go by."""
    general = settings.general
    blank = {p.RULE_SILENT: general.active_months, p.RULE_LOST: general.silent_months}
    rows: list[tuple[object, ...]] = []
    for rule in settings.churn_rules.values():
        threshold = blank.get(rule.name) if rule.threshold is None else rule.threshold
        rows.append((rule.name, True, threshold, p.UNIT_TAG if rule.tag else p.CHURN_UNITS[rule.name]))
    told = {setting.name: setting for setting in p.GENERAL}
    rows += [(told[name].title, True, getattr(general, name), told[name].unit) for name in CHURN_SETTINGS]
    frame = pd.DataFrame(rows, columns=list(outputs.CHURN_BLOCK.names))
    return frame.astype({"enabled": object, "threshold": float})


def parameter_blocks(
    settings: Settings, card: Scorecard, cuts: Mapping[str, Sequence[float]]
) -> dict[str, pd.DataFrame]:
    """Every block by table name, from the settings in force, the card as used and the RFM cuts used."""
    return {
        outputs.CARD_BLOCK.name: card_block(card),
        outputs.TIER_BLOCK.name: tier_block(settings.tiers),
        outputs.BAND_BLOCK.name: tier_block(settings.bands),
        outputs.CUT_BLOCK.name: cut_block(
            {letter: tuple(map(just_below, own)) for letter, own in cuts.items()}
            if settings.general.rfm_method == p.RFM_R_PACKAGE
            else cuts
        ),
        outputs.CHURN_BLOCK.name: churn_block(settings),
        outputs.SEGMENT_BLOCK.name: segment_block(settings.segment_rules),
    }
