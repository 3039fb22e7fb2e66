"""Sentences for the captions above outputs, each with the outputs it concerns.

What limits a figure must stand above the tables that show the figure, and nowhere else: a note on priorities above a
report that has none sends people looking for something that is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from crm_xl.schema import Table
from crm_xl.tables import OUTPUTS
from crm_xl.tables import card as k
from crm_xl.tables import dashboard as d
from crm_xl.tables import portraits as t
from crm_xl.tables import relations as r
from crm_xl.tables import service_reports as s
from crm_xl.tables import workshop as w


class Note(str):
    """A sentence, and the names of the outputs it concerns; a plain text concerns them all."""

    tables: frozenset[str]


def about(tables: frozenset[str], sentences: Iterable[str]) -> tuple[Note, ...]:
    """The sentences, as notes that concern these outputs only."""
    notes = tuple(Note(sentence) for sentence in sentences)
    for note in notes:
        note.tables = tables
    return notes


def concerning(notes: Iterable[str], tables: Collection[str]) -> tuple[str, ...]:
    """Those of the notes that concern any of the outputs, in order."""
    return tuple(note for note in notes if not isinstance(note, Note) or not note.tables.isdisjoint(tables))


def _showing(*columns: str, also: Iterable[Table] = ()) -> frozenset[str]:
    """The outputs that have one of the columns, and those that tell of it in other words."""
    having = (table for table in OUTPUTS if not set(columns).isdisjoint(table.names))
    return frozenset(table.name for table in (*having, *also))


# The caption of 客户卡片 is that of its form, and the caption of 看板 that of its key figures.
PRIORITIES = _showing("priority", "priority_score", also=(k.ASSESSMENT_CARD,))
MATRIX = _showing("matrix_cell", also=(w.MATRIX, k.ASSESSMENT_CARD))
POTENTIAL = _showing("potential_tier", also=(r.OPPORTUNITY_NOTES, k.ASSESSMENT_CARD))
PROSPECTS = frozenset({w.PROSPECTS.name})
RFM = _showing("segment", also=(d.KEY_FIGURES, d.RF_HEAT, t.BASE_VALUE, s.PROFILE_REPORT, k.ASSESSMENT_CARD))
