"""Only the reports that are asked for are made, and what is made is the same whatever else was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest

import crm_xl
from crm_xl.analysis.pipeline import analyze
from crm_xl.analysis.reports.registry import REPORTS
from crm_xl.books.file import FileBook
from crm_xl.builder.build import template
from crm_xl.builder.draft import Draft
from crm_xl.builder.specs import TEMPLATES
from crm_xl.commands import OpenBook, command
from crm_xl.refreshing import read_tables, refresh
from crm_xl.tables import sales_reports as x
from crm_xl.tables.outputs import CHECKS, METRICS, SCORES

OF_REPORTS = {name for report in REPORTS for name in report.names}


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    return read_tables(Draft(TEMPLATES["crm_reports"]))


@pytest.fixture(scope="module")
def everything(tables: dict[str, Any]) -> crm_xl.Results:
    return analyze(tables, today="2026-11-01")


@pytest.mark.parametrize("wanted", [(), ("tblScores",), ("tblNoSuch",)])
def test_without_a_report_asked_for_none_is_made_and_the_rest_is_as_ever(
    tables: dict[str, Any], everything: crm_xl.Results, wanted: tuple[str, ...]
) -> None:
    found = analyze(tables, today="2026-11-01", wanted=wanted)
    assert not OF_REPORTS & {*found.tables, *found.missing}
    for name in (METRICS.name, SCORES.name, "tblWarnings", "tblTrend", "tblLedger"):
        pd.testing.assert_frame_equal(found.tables[name], everything.tables[name])


def test_one_report_is_made_alone_and_is_the_same(tables: dict[str, Any], everything: crm_xl.Results) -> None:
    for report in REPORTS:
        name = report.tables[0].name
        found = analyze(tables, today="2026-11-01", wanted=[name])
        assert OF_REPORTS & {*found.tables, *found.missing} == report.names, name
        for own in report.names & set(everything.tables):
            pd.testing.assert_frame_equal(found.tables[own], everything.tables[own])
        assert {own: found.missing.get(own) for own in report.names} == {
            own: everything.missing.get(own) for own in report.names
        }


def test_a_refresh_makes_what_the_book_has(tmp_path: Path) -> None:
    path = template("customer_grading", tmp_path / "分级.xlsx")
    results = refresh(path)
    asked = OF_REPORTS & set(FileBook(path).tables())
    assert x.SALES_REPORT.name not in asked
    made = OF_REPORTS & {*results.tables, *results.missing}
    together = {name for report in REPORTS if report.names & asked for name in report.names}
    assert made == together


def test_checking_the_data_finds_what_a_refresh_finds(tmp_path: Path) -> None:
    path = template("crm_reports", tmp_path / "报表.xlsx")
    refresh(path)

    class Desk(FileBook):
        def show_sheet(self, name: str) -> None:
            pass

    desk = Desk(path)
    before = desk.read([CHECKS.name])[CHECKS.name].columns
    command("check").handler(cast(OpenBook, desk), lambda *_: None)
    after = desk.read([CHECKS.name])[CHECKS.name].columns
    assert [column.tolist() for column in after] == [column.tolist() for column in before]
    assert any("销售业绩报表" in str(check) for check in after[0])
