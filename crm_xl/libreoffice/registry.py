"""The XML files of the extension: what it is, what it holds, and the texts of the function wizard."""

from __future__ import annotations

from lxml import etree

from crm_xl import __version__
from crm_xl.functions import FUNCTIONS, Function
from crm_xl.libreoffice.words import EXTENSION_ID, SERVICE, method, parameters
from crm_xl.soffice import OLDEST

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
    return serialised(root)


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
    return serialised(root)


def calc_add_in() -> bytes:
    """CalcAddIn.xcu: name, help, category and arguments of every function, for the function wizard."""
    root = component("CalcAddIns", "org.openoffice.Office")
    functions = add_node(add_node(add_node(root, "AddInInfo"), SERVICE, new=True), "AddInFunctions")
    for function in FUNCTIONS:
        _function(functions, function)
    return serialised(root)


def _function(parent: etree._Element, function: Function) -> None:
    node = add_node(parent, method(function), new=True)
    add_text(node, "DisplayName", function.name)
    add_text(node, "Description", f"{function.title}：{function.help}")
    add_value(node, "Category", _CATEGORY)
    add_text(node, "CategoryDisplayName", function.category)
    # What Excel and files for Excel call it.
    add_text(node, "CompatibilityName", function.name)
    arguments = add_node(node, "Parameters")
    for name, argument in zip(parameters(function), function.arguments, strict=True):
        described = add_node(arguments, name, new=True)
        add_text(described, "DisplayName", argument.name)
        add_text(described, "Description", argument.help)


def component(name: str, package: str) -> etree._Element:
    """The root of a file of settings for a component of LibreOffice."""
    root = _element(_REGISTRY, "component-data", "oor")
    root.set(f"{_OOR}name", name)
    root.set(f"{_OOR}package", package)
    return root


def add_node(parent: etree._Element, name: str, *, new: bool = False) -> etree._Element:
    """A group of settings under another; a new one takes the place of what an older version left."""
    made = etree.SubElement(parent, "node", {f"{_OOR}name": name})
    if new:
        made.set(f"{_OOR}op", "replace")
    return made


def add_value(parent: etree._Element, name: str, content: str) -> etree._Element:
    """The value of one setting."""
    made = etree.SubElement(etree.SubElement(parent, "prop", {f"{_OOR}name": name}), "value")
    made.text = content
    return made


def add_text(parent: etree._Element, name: str, content: str) -> None:
    """One setting that people read."""
    add_value(parent, name, content).set(f"{{{_XML}}}lang", _LANGUAGE)


def _described(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_DESCRIPTION}}}{name}")


def _element(namespace: str, name: str, prefix: str | None, **others: str) -> etree._Element:
    names: dict[str | None, str] = {prefix: namespace}
    names.update(others)
    return etree.Element(f"{{{namespace}}}{name}", nsmap=names)  # type: ignore[arg-type]


def serialised(root: etree._Element) -> bytes:
    """The file."""
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return content
