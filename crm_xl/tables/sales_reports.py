"""Guide 004's sales report: by period, owner and region; owners beside the team; periods compared; turning points."""

from __future__ import annotations

from crm_xl.schema import Column, Kind
from crm_xl.tables import inputs as i
from crm_xl.tables.choices import report_choice
from crm_xl.tables.columns import count, date, money, number, output, percent, text, yes_no
from crm_xl.tables.outputs import CHART_SHEET, TREND_MONTHS

TEAM = "团队"
COMPARED_MONTHS = 12  # shown beside the same months of the year before
OWNERS_SHOWN = 8  # in the charts; further ones are summed up
_NEEDS = (i.CUSTOMERS.name, i.ORDERS.name)
_POINTS = "百分点"


def _points(name: str, title: str, note: str = "") -> Column:
    """A difference of two percentages, in percentage points: never to be read as percent."""
    return number(name, f"{title}({_POINTS})", _POINTS, note, digits=2)


_SALES_OWNER = text("owner", "销售负责人", "订单的销售负责人；空白时为客户的负责人")
_REGION = text("region", "区域", "订单的区域；空白时为客户的区域")
_ORDERS = count("orders", "订单数")
_BUYERS = count("customers", "成交客户数", note="合计不重复计")
_CREATED = count("created", "新建商机数", note="按创建日期归期")
_WON = count("won", "赢单数", note="期间内创建、分析日期前赢单的商机")
_CONVERSION = percent("conversion", "转化率", "赢单数 ÷ 新建商机数")

SALES_REPORT = output(
    "tblSalesReport", "销售业绩报表",
    text("period", "时间"), _SALES_OWNER, _REGION,
    money("amount", "成交金额(万元)", "万元", "退货冲减后的净额"), percent("amount_share", "金额占比"),
    percent("period_share", "占当期", "占同一时间所有行的金额"),
    _ORDERS, _BUYERS,
    money("average_order_value", "客单价(元)", note="成交金额 ÷ 订单数"),
    percent("value_against_team", "客单价较团队", "当期全体负责人的客单价为基数"),
    _CREATED, _WON, _CONVERSION,
    _points("conversion_against_team", "转化率较团队", "减去当期全体负责人的转化率"),
    text("notes", "说明"),
    needs=_NEEDS, guide="004",
    note="每个时间、负责人、区域一行；最后一行为合计，占比按最大余数法取两位；团队为所选行业、区域的全体负责人",
)  # fmt: skip

OWNER_COMPARE = output(
    "tblOwnerCompare", "负责人对比",
    _SALES_OWNER,
    money("amount", "成交金额(万元)", "万元"), percent("amount_share", "金额占比"),
    percent("amount_against_mean", "金额较人均", "人均 = 团队金额 ÷ 有成交或商机的负责人数"),
    _ORDERS, _BUYERS,
    number("average_order_value", "客单价(万元)", "万元", "成交金额 ÷ 订单数", digits=4),
    percent("value_against_team", "客单价较团队", "÷ 团队客单价 − 1"),
    _CREATED, _WON, _CONVERSION, _points("conversion_against_team", "转化率较团队", "减去团队的转化率"),
    number("value_by_conversion", "客单价×转化率(万元)", "万元", "每个商机的期望成交额，兼顾单价与转化", digits=4),
    percent("yield_against_team", "客单价×转化率较团队", "÷ 团队的这一数 − 1"),
    text("comparison", "对比结论", "商机不足“最小分组家数”的负责人不评价转化率"),
    needs=_NEEDS, guide="004", note="最后一行为团队：比率为Σ÷Σ，不是各人的平均",
)  # fmt: skip

