"""Settings as one frozen value, read from the 参数 tables; every fault is named with its cell, all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from typing import Any

import pandas as pd

from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.schema import Kind
from crm_xl.settings import opinions, schemes
from crm_xl.settings.cards import scorecards
from crm_xl.settings.churn_rules import churn_rules
from crm_xl.settings.improvement_rules import improvement_rules
from crm_xl.settings.insight_rules import insight_rules
from crm_xl.settings.model import (
    ChurnRule,
    ExpertScore,
    General,
    ImprovementRule,
    InsightRule,
    Judgement,
    PlanRule,
    ReviewRule,
    Scorecard,
    SegmentRule,
    Standard,
    Strategy,
    Tier,
)
from crm_xl.settings.rows import Row, present, read_rows, typed
from crm_xl.settings.triangle import read_triangle
from crm_xl.tables import parameters as p
from crm_xl.tables.improvement import IMPROVEMENT_RULES
from crm_xl.tables.insight_rules import INSIGHT_RULES
from crm_xl.tables.plans import PLAN_RULES
from crm_xl.tables.workshop import AHP


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All a manager decides; see settings/model.py for the parts.

    Attributes:
        general: the rows of `tblSettings`.
        cards: scorecards by name.
        tiers: levels of guide 003, best first.
        bands: S/A/B/C of guide 001, best first.
        standards: grading rules of guide 003, best first.
        rfm_cuts: letter -> fixed cut points, ascending.
        segments: scheme -> ordered rules.
        strategies: (value tier, activity) -> strategy.
        plan_rules: how each priority and tier is followed up, by name.
        reviews: review rhythm.
        tags: tag library by kind.
        churn_rules: the signs of leaving that are switched on, by name.
        improvement_rules: what is proposed as a problem to be solved, in the order of `tblImprovementRules`.
        insight_rules: what is worth saying of levels, problems and opportunities, by name, in that order.
        judgements: pairwise judgements, as the triangles of `tblAhpTriangle` have them.
        expert_scores: importance by expert, in the order of `tblExpertScores`.
        opinion_faults: what is wrong in those two tables. They propose weights and grade nobody by themselves,
            so that a slip in them stops nothing else; whoever uses them tells it.
    """

    general: General
    cards: Mapping[str, Scorecard]
    tiers: tuple[Tier, ...]
    bands: tuple[Tier, ...]
    standards: tuple[Standard, ...]
    rfm_cuts: Mapping[str, schemes.Cuts]
    segments: Mapping[str, tuple[SegmentRule, ...]]
    strategies: Mapping[tuple[str, str], Strategy]
    plan_rules: Mapping[str, PlanRule]
    reviews: tuple[ReviewRule, ...]
    tags: Mapping[str, tuple[str, ...]]
    churn_rules: Mapping[str, ChurnRule]
    improvement_rules: tuple[ImprovementRule, ...] = ()
    insight_rules: Mapping[str, InsightRule] = field(default_factory=dict)
    judgements: tuple[Judgement, ...] = ()
    expert_scores: tuple[ExpertScore, ...] = ()
    opinion_faults: tuple[CrmError, ...] = ()

    @property
    def card(self) -> Scorecard:
        """The card that grades customers."""
        return self.cards[self.general.scorecard]

    @property
    def priority_card(self) -> Scorecard:
        """The card that sets S/A/B/C."""
        return self.cards[self.general.priority_card]

    @property
    def segment_rules(self) -> tuple[SegmentRule, ...]:
        """The rules of the chosen segment scheme."""
        return self.segments[self.general.rfm_scheme]

    @classmethod
    @cache
    def default(cls) -> Settings:
        """The settings as shipped."""
        return cls.from_tables({})

    @classmethod
    def from_tables(cls, tables: Mapping[str, RawTable | pd.DataFrame]) -> Settings:
        """Settings from parameter tables by name; an absent table has its shipped rows.

        Args:
            tables: raw tables, or frames with English column names or declared headings; others are ignored.

        Raises:
            CrmError: anything wrong, at most five faults in words, each with its cell and what to write.
        """
        raw = {
            name: table if isinstance(table, RawTable) else RawTable.from_frame(name, table)
            for name, table in tables.items()
        }
        faults: list[CrmError] = []
        opinion_faults: list[CrmError] = []
        rows = {
            table.name: read_rows(
                table, raw.get(table.name), opinion_faults if table is p.EXPERT_SCORES else faults
            )
            for table in (*p.PARAMETERS, IMPROVEMENT_RULES, INSIGHT_RULES, PLAN_RULES)
        }
        triangle = read_triangle(raw.get(AHP.name))
        opinion_faults += triangle.faults
        values = _general(rows[p.SETTINGS_TABLE.name], faults)
        if faults:
            raise CrmError.of(faults)  # the checks below compare cells with one another, so all must be there
        general = General(**{field.name: values[field.name].value for field in fields(General)})
        tags = schemes.tags(rows[p.TAG_LIBRARY.name])
        settings = cls(
            general=general,
            cards=scorecards(rows[p.INDICATORS.name], rows[p.POINTS.name], general.amount_scale, faults),
            tiers=schemes.tiers(rows[p.TIERS.name], faults),
            bands=schemes.tiers(rows[p.PRIORITY.name], faults),
            standards=schemes.standards(rows[p.STANDARDS.name], general.amount_scale),
            rfm_cuts=schemes.rfm_cuts(rows[p.RFM_CUTS.name], faults),
            segments=schemes.segments(rows[p.SEGMENTS.name], faults),
            strategies=schemes.strategies(rows[p.STRATEGIES.name], faults),
            plan_rules=schemes.plan_rules(
                rows[PLAN_RULES.name],
                (row["tier"] for t in (p.PRIORITY, p.TIERS) for row in rows[t.name]),
                faults,
            ),
            reviews=schemes.reviews(rows[p.REVIEW_RULES.name]),
            tags=tags,
            churn_rules=churn_rules(rows[p.CHURN_RULES.name], tags.get(p.RISK_TAGS, ()), general, faults),
            improvement_rules=improvement_rules(rows[IMPROVEMENT_RULES.name], faults),
            insight_rules=insight_rules(rows[INSIGHT_RULES.name], faults),
            judgements=triangle.judgements,
            expert_scores=opinions.expert_scores(rows[p.EXPERT_SCORES.name]),
            opinion_faults=tuple(opinion_faults),
        )
        _check_general(settings, values, faults)
        if faults:
            raise CrmError.of(faults)
        return settings


