"""Addons.xcu: the menu 客户分析, with the commands of the ribbon tab in the ribbon's groups."""

from __future__ import annotations

from lxml import etree

from crm_xl.commands import COMMANDS, TAB, Group
from crm_xl.libreoffice.registry import add_node, add_text, add_value, component, serialised
from crm_xl.libreoffice.words import MENU_SERVICE

_PLACE = "org.crmxl.menu"
_CALC = "com.sun.star.sheet.SpreadsheetDocument"  # shown where a spreadsheet is open


def addons() -> bytes:
    """The file: one menu, a submenu for each group, an entry for each command."""
    root = component("Addons", "org.openoffice.Office")
    menu = add_node(add_node(add_node(root, "AddonUI"), "OfficeMenuBar"), _PLACE, new=True)
    add_value(menu, "Context", _CALC)
    add_text(menu, "Title", TAB)
    groups = add_node(menu, "Submenu")
    for number, group in enumerate(Group):
        commands = [command for command in COMMANDS if command.group is group]
        if commands:
            _group(groups, f"m{number}", group, [(command.id, command.label) for command in commands])
    return serialised(root)


def _group(parent: etree._Element, name: str, title: str, commands: list[tuple[str, str]]) -> None:
    group = add_node(parent, name, new=True)
    add_text(group, "Title", title)
    entries = add_node(group, "Submenu")
    for number, (command_id, label) in enumerate(commands):
        entry = add_node(entries, f"m{number:02}", new=True)  # LibreOffice sorts them by this name
        add_value(entry, "URL", f"service:{MENU_SERVICE}?{command_id}")
        add_value(entry, "Target", "_self")
        add_text(entry, "Title", label)
