"""What an analysis gives back: every output table, and the settings, date and period it was computed with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd

from crm_xl.analysis.balance import Balance
from crm_xl.analysis.calendar import Period
from crm_xl.analysis.notes import concerning
from crm_xl.settings import Settings
from crm_xl.tables import parameters as p


@dataclass(frozen=True, kw_only=True)
class Results:
    """The outcome of one run.

    Attributes:
        tables: output table name -> frame with the declared English columns.
        missing: output table name -> the sentence that says which input it lacks.
        balance: where the order money went (SPEC section 3); None without orders.
        settings: as used.
        analysis_date: as used; None when there is no order and none was set.
        period: the analysis period; None without an analysis date.
        notes: sentences the captions must carry (an indicator left out for all, fewer RFM scores); a `notes.Note`
            stands above the outputs it concerns, a plain text above all.
        customers: how many were analysed.
        set_aside: how many rows cleaning set aside.
        chosen: output table name -> what the choices above it narrow it to, in words.
        kept_up: input tables that the refresh writes too (Table.kept_up) -> all their rows, the declared columns.
    """

    tables: Mapping[str, pd.DataFrame]
    missing: Mapping[str, str]
    balance: Balance | None
    settings: Settings
    analysis_date: pd.Timestamp | None
    period: Period | None
    notes: tuple[str, ...]
    customers: int
    set_aside: int
    kept_up: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)

    def caption_of(self, table: str) -> str:
        """The caption of one output: that of the run, and what its own choices narrow it to."""
        words = self.chosen.get(table)
        caption = self.caption_for((table,))
        return f"{caption}\n本表筛选　{words}" if words else caption

    @property
    def caption(self) -> str:
        """The caption of the whole run, with every note."""
        return self._caption(self.notes)

    def caption_for(self, tables: Collection[str]) -> str:
        """The caption of outputs that are shown together: a note that concerns none of them is left out."""
        return self._caption(concerning(self.notes, tables))

    def _caption(self, notes: tuple[str, ...]) -> str:
        """Date, period, scope, scorecard and thresholds, then a line per note."""
        general = self.settings.general
        parts = []
        if self.analysis_date is not None and self.period is not None:
            parts.append(f"分析日期 {self.analysis_date:%Y-%m-%d}")
            parts.append(f"期间 {self.period.start:%Y-%m-%d} 至 {self.period.end:%Y-%m-%d}")
        parts.append(f"范围 {self.scope}")
        parts.append(f"金额{general.tax_basis}")
        parts.append(f"评分卡 {general.scorecard}")
        if general.tier_method == p.TIERS_THRESHOLD:
            bounds = [f"{tier.name}≥{tier.lower:g}" for tier in self.settings.tiers if tier.lower is not None]
            parts.append("分级 " + " ".join(bounds))
        else:
            parts.append(f"分级方法 {general.tier_method}")
        return "\n".join(["　".join(parts), *(f"※ {note}" for note in notes)])

    @property
    def scope(self) -> str:
        """Which customers were analysed, in words."""
        general = self.settings.general
        return general.scope if general.scope == p.SCOPE_ALL else f"{general.scope}：{general.scope_value}"
