"""The buttons of the grading workshop: each writes its own tables and shows them; 采用 writes parameters too."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from crm_xl import CrmError, assets
from crm_xl.adopting import adopt
from crm_xl.analysis.draft import INDICATOR, TIER
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block, Cell
from crm_xl.commands import OpenBook, command
from crm_xl.tables import OUTPUTS, TABLES
from crm_xl.tables import parameters as p
from crm_xl.tables import workshop as w
from crm_xl.tables.outputs import SCORES, TIER_BLOCK

Rows = list[list[Cell]]


class Desk(FileBook):
    """A workbook file with somebody before it who sees one sheet."""

    seen = ""

    def show_sheet(self, name: str) -> None:
        self.seen = name


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped workbook with a mark in a text of every output, so that what was written shows; nothing drafted."""
    path = tmp_path_factory.mktemp("shipped") / "客户.xlsm"
    shutil.copyfile(assets.asset(assets.WORKBOOK), path)
    marked = {
        name: Block(headings=raw.headings, rows=[["旧的内容", *[None] * (len(raw.headings) - 1)]])
        for name, raw in FileBook(path).read([table.name for table in OUTPUTS]).items()
        if not TABLES[name].kept_up  # people write into these
    }
    draft = FileBook(path).read([w.DRAFT.name])[w.DRAFT.name]
    figures = zip(*draft.columns[:-1], strict=True)
    marked[draft.name] = Block(headings=draft.headings, rows=[[*row, None] for row in figures])
    FileBook(path).write(marked, {})
    return path


@pytest.fixture
def desk(shipped: Path, tmp_path: Path) -> Desk:
    path = tmp_path / "客户.xlsm"
    shutil.copyfile(shipped, path)
    return Desk(path)


def press(desk: Desk, command_id: str) -> str:
    return command(command_id).handler(cast(OpenBook, desk), lambda *_: None)


def rows(book: FileBook, name: str) -> Rows:
    return [list(row) for row in zip(*book.read([name])[name].columns, strict=True)]


def rewrite(desk: Desk, name: str, change: Callable[[list[Cell]], list[Cell]]) -> None:
    raw = desk.read([name])[name]
    desk.write({name: Block(headings=raw.headings, rows=[change(row) for row in rows(desk, name)])}, {})


def draft(desk: Desk, **figures: float | str) -> None:
    """Types 模拟值 beside the named weights of indicators and bounds of tiers."""

    def typed(row: list[Cell]) -> list[Cell]:
        return [*row[:4], figures.get(str(row[1]), row[4]) if row[0] in (INDICATOR, TIER) else row[4]]

    rewrite(desk, w.DRAFT.name, typed)


def stale(desk: Desk) -> set[str]:
    """The outputs that nobody has written anew."""
    return {table.name for table in OUTPUTS if (own := rows(desk, table.name)) and own[0][0] == "旧的内容"}


@pytest.mark.parametrize(
    ("command_id", "sheet", "written", "said"),
    [
        ("churn", "流失预警", {"tblWarnings", "tblOwnerWarnings"}, "家客户有流失预警，其中高级别"),
        (
            "ahp",
            "AHP权重",
            {"tblAhpWeights", "tblSaatySteps", "tblSettingChecks"},
            "1 组判断，一致性全部通过",
        ),
        ("audit", "抽样核查", {"tblSettingChecks"}, "已核对 0 家"),
        (
            "movers",
            "客户分级异动表",
            {"tblMovers", "tblMigration", "tblTierEffect"},
            "家客户的显示分级有变动",
        ),
    ],
)
def test_a_button_writes_its_tables_and_shows_the_first(
    desk: Desk, command_id: str, sheet: str, written: set[str], said: str
) -> None:
    before = stale(desk)
    assert said in press(desk, command_id)
    assert desk.seen == sheet
    assert before - stale(desk) == written


def test_ticks_are_kept_and_counted_by_the_button(desk: Desk) -> None:
    ids = [row[1] for row in rows(desk, w.AUDIT.name)[:2]]
    rewrite(
        desk,
        w.AUDIT.name,
        lambda row: [*row[:9], "否" if row[1] == ids[0] else row[9], "金额不符", *row[11:]],
    )
    assert "已核对 1 家" in press(desk, "audit")
    found = {row[1]: row for row in rows(desk, w.AUDIT.name)}
    assert found[ids[0]][9:15] == ["否", "金额不符", None, 1, 1, 1.0]  # one of one checked was wrong


