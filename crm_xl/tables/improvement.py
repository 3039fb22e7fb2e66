"""The rules by which improvement rows are proposed: what is a problem, from which value on, and what to do (guide 002).

The texts stand in 参数 beside the thresholds: a manager who knows a better remedy writes it there.
"""

from __future__ import annotations

from typing import Any

from crm_xl.schema import Column, Kind, Role, Table
from crm_xl.tables.inputs import CAUSE_LEVELS
from crm_xl.tables.parameters import SHEET

LOW_LOGINS, LOW_CORE_USE, MANY_COMPLAINTS = "登录频次低", "核心功能使用率低", "投诉偏多"
SLOW_ANSWER, LOW_CSAT, SLOW_SOLUTION = "响应超时", "满意度低", "解决缓慢"
SINGLE_PRODUCT, FALLING_AMOUNT, OVERDUE_ACTIONS = "产品单一", "消费下降", "约定逾期"
PERCENT, POINTS = "%", "百分点"
# Rule -> the unit its threshold is in.
UNITS = {
    LOW_LOGINS: PERCENT, LOW_CORE_USE: POINTS, MANY_COMPLAINTS: PERCENT, SLOW_ANSWER: "小时", LOW_CSAT: "分",
    SLOW_SOLUTION: "天", SINGLE_PRODUCT: "类", FALLING_AMOUNT: PERCENT, OVERDUE_ACTIONS: "项",
}

IMPROVEMENT_RULES = Table(
    name="tblImprovementRules", title="改进规则", role=Role.PARAMETER, sheet=SHEET,
    columns=(
        Column(name="rule", title="规则", required=True, example=LOW_CORE_USE),
        Column(name="enabled", title="启用", kind=Kind.YESNO, required=True, example="是"),
        Column(name="threshold", title="阈值", kind=Kind.NUMBER, minimum=0, example="15"),
        Column(name="unit", title="单位", example=POINTS),
        Column(name="cause_level", title="归因层面", kind=Kind.CHOICE, choices=CAUSE_LEVELS, required=True, example="产品"),
        Column(name="problem", title="问题描述", required=True, example="核心功能使用率低"),
        Column(name="root_cause", title="根因分析", example="客户对功能认知不足"),
        Column(name="advice", title="改进建议", example="提供“功能操作线上培训课”"),
        Column(name="department", title="责任部门", example="产品部"),
        Column(name="days", title="完成天数", kind=Kind.INTEGER, unit="天", required=True, minimum=0, example="60",
               note="建议完成时间 = 分析日期 + 此天数"),
        Column(name="notes", title="备注"),
    ),
    key=("rule",), guide="002", note="删去一行即停用该规则；文字可改，规则名与单位不可改；家数不足的行业不与均值比较",
)

SHIPPED_RULES: list[tuple[Any, ...]] = [
    (LOW_LOGINS, True, 40, PERCENT, "客户", "产品登录频次低", "使用习惯未形成", "回访并协助设定使用计划",
     "销售部", 30, "低于行业均值超过此比例"),
    (LOW_CORE_USE, True, 15, POINTS, "产品", "核心功能使用率低", "客户对功能认知不足", "提供“功能操作线上培训课”",
     "产品部", 60, "低于行业均值超过此百分点；示例见指南002"),
    (MANY_COMPLAINTS, True, 100, PERCENT, "服务", "投诉次数偏多", "同类问题重复发生", "逐单复盘，专人跟进至关闭",
     "客服部", 30, "期间内投诉2次以上，且高于行业均值超过此比例"),
    (SLOW_ANSWER, True, 24, "小时", "服务", "服务响应时长超预期", "客服人力配置不足", "增设行业专属客服小组",
     "客服部", 45, "平均首次响应超过此时间；示例见指南002"),
    (LOW_CSAT, True, 3, "分", "服务", "客户满意度低", "服务结果未达客户预期", "回访不满意工单，限期整改",
     "客服部", 30, "平均满意度低于此分"),
    (SLOW_SOLUTION, True, 4, "天", "流程", "问题解决周期长", "跨部门处理缺少时限", "明确处理时限与升级机制",
     "运营部", 60, "平均解决时间超过此天数"),
    (SINGLE_PRODUCT, True, 1, "类", "产品", "购买产品单一", "产品组合触达不足", "推荐组合方案，安排产品演示",
     "销售部", 90, "期间内有2单以上而产品类型不超过此数"),
    (FALLING_AMOUNT, True, 30, PERCENT, "客户", "消费金额下降", "需求变化或转向他方，待核实",
     "客户经理拜访了解原因", "销售部", 30, "近3个月比前3个月下降超过此比例"),
    (OVERDUE_ACTIONS, True, 2, "项", "流程", "约定事项逾期未办", "跟进提醒与责任不清", "建立待办周会，逐项销号",
     "销售部", 14, "逾期未完成的约定达到此项数"),
]
