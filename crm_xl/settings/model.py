"""What a manager decides, as frozen values: scorecards, tiers, cuts, segments, strategies, general settings.

Every value here was checked when it was made; the analysis may rely on it. Money thresholds are in the unit of
the metric they cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

WEIGHT_TOLERANCE = 1e-4  # so that 33.33 % three times passes
BOUND_TOLERANCE = 1e-9  # 0.1 + 0.2 reaches a bound of 0.3; rounding would lift 89.6 to 90


@dataclass(frozen=True, kw_only=True)
class Step:
    """From `lower` (inclusive; None: no lower limit) up to the next step an indicator earns `points`."""

    lower: float | None
    points: float


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One line of a scorecard: which metric, how it becomes points, and its weight inside its dimension."""

    name: str
    metric: str  # column of METRICS
    weight: float
    method: str  # parameters.METHOD_STEPS, METHOD_MINMAX or METHOD_RAW
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A group of indicators; their weights sum to 1 within it."""

    name: str
    weight: float
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """Dimensions whose weights sum to 1; a total score is Σ points x dimension weight x indicator weight."""

    name: str
    dimensions: tuple[Dimension, ...]

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators, in order."""
        return tuple(indicator for dimension in self.dimensions for indicator in dimension.indicators)

    @property
    def weights(self) -> dict[str, float]:
        """Indicator name -> share of the total score; they sum to 1."""
        return {
            indicator.name: dimension.weight * indicator.weight
            for dimension in self.dimensions
            for indicator in dimension.indicators
        }


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A level by total score: from `lower` (inclusive; None: the rest) up to the level above."""

    name: str
    full_name: str
    lower: float | None
    strategy: str = ""


@dataclass(frozen=True, kw_only=True)
class Standard:
    """One row of the rules by which 003 grades without a score: every bound that is set must hold."""

    tier: str
    at_least: Mapping[str, float] = field(default_factory=dict)  # metric -> lower bound, inclusive
    at_most: Mapping[str, float] = field(default_factory=dict)  # metric -> upper bound, inclusive
    key_industry: bool | None = None
    market_positions: tuple[str, ...] = ()
    strategy: str = ""


@dataclass(frozen=True, kw_only=True)
class SegmentRule:
    """One ordered rule of a segment scheme: inclusive bounds on R, F and M; None: no bound."""

    segment: str
    basis: str  # parameters.BY_RAW, BY_SCORE or BY_LEVEL
    r: tuple[float | None, float | None] = (None, None)
    f: tuple[float | None, float | None] = (None, None)
    m: tuple[float | None, float | None] = (None, None)
    strategy: str = ""


@dataclass(frozen=True, kw_only=True)
class PlanTarget:
    """What a follow-up plan aims at: baseline × (1 + uplift) + increase of one metric, in so many months."""

    metric: str | None = None  # column of METRICS
    uplift: float | None = None
    increase: float | None = None
    months: int | None = None


@dataclass(frozen=True, kw_only=True)
class PlanRule:
    """How often the customers of one level are seen to, and what for; without a frequency nothing is proposed."""

    frequency: str = ""
    target: PlanTarget = PlanTarget()


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """How to look after one cell of the value x activity grid of guide 000."""

    strategy: str
    role: str = ""
    frequency: str = ""
    action: str = ""
    goal: str = ""
    target: PlanTarget = PlanTarget()


@dataclass(frozen=True, kw_only=True)
class ReviewRule:
    """What is reviewed, how often, and when it was last done."""

    subject: str
    rhythm: str
    last_done: pd.Timestamp | None = None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One person's answer: how many times as important one item of a card is as another."""

    card: str
    first: str
    second: str
    ratio: float | None  # None: not judged
    judge: str = ""
    where: str = field(default="", compare=False)  # the cell of the ratio


@dataclass(frozen=True, kw_only=True)
class ExpertScore:
    """How important one person finds an item of a card, on a scale of their own."""

    card: str
    item: str
    score: float | None
    expert: str
    where: str = field(default="", compare=False)  # the cell of the score


@dataclass(frozen=True, kw_only=True)
class ChurnRule:
    """A sign that a customer is leaving: one of parameters.CHURN_UNITS, or a risk tag by its name."""

    name: str
    threshold: float | None  # in the rule's own unit, 30 for 30 %; None: the limit in General
    tag: bool = False


@dataclass(frozen=True, kw_only=True)
class ImprovementRule:
    """When a customer has a problem, and what is proposed: one of improvement.UNITS with its texts."""

    name: str
    threshold: float  # in the rule's own unit, 40 for 40 %
    cause_level: str
    problem: str
    root_cause: str
    advice: str
    department: str
    days: int


@dataclass(frozen=True, kw_only=True)
class InsightRule:
    """When something is worth saying, and how it is said: one of insight_rules.UNITS with its text."""

    name: str
    threshold: float | None  # in the rule's own unit, 30 for 30 %; None where it has none
    smallest: int  # fewer customers say nothing
    text: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class General:
    """The rows of `tblSettings`; names, meaning and defaults are declared in tables/parameters.py."""

    analysis_date: pd.Timestamp | None
    period_mode: str
    period_months: int
    period_start: pd.Timestamp | None
    period_end: pd.Timestamp | None
    fiscal_start_month: int
    scope: str
    scope_value: str
    tax_basis: str
    order_source: str | None
    order_mapping: str | None
    refund_at: str
    apply_unmatched_returns: bool
    missing_rule: str
    minimum_coverage: float
    mask: bool
    duplicate_similarity: float
    outlier_k: float
    review_days: int
    scorecard: str
    tier_method: str
    priority_card: str
    amount_scale: float
    value_basis: str
    value_top: float
    value_middle: float
    active_months: int
    silent_months: int
    activity_by_contact: bool
    rfm_method: str
    rfm_groups: int
    rfm_months: int | None
    rfm_scheme: str
    rfm_high: str
    grade_scheme: str
    weight_source: str
    ahp_judges: str
    ahp_ri: str
    matrix_rule: str
    matrix_quantile: float
    matrix_value_cut: float
    matrix_potential_cut: float
    potential_high: float
    potential_middle: float
    membership_diamond: int
    membership_gold: int
    membership_silver: int
    prospect_card: str
    prospect_dimension: str
    prospect_focus: float
    behaviour_active: int
    behaviour_quiet: int
    behaviour_enquiries: int
    behaviour_complaints: int
    smallest_group: int
    change_share: float
    score_margin: float
    minimum_stay_months: int
    silence_months: int
    warning_months: int
    contact_floor: float
    follow_up_floor: float
    churn_model: bool
    slow_answer_hours: float
    slow_answer_days: int
    tenure_first: float
    tenure_second: float
    tenure_third: float
    trait_chance: float
    turning_prominence: float
    turning_floor: int
    plan_basis: str
    audit_share: float
    audit_seed: int
    report_goal: str
