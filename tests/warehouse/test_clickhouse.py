"""No ClickHouse runs here: every question that DuckDB answers can at least be written in ClickHouse's SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest
import sqlglot
from ibis.expr import types as ir

from benchmarks.scale import write_lines
from crm_xl.analysis.pipeline import analyze
from crm_xl.tables import TABLES
from crm_xl.tables import inputs as i
from crm_xl.warehouse import WarehouseOrders, engines
from crm_xl.warehouse.steps import Steps

FEWEST_QUESTIONS = 30  # of a run with every report


class _OwnAsOthers(Steps):
    """Our DuckDB as if it were a company's engine: nothing of ours is written there."""


@pytest.mark.slow
def test_every_question_can_be_written_for_clickhouse(tmp_path: Path) -> None:
    write_lines(tmp_path, 6000)
    tickets = pd.DataFrame(
        {
            "ticket_id": ["T1"],
            "customer_id": ["C0000001"],
            "submitted_at": pd.to_datetime(["2026-01-05 10:00"]),
            "first_response_at": pd.to_datetime(["2026-01-05 12:00"]),
        }
    )
    asked: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "OwnSteps", _OwnAsOthers)
        for method in ("execute", "cache"):
            patch.setattr(ir.Table, method, _noting(getattr(ir.Table, method), asked))
        with WarehouseOrders(str(tmp_path)) as orders:
            results = analyze({i.TICKETS.name: tickets}, today="2027-01-31", orders=orders)
    assert not {name for name, table in TABLES.items() if i.ORDERS.name in table.needs} & set(results.missing)
    assert len(asked) >= FEWEST_QUESTIONS
    for question in asked:
        written = ibis.to_sql(question, dialect="clickhouse")
        assert sqlglot.parse_one(written, read="clickhouse").find(sqlglot.exp.Select)


def _noting(answer: Any, asked: list[Any]) -> Any:
    def noted(table: ir.Table, *arguments: Any, **named: Any) -> Any:
        asked.append(table)
        return answer(table, *arguments, **named)

    return noted
