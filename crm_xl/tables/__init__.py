"""The declaration of every table: inputs, parameters, outputs."""

from __future__ import annotations

from crm_xl.schema import Table
from crm_xl.tables import outputs, workshop
from crm_xl.tables.inputs import INPUTS
from crm_xl.tables.parameters import PARAMETERS

OUTPUTS: tuple[Table, ...] = (*outputs.OUTPUTS, *workshop.OUTPUTS)
TABLES: dict[str, Table] = {table.name: table for table in (*INPUTS, *PARAMETERS, *OUTPUTS)}

__all__ = ["INPUTS", "OUTPUTS", "PARAMETERS", "TABLES"]
