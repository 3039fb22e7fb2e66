"""Whether two runs say the same: every output, number for number, text for text."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_xl.analysis.ledger import Action, Rule
from crm_xl.analysis.pipeline import analyze
from crm_xl.analysis.results import Results
from crm_xl.tables import dashboard as d
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.warehouse.orders import WarehouseOrders
from tests.warehouse.cases import TODAY, Case, as_read, inputs_of

# A line's place is told of a sheet, and not of a warehouse; what stands out is not looked for there.
_BY_LINE = {o.LEDGER.name, o.LEDGER_SUMMARY.name, o.CHECKS.name, d.DATA_STATUS.name}
_ONLY_IN_SHEETS = {Rule.OUTLIER.value, Rule.UNKNOWN_COLUMN.value}


def in_memory(case: Case) -> Results:
    """What the frames give."""
    return analyze({**inputs_of(case), i.ORDERS.name: as_read(case)}, today=TODAY)


def in_warehouse(case: Case, orders: WarehouseOrders) -> Results:
    """What the warehouse gives."""
    with orders:
        return analyze(inputs_of(case), today=TODAY, orders=orders)


def assert_equal(warehouse: Results, memory: Results) -> None:
    """Both runs say the same."""
    _same(_rules(warehouse), _rules(memory), "rules")
    assert warehouse.analysis_date == memory.analysis_date
    assert warehouse.customers == memory.customers
    assert warehouse.set_aside == memory.set_aside
    assert set(warehouse.tables) == set(memory.tables)
    assert warehouse.missing == memory.missing
    assert warehouse.chosen == memory.chosen
    assert sorted(warehouse.notes) == sorted(memory.notes)
    assert warehouse.balance is not None and memory.balance is not None
    assert warehouse.balance.balanced and memory.balance.balanced
    for name, value in vars(memory.balance).items():
        np.testing.assert_allclose(getattr(warehouse.balance, name), value, atol=1e-5, err_msg=name)
    for name, frame in memory.tables.items():
        if name not in _BY_LINE:
            _same(warehouse.tables[name], frame, name)
    _same(_verdicts(warehouse), _verdicts(memory), "checks")
    for name, kept in memory.kept_up.items():
        _same(warehouse.kept_up[name], kept, name)


def _same(found: pd.DataFrame, expected: pd.DataFrame, name: str) -> None:
    """Rows in the order of their texts, so that customers added by number may stand in any order."""
    assert list(found.columns) == list(expected.columns), name
    try:
        pd.testing.assert_frame_equal(
            _ordered(found), _ordered(expected), check_dtype=False, rtol=1e-7, atol=2e-6, obj=name
        )
    except AssertionError as error:
        raise AssertionError(f"{name}: {error}\n{_ordered(found)}\n{_ordered(expected)}") from error


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    if "customer_id" not in frame:
        return frame.reset_index(drop=True)
    return frame.sort_values("customer_id", kind="stable", ignore_index=True)


def _rules(results: Results) -> pd.DataFrame:
    """Number and money of every rule that leaves out or changes something."""
    summary = results.tables[o.LEDGER_SUMMARY.name]
    told = ~summary["rule"].isin(_ONLY_IN_SHEETS) & (summary["action"] != Action.UNIFIED.value)
    return summary[told].sort_values(["table", "rule", "action"], ignore_index=True)


def _verdicts(results: Results) -> pd.DataFrame:
    """Checks by name with their findings; without places, and without the check of single cells."""
    checks = results.tables[o.CHECKS.name]
    told = ~checks["check"].isin(["总核对", "没有超出范围或异常的数值"])
    verdicts = checks.loc[told, ["check", "result", "findings", "detail"]]
    # Who is named first is who comes first, and a warehouse knows no first.
    detail = verdicts["detail"].map(
        lambda text: text.partition("等 ")[2] if "个编号" in text else sorted(text.split("、"))
    )
    return verdicts.assign(detail=detail).sort_values("check", ignore_index=True)
