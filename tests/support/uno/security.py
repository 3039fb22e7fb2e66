"""What strict macro security leaves of us: security.py PLAIN MACROS, two copies of one workbook.

Printed as JSON: for each security setting the errors among the example formulas of the plain copy, recalculated; then
what becomes of the copy with Excel's macros, and what a menu entry says there.
"""

import json
import sys
from contextlib import contextmanager

from client import component_context, connect, opened, properties
from com.sun.star.beans import NamedValue
from engine_client import engine

plain, macros = sys.argv[1:]
NODE = "/org.openoffice.Office.Common/Security/Scripting"
VERY_HIGH = 3
AS_CONFIGURED = 3  # com.sun.star.document.MacroExecMode.USE_CONFIG
EXAMPLES = "函数示例"
context, desktop = component_context(), connect()
engine()

from crm_xl.libreoffice import engine as engine_module  # noqa: E402  engine_client has made it known
from crm_xl.libreoffice import menu  # noqa: E402


@contextmanager
def secured(**settings):
    """The security settings changed, and afterwards as they were."""
    provider = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.configuration.ConfigurationProvider", context
    )
    access = provider.createInstanceWithArguments(
        "com.sun.star.configuration.ConfigurationUpdateAccess", (NamedValue("nodepath", NODE),)
    )
    before = {name: access.getPropertyValue(name) for name in settings}
    for name, value in settings.items():
        access.setPropertyValue(name, value)
    access.commitChanges()
    try:
        yield
    finally:
        for name, value in before.items():
            access.setPropertyValue(name, value)
        access.commitChanges()


def errors(path):
    """Formula -> error, of those that show one."""
    with opened(desktop, path, MacroExecutionMode=AS_CONFIGURED) as document:
        document.calculateAll()
        found = {}
        for block in document.Sheets.getByName(EXAMPLES).queryFormulaCells(7):
            where = block.RangeAddress
            for row in range(where.EndRow - where.StartRow + 1):
                for column in range(where.EndColumn - where.StartColumn + 1):
                    cell = block.getCellByPosition(column, row)
                    if cell.getError():
                        found[cell.getFormula()] = cell.getString()
        return found


told = {"as it comes": errors(plain)}
with secured(MacroSecurityLevel=VERY_HIGH):
    told["very high"] = errors(plain)
with secured(MacroSecurityLevel=VERY_HIGH, DisableMacrosExecution=True):
    told["no macros"] = errors(plain)
    told["with macros"] = len(errors(macros))
said = []
engine_module.App.alert = lambda _app, prompt, *_: said.append(prompt)
for path in (plain, macros):
    document = desktop.loadComponentFromURL(
        "file://" + path, "_blank", 0, properties(Hidden=True, MacroExecutionMode=AS_CONFIGURED)
    )
    document.CurrentController.Frame.activate()
    menu.press("guide", context)
    document.close(True)
print(json.dumps({**told, "said": said}, ensure_ascii=False))
