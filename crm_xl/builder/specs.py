"""What we ship: the macro workbook and the templates, each a list of declared tables."""

from __future__ import annotations

from dataclasses import dataclass

from crm_xl.schema import Role, Table
from crm_xl.tables import TABLES
from crm_xl.tables.parameters import PLAN_PRIORITY, PLAN_TIER

SAMPLE_STEP = 3  # 134 of 400 customers: enough to see every table at work, few enough to read


@dataclass(frozen=True, kw_only=True)
class BookSpec:
    """A workbook to build: its file, what 首页 calls it, and its tables in reading order.

    Attributes:
        name: file name without ending; the name that the command line takes.
        folder: where the repository keeps the built file.
        guide: the guide a template answers; empty for the workbook that holds everything.
        macros: whether it holds the VBA project.
        sample_step: of the made-up customers, every how many-th is in its sample rows.
        settings: of 基本设置, by English name, where the guide asks for another value than the shipped one.
    """

    name: str
    title: str
    purpose: str
    folder: str
    tables: tuple[Table, ...]
    guide: str = ""
    macros: bool = False
    sample_step: int = 1
    settings: tuple[tuple[str, str], ...] = ()

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


def _template(name: str, guide: str, title: str, purpose: str, **settings: str) -> BookSpec:
    """The template of a guide: every table that the guide asks for."""
    return BookSpec(
        name=name,
        title=title,
        purpose=purpose,
        folder="templates",
        guide=guide,
        tables=tuple(table for table in TABLES.values() if guide in table.guide.split()),
        sample_step=SAMPLE_STEP,
        settings=tuple(settings.items()),
    )


CUSTOMER_RELATIONSHIP = _template(
    "customer_relationship",
    "000",
    "客户关系分析",
    "按价值与活跃度给客户分层，得到每位客户的维护策略与跟进计划。",
)
SALES_TEAM = _template(
    "sales_team_customers",
    "001",
    "销售团队客户分析",
    "整理客户、互动与标签，评出S/A/B/C优先级，列出问题、机会与跟进计划。",
    plan_basis=PLAN_PRIORITY,
)
INFORMATION_REPORT = _template(
    "customer_information_report",
    "002",
    "客户信息分析报告",
    "从结构、行为与价值三方面分析客户，给出问题与改进建议。",
)
CUSTOMER_GRADING = _template(
    "customer_grading",
    "003",
    "客户分级分类",
    "按评分卡给客户打分、分级，汇总各级的数量、金额与利润率，并管理分级变动。",
    plan_basis=PLAN_TIER,
)
CRM_REPORTS = _template(
    "crm_reports",
    "004",
    "客户数据报表",
    "客户画像、销售业绩、客户服务、客户流失、营销效果五张报表，带筛选与环比同比。",
)

TEMPLATES: dict[str, BookSpec] = {
    spec.name: spec
    for spec in (CUSTOMER_RELATIONSHIP, SALES_TEAM, INFORMATION_REPORT, CUSTOMER_GRADING, CRM_REPORTS)
}
SHIPPED_BOOKS: tuple[BookSpec, ...] = (WORKBOOK, *TEMPLATES.values())
