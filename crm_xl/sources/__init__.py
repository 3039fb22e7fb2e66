"""Anything outside a workbook, read into raw tables."""

from __future__ import annotations

from crm_xl.sources.mapping import Mapping, load_mapping, shipped_mappings
from crm_xl.sources.reading import Incoming, Rules, read_files, read_source

__all__ = ["Incoming", "Mapping", "Rules", "load_mapping", "read_files", "read_source", "shipped_mappings"]
