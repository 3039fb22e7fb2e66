"""What the engine answers to things that scripts for xlwings do; one JSON object of all answers: FOLDER."""

import datetime as dt
import json
import sys
from pathlib import Path

from engine_client import engine

folder = Path(sys.argv[1])
running = engine()

import pandas as pd  # noqa: E402  engine_client has made them known
import xlwings as xw  # noqa: E402

app = running.apps.active
book = app.books.add()
sheet = book.sheets[0]
answers = {}


def ask(name, question):
    """Keep the answer, or the sentence of the refusal."""
    try:
        answers[name] = question()
    except Exception as error:
        answers[name] = [type(error).__name__, str(error)]


def write():
    sheet["A1"].value = [
        ["a", "b", "c"],
        [1, 2.5, True],
        ["x", "'7", dt.datetime(2024, 2, 29, 12, 30)],
        [None, "=A2+1", "#N/A"],
    ]
    values = sheet["A1:C4"].options(err_to_str=True).value
    values[2][2] = values[2][2].isoformat()
    return values


ask("values", write)
ask("errors are blank", lambda: sheet["C4"].value)
ask("formulas", lambda: sheet["A1:C4"].formula[3])
ask("formats", lambda: [sheet["C2"].number_format, sheet["A1:C4"].number_format])
frame = pd.DataFrame({"t": ["甲", "乙"], "n": [1.0, 2.0]})
sheet["E1"].options(index=False).value = frame
ask("frame", lambda: sheet["E1"].expand().options(pd.DataFrame, index=False).value.equals(frame))
ask("expand", lambda: sheet["E1"].expand().address)
ask("region", lambda: sheet["E2"].current_region.address)
ask(
    "ends",
    lambda: [
        sheet[start].end(way).address
        for start, way in (("A1", "down"), ("A1", "right"), ("D1", "right"), ("H9", "down"), ("F3", "up"))
    ],
)
table = sheet.tables.add(source=sheet["E1"].expand(), name="T1")
ask("table", lambda: [table.range.address, table.header_row_range.value, table.data_body_range.value])
ask("table of a cell", lambda: sheet["F2"].table.name)


def totals():
    sheet["E4"].value = [["合计", "=SUM(F2:F3)"]]
    table.resize(sheet["E1:F4"])
    table.impl._native.TotalsRow = True
    table.show_totals = False
    hidden = [table.range.address, sheet["E4"].value]
    table.resize(sheet["E1:F2"])
    sheet["E3:F3"].clear_contents()
    table.show_totals = True
    return [hidden, table.range.address, sheet["E3:F3"].value]


ask("totals", totals)
ask("update", lambda: table.update(pd.DataFrame({"n": [5, 6, 7]}), index=False).range.address)
book.names.add("total", "=Sheet1!$A$1:$B$2")
book.names.add("k", '="hi"')
ask("names", lambda: {name.name: name.refers_to for name in book.names})
ask("range of a name", lambda: [book.names["total"].refers_to_range.address, sheet["total"].address])


def rename():
    book.names["k"].refers_to = "=FALSE"
    return book.names["k"].refers_to


ask("name changed", rename)


def array():
    sheet["H1:H2"].formula_array = "=A2:B2*2"
    return [sheet["H1:H2"].formula_array, sheet["H1"].value, sheet["H1"].has_array, sheet["A1"].formula_array]


ask("array", array)


def looks():
    sheet["A1"].color = (255, 0, 0)
    sheet["B2"].number_format = "0.00%"
    return [sheet["A1"].color, sheet["B1"].color, sheet["B2"].number_format]


ask("looks", looks)


def filled():
    sheet["K1"].value = [["one"], ["two"], ["=1+1"], ["four"]]
    sheet["K1"].number_format = "0.000"
    sheet["K1"].color = (0, 255, 0)
    sheet["K1"].autofill(sheet["K1:K4"], "fill_formats")
    return [sheet["K1:K4"].value, sheet["K3"].formula, sheet["K4"].color, sheet["K4"].number_format]


ask("filled", filled)


def settings():
    app.status_bar = "忙"
    busy = app.status_bar
    app.status_bar = False
    app.calculation = "manual"
    manual = app.calculation
    app.calculation = "automatic"
    app.screen_updating = False
    app.screen_updating = True
    return [busy, app.status_bar, manual, app.calculation]


ask("settings", settings)
ask("added sheet", lambda: [book.sheets.add("第二").name, [each.name for each in book.sheets]])
ask("no screen", lambda: app.alert("hi"))
ask(
    "native",
    lambda: [book.api.ReadOnly, book.api.Date1904, sheet["A1:C4"].api.HasFormula, sheet["A1"].api.HasFormula],
)


def told(cells):
    """Their values, moments as texts."""
    return [
        [value.isoformat() if isinstance(value, dt.datetime) else value for value in row]
        for row in cells.value
    ]


def kinds():
    """A truth among numbers, truths alone, a moment among numbers: typed, and beside formulas."""
    sheet["M1"].value = [
        ["n", "t", "d"],
        [1, True, 1],
        [True, False, dt.datetime(2024, 2, 29)],
        [0, True, 2],
    ]
    typed = told(sheet["M2:O4"])
    sheet["P2"].value = [["=DATE(2024,2,29)"], ["=TRUE()"], ["=1"]]
    sheet["P2"].number_format = "yyyy-mm-dd"
    sheet["P3"].number_format = "BOOLEAN"
    return [typed, told(sheet["M2:P4"]), sheet["M2:P4"].api.Value2]


ask("kinds", kinds)
ask("refused", lambda: sheet["A1"].font)
ask("refused call", lambda: book.macro("x")())
ask("unknown place", lambda: sheet.range("没有"))
ask("too many cells", lambda: sheet.cells.value)
ask("unlike shape", lambda: setattr(sheet["A1:B2"], "raw_value", [[1]]))
file = folder / "new.xlsx"
ask("saved", lambda: [book.save(file), book.name, file.is_file()])
ask("found again", lambda: xw.Book(str(file)).name)
book.close()
lock = folder / ".~lock.new.xlsx#"
lock.write_text(",someone,host,;", encoding="utf-8")
ask("locked", lambda: xw.Book(str(file)))
lock.unlink()
bad = folder / "bad.xlsx"
bad.write_text("nothing", encoding="utf-8")
ask("damaged", lambda: xw.Book(str(bad)))
ask("unknown kind", lambda: app.books.open(str(file)).save(str(folder / "a.docx")))
app.books["new.xlsx"].close()
print(json.dumps(answers, ensure_ascii=False))
