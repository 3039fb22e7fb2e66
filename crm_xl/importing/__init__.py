"""What comes from outside, merged into a workbook's input tables by key."""

from __future__ import annotations

from crm_xl.importing.body import Change
from crm_xl.importing.intake import Outcome, TableOutcome, import_into, importable, table_named

__all__ = ["Change", "Outcome", "TableOutcome", "import_into", "importable", "table_named"]
