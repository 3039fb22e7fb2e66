"""The blocks of 看板: fixed sizes, so that the page and its charts stay as they are after every refresh (guide 004)."""

from __future__ import annotations

from crm_xl.schema import Column, Kind, Table
from crm_xl.tables import inputs as i
from crm_xl.tables.columns import CUSTOMER_ID, CUSTOMER_NAME, OWNER, count, money, output, text
from crm_xl.tables.outputs import CHART_SHEET, TREND_MONTHS
from crm_xl.tables.sales_reports import TURNS

DASHBOARD_SHEET = "看板"
SCORES_SHOWN = 5  # of R and of F
INDUSTRIES_SHOWN, REGIONS_SHOWN, LISTED = 8, 8, 8
QUARTERS_SHOWN = 4
_ORDERS = (i.CUSTOMERS.name, i.ORDERS.name)

FIGURE_TITLES = (
    "客户数", "订单总额", "订单数", "下单客户数", "客单价", "毛利率", "新增客户数", "期末活跃客户占比", "高级别流失预警", "最高级别客户",
)  # fmt: skip
STATUS_TITLES = ("金额平衡", "数据核对", "搁置的行", "台账条数", "分析日期")

KEY_FIGURES = output(
    "tblKeyFigures", "关键指标",
    text("figure", "指标"), text("current", "本期"), text("previous", "上期"),
    text("change", "变化", "比率为百分点，其余为百分比；上期为0或负时空白"),
    sheet=DASHBOARD_SHEET, fixed_rows=len(FIGURE_TITLES), guide="004", note="本期即分析期间，上期为之前等长的期间",
)

RF_HEAT = output(
    "tblRfHeat", "R×F热力图",
    text("r", "R得分", "5为最近"), *(count(f"f{score}", f"F{score}") for score in range(1, SCORES_SHOWN + 1)),
    needs=_ORDERS, sheet=DASHBOARD_SHEET, fixed_rows=SCORES_SHOWN, guide="004", note="格内为客户数(家)",
)

REGION_HEAT = output(
    "tblRegionHeat", "区域热力图",
    text("region", "区域"),
    *(money(f"back_{back}", title, "万元") for back, title in
      reversed(tuple(enumerate(("近3个月(万元)", "前4-6个月(万元)", "前7-9个月(万元)", "前10-12个月(万元)"))))),
    needs=_ORDERS, sheet=DASHBOARD_SHEET, fixed_rows=REGIONS_SHOWN, guide="004", note="订单净额；金额最大的区域在前，其余合为其他",
)

TOP_WARNINGS = output(
    "tblTopWarnings", "最需联系的客户",
    CUSTOMER_ID, CUSTOMER_NAME, OWNER, text("level", "级别"), money("annual_amount_wan", "近12个月(万元)", "万元"),
    text("reason", "首要原因"),
    needs=_ORDERS, sheet=DASHBOARD_SHEET, fixed_rows=LISTED, guide="004", note="预警级别高、近12个月金额大的在前",
)

TOP_MOVERS = output(
    "tblTopMovers", "最近的分级异动",
    CUSTOMER_ID, CUSTOMER_NAME, text("from_tier", "原分级"), text("to_tier", "现分级"), text("reason", "原因"),
    sheet=DASHBOARD_SHEET, fixed_rows=LISTED, guide="004", note="金额大的在前；全部见客户分级异动表",
)

DATA_STATUS = output(
    "tblDataStatus", "数据状态",
    text("item", "项目"), text("result", "结果"),
    needs=(), sheet=DASHBOARD_SHEET, fixed_rows=len(STATUS_TITLES), guide="004",
)

INDUSTRY_CHART = output(
    "tblIndustryChart", "行业图表",
    text("label", "行业"), count("customers", "客户数(家)"), money("amount", "年消费额(万元)", "万元"),
    sheet=CHART_SHEET, fixed_rows=INDUSTRIES_SHOWN, guide="004", note="金额最大的行业在前，其余合为其他",
)

TREND_TURNS = output(
    "tblTrendTurns", "月度走势拐点", Column(name="month", title="月份", kind=Kind.MONTH), *TURNS,
    needs=_ORDERS, sheet=CHART_SHEET, fixed_rows=TREND_MONTHS, guide="004", note="月度趋势的拐点，不随趋势拐点表上方的选择改变",
)

OUTPUTS: tuple[Table, ...] = (
    KEY_FIGURES, RF_HEAT, REGION_HEAT, TOP_WARNINGS, TOP_MOVERS, DATA_STATUS, INDUSTRY_CHART, TREND_TURNS,
)
