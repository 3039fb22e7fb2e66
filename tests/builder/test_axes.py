"""The axes of the charts: what they read, whatever figures a refresh puts behind them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from crm_xl.builder.build import author_workbook
from crm_xl.builder.draft import Draft
from crm_xl.builder.specs import WORKBOOK
from tests.builder.shipped import parts


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> list[etree._Element]:
    """Every chart of the workbook."""
    spec = replace(WORKBOOK, macros=False)  # the examples of functions would want a refresh
    path = Path(tmp_path_factory.mktemp("axes")) / "axes.xlsx"
    content = parts(author_workbook(path, Draft(spec, samples=False)))
    return [etree.fromstring(data) for name, data in content.items() if name.startswith("xl/charts/chart")]


def test_no_axis_rounds_its_steps_to_one_number(charts: list[etree._Element]) -> None:
    """Excel steps by halves up to a few customers: 0, 0.5, 1 must not read 0, 1, 1."""
    codes = {axis.find("{*}numFmt").get("formatCode") for chart in charts for axis in chart.iter("{*}valAx")}
    assert len(codes) > 2
    for code in codes:
        below_ten = re.match(r"\[<10\]([^;]*);", code)
        shown = below_ten[1] if below_ten else code
        assert shown == "General" or "%" in shown or re.search(r"\.0", shown), code


def test_the_values_of_bars_stand_below_them(charts: list[etree._Element]) -> None:
    """Where the order of the bars is turned round, so that the first is on top, Excel would put them above."""
    turned = 0
    for chart in charts:
        for names in chart.iter("{*}catAx"):
            if names.find("{*}scaling/{*}orientation").get("val") == "maxMin":
                turned += 1
                own = names.find("{*}axId").get("val")
                (values,) = [
                    axis for axis in chart.iter("{*}valAx") if axis.find("{*}crossAx").get("val") == own
                ]
                hidden = values.find("{*}delete")
                shown = hidden is None or hidden.get("val") == "0"
                assert not shown or values.find("{*}crosses").get("val") == "max"
    assert turned > 2
