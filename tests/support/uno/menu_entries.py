"""The menu of an extension as LibreOffice has taken it over, as JSON: NODE. [title, [[group, [[title, URL], ...]], ...]]."""

import json
import sys

from client import component_context
from com.sun.star.beans import NamedValue

context = component_context()
provider = context.ServiceManager.createInstanceWithContext(
    "com.sun.star.configuration.ConfigurationProvider", context
)
path = f"/org.openoffice.Office.Addons/AddonUI/OfficeMenuBar/{sys.argv[1]}"
menu = provider.createInstanceWithArguments(
    "com.sun.star.configuration.ConfigurationAccess", (NamedValue("nodepath", path),)
)


def entries(parent):
    """What hangs under an entry, in the order of names, which is the order shown."""
    return [parent.Submenu.getByName(name) for name in sorted(parent.Submenu.getElementNames())]


groups = [[group.Title, [[entry.Title, entry.URL] for entry in entries(group)]] for group in entries(menu)]
print(json.dumps([menu.Title, groups]))
