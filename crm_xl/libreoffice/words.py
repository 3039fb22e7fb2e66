"""The names that LibreOffice knows our functions by: one interface, one service, one method for each function."""

from __future__ import annotations

import re

from crm_xl.functions import FUNCTIONS, Function

EXTENSION_ID = "org.crmxl.addin"
SERVICE = "org.crmxl.AddIn"
MENU_SERVICE = "org.crmxl.Menu"
INTERFACE = "XCrmXl"
NAMESPACE = ("org", "crmxl")
# UNO's types: what a sheet gives as an argument, the cells themselves, and rows of what it takes as an answer.
ANY = "any"
CELLS = "com::sun::star::table::XCellRange"
ROWS = "sequence< sequence< any > >"


def camel(name: str) -> str:
    """A name as UNO writes methods: "CUSTOMER_SCORE" and "customer_score" are "customerScore"."""
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name.lower())


def method(function: Function) -> str:
    """The method that answers a function."""
    return camel(function.name)


def parameters(function: Function) -> list[str]:
    """The parameters of its method, in order.

    LibreOffice keeps the help texts of arguments sorted by name, so the names begin with their place.
    """
    return [
        camel(f"a{place:02}_{argument.name}") for place, argument in enumerate(function.arguments, start=1)
    ]


def methods() -> dict[str, str]:
    """Method -> function, for every function."""
    return {method(function): function.name for function in FUNCTIONS}
