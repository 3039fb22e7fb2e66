"""Which heading of a sheet or file means which declared column.

One rule for everything that comes in, whether cleaning reads a workbook or a source reads a file: the
declared title first, then the English name, then the synonyms in declared order. Units are part of a
heading: 金额(万元) never passes for 金额(元).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from crm_xl.errors import CrmError
from crm_xl.masks import mask_free_text
from crm_xl.schema import Column, Table

_MOST_HEADINGS = 30


def heading_key(heading: str) -> str:
    """What of a heading counts for comparing: width, case, white space and a trailing * do not.

    >>> heading_key(" 订单金额（元） *") == heading_key("订单金额(元)")
    True
    """
    folded = unicodedata.normalize("NFKC", heading).casefold()
    # Zero-width marks (category Cf, a BOM among them) come along with text copied from web pages.
    kept = (sign for sign in folded if not sign.isspace() and unicodedata.category(sign) != "Cf")
    return "".join(kept).rstrip("*")


def spellings(column: Column) -> tuple[str, ...]:
    """Every heading that means this column, the strongest claim first, as heading keys without repeats."""
    return tuple(dict.fromkeys(map(heading_key, (column.title, column.name, *column.synonyms))))


def claims(table: Table, headings: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """For each declared column that some heading means: the indices of all those headings, best first."""
    places: dict[str, list[int]] = {}
    for index, heading in enumerate(headings):
        if key := heading_key(heading):
            places.setdefault(key, []).append(index)
    found = {}
    for column in table:
        if indices := [index for key in spellings(column) for index in places.get(key, ())]:
            found[column.name] = tuple(indices)
    return found


def match_headings(table: Table, headings: Sequence[str]) -> dict[str, int]:
    """The index of the heading that means each declared column; columns without a heading are left out.

    Where several headings mean one column the strongest claim wins (title, name, synonyms), then the first
    from the left; `repeated_headings` tells of those that stand twice.
    """
    return {name: indices[0] for name, indices in claims(table, headings).items()}


def missing_columns(table: Table, matched: Iterable[str]) -> tuple[Column, ...]:
    """The required columns that are not among the matched names; the refresh writes computed ones itself."""
    present = set(matched)
    return tuple(column for column in table.required if column.name not in present and not column.computed)


def unmatched_headings(table: Table, headings: Sequence[str]) -> tuple[int, ...]:
    """Indices of the headings that no declared column takes, empty ones left out."""
    taken = set(match_headings(table, headings).values())
    return tuple(
        index for index, heading in enumerate(headings) if index not in taken and heading_key(heading)
    )


def repeated_headings(table: Table, headings: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Declared columns for which one and the same heading stands more than once: name -> those indices.

    Two different headings that mean one column (客户经理 beside 负责人) are no fault: the stronger is taken.
    """
    found = {}
    for name, indices in claims(table, headings).items():
        best = heading_key(headings[indices[0]])
        if len(same := tuple(i for i in indices if heading_key(headings[i]) == best)) > 1:
            found[name] = same
    return found


def listed(headings: Iterable[str]) -> str:
    """Headings as a message shows them: “客户编号”、“日期”, the first thirty of them.

    Where one holds a phone, an address or a number of identity, the row is no headings but somebody's data, names
    that cannot be told by their form among them: then none is shown.
    """
    headings = [heading for heading in headings if heading]
    if any(mask_free_text(heading) != heading for heading in headings):
        return "（这一行像是数据而不是标题，没有列出）"
    shown = [f"“{heading}”" for heading in headings]
    more = f"……共 {len(shown)} 个" if len(shown) > _MOST_HEADINGS else ""
    return "、".join(shown[:_MOST_HEADINGS]) + more if shown else "（空）"


def missing_error(table: Table, columns: Sequence[Column], headings: Sequence[str], where: str) -> CrmError:
    """The error that names every missing required column at once, and the headings that are there.

    Args:
        table: the declared table.
        columns: the missing ones, at least one.
        headings: as found.
        where: the sheet or file.
    """
    return CrmError(
        f"“{table.title}”缺少必填列 {listed(column.title for column in columns)}；现有标题：{listed(headings)}。",
        where=where,
        hint="请补上这些列，或把现有标题改成这些名称（数据字典列出了认得的写法）。",
    )


def heading_errors(
    table: Table, headings: Sequence[str], where: str, *, names: Mapping[str, int] | None = None
) -> list[CrmError]:
    """Everything wrong with the headings of a table; empty when it can be read.

    Args:
        table: the declared table.
        headings: as found.
        where: the sheet or file, for the message.
        names: what `match_headings` gave, when it is at hand.
    """
    matched = match_headings(table, headings) if names is None else names
    errors = []
    if lacking := missing_columns(table, matched):
        errors.append(missing_error(table, lacking, headings, where))
    for name, indices in repeated_headings(table, headings).items():
        errors.append(
            CrmError(
                f"标题“{headings[indices[0]]}”出现了 {len(indices)} 次，无法确定哪一列是“{table.column(name).title}”。",
                where=where,
                hint="请给其中一列改名或删除多余的列。",
            )
        )
    return errors
