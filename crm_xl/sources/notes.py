"""What a person should know of how a file was read: remarks with their place, never a reason to stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from crm_xl.masks import mask_free_text
from crm_xl.raw import RawTable

_PLACES_SHOWN = 5


class Remark(StrEnum):
    """What the remark is about."""

    TITLE_ROWS = "表头之上的内容"
    TWO_HEADING_ROWS = "两行表头"
    REPEATED_HEADINGS = "重复的表头行"
    TOTALS_ROW = "合计行"
    HIDDEN_SHEETS = "隐藏的工作表"
    HIDDEN_ROWS = "隐藏或筛选掉的行"
    STALE_FORMULAS = "公式值可能不是最新"
    UNCOMPUTED_FORMULA = "公式没有计算结果"
    UNSEEN = "文件格式不能说明的内容"
    OTHER_SHEET = "没有导入的工作表"
    OTHER_KIND = "内容与扩展名不符"
    OTHER_FILE = "没有导入的文件"
    UNMATCHED_COLUMN = "没有导入的列"
    REMEMBERED = "沿用对照表"


@dataclass(frozen=True, kw_only=True)
class Note:
    """One remark: `where` is a place a user can go to, `text` a sentence without personal data."""

    remark: Remark
    where: str
    text: str
    count: int = 1

    def __str__(self) -> str:
        # A file may be called by somebody's phone.
        return mask_free_text(f"{self.where}：{self.text}")


@dataclass(frozen=True, kw_only=True)
class FoundTable:
    """A table as it was found in a file, on a sheet or in a database, before anybody says what it means.

    Attributes:
        table: unnamed.
        declared: the name of the Excel table it is, where that is a declared input table; else empty.
        notes: what a person should know of how it was read.
    """

    table: RawTable
    declared: str = ""
    notes: tuple[Note, ...] = ()


def some(places: Sequence[object]) -> str:
    """The first places, and that there are more."""
    more = "等" if len(places) > _PLACES_SHOWN else ""
    return "、".join(map(str, places[:_PLACES_SHOWN])) + more
