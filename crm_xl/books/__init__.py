"""Workbooks that can be refreshed: a file on disk, or one open in Excel."""