# Texts that say nothing when they are blank.
_BLANK_TEXTS = frozenset({"scope_value", "ahp_judges"})


@dataclass(frozen=True)
class _Value:
    value: Any
    where: str


def _general(rows: list[Row], faults: list[CrmError]) -> dict[str, _Value]:
    """Every general setting: the user's where the row is there, else the default."""
    by_title = {setting.title: setting for setting in p.GENERAL}
    values = {setting.name: _Value(setting.default, "") for setting in p.GENERAL}
    for row in rows:
        setting = by_title.get(row["title"] or "")
        if setting is None:
            near = get_close_matches(row["title"] or "", by_title, n=1)
            hint = f"是否想写“{near[0]}”？" if near else "请删除该行。"
            faults.append(row.fault("title", f"没有名为“{row['title']}”的设置。", hint))
            continue
        cell, where = row["value"], row.where("value")
        if present(cell):
            values[setting.name] = _Value(
                _native(typed(cell, setting, where, faults, date1904=row.date1904), setting), where
            )
        elif setting.default is None or setting.kind is Kind.TEXT:
            values[setting.name] = _Value(setting.default, where)
        else:
            faults.append(
                CrmError(f"{setting.title}不能为空。", where=where, hint=f"例如填 {setting.default}。")
            )
    return {
        name: _Value("" if value.value is None and name in _BLANK_TEXTS else value.value, value.where)
        for name, value in values.items()
    }


