"""The XML files of the extension: what it is, what it holds, and the texts of the function wizard."""

from __future__ import annotations

from lxml import etree

from crm_xl import __version__
from crm_xl.functions import FUNCTIONS, Function
from crm_xl.libreoffice.program import OLDEST
from crm_xl.libreoffice.words import EXTENSION_ID, SERVICE, method, parameters

_REGISTRY = "http://openoffice.org/2001/registry"
_MANIFEST = "http://openoffice.org/2001/manifest"
_DESCRIPTION = "http://openoffice.org/extensions/description/2006"
_OFFICE = "http://libreoffice.org/extensions/description/2011"
_XML = "http://www.w3.org/XML/1998/namespace"
_OOR = f"{{{_REGISTRY}}}"
# Texts without a language of their own are shown in every language of LibreOffice.
_LANGUAGE = "en-US"
_TITLE = "客户分析（crm_xl）"
# A category LibreOffice knows; its own name for ours comes from CategoryDisplayName, which older ones pass over.
_CATEGORY = "Add-In"
_OLDEST = ".".join(map(str, OLDEST))


def manifest(files: dict[str, str]) -> bytes:
    """META-INF/manifest.xml: the type of each file that LibreOffice has to register, in order."""
    root = _element(_MANIFEST, "manifest", "manifest")
    for path, kind in files.items():
        entry = etree.SubElement(root, f"{{{_MANIFEST}}}file-entry")
        entry.set(f"{{{_MANIFEST}}}full-path", path)
        entry.set(f"{{{_MANIFEST}}}media-type", kind)
    return _bytes(root)


def description() -> bytes:
    """description.xml: identifier, version, the oldest LibreOffice, and the name shown to people."""
    root = _element(_DESCRIPTION, "description", None, lo=_OFFICE)
    for word, value in (("identifier", EXTENSION_ID), ("version", __version__)):
        _described(root, word).set("value", value)
    oldest = etree.SubElement(_described(root, "dependencies"), f"{{{_OFFICE}}}LibreOffice-minimal-version")
    oldest.set("value", _OLDEST)
    oldest.set("name", f"LibreOffice {_OLDEST}")
    name = _described(_described(root, "display-name"), "name")
    name.set("lang", "zh-CN")
    name.text = _TITLE
    return _bytes(root)


def calc_add_in() -> bytes:
    """CalcAddIn.xcu: name, help, category and arguments of every function, for the function wizard."""
    root = _component("CalcAddIns", "org.openoffice.Office")
    functions = _node(_node(_node(root, "AddInInfo"), SERVICE, new=True), "AddInFunctions")
    for function in FUNCTIONS:
        _function(functions, function)
    return _bytes(root)


def _function(parent: etree._Element, function: Function) -> None:
    node = _node(parent, method(function), new=True)
    _text(node, "DisplayName", function.name)
    _text(node, "Description", f"{function.title}：{function.help}")
    _value(node, "Category", _CATEGORY)
    _text(node, "CategoryDisplayName", function.category)
    # What Excel and files for Excel call it.
    _text(node, "CompatibilityName", function.name)
    arguments = _node(node, "Parameters")
    for name, argument in zip(parameters(function), function.arguments, strict=True):
        described = _node(arguments, name, new=True)
        _text(described, "DisplayName", argument.name)
        _text(described, "Description", argument.help)


def _component(name: str, package: str) -> etree._Element:
    root = _element(_REGISTRY, "component-data", "oor")
    root.set(f"{_OOR}name", name)
    root.set(f"{_OOR}package", package)
    return root


def _node(parent: etree._Element, name: str, *, new: bool = False) -> etree._Element:
    node = etree.SubElement(parent, "node", {f"{_OOR}name": name})
    if new:
        node.set(f"{_OOR}op", "replace")
    return node


def _text(parent: etree._Element, name: str, text: str) -> None:
    _value(parent, name, text).set(f"{{{_XML}}}lang", _LANGUAGE)


def _value(parent: etree._Element, name: str, text: str) -> etree._Element:
    value = etree.SubElement(etree.SubElement(parent, "prop", {f"{_OOR}name": name}), "value")
    value.text = text
    return value


def _described(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_DESCRIPTION}}}{name}")


def _element(namespace: str, name: str, prefix: str | None, **others: str) -> etree._Element:
    names: dict[str | None, str] = {prefix: namespace}
    names.update(others)
    return etree.Element(f"{{{namespace}}}{name}", nsmap=names)  # type: ignore[arg-type]


def _bytes(root: etree._Element) -> bytes:
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return content
