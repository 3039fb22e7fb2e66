"""The data-quality ledger: what cleaning left out or changed, line by line, and how often (SPEC section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.balance import exact_sum
from crm_xl.analysis.privacy import MASKS
from crm_xl.raw import RawTable
from crm_xl.schema import Column, Table
from crm_xl.tables.outputs import LEDGER, LEDGER_SUMMARY
from crm_xl.values import Converted

# What all lines of a finding have in common is written down once: a hundred thousand rows say the same.
_SHARED = ("table", "column", "rule", "action")


class Rule(StrEnum):
    """Why a line stands in the ledger."""

    ERROR_VALUE = "错误值"
    KEY_MISSING = "缺少必填项"
    ID_DAMAGED = "编号已损坏"
    UNREADABLE = "无法识别"
    FUTURE = "日期晚于今天"
    DUPLICATE = "完全重复"
    KEY_REPEATED = "编号重复而内容不同"
    OUT_OF_RANGE = "超出范围"
    OUTLIER = "异常值"
    UNIT_DOUBTFUL = "单位可能有误"
    INDUSTRY_UNCLEAR = "行业门类待确认"
    MERGED = "合并客户"
    MERGE_NOWHERE = "合并未执行"
    TOTALS_ROW = "合计行"
    CANCELLED = "已取消或已退款"
    RETURN_MATCHED = "退货冲减"
    RETURN_UNMATCHED = "退货未找到原订单"
    # Only in the summary: counts, not findings.
    ROWS_READ = "读入"
    ROWS_KEPT = "保留"
    BLANK_ROW = "空行"
    UNKNOWN_COLUMN = "未识别的列"
    FIELD_EMPTY = "空白"


class Action(StrEnum):
    """What was done about it."""

    SET_ASIDE = "搁置"
    EMPTIED = "置空"
    NOTED = "提示"
    TO_SUPPLY = "待补充"
    DROPPED = "移出"
    NETTED = "冲减"
    APPLIED = "直接冲减"
    JOINED = "并入"
    MOVED = "改归"
    TO_CONFIRM = "待确认"
    UNIFIED = "统一写法"
    IGNORED = "忽略"
    COUNTED = "计数"


EXPLANATION: dict[Rule, str] = {
    Rule.ERROR_VALUE: "单元格显示 #DIV/0! 之类的错误值；在必填列中整行搁置，在其他列中视为空白",
    Rule.KEY_MISSING: "没有编号、日期或金额就无法归属的行整行搁置；缺少名称的行保留，待补充",
    Rule.ID_DAMAGED: "编号存为数字后丢失了位数，或被改成了日期、小数、逻辑值、nan",
    Rule.UNREADABLE: "内容不符合本列的类型，猜测会改变含义；必填列整行搁置，其他列视为空白",
    Rule.FUTURE: "已发生的事不会晚于今天，多为年份误录",
    Rule.DUPLICATE: "各列内容完全相同的行，保留第一行",
    Rule.KEY_REPEATED: "同一编号有不同内容，保留最近复核的一行，没有复核日期时保留最后一行",
    Rule.OUT_OF_RANGE: "超出本列声明的最小值或最大值，数值不变，请核对",
    Rule.OUTLIER: "按对数偏离本列中位数超过k倍MAD，且相差10倍以上；数值不变，请核对",
    Rule.UNIT_DOUBTFUL: "整列数值与声明的单位相差约一万倍，可能元与万元混用；数值不变，请核对标题或数值",
    Rule.INDUSTRY_UNCLEAR: "所属行业对不上唯一的国标门类；请在前面写明，如“制造业-汽车”；每种写法列出一处",
    Rule.MERGED: "按疑似重复表中的“是”合并；清空后刷新即撤销，原始数据不变",
    Rule.MERGE_NOWHERE: "两个编号相同，或有一个不在客户表中",
    Rule.TOTALS_ROW: "表内写着合计、小计的行不是数据；金额已在各行里，不计入读入总额，也不计入搁置",
    Rule.CANCELLED: "订单状态为已取消或已退款的行，以及注明冲减这些订单的负数行，不参与计算",
    Rule.RETURN_MATCHED: "负数行按原订单编号、同客户同产品等额、同客户同产品部分金额的顺序冲减较早的订单",
    Rule.RETURN_UNMATCHED: "没有可冲减的原订单的退货金额；设置“未匹配退货也冲减”可直接冲减",
    Rule.ROWS_READ: "表中有内容的行数",
    Rule.ROWS_KEPT: "参与分析的行数",
    Rule.BLANK_ROW: "整行空白，跳过",
    Rule.UNKNOWN_COLUMN: "标题不在数据字典中的列，不参与分析",
    Rule.FIELD_EMPTY: "保留的行中没有填写的单元格",
}


def shown(value: Any) -> str:
    """A value as the ledger prints it; empty for a missing one."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, float | np.floating):
        return "" if value != value else f"{value:.15g}"
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == datetime.min.time() else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Lines of the ledger that share table, column, rule and action.

    Attributes:
        rows: 0-based rows of the raw table's body.
        column: the declared column the cell stands in; None for the whole row.
        before, after: one text per row, or one for all.
        amounts: signed order amounts; None where the table has no order money.
    """

    table: Table
    raw: RawTable
    rows: np.ndarray
    rule: Rule
    action: Action
    column: Column | None = None
    heading: str | None = None
    before: list[str] | str = ""
    after: list[str] | str = ""
    amounts: np.ndarray | None = None

    def lines(self) -> dict[str, np.ndarray | list[str] | str]:
        """The lines by column of LEDGER: one value for each, or one for all."""
        return {
            "table": self.table.title,
            "cell": self.raw.cells(self.rows, self.heading),
            "column": self.column.title if self.column else "",
            "rule": self.rule.value,
            "action": self.action.value,
            "before": self._masked(self.before),
            "after": self._masked(self.after),
            "amount": np.full(len(self.rows), np.nan) if self.amounts is None else self.amounts,
        }

    def _masked(self, texts: list[str] | str) -> list[str] | str:
        if not (self.column and self.column.secret and texts) or self.action is Action.TO_SUPPLY:
            return texts
        mask = MASKS[self.column.secret]
        return mask(texts) if isinstance(texts, str) else [mask(text) for text in texts]


@dataclass(frozen=True, kw_only=True)
class Summed:
    """Lines of a warehouse that cleaning left out or changed for one reason: their number and their money."""

    rule: str
    action: str
    column: str  # English name; empty for whole rows
    number: int
    amount: float
    detail: str = ""  # in words; empty: how many lines there are


class Ledger:
    """Collects findings and counts while cleaning goes on."""

    def __init__(self) -> None:
        self._findings: list[Findings] = []
        self._counts: list[tuple[str, str, str, int, float]] = []
        self._summed: list[dict[str, object]] = []

    def add(self, findings: Findings) -> None:
        """Take findings up; none at all leaves no trace."""
        if len(findings.rows):
            self._findings.append(findings)

    def add_summed(self, table: Table, found: Summed, place: str) -> None:
        """Take up lines that stay in a warehouse, all of one reason at once: their number and their money."""
        column = table.column(found.column).title if found.column else ""
        self._summed.append(
            {
                "table": table.title,
                "cell": place,
                "column": column,
                "rule": found.rule,
                "action": found.action,
                "before": "",
                "after": found.detail or f"共 {found.number:,} 行，逐行内容留在数据仓库",
                "amount": found.amount,
            }
        )
        self.count(table, found.rule, found.number, found.action, found.amount)

    def count(
        self, table: Table, rule: str, number: int, action: str = Action.COUNTED, amount: float = np.nan
    ) -> None:
        """Take a figure of the summary up that has no lines of its own."""
        self._counts.append((table.title, str(rule), str(action), number, amount))

    def count_rewritten(self, table: Table, columns: Iterable[Converted]) -> None:
        """Take up how often lossless rules were applied to a table's columns."""
        for column in columns:
            for rule, number in column.rewritten.items():
                self.count(table, rule, number, Action.UNIFIED)

    def frame(self) -> pd.DataFrame:
        """LEDGER: one row per finding, table by table, in the order they were made."""
        order = list(dict.fromkeys(found.table.name for found in self._findings))
        findings = sorted(self._findings, key=lambda found: order.index(found.table.name))
        told = [found.lines() for found in findings]
        times = [len(found.rows) for found in findings]
        columns = {name: _column(name, [lines[name] for lines in told], times) for name in LEDGER.names}
        frame = pd.DataFrame(columns, copy=False)
        if not self._summed:
            return frame
        summed = pd.DataFrame(self._summed, columns=list(LEDGER.names))
        return pd.concat([frame, summed], ignore_index=True) if findings else summed

    def summary(self) -> pd.DataFrame:
        """LEDGER_SUMMARY: rows read and kept, then every rule with its number and its money, by table."""
        merged: dict[tuple[str, str, str], list[float]] = {}
        rows = list(self._counts)
        for found in self._findings:
            amount = np.nan if found.amounts is None else exact_sum(found.amounts)
            rows.append((found.table.title, found.rule.value, found.action.value, len(found.rows), amount))
        for table, rule, action, number, amount in rows:
            entry = merged.setdefault((table, rule, action), [0, np.nan])
            entry[0] += number
            entry[1] = amount if np.isnan(entry[1]) else entry[1] + (0 if np.isnan(amount) else amount)
        tables = list(dict.fromkeys(table for table, _, _ in merged))
        first = (Rule.ROWS_READ, Rule.ROWS_KEPT)
        ordered = sorted(
            merged.items(),
            key=lambda item: (
                tables.index(item[0][0]),
                first.index(item[0][1]) if item[0][1] in first else 2,
            ),
        )
        frame = pd.DataFrame([(*names, *figures) for names, figures in ordered], columns=LEDGER_SUMMARY.names)
        return frame.astype(
            {"table": object, "rule": object, "action": object, "findings": float, "amount": float}
        )


def _column(name: str, told: list[Any], times: list[int]) -> pd.Series:
    """A column of LEDGER: what each finding tells in it, one value for each of its lines or one for all."""
    if name == "amount":
        return pd.Series(np.concatenate(told) if told else np.empty(0), copy=False)
    if name in _SHARED:
        codes, texts = pd.factorize(np.array(told, dtype=object))
        return pd.Series(
            pd.Categorical.from_codes(np.repeat(codes, times), categories=pd.Index(texts, dtype=object))
        )
    cells = np.empty(sum(times), dtype=object)
    at = 0
    for each, number in zip(told, times, strict=True):
        cells[at : at + number] = each
        at += number
    return pd.Series(cells, dtype=object, copy=False)
