"""The report of a selfcheck, as a page to look at and as a text to send."""

from __future__ import annotations

import html
import platform
from collections.abc import Sequence
from datetime import datetime
from importlib import metadata
from pathlib import Path

from crm_xl.books.atomic import replace_content
from crm_xl.excel.selfcheck_finding import Finding
from crm_xl.tables.cells import SCHEMA_VERSION

_HEADINGS = ("结果", "类别", "名称", "说明", "用时(秒)")
_RIGHT, _WRONG = "✔ 正常", "✘ 有问题"
_STYLE = (
    "body{font-family:'Microsoft YaHei','Noto Sans CJK SC',sans-serif;margin:2em;max-width:60em}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #bbb;padding:.3em .6em;text-align:left}"
    "tr.wrong td{background:#fde9e7}"
)


def write_report(findings: Sequence[Finding], folder: Path, *, application: str) -> tuple[Path, Path]:
    """The two files written: HTML and Markdown, of the same content. Earlier ones of the name are replaced.

    Args:
        findings: what was found.
        folder: where to; made if need be.
        application: in which the workbook was open, with its version.
    """
    folder.mkdir(parents=True, exist_ok=True)
    facts = _facts(application)
    page, text = folder / "自检报告.html", folder / "自检报告.md"
    replace_content(page, _page(findings, facts).encode(), kept=0)
    replace_content(text, _text(findings, facts).encode(), kept=0)
    return page, text


def verdict(findings: Sequence[Finding]) -> str:
    """The one sentence that says it all."""
    wrong = [finding for finding in findings if finding.wrong]
    if not wrong:
        return f"自检通过：{len(findings)} 项全部正常。"
    names = "、".join(f"{finding.part}“{finding.title}”（{finding.name}）" for finding in wrong)
    return f"自检发现 {len(wrong)} 处问题（共 {len(findings)} 项）：{names}。"


def _facts(application: str) -> dict[str, str]:
    """What a supporter asks first; nothing about the person or the computer's name."""
    return {
        "时间": f"{datetime.now():%Y-%m-%d %H:%M}",
        "crm_xl": f"{metadata.version('crm-xl')}（表结构 {SCHEMA_VERSION}）",
        "表格程序": application,
        "xlwings": metadata.version("xlwings"),
        "Python": platform.python_version(),
        "系统": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def _cells(finding: Finding) -> tuple[str, ...]:
    return (
        _WRONG if finding.wrong else _RIGHT,
        str(finding.part),
        f"{finding.title}（{finding.name}）",
        finding.wrong,
        f"{finding.seconds:.2f}",
    )


def _ordered(findings: Sequence[Finding]) -> list[Finding]:
    """What is wrong comes first."""
    return sorted(findings, key=lambda finding: not finding.wrong)


def _text(findings: Sequence[Finding], facts: dict[str, str]) -> str:
    lines = ["# 客户分析自检报告", "", verdict(findings), ""]
    lines += [f"- {name}：{value}" for name, value in facts.items()]
    lines += ["", "报告不含客户数据，可直接发给支持人员。", ""]
    lines += ["| " + " | ".join(_HEADINGS) + " |", "|" + " --- |" * len(_HEADINGS)]
    for finding in _ordered(findings):
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in _cells(finding)) + " |")
    return "\n".join(lines) + "\n"


def _page(findings: Sequence[Finding], facts: dict[str, str]) -> str:
    def row(tag: str, cells: Sequence[str], wrong: bool = False) -> str:
        inner = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)
        return f"<tr{' class=wrong' if wrong else ''}>{inner}</tr>"

    known = "".join(f"<li>{html.escape(name)}：{html.escape(value)}</li>" for name, value in facts.items())
    body = "".join(row("td", _cells(finding), bool(finding.wrong)) for finding in _ordered(findings))
    return (
        f"<!DOCTYPE html><html lang=zh-CN><meta charset=utf-8><title>客户分析自检报告</title><style>{_STYLE}</style>"
        f"<h1>客户分析自检报告</h1><p><strong>{html.escape(verdict(findings))}</strong></p><ul>{known}</ul>"
        f"<p>报告不含客户数据，可直接发给支持人员。</p><table>{row('th', _HEADINGS)}{body}</table></html>\n"
    )
