"""The reference of 参数, generated from the declarations; docs/manual/parameters.zh-CN.md is its committed copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from crm_xl.builder.dictionary import markdown_row
from crm_xl.builder.explained import EXPLAINED
from crm_xl.builder.guide import allowed
from crm_xl.schema import Column, Kind, Table
from crm_xl.tables import PARAMETERS
from crm_xl.tables import parameters as p
from crm_xl.tables import portraits as t
from crm_xl.tables import relations as r
from crm_xl.tables import sales_reports as s
from crm_xl.tables import service_reports as v
from crm_xl.tables import workshop as w
from crm_xl.tables.dashboard import RF_HEAT
from crm_xl.tables.outputs import CHECKS, LEDGER, RFM, RFM_SUMMARY, SCORES, TIER_SUMMARY
from crm_xl.tables.plans import PLAN_OWNERS
from crm_xl.tables.shipped import SHIPPED, setting_allowed, setting_cell

# Group of general settings -> what they decide, and the outputs in which that shows.
AFFECTED: dict[str, tuple[str, tuple[Table, ...]]] = {
    "期间与范围": ("算到哪一天、算哪一段、算哪些客户：几乎全部结果表", (SCORES, RFM, r.RELATION)),
    "数据清洗": ("读入的数据怎么处理、什么列入台账；退货的两项改变所有金额", (LEDGER, CHECKS)),
    "评分与分级": ("得分、分级、优先级、价值层级、活跃度，以及由它们得出的汇总与预警",
                   (SCORES, TIER_SUMMARY, w.WARNINGS, r.RELATION)),
    "RFM": ("R、F、M的窗口、打分与分群", (RFM, RFM_SUMMARY, RF_HEAT, t.BASE_VALUE)),
    "权重": ("默认评分卡的权重从哪里来", (SCORES, w.AHP, w.AHP_WEIGHTS)),
    "分类方案": ("价值–潜力矩阵、潜力层级、会员等级、重点开发目标", (w.SCHEMES, w.MATRIX, w.PROSPECTS)),
    "行为标签": ("怎样算高活跃、高咨询、低投诉；多少家才下结论", (t.BEHAVIOUR, t.BEHAVIOUR_COMPARE, t.PROFILE_TAGS)),
    "分级变动": ("显示分级什么时候才变，免得忽上忽下", (SCORES, TIER_SUMMARY, w.MOVERS, w.MIGRATION)),
    "流失预警": ("预警看多久、要不要估计存活概率；各条规则在“流失预警规则”", (w.WARNINGS, w.OWNER_WARNINGS)),
    "服务与流失报表": ("怎样算超时，合作时长怎样分段，多偶然才不算共性",
                      (v.SERVICE_REPORT, v.SLOW_ANSWERS, v.CHURN_REPORT, v.CHURN_TRAITS)),
    "跟进计划": ("刷新按什么提出跟进计划；您改过的计划不会被覆盖", (PLAN_OWNERS,)),
    "报表": ("趋势里多大的起伏算拐点", (s.TURNING_POINTS,)),
    "抽样核查": ("每级抽多少家、抽到哪些家", (w.AUDIT,)),
    "报告": ("Word 报告开头的目标", ()),
}  # fmt: skip
_INTRODUCTION = """\
# 参数说明

本页由参数的声明生成（`python dev.py build`），请勿手工修改。

参数都在工作簿的“参数”表（洞察规则另有一张表），不改也能用：出厂值见下。

![参数](../images/parameters.png)

- 改黄底蓝字的单元格，再刷新。右边“可填内容”写着能填什么；填错时刷新停下来，说出单元格和应填的内容，结果保持原样。
- 权重、分段、分级的改动可以先在“模拟测算”里试，看多少客户、多少金额会换级，再采用，见[分级手册](grading.zh-CN.md)。
- 删去一整张参数表，就用出厂的那一张。在公式里引用参数区域（CRM_CARD 等），公式与结果表一致，见[工作表函数](../functions.md)。"""


def parameter_reference() -> str:
    """Every setting, every table of 参数 and every choice above a report as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield from ("", "## 基本设置")
    for group in dict.fromkeys(setting.group for setting in p.GENERAL):
        yield from _group(group)
    own = [table for table in PARAMETERS if not table.above and table is not p.SETTINGS_TABLE]
    yield from ("", "## 各参数表")
    for table in own:
        yield from _table(table)
    yield from _choices()


