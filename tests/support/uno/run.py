"""Run a script, SCRIPT ARGUMENTS..., and leave at once.

Python now and then crashes when it ends in order with a connection to LibreOffice open, after all was done.
"""

import os
import runpy
import sys
import traceback

del sys.argv[0]
code = 0
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as ended:
    code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    if isinstance(ended.code, str):
        print(ended.code, file=sys.stderr)
except BaseException:
    traceback.print_exc()
    code = 1
sys.stdout.flush()
sys.stderr.flush()
os._exit(code)
