"""The add-in inside LibreOffice: hands functions' calls and menu entries to crm_xl.

Runs under LibreOffice's own Python, which alone has uno. It is imported when the extension is installed and
whenever LibreOffice starts with it, so nothing of crm_xl is imported before something is asked.
"""

import json
import os
import sys

import unohelper
from com.sun.star.awt.MessageBoxButtons import BUTTONS_OK
from com.sun.star.awt.MessageBoxType import ERRORBOX
from com.sun.star.task import XJobExecutor
from org.crmxl import XCrmXl

FUNCTIONS, MENU = "org.crmxl.AddIn", "org.crmxl.Menu"

with open(os.path.join(os.path.dirname(__file__), "environment.json"), encoding="utf-8") as _file:
    _environment = json.load(_file)


def _make_importable():
    """Put the folders of crm_xl and its packages first: what LibreOffice's Python has of its own may be older."""
    for folder in reversed(_environment["paths"]):
        if folder not in sys.path:
            sys.path.insert(0, folder)


def _answering(function):
    """The method of one function."""

    def method(self, *arguments):
        _make_importable()
        from crm_xl.libreoffice import calls

        return calls.call(function, arguments)

    return method


class AddIn(unohelper.Base, XCrmXl):
    """The service of worksheet functions: one method for each, from environment.json."""

    def __init__(self, context):
        self.context = context


for _method, _function in _environment["methods"].items():
    setattr(AddIn, _method, _answering(_function))


class Menu(unohelper.Base, XJobExecutor):
    """The service behind the menu: an entry is chosen by the id of its command."""

    def __init__(self, context):
        self.context = context

    def trigger(self, command_id):
        _make_importable()
        try:
            from crm_xl.errors import CrmError
            from crm_xl.libreoffice import menu
        except ImportError:
            self._say("找不到 crm_xl 或它所需的程序包。请重新运行 crm-xl libreoffice install。")
            return
        try:
            menu.press(command_id, self.context)
        except CrmError as error:
            self._say(str(error))

    def _say(self, text):
        """Show a sentence over the document."""
        services = self.context.ServiceManager
        desktop = services.createInstanceWithContext("com.sun.star.frame.Desktop", self.context)
        toolkit = services.createInstanceWithContext("com.sun.star.awt.Toolkit", self.context)
        window = desktop.getCurrentFrame().getContainerWindow()
        toolkit.createMessageBox(window, ERRORBOX, BUTTONS_OK, "客户分析", text).execute()


g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(AddIn, FUNCTIONS, (FUNCTIONS,))
g_ImplementationHelper.addImplementation(Menu, MENU, (MENU,))
