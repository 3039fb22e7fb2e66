"""LibreOffice's own numbers for errors, and the error values of Excel that they stand for."""

from __future__ import annotations

# Source: LibreOffice, include/formula/errorcodes.hxx.
CODES = {
    "#NULL!": 521, "#DIV/0!": 532, "#VALUE!": 519, "#REF!": 524, "#NAME?": 525, "#NUM!": 503, "#N/A": 32767,
}  # fmt: skip
# Errors that Excel has no name for, by the one that comes nearest: a wrong argument, a wrong list of them, a name.
_NEAREST = {502: "#VALUE!", 504: "#REF!", 508: "#NAME?"}
_TEXTS = {code: text for text, code in CODES.items()} | _NEAREST
_OTHER = "#VALUE!"  # as Calc itself exports its further errors


def error_code(text: str) -> int:
    """The number that stands for an error value; that of #VALUE! for those LibreOffice does not know."""
    return CODES.get(text, CODES[_OTHER])


def error_text(code: int) -> str:
    """The error value that a number stands for."""
    return _TEXTS.get(code, _OTHER)
