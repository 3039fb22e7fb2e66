"""What comes from outside, merged into a workbook's input tables by key."""

from __future__ import annotations

from crm_xl.importing.body import Change
from crm_xl.importing.intake import Outcome, Plan, TableOutcome, importable, plan_import, table_named

__all__ = ["Change", "Outcome", "Plan", "TableOutcome", "importable", "plan_import", "table_named"]
