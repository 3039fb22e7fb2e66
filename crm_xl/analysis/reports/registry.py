"""Every report, in the order in which they are made: a later one may stand on an earlier one's table."""

from __future__ import annotations

from crm_xl.analysis.reports import basic_info, relation, tags, value_assessment
from crm_xl.analysis.reports.ground import Report
from crm_xl.tables import relations as r

REPORTS: tuple[Report, ...] = (
    Report(tables=(r.RELATION,), make=relation.make),
    Report(tables=(r.BASIC_INFO,), make=basic_info.make),
    Report(tables=(r.VALUE_ASSESSMENT,), make=value_assessment.make),
    Report(tables=(r.TAG_BOARD,), make=tags.make),
)
