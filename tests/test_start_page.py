"""The page of the first ten minutes is followed as it stands: its files, its commands, its figures."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import typer

from crm_xl import assets, cli
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block, Cell
from crm_xl.builder.help_texts import SIGNS, USE, steps
from crm_xl.builder.specs import SHIPPED_BOOKS
from crm_xl.errors import CrmError
from crm_xl.refreshing import refresh
from crm_xl.sources import remembered
from crm_xl.tables import parameters as p
from crm_xl.tables.outputs import TIER_SUMMARY

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "manual" / "start.zh-CN.md").read_text(
    encoding="utf-8"
)
COMMANDS = re.findall(r"```console\n\$ crm-xl (.*)\n((?:.*\n)*?)```", PAGE)
BOOK = Path("试用") / "CRM_Analysis.xlsm"


def test_steps_habits_and_signs_are_those_of_the_workbook() -> None:
    assert all(f"**{name}**：{what}。" in PAGE for name, what in steps(macros=True))
    assert all(f"- {sentence}\n" in PAGE for sentence in (*USE, *SIGNS))


def test_it_names_every_template() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert named == set(assets.template_names()) == {spec.name for spec in SHIPPED_BOOKS if not spec.macros}


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The commands of the page run one after another in a new folder: what each printed."""
    folder = tmp_path_factory.mktemp("start")
    printed: dict[str, str] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(remembered, "user_config_path", lambda *_, **__: folder / "config")
        for name, text in re.findall(r"```csv (\S+)\n(.*?)```", PAGE, re.DOTALL):
            Path(name).write_text(text, encoding="utf-8")
        for command, _ in COMMANDS:
            lines: list[str] = []
            patch.setattr(typer, "echo", lambda said="", *, into=lines, **_: into.append(str(said)))
            patch.setattr(sys, "argv", ["crm-xl", *command.split()])
            with pytest.raises(SystemExit) as stop:
                cli.main()
            assert not stop.value.code, command
            printed[command] = "\n".join(lines) + "\n"
        yield printed


@pytest.mark.slow
def test_the_commands_print_what_it_shows(followed: dict[str, str]) -> None:
    assert [command.split()[0] for command in followed] == ["template", "import", "refresh", "report"]
    for command, shown in COMMANDS:
        assert followed[command].startswith(shown), command


def tables() -> dict[str, pd.DataFrame]:
    """The outputs of a refresh of the book as it stands, whose file stays as it is."""
    return dict(refresh(BOOK, out=Path("再刷新.xlsm")).tables)


@pytest.mark.slow
def test_the_figures_are_those_it_shows(followed: dict[str, str]) -> None:
    found = tables()
    rows = re.findall(r"^\| (\S+) \| (\d+) \| ([\d.]+)% \| ([\d,.]+) \|$", PAGE, re.MULTILINE)
    summary = found[TIER_SUMMARY.name][["tier", "customers", "customer_share", "amount"]]
    assert len(rows) == 6
    shown = [
        [name, int(many), float(share), float(amount.replace(",", ""))] for name, many, share, amount in rows
    ]
    percent = summary.assign(customer_share=100 * summary["customer_share"])
    assert [each[0] for each in shown] == summary["tier"].tolist()
    figures = percent[["customers", "customer_share", "amount"]].to_numpy(dtype=float)
    assert [each[1:] for each in shown] == [pytest.approx(row) for row in figures.tolist()]
    scores = found["tblScores"].set_index("customer_id")
    assert scores["score"].dropna().to_dict() == pytest.approx(
        {"C001": 97.5, "C002": 85.5, "C003": 79, "C004": 65.5, "C005": 68}
    )
    assert "80×40% + 90×25% + 80×20% + 100×15% = 85.5" in PAGE
    assert 80 * 0.40 + 90 * 0.25 + 80 * 0.20 + 100 * 0.15 == pytest.approx(85.5)
    assert scores.loc["C006", "tier"] == "待评估"
    assert found["tblWarnings"]["customer_id"].tolist() == ["C003"]
    assert found["tblMetrics"].set_index("customer_id").loc["C004", "monetary"] == 150_000 + 180_000 - 30_000


@pytest.mark.slow
def test_the_change_of_a_setting_does_what_it_says(followed: dict[str, str]) -> None:
    def with_lower(bound: Cell) -> None:
        book = FileBook(BOOK)
        tiers = book.read([p.TIERS.name])[p.TIERS.name]
        rows = [list(row) for row in zip(*tiers.columns, strict=True)]
        place = tiers.headings.index("下限(含)")
        (row,) = [row for row in rows if row[0] == "重点级"]
        row[place] = bound
        book.write({p.TIERS.name: Block(headings=tiers.headings, rows=rows)}, {})

    with_lower(80)
    found = tables()
    assert found["tblScores"].set_index("customer_id").loc["C003", "tier"] == "普通级"
    counts = found[TIER_SUMMARY.name].set_index("tier")["customers"]
    assert counts[["重点级客户", "普通级客户", "合计"]].tolist() == [1, 3, 6]
    with_lower("很高")
    with pytest.raises(CrmError, match=r"参数!\w+\d+"):
        tables()
    with_lower(75)
