"""Functions that warn."""

from __future__ import annotations

from crm_xl.functions.declaration import Argument, Example, Function

CATEGORY = "流失预警"


def _optional(name: str, help: str) -> Argument:
    return Argument(name=name, help=help, optional=True)


FUNCTIONS: tuple[Function, ...] = (
    Function(
        name="CHURN_RISK",
        title="流失风险",
        help="流失预警级别：已流失或符合3条以上规则为高，沉默或符合2条为中，符合1条为低，否则为无。省略或空白的项目视为未知，不预警。"
        "返回内容填“原因”得到带数字的原因。",
        category=CATEGORY,
        arguments=(
            Argument(name="last_order", help="最近订单日期；可为区域，空白返回空白。"),
            Argument(name="analysis_date", help="分析日期，从这一天往回数。"),
            _optional("mean_gap", "平均订单间隔(天)：距上次订单超过其2倍为一条；只买过一次的留空。"),
            _optional("amount", "近3个月金额(元)：较前3个月下降30%以上为一条。"),
            _optional("amount_before", "前3个月金额(元)。"),
            _optional("contacts", "近1个月互动次数：较此前3个月月均下降40%以上为一条。"),
            _optional("contacts_before", "此前3个月的月均互动次数。"),
            _optional("complaints", "近3个月投诉次数：有投诉为一条，与响应过慢合计一条。"),
            _optional("response_hours", "近3个月工单最慢的答复(小时)：超过24小时为一条。"),
            _optional("negatives", "近3个月消极反馈次数：有即为一条。"),
            _optional("risk_tags", "风险标签，多个用“、”分开：竞品接触中、付款周期延长为一条。"),
            _optional("show", "返回内容：级别 或 原因；省略为级别。"),
            _optional("rules", "流失预警参数，如 CRM_CHURN，或流失预警规则表连同标题行；省略为默认规则。"),
        ),
        example=Example(
            arguments=("2026-06-01", "2026-10-31", 30, 20000, 50000),
            result="高",
            note="152天没有订单：沉默，且为平均间隔的5.07倍；金额下降60%，共3条。",
        ),
        compute="churn.churn_risk",
    ),
)
