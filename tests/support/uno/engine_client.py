"""The xlwings engine over the session's LibreOffice, for scripts that LibreOffice's Python runs.

CRM_XL_PATHS names the folders of the checkout and of our own environment's packages.
"""

import os
import sys

from client import component_context

sys.path[:0] = os.environ["CRM_XL_PATHS"].split(os.pathsep)


def engine():
    """The engine, active in xlwings."""
    from crm_xl.libreoffice.engine import add_engine

    return add_engine(component_context())
