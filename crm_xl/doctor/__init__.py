"""诊断: what this computer has of what the product needs, and what to do about the rest."""

from __future__ import annotations

from crm_xl.doctor.diagnosis import diagnose
from crm_xl.doctor.finding import Finding, State, report, summary

__all__ = ["Finding", "State", "diagnose", "report", "summary"]
