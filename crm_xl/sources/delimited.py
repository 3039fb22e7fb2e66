"""Text files with separators (CSV, TSV): every cell as the text that stands there, and its line in the file."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.sources.layout import LOOKED_AT, HeadingRows, find_headings, heading_notes
from crm_xl.sources.notes import FoundTable

_SEPARATORS = ",;\t|"
_SAMPLE = 1 << 16
_SAMPLE_RECORDS = 50
_SURELY_UTF8 = 10
_MOST_FAULTS = 6


def read_delimited(data: bytes, where: str) -> RawTable:
    """The only table of a text file, unnamed: what `find_delimited` gives, without its remarks."""
    return find_delimited(data, where).table


def find_delimited(data: bytes, where: str, known: Collection[str] = ()) -> FoundTable:
    """The only table of a text file; blank cells are None, blank lines are left out.

    Headings are looked for below titles. Encoding (UTF-8, UTF-16 with a mark, GB18030) and separator (comma,
    semicolon, tab, bar) are found out.

    Args:
        data: the file's content.
        where: its name, for places and messages.
        known: headings a mapping asks for: they tell the heading line, as declared ones do.

    Raises:
        CrmError: not text, an encoding that cannot be told, a line with more cells than there are headings,
            a quotation mark without its partner.
    """
    text = decode(data, where)
    # Line ends inside a quoted cell count too, so they are made alike before anything is counted.
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    separator, text, first_line = _separator(text)
    found, start, lines_before = _heading_record(text, separator, where, known)
    headings = found.headings
    first_line += lines_before
    body = text[start:]
    try:
        frame = pd.read_csv(
            io.StringIO(body),
            sep=separator,
            header=None,
            dtype=object,
            na_filter=False,
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, csv.Error):
        raise _faults(body, separator, first_line, where) from None
    width = _last_filled(headings) + 1
    columns = [frame[index].to_numpy(dtype=object) for index in range(frame.shape[1])]
    lines = _line_numbers(columns, body, first_line)
    columns = [column[1:].copy() for column in columns]  # pandas hands out its own, read-only
    for column in columns:
        column[column == ""] = None
    if beyond := [index for index in range(width, len(columns)) if pd.notna(columns[index]).any()]:
        row = int(np.flatnonzero(pd.notna(columns[beyond[0]]))[0])
        raise CrmError(
            f"这一行第 {beyond[0] + 1} 格有内容，但标题只有 {width} 列。",
            where=f"{where} 第{lines[1:][row]}行",
            hint="请补上标题，或把含分隔符的内容用双引号括起来。",
        )
    columns += [np.full(len(lines) - 1, None, dtype=object) for _ in range(width - len(columns))]
    table = _without_blank_lines(headings[:width], columns[:width], lines[1:], where)
    return FoundTable(table=table, notes=tuple(heading_notes(found, where)))


def decode(data: bytes, where: str) -> str:
    """The text of a file, its byte order mark taken off.

    Raises:
        CrmError: neither UTF-8 nor UTF-16 with a mark nor GB18030.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # Excel's "Unicode text"
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise _unknown_encoding(where) from None
    if b"\0" in data:
        raise CrmError("这不是文本文件。", where=where, hint="请导出为 CSV 或 xlsx 后再导入。")
    marked = data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
    # GB18030 takes nearly any bytes, so a UTF-8 file with one broken character would turn into nonsense:
    # Chinese that reads as UTF-8 for a while is no accident.
    if marked or sum("\u4e00" <= sign <= "\u9fff" for sign in before[-_SAMPLE:]) >= _SURELY_UTF8:
        raise CrmError(
            "此行有损坏的字符（文件是 UTF-8 编码）。",
            where=f"{where} 第{before.count(chr(10)) + 1}行",
            hint="请重新导出，或用记事本打开修正后另存为 UTF-8。",
        )
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        raise _unknown_encoding(where) from None


def _unknown_encoding(where: str) -> CrmError:
    return CrmError("看不出文件的编码。", where=where, hint="请用 Excel 打开，另存为“CSV UTF-8”后再导入。")