COMPARE = output(
    "tblCompare", "环比同比",
    text("grain", "周期"), text("period", "本期"), date("start", "本期起"), date("end", "本期止"),
    yes_no("complete", "是否满期", "未满期时，上期与去年同期也只取到同一进度"),
    text("metric", "指标"), text("unit", "单位"),
    number("current", "本期值", digits=2), number("previous", "上期值", digits=2), number("last_year", "去年同期值", digits=2),
    percent("chain_growth", "环比", "本期 ÷ 上期 − 1；基数为0或负时空白"),
    percent("year_growth", "同比", "本期 ÷ 去年同期 − 1；基数为0或负时空白"),
    _points("chain_points", "环比变动", "比率指标：本期 − 上期"),
    _points("year_points", "同比变动", "比率指标：本期 − 去年同期"),
    text("statement", "结论"), text("notes", "说明"),
    needs=_NEEDS, guide="004",
    note="所选期间最后一天所在的月、季、年，与上一期、去年同期相比；比率只给百分点；商机转化率按同样的跟进天数比较",
)  # fmt: skip

TURNING_POINTS = output(
    "tblTurningPoints", "趋势拐点",
    text("metric", "指标"), Column(name="month", title="月份", kind=Kind.MONTH),
    text("turn", "拐点", "由升转降为峰，由降转升为谷"),
    number("value", "当月值", digits=2), text("unit", "单位"),
    percent("prominence", "显著度", "与两侧落差中较小者，除以各月均值"), text("statement", "结论"),
    needs=_NEEDS, guide="004", note="所选期间最后一天为止的24个月；显著度达到参数“拐点显著度”、折合客户数达到“拐点最小基数”的局部极值，未满的月份不计",
)  # fmt: skip

# Of months that turn, the figure; else nothing.
TURNS = (
    money("amount_turn", "金额拐点", "万元"), count("new_customers_turn", "新增客户拐点"),
    percent("active_share_turn", "活跃占比拐点"),
)  # fmt: skip

# Blocks that charts read.
COMPARE_CHART = output(
    "tblCompareChart", "同比图表", text("label", "月份"), money("amount", "本期(万元)", "万元"),
    money("last_year", "去年同期(万元)", "万元"), percent("year_growth", "同比"),
    needs=_NEEDS, sheet=CHART_SHEET, fixed_rows=COMPARED_MONTHS, guide="004",
)  # fmt: skip
OWNER_CHART = output(
    "tblOwnerChart", "负责人图表", text("label", "销售负责人"), money("amount", "成交金额(万元)", "万元"),
    number("value_by_conversion", "客单价×转化率(万元)", "万元", digits=4),
    number("team", "团队客单价×转化率(万元)", "万元", digits=4),
    needs=_NEEDS, sheet=CHART_SHEET, fixed_rows=OWNERS_SHOWN, guide="004",
)  # fmt: skip
SALES_CHART = output(
    "tblSalesChart", "业绩图表", text("label", "时间"), money("amount", "成交金额(万元)", "万元"),
    percent("conversion", "转化率"),
    needs=_NEEDS, sheet=CHART_SHEET, fixed_rows=COMPARED_MONTHS, guide="004",
)  # fmt: skip
TURNING_CHART = output(
    "tblTurningChart", "拐点图表", Column(name="month", title="月份", kind=Kind.MONTH),
    money("amount", "订单总额(万元)", "万元"), count("new_customers", "新增客户数"), percent("active_share", "活跃客户占比"),
    *TURNS,
    needs=_NEEDS, sheet=CHART_SHEET, fixed_rows=TREND_MONTHS, guide="004",
)  # fmt: skip

OUTPUTS = (
    SALES_REPORT, OWNER_COMPARE, COMPARE, TURNING_POINTS, COMPARE_CHART, OWNER_CHART, SALES_CHART, TURNING_CHART,
)  # fmt: skip

SALES_CHOICE = report_choice("tblSalesChoice", SALES_REPORT, grain=True)
OWNER_CHOICE = report_choice("tblOwnerChoice", OWNER_COMPARE)
COMPARE_CHOICE = report_choice("tblCompareChoice", COMPARE)
TURNING_CHOICE = report_choice("tblTurningChoice", TURNING_POINTS)
CHOICES = (SALES_CHOICE, OWNER_CHOICE, COMPARE_CHOICE, TURNING_CHOICE)
