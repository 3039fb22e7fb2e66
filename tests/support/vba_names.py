"""The names that a VBA source uses and those it declares, texts and remarks left out: names do not tell cases apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")|(?P<remark>'[^\n]*)|(?P<literal>&[HO][0-9A-F]+&?|\#[^\s#"]+\#)"""
    r"|(?P<name>[A-Za-z]\w*)",
    re.IGNORECASE,
)
_PROCEDURE = re.compile(r"\b(?:Sub|Function|Property (?:Get|Let|Set))\s+(\w+)\s*\(([^)]*)\)", re.IGNORECASE)
_VARIABLES = re.compile(r"^[ \t]*(?:Dim|ReDim Preserve|ReDim|Private|Public|Static|Const|(?:Private|Public) Const)[ \t]+"
                        r"(?!Sub|Function|Property|Declare|Const|Enum|Type)(.+)$", re.IGNORECASE | re.MULTILINE)  # fmt: skip
_LABEL = re.compile(r"^[ \t]*(\w+):[ \t]*$", re.MULTILINE)


def code(source: str) -> str:
    """The source without attributes, texts and remarks."""
    lines = [line for line in source.splitlines() if not line.startswith("Attribute ")]
    joined = re.sub(r" _\n\s*", " ", "\n".join(lines))
    return _TOKEN.sub(lambda match: match[0] if match["name"] else '""' if match["text"] else " ", joined)


def texts(source: str) -> Iterator[str]:
    """What stands between quotation marks."""
    lines = [line for line in source.splitlines() if not line.startswith("Attribute ")]
    for match in _TOKEN.finditer("\n".join(lines)):
        if match["text"]:
            yield match["text"][1:-1].replace('""', '"')


def used(source: str) -> set[str]:
    """Every name in the source, in small letters, keywords of the language among them."""
    return {match["name"].casefold() for match in _TOKEN.finditer(code(source)) if match["name"]}


def procedures(source: str) -> set[str]:
    """The procedures a source has."""
    return {match[1].casefold() for match in _PROCEDURE.finditer(code(source))}


def declared(source: str) -> set[str]:
    """The source's own procedures, arguments, variables, constants and labels."""
    text = code(source)
    found = procedures(source)
    for match in _PROCEDURE.finditer(text):
        for argument in match[2].split(","):
            if name := re.search(r"(\w+)(?:\(\))?(?=\s+As\b|\s*$|\s*=)", argument):
                found.add(name[1].casefold())
    for match in _VARIABLES.finditer(text):
        for part in re.sub(r"\([^)]*\)", "", match[1]).split(","):
            if name := re.match(r"\s*(\w+)", part):
                found.add(name[1].casefold())
    return found | {match[1].casefold() for match in _LABEL.finditer(text)}
