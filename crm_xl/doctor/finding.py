"""One line of a diagnosis, and the report of all of them, which names no person and no computer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from crm_xl.installing.machine import Machine
from crm_xl.masks import mask_free_text

HOME, USER, COMPUTER = "~", "（用户）", "（电脑）"
_SHORTEST_NAME = 2


class State(StrEnum):
    """How it stands with one thing, by its mark."""

    GOOD = "✔"
    BAD = "✘"
    NOTE = "※"
    NOT_HERE = "○"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found of one thing, and the remedy where something is wrong with it."""

    title: str
    state: State
    detail: str
    remedy: str = ""


def good(title: str, detail: str) -> Finding:
    """A finding that all is well."""
    return Finding(title=title, state=State.GOOD, detail=detail)


def bad(title: str, detail: str, remedy: str) -> Finding:
    """A finding that something is wrong, with its remedy."""
    return Finding(title=title, state=State.BAD, detail=detail, remedy=remedy)


def note(title: str, detail: str, remedy: str = "") -> Finding:
    """A finding that a person should know of, though nothing fails by it."""
    return Finding(title=title, state=State.NOTE, detail=detail, remedy=remedy)


def not_here(title: str, detail: str, remedy: str = "") -> Finding:
    """A finding that something does not exist on this kind of system."""
    return Finding(title=title, state=State.NOT_HERE, detail=detail, remedy=remedy)


def report(findings: Sequence[Finding], machine: Machine) -> str:
    """The findings as text to read and to send: no user name, no computer name, home as ~.

    Args:
        findings: in order.
        machine: whose names must not be told.
    """
    lines = [f"客户分析诊断 {datetime.now():%Y-%m-%d %H:%M}：{_verdict(findings)}。"]
    for finding in findings:
        lines += _lines(finding)
    lines.append("报告里没有客户数据，个人文件夹写作 ~，可直接发给支持人员。")
    return anonymous("\n".join(lines), machine)


def summary(findings: Sequence[Finding], machine: Machine, saved: Path) -> str:
    """The same findings for a message box: what is not well in full, the rest by its titles.

    Args:
        findings: in order.
        machine: whose names must not be told.
        saved: the file with the report.
    """
    fine = (State.GOOD, State.NOT_HERE)
    lines = [f"诊断：{_verdict(findings)}。"]
    for finding in findings:
        if finding.state not in fine:
            lines += _lines(finding)
    for state, words in ((State.GOOD, "正常"), (State.NOT_HERE, "不适用")):
        if titles := [finding.title for finding in findings if finding.state is state]:
            lines.append(f"{state} {words}：{'、'.join(titles)}")
    lines.append(f"完整报告（没有客户数据，可发给支持人员）：{saved}")
    return anonymous("\n".join(lines), machine)


def _verdict(findings: Sequence[Finding]) -> str:
    wrong = sum(finding.state is State.BAD for finding in findings)
    return f"{wrong} 处需要处理（✘）" if wrong else "没有发现问题"


def _lines(finding: Finding) -> list[str]:
    line = f"{finding.state} {finding.title}：{finding.detail}"
    return [line, f"    → {finding.remedy}"] if finding.remedy else [line]


def anonymous(text: str, machine: Machine) -> str:
    """The text without the user's folder, user name, computer name, phones and mail addresses.

    Names go only where they stand by themselves, as in a path: a user called “a” is no reason to lose every a.
    """
    known = machine.environment
    homes = {known.get("USERPROFILE", ""), known.get("HOME", "")} - {"", "/", "\\"}
    for home in sorted(homes, key=len, reverse=True):
        either = r"[\\/]".join(map(re.escape, re.split(r"[\\/]", home)))
        text = re.sub(rf"{either}(?![^\\/\s，。；：、）”])", HOME, text, flags=re.IGNORECASE)
    for name, shown in (("USERNAME", USER), ("USER", USER), ("COMPUTERNAME", COMPUTER)):
        if len(value := known.get(name, "")) >= _SHORTEST_NAME:
            text = re.sub(
                rf"(?<=[\\/@]){re.escape(value)}(?=[\\/\s，。；：、）”]|$)", shown, text, flags=re.IGNORECASE
            )
    return mask_free_text(text)
