"""Worksheet functions: one declaration each, and what computes them."""

from __future__ import annotations

from crm_xl.functions.declaration import Argument, Example, Function
from crm_xl.functions.declared import COMPUTED, FUNCTIONS

__all__ = ["COMPUTED", "FUNCTIONS", "Argument", "Example", "Function"]
