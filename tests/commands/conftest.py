"""An Excel, made up, that holds the shipped workbook."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlwings as xw

from crm_xl import log
from crm_xl.books import live_snapshot
from crm_xl.builder.specs import WORKBOOK
from tests.builder.shipped import committed
from tests.support.fake_excel import FakeWorkbook
from tests.support.fake_xlwings import FakeExcel


@pytest.fixture(scope="session")
def shipped() -> FakeWorkbook:
    return FakeWorkbook.load(committed(WORKBOOK))


@pytest.fixture
def excel(shipped: FakeWorkbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeExcel:
    monkeypatch.setattr(live_snapshot, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    monkeypatch.setattr(log, "user_log_path", lambda *_, **__: tmp_path)
    running = FakeExcel(shipped.copy())
    monkeypatch.setattr(xw.Book, "_mock_caller", running.book(), raising=False)
    return running
