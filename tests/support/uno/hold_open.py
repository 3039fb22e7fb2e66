"""Open a workbook as a person does and leave it open: hold_open.py WORKBOOK; with a second word close it again."""

import sys
from pathlib import Path

from client import connect, properties

desktop, address = connect(), Path(sys.argv[1]).as_uri()
if len(sys.argv) == 2:
    desktop.loadComponentFromURL(address, "_blank", 0, properties(Hidden=True))
    print("open")
else:
    for document in [each for each in desktop.Components if each.getURL() == address]:
        document.close(True)
    print("closed")
