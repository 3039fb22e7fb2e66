"""The add-in inside LibreOffice: hands each call to crm_xl and its answer back.

Runs under LibreOffice's own Python, which alone has uno. It is imported when the extension is installed and
whenever LibreOffice starts with it, so nothing of crm_xl is imported before a function is called.
"""

import json
import os
import sys

import unohelper
from org.crmxl import XCrmXl

SERVICE = "org.crmxl.AddIn"

with open(os.path.join(os.path.dirname(__file__), "environment.json"), encoding="utf-8") as _file:
    _environment = json.load(_file)


def _answering(function):
    """The method of one function."""

    def method(self, *arguments):
        for folder in reversed(_environment["paths"]):
            if folder not in sys.path:
                # First: what LibreOffice's Python has of its own may be older.
                sys.path.insert(0, folder)
        from crm_xl.libreoffice import calls

        return calls.call(function, arguments)

    return method


class AddIn(unohelper.Base, XCrmXl):
    """The service of worksheet functions: one method for each, from environment.json."""

    def __init__(self, context):
        self.context = context


for _method, _function in _environment["methods"].items():
    setattr(AddIn, _method, _answering(_function))

g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(AddIn, SERVICE, (SERVICE,))
