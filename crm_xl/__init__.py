"""crm_xl: customer analysis inside Excel.

    results = crm_xl.analyze({"tblCustomers": customers, "tblOrders": orders})
    crm_xl.refresh("客户.xlsx")

The names below load on first use, so that a worksheet function does not wait for the whole analysis.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from crm_xl.errors import CrmError

if TYPE_CHECKING:
    from crm_xl.analysis.pipeline import analyze
    from crm_xl.analysis.results import Results
    from crm_xl.refreshing import refresh
    from crm_xl.settings import Settings

_HOMES = {
    "Results": "crm_xl.analysis.results",
    "Settings": "crm_xl.settings",
    "analyze": "crm_xl.analysis.pipeline",
    "refresh": "crm_xl.refreshing",
}

__all__ = ["CrmError", "Results", "Settings", "analyze", "refresh"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
