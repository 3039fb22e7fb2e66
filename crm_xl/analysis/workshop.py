"""The grading workshop of one run: warnings, schemes, methods, shown tiers, audit sample, what-if, effect.

What is wrong in a table that only the workshop reads (an override of an unknown customer, a tick that is no tick,
a draft whose weights do not sum) is told with its cell in SETTING_CHECKS; everything else is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crm_xl.analysis.audit import audit_sample, raw_data_texts
from crm_xl.analysis.bgnbd import outlook
from crm_xl.analysis.calendar import Period
from crm_xl.analysis.card_checks import HINT, WRONG, setting_checks
from crm_xl.analysis.churn_tables import churn_warnings
from crm_xl.analysis.customers import Frames
from crm_xl.analysis.draft import draft_table, drafted
from crm_xl.analysis.expert import rating_spread
from crm_xl.analysis.grades import Graded
from crm_xl.analysis.methods import compare_methods
from crm_xl.analysis.movement_tables import Movement, migration, move_tiers, state_of
from crm_xl.analysis.notes import about
from crm_xl.analysis.order_facts import orders_of
from crm_xl.analysis.overrides import overrides_in_force
from crm_xl.analysis.prospects import prospects
from crm_xl.analysis.schemes import classify
from crm_xl.analysis.tally import Flags
from crm_xl.analysis.tier_effect import tier_effect, tiers_at
from crm_xl.analysis.triangle import saaty_steps, triangle_table
from crm_xl.analysis.weights import ahp_weights, opinion_notes, weighed
from crm_xl.analysis.whatif import what_if
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.settings import Settings
from crm_xl.settings.rows import setting_place
from crm_xl.settings.triangle import read_triangle
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p
from crm_xl.tables import workshop as w

RawTables = Mapping[str, RawTable]


@dataclass(kw_only=True)
class Workshop:
    """What the workshop has made so far, and what it has to say.

    Attributes:
        raw: tables as found, for those whose cells people tick or fill in.
        settings: in force, weights from the chosen source.
        date, period: of the run.
        everybody: ids of all customers, in scope or not.
        history: of all customers; it is written back whole.
        counted: the customers whom the summaries count, once `move` has told who is in a tier; None: all.
        made: output name -> table.
        notes: what captions must say.
        faults: what could not be followed, each with its cell.
        reminders: what is no longer followed, each with its cell.
    """

    raw: RawTables
    settings: Settings
    date: pd.Timestamp
    period: Period
    everybody: frozenset[str]
    history: pd.DataFrame | None
    counted: Flags | None = None
    made: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    faults: list[CrmError] = field(default_factory=list)
    reminders: list[CrmError] = field(default_factory=list)

    def warn(self, frames: Frames, metrics: pd.DataFrame) -> np.ndarray:
        """The churn level of every customer, 高, 中, 低 or blank; WARNINGS and OWNER_WARNINGS are made."""
        if (orders := orders_of(frames)) is None:
            return np.full(len(metrics), "", dtype=object)
        model = None
        if self.settings.general.churn_model:
            found = outlook(orders, self.date)
            model = found.table
            self.notes += about(frozenset({w.WARNINGS.name}), found.notes)
        warnings = churn_warnings(metrics, frames, self.settings, self.date, model, self.counted)
        self.made[w.WARNINGS.name] = warnings.customers
        if warnings.owners is not None:
            self.made[w.OWNER_WARNINGS.name] = warnings.owners
        return np.asarray(warnings.verdict.levels, dtype=object)

    def classify(
        self, frames: Frames, metrics: pd.DataFrame, graded: Graded, warning: np.ndarray
    ) -> pd.DataFrame:
        """SCHEMES of every customer; prospects, methods and the spread of ratings are made beside it."""
        schemes = classify(
            metrics,
            graded.scores["activity"],
            self.settings.general,
            warning=warning,
            counted=self.counted,
        )
        found = prospects(metrics, self.settings)
        self.made[w.SCHEMES.name] = schemes.table
        self.made[w.MATRIX.name] = schemes.matrix
        self.made[w.PROSPECTS.name] = found.table
        self.notes += (*schemes.notes, *found.notes)
        # By thresholds where the method chosen cannot be used; what the comparison says of that is why.
        used = p.TIERS_THRESHOLD if graded.fault else self.settings.general.tier_method
        known = {used: graded.method}
        compared, summary = compare_methods(metrics, graded.scored, self.settings, self.counted, known)
        self.made[w.METHOD_COMPARE.name] = compared
        self.made[w.METHOD_SUMMARY.name] = summary
        if (ratings := frames.get(i.RATINGS.name)) is not None:
            self.made[w.RATING_SPREAD.name] = rating_spread(ratings, metrics)
        return schemes.table

    def move(self, metrics: pd.DataFrame, graded: Graded, rfm: pd.DataFrame | None) -> Movement:
        """The shown tier of every customer; MOVERS and MIGRATION are made, and what is made later is of the scope.

        Args:
            metrics: METRICS, one row per customer.
            graded: the same customers.
            rfm: RFM, whose segments are kept in the history; None without orders.
        """
        overrides = overrides_in_force(
            self.raw.get(i.OVERRIDES.name),
            self.everybody,
            self.settings.tiers,
            self.date,
            mask=self.settings.general.mask,
        )
        self.faults += overrides.faults
        self.reminders += overrides.ended
        if graded.fault is not None:
            self.faults.append(self._method_fault(graded.fault))
        movement = move_tiers(
            state_of(graded.scores, metrics, rfm),
            self.history,
            graded.method.levels,
            self.settings.general,
            self.date,
            overrides.in_force,
        )
        self.made[w.MOVERS.name] = movement.movers
        self.made[w.MIGRATION.name] = movement.migration
        general = self.settings.general
        if general.scope == p.SCOPE_TIER:
            self.counted = (movement.shown == general.scope_value).to_numpy(dtype=bool)
            self.made[w.MIGRATION.name] = migration(movement.decision, self.settings.tiers, self.counted)
        return movement

    def _method_fault(self, fault: CrmError) -> CrmError:
        """Why the method chosen could not be used, with the cell that chose it."""
        general = self.settings.general
        where = setting_place(self.raw.get(p.SETTINGS_TABLE.name), "tier_method")
        return CrmError(f"{general.tier_method}不能使用：{fault}", where=where, hint="本次按阈值法分级。")

    def review(self, frames: Frames, metrics: pd.DataFrame, graded: Graded, shown: pd.Series) -> None:
        """AUDIT, and TIER_EFFECT of the tiers in which the customers entered the period."""
        general, tiers = self.settings.general, self.settings.tiers
        drawn = audit_sample(
            graded.scores[["customer_id", "customer_name", "owner", "score"]].assign(
                tier=shown,
                last_order_date=metrics["last_order_date"],
                lifetime_orders=metrics["lifetime_orders"],
                annual_amount=metrics["annual_amount"],
            ),
            raw_data_texts(graded.scored),
            tiers,
            share=general.audit_share,
            seed=general.audit_seed,
            before=self.raw.get(w.AUDIT.name),
        )
        self.made[w.AUDIT.name] = drawn.table
        self.faults += drawn.faults
        if orders_of(frames) is not None:
            ids = metrics["customer_id"]
            before = pd.Series(
                tiers_at(self.history, ids, self.period.start - pd.Timedelta(days=1)),
                index=ids.index,
            )
            entered = before.where(before.notna(), shown)
            if self.counted is not None:
                entered, ids = entered[self.counted], ids[self.counted]
            self.made[w.TIER_EFFECT.name] = tier_effect(entered, ids, frames, tiers, general, self.period)

    def try_out(self, metrics: pd.DataFrame) -> None:
        """DRAFT with the figures in force, and what the drafted ones would change."""
        card = self.settings.general.scorecard
        before = self.raw.get(w.DRAFT.name)
        table, faults = draft_table(self.raw, card, before)
        self.made[w.DRAFT.name] = table
        self.faults += faults
        settings = self.settings
        try:
            if before is not None and (changed := drafted(self.raw, settings.general, before)):
                settings, _ = weighed(Settings.from_tables({**self.raw, **changed}))
        except CrmError as error:
            self.faults.append(error)
        tried = what_if(metrics, self.settings, settings, self.counted)
        self.made[w.WHAT_IF.name] = tried.summary
        self.made[w.WHAT_IF_MOVERS.name] = tried.movers

    def check(self) -> None:
        """AHP and AHP_WEIGHTS, and SETTING_CHECKS with what could not be followed at its top."""
        self.made[w.AHP.name] = triangle_table(self.settings, read_triangle(self.raw.get(w.AHP.name)))
        self.made[w.SAATY_STEPS.name] = saaty_steps()
        self.made[w.AHP_WEIGHTS.name] = ahp_weights(self.settings)
        sentences = (*opinion_notes(self.settings), *map(str, self.faults))
        told = [
            *(("表格内容", "", "无法采用", WRONG, sentence) for sentence in sentences),
            *(("表格内容", "", "已经失效", HINT, str(reminder)) for reminder in self.reminders),
        ]
        checks = setting_checks(self.settings)
        if told:
            checks = pd.concat([pd.DataFrame(told, columns=list(checks.columns)), checks], ignore_index=True)
        self.made[w.SETTING_CHECKS.name] = checks
        if wrong := int((checks["result"] == WRONG).sum()):
            self.notes.append(f"{w.SETTING_CHECKS.title}有 {wrong} 处须修改")
