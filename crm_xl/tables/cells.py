"""Single cells a refresh fills, by defined name: the status on 首页 and the caption above each output table."""

from __future__ import annotations

from dataclasses import dataclass

from crm_xl.schema import Kind, Role, Table

# What a shipped workbook says of its sample rows; an upgrade puts the user's own in their place and takes it away.
SAMPLE_BANNER = "△ 示例数据：表中的客户、人员、电话与金额全部是虚构的，仅供了解用法。使用前请删除各输入表中的示例行。"
SAMPLE_ROWS = "当前为示例数据（虚构）。"
SAMPLE_ENTRIES = "当前填写的内容为示例（虚构），可清空。"

# Raised when what people fill in changes; tests/expected holds a list of it for each version, and a test compares.
SCHEMA_VERSION = 2
NOTE_PREFIX = "CRM_NOTE_"
BANNER_NAME = "CRM_BANNER"  # a row, not a cell: the macro hides it
# No cell but a constant: the mark of the outputs that 撤销刷新 brings back, FALSE where there are none.
UNDO_NAME = "CRM_UNDO_READY"


@dataclass(frozen=True, kw_only=True)
class NamedCell:
    """One cell with a workbook-wide defined name, and what stands in it after a refresh."""

    name: str
    title: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    note: str = ""


# An array constant of texts: formulas that call one of these keep their stored values when a file is refreshed,
# since without Python they could not be computed again.
FUNCTIONS_NAME = "CRM_FUNCTIONS"

STATUS = NamedCell(name="CRM_STATUS", title="状态", note="最近一次刷新的结果")
ANALYSIS_DATE = NamedCell(name="CRM_ANALYSIS_DATE", title="分析日期", kind=Kind.DATE)
PERIOD = NamedCell(name="CRM_PERIOD", title="分析期间")
SCOPE = NamedCell(name="CRM_SCOPE", title="分析范围")
CARD_NAME = NamedCell(name="CRM_CARD_NAME", title="默认评分卡")
CUSTOMERS = NamedCell(name="CRM_CUSTOMERS", title="客户数", kind=Kind.INTEGER, unit="家")
AMOUNT = NamedCell(name="CRM_AMOUNT", title="期间订单总额", kind=Kind.MONEY, unit="元", note="退货冲减后的净额")
BALANCE = NamedCell(name="CRM_BALANCE", title="金额核对", note="✔ 台账平衡；✘ 见“数据质量”")
REVIEWS = NamedCell(name="CRM_REVIEWS", title="复核提醒", note="见“复核提醒”")
PLANS = NamedCell(name="CRM_PLANS", title="跟进计划", note="见“负责人计划进度”")
# Filled by a person while work goes on, and blank again when it has stopped.
CANCEL = NamedCell(name="CRM_CANCEL", title="中止计算", note="计算中在此填“是”并回车，即停下，工作簿保持原样")
VERSION = NamedCell(name="CRM_SCHEMA_VERSION", title="表结构版本", kind=Kind.INTEGER)
# On a hidden sheet: the macro computes all formulas once when it finds 是, because a file refresh cannot.
RECALCULATE = NamedCell(name="CRM_RECALCULATE", title="打开时重新计算", kind=Kind.YESNO)

STATUS_CELLS: tuple[NamedCell, ...] = (
    STATUS, ANALYSIS_DATE, PERIOD, SCOPE, CARD_NAME, CUSTOMERS, AMOUNT, BALANCE, REVIEWS, PLANS, VERSION,
)


def note_name(table: Table) -> str:
    """The defined name of the caption above an output table: analysis date, period, scope, scorecard used."""
    if table.role is not Role.OUTPUT:
        raise ValueError(f"{table.name} is no output: a refresh writes no caption above it")
    return f"{NOTE_PREFIX}{table.name}"
