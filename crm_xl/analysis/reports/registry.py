"""Every report, in the order in which they are made: a later one may stand on an earlier one's table."""

from __future__ import annotations

from crm_xl.analysis.reports import (
    base_value,
    basic_info,
    behaviour,
    campaigns,
    churn,
    churn_traits,
    compare,
    customer_card,
    dashboard,
    grade_standard,
    improvement,
    insights,
    levels,
    owners,
    profile,
    profile_tags,
    relation,
    sales,
    service,
    slow_answers,
    structure,
    tags,
    turning_points,
    value_assessment,
)
from crm_xl.analysis.reports.ground import Report
from crm_xl.tables import card as k
from crm_xl.tables import dashboard as d
from crm_xl.tables import portraits as t
from crm_xl.tables import relations as r
from crm_xl.tables import sales_reports as x
from crm_xl.tables import service_reports as s

REPORTS: tuple[Report, ...] = (
    Report(tables=(d.KEY_FIGURES, d.TOP_MOVERS, d.INDUSTRY_CHART), make=dashboard.make),
    Report(tables=(r.RELATION,), make=relation.make),
    Report(tables=(r.BASIC_INFO,), make=basic_info.make),
    Report(tables=(r.VALUE_ASSESSMENT,), make=value_assessment.make),
    Report(tables=(r.TAG_BOARD,), make=tags.make),
    Report(tables=(t.BASE_VALUE,), make=base_value.make),
    Report(tables=(t.BEHAVIOUR, t.BEHAVIOUR_COMPARE), make=behaviour.make),
    Report(tables=(t.IMPROVEMENT,), make=improvement.make),
    Report(tables=(t.STRUCTURE, t.STRUCTURE_CHART), make=structure.make),
    Report(tables=(t.PROFILE_TAGS,), make=profile_tags.make),
    Report(tables=k.CARD_BLOCKS, make=customer_card.make),
    Report(tables=(k.GRADE_STANDARD,), make=grade_standard.make),
    Report(tables=(x.SALES_REPORT, x.SALES_CHART), make=sales.make_sales),
    Report(tables=(x.OWNER_COMPARE, x.OWNER_CHART), make=owners.make_owners),
    Report(tables=(x.COMPARE, x.COMPARE_CHART), make=compare.make_compare),
    Report(tables=(x.TURNING_POINTS, x.TURNING_CHART), make=turning_points.make_turning_points),
    Report(tables=(s.PROFILE_REPORT, s.PROFILE_INDUSTRY_CHART, s.PROFILE_REGION_CHART), make=profile.make),
    Report(tables=(s.SERVICE_REPORT, s.SERVICE_TYPES, s.COMPLAINT_CHART), make=service.make),
    Report(tables=(s.SLOW_ANSWERS,), make=slow_answers.make),
    Report(tables=(s.CHURN_REPORT, s.CHURN_REASON_CHART), make=churn.make),
    Report(tables=(s.CHURN_TRAITS,), make=churn_traits.make),
    Report(tables=(s.CAMPAIGN_REPORT, s.CAMPAIGN_CHART), make=campaigns.make),
    Report(tables=(r.LEVEL_SUMMARY, r.LEVEL_TRAITS), make=levels.make),
    Report(tables=(r.OPPORTUNITY_NOTES,), make=insights.make),
)
