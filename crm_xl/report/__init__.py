"""The management report: what an analysis found, as a Word and a Markdown file (guides 002 and 004, SPEC section 8)."""

from crm_xl.report.writing import Made, report_path, write_report

__all__ = ["Made", "report_path", "write_report"]