def test_a_trial_is_shown_and_changes_no_parameter(desk: Desk) -> None:
    tiers = rows(desk, p.TIERS.name)
    draft(desk, 重点级=80)
    message = press(desk, "whatif")
    movers = rows(desk, w.WHAT_IF_MOVERS.name)
    assert message.startswith(f"模拟完成：{len(movers)} 家客户会换级（下降 {len(movers)} 家）")
    assert {(row[3], row[4]) for row in movers} == {("重点级", "普通级")}
    assert all(75 <= float(str(row[6])) < 80 for row in movers)
    assert desk.seen == "模拟测算"
    assert rows(desk, p.TIERS.name) == tiers
    assert SCORES.name in stale(desk)


@pytest.mark.parametrize("command_id", ["whatif", "adopt"])
def test_nothing_drafted_is_said_and_nothing_written(desk: Desk, command_id: str) -> None:
    before = desk.path.read_bytes()
    with pytest.raises(CrmError, match="没有填写与现用值不同的模拟值"):
        press(desk, command_id)
    draft(desk, 重点级=75)  # as it is
    before = desk.path.read_bytes()
    with pytest.raises(CrmError, match="没有填写与现用值不同的模拟值"):
        press(desk, command_id)
    assert desk.path.read_bytes() == before


@pytest.mark.parametrize("command_id", ["whatif", "adopt"])
@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"重点级": 95}, "逐级降低"),
        ({"利润率": 0.5}, "125.00%"),
        ({"年消费额": "四成"}, "不是数字"),
    ],
)
def test_a_wrong_draft_names_its_cell_and_writes_nothing(
    desk: Desk, command_id: str, figures: dict[str, float | str], words: str
) -> None:
    draft(desk, **figures)
    before = desk.path.read_bytes()
    with pytest.raises(CrmError) as caught:
        press(desk, command_id)
    assert "模拟测算!E" in str(caught.value)
    assert words in str(caught.value)
    assert desk.path.read_bytes() == before


def test_adopting_writes_parameters_and_every_output_and_blanks_the_draft(desk: Desk) -> None:
    points = rows(desk, p.POINTS.name)
    tiers = rows(desk, p.TIERS.name)
    draft(desk, 重点级=80, 普通级=65)
    assert press(desk, "adopt") == "已采用模拟方案：参数表“客户分级”已更新，并重新计算 400 家客户。"
    changed = {"重点级": 80, "普通级": 65}
    assert rows(desk, p.TIERS.name) == [
        [*row[:2], changed.get(str(row[0]), row[2]), *row[3:]] for row in tiers
    ]
    assert rows(desk, p.POINTS.name) == points
    assert stale(desk) == set()
    assert all(row[4] is None for row in rows(desk, w.DRAFT.name))
    assert [row[1] for row in rows(desk, TIER_BLOCK.name)][:3] == [90, 80, 65]
    for row in rows(desk, SCORES.name):
        if row[3] is not None:
            assert (row[4] == "重点级") == (80 <= float(str(row[3])) < 90)
    with pytest.raises(CrmError, match="没有填写"):
        press(desk, "adopt")


def test_what_is_adopted_goes_back_with_the_results(desk: Desk) -> None:
    draft(desk, 重点级=80)
    before = {name: rows(desk, name) for name in desk.tables()}
    press(desk, "adopt")
    assert rows(desk, p.TIERS.name) != before[p.TIERS.name]
    desk.restore()
    assert {name: rows(desk, name) for name in desk.tables()} == before


def test_what_was_not_drafted_stays_as_it_was_typed(desk: Desk) -> None:
    card, indicator, weight = map(p.INDICATORS.names.index, ("card", "indicator", "weight"))

    def spelled(row: list[Cell]) -> list[Cell]:
        own = (row[card], row[indicator]) == (p.CARD_VALUE, "交叉购买率")
        return ["15%" if own and at == weight else cell for at, cell in enumerate(row)]

    rewrite(desk, p.INDICATORS.name, spelled)
    draft(desk, 年消费额=0.3, 利润率=0.35)
    before = rows(desk, p.INDICATORS.name)
    assert any(row[weight] == "15%" for row in before)
    adopt(desk)
    differing = [
        (row[card], row[indicator], was, value)
        for row, now in zip(before, rows(desk, p.INDICATORS.name), strict=True)
        for was, value in zip(row, now, strict=True)
        if was != value
    ]
    assert differing == [(p.CARD_VALUE, "年消费额", 0.4, 0.3), (p.CARD_VALUE, "利润率", 0.25, 0.35)]


def test_weights_that_would_not_count_are_refused(desk: Desk) -> None:
    rewrite(
        desk,
        p.SETTINGS_TABLE.name,
        lambda row: [row[0], p.WEIGHTS_AHP, *row[2:]] if row[0] == "指标权重来源" else row,
    )
    draft(desk, 年消费额=0.3, 利润率=0.35)
    with pytest.raises(CrmError, match="现取自“AHP”"):
        press(desk, "adopt")
