"""Which column of a warehouse is which of tblOrders: by its heading, or as a mapping says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crm_xl.errors import CrmError
from crm_xl.schema import Column, Kind
from crm_xl.sources.expression import Expression, parse
from crm_xl.sources.mapping import TableMapping, load_mapping
from crm_xl.tables import inputs as i
from crm_xl.tables.headings import heading_errors, heading_key, listed, match_headings
from crm_xl.warehouse.formulas import EngineAlgebra, back_as_negative

if TYPE_CHECKING:
    from ibis.expr import types as ir

_SIGNED = ("amount", "quantity")  # what a return takes back


def order_columns(source: ir.Table, mapping: str, place: str) -> tuple[ir.Table, dict[str, Column]]:
    """The source with one column per declared name it has, and what each means.

    Args:
        source: as stored.
        mapping: a mapping file or the name of a shipped one, of which what it says of tblOrders counts; empty:
            headings decide.
        place: the source, for messages.

    Raises:
        CrmError: a required column is missing, a mapping that does not fit; everything at once.
    """
    if mapping:
        chosen = _mapped(source, _order_mapping(mapping), place)
    else:
        headings = source.columns
        if errors := heading_errors(i.ORDERS, headings, place):
            raise CrmError.of(errors)
        matched = match_headings(i.ORDERS, headings)
        chosen = source.select(**{name: source[headings[index]] for name, index in matched.items()})
    names = [column.name for column in i.ORDERS if column.name in chosen.columns]
    return chosen.select(*names), {name: _meant(i.ORDERS.column(name)) for name in names}


def _meant(column: Column) -> Column:
    """Dates are read with their time of day: a return minutes after its order."""
    return replace(column, kind=Kind.DATETIME) if column.kind is Kind.DATE else column


def _order_mapping(mapping: str) -> TableMapping:
    found = load_mapping(mapping)
    for table in found.tables:
        if table.table is i.ORDERS:
            return table
    raise CrmError(
        f"对照表没有说明“{i.ORDERS.title}”。", where=found.name, hint=f'请写 table = "{i.ORDERS.name}"。'
    )


def _mapped(source: ir.Table, mapping: TableMapping, place: str) -> ir.Table:
    """The columns that the mapping makes, of the lines for which its condition holds."""
    import ibis

    names = _Names(source, place)
    plans = {
        name: names.meant(written, f"{mapping.where} [columns] {name}")
        for name, written in mapping.columns.items()
    }
    returns = names.truth(mapping.returns, f"{mapping.where} [returns] when")
    condition = names.truth(mapping.condition, f"{mapping.where} where")
    names.complain()
    on = EngineAlgebra(source, names.columns, place)
    values = {
        name: on.column(plan) if isinstance(plan, str) else plan.worked_out(on)
        for name, plan in plans.items()
        if plan is not None
    }
    if returns is not None:
        is_return = returns.worked_out(on)
        values |= {name: back_as_negative(on, values[name], is_return) for name in _SIGNED if name in values}
    lines = source if condition is None else source.filter(condition.worked_out(on).value)
    constants = {name: ibis.literal(value) for name, value in mapping.constants.items()}
    return lines.select(**{name: worked.value for name, worked in values.items()}, **constants)


class _Names:
    """What a mapping calls the columns of a source, and everything that is wrong with it."""

    def __init__(self, source: ir.Table, place: str) -> None:
        self.columns: dict[str, str] = {}  # heading as the mapping writes it -> column
        self._place, self._headings = place, source.columns
        self._by_key: dict[str, list[str]] = {}
        for name in source.columns:
            self._by_key.setdefault(heading_key(name), []).append(name)
        self._faults: list[CrmError] = []
        self._lacking: list[str] = []

    def meant(self, written: str, where: str) -> str | Expression | None:
        """The heading itself, else the expression; None where it is wrong."""
        if heading_key(written) in self._by_key:
            self._take(written, where)
            return written
        try:
            expression = parse(written, where)
        except CrmError as error:
            self._faults.append(error)
            return None
        for heading in expression.headings:
            self._take(heading, where)
        return expression

    def truth(self, written: str, where: str) -> Expression | None:
        """The condition; None where there is none, or it is wrong."""
        made = self.meant(written, where) if written else None
        if isinstance(made, Expression) and made.sort == "truth":
            return made
        if made is not None:
            self._faults.append(
                CrmError(f"“{written}”不是条件。", where=where, hint="要写成判断，例如 数量<0。")
            )
        return None

    def complain(self) -> None:
        """Nothing where nothing is wrong.

        Raises:
            CrmError: all that is.
        """
        if self._lacking:
            self._faults.append(
                CrmError(
                    f"数据源里没有列 {listed(self._lacking)}；现有的列：{listed(self._headings)}。",
                    where=self._place,
                    hint="请在对照表里改用现有的列。",
                )
            )
        if self._faults:
            raise CrmError.of(self._faults)

    def _take(self, heading: str, where: str) -> None:
        found = self._by_key.get(heading_key(heading), [])
        if not found:
            self._lacking += [heading] if heading not in self._lacking else []
            return
        if len(found) > 1:
            self._faults.append(
                CrmError(
                    f"数据源里有 {len(found)} 列都叫“{heading}”。", where=where, hint="请给其中的列改名。"
                )
            )
        self.columns[heading] = found[0]
