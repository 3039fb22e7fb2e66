"""The declaration of every table: inputs, parameters, outputs."""

from __future__ import annotations

from crm_xl.schema import Table
from crm_xl.tables import (
    card,
    choices,
    dashboard,
    improvement,
    insight_rules,
    outputs,
    parameters,
    plans,
    portraits,
    relations,
    sales_reports,
    service_reports,
    workshop,
)
from crm_xl.tables.inputs import INPUTS

# In reading order.
OUTPUTS: tuple[Table, ...] = (*dashboard.OUTPUTS, *outputs.OUTPUTS, *workshop.OUTPUTS, *plans.OUTPUTS, *relations.OUTPUTS, *portraits.OUTPUTS, *card.OUTPUTS, *sales_reports.OUTPUTS, *service_reports.OUTPUTS, *choices.LISTS)
# Choices stand above the output they are for; the rest on the sheet 参数.
PARAMETERS: tuple[Table, ...] = (*parameters.PARAMETERS, improvement.IMPROVEMENT_RULES, insight_rules.INSIGHT_RULES, plans.PLAN_RULES, *portraits.CHOICES, *card.CHOICES, *sales_reports.CHOICES, *service_reports.CHOICES)
TABLES: dict[str, Table] = {table.name: table for table in (*INPUTS, *PARAMETERS, *OUTPUTS)}

__all__ = ["INPUTS", "OUTPUTS", "PARAMETERS", "TABLES"]
