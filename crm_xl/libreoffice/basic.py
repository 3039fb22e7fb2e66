"""Forwarders in StarBasic: LibreOffice looks there for a function that a workbook calls by its plain name.

From an xlsx file it does not find functions of add-ins by the names that people type.
"""

from __future__ import annotations

from crm_xl.functions import COMPUTED, FUNCTIONS, Function
from crm_xl.libreoffice.words import SERVICE, method

LIBRARY = "Standard"  # the only one that formulas look into
_NOTE = f"REM Generated from the declarations of crm_xl; passes each call on to {SERVICE}.\n"
# The service is kept: to look it up takes as long as to ask it.
_COMMON = f"""\
Global CrmXlKept
Function CrmXlService()
If IsEmpty(CrmXlKept) Then CrmXlKept = createUnoService("{SERVICE}")
CrmXlService = CrmXlKept
End Function
Function CrmXlCells(rows)
REM Rows of cells as a cell or as a block: a sheet takes no rows of rows from Basic.
last = UBound(rows(0))
If UBound(rows) = 0 And last = 0 Then
CrmXlCells = rows(0)(0)
Exit Function
End If
Dim block(UBound(rows), last)
For i = 0 To UBound(rows)
row = rows(i)
For j = 0 To last
block(i, j) = row(j)
Next j
Next i
CrmXlCells = block
End Function
"""
# With this option a function is handed cells and not what they hold.
_HANDS_CELLS = "Option VBASupport 1\n"


def modules() -> dict[str, str]:
    """The source of each module: functions that take values, and those that take the cells themselves."""
    values = "".join(_values(function) for function in COMPUTED)
    cells = "".join(_cells(function) for function in FUNCTIONS if not function.compute)
    return {"CrmXlFunctions": _NOTE + _COMMON + values, "CrmXlCellFunctions": _HANDS_CELLS + _NOTE + cells}


def _values(function: Function) -> str:
    """An omitted argument arrives as Empty; whoever is asked sees nothing there."""
    names = [f"a{place}" for place in range(1, len(function.arguments) + 1)]
    declared = ", ".join(f"Optional {name}" for name in names)
    lines = [f"Function {function.name}({declared})"]
    lines += [f"If IsMissing({name}) Then {name} = Empty" for name in names]
    lines.append(f"{function.name} = CrmXlCells(CrmXlService().{method(function)}({', '.join(names)}))")
    return "\n".join([*lines, "End Function", ""])


def _cells(function: Function) -> str:
    """A constant in place of a cell has nothing to tell."""
    lines = [
        f"Function {function.name}(Optional cell)",
        f'{function.name} = ""',
        "If IsMissing(cell) Then Exit Function",
        "If Not IsObject(cell) Then Exit Function",
        f"{function.name} = CrmXlCells(CrmXlService().{method(function)}(cell.CellRange))",
    ]
    return "\n".join([*lines, "End Function", ""])
