"""Which column of a file a person must still name, what was understood of the rest, and that as a mapping."""

from __future__ import annotations

import json
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass

from crm_xl.errors import CrmError
from crm_xl.schema import Column, Table
from crm_xl.tables.headings import match_headings, missing_columns, missing_error, unmatched_headings


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What the headings say of a table.

    Attributes:
        table: the declared table they come closest to.
        columns: English column name -> heading.
        missing: required columns without a heading.
        unmatched: headings that no declared column takes.
    """

    table: Table
    columns: Dictionary[str, str]
    missing: tuple[Column, ...]
    unmatched: tuple[str, ...]

    def toml(self) -> str:
        """The proposal as the text of a mapping file; what is left to do stands in comments."""
        lines = [f"# 对照表：{self.table.title}。左边是本系统的列，右边是文件里的标题或算式。"]
        lines += [f"table = {_quoted(self.table.name)}", "", "[columns]"]
        lines += [
            f"{_quoted(self.table.column(name).title)} = {_quoted(heading)}"
            for name, heading in self.columns.items()
        ]
        lines += [f'# {_quoted(column.title)} = ""  # 必填，请填写文件里的标题' for column in self.missing]
        if self.unmatched:
            lines += ["", "# 文件里还没有用到的标题："]
            lines += [f"#   {_one_line(heading)}" for heading in self.unmatched]
        return "\n".join(lines) + "\n"


class ColumnsMissingError(CrmError):
    """Required columns have no heading in the file; `proposal` says what was understood, `headings` what is there."""

    def __init__(self, proposal: Proposal, headings: tuple[str, ...], where: str) -> None:
        error = missing_error(proposal.table, proposal.missing, headings, where)
        hint = "请补上这些列，或用对照表（--map）说明它们取自哪一列；认得的写法见数据字典。"
        super().__init__(error.problem, where=where, hint=hint)
        self.proposal = proposal
        self.headings = headings


def propose(table: Table, headings: tuple[str, ...]) -> Proposal:
    """What the headings say of the table."""
    matched = match_headings(table, headings)
    return Proposal(
        table=table,
        columns={name: headings[index] for name, index in matched.items()},
        missing=missing_columns(table, matched),
        unmatched=tuple(headings[index] for index in unmatched_headings(table, headings)),
    )


def _quoted(text: str) -> str:
    # TOML's basic strings are JSON's, save that DEL must be escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
