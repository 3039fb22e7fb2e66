"""The selfcheck inside LibreOffice's own Python: a JSON order on the standard input, findings into a file.

ORDER: pipe, paths (folders of crm_xl and its packages), workbook, folder (for files of its own), answer (file).
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from manage import connected


def main(order):
    """Look at everything, write down what was found, end LibreOffice."""
    sys.path[:0] = order["paths"]
    # Neither the log nor the copies kept for an undo of a workbook that is thrown away belong to the person.
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        os.environ[name] = order["folder"]
    context = connected(order["pipe"])
    from crm_xl.excel.selfcheck import examine
    from crm_xl.libreoffice.engine import add_engine

    app = add_engine(context).apps.active
    book = app.books.open(order["workbook"])
    findings = [asdict(finding) for finding in examine(book, Path(order["folder"]))]
    answer = {"application": f"LibreOffice {app.impl.version}", "findings": findings}
    book.close()
    Path(order["answer"]).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    print(json.dumps({"done": True}), flush=True)
    app.quit()


if __name__ == "__main__":
    main(json.load(sys.stdin))
    # Ending in order, Python now and then crashes over the connection to LibreOffice, after all was done.
    sys.stdout.flush()
    os._exit(0)
