"""Run the VBA function of a workbook that takes no arguments and gives a text: SOURCE MODULE.FUNCTION.

No arguments, because LibreOffice loses the sheets of a procedure that is called from outside with some; and
one call for one question, because objects kept in a module are gone after each. A workbook whose VBA does
not compile answers with nothing.
"""

import sys

from client import connect, opened

source, name = sys.argv[1:]
# Not hidden: LibreOffice opens hidden workbooks without their Workbook_Open. Mode 4: run macros, do not ask.
with opened(connect(), source, Hidden=False, MacroExecutionMode=4) as document:
    address = f"vnd.sun.star.script:VBAProject.{name}?language=Basic&location=document"
    answer, _, _ = document.getScriptProvider().getScript(address).invoke((), (), ())
sys.stdout.write(answer or "")
