"""How one cell is written: every spelling of a number, date, id, yes/no or listed value, read into a value.

Only scalars; `values` applies these to whole columns. A spelling that would need a guess is refused, with the
reason in the user's words: 3/5/2024 may be March or May, 24/3/5 may be any century, 12 may be 12 or 1,200 %.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from numbers import Real
from typing import Any

from crm_xl.schema import Column, Kind
from crm_xl.widths import fold


class Rewriting(StrEnum):
    """A normalisation that loses nothing; counted per rule, never listed cell by cell."""

    NUMBER_TEXT = "文本数字转为数字"
    UNIT = "按单位换算"
    PERCENT_TEXT = "百分比转为小数"
    DATE_TEXT = "文本日期转为日期"
    DATE_NUMBER = "数字日期转为日期"
    ID_NUMBER = "数字编号转为文本"
    ID_TEXT = "编号统一写法"
    CHOICE = "列表值统一写法"
    YESNO = "是否统一写法"
    TRIM = "去除首尾空格"
    PLACEHOLDER = "占位符视为空白"


class Unreadable(ValueError):  # noqa: N818 - read as a sentence: "raise Unreadable(reason)"
    """Why a cell cannot be read, one Chinese clause with the remedy."""


# Excel's error values, as text. A cell that shows one holds nothing, whatever its column.
ERROR_VALUES = frozenset(
    "#DIV/0! #N/A #NAME? #NULL! #NUM! #REF! #VALUE! #SPILL! #CALC! #FIELD! #BLOCKED! #BUSY!"
    " #CONNECT! #UNKNOWN! #GETTING_DATA".split()
)
# What people type into a cell they have no value for. Not in free text, where a dash may be meant; 无 is an
# answer in a yes/no column; "nan" and "inf" are the traces of a failed computation and stay unreadable.
PLACEHOLDERS = frozenset("- -- — —— – / \\ 无 暂无 N/A NA NULL NONE 空".split())

# As programs write them; NAN in capitals may be somebody's code.
FAILED_COMPUTATIONS = frozenset({"nan", "NaN", "NaT", "<NA>", "inf", "-inf"})

# Declared value -> other words for it. A word must not stand for two values of one declared list.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "积极": ("積極", "正面", "正向", "好评", "满意", "positive"),
    "中性": ("一般", "中立", "普通", "neutral"),
    "消极": ("消極", "负面", "負面", "负向", "差评", "不满意", "negative"),
    "企业": ("公司", "单位", "企业客户", "法人"),
    "个人": ("自然人", "个人客户"),
    "已确认": ("确认", "有效", "正常", "已付款", "已发货", "已完成", "完成", "confirmed"),
    "已取消": ("取消", "作废", "已作废", "cancelled", "canceled"),
    "已退款": ("退款", "退货", "已退货", "refunded"),
    "上门拜访": ("拜访", "上门", "实地拜访", "面谈"),
    "电话会议": ("电话", "电话沟通", "电话回访"),
    "线上会议": ("视频会议", "网络会议"),
    "行业展会": ("展会",),
    "线上沙龙": ("沙龙",),
    "邮件": ("电子邮件", "email", "mail", "e-mail"),
    "微信": ("企业微信", "wechat"),
    "拜访": ("上门拜访", "面谈"),
    "电话": ("电话沟通", "手机"),
    "投诉": ("客诉", "客户投诉"),
    "售后": ("售后服务", "维修"),
    "咨询": ("询问", "产品咨询"),
    "产品质量": ("质量", "质量问题"),
    "交付延迟": ("交货延迟", "延期交付", "物流延迟"),
    "响应速度慢": ("响应慢", "响应速度"),
    "跟进中": ("进行中", "跟进", "open"),
    "赢单": ("成交", "已成交", "中标", "won"),
    "输单": ("丢单", "失败", "未成交", "lost"),
    "自然流量": ("自然", "自然到访", "主动咨询", "官网", "organic"),
    "转介绍": ("轉介紹", "老客户介绍", "客户介绍", "推荐", "referral"),
    "广告投放": ("广告", "付费广告", "推广", "投放", "ads"),
    "20人以下": ("少于20人", "不足20人", "1-19人", "<20人", "<20"),
    "20-99人": ("20~99人", "20至99人", "20到99人", "20-99", "20~99"),
    "100-499人": ("100~499人", "100至499人", "100到499人", "100-499", "100~499"),
    "500-999人": ("500~999人", "500至999人", "500到999人", "500-999", "500~999"),
    "1000人以上": ("1000人及以上", "超过1000人", "1000+", "1000+人", ">1000人", "≥1000人"),
    "行业龙头": ("龙头", "龙头企业", "行业领先", "行业领导者"),
    "区域龙头": ("区域领先", "地方龙头", "区域性龙头"),
    "中小企业": ("中小型企业", "中小", "小微企业", "sme"),
    "新兴企业": ("新兴", "初创企业", "初创", "创业公司", "startup"),
    "技术决策者": ("技术负责人", "技术决策", "技术"),
    "采购负责人": ("采购", "采购决策者", "采购经理", "採購負責人"),
    "最终决策者": ("决策者", "决策人", "最终决策人", "老板", "最終決策者"),
    "使用者": ("用户", "使用人", "最终用户"),
    "需求明确": ("明确需求", "有明确需求", "需求明確"),
    "价格异议": ("价格问题", "嫌贵", "價格異議"),
    "投诉建议": ("投诉", "建议", "投诉与建议", "投訴建議"),
    "价格": ("价格高", "价格因素", "太贵", "價格"),
    "服务": ("服务差", "服务问题", "服务质量", "服務"),
    "竞品": ("竞争对手", "竞品抢走", "转向竞品", "競品"),
    "需求变化": ("需求改变", "不再需要", "需求變化"),
    "未开始": ("待开始", "未启动"),
    "进行中": ("处理中", "在办"),
    "已完成": ("完成", "已关闭", "办结"),
    "其他": ("其它", "other"),
}  # fmt: skip

YES = frozenset("是 Y YES TRUE T 1 有 √ ✓ ✔ 对 真 已".split())
NO = frozenset("否 N NO FALSE F 0 无 × ✗ ✘ X 不 错 假 未 没有".split())

SCALES = {"千": 10**3, "k": 10**3, "万": 10**4, "w": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7,
          "亿": 10**8, "万亿": 10**12}  # fmt: skip
YUAN = frozenset("元 圆 元整 圆整 块 rmb cny 人民币".split())
YUAN_IN_WAN = 10_000
SAME_UNIT = {"人": ("名", "位"), "小时": ("时", "h", "hours"), "分钟": ("分", "min"), "天": ("日",),
             "月": ("个月",), "次": ("回",)}  # fmt: skip
# A bare number column takes any measure word; a column with a unit takes only its own: 2小时 are not 2分钟.
COUNTERS = frozenset("个 件 台 套 只 箱 盒 份 张 条 项 次 人 名 位 家 分 级 吨 米 块 瓶 包 支".split())

# What a row of totals says where its name or number would stand; Excel's own subtotals say “华东 汇总”.
_TOTAL = re.compile(
    r"(?:本?[页月季年]度?|全部|全年|\d{1,4}[年月]|[一二三四]季度)?"
    r"(?:合计|总计|小计|共计|累计|总合计|合计金额|金额合计)|(?:grand|sub)?-?totals?|总和|汇总",
    re.IGNORECASE,
)
TOTAL_MARKS = ("计", "总", "total")  # one of them stands in every name of a total, in small letters

_PLAIN = re.compile(r"[-+]?\d+(?:\.\d+)?", re.ASCII)
_DIGITS = r"(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<exponent>[eE][-+]?\d{1,3})?"
_NUMBER = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[-+]?)\s*(?P<currency>¥|RMB|CNY|人民币)?\s*(?P<late_sign>[-+]?)\s*"
    + _DIGITS
    + r"\s*(?P<scale>万亿|千万|百万|十万|亿|万|千|[wWkK](?![a-zA-Z]))?\s*(?P<unit>[^\d\s().,%+-]*)(?P<close>\))?",
    re.ASCII | re.IGNORECASE,
)
_PERCENT = re.compile(r"(?:(?P<sign>[-+]?)\s*" + _DIGITS + r"\s*%)", re.ASCII)
_DAY = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
    r"(?:[T\s]*(?P<half>上午|下午|AM|PM)?\s*(?P<hour>\d{1,2})\s*[:时点]\s*(?:(?P<minute>\d{1,2})\s*"
    r"(?:[:分]\s*(?:(?P<second>\d{1,2})(?:\.\d+)?\s*秒?)?)?)?\s*(?P<late_half>AM|PM)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(?:\.0+)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?|(\d{4})(\d{2})(?:\.0+)?", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_WHOLE_AS_FLOAT = re.compile(r"(\d+)\.0+", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+\d+", re.ASCII)

# Excel's day 0. Below 10,000 (1927) a number in a date column is more likely a bare year; it is refused.
_EPOCH = datetime(1899, 12, 30)
SERIALS = (10_000, 100_000)
_LATER_IN_1904 = 1462  # days by which the other system's day 0, 1904-01-01, comes later
YEARS = (1900, 2199)
LARGEST_EXACT_ID = 10**15  # Excel keeps 15 digits; what came after them is lost

_DASHES = {0x2212: 0x2D, 0x2013: 0x2D}


def is_total(text: str) -> bool:
    """Whether the text is what a row of totals is called, hence no customer and no order.

    >>> is_total("合 计："), is_total("Grand Total"), is_total("合计科技有限公司")
    (True, True, False)
    """
    if not any(mark in text or mark in text.lower() for mark in TOTAL_MARKS):
        return False
    return _TOTAL.fullmatch("".join(fold(text).split()).rstrip(":")) is not None


def number_of(text: str, column: Column) -> tuple[float, Rewriting]:
    """The number a text spells, in the column's unit.

    "1.2万" is 12,000 in a 元 column and 1.2 in a 万元 column: who writes 万 or 元 states the amount in full.

    Raises:
        Unreadable: not a number, or with a unit that is not the column's.
    """
    if _PLAIN.fullmatch(text):
        return float(text), Rewriting.NUMBER_TEXT
    found = _NUMBER.fullmatch(fold(text).translate(_DASHES))
    money = column.kind is Kind.MONEY
    if (
        not found
        or bool(found["open"]) != bool(found["close"])
        or (found["open"] and (found["sign"] or found["late_sign"]))
        or (found["sign"] and found["late_sign"])
        or (found["currency"] and not money)
    ):
        raise Unreadable("不是数字，请只写数字")
    amount = Decimal(found["digits"].replace(",", "") + (found["exponent"] or ""))
    scale, unit = found["scale"], found["unit"].lower()
    in_full = bool(scale) or (money and unit in YUAN)
    own = {column.unit, *SAME_UNIT.get(column.unit, ())}
    if unit and not (money and unit in YUAN) and unit not in (own if column.unit else COUNTERS):
        raise Unreadable(
            f"单位“{found['unit']}”与本列{f'的“{column.unit}”' if column.unit else ''}不符，请只写数字"
        )
    if scale:
        amount *= SCALES[scale.lower()]
    if in_full and column.unit == "万元":
        amount /= YUAN_IN_WAN
    value = float(-amount if found["open"] or "-" in (found["sign"], found["late_sign"]) else amount)
    if not math.isfinite(value):
        raise Unreadable("数字过大")
    return value, Rewriting.UNIT if in_full and (scale or column.unit == "万元") else Rewriting.NUMBER_TEXT


def percent_of(text: str) -> float | None:
    """The share a text with a percent sign spells ("15%" -> 0.15); None for any other text."""
    found = _PERCENT.fullmatch(fold(text).translate(_DASHES))
    if not found:
        return None
    share = float(Decimal(found["digits"].replace(",", "") + (found["exponent"] or "")) / 100)
    return -share if found["sign"] == "-" else share


def percent_limit(column: Column) -> float:
    """The largest bare number that a percent column takes as a share: 1, or its declared maximum above 1."""
    return max(1.0, column.maximum or 1.0)


def moment_of(text: str) -> datetime:
    """The date, with its time if one is written, that a text spells; a time zone is dropped, not applied.

    Raises:
        Unreadable: not a date with a four-digit year first.
    """
    text = fold(text)
    if found := _DAY.fullmatch(text):
        hour = int(found["hour"] or 0)
        half = (found["half"] or found["late_half"] or "").upper()
        if half in ("下午", "PM") and hour < 12:
            hour += 12
        elif half in ("上午", "AM") and hour == 12:
            hour = 0
        year, month, day, minute, second = (
            int(found[name] or 0) for name in ("year", "month", "day", "minute", "second")
        )
        return _moment(year, month, day, hour, minute, second)
    if found := _COMPACT.fullmatch(text):
        return _moment(*(int(part or 0) for part in found.groups()))
    if _SERIAL.fullmatch(text):
        return moment_of_number(float(text))
    raise Unreadable("不是日期，请写成 2024-03-05")


def moment_of_number(number: float) -> datetime:
    """The date behind an Excel serial (45356.5) or a number written as a date (20240305).

    Raises:
        Unreadable: neither.
    """
    if SERIALS[0] <= number < SERIALS[1]:
        return _EPOCH + timedelta(seconds=round(number * 86_400))
    if number == int(number) and YEARS[0] * 10_000 < number < (YEARS[1] + 1) * 10_000:
        return _moment(int(number) // 10_000, int(number) // 100 % 100, int(number) % 100)
    raise Unreadable("不是日期，请写成 2024-03-05")


def serial_since_1900(cell: Any) -> Any:
    """What a cell of a workbook in the 1904 date system would hold in the other one: serials so many days more.

    Whatever is no serial, as a number or a text, stays: 20240305 is that day in both.

    >>> serial_since_1900(43894.5), serial_since_1900("43894"), serial_since_1900(20240305)
    (45356.5, '45356', 20240305)
    """
    if isinstance(cell, str):
        if not _SERIAL.fullmatch(text := fold(cell)):
            return cell
        days, point, rest = text.partition(".")
        return f"{int(days) + _LATER_IN_1904}{point}{rest}"
    if isinstance(cell, bool) or not isinstance(cell, Real):
        return cell
    later = float(cell) + _LATER_IN_1904
    return later if SERIALS[0] <= later < SERIALS[1] + _LATER_IN_1904 else cell


def month_of(text: str) -> datetime:
    """The first day of the month that a text spells: 2026-09, 2026年9月, 202609, or any full date.

    Raises:
        Unreadable: neither a month nor a date.
    """
    folded = fold(text)
    if found := _MONTH.fullmatch(folded):
        year, month = (part for part in found.groups() if part)
        return _moment(int(year), int(month), 1)
    try:
        return moment_of(folded).replace(day=1, hour=0, minute=0, second=0)
    except Unreadable:
        raise Unreadable("不是月份，请写成 2026-09") from None


def _moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    if not YEARS[0] <= year <= YEARS[1]:
        raise Unreadable(f"年份应在 {YEARS[0]} 至 {YEARS[1]} 之间")
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        raise Unreadable("没有这一天或这一时刻") from None


def id_of(text: str) -> tuple[str, Rewriting | None]:
    """The id a text spells: trimmed, half-width, without the ".0" a spreadsheet added; leading zeros stay.

    Raises:
        Unreadable: already damaged ("4.2E+17", "nan").
    """
    folded = fold(text)
    if _SCIENTIFIC.fullmatch(folded):
        raise Unreadable("编号已变成科学记数，后几位已丢失，请以文本格式重新导出")
    if folded in FAILED_COMPUTATIONS:
        raise Unreadable(f"“{folded}”是程序导出空值时留下的，请重新导出")
    if whole := _WHOLE_AS_FLOAT.fullmatch(folded):
        folded = whole[1]
    return folded, None if folded == text else Rewriting.ID_TEXT


def id_of_number(number: float) -> str:
    """The id behind a number: 1001.0 is "1001".

    Raises:
        Unreadable: longer than a spreadsheet can keep, or with decimals.
    """
    if abs(number) >= LARGEST_EXACT_ID:
        raise Unreadable("编号超过15位且存为数字，后几位已丢失，请以文本格式重新导出")
    if number != int(number):
        raise Unreadable("编号不应有小数，请以文本格式重新填写")
    return str(int(number))


def truth_of(text: str) -> tuple[bool, Rewriting | None]:
    """Whether a text means yes or no.

    Raises:
        Unreadable: neither.
    """
    folded = fold(text).upper()
    if folded in YES or folded in NO:
        return folded in YES, None if text in ("是", "否") else Rewriting.YESNO
    raise Unreadable("请写“是”或“否”")


def choice_of(text: str, column: Column) -> tuple[str, Rewriting | None]:
    """The declared value a text means, by the value itself or one of its synonyms.

    Raises:
        Unreadable: none of the declared values.
    """
    if text in column.choices:
        return text, None
    folded = fold(text).casefold()
    for choice in column.choices:
        if folded == fold(choice).casefold():
            return choice, Rewriting.CHOICE
    for choice in column.choices:
        if folded in SYNONYMS.get(choice, ()):
            return choice, Rewriting.CHOICE
    raise Unreadable(f"不在可选值“{'、'.join(column.choices)}”之中")