def _separator(text: str) -> tuple[str, str, int]:
    """The separator, the text without Excel's "sep=;" line, and the number of its first line."""
    if text[:4].casefold() == "sep=" and text[5:6] == "\n":
        return text[4], text[6:], 2
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, best_mark = ",", (0.0, 0)
    for separator in _SEPARATORS:
        widths = [len(record) for record in _some_records(sample, separator) if any(record)]
        if max(widths, default=1) < 2:
            continue
        # The right one cuts most records into equally many cells; a title above the headings is one cell.
        usual, times = Counter(width for width in widths if width > 1).most_common(1)[0]
        mark = (times / len(widths), usual)
        if mark > best_mark:
            best, best_mark = separator, mark
    return best, text, 1


def _some_records(sample: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(sample), delimiter=separator)
    try:
        for record, _ in zip(reader, range(_SAMPLE_RECORDS), strict=False):
            yield record
    except csv.Error:
        return


def _heading_record(
    text: str, separator: str, where: str, known: Collection[str]
) -> tuple[HeadingRows, int, int]:
    """The headings, the place in the text at which their last line begins, and how many lines stand before."""
    ends = [0]
    reader = csv.reader(_each_line(text, ends), delimiter=separator)
    records: list[list[str]] = []
    starts: list[tuple[int, int]] = []
    start = lines = filled = 0
    try:
        for record in reader:
            if filled or any(cell.strip() for cell in record):
                records.append(record)
                starts.append((start, lines))
                filled += 1
            start, lines = ends[-1], reader.line_num
            if filled == LOOKED_AT:
                break
    except csv.Error:
        # The fault may lie below the headings; then it is told with the body's others.
        if not records:
            raise _faults(text, separator, 1, where) from None
    found = find_headings(records, known)
    if found is None:
        raise CrmError("文件里没有任何内容。", where=where, hint="请重新导出后再导入。")
    return found, *starts[found.last]


def _each_line(text: str, ends: list[int]) -> Iterator[str]:
    """The lines of a text, each with its break; `ends` gets the place at which each ends."""
    while ends[-1] < len(text):
        start = ends[-1]
        ends.append(text.find("\n", start) + 1 or len(text))
        yield text[start : ends[-1]]


def _last_filled(headings: tuple[str, ...]) -> int:
    return max(index for index, heading in enumerate(headings) if heading)


def _line_numbers(columns: list[np.ndarray], body: str, first_line: int) -> np.ndarray:
    """The line on which each record begins: one after the other, plus the line breaks inside cells."""
    records = len(columns[0])
    lines_in_body = body.count("\n") + (not body.endswith("\n"))
    spans = np.ones(records, dtype=np.int64)
    if lines_in_body != records:
        for column in columns:
            if "\n" not in "".join(column):  # ten times faster than asking every cell
                continue
            spans += np.fromiter((cell.count("\n") for cell in column), dtype=np.int64, count=records)
    return first_line + np.concatenate(([0], np.cumsum(spans)[:-1]))


def _without_blank_lines(
    headings: tuple[str, ...], columns: list[np.ndarray], lines: np.ndarray, where: str
) -> RawTable:
    blank = np.ones(len(lines), dtype=bool)
    for column in columns:
        blank &= column == None  # noqa: E711  (elementwise)
        if not blank.any():
            break
    if blank.any():
        columns = [column[~blank] for column in columns]
        lines = lines[~blank]
    return RawTable(name="", headings=headings, columns=tuple(columns), sheet=where, file_lines=lines)


def _faults(body: str, separator: str, first_line: int, where: str) -> CrmError:
    """The lines that cannot be cut into cells, found by the slower reader that counts lines."""
    reader = csv.reader(io.StringIO(body), delimiter=separator, strict=False)
    faults: list[CrmError] = []
    width, line, record = 0, first_line, [""]
    try:
        for record in reader:
            width = width or len(record)
            if len(record) > width and len(faults) < _MOST_FAULTS:
                faults.append(
                    CrmError(
                        f"这一行有 {len(record)} 格，标题只有 {width} 列。",
                        where=f"{where} 第{line}行",
                        hint="请把含分隔符的内容用双引号括起来。",
                    )
                )
            last, line = line, first_line + reader.line_num
    except csv.Error:  # a cell over the limit: the rest of the file after an open quotation mark
        last, record = line, ["\n"]
    if not faults or any("\n" in cell for cell in record):
        faults.append(
            CrmError(
                "从这一行起有一个双引号没有配对。",
                where=f"{where} 第{last}行",
                hint="请补上或删除多余的双引号。",
            )
        )
    return CrmError.of(faults)
