"""What we ship: the macro workbook and the templates, each a list of declared tables."""

from __future__ import annotations

from dataclasses import dataclass

from crm_xl.schema import Role, Table
from crm_xl.tables import TABLES
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import parameters as p
from crm_xl.tables import workshop as w


@dataclass(frozen=True, kw_only=True)
class BookSpec:
    """A workbook to build: its file, what 首页 calls it, and its tables in reading order.

    Attributes:
        name: file name without ending; the name that the command line takes.
        folder: where the repository keeps the built file.
        guide: the guide a template answers; empty for the workbook that holds everything.
        macros: whether it holds the VBA project.
    """

    name: str
    title: str
    purpose: str
    folder: str
    tables: tuple[Table, ...]
    guide: str = ""
    macros: bool = False

    @property
    def file_name(self) -> str:
        """The name of the built file."""
        return f"{self.name}.{'xlsm' if self.macros else 'xlsx'}"

    def of_role(self, role: Role) -> tuple[Table, ...]:
        """The tables of one role, in order."""
        return tuple(table for table in self.tables if table.role is role)


WORKBOOK = BookSpec(
    name="CRM_Analysis",
    title="客户分析",
    purpose="粘贴客户与订单，刷新后得到评分、分级、RFM分群与各类汇总。",
    folder="workbook",
    tables=tuple(TABLES.values()),
    macros=True,
)

CUSTOMER_GRADING = BookSpec(
    name="customer_grading",
    title="客户分级分类",
    purpose="按评分卡给客户打分、分级，并汇总各级的数量、金额与利润率。",
    folder="templates",
    guide="003",
    tables=(
        i.CUSTOMERS, i.ORDERS, i.RATINGS, i.OVERRIDES, i.HISTORY,
        p.SETTINGS_TABLE, p.INDICATORS, p.POINTS, p.TIERS, p.PRIORITY, p.STANDARDS, p.REVIEW_RULES, p.EXPERT_SCORES,
        o.SCORES, o.TIER_SUMMARY, o.METRICS, o.TREND, o.BALANCE, o.LEDGER_SUMMARY, o.LEDGER,
        w.AHP, w.AHP_WEIGHTS, w.SETTING_CHECKS, w.SAATY_STEPS,
        o.CARD_BLOCK, o.TIER_BLOCK, o.BAND_BLOCK, o.TIER_CHART,
    ),
)  # fmt: skip

TEMPLATES: dict[str, BookSpec] = {spec.name: spec for spec in (CUSTOMER_GRADING,)}
SHIPPED_BOOKS: tuple[BookSpec, ...] = (WORKBOOK, *TEMPLATES.values())
