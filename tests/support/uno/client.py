"""The UNO side of tests.support.office: runs under LibreOffice's own Python, not under ours.

A script beside or outside this folder is run by `Office.run`, which puts this module on its path:

    from client import connect, opened
    desktop = connect()
    with opened(desktop, path) as document:
        ...
"""

import os
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException

CONNECT_SECONDS = 300
HUNG_UP = 75  # the code a script ends with whose call was taken and ended before it could ask for anything


def properties(**values):
    """UNO property values from keyword arguments."""
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


@cache
def component_context():
    """The component context of the session's LibreOffice; waits until it listens.

    One connection serves the whole script: of two, LibreOffice now and then ended the second as it was made. Should it
    end the first, nothing has been asked yet, and the script ends with HUNG_UP.
    """
    pipe = os.environ["CRM_XL_OFFICE_PIPE"]
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    give_up = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)
        except DisposedException:
            raise SystemExit(HUNG_UP) from None


def connect():
    """The desktop of the session's LibreOffice."""
    context = component_context()
    return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


@contextmanager
def opened(desktop, path, **options):
    """The loaded document; closed afterwards. Macros do not run unless MacroExecutionMode says so."""
    settings = {"Hidden": True, **options}
    document = desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, properties(**settings))
    if document is None:  # what a stale lock file and an unknown format look like from here
        raise SystemExit(f"LibreOffice did not load {path}")
    try:
        yield document
    finally:
        document.close(True)
