"""Charts of the report as PNG pictures, drawn by matplotlib in a Chinese font of this machine."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_xl.palette import HEADING, PALETTE
from crm_xl.report.content import Drawing, Kind
from crm_xl.report.figures import Tables, shown
from crm_xl.schema import Column, Table
from crm_xl.schema import Kind as Meaning
from crm_xl.tables import TABLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Fonts with simplified Chinese, as Windows, macOS and Linux have them.
FONTS = (
    "Microsoft YaHei", "DengXian", "SimHei", "PingFang SC", "Heiti SC", "Noto Sans CJK SC", "Noto Sans CJK JP",
    "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimSun",
)  # fmt: skip
_INCHES = (6.3, 3.1)
_DOTS = 200
_MOST_SLICES = 8
_LONGEST_LABEL = 20
_HATCHES = ("", "//", "..", "xx", "\\\\", "++", "oo", "--")  # told apart in a grey print too
_MARKS = ("o", "D")


@cache
def chinese_font() -> str:
    """The name of a font of this machine that has Chinese; empty where there is none."""
    from matplotlib import font_manager

    names = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in FONTS if name in names), "")


def picture(drawing: Drawing, tables: Tables) -> bytes | None:
    """The chart as a PNG; None where it has no point to show.

    Raises:
        ValueError: the machine has no font with Chinese; see `chinese_font`.
    """
    frame = tables[drawing.table]
    if drawing.rows is not None:
        frame = frame.iloc[list(drawing.rows)]
    values = frame[list(drawing.values)].apply(pd.to_numeric, errors="coerce")
    if values.dropna(how="all").empty or not (values.fillna(0) != 0).to_numpy().any():
        return None
    if not chinese_font():
        raise ValueError("no font with Chinese")
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context({"font.family": chinese_font(), "axes.unicode_minus": False, "font.size": 9}):
        figure = Figure(figsize=_INCHES, dpi=_DOTS, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        table = TABLES[drawing.table]
        labels = [_short(shown(label, table.column(drawing.label))) for label in frame[drawing.label]]
        _DRAW[drawing.kind](figure, axes, labels, values, table)
        target = BytesIO()
        figure.savefig(target, format="png", metadata={"Software": None})
    return target.getvalue()


def _short(label: str) -> str:
    """The label as it fits beside a chart; whole it stands in the table below."""
    line = " ".join(label.split())
    return line if len(line) <= _LONGEST_LABEL else f"{line[: _LONGEST_LABEL - 1]}…"


def _plain(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_axisbelow(True)


def _named(column: Column) -> str:
    return (
        f"{column.title}（{column.unit}）"
        if column.unit and column.unit not in column.title
        else column.title
    )


def _columns(_figure: Figure, axes: Axes, labels: list[str], values: pd.DataFrame, table: Table) -> None:
    _plain(axes)
    places = np.arange(len(labels))
    width = 0.7 / values.shape[1]
    for number, name in enumerate(values):
        column = table.column(str(name))
        heights = values[name].fillna(0.0)
        bars = axes.bar(
            places + (number - (values.shape[1] - 1) / 2) * width, heights, width, color=PALETTE[number],
            hatch=_HATCHES[number], edgecolor="white", label=_named(column),
        )  # fmt: skip
        axes.bar_label(bars, [shown(v, column) for v in values[name]], fontsize=8, padding=2)
    axes.set_xticks(places, labels, rotation=20 if max(map(len, labels)) > 6 else 0)
    _value_axis(axes, table.column(str(values.columns[0])), "y")
    if values.shape[1] > 1:
        axes.legend(frameon=False)


def _bars(_figure: Figure, axes: Axes, labels: list[str], values: pd.DataFrame, table: Table) -> None:
    _plain(axes)
    name = str(values.columns[0])
    column = table.column(name)
    places = np.arange(len(labels))
    bars = axes.barh(places, values[name].fillna(0.0), 0.65, color=PALETTE[0])
    axes.bar_label(bars, [shown(v, column) for v in values[name]], fontsize=8, padding=3)
    axes.set_yticks(places, labels)
    axes.invert_yaxis()
    _value_axis(axes, column, "x")


def _pie(_figure: Figure, axes: Axes, labels: list[str], values: pd.DataFrame, _table: Table) -> None:
    amounts = values.iloc[:, 0].fillna(0.0).clip(lower=0.0).to_numpy()
    order = np.argsort(-amounts, kind="stable")
    order = order[amounts[order] > 0]
    named = [(labels[at], float(amounts[at])) for at in order]
    if len(named) > _MOST_SLICES:
        rest = sum(amount for _, amount in named[_MOST_SLICES - 1 :])
        named = [*named[: _MOST_SLICES - 1], ("其他", rest)]
    total = sum(amount for _, amount in named)
    slices, *_ = axes.pie(
        [amount for _, amount in named],
        labels=[f"{label} {amount / total:.1%}" for label, amount in named],
        colors=PALETTE, startangle=90, counterclock=False, wedgeprops={"edgecolor": "white"},
        textprops={"fontsize": 8},
    )  # fmt: skip
    for one, hatch in zip(slices, _HATCHES, strict=False):
        one.set_hatch(hatch)
    axes.set_aspect("equal")


def _lines(_figure: Figure, axes: Axes, labels: list[str], values: pd.DataFrame, table: Table) -> None:
    _plain(axes)
    places = np.arange(len(labels))
    for number, name in enumerate(values):
        on = axes if number == 0 else axes.twinx()
        column = table.column(str(name))
        on.plot(
            places, values[name], color=PALETTE[number], marker=_MARKS[number], markersize=4,
            linestyle="-" if number == 0 else "--", label=_named(column),
        )  # fmt: skip
        _value_axis(on, column, "y")
        on.set_ylim(bottom=min(0.0, float(np.nanmin(values[name]))))
    step = max(1, len(labels) // 12)
    axes.set_xticks(places[::step], labels[::step], rotation=45)


def _heat(figure: Figure, axes: Axes, labels: list[str], values: pd.DataFrame, table: Table) -> None:
    cells = values.to_numpy(dtype=float)
    image = axes.imshow(np.nan_to_num(cells), cmap="Blues", aspect="auto")
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xticks(range(cells.shape[1]), [table.column(str(name)).title for name in values])
    dark = np.nanmax(cells) * 0.6
    for (row, at), value in np.ndenumerate(cells):
        if not np.isnan(value):
            text = shown(value, table.column(str(values.columns[at])))
            axes.text(
                at,
                row,
                text,
                ha="center",
                va="center",
                fontsize=8,
                color="white" if value > dark else HEADING,
            )
    figure.colorbar(image, ax=axes, shrink=0.9)


def _value_axis(axes: Axes, column: Column, which: str) -> None:
    from matplotlib.ticker import FuncFormatter, PercentFormatter

    axis: Any = axes.yaxis if which == "y" else axes.xaxis
    (axes.set_ylabel if which == "y" else axes.set_xlabel)(_named(column))
    axes.grid(axis=which, color="#D9D9D9", linewidth=0.6)  # type: ignore[arg-type]
    if column.kind is Meaning.PERCENT:
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    else:
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


_DRAW = {Kind.COLUMN: _columns, Kind.BAR: _bars, Kind.PIE: _pie, Kind.LINE: _lines, Kind.HEAT: _heat}
