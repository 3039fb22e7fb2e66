"""Settings: what a manager decides, read from the 参数 tables or shipped."""

from __future__ import annotations

from crm_xl.settings.reader import Settings

__all__ = ["Settings"]
