"""What people choose above an output: the period, the owner, the customer it shows; and the lists they choose from.

A choice is a table of one row that stands above its output on the same sheet. A blank cell, or 全部, leaves nothing out.
"""

from __future__ import annotations

from crm_xl.schema import Column, Kind, Role, Table
from crm_xl.tables.columns import CUSTOMER_ID, CUSTOMER_NAME, OWNER, output, text
from crm_xl.tables.outputs import BLOCK_SHEET, CHART_SHEET

LIST_SHEET = "_选项"
HIDDEN_SHEETS = (BLOCK_SHEET, CHART_SHEET, LIST_SHEET)  # what formulas, charts and dropdowns read
EVERYTHING = "全部"
UNNAMED = "（未填）"

PERIOD_AS_SET, PERIOD_MONTH, PERIOD_LAST_MONTH = "分析期间", "本月", "上月"
PERIOD_QUARTER, PERIOD_LAST_QUARTER = "本季度", "上季度"
PERIOD_YEAR, PERIOD_LAST_YEAR, PERIOD_TWELVE, PERIOD_ALL = "本年", "上年", "近12个月", "全部历史"
PERIOD_DAYS = "自选起止"
PERIODS = (
    PERIOD_AS_SET,
    PERIOD_MONTH,
    PERIOD_LAST_MONTH,
    PERIOD_QUARTER,
    PERIOD_LAST_QUARTER,
    PERIOD_YEAR,
    PERIOD_LAST_YEAR,
    PERIOD_TWELVE,
    PERIOD_ALL,
    PERIOD_DAYS,
)
GRAIN_MONTH, GRAIN_QUARTER, GRAIN_YEAR = "月", "季", "年"
GRAINS = (GRAIN_MONTH, GRAIN_QUARTER, GRAIN_YEAR)

OWNER_LIST = output(
    "tblOwnerList", "负责人选项", OWNER, needs=(), sheet=LIST_SHEET, guide="002 004", note="第一行为全部",
)  # fmt: skip
INDUSTRY_LIST = output(
    "tblIndustryList", "行业选项", text("industry", "所属行业"), needs=(), sheet=LIST_SHEET, guide="002 004",
    note="第一行为全部；两级行业的上级也可选",
)  # fmt: skip
REGION_LIST = output(
    "tblRegionList", "区域选项", text("region", "区域"), needs=(), sheet=LIST_SHEET, guide="002 004", note="第一行为全部",
)  # fmt: skip
CUSTOMER_LIST = output(
    "tblCustomerList", "客户选项", CUSTOMER_ID, CUSTOMER_NAME, sheet=LIST_SHEET, guide="002 003",
)  # fmt: skip
LISTS = (OWNER_LIST, INDUSTRY_LIST, REGION_LIST, CUSTOMER_LIST)

_PERIOD = Column(
    name="period",
    title="期间",
    kind=Kind.CHOICE,
    choices=PERIODS,
    example=PERIOD_AS_SET,
    note="自选起止时填右边两格；空白即参数中的分析期间",
)
_START = Column(name="start", title="起(含)", kind=Kind.DATE, note="期间为“自选起止”或“分析期间”时使用；空白为分析期间的第一天")
_END = Column(name="end", title="止(含)", kind=Kind.DATE, note="期间为“自选起止”或“分析期间”时使用；不晚于分析日期，空白即分析日期")
_GRAIN = Column(name="grain", title="周期", kind=Kind.CHOICE, choices=GRAINS, example=GRAIN_MONTH)
_OWNER = Column(name="owner", title="负责人", example=EVERYTHING, note="空白或“全部”为所有负责人")
_INDUSTRY = Column(name="industry", title="所属行业", example=EVERYTHING, note="空白或“全部”为所有行业")
_REGION = Column(name="region", title="区域", example=EVERYTHING, note="空白或“全部”为所有区域")
_CUSTOMER = Column(name="customer_id", title="客户编号", kind=Kind.ID, note="空白为综合得分最高的客户")


def choice(name: str, above: Table, *columns: Column) -> Table:
    """A row of choices above an output."""
    return Table(
        name=name,
        title=f"{above.title}选择",
        role=Role.PARAMETER,
        sheet=above.sheet,
        columns=columns,
        above=above.name,
        fixed_rows=1,
        guide=above.guide,
        note="改后刷新",
    )


def report_choice(name: str, above: Table, *, grain: bool = False) -> Table:
    """Period, owner, industry and region above a report; with `grain` also the length of its periods."""
    columns = (_PERIOD, _START, _END, *((_GRAIN,) if grain else ()), _OWNER, _INDUSTRY, _REGION)
    return choice(name, above, *columns)


def customer_choice(name: str, above: Table) -> Table:
    """One customer above a card."""
    return choice(name, above, _CUSTOMER)
