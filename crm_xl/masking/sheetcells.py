"""The cells of a sheet with what must not be seen replaced; half a million rows pass through here as text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from crm_xl.books.cells import CellWriter
from crm_xl.books.sheetrows import ROWS_MARK, SheetRows
from crm_xl.masking.dropping import drop_uses
from crm_xl.masking.redactor import Redactor
from crm_xl.masking.xmltext import redact
from crm_xl.package.archive import to_bytes
from crm_xl.package.areas import Area, column_number
from crm_xl.package.parts import unescape

Mask = Callable[[str], str]

_ATTRIBUTE = re.compile(r' ([\w:]+)="([^"]*)"')
_COMMENT = re.compile(r"<!--.*?-->|<\?.*?\?>", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class SecretColumn:
    """A column of personal data on a sheet.

    Attributes:
        body: the cells of the column between heading and totals.
        mask: for a 0-based body row, its mask; None for a cell that is nothing personal.
    """

    body: Area
    mask: Callable[[int], Mask | None]


@dataclass(frozen=True, kw_only=True)
class SheetRules:
    """What is known of a sheet's cells before they are looked at.

    Attributes:
        secrets: the columns masked as their declarations say.
        figures: areas whose numbers are amounts, never phones.
        trusted: areas whose cells stay as they are.
        emptied: nothing of the sheet stays.
        blank_formulas: a formula that has to go leaves no value behind.
    """

    secrets: Sequence[SecretColumn] = ()
    figures: Sequence[Area] = ()
    trusted: Sequence[Area] = ()
    emptied: bool = False
    blank_formulas: bool = False


@dataclass(frozen=True, kw_only=True)
class MaskedSheet:
    """The sheet's new XML, and which shared strings its remaining cells use."""

    xml: bytes
    shared: set[int]


def mask_sheet(
    xml: bytes,
    *,
    book: str,
    sheet: str,
    rules: SheetRules,
    shared: Sequence[str],
    redactor: Redactor,
    dropped_ids: Collection[str] = (),
) -> MaskedSheet:
    """The sheet with secret columns masked and every other text, formula and phone-like number redacted.

    A formula whose text or result holds something that must not be seen gives way to its masked result: it might
    bring it back.

    Args:
        xml: the sheet's part.
        book: the workbook's file name, for messages.
        sheet: the sheet's name, for messages.
        rules: what is known of the sheet's cells.
        shared: the workbook's shared strings.
        redactor: what replaces everywhere else.
        dropped_ids: the ids by which the sheet refers to parts that leave the package.

    Raises:
        CrmError: the sheet is damaged.
    """
    found = SheetRows(xml, book=book, sheet=sheet, edits=(), cells=())
    cells = _Cells(found.prefix, rules, shared, redactor)
    rows = "".join(cells.row(number, _as_text(row)) for number, row in sorted(found.rows.items()))
    drop_uses(found.root, dropped_ids)
    redact(found.root, redactor, book)
    head, _, tail = to_bytes(found.root).partition(ROWS_MARK.encode())
    return MaskedSheet(xml=b"".join((head, rows.encode(), tail)), shared=cells.used)


def _as_text(row: object) -> str:
    if not isinstance(row, str):
        raise ValueError("no row was to change while it was read")
    return row


