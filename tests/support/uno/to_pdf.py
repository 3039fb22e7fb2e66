"""Export a workbook as PDF: SOURCE TARGET."""

import sys
from pathlib import Path

from client import connect, opened, properties

source, target = sys.argv[1:]
with opened(connect(), source, ReadOnly=True) as document:
    document.storeToURL(Path(target).as_uri(), properties(FilterName="calc_pdf_Export"))
