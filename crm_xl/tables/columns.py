"""The columns and tables that output declarations are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crm_xl.schema import Column, Kind, Role, Table
from crm_xl.tables import inputs as i

CUSTOMER_ID = Column(name="customer_id", title="客户编号", kind=Kind.ID)
CUSTOMER_NAME = Column(name="customer_name", title="客户名称", note="个人客户脱敏")
OWNER = Column(name="owner", title="负责人")


def output(name: str, title: str, *columns: Column, needs: tuple[str, ...] = (i.CUSTOMERS.name,), **more: Any) -> Table:
    """A table that the refresh writes; without customers there is nothing to write in most of them."""
    return Table(name=name, title=title, role=Role.OUTPUT, columns=columns, needs=needs, **more)


def text(name: str, title: str, note: str = "") -> Column:
    """A column of words."""
    return Column(name=name, title=title, note=note)


def yes_no(name: str, title: str, note: str = "") -> Column:
    """A column of 是 and 否."""
    return Column(name=name, title=title, kind=Kind.YESNO, note=note)


def number(name: str, title: str, unit: str = "", note: str = "", digits: int | None = 1) -> Column:
    """A column of numbers."""
    return Column(name=name, title=title, kind=Kind.NUMBER, unit=unit, note=note, digits=digits)


def filled(column: Column) -> Column:
    """The column as one that people fill in, and the refresh keeps."""
    return replace(column, filled=True)


def count(name: str, title: str, unit: str = "", note: str = "") -> Column:
    """A column of whole numbers."""
    return Column(name=name, title=title, kind=Kind.INTEGER, unit=unit, note=note)


def money(name: str, title: str, unit: str = "元", note: str = "") -> Column:
    """A column of amounts."""
    return Column(name=name, title=title, kind=Kind.MONEY, unit=unit, note=note)


def percent(name: str, title: str, note: str = "") -> Column:
    """A column of fractions that read as percentages."""
    return Column(name=name, title=title, kind=Kind.PERCENT, note=note)


def date(name: str, title: str, note: str = "") -> Column:
    """A column of days."""
    return Column(name=name, title=title, kind=Kind.DATE, note=note)
