"""Every report, in the order in which they are made: a later one may stand on an earlier one's table."""

from __future__ import annotations

from crm_xl.analysis.reports import (
    base_value,
    basic_info,
    behaviour,
    improvement,
    profile_tags,
    relation,
    structure,
    tags,
    value_assessment,
)
from crm_xl.analysis.reports.ground import Report
from crm_xl.tables import portraits as t
from crm_xl.tables import relations as r

REPORTS: tuple[Report, ...] = (
    Report(tables=(r.RELATION,), make=relation.make),
    Report(tables=(r.BASIC_INFO,), make=basic_info.make),
    Report(tables=(r.VALUE_ASSESSMENT,), make=value_assessment.make),
    Report(tables=(r.TAG_BOARD,), make=tags.make),
    Report(tables=(t.BASE_VALUE,), make=base_value.make),
    Report(tables=(t.BEHAVIOUR, t.BEHAVIOUR_COMPARE), make=behaviour.make),
    Report(tables=(t.IMPROVEMENT,), make=improvement.make),
    Report(tables=(t.STRUCTURE, t.STRUCTURE_CHART), make=structure.make),
    Report(tables=(t.PROFILE_TAGS,), make=profile_tags.make),
)
