"""Every text in a part's XML replaced: elements, attributes, comments, and texts that lie split over runs."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from lxml import etree

from crm_xl.errors import CrmError
from crm_xl.masking.redactor import Redactor
from crm_xl.package.parts import local

# One text, perhaps in several runs: a cell's, a comment's, a paragraph of a drawing.
_RICH = frozenset({"si", "is", "text", "p"})
_RUN = "t"
# How a text is read aloud repeats it in another script, out of reach of any comparison.
_PHONETIC = frozenset({"rPh", "phoneticPr"})
_FORMULAS = frozenset({"f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula",
                       "totalsRowFormula", "oldFormula"})  # fmt: skip
_PRINTED = frozenset({"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"})
# Elements and attributes that hold a number and nothing else: a masked phone would not be one.
_NUMBER_LISTS = frozenset({"numCache", "numLit"})
_NUMBER_ATTRIBUTES = frozenset({("n", "v"), ("sharedItems", "minValue"), ("sharedItems", "maxValue")})
_IDENTITY = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
_DIGESTS = frozenset({"hashValue", "saltValue"})
# Where something stands and how large it is, never who: a customer may well be numbered C41, or 914400.
_PLACES = frozenset(
    {"ref", "sqref", "r", "activeCell", "topLeftCell", "spans", "x", "y", "cx", "cy", "min", "max", "count"}
)
_PLACE = re.compile(r"(?:[$]?[A-Z]{1,3}[$]?[0-9]{1,7}|[$]?[A-Z]{1,3}|-?[0-9]{1,10}|[ :])+")
# What formulas call a thing by: it cannot change alone.
_NAMES = {("sheet", "name"): "工作表", ("definedName", "name"): "名称", ("table", "displayName"): "表格"}


def redact(root: etree._Element, redactor: Redactor, where: str) -> bool:
    """Whether anything in the tree was replaced.

    Args:
        root: of any part but a sheet's rows, the list of content types, and relationships.
        redactor: what replaces.
        where: the file's name, for messages.

    Raises:
        CrmError: a sheet, a table or a defined name is itself called by something that must not be seen.
    """
    changed = False
    for element in list(root.iter(*_tags(_PHONETIC))):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
            changed = True
    inside: set[etree._Element] = set()
    for element in root.iter():
        if not local(element):
            changed |= _put(element, redactor.text(element.text or ""))
        else:
            name = local(element)
            if name in _RICH:
                runs = [run for run in element.iter(*_tags({_RUN})) if run not in inside]
                changed |= _redact_runs(runs, redactor)
                inside.update(runs)
            if element not in inside and element.text:
                changed |= _put(element, _redacted(element, name, redactor))
            changed |= _redact_attributes(element, name, redactor, where)
        if element.tail and element.tail.strip():
            tail = redactor.text(element.tail)
            changed |= tail != element.tail
            element.tail = tail
    return changed


def redact_links(root: etree._Element, redactor: Redactor) -> bool:
    """Whether a target outside the package, such as mailto:, was replaced; how parts hang together stays."""
    changed = False
    for link in root:
        target = link.get("Target", "")
        if link.get("TargetMode") != "External":
            continue
        plain = unquote(target)
        shown = redactor.text(plain)
        if shown != plain:
            link.set("Target", quote(shown, safe=":/?#[]@!$&'()*+,;=%~"))
            changed = True
    return changed


def rich_text(container: etree._Element) -> str:
    """The whole text of a shared string or inline string."""
    return "".join(run.text or "" for run in container.iter(*_tags({_RUN})))


def _redact_runs(runs: list[etree._Element], redactor: Redactor) -> bool:
    text = "".join(run.text or "" for run in runs)
    shown = redactor.text(text)
    if shown == text:
        return False
    for run in runs:
        run.text = None
    runs[0].text = shown
    if shown != shown.strip() or "\n" in shown:
        runs[0].set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return True


def _redacted(element: etree._Element, name: str, redactor: Redactor) -> str:
    text = element.text or ""
    if _IDENTITY.fullmatch(text) or _is_place(name, text):  # its digits may look like a phone's
        return text
    if name in _FORMULAS:
        return redactor.formula(text)
    if name in _PRINTED:
        return redactor.printed(text)
    if name == "v":
        shown = redactor.number(text)
        if shown is None:
            return text if _is_number(text) else redactor.text(text)
        if any(local(above) in _NUMBER_LISTS for above in element.iterancestors()):
            return "0"
        parent = element.getparent()
        if parent is not None and local(parent) == "cell":  # of another workbook, as last seen
            parent.set("t", "str")
        return shown
    return redactor.text(text)


def _redact_attributes(element: etree._Element, name: str, redactor: Redactor, where: str) -> bool:
    changed = False
    for key, value in element.attrib.items():
        key, value = str(key), str(value)
        attribute = etree.QName(key).localname
        if len(value) < 2 or attribute in _DIGESTS or _IDENTITY.fullmatch(value):
            continue
        if _is_place(attribute, value):
            continue
        if (name, attribute) in _NUMBER_ATTRIBUTES:
            shown = value if redactor.number(value) is None else "0"
        else:
            shown = redactor.text(value)
        if shown == value:
            continue
        if (kind := _NAMES.get((name, attribute))) is not None:
            raise CrmError(
                f"有{kind}以客户或联系人的姓名、电话等命名，不能自动遮盖，没有生成文件。",
                where=where,
                hint=f"请在 Excel 里给这个{kind}改名后再试。",
            )
        element.set(key, shown)
        changed = True
    return changed


def _is_place(name: str, value: str) -> bool:
    return name in _PLACES and _PLACE.fullmatch(value) is not None


def _put(element: etree._Element, text: str) -> bool:
    if text == (element.text or ""):
        return False
    element.text = text
    return True


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _tags(names: frozenset[str] | set[str]) -> list[str]:
    return [f"{{*}}{name}" for name in names]
