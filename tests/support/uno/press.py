"""Press buttons on a workbook open in LibreOffice: WORKBOOK PLAN ANSWER, both JSON files.

PLAN: {"press": [command ids], "save": path or null, "set": [[sheet, address, value]], "follow": [[sheet, address]],
"files": [what is picked where files are asked for]}.
ANSWER: what each press said and how long it took, every table and defined name as it stands, and the cells that the
links in the cells to follow lead to.
"""

import json
import sys
import time
from datetime import datetime
from pathlib import Path

from client import component_context, properties
from engine_client import engine

workbook, plan_file, answer_file = sys.argv[1:]
plan = json.loads(Path(plan_file).read_text(encoding="utf-8"))
running = engine()

import xlwings as xw  # noqa: E402  engine_client has made it known

from crm_xl.books.live import LiveBook  # noqa: E402
from crm_xl.excel import ribbon  # noqa: E402
from crm_xl.libreoffice import engine as engine_module  # noqa: E402

said = []


def alert(_app, prompt, _title, buttons, mode, _callback):
    said.append([mode, prompt])
    return "yes" if buttons.startswith("yes") else "ok"


def files_chosen(_context, *_asked):
    return tuple(plan.get("files", ())) or False


engine_module.App.alert = alert
engine_module.files_chosen = files_chosen
started = time.perf_counter()
book = xw.Book(workbook)
opened = time.perf_counter() - started
book.set_mock_caller()
for sheet, address, value in plan.get("set", ()):
    book.sheets[sheet][address].raw_value = value
presses = []
for command in plan["press"]:
    said.clear()
    started = time.perf_counter()
    ribbon.press(command)
    presses.append(
        {
            "id": command,
            "said": list(said),
            "seconds": time.perf_counter() - started,
            "sheet": book.sheets.active.name,
            "status": book.app.status_bar,
            "calculation": book.app.calculation,
        }
    )
live = LiveBook(book)
tables = {}
for name in live.tables():
    found = live._found[name]
    rows = found.values(found.part.area)
    tables[name] = {
        "place": str(found.part.area),
        "rows": [[cell.isoformat() if isinstance(cell, datetime) else cell for cell in row] for row in rows],
    }
followed = []
context = component_context()
dispatcher = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
for sheet, address in plan.get("follow", ()):
    mark = book.sheets[sheet][address].formula.split('"')[1].removeprefix("#")
    controller = book.impl.controller
    # As a click on the link does, once Calc has told a place in the document from an address on the net.
    dispatcher.executeDispatch(controller.getFrame(), ".uno:JumpToMark", "", 0, properties(Bookmark=mark))
    followed.append(controller.getSelection().AbsoluteName)
names = {name.name: name.refers_to for name in book.names}
if plan.get("save"):
    book.save(plan["save"])
book.close()
answer = {"opened": opened, "presses": presses, "tables": tables, "names": names, "followed": followed}
Path(answer_file).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
