"""Save a workbook under another kind: save_as.py SOURCE TARGET FILTER ("calc8", "MS Excel 97")."""

import sys
from pathlib import Path

from client import connect, opened, properties

source, target, kind = sys.argv[1:]
with opened(connect(), source) as document:
    document.storeToURL(Path(target).as_uri(), properties(FilterName=kind))
