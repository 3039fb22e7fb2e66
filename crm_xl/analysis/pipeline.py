"""analyze: the only place that knows the order of the analysis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from crm_xl.analysis.blocks import parameter_blocks
from crm_xl.analysis.calendar import Period, months_before, period_of
from crm_xl.analysis.clean import Cleaned, clean
from crm_xl.analysis.metrics import customer_metrics
from crm_xl.analysis.results import Results
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.settings import Settings
from crm_xl.settings.model import General
from crm_xl.tables import INPUTS, OUTPUTS, PARAMETERS, TABLES
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p

Progress = Callable[[str, float], None]


def quiet(_what: str, _share: float) -> None:
    """Tells nobody how far the work is."""
