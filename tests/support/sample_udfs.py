"""Three worksheet functions, to try the wrapper generator and the VBA around it."""

from __future__ import annotations

import xlwings as xw


@xw.func(category="CRM")
@xw.arg("x", ndim=2, doc="First")
@xw.arg("y", doc="Second")
def SAMPLE_ADD(x, y=1):  # type: ignore[no-untyped-def]  # noqa: N802
    """Add a number to every cell."""
    return [[cell + y for cell in row] for row in x]


@xw.func(category="CRM")
@xw.arg("numbers", ndim=2)
def SAMPLE_TOTAL(*numbers):  # type: ignore[no-untyped-def]  # noqa: N802
    """Add up every argument."""
    return sum(cell for block in numbers for row in block for cell in row)


@xw.func(category="CRM")
def SAMPLE_NOW():  # type: ignore[no-untyped-def]  # noqa: N802
    """A function without arguments."""
    return 1.0
