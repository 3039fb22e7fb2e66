"""analyze: the only place that knows the order of the analysis."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd

from crm_xl.analysis.beginnings import older_than_orders
from crm_xl.analysis.blocks import parameter_blocks
from crm_xl.analysis.calendar import Period, period_of
from crm_xl.analysis.checks import Check, Subject, cross_checks
from crm_xl.analysis.clean import clean
from crm_xl.analysis.customers import Frames, in_scope, keep_customers, population, with_orders_of
from crm_xl.analysis.grades import complete_scores, grade_customers
from crm_xl.analysis.metrics import MARGIN_BASE, customer_metrics
from crm_xl.analysis.order_facts import absent, orders_of
from crm_xl.analysis.order_questions import OrderSource
from crm_xl.analysis.plans import follow_up
from crm_xl.analysis.privacy import masked_outputs
from crm_xl.analysis.progress import Progress, part, quiet
from crm_xl.analysis.reports.choice import option_lists
from crm_xl.analysis.reports.dashboard import data_status
from crm_xl.analysis.reports.ground import Ground, Report
from crm_xl.analysis.reports.registry import REPORTS
from crm_xl.analysis.results import Results
from crm_xl.analysis.reviews import reviews_due
from crm_xl.analysis.rfm import rfm_by_settings
from crm_xl.analysis.segments import scheme_notes, segment
from crm_xl.analysis.summary import chart_block, rfm_summary, tier_summary
from crm_xl.analysis.tally import codes_in, text_index
from crm_xl.analysis.weights import weighed
from crm_xl.analysis.workshop import Workshop
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable, computing
from crm_xl.schema import Column, Kind
from crm_xl.settings import Settings
from crm_xl.settings.model import Scorecard
from crm_xl.tables import INPUTS, OUTPUTS, TABLES
from crm_xl.tables import dashboard as d
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import parameters as p
from crm_xl.tables.plans import PLAN_OWNERS, REVIEWS
from crm_xl.values import read_cell

# The share done when metrics begin, after cleaning: of half a million lines at hand, and of lines in a warehouse.
_CLEANED, _CLEANED_ELSEWHERE = 0.4, 0.85
_DATE = Column(name="analysis_date", title="分析日期", kind=Kind.DATE)


@computing()
def analyze(
    tables: Mapping[str, RawTable | pd.DataFrame],
    settings: Settings | None = None,
    analysis_date: pd.Timestamp | str | None = None,
    *,
    today: pd.Timestamp | str | None = None,
    orders: OrderSource | None = None,
    wanted: Collection[str] | None = None,
    progress: Progress = quiet,
) -> Results:
    """Every output table that the given inputs allow.

    Args:
        tables: declared table name -> raw table, or frame with English column names or declared headings.
        settings: default: from the parameter tables among `tables`, the shipped ones where there are none.
        analysis_date: overrides the setting; default the latest kept confirmed order date.
        today: rows dated after it are set aside; default the computer's date.
        orders: order lines that stay in a warehouse; they stand in for tblOrders.
        wanted: names of the outputs asked for; a report that makes none of them is left out. Default: all.
        progress: told what is being done and the share done.

    Returns:
        Results; an output whose inputs are absent is in `missing` with the sentence that says so.

    Raises:
        CrmError: a table name nobody declared, a required column that is missing, a wrong setting.
    """
    raw = _raw_tables(tables)
    settings = Settings.from_tables(raw) if settings is None else settings
    settings, weight_notes = weighed(settings)
    cleaned_share = _CLEANED if orders is None else _CLEANED_ELSEWHERE
    progress("清洗数据", 0.0)
    day = _today() if today is None else pd.Timestamp(today)
    inputs = {table.name: raw[table.name] for table in INPUTS if table.name in raw}
    cleaned = clean(inputs, settings, day, orders, part(progress, 0.0, cleaned_share))
    # Nobody asks for the lines as they were found any more, and they may be millions.
    del inputs
    raw.pop(i.ORDERS.name, None)
    frames, notes = population(cleaned.tables, mask=settings.general.mask)
    date = _analysis_date(analysis_date, settings, frames)
    period = None if date is None else period_of(settings, date)
    run = _Run(
        settings=settings,
        raw=raw,
        date=date,
        period=period,
        notes=[*cleaned.notes, *weight_notes, *notes],
        reports=[report for report in REPORTS if wanted is None or not report.names.isdisjoint(wanted)],
    )
    run.made = {o.LEDGER.name: cleaned.ledger, o.LEDGER_SUMMARY.name: cleaned.summary}
    run.made[REVIEWS.name] = reviews_due(settings.reviews, date or day)
    progress("计算指标与评分", cleaned_share)
    run.customers_and_orders(frames)
    has_orders = orders_of(frames) is not None
    if has_orders:
        run.made[o.BALANCE.name] = cleaned.balance.table()
    run.made |= parameter_blocks(settings, run.card or settings.card, run.cuts)
    run.made[o.CHECKS.name] = cross_checks(
        Subject(
            cleaned=cleaned,
            frames=frames,
            scoped=run.scoped,
            made=run.made,
            settings=settings,
            period=period,
            date=date or day,
            reported=tuple(run.checks),
        )
    )
    run.made[d.DATA_STATUS.name] = data_status(
        run.made, cleaned.balance if has_orders else None, set_aside=cleaned.set_aside, date=date
    )
    if cleaned.proposals is not None:
        run.kept_up[i.MERGE_PROPOSALS.name] = cleaned.proposals
    return Results(
        tables=masked_outputs(run.made) if settings.general.mask else run.made,
        missing={**_missing(run.made, frames, left_out=_left_out(run.reports)), **run.sentences},
        chosen=run.chosen,
        balance=cleaned.balance if has_orders else None,
        settings=settings,
        analysis_date=date,
        period=period,
        notes=tuple(run.notes),
        customers=len(run.made.get(o.SCORES.name, ())),
        set_aside=cleaned.set_aside,
        kept_up=run.kept_up,
    )


@dataclass
class _Run:
    """What one analysis has made so far."""

    settings: Settings
    raw: Mapping[str, RawTable]
    date: pd.Timestamp | None
    period: Period | None
    notes: list[str]
    reports: list[Report]  # those asked for
    made: dict[str, pd.DataFrame] = field(default_factory=dict)
    kept_up: dict[str, pd.DataFrame] = field(default_factory=dict)
    cuts: dict[str, tuple[float, ...]] = field(default_factory=dict)
    card: Scorecard | None = None  # the default card as used
    scoped: Frames | None = None  # the tables of the customers in scope
    sentences: dict[str, str] = field(default_factory=dict)  # why an output could not be made
    chosen: dict[str, str] = field(default_factory=dict)  # what the choices above an output narrow it to
    checks: list[Check] = field(default_factory=list)  # of the reports

    def customers_and_orders(self, frames: Frames) -> None:
        """Metrics, grades, RFM, workshop, summaries and the trend of the customers in scope."""
        if self.date is None or self.period is None or i.CUSTOMERS.name not in frames:
            return
        general = self.settings.general
        workshop = Workshop(
            raw=self.raw,
            settings=self.settings,
            date=self.date,
            period=self.period,
            everybody=frozenset(frames[i.CUSTOMERS.name]["customer_id"]),
            history=frames.get(i.HISTORY.name),
        )
        frames = in_scope(frames, general, self.date)
        metrics = customer_metrics(frames, self.settings, self.date, self.period)
        graded = grade_customers(metrics, self.settings, self.date)
        self.notes += graded.notes
        self.card = graded.scored.used_card
        rfm = self._rfm(frames, graded.scores)
        movement = workshop.move(metrics, graded, rfm)
        schemes = workshop.classify(frames, metrics, graded, workshop.warn(frames, metrics))
        workshop.review(frames, metrics, graded, movement.shown)
        workshop.try_out(metrics)
        workshop.check()
        self.kept_up[i.HISTORY.name] = movement.history
        self.notes += workshop.notes
        self.made |= workshop.made
        scores = complete_scores(graded, movement.shown, schemes)
        self.made[o.METRICS.name] = metrics[list(o.METRICS.names)]
        self.made[o.SCORES.name] = scores
        if general.scope == p.SCOPE_TIER:
            inside = scores["shown_tier"] == general.scope_value
            self._keep(scores.loc[inside, "customer_id"])
            scores, metrics = self.made[o.SCORES.name], metrics[inside].reset_index(drop=True)
            frames = keep_customers(frames, scores["customer_id"])
        if scores.empty:
            self.notes.append("分析范围内没有客户")
        self.scoped = frames
        tiers = tier_summary(
            scores["shown_tier"],
            metrics["annual_amount_wan"],
            metrics["profit"],
            sales=metrics[MARGIN_BASE],
            declared=self.settings.tiers,
        )
        self.made[o.TIER_SUMMARY.name] = tiers
        self.made[o.TIER_CHART.name] = chart_block(tiers, o.TIER_CHART)
        if (orders := orders_of(frames)) is not None:
            summary = rfm_summary(self.made[o.RFM.name], self.settings.segment_rules)
            self.made[o.RFM_SUMMARY.name] = summary
            self.made[o.SEGMENT_CHART.name] = chart_block(summary, o.SEGMENT_CHART)
            older = older_than_orders(frames[i.CUSTOMERS.name], orders.buyers)
            self.made[o.TREND.name] = orders.monthly_trend(self.date, older)
        self.made |= option_lists(frames)
        plans = follow_up(
            self.raw.get(i.PLANS.name), self.settings, self.date, scores, metrics, workshop.everybody
        )
        self.kept_up[i.PLANS.name] = plans.table
        if i.PLANS.name in frames:  # else what is proposed stands nowhere
            self.made[PLAN_OWNERS.name] = plans.owners
            # Reports read the plans as the refresh leaves them.
            frames = with_orders_of(frames, {**frames, i.PLANS.name: plans.read})
        ground = Ground(
            raw=self.raw,
            settings=self.settings,
            date=self.date,
            period=self.period,
            frames=frames,
            metrics=metrics,
            scores=scores,
            made=self.made,
        )
        self._report(ground)

    def _report(self, ground: Ground) -> None:
        """Every report whose inputs are there; one that cannot be made says why and stops no other."""
        for report in self.reports:
            if any(absent(ground.frames, table.needs) for table in report.tables):
                continue
            try:
                found = report.make(ground)
            except CrmError as error:
                self.sentences |= {table.name: str(error) for table in report.tables}
                continue
            self.made |= found.tables
            self.chosen |= found.chosen
            self.notes += found.notes
            self.checks += found.checks

    def _keep(self, customer_ids: pd.Series) -> None:
        """Only these customers in every table made so far that has a row per customer."""
        for name, frame in self.made.items():
            if "customer_id" in frame:
                self.made[name] = frame[frame["customer_id"].isin(customer_ids)].reset_index(drop=True)

    def _rfm(self, frames: Frames, scores: pd.DataFrame) -> pd.DataFrame | None:
        """RFM of the customers with an order in the window; None without orders."""
        if self.date is None or (orders := orders_of(frames)) is None:
            return None
        general, rules = self.settings.general, self.settings.segment_rules
        bought = orders.recency_frequency_monetary(self.date, general.rfm_months)
        scored = rfm_by_settings(bought, general, self.settings.rfm_cuts)
        self.notes += (*scored.notes, *scheme_notes(general.rfm_scheme, rules, general.rfm_groups))
        self.cuts = scored.cuts
        detail = scored.table.assign(segment=segment(scored.table, rules, high=general.rfm_high))
        advice = {rule.segment: rule.strategy for rule in rules}
        detail["strategy"] = detail["segment"].map(advice)
        # In the order of the customers, so that the sheets can be read side by side.
        places = codes_in(scores["customer_id"], text_index(detail["customer_id"]))
        names = scores.loc[places >= 0, ["customer_name", "owner"]].reset_index(drop=True)
        detail = detail.take(places[places >= 0]).reset_index(drop=True).join(names)[list(o.RFM.names)]
        self.made[o.RFM.name] = detail
        return detail


def _raw_tables(tables: Mapping[str, RawTable | pd.DataFrame]) -> dict[str, RawTable]:
    if unknown := sorted(set(tables) - set(TABLES)):
        raise CrmError(
            f"没有名为 {'、'.join(unknown)} 的数据表。", hint="表名见数据字典，如 tblCustomers、tblOrders。"
        )
    return {
        name: table if isinstance(table, RawTable) else RawTable.from_frame(name, table)
        for name, table in tables.items()
    }


def _today() -> pd.Timestamp:
    return pd.Timestamp.today().normalize()


def _analysis_date(
    asked: pd.Timestamp | str | None, settings: Settings, frames: Frames
) -> pd.Timestamp | None:
    """The date asked for, else the setting, else the latest order that counts; None where there is none."""
    if asked is not None:
        try:
            date: pd.Timestamp | None = read_cell(asked, _DATE)
        except ValueError as error:
            raise CrmError(f"分析日期{error}。") from None
        return date
    if settings.general.analysis_date is not None:
        return settings.general.analysis_date
    orders = orders_of(frames)
    return None if orders is None else orders.last_order()


def _left_out(reports: list[Report]) -> frozenset[str]:
    """The outputs of reports that nobody asked for."""
    return frozenset().union(*(report.names for report in REPORTS if report not in reports))


def _missing(made: Frames, frames: Frames, *, left_out: frozenset[str]) -> dict[str, str]:
    """Why each output that was asked for and not made was not made."""
    sentences = {}
    for table in OUTPUTS:
        if table.name in made or table.name in left_out:
            continue
        lacking = [TABLES[name].title for name in absent(frames, table.needs)]
        if lacking:
            sentences[table.name] = f"缺少数据表“{'”、“'.join(lacking)}”，补充后刷新即可得到本表。"
        else:
            sentences[table.name] = (
                "没有有效订单，无法确定分析日期。请在参数中填写分析日期，或补充订单后刷新。"
            )
    return sentences
