"""Choose entries of the installed menu, as LibreOffice itself does: WORKBOOK URL.... The sheet shown after each, as JSON."""

import json
import sys
from pathlib import Path

from client import component_context, connect, opened

workbook, *urls = sys.argv[1:]
context = component_context()
dispatcher = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
shown = []
with opened(connect(), Path(workbook), Hidden=False) as document:
    controller = document.getCurrentController()
    for url in urls:
        dispatcher.executeDispatch(controller.getFrame(), url, "_self", 0, ())
        shown.append(controller.getActiveSheet().getName())
print(json.dumps(shown))
