"""What a report is made of, before it is a Word or a Markdown file."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from crm_xl.report.figures import Sentence, Tables


class Kind(StrEnum):
    """How a drawing shows its values."""

    COLUMN = "column"
    BAR = "bar"
    PIE = "pie"
    LINE = "line"
    HEAT = "heat"


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading; level 1 is a chapter."""

    text: str
    level: int = 1


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One sentence or several, with the numbers they cite; a warning wears a mark and red."""

    sentence: Sentence
    warning: bool = False
    bullet: bool = False


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Columns and rows of an output, under a caption; rows from 0, all of them where None."""

    caption: str
    table: str
    columns: tuple[str, ...]
    rows: tuple[int, ...] | None = None
    left_out: int = 0  # rows of the output that are not shown; said below the grid


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A chart of columns of an output, under a caption.

    Attributes:
        label: column that names the points, or the rows of a heat map.
        values: columns drawn, the first on the left axis, a second one of a line chart on the right.
        rows: from 0; all where None.
    """

    caption: str
    kind: Kind
    table: str
    label: str
    values: tuple[str, ...]
    rows: tuple[int, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Review:
    """The block in which the departments sign."""

    departments: tuple[str, ...]


Part = Heading | Paragraph | Grid | Drawing | Review


@dataclass(frozen=True, kw_only=True)
class Report:
    """A title, what stands under it, the parts in order, and the outputs that they cite."""

    title: str
    subtitle: tuple[str, ...]
    parts: tuple[Part, ...]
    tables: Tables = field(repr=False)
