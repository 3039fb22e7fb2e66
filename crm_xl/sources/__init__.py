"""Anything outside a workbook, read into raw tables."""

from __future__ import annotations

from crm_xl.sources.mapping import Mapping, load_mapping, shipped_mappings
from crm_xl.sources.reading import read_source

__all__ = ["Mapping", "load_mapping", "read_source", "shipped_mappings"]