def _group(group: str) -> Iterator[str]:
    what, tables = AFFECTED[group]
    yield from ("", f"### {group}", "", f"{what}。{_seen_in(tables)}", "")
    yield from ("| 设置项 | 出厂值 | 可填内容 | 说明 | 指南 |", "|---|---|---|---|---|")
    for setting in p.GENERAL:
        if setting.group == group:
            title = f"{setting.title}({setting.unit})" if setting.unit else setting.title
            note = "。".join(text for text in (setting.note, _mentioned(setting.title)) if text)
            yield markdown_row((title, _default(setting), setting_allowed(setting), note, setting.guide))


def _seen_in(tables: Sequence[Table]) -> str:
    return f"主要看：{'、'.join(f'“{table.title}”' for table in tables)}。" if tables else ""


def _default(setting: p.Setting) -> str:
    if setting.default is None or setting.default == "":
        return "（空白）"
    if setting.kind is Kind.PERCENT:
        return f"{setting.default:.0%}"
    return f"{setting.default:g}" if isinstance(setting.default, float) else str(setting_cell(setting))


def _mentioned(title: str) -> str:
    """The outputs whose own notes name a setting or a table of 参数."""
    quoted = f"“{title}”"
    tables = [
        table.title
        for table in EXPLAINED
        if quoted in table.note or any(quoted in column.note for column in table)
    ]
    return f"用于{'、'.join(tables)}" if tables else ""


def _table(table: Table) -> Iterator[str]:
    place = "" if table.sheet == p.SHEET else f"在工作表“{table.sheet}”。"
    notes = [f"{text}。" for text in (table.note, _mentioned(table.title)) if text]
    yield from (
        "",
        f"### {table.title}",
        "",
        f"{place}{''.join(notes)}来源：指南 {'、'.join(table.guide.split())}。",
        "",
    )
    yield from ("| 列 | 可填内容 | 必填 | 说明 | 例 |", "|---|---|---|---|---|")
    for column in table:
        title = f"{column.title}({column.unit})" if column.unit else column.title
        note = "由刷新填写" if column.computed else column.note
        yield markdown_row((title, allowed(column), "是" if column.required else "", note, column.example))
    yield from _shipped(table)


def _shipped(table: Table) -> Iterator[str]:
    rows = SHIPPED[table.name]
    yield from ("", f"<details><summary>出厂的 {len(rows)} 行</summary>", "")
    yield markdown_row(table.titles)
    yield "|" + "---|" * len(table.columns)
    for row in rows:
        yield markdown_row(_shown(value, column) for value, column in zip(row, table, strict=True))
    yield from ("", "</details>")


def _shown(value: Any, column: Column) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if column.kind is Kind.PERCENT:
        return f"{100 * value:.4g}%"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _choices() -> Iterator[str]:
    """What people choose above reports: each column once, with the reports that have it."""
    yield from (
        "",
        "## 报表上方的选择",
        "",
        "在黄格里选，再刷新（或按那张报表的按钮）；每张报表各选各的。",
        "",
    )
    yield from ("| 选择 | 可填内容 | 说明 | 哪些报表 |", "|---|---|---|---|")
    above = {table.above: table for table in PARAMETERS if table.above}
    columns: dict[Column, list[str]] = {}
    for shown in EXPLAINED:
        for column in above[shown.name] if shown.name in above else ():
            columns.setdefault(column, []).append(shown.title)
    for column, reports in columns.items():
        yield markdown_row((column.title, allowed(column), column.note, "、".join(reports)))
