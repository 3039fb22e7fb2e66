"""Follow-up plans and reviews: by what rules plans are proposed, who is how far, and which review is due (guides 000, 001)."""

from __future__ import annotations

from typing import Any

from crm_xl.schema import Column, Role, Table
from crm_xl.tables import inputs as i
from crm_xl.tables.columns import OWNER, count, date, output, percent, text
from crm_xl.tables.parameters import SHEET, TARGET_COLUMNS

PLAN_RULES = Table(
    name="tblPlanRules", title="跟进计划规则", role=Role.PARAMETER, sheet=SHEET,
    columns=(
        Column(name="level", title="级别", required=True, example="S", note="优先级或客户分级表中的名称"),
        Column(name="frequency", title="跟进频率", example="每月1次", note="空白即不提出计划"),
        *TARGET_COLUMNS,
        Column(name="notes", title="备注"),
    ),
    key=("level",), guide="001 003", note="“跟进计划依据”为优先级或客户分级时使用；核心维护动作取自该表的策略列",
)

# How often each level is seen to is guide 001's; what is aimed at and by when is ours.
SHIPPED_PLAN_RULES: list[tuple[Any, ...]] = [
    ("S", "每月1次", "年消费额(万元)", 0.10, None, 12, "指南001：每月高层拜访"),
    ("A", "每月1次", "年消费额(万元)", 0.10, None, 12, "指南001：每月沟通"),
    ("B", "每季度1次", "历史订单数", None, 2, 6, "指南001：每季度行业报告"),
    ("C", "每月1次", "历史订单数", None, 1, 12, "指南001：自动邮件"),
    ("战略级", "每月1次", "年消费额(万元)", 0.10, None, 12, None),
    ("重点级", "每月1次", "年消费额(万元)", 0.10, None, 12, None),
    ("普通级", "每季度1次", "历史订单数", None, 2, 6, None),
    ("潜在级", "每季度1次", "历史订单数", None, 1, 6, None),
]

PLAN_OWNERS = output(
    "tblPlanOwners", "负责人计划进度",
    OWNER, count("plans", "计划数", "条"), count("open", "未完成", "条"), count("overdue", "其中逾期", "条"),
    count("soon", "30天内到期", "条"), count("done", "已完成", "条"), percent("attainment", "平均达成率", "已填实际结果的计划"),
    date("next_due", "最近到期日"),
    needs=(i.CUSTOMERS.name, i.PLANS.name), guide="000 001", note="跟进计划按负责人汇总；只计分析范围内的客户；最后一行为合计",
)

REVIEWS = output(
    "tblReviews", "复核提醒",
    text("subject", "复核事项"), text("rhythm", "频率"), date("last_done", "上次完成"), date("due", "下次到期"),
    text("result", "状态", "✘ 逾期；※ 30天内到期，或从未登记；✔ 未到期"), count("days", "距到期(天)", "天", "负数为已逾期"),
    needs=(), guide="000 001 003 004", note="上次完成在参数的复核节奏中填写；按分析日期计算",
)

OUTPUTS = (PLAN_OWNERS, REVIEWS)
