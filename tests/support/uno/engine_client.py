"""The xlwings engine over the session's LibreOffice, for scripts that LibreOffice's Python runs.

CRM_XL_PATHS names the folders of the checkout and of our own environment's packages.
"""

import os
import sys

import client
import uno

sys.path[:0] = os.environ["CRM_XL_PATHS"].split(os.pathsep)


def engine():
    """The engine, active in xlwings."""
    client.connect()
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    pipe = os.environ["CRM_XL_OFFICE_PIPE"]
    from crm_xl.libreoffice.engine import add_engine

    return add_engine(resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext"))
