"""A report as Markdown, for a wiki or a chat: the same sentences and tables, pictures in files beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from crm_xl.report.content import Drawing, Grid, Heading, Paragraph, Report, Review
from crm_xl.report.figures import shown, text_of
from crm_xl.report.word import NO_PICTURE, NOTHING_TO_DRAW, SIGN_HEADINGS
from crm_xl.schema import NUMERIC
from crm_xl.tables import TABLES

# What would make a heading, a list, a link, a picture, HTML or another cell of it.
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def markdown(report: Report, pictures: Mapping[int, str | None], *, no_font: bool = False) -> str:
    """The text of a .md file.

    Args:
        report: what it says.
        pictures: index of a drawing among the parts -> the file of its picture, relative; None where it has none.
        no_font: the machine could draw no Chinese.
    """
    return "\n".join(_lines(report, pictures, no_font)) + "\n"


def _lines(report: Report, pictures: Mapping[int, str | None], no_font: bool) -> Iterator[str]:
    yield f"# {_plain(report.title)}"
    for line in report.subtitle:
        yield from ("", _plain(line))
    tables = drawings = 0
    for index, part in enumerate(report.parts):
        yield ""
        match part:
            case Heading():
                yield f"{'#' * (part.level + 1)} {_plain(part.text)}"
            case Paragraph():
                text = _plain(text_of(part.sentence, report.tables))
                yield f"{'- ' if part.bullet else ''}{f'**▲ {text}**' if part.warning else text}"
            case Grid():
                tables += 1
                yield from (f"表{tables}　{_plain(part.caption)}", "")
                yield from _grid(part, report)
            case Drawing():
                drawings += 1
                caption = f"图{drawings}　{_plain(part.caption)}"
                file = pictures.get(index)
                yield f"![{caption}]({file})" if file else (NO_PICTURE if no_font else NOTHING_TO_DRAW)
                yield from ("", caption)
            case Review():
                yield _row(SIGN_HEADINGS)
                yield "|---" * len(SIGN_HEADINGS) + "|"
                for department in part.departments:
                    yield _row((department, *[""] * (len(SIGN_HEADINGS) - 1)))


def _grid(part: Grid, report: Report) -> Iterator[str]:
    table, frame = TABLES[part.table], report.tables[part.table]
    columns = [table.column(name) for name in part.columns]
    yield _row([column.title for column in columns])
    yield "|" + "|".join("---:" if column.kind in NUMERIC else "---" for column in columns) + "|"
    for row in range(len(frame)) if part.rows is None else part.rows:
        yield _row([shown(frame[column.name].iloc[row], column) for column in columns])
    if part.left_out:
        yield from ("", f"另有 {part.left_out:,} 行，见工作簿“{table.sheet}”。")


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
