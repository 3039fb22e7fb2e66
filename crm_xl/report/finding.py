"""One finding of the report: an output, the sentences that its rows allow, the table and the chart beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crm_xl.report.content import Drawing, Grid, Kind, Paragraph, Part
from crm_xl.report.figures import Sentence, Tables
from crm_xl.schema import Table
from crm_xl.tables.outputs import TOTAL

MOST_ROWS = 12


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What of the output is drawn, and how."""

    caption: str
    kind: Kind
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the report says of one output.

    Attributes:
        table: the output.
        columns: those shown; all where empty.
        sentences: what its rows allow to say; only statements whose numbers hold.
        chart: beside it, if any.
        rows: which rows are shown, in order; default the first MOST_ROWS.
        bullet: whether each sentence is an item of a list.
        warning: whether the sentences wear the mark.
    """

    table: Table
    columns: tuple[str, ...] = ()
    sentences: Callable[[Tables], Sequence[Sentence]] = lambda _: ()
    chart: Chart | None = None
    rows: Callable[[Tables], Sequence[int]] | None = None
    bullet: bool = False
    warning: bool = False

    def parts(self, tables: Tables, missing: Mapping[str, str]) -> Iterator[Part]:
        """Sentences, table and chart; where the output could not be made, the sentence that says why."""
        if self.table.name not in tables:
            yield Paragraph(sentence=(missing.get(self.table.name, f"没有“{self.table.title}”的数据。"),))
            return
        for sentence in self.sentences(tables):
            yield Paragraph(sentence=sentence, bullet=self.bullet, warning=self.warning)
        size = len(tables[self.table.name])
        if not size:
            return
        rows = tuple(self.rows(tables)) if self.rows else tuple(range(size))
        yield Grid(
            caption=self.table.title, table=self.table.name, columns=self.columns or self.table.names,
            rows=rows[:MOST_ROWS], left_out=max(0, len(rows) - MOST_ROWS) if self.rows is None else size - len(rows[:MOST_ROWS]),
        )  # fmt: skip
        if self.chart is not None:
            yield Drawing(
                caption=self.chart.caption, kind=self.chart.kind, table=self.table.name, label=self.chart.label,
                values=self.chart.values, rows=tuple(row for row in rows if not self._total(tables, row)),
            )  # fmt: skip

    def _total(self, tables: Tables, row: int) -> bool:
        frame = tables[self.table.name]
        return any(frame[name].iloc[row] == TOTAL for name in self.table.names[:2])
