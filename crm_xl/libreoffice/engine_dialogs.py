"""What LibreOffice asks the person in front of it: a message with buttons, a choice of files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm_xl.libreoffice.engine_base import enum, uno

_BUTTONS = {"ok": 1, "ok_cancel": 2, "yes_no": 3, "yes_no_cancel": 4}
_ANSWERS = {0: "cancel", 1: "ok", 2: "yes", 3: "no"}
_DEFAULT_TITLE = "LibreOffice"
_ACCEPTED = 1


def message(context: Any, window: Any, prompt: str, title: str | None, buttons: str, mode: str | None) -> str:
    """Which button was pressed: ok, cancel, yes or no.

    Args:
        context: LibreOffice's component context.
        window: in front of which it is shown; None for none.
        prompt: the text.
        title: above it.
        buttons: ok, ok_cancel, yes_no or yes_no_cancel.
        mode: critical, or anything else for an ordinary message.
    """
    toolkit = context.ServiceManager.createInstanceWithContext("com.sun.star.awt.Toolkit", context)
    kind = "ERRORBOX" if mode == "critical" else "QUERYBOX" if buttons.startswith("yes") else "INFOBOX"
    box = toolkit.createMessageBox(
        window, enum("awt.MessageBoxType", kind), _BUTTONS[buttons], title or _DEFAULT_TITLE, prompt
    )
    try:
        return _ANSWERS.get(box.execute(), "cancel")
    finally:
        box.dispose()


def files_chosen(
    context: Any, filters: str, _index: int = 1, title: str = "", _button: str = "", several: bool = False
) -> tuple[str, ...] | bool:
    """The files the person picks, as Excel's GetOpenFilename gives them; False where the choice is called off.

    Args:
        context: LibreOffice's component context.
        filters: "name,*.csv;*.txt,name,*.*".
        title: of the window.
        several: whether more than one may be picked.
    """
    picker = context.ServiceManager.createInstanceWithContext("com.sun.star.ui.dialogs.FilePicker", context)
    picker.setMultiSelectionMode(several)
    picker.setTitle(title)
    for name, pattern in _pairs(filters.split(",")):
        picker.appendFilter(name, pattern)
    if picker.execute() != _ACCEPTED:
        return False
    return tuple(uno().fileUrlToSystemPath(url) for url in picker.getSelectedFiles())


def _pairs(words: list[str]) -> Iterable[tuple[str, str]]:
    return zip(words[::2], words[1::2], strict=True)
