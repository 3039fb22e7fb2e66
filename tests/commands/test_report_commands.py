"""The buttons of the group 报表: each writes its own tables, shows the first and says what it found."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import cast

import pytest

from crm_xl import CrmError
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block, Cell
from crm_xl.builder.build import template
from crm_xl.commands import COMMANDS, OpenBook, command
from crm_xl.commands.declaration import Group
from crm_xl.tables import OUTPUTS, TABLES
from crm_xl.tables import inputs as i
from crm_xl.tables import sales_reports as x
from crm_xl.tables import service_reports as s

_OLD = "旧的内容"


class Desk(FileBook):
    """A workbook file with somebody before it who sees one sheet."""

    seen = ""

    def show_sheet(self, name: str) -> None:
        self.seen = name


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template of guide 004 with a mark in a text of every output, so that what was written shows."""
    path = template("crm_reports", tmp_path_factory.mktemp("reports") / "报表.xlsx")
    outputs = FileBook(path).read([table.name for table in OUTPUTS])
    FileBook(path).write(
        {
            name: Block(headings=raw.headings, rows=[[_OLD, *[None] * (len(raw.headings) - 1)]])
            for name, raw in outputs.items()
            if not TABLES[name].kept_up
        },
        {},
    )
    return path


@pytest.fixture
def desk(marked: Path, tmp_path: Path) -> Desk:
    path = tmp_path / "报表.xlsx"
    shutil.copyfile(marked, path)
    return Desk(path)


def rows(book: FileBook, name: str) -> list[list[Cell]]:
    return [list(row) for row in zip(*book.read([name])[name].columns, strict=True)]


def stale(desk: Desk) -> set[str]:
    """The outputs that nobody has written anew."""
    return {name for name in desk.tables() if (own := rows(desk, name)) and own[0][0] == _OLD}


def press(desk: Desk, command_id: str) -> str:
    return command(command_id).handler(cast(OpenBook, desk), lambda *_: None)


def choose(desk: Desk, name: str, **cells: Cell) -> None:
    table = TABLES[name]
    desk.write({name: Block(headings=table.titles, rows=[[cells.get(column) for column in table.names]])}, {})


def test_the_group_offers_the_five_reports_and_the_card() -> None:
    labels = [c.label for c in COMMANDS if c.group is Group.REPORTS]
    assert labels == ["画像", "业绩", "服务", "流失", "营销", "客户卡片"]


@pytest.mark.parametrize(
    ("command_id", "first", "written", "said"),
    [
        ("profile", s.PROFILE_REPORT, set(), r"\d+ 家客户"),
        ("sales", x.SALES_REPORT, {table.name for table in x.OUTPUTS}, r"成交 [\d,.]+ 万元，[\d,]+ 单"),
        ("service", s.SERVICE_REPORT, {s.SERVICE_TYPES.name, s.SLOW_ANSWERS.name}, r"\d+ 件工单，解决率 [\d.]+%"),
        ("losses", s.CHURN_REPORT, {s.CHURN_TRAITS.name}, r"期间内流失 \d+ 家客户"),
        ("campaigns", s.CAMPAIGN_REPORT, set(), r"触达 \d+ 家，ROI -?[\d.]+%"),
    ],
)  # fmt: skip
def test_a_report_writes_its_tables_alone_and_says_what_it_found(
    desk: Desk, command_id: str, first: s.Table, written: set[str], said: str
) -> None:
    before = stale(desk)
    message = press(desk, command_id)
    assert re.match(f"{first.title}完成：{said}。已更新“{first.title}”", message), message
    assert message.endswith("，其余结果表不变。")
    assert desk.seen == first.sheet
    done = before - stale(desk)
    assert {first.name, *written} <= done
    named = set(re.findall("“(.+?)”", message))
    assert named <= {TABLES[name].title for name in done}
    # Whatever else was written is a block that a chart of the same report reads.
    assert all(TABLES[name].title in named or TABLES[name].fixed_rows for name in done)


def test_the_number_said_is_the_number_written(desk: Desk) -> None:
    message = press(desk, "sales")
    total = rows(desk, x.SALES_REPORT.name)[-1]
    amount = total[x.SALES_REPORT.names.index("amount")]
    assert f"成交 {float(str(amount)):,.2f} 万元" in message
    assert total[0] == "合计"


def test_what_stands_above_a_report_narrows_it(desk: Desk) -> None:
    owner = str(rows(desk, i.CUSTOMERS.name)[0][i.CUSTOMERS.names.index("owner")])
    choose(desk, x.SALES_CHOICE.name, owner=owner, grain="年")
    press(desk, "sales")
    body = rows(desk, x.SALES_REPORT.name)[:-1]
    assert body and {row[1] for row in body} == {owner}
    assert all(re.fullmatch(r"\d{4}年", str(row[0])) for row in body)


def test_a_choice_that_cannot_be_followed_names_its_cell_and_the_others_are_written(desk: Desk) -> None:
    choose(desk, x.SALES_CHOICE.name, owner="无此人")
    with pytest.raises(CrmError, match="没有负责人“无此人”") as caught:
        press(desk, "sales")
    assert "销售业绩报表!" in str(caught.value)
    assert desk.seen == x.SALES_REPORT.sheet
    assert "没有负责人“无此人”" in str(rows(desk, x.SALES_REPORT.name)[0][0])
    assert rows(desk, x.COMPARE.name)[0][0] == "月"


def test_without_its_inputs_a_report_says_which(desk: Desk) -> None:
    table = i.CAMPAIGNS
    headings = table.titles
    desk.write({table.name: Block(headings=headings, rows=[[None] * len(headings)])}, {})
    with pytest.raises(CrmError) as caught:
        press(desk, "campaigns")
    assert str(caught.value).startswith("营销效果报表：")
