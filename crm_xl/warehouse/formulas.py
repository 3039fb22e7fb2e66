"""The expressions of a mapping on columns of a warehouse: the same language, computed where the lines are."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from crm_xl.errors import CrmError
from crm_xl.sources import vectors
from crm_xl.sources.algebra import Arithmetic, Comparison, Making, Test
from crm_xl.sources.vectors import Sort, Vector
from crm_xl.warehouse.reading import NUMBER, matches

if TYPE_CHECKING:
    from ibis.expr import types as ir

MOST_SPELLINGS = 1_000


@dataclass(frozen=True, kw_only=True)
class Worked:
    """A column of the engine: cells as stored, numbers (float64, blank where there is none) or truth values."""

    sort: Sort
    value: Any


class EngineAlgebra:
    """The operations on columns of one table, see sources.algebra.Algebra.

    What cannot be computed is blank; cleaning tells of the line.

    Args:
        table: as stored.
        columns: heading as written -> name of the column.
        place: the source, for messages.
    """

    def __init__(self, table: ir.Table, columns: Mapping[str, str], place: str) -> None:
        self._table, self._columns, self._place = table, columns, place

    def column(self, heading: str) -> Worked:
        """The column under a heading, as stored."""
        return Worked(sort="cells", value=self._table[self._columns[heading]])

    def constant(self, value: str | float) -> Worked:
        """See Algebra."""
        import ibis

        if isinstance(value, str):
            return Worked(sort="cells", value=ibis.literal(value or None, type="string"))
        return Worked(sort="number", value=ibis.literal(float(value)))

    def number(self, value: Worked) -> Worked:
        """See Algebra; of texts, other spellings than 12.5 are read here and looked up.

        Raises:
            CrmError: the column holds dates, or too many texts that are no plain numbers.
        """
        if value.sort == "number":
            return value
        column, dtype = value.value, value.value.type()
        if dtype.is_string():
            return Worked(sort="number", value=self._number_of_text(column))
        if not (dtype.is_numeric() or dtype.is_boolean()):
            raise CrmError(
                f"算式里当作数值的列，在数据源中的类型是 {dtype}。",
                where=self._place,
                hint="请在对照表里改用数值列。",
            )
        number = column.cast("int8").cast("float64") if dtype.is_boolean() else column.cast("float64")
        if dtype.is_floating():
            number = number.isnan().ifelse(None, number)
        return Worked(sort="number", value=number)

    def _number_of_text(self, column: Any) -> Any:
        import ibis

        plain = matches(column, NUMBER)
        cast = plain.ifelse(column, None).cast("float64")
        odd = self._table.filter(column.notnull() & ~plain).select(spelling=column).distinct()
        spelt = odd.limit(MOST_SPELLINGS + 1).to_pandas()["spelling"].to_numpy(dtype=object)
        if len(spelt) > MOST_SPELLINGS:
            raise CrmError(
                f"算式里当作数值的列有超过 {MOST_SPELLINGS:,} 种写法不是数值。",
                where=self._place,
                hint="请核对对照表里的列名。",
            )
        read = vectors.number(Vector(sort="cells", values=spelt)).values
        known = [
            (column == text, float(number))
            for text, number in zip(spelt, read, strict=True)
            if number == number
        ]
        return ibis.cases(*known, else_=cast) if known else cast

    def text(self, value: Worked) -> Worked:
        """See Algebra."""
        column = value.value
        if value.sort == "number" or column.type().is_floating() or column.type().is_decimal():
            number = self.number(value).value
            whole = number == number.floor()
            column = whole.ifelse(
                whole.ifelse(number, None).cast("int64").cast("string"), number.cast("string")
            )
        return Worked(sort="cells", value=column.cast("string").strip().nullif(""))

    def arithmetic(self, operation: Arithmetic, *operands: Worked) -> Worked:
        """See Algebra; a division by zero gives a blank."""
        values = [self.number(operand).value for operand in operands]
        match operation:
            case "negative":
                found = -values[0]
            case "absolute":
                found = values[0].abs()
            case "divide":
                found = values[0] / values[1].nullif(0.0)
            case "add" | "subtract" | "multiply":
                found = getattr(operator, _OPERATORS[operation])(*values)
        return Worked(sort="number", value=found)

    def rounded(self, value: Worked, places: float) -> Worked:
        """See Algebra; engines themselves round halves up."""
        factor = 10.0 ** int(places)
        scaled = self.number(value).value * factor
        low = scaled.floor()
        odd = (low / 2.0).floor() * 2.0 != low
        up = (scaled - low > 0.5) | ((scaled - low == 0.5) & odd)
        return Worked(sort="number", value=(low + up.cast("int8")) / factor)

    def compare(self, comparison: Comparison, left: Worked, right: Worked) -> Worked:
        """See Algebra."""
        holds = getattr(operator, comparison)(self.number(left).value, self.number(right).value)
        return Worked(sort="truth", value=holds.fill_null(False))

    def same_text(self, left: Worked, right: Worked) -> Worked:
        """See Algebra."""
        return Worked(sort="truth", value=self.text(left).value.identical_to(self.text(right).value))

    def choose(self, condition: Worked, one: Worked, other: Worked) -> Worked:
        """See Algebra; numbers when both are, else texts unless both are stored alike."""
        if one.sort == other.sort == "number":
            return Worked(sort="number", value=condition.value.ifelse(one.value, other.value))
        if one.value.type() != other.value.type():
            one, other = self.text(one), self.text(other)
        return Worked(sort="cells", value=condition.value.ifelse(one.value, other.value))

    def is_blank(self, value: Worked) -> Worked:
        """See Algebra."""
        return Worked(sort="truth", value=self.text(value).value.isnull())

    def tested(self, test: Test, value: Worked, with_text: str) -> Worked:
        """See Algebra."""
        holds = getattr(self.text(value).value, test)(with_text)
        return Worked(sort="truth", value=holds.fill_null(False))

    def made(self, making: Making, value: Worked, argument: str | float) -> Worked:
        """See Algebra."""
        text = self.text(value).value
        if making == "removeprefix":
            prefix = str(argument)
            return Worked(sort="cells", value=text.startswith(prefix).ifelse(text.substr(len(prefix)), text))
        return Worked(sort="cells", value=text.left(int(argument)))

    def joined(self, left: Worked, right: Worked) -> Worked:
        """See Algebra."""
        one, two = (self.text(side).value.fill_null("") for side in (left, right))
        return Worked(sort="cells", value=(one + two).nullif(""))

    def opposite(self, value: Worked) -> Worked:
        """See Algebra."""
        return Worked(sort="truth", value=~value.value)

    def every(self, values: Sequence[Worked]) -> Worked:
        """See Algebra."""
        return Worked(sort="truth", value=reduce(operator.and_, (each.value for each in values)))

    def some(self, values: Sequence[Worked]) -> Worked:
        """See Algebra."""
        return Worked(sort="truth", value=reduce(operator.or_, (each.value for each in values)))


_OPERATORS = {"add": "add", "subtract": "sub", "multiply": "mul"}


def back_as_negative(algebra: EngineAlgebra, value: Worked, returns: Worked) -> Worked:
    """The numbers with those of returns made negative where they are positive."""
    number = algebra.number(value).value
    turned = (returns.value & (number > 0)).fill_null(False)
    return Worked(sort="number", value=turned.ifelse(-number, number))
