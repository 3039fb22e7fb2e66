"""The interface of the add-in as the text that LibreOffice reads instead of a compiled type library."""

from __future__ import annotations

from crm_xl.functions import FUNCTIONS, Function
from crm_xl.libreoffice.words import ANY, CELLS, INTERFACE, NAMESPACE, ROWS, method, parameters


def interface() -> str:
    """The IDL text: one method for each function; every answer is rows of cells."""
    opened = " ".join(f"module {name} {{" for name in NAMESPACE)
    closed = " ".join("};" for _ in NAMESPACE)
    lines = "\n".join(f"    {_method(function)}" for function in FUNCTIONS)
    return f"{opened}\ninterface {INTERFACE} : com::sun::star::uno::XInterface {{\n{lines}\n}};\n{closed}\n"


def _method(function: Function) -> str:
    kind = ANY if function.compute else CELLS
    arguments = ", ".join(f"[in] {kind} {name}" for name in parameters(function))
    return f"{ROWS} {method(function)}({arguments});"
