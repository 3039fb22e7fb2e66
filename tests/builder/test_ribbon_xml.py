"""The ribbon tab of the built workbook: declared commands, nothing else, and every callback in the VBA."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from lxml import etree

from crm_xl.builder.layout import GUIDE
from crm_xl.builder.ribbon_xml import (
    BUTTON_MACRO,
    GET_ENABLED,
    NAMESPACE,
    ON_ACTION,
    ON_LOAD,
    PART,
    RELATIONSHIP,
    ribbon_xml,
    with_ribbon,
)
from crm_xl.builder.specs import CUSTOMER_GRADING, WORKBOOK
from crm_xl.builder.vba_modules import own_modules
from crm_xl.commands import COMMANDS, TAB, Availability, Command, Group
from crm_xl.commands.help import GUIDE_SHEET
from tests.builder.shipped import committed, opened, parts

TAG = f"{{{NAMESPACE}}}"


def buttons(xml: bytes) -> list[etree._Element]:
    return list(etree.fromstring(xml).iter(f"{TAG}button"))


def subs() -> set[str]:
    """Every procedure of our VBA, "Module.Name"."""
    return {
        f"{module.name}.{name}"
        for module in own_modules()
        for name in re.findall(r"^Public (?:Sub|Function) (\w+)", module.source, re.MULTILINE)
    }


def test_every_command_has_one_button_and_every_button_one_command() -> None:
    ids = [button.get("id") for button in buttons(ribbon_xml())]
    assert sorted(ids) == sorted(command.id for command in COMMANDS)
    assert len(set(ids)) == len(ids)


def test_groups_stand_in_their_order_with_their_commands() -> None:
    (tab,) = etree.fromstring(ribbon_xml()).iter(f"{TAG}tab")
    assert tab.get("label") == TAB
    found = [(group.get("label"), [button.get("label") for button in group]) for group in tab]
    assert found == [
        (group.value, [command.label for command in COMMANDS if command.group is group]) for group in Group
    ]
    ids = [element.get("id") for element in tab.iter(f"{TAG}tab", f"{TAG}group", f"{TAG}button")]
    assert len(set(ids)) == len(ids)


def test_a_button_says_what_its_command_says() -> None:
    by_id = {command.id: command for command in COMMANDS}
    for button in buttons(ribbon_xml()):
        command = by_id[str(button.get("id"))]
        assert button.get("imageMso") == command.image
        assert button.get("screentip") == command.screentip
        assert button.get("supertip") == command.supertip
        assert button.get("onAction") == ON_ACTION
        asks = command.availability is Availability.READY
        assert button.get("getEnabled") == (GET_ENABLED if asks else None)


def test_a_group_without_commands_is_not_shown() -> None:
    only = [command for command in COMMANDS if command.group is Group.HELP]
    groups = list(etree.fromstring(ribbon_xml(only)).iter(f"{TAG}group"))
    assert [group.get("label") for group in groups] == ["帮助"]


def test_texts_are_escaped() -> None:
    command = Command(
        id="odd", label="<&>", group=Group.HELP, image="Help", screentip='"', supertip="a & b", handler=lambda *_: ""
    )  # fmt: skip
    (button,) = buttons(ribbon_xml([command]))
    assert (button.get("label"), button.get("screentip"), button.get("supertip")) == ("<&>", '"', "a & b")


def test_every_callback_is_in_the_vba() -> None:
    assert {ON_LOAD, ON_ACTION, GET_ENABLED, BUTTON_MACRO} <= subs()


def test_the_package_says_where_its_ribbon_is_and_keeps_all_else() -> None:
    source = BytesIO()
    with zipfile.ZipFile(source, "w") as package:
        package.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>',
        )
        package.writestr("xl/workbook.xml", "<workbook/>")
    with zipfile.ZipFile(BytesIO(with_ribbon(source.getvalue()))) as made:
        assert made.read("xl/workbook.xml") == b"<workbook/>"
        assert made.read(PART) == ribbon_xml()
        (link,) = etree.fromstring(made.read("_rels/.rels"))
    assert (link.get("Type"), link.get("Target")) == (RELATIONSHIP, PART)


def test_only_the_macro_workbook_has_the_ribbon() -> None:
    shipped = parts(committed(WORKBOOK))
    assert shipped[PART] == ribbon_xml(), "run: python dev.py build"
    assert RELATIONSHIP.encode() in shipped["_rels/.rels"]
    assert PART not in parts(committed(CUSTOMER_GRADING))


def test_the_start_page_has_a_button_for_each_command_that_asks_for_one() -> None:
    drawings = b"".join(
        content for name, content in parts(committed(WORKBOOK)).items() if "vmldrawing" in name.casefold()
    ).decode()
    wanted = [command for command in COMMANDS if command.on_home]
    assert wanted
    assert re.findall(r'alt="(\w+)"', drawings) == [f"btn_{command.id}" for command in wanted]
    assert drawings.count(f"<x:FmlaMacro>[0]!{BUTTON_MACRO}</x:FmlaMacro>") == len(wanted)
    for command in wanted:
        assert command.label in drawings


def test_commands_that_wait_for_something_rest_in_a_new_workbook() -> None:
    names = opened(committed(WORKBOOK)).defined_names
    waiting = [command for command in COMMANDS if command.availability is Availability.READY]
    assert [names[command.ready_name].value for command in waiting] == ["FALSE"] * len(waiting)
    assert waiting


def test_the_guide_that_the_command_shows_is_the_guide_that_is_built() -> None:
    assert GUIDE_SHEET == GUIDE