def _native(value: Any, setting: p.Setting) -> Any:
    return int(value) if setting.kind is Kind.INTEGER and value is not None else value


def _check_general(settings: Settings, values: Mapping[str, _Value], faults: list[CrmError]) -> None:
    general = settings.general

    def fault(name: str, problem: str, hint: str) -> None:
        faults.append(CrmError(problem, where=values[name].where or p.SHEET, hint=hint))

    for name in ("scorecard", "priority_card"):
        chosen = getattr(general, name)
        if chosen not in settings.cards and not faults:
            fault(name, f"没有名为“{chosen}”的评分卡。", f"可填：{'、'.join(settings.cards)}。")
    for name in ("rfm_scheme", "grade_scheme"):
        scheme = getattr(general, name)
        # A book of one scheme of one's own need not hold the shipped one that only a column takes.
        if scheme not in settings.segments and (name == "rfm_scheme" or scheme != _default(name)):
            fault(name, f"RFM分群规则表中没有方案“{scheme}”。", "请在规则表中补充，或改选方案。")
    if general.silent_months < general.active_months:
        fault("silent_months", "沉默月数不能小于活跃月数。", f"请填不小于 {general.active_months} 的数。")
    if general.behaviour_quiet > general.behaviour_active:
        fault(
            "behaviour_quiet",
            "低活跃登录界限不能大于高活跃登录下限。",
            f"请填不大于 {general.behaviour_active} 的数。",
        )
    if general.value_middle < general.value_top:
        fault(
            "value_middle",
            "高中价值累计占比不能小于高价值占比。",
            f"请填不小于 {general.value_top:.0%} 的比例。",
        )
    for higher, lower in (
        ("potential_high", "potential_middle"),
        ("membership_diamond", "membership_gold"),
        ("membership_gold", "membership_silver"),
    ):
        bound, below = getattr(general, higher), getattr(general, lower)
        if bound <= below:
            title = next(setting.title for setting in p.GENERAL if setting.name == lower)
            fault(higher, f"应大于“{title}” {below:g}，现为 {bound:g}。", f"请填大于 {below:g} 的数。")
    _check_prospects(settings, fault)
    if general.period_mode == p.PERIOD_BETWEEN:
        start, end = general.period_start, general.period_end
        if start is None or end is None:
            fault("period_start", "期间方式为“起止日期”时须填期间起和期间止。", "如 2026-01-01。")
        elif end < start:
            fault("period_end", "期间止早于期间起。", "请改正日期。")
    if general.scope != p.SCOPE_ALL:
        value = general.scope_value.strip()
        if not value:
            fault("scope_value", f"分析范围为“{general.scope}”时须填范围取值。", "例如 华东。")
        elif general.scope == p.SCOPE_NEW and not (value.isdigit() and int(value) > 0):
            fault("scope_value", "近N个月新增须填月数。", "例如 6。")
        elif general.scope == p.SCOPE_TIER and value not in {tier.name for tier in settings.tiers}:
            fault(
                "scope_value",
                f"没有名为“{value}”的分级。",
                f"可填：{'、'.join(t.name for t in settings.tiers)}。",
            )


def _check_prospects(settings: Settings, fault: Callable[[str, str, str], None]) -> None:
    general = settings.general
    card = settings.cards.get(general.prospect_card)
    if card is None:
        # A card that was found wrong has been told of; a book of cards of one's own need not score prospects.
        if general.prospect_card != _default("prospect_card"):
            fault(
                "prospect_card",
                f"没有名为“{general.prospect_card}”的评分卡。",
                f"可填：{'、'.join(settings.cards)}。",
            )
    elif general.prospect_dimension not in (names := [d.name for d in card.dimensions]):
        fault(
            "prospect_dimension",
            f"评分卡“{card.name}”中没有维度“{general.prospect_dimension}”。",
            f"可填：{'、'.join(names)}。",
        )


def _default(name: str) -> Any:
    return next(setting.default for setting in p.GENERAL if setting.name == name)
