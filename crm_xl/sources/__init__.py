"""Anything outside a workbook, read into raw tables."""