class _Cells:
    """Goes through rows; most hold nothing to look into, and stay the text they are."""

    def __init__(
        self,
        prefix: str,
        rules: SheetRules,
        shared: Sequence[str],
        redactor: Redactor,
    ) -> None:
        self.used: set[int] = set()
        self._rules = rules
        self._shared = shared
        self._redactor = redactor
        self._writer = CellWriter(prefix=prefix)
        self._orphaned: set[str] = set()
        p = re.escape(prefix)
        self._cell = re.compile(rf"<{p}c((?: [^<>]*?)?)(?:/>|>(.*?)</{p}c>)", re.DOTALL)
        self._shared_cell = re.compile(rf'<{p}c [^<>]*?t="s"[^<>]*><{p}v>\s*(\d+)\s*</{p}v>')
        more = redactor.shortest_number - 1
        self._worth_a_look = re.compile(
            rf't="(?:inlineStr|str)"|<{p}f[ >/]|<{p}v>\s*[0-9](?:[0-9]{{{more},}}|\.[0-9]+[eE])'
        )
        self._formula = re.compile(rf"<{p}f((?: [^<>]*?)?)(?:/>|>(.*?)</{p}f>)", re.DOTALL)
        self._value = re.compile(rf"<{p}v(?: [^<>]*)?>(.*?)</{p}v>", re.DOTALL)
        self._runs = re.compile(rf"<{p}t(?: [^<>]*)?>(.*?)</{p}t>", re.DOTALL)
        self._phonetic = re.compile(rf"<{p}(rPh|phoneticPr)\b.*?(?:/>|</{p}rPh>)", re.DOTALL)

    def row(self, number: int, text: str) -> str:
        """The row's XML with its cells masked."""
        if "<!" in text or "<?" in text:
            text = _COMMENT.sub("", text)
        secrets = {
            column.body.left: rule
            for column in self._rules.secrets
            if column.body.top <= number <= column.body.bottom
            if (rule := column.mask(number - column.body.top)) is not None
        }
        if not secrets and not self._worth_a_look.search(text):
            self.used.update(map(int, self._shared_cell.findall(text)))
            return text
        column = 0

        def replaced(match: re.Match[str]) -> str:
            nonlocal column
            attributes = dict(_ATTRIBUTE.findall(match[1]))
            letters = attributes.get("r", "").rstrip("0123456789")
            column = column_number(letters) if letters else column + 1
            if match[2] is None:
                return match[0]
            return self._cell_text(match, attributes, number, column, secrets.get(column))

        return self._cell.sub(replaced, text)

    def _cell_text(
        self, match: re.Match[str], attributes: Mapping[str, str], row: int, column: int, mask: Mask | None
    ) -> str:
        content, kind = match[2], attributes.get("t", "n")
        if any(area.holds(row, column) for area in self._rules.trusted):
            if kind == "s":
                self.used.add(int(self._value_of(content)))
            return match[0]
        formula = self._formula.search(content)
        before = self._text(content, kind)
        after = self._shown(before, kind, row, column, mask)
        if formula is not None and (after != before or self._unsafe(formula)):
            value = None if self._rules.blank_formulas else _plain(after, kind, before)
            return self._start(match[1]) + self._writer.tail(value)
        if after != before:
            return self._start(match[1]) + self._writer.text(after)
        if kind == "s":
            self.used.add(int(self._value_of(content)))
        return match[0]

    def _text(self, content: str, kind: str) -> str:
        if kind == "inlineStr":
            content = self._phonetic.sub("", content)
            return unescape(html.unescape("".join(self._runs.findall(content))))
        value = self._value_of(content)
        if kind == "s":
            index = int(value)
            return self._shared[index] if index < len(self._shared) else ""
        return unescape(html.unescape(value)) if kind == "str" else value

    def _value_of(self, content: str) -> str:
        found = self._value.search(content)
        return found[1].strip() if found else ""

    def _shown(self, text: str, kind: str, row: int, column: int, mask: Mask | None) -> str:
        if kind in ("b", "e") or not text:
            return text
        if kind in ("n", "d"):
            if mask is not None:
                return mask(text.removesuffix(".0"))
            if any(area.holds(row, column) for area in self._rules.figures):
                return text
            return self._redactor.number(text) or text
        if mask is not None:
            return self._redactor.text(mask(text))
        # A shared string is redacted once, in its own place.
        return text if kind == "s" else self._redactor.text(text)

    def _unsafe(self, formula: re.Match[str]) -> bool:
        attributes = dict(_ATTRIBUTE.findall(formula[1]))
        group = attributes.get("si", "") if attributes.get("t") == "shared" else ""
        text = html.unescape(formula[2] or "")
        # Pieces put together by & may make a phone that none of them is.
        pieces = re.sub(r'["&\s]', "", text)
        unsafe = any(self._redactor.text(each) != each for each in (text, pieces))
        if unsafe and group:
            self._orphaned.add(group)
        return unsafe or group in self._orphaned

    def _start(self, attributes: str) -> str:
        # What tells of the old value's type, of a formula that spills, or of rich content goes with it.
        gone = ("t", "cm", "vm")
        kept = "".join(
            f' {key}="{value}"' for key, value in _ATTRIBUTE.findall(attributes) if key not in gone
        )
        return f"<{self._writer.prefix}c{kept}"


def _plain(text: str, kind: str, before: str) -> str | float | bool:
    """The value that stays where a formula went."""
    if kind == "b":
        return text == "1"
    if kind in ("n", "d") and text == before and text:
        return float(text)
    return text
