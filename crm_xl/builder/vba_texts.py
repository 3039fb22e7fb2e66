"""The Chinese sentences that VBA itself says, as a module of ASCII source.

A VBA project keeps its text in a code page, and Chinese in one that does not know it comes out as question
marks; so each character is written by its number.
"""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "title": "客户分析",
    "editing": "正在编辑单元格：请先按回车确认或按 Esc 取消，再按按钮。",
    "no_python": "客户分析程序没有启动，已存的结果仍可查看；请确认已安装 Python 与 crm_xl。",
    "yes": "是",
    "no": "否",
    "why_unknown": "没有记下原因：请选中该单元格，按 F2 再按回车重新计算，然后再看。",
    "why_not_a_cell": "请引用一个单元格，例如 =CRM_WHY(B2)。",
}
_PER_LINE = 12


def texts_module(texts: Mapping[str, str] = TEXTS) -> str:
    """The source of module `CrmTexts`, whose function `CrmText` gives a sentence by its key."""
    cases = "\n".join(_case(key, text) for key, text in texts.items())
    return f"""\
Attribute VB_Name = "CrmTexts"
' Generated from vba_texts.py: sentences as character numbers, so that this source stays ASCII.
Option Explicit
Option Private Module

Public Function CrmText(ByVal key As String) As String
    Select Case key
{cases}
    End Select
End Function
"""


def _case(key: str, text: str) -> str:
    lines = [f'    Case "{key}"']
    for start in range(0, len(text), _PER_LINE):
        numbers = " & ".join(f"ChrW({ord(char)})" for char in text[start : start + _PER_LINE])
        before = "CrmText & " if start else ""
        lines.append(f"        CrmText = {before}{numbers}")
    return "\n".join(lines)
