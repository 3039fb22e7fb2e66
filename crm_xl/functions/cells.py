"""Cells into arrays and back: blanks stay blank, errors stay errors, what cannot be read says why.

An argument arrives as rows of cells, whatever range it was. It is read once as a whole, by the same rules as a
table of the workbook.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crm_xl.functions.errors import VALUE, ErrorValue, error_text
from crm_xl.schema import Column
from crm_xl.spellings import ERROR_VALUES
from crm_xl.values import convert, missing, read_cell

# Errors arrive from Excel as these numbers. Source: xlCVError, 2000 to 2050, as COM's SCODE.
_ERRORS = {
    -2146826288: "#NULL!", -2146826281: "#DIV/0!", -2146826273: "#VALUE!", -2146826265: "#REF!",
    -2146826259: "#NAME?", -2146826252: "#NUM!", -2146826246: "#N/A",
    -2146826245: "#GETTING_DATA", -2146826243: "#SPILL!", -2146826242: "#CONNECT!", -2146826241: "#BLOCKED!",
    -2146826240: "#UNKNOWN!", -2146826239: "#FIELD!", -2146826238: "#CALC!",
}  # fmt: skip

Objects = NDArray[np.object_]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cells:
    """One argument, read.

    Attributes:
        title: what the cells hold, for messages.
        values: typed, in the shape of the range.
        errors: per cell the error it stands for, None where it has none.
        blank: where nothing stands.
        codes: equal number, equal value, -1 for none; None where the values were not told apart.
    """

    title: str
    values: NDArray[Any]
    errors: Objects
    blank: Flags
    codes: NDArray[np.int64] | None = None

    @property
    def failed(self) -> Flags:
        """Where a cell holds an error or could not be read."""
        return ~absent(self.errors)

    def checked(self) -> Cells:
        """The cells themselves, when each could be read.

        Raises:
            ErrorValue: the first Excel error, else the first cell that could not be read.
        """
        raise_first(self)
        return self


def absent(values: NDArray[Any]) -> Flags:
    """Where an object array holds None."""
    return np.asarray(values == None, dtype=bool)  # noqa: E711 - elementwise


def grid(argument: Any) -> Objects:
    """The cells of an argument as a table; a scalar is one cell, a flat list one row.

    Raises:
        ValueError: rows of different lengths, which no sheet gives.
    """
    if not isinstance(argument, list | tuple):
        argument = [[argument]]
    elif argument and not isinstance(argument[0], list | tuple):
        argument = [argument]
    widths = set(map(len, argument))
    if len(widths) > 1:
        raise ValueError(f"rows of {sorted(widths)} cells")
    width = max(widths, default=0)
    if not width:
        argument, width = [[None]], 1
    flat = np.fromiter(chain.from_iterable(argument), dtype=object, count=len(argument) * width)
    if int in set(map(type, flat)):  # Excel's numbers are floats; its whole numbers are errors
        for place, cell in enumerate(flat):
            if type(cell) is int and cell in _ERRORS:
                flat[place] = _ERRORS[cell]
    return flat.reshape(len(argument), width)


def read(argument: Any, column: Column, *, at: tuple[int, int] = (0, 0)) -> Cells:
    """The argument's cells as values of the column's kind.

    Args:
        argument: as it came from a sheet, or an array of cells.
        column: kind and unit; its title names the argument in messages.
        at: row and column of the first cell in the range that messages speak of, from 0.
    """
    cells = argument if isinstance(argument, np.ndarray) else grid(argument)
    flat = cells.ravel()
    converted = convert(flat, column)
    errors = np.full(len(flat), None, dtype=object)
    for place in np.flatnonzero(converted.bad):
        row, number = divmod(int(place), cells.shape[1])
        where = "" if cells.size == 1 and at == (0, 0) else f"第{at[0] + row + 1}行第{at[1] + number + 1}列"
        errors[place] = _error(flat[place], column, where)
    return Cells(
        title=column.title,
        values=converted.values.reshape(cells.shape),
        errors=errors.reshape(cells.shape),
        blank=(missing(converted.values) & ~converted.bad).reshape(cells.shape),
        codes=None if converted.codes is None else converted.codes.reshape(cells.shape),
    )


def is_omitted(argument: Any) -> bool:
    """Whether an optional argument was left out; a single blank cell counts as left out."""
    while isinstance(argument, list | tuple):
        if len(argument) > 1:
            return False
        argument = argument[0] if argument else None
    return argument is None or argument == ""


def one(argument: Any, column: Column) -> Any:
    """The one value an argument holds; None for a blank.

    Raises:
        ErrorValue: several cells, an error, or unreadable.
    """
    cells = read(argument, column).checked()
    if cells.values.size != 1:
        height, width = cells.values.shape
        raise ErrorValue(
            VALUE, f"{column.title}应为一个值，现为{height}行{width}列。", hint="请引用一个单元格。"
        )
    return None if cells.blank[0, 0] else cells.values[0, 0]


def raise_first(*arguments: Cells) -> None:
    """Nothing, when every cell of the arguments could be read.

    Raises:
        ErrorValue: the first Excel error, row by row and argument by argument, else the first unreadable cell.
    """
    texts = [text for cells in arguments for text in cells.errors[cells.failed].tolist()]
    if texts:
        found = next((text for text in texts if "|" not in text), texts[0])
        code, _, reason = found.partition("|")
        raise ErrorValue(code, reason)


def raise_excel_error(cells: Objects) -> None:
    """Nothing, when no cell holds an Excel error.

    Raises:
        ErrorValue: the first error.
    """
    for cell in cells.ravel().tolist():
        if text := _excel_error(cell):
            raise ErrorValue(text)


def aligned(*arguments: Cells) -> list[Cells]:
    """The arguments in one shape: a single cell, row or column is repeated, as Excel does.

    Raises:
        ErrorValue: their sizes do not fit.
    """
    shapes = [cells.values.shape for cells in arguments]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        sizes = "、".join(f"{c.title} {c.values.shape[0]}行{c.values.shape[1]}列" for c in arguments)
        raise ErrorValue(VALUE, f"区域大小不一致：{sizes}。", hint="请引用同样大小的区域。") from None
    if all(own == shape for own in shapes):
        return list(arguments)
    return [
        Cells(
            title=cells.title,
            values=np.broadcast_to(cells.values, shape),
            errors=np.broadcast_to(cells.errors, shape),
            blank=np.broadcast_to(cells.blank, shape),
        )
        for cells in arguments
    ]


def elementwise(compute: Callable[..., NDArray[Any]], *arguments: Cells) -> Any:
    """The answer cell by cell: an error in any argument is the answer, else a blank, else what is computed.

    Args:
        compute: takes one flat array of known values per argument, gives one value per cell; a missing
            number becomes a blank, a text that starts with # is an error.
        arguments: of sizes that fit.

    Returns:
        A scalar for one cell, else rows.
    """
    cells = aligned(*arguments)
    results = np.full(cells[0].values.shape, "", dtype=object)
    ready = ~np.logical_or.reduce([own.blank | own.failed for own in cells])
    if ready.any():
        results[ready] = blanked(compute(*(own.values[ready] for own in cells)))
    overlay_errors(results, *cells)
    return answer(results)


def overlay_errors(results: Objects, *arguments: Cells) -> None:
    """Put the arguments' errors into the results: Excel's before ours, those of earlier arguments first."""
    for excel in (False, True):
        for cells in reversed(arguments):
            failed = cells.failed
            if failed.any():
                texts = cells.errors[failed]
                chosen = np.array([("|" not in text) is excel for text in texts.tolist()], dtype=bool)
                failed[failed] = chosen
                results[failed] = texts[chosen]


def blanked(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers with blanks for missing ones, as a sheet shows them; texts as they are."""
    if values.dtype.kind != "f":
        return values
    unknown = np.isnan(values)
    if not unknown.any():
        return values
    shown = values.astype(object)
    shown[unknown] = ""
    return shown


def answer(results: Objects) -> Any:
    """What a function returns: the cell itself, or rows of plain Python values."""
    return results[0, 0] if results.shape == (1, 1) else results.tolist()


def _error(cell: Any, column: Column, where: str) -> str:
    if text := _excel_error(cell):
        return text
    try:
        read_cell(cell, column)
    except ValueError as error:
        reason = str(error)
    else:  # refused as part of a column, as infinity is
        reason = "无法识别，请重新填写"
    return error_text(VALUE, f"{column.title}{where}：{reason}。")


def _excel_error(cell: Any) -> str:
    """The text of the Excel error a cell holds; empty for anything else."""
    return cell.strip() if isinstance(cell, str) and cell.strip() in ERROR_VALUES else ""
