"""The declared commands as Excel shows them: the ribbon tab, the buttons of the start page, their states."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from io import BytesIO

from lxml import etree
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from crm_xl.commands import COMMANDS, TAB, Availability, Command, Group

NAMESPACE = "http://schemas.microsoft.com/office/2009/07/customui"
PART = "customUI/customUI14.xml"
RELATIONSHIP = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
ON_LOAD, ON_ACTION, GET_ENABLED = "RibbonCRM.CRM_OnLoad", "RibbonCRM.CRM_OnAction", "RibbonCRM.CRM_GetEnabled"
BUTTON_MACRO, BUTTON_PREFIX = "RibbonCRM.CRM_ButtonPressed", "btn_"
_ROOT_RELATIONSHIPS = "_rels/.rels"
_PACKAGE_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_BUTTON_WIDTH, _BUTTON_HEIGHT, _BUTTON_GAP = 116, 30, 12  # pixels


def ribbon_xml(commands: Iterable[Command] = COMMANDS) -> bytes:
    """The part that describes the ribbon tab: groups in their order, commands in the order declared."""
    commands = tuple(commands)
    root = _element(None, "customUI", onLoad=ON_LOAD)
    tabs = _element(_element(root, "ribbon"), "tabs")
    tab = _element(tabs, "tab", id="tabCrm", label=TAB, insertAfterMso="TabHome")
    for group in Group:
        members = [command for command in commands if command.group is group]
        if not members:
            continue
        parent = _element(tab, "group", id=f"group{group.name.title()}", label=group.value)
        for command in members:
            button = _element(
                parent,
                "button",
                id=command.id,
                label=command.label,
                size=command.size.value,
                imageMso=command.image,
                screentip=command.screentip,
                supertip=command.supertip,
                onAction=ON_ACTION,
            )
            if command.availability is Availability.READY:
                button.set("getEnabled", GET_ENABLED)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return content


def with_ribbon(package: bytes) -> bytes:
    """The workbook package with the ribbon tab in it.

    Args:
        package: a macro workbook; its VBA has the callbacks.
    """
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as source, zipfile.ZipFile(target, "w") as out:
        for entry in source.infolist():
            content = source.read(entry)
            out.writestr(entry, _related(content) if entry.filename == _ROOT_RELATIONSHIPS else content)
        out.writestr(PART, ribbon_xml())
    return target.getvalue()


def define_states(workbook: Workbook) -> None:
    """Names that say FALSE for the commands that are not ready in a new workbook."""
    for command in COMMANDS:
        if command.availability is Availability.READY:
            workbook.define_name(command.ready_name, "=FALSE")


def place_buttons(worksheet: Worksheet, row: int, column: int) -> None:
    """The buttons of the start page, side by side from a 0-based cell on.

    Excel may give a button a name of its own; what it stands for is its alternative text.
    """
    for number, command in enumerate(command for command in COMMANDS if command.on_home):
        worksheet.insert_button(
            row,
            column,
            {
                "macro": BUTTON_MACRO,
                "caption": command.label,
                "description": BUTTON_PREFIX + command.id,
                "width": _BUTTON_WIDTH,
                "height": _BUTTON_HEIGHT,
                "x_offset": number * (_BUTTON_WIDTH + _BUTTON_GAP),
                "y_offset": 3,
            },
        )


def _element(parent: etree._Element | None, name: str, **attributes: str) -> etree._Element:
    tag = f"{{{NAMESPACE}}}{name}"
    if parent is None:
        return etree.Element(tag, attributes, nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    return etree.SubElement(parent, tag, attributes)


def _related(relationships: bytes) -> bytes:
    root = etree.fromstring(relationships)
    etree.SubElement(
        root,
        f"{{{_PACKAGE_NAMESPACE}}}Relationship",
        {"Id": "rIdCustomUI", "Type": RELATIONSHIP, "Target": PART},
    )
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return content
