"""Inputs as people leave them, and exactly what each function answers; checked by hand against SPEC 7."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

FOUR = "应有4列：年消费额、利润率、合作时长、交叉购买率，现为"
IN_ORDER = "列。请按此顺序引用，或连同标题行一起引用。"
NO_NUMBER = "不是数字，请只写数字。"
NO_DATE = "不是日期，请写成 2024-03-05。"
TRUTH = "单元格为逻辑值 TRUE/FALSE，请重新填写。"
A_DATE = "单元格为日期，可能被表格软件自动改过，请以文本格式重新填写。"
SAME_SIZE = "请引用同样大小的区域。"
NO_BASE = "#|基期为零或负数，增长率没有意义，故留空。"
WITH_HEADINGS = "请连同标题行一起引用，如 tblOrders[#All]。"
RFM_HEADINGS = ["客户编号", "R 距上次订单(天)", "F 订单频次", "M 订单总额(元)", "R得分", "F得分", "M得分"]
ORDERS = ["客户编号", "订单日期", "订单金额(元)"]

# Function, arguments as a sheet holds them, answer.
CASES: list[tuple[str, list[Any], Any]] = [
    (
        "INDICATOR_POINTS",
        [
            [[3], [2.5]],
            [["好感"], ["好评"]],
            [["指标", "下限(含)", "得分"], ["好感", None, 0], ["好感", 3, 50]],
        ],
        [[50.0], ["#N/A|没有名为“好评”的指标。可填：好感。"]],
    ),
    # Excel's newer errors, as texts and as the numbers they arrive as.
    ("CUSTOMER_TIER", [[[-2146826243], [-2146826238.0]]], [["#SPILL!"], ["潜在级"]]),
    ("CUSTOMER_TIER", [[["#SPILL!"], ["#CALC!"], [90]]], [["#SPILL!"], ["#CALC!"], ["战略级"]]),
    ("ACTIVITY_TIER", [date(2026, 2, 27), date(2026, 5, 31)], "沉默"),
    ("CUSTOMER_SCORE", [None], ""),
    ("CUSTOMER_SCORE", [""], ""),
    ("CUSTOMER_SCORE", ["#N/A"], "#N/A"),
    ("CUSTOMER_SCORE", [[]], ""),
    ("CUSTOMER_SCORE", [5], f"#VALUE!|{FOUR}1{IN_ORDER}"),
    ("CUSTOMER_SCORE", [[[Decimal("1200"), Decimal("0.15"), 5.0, "30%"]]], 94.5),
    ("CUSTOMER_SCORE", [[["1,200", "１５%", "5年", "0.3"]]], 94.5),
    ("CUSTOMER_SCORE", [[["1200万", 0.15, 5, 0.3]]], 94.5),
    ("CUSTOMER_SCORE", [[[1200], [0.15], [5], [0.3]]], 94.5),
    (
        "CUSTOMER_SCORE",
        [
            [
                [1200, 0.15, 5, 0.3],
                ["", "", "", ""],
                [None, 0.15, 5, 0.3],
                [1200, "#DIV/0!", 5, "x"],
                [1200, 15, 5, 0.3],
                [1200, True, 5, 0.3],
                [1200, datetime(2024, 1, 1), 5, 0.3],
            ]
        ],
        [
            [94.5],
            [""],
            ["待评估"],
            ["#DIV/0!"],
            ["#VALUE!|利润率第5行第2列：百分比请写成 15% 或 0.15。"],
            [f"#VALUE!|利润率第6行第2列：{TRUTH}"],
            [f"#VALUE!|利润率第7行第2列：{A_DATE}"],
        ],
    ),
    ("CUSTOMER_SCORE", [[[1, 2, 3]]], f"#VALUE!|{FOUR}3{IN_ORDER}"),
    (
        "CUSTOMER_SCORE",
        [
            [
                ["利润率", "客户编号", "年消费额(万元)", "交叉购买率", "合作时长"],
                [0.15, "C1", 1200, 0.3, 5],
                [0.18, 1002.0, 1500, 0.35, 6],
            ]
        ],
        [[94.5], [100.0]],
    ),
    (
        "CUSTOMER_SCORE",
        [[["利润率", "年消费额"], [0.15, 1200]]],
        "#VALUE!|标题行缺少“合作时长”、“交叉购买率”；现有标题：“利润率”、“年消费额”。请补上这些列，或只引用数值区域。",
    ),
    (
        "CUSTOMER_SCORE",
        [[["姓名", "电话"], ["a", "b"]]],
        "#VALUE!|标题行缺少“年消费额”、“利润率”、“合作时长”、“交叉购买率”；现有标题：“姓名”、“电话”。请补上这些列，或只引用数值区域。",
    ),
    ("CUSTOMER_SCORE", [[["年消费额", "利润率", "合作时长", "交叉购买率"]]], ""),
    (
        "CUSTOMER_SCORE",
        [[["年消费额", "利润率", "合作时长", "交叉购买率", "利润率"], [1200, 0.15, 5, 0.3, 0.2]]],
        "#VALUE!|标题“利润率”出现了2次，无法确定用哪一列。请改名或删除多余的列。",
    ),
    ("INDICATOR_POINTS", [None, "利润率"], ""),
    ("INDICATOR_POINTS", ["", "利润率"], ""),
    ("INDICATOR_POINTS", ["#REF!", "利润率"], "#REF!"),
    ("INDICATOR_POINTS", [Decimal("0.15"), "利润率"], 90.0),
    ("INDICATOR_POINTS", ["15%", "利润率"], 90.0),
    ("INDICATOR_POINTS", [0.15, None], ""),
    (
        "INDICATOR_POINTS",
        [[["0.15", None, "x", datetime(2024, 1, 1)]], "利润率"],
        [[90.0, "", f"#VALUE!|利润率第1行第3列：{NO_NUMBER}", f"#VALUE!|利润率第1行第4列：{A_DATE}"]],
    ),
    ("INDICATOR_POINTS", [[[500], [499.9999999999], [499.99]], "年消费额(万元)"], [[80.0], [80.0], [60.0]]),
    (
        "INDICATOR_POINTS",
        [[[1200, 0.15, 5, 0.3]], [["年消费额", "利润率", "合作时长", "交叉购买率"]]],
        [[100.0, 90.0, 100.0, 80.0]],
    ),
    ("INDICATOR_POINTS", [[], "利润率"], ""),
    ("SCORE_EXPLAIN", [None], ""),
    ("SCORE_EXPLAIN", ["#N/A"], "#N/A"),
    ("SCORE_EXPLAIN", [[[1200, None, 5, 0.3]]], "待评估：缺少利润率"),
    (
        "SCORE_EXPLAIN",
        [[["1200", Decimal("0.14"), 5.0, 0.3], [None, None, None, None], ["x", 1, 1, 1]]],
        [
            [
                "年消费额 1200万 → 100 × 40% = 40.0；利润率 14% → 80 × 25% = 20.0；"
                "合作时长 5年 → 100 × 20% = 20.0；交叉购买率 30% → 80 × 15% = 12.0；合计 92.0"
            ],
            [""],
            [f"#VALUE!|年消费额(万元)第3行第1列：{NO_NUMBER}"],
        ],
    ),
    ("SCORE_EXPLAIN", [[]], ""),
    ("CUSTOMER_TIER", [None], ""),
    ("CUSTOMER_TIER", [""], ""),
    ("CUSTOMER_TIER", ["#NUM!"], "#NUM!"),
    ("CUSTOMER_TIER", [Decimal("94.5")], "战略级"),
    ("CUSTOMER_TIER", ["94.5"], "战略级"),
    ("CUSTOMER_TIER", ["待评估"], "待评估"),
    ("CUSTOMER_TIER", ["优"], f"#VALUE!|得分：{NO_NUMBER}"),
    ("CUSTOMER_TIER", [True], f"#VALUE!|得分：{TRUTH}"),
    ("CUSTOMER_TIER", [datetime(2024, 1, 1)], f"#VALUE!|得分：{A_DATE}"),
    ("CUSTOMER_TIER", [[[90, 89.5, 75, 60, 59.999]]], [["战略级", "重点级", "重点级", "普通级", "潜在级"]]),
    ("CUSTOMER_TIER", [[[90], [None], ["#N/A"]]], [["战略级"], [""], ["#N/A"]]),
    ("CUSTOMER_TIER", [[]], ""),
    ("PRIORITY", [None], ""),
    ("PRIORITY", ["#N/A"], "#N/A"),
    ("PRIORITY", ["７０"], "A"),
    ("PRIORITY", [Decimal("85")], "S"),
    ("PRIORITY", ["待评估"], "待评估"),
    ("PRIORITY", [[[85, "x"], [None, 60.0]]], [["S", f"#VALUE!|得分第1行第2列：{NO_NUMBER}"], ["", "B"]]),
    ("PRIORITY", [[]], ""),
    ("VALUE_POTENTIAL", [None, 1, 1, 1], ""),
    ("VALUE_POTENTIAL", ["#N/A", 1, 1, 1], "#N/A"),
    ("VALUE_POTENTIAL", [1, "#N/A", 1, 1], "#N/A"),
    ("VALUE_POTENTIAL", ["600", Decimal("0.1"), 500, "0.1"], "S"),
    (
        "VALUE_POTENTIAL",
        [[[600], [400], [None], ["x"]], [[0.2], [0.2], [0.2], [0.2]], 500, 0.1],
        [["S"], ["B"], [""], [f"#VALUE!|价值第4行第1列：{NO_NUMBER}"]],
    ),
    (
        "VALUE_POTENTIAL",
        [[[1], [2]], [[1], [2], [3]], 1, 1],
        f"#VALUE!|区域大小不一致：价值 2行1列、潜力 3行1列、价值界限 1行1列、潜力界限 1行1列。{SAME_SIZE}",
    ),
    ("VALUE_POTENTIAL", [[], 1, 1, 1], ""),
    ("VALUE_POTENTIAL", [1, 1, None, 1], ""),
    ("VALUE_TIER", [None], ""),
    ("VALUE_TIER", [""], ""),
    ("VALUE_TIER", [5], "高"),
    ("VALUE_TIER", ["#N/A"], "#N/A"),
    ("VALUE_TIER", [[[1], ["#DIV/0!"], ["x"]]], "#DIV/0!"),
    ("VALUE_TIER", [[[1], ["x"]]], f"#VALUE!|金额第2行第1列：{NO_NUMBER}"),
    ("VALUE_TIER", [[["1.2万", Decimal("100"), None, "50元", 0, -3]]], [["高", "中", "", "中", "低", "低"]]),
    ("VALUE_TIER", [[[5], [4], [3], [2], [1]], "40%", 0.6], [["高"], ["高"], ["中"], ["低"], ["低"]]),
    (
        "VALUE_TIER",
        [[[5], [4]], 0.6, 0.5],
        "#NUM!|占比应满足 0 ≤ 高价值占比 ≤ 高中价值累计占比 ≤ 1，现为 0.6 和 0.5。例如 0.2 和 0.5。",
    ),
    ("VALUE_TIER", [[[5], [4]], "x"], f"#VALUE!|高价值占比：{NO_NUMBER}"),
    ("VALUE_TIER", [[]], ""),
    ("ACTIVITY_TIER", [None, "2026-05-31"], ""),
    ("ACTIVITY_TIER", ["", "2026-05-31"], ""),
    ("ACTIVITY_TIER", ["#N/A", "2026-05-31"], "#N/A"),
    ("ACTIVITY_TIER", ["2026-02-28", None], ""),
    ("ACTIVITY_TIER", [datetime(2026, 2, 28), datetime(2026, 5, 31)], "活跃"),
    ("ACTIVITY_TIER", [46081.0, 46173], "活跃"),
    ("ACTIVITY_TIER", ["2026年2月27日", "20260531"], "沉默"),
    (
        "ACTIVITY_TIER",
        [[["2026/2/28"], [20260227.0], ["3/5/2026"], [datetime(2026, 6, 1)], [None], [5.0]], "2026-05-31"],
        [
            ["活跃"],
            ["沉默"],
            [f"#VALUE!|最近订单日期第3行第1列：{NO_DATE}"],
            ["#NUM!|最近订单日期晚于分析日期。"],
            [""],
            [f"#VALUE!|最近订单日期第6行第1列：{NO_DATE}"],
        ],
    ),
    ("ACTIVITY_TIER", ["2026-04-01", "2026-05-31", 1], "沉默"),
    (
        "ACTIVITY_TIER",
        ["2026-04-01", "2026-05-31", 7],
        "#NUM!|应满足 1 ≤ 活跃月数 ≤ 沉默月数，现为 7 和 6。例如 3 和 6。",
    ),
    ("ACTIVITY_TIER", [[], "2026-05-31"], ""),
    ("ACTIVITY_TIER", ["2026-02-30", "2026-05-31"], "#VALUE!|最近订单日期：没有这一天或这一时刻。"),
    ("RFM_TABLE", [None, "2026-10-31"], ""),
    ("RFM_TABLE", ["#N/A", "2026-10-31"], "#N/A"),
    (
        "RFM_TABLE",
        [[["客户编号", "订单日期"]], "2026-10-31"],
        f"#VALUE!|订单区域的标题行缺少“订单金额(元)”。{WITH_HEADINGS}",
    ),
    ("RFM_TABLE", [[ORDERS], "2026-10-31"], [RFM_HEADINGS]),
    (
        "RFM_TABLE",
        [
            [
                ORDERS,
                [1001.0, datetime(2026, 10, 30), Decimal("100.5")],
                ["1001", "2026-10-29", "1.2万"],
                [None, None, None],
            ],
            46326,
        ],
        [RFM_HEADINGS, ["1001", 1.0, 2.0, 12100.5, 5.0, 1.0, 1.0]],
    ),
    ("RFM_TABLE", [[ORDERS, ["C1", "2026-10-30", "#DIV/0!"], ["C1", "x", 1]], "2026-10-31"], "#DIV/0!"),
    ("RFM_TABLE", [[ORDERS, ["C1", "昨天", 5]], "2026-10-31"], f"#VALUE!|订单日期第2行第2列：{NO_DATE}"),
    (
        "RFM_TABLE",
        [[ORDERS, ["C1", None, 5]], "2026-10-31"],
        "#VALUE!|订单区域第2行的订单日期为空白。请补上或删除该行。",
    ),
    ("RFM_TABLE", [[ORDERS, ["C1", "2026-10-30", 5]], "x"], f"#VALUE!|分析日期：{NO_DATE}"),
    ("RFM_TABLE", [[ORDERS, ["C1", "2026-10-30", 5]], None], ""),
    ("RFM_TABLE", [[ORDERS, ["C1", "2026-11-30", 5]], "2026-10-31"], [RFM_HEADINGS]),
    ("RFM_SCORE", [None, [[1, 2]]], ""),
    ("RFM_SCORE", ["#N/A", [[1, 2]]], "#N/A"),
    ("RFM_SCORE", [5, None], ""),
    ("RFM_SCORE", [5, [[1, "#N/A"]]], "#N/A"),
    ("RFM_SCORE", [5, [[2, 1]]], "#NUM!|分界应从小到大。例如 30、90、180、365。"),
    ("RFM_SCORE", ["31", [["30"], [Decimal("90")], [None]], "是"], 2.0),
    (
        "RFM_SCORE",
        [[[0, 1, 1.5, "x", None]], [[1, 2]]],
        [[1.0, 1.0, 2.0, f"#VALUE!|数值第1行第4列：{NO_NUMBER}", ""]],
    ),
    ("RFM_SCORE", [5, [[1, 2]], "大概"], "#VALUE!|越小越好：请写“是”或“否”。"),
    ("RFM_SCORE", [[], [[1]]], ""),
    ("RFM_SEGMENT", [None, 5, 5], ""),
    ("RFM_SEGMENT", [5, "#N/A", 5], "#N/A"),
    ("RFM_SEGMENT", ["5", Decimal("1"), 3.0], "重要发展客户"),
    ("RFM_SEGMENT", [0, 5, 5], "#NUM!|R、F、M 得分应在 1 至 5 之间。"),
    (
        "RFM_SEGMENT",
        [[[5], [1], ["x"], [None]], [[5], [1], [1], [1]], 5],
        [["重要价值客户"], ["重要挽留客户"], [f"#VALUE!|R第3行第1列：{NO_NUMBER}"], [""]],
    ),
    ("RFM_SEGMENT", [20, 6, 30000, "三分类"], "高价值客户"),
    ("RFM_SEGMENT", [5, 5, 5, "九分类"], "#N/A|没有名为“九分类”的分群方案。可填：三分类、八分类、十一分类。"),
    ("RFM_SEGMENT", [[], 5, 5], ""),
    ("TIER_SUMMARY", [None, None], ""),
    ("TIER_SUMMARY", ["战略级", "#N/A"], "#N/A"),
    (
        "TIER_SUMMARY",
        [[["战略级"], ["重点级"]], [[1]]],
        f"#VALUE!|区域大小不一致：分级 2个、金额 1个。{SAME_SIZE}",
    ),
    (
        "TIER_SUMMARY",
        [[["甲"], [None], ["甲"], [None]], [["1.2万"], [Decimal("8000")], [None], [None]]],
        [
            ["分级", "客户数(家)", "客户占比", "金额", "金额占比", "利润率"],
            ["甲", 2.0, 0.6667, 12000.0, 0.6, ""],
            ["待评估", 1.0, 0.3333, 8000.0, 0.4, ""],
            ["合计", 3.0, 1.0, 20000.0, 1.0, ""],
        ],
    ),
    ("TIER_SUMMARY", ["甲", "x"], f"#VALUE!|金额：{NO_NUMBER}"),
    ("TIER_SUMMARY", [[], []], ""),
    ("GROWTH_RATE", [None, 100], ""),
    ("GROWTH_RATE", [100, None], ""),
    ("GROWTH_RATE", ["#N/A", 0], "#N/A"),
    ("GROWTH_RATE", [115, 0], NO_BASE),
    ("GROWTH_RATE", [115, -5], NO_BASE),
    ("GROWTH_RATE", ["150", Decimal("100")], 0.5),
    (
        "GROWTH_RATE",
        [[[150], [None], ["x"], [True]], [[100], [100], [100], [100]]],
        [[0.5], [""], [f"#VALUE!|本期第3行第1列：{NO_NUMBER}"], [f"#VALUE!|本期第4行第1列：{TRUTH}"]],
    ),
    ("GROWTH_RATE", [datetime(2024, 1, 1), 5], f"#VALUE!|本期：{A_DATE}"),
    ("GROWTH_RATE", [[], 5], ""),
    ("PERIOD_TOTAL", [None, None, "2026-10-01", "2026-10-31"], 0.0),
    (
        "PERIOD_TOTAL",
        [
            [["2026-10-01"], [46326.0], [datetime(2026, 10, 31, 23)], [None]],
            [["1,000"], [Decimal("0.5")], ["1.2万"], [None]],
            "2026-10-01",
            datetime(2026, 10, 31),
        ],
        13000.5,
    ),
    ("PERIOD_TOTAL", [[["2026-10-01"], ["#N/A"]], [[1], ["x"]], "2026-10-01", "2026-10-31"], "#N/A"),
    (
        "PERIOD_TOTAL",
        [[["2026-10-01"], [None]], [[1], [2]], "2026-10-01", "2026-10-31"],
        "#VALUE!|第2个金额没有日期。请补上日期。",
    ),
    ("PERIOD_TOTAL", ["2026-10-01", 5, "2026-10-31", "2026-10-01"], "#NUM!|起始日期晚于截止日期。"),
    (
        "PERIOD_TOTAL",
        [[["2026-10-01"]], [[5], [6]], "2026-10-01", "2026-10-31"],
        f"#VALUE!|区域大小不一致：日期 1个、金额 2个。{SAME_SIZE}",
    ),
    (
        "PERIOD_TOTAL",
        [
            "2026-10-01",
            5,
            [["2026-09-01"], ["2026-11-01"], [None], ["x"]],
            [["2026-10-31"], ["2026-11-30"], ["2026-10-31"], ["2026-10-31"]],
        ],
        [[5.0], [0.0], [""], [f"#VALUE!|起始日期第4行第1列：{NO_DATE}"]],
    ),
    ("AVERAGE_ORDER_VALUE", [None, 5], ""),
    ("AVERAGE_ORDER_VALUE", ["#NAME?", 5], "#NAME?"),
    ("AVERAGE_ORDER_VALUE", ["1.2万", Decimal("4")], 3000.0),
    ("AVERAGE_ORDER_VALUE", [5, 0], "#DIV/0!|订单数为零，没有客单价。"),
    ("AVERAGE_ORDER_VALUE", [5, -1], "#NUM!|订单数不能为负数。"),
    (
        "AVERAGE_ORDER_VALUE",
        [[[10, 20], ["x", None]], 2.0],
        [[5.0, 10.0], [f"#VALUE!|订单总额第2行第1列：{NO_NUMBER}", ""]],
    ),
    ("AVERAGE_ORDER_VALUE", [[], 2], ""),
    ("REPURCHASE_RATE", [None, None], ""),
    ("REPURCHASE_RATE", ["C1", "S1"], 0.0),
    ("REPURCHASE_RATE", [[[1001.0], ["1001"], ["#N/A"]], [[1], [2], [3]]], "#N/A"),
    ("REPURCHASE_RATE", [[[1001.0], ["1001"], [None]], [["S1"], [2.0], [None]]], 1.0),
    (
        "REPURCHASE_RATE",
        [[["C1"], [None]], [["S1"], ["S2"]]],
        "#VALUE!|第2个订单没有客户编号。请补上客户编号。",
    ),
    (
        "REPURCHASE_RATE",
        [[["C1"]], [["S1"], ["S2"]]],
        f"#VALUE!|区域大小不一致：客户编号 1个、订单编号 2个。{SAME_SIZE}",
    ),
    (
        "REPURCHASE_RATE",
        [4.2e17, "S1"],
        "#VALUE!|客户编号：编号超过15位且存为数字，后几位已丢失，请以文本格式重新导出。",
    ),
    ("REPURCHASE_RATE", [[], []], ""),
    ("POTENTIAL_TIER", [None, 4, 4], ""),
    ("POTENTIAL_TIER", ["4分", 4, "4"], "高"),
    ("POTENTIAL_TIER", [[[2.5], [2]], 2.5, 2.5], [["中"], ["低"]]),
    ("POTENTIAL_TIER", [6, 4, 4], "#NUM!|三项打分应在1至5之间。"),
    ("POTENTIAL_TIER", [[[4], ["x"]], 4, 4], [["高"], [f"#VALUE!|企业规模等级第2行第1列：{NO_NUMBER}"]]),
    ("AHP_WEIGHTS", [7], "#VALUE!|第1行第1列：对角线应为1，现为 7。每项与自身比较填1。"),
    ("AHP_WEIGHTS", [[[1, 2]]], "#VALUE!|判断矩阵应为方阵，现为1行2列。请引用行数与列数相同的区域。"),
    # Half a triangle, and reciprocals rounded as people type them: 3 is exact, 0.33 is not.
    ("AHP_WEIGHTS", [[[None, 3], [None, None]]], [[0.75], [0.25]]),
    ("AHP_WEIGHTS", [[[1, 0.33], [3, 1]]], [[0.25], [0.75]]),
    (
        "AHP_WEIGHTS",
        [[[1, 2], [2, 1]]],
        "#VALUE!|第2行第1列：与第1行第2列的 2 不互为倒数，现为 2。应为 1/2，或清空其中一格。",
    ),
    (
        "AHP_WEIGHTS",
        [[[1, 0], [-1, 1]]],
        "#VALUE!|共有 2 处需要修改：\n第1行第2列：判断值必须大于0，现为 0。同等重要填1，较不重要填倒数如1/3。\n"
        "第2行第1列：判断值必须大于0，现为 -1。同等重要填1，较不重要填倒数如1/3。",
    ),
    (
        "AHP_WEIGHTS",
        [[[1, 3, None], [None, 1, None], [None, None, 1]]],
        "#VALUE!|判断不足，以下各组之间没有任何比较：“第1项”、“第2项”；“第3项”。请至少补上“第1项”与“第3项”的比较。",
    ),
    (
        "AHP_WEIGHTS",
        [[[1, 2], [0.5, 1]], "Saaty"],
        "#N/A|没有名为“Saaty”的随机一致性指标表。可填：Saaty 1980、Saaty 2005、Donegan-Dodd 1991。",
    ),
    # Preferences in a circle, 9 times each: λmax = 1 + 9 + 1/9, CI = 64/18, CR = 64 ÷ 18 ÷ 0.58 = 6.130.
    (
        "AHP_WEIGHTS",
        [[[1, 9, None], [None, 1, 9], [9, None, 1]]],
        "#NUM!|判断前后不一致：CR=6.130，超过0.10（RI取Saaty 1980）。“第1项”比“第2项”填了9，与其余判断一致的值约为1/81，"
        "建议改为1/9（改后CR为0.483，仍须复核其他判断）。",
    ),
    ("AHP_CR", [[[1, 9, None], [None, 1, 9], [9, None, 1]]], 64 / 18 / 0.58),
    ("AHP_CR", [[[1, 9, None], [None, 1, 9], [9, None, 1]], "Saaty 2005"], 64 / 18 / 0.52),
    ("AHP_CR", [[[1, 5], [0.2, 1]]], 0.0),
    ("AHP_CR", [[["#N/A", 5], [0.2, 1]]], "#N/A"),
]
