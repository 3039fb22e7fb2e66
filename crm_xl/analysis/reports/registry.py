"""Every report, in the order in which they are made: a later one may stand on an earlier one's table."""

from __future__ import annotations

from crm_xl.analysis.reports.ground import Report

REPORTS: tuple[Report, ...] = ()
