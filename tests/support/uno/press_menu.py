"""Choose entries of the menu 客户分析: WORKBOOK ID.... What was said and shown after each, as JSON."""

import json
import sys

from client import component_context
from engine_client import engine

workbook, *commands = sys.argv[1:]
running = engine()

from crm_xl.libreoffice import engine as engine_module  # noqa: E402  engine_client has made it known
from crm_xl.libreoffice import menu  # noqa: E402

said = []
engine_module.App.alert = lambda _app, prompt, *_: said.append(prompt)
menu.press(commands[0], component_context())  # no workbook is open yet
app = running.apps.active
book = app.books.open(workbook)
told = [{"said": list(said)}]
for command in commands:
    said.clear()
    menu.press(command, component_context())
    told.append({"said": list(said), "sheet": book.sheets.active.name})
book.close()
print(json.dumps(told, ensure_ascii=False))
