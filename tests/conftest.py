"""Fixtures every room's tests share: the reference data, LibreOffice."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support import retail
from tests.support.office import Office
from tests.support.postgres import Postgres

# These run inside LibreOffice's own Python, which alone has uno.
collect_ignore_glob = ["support/uno/*"]

REPOSITORY = Path(__file__).resolve().parents[1]

# A law holds or not; how long one example takes says only how busy the machine is. Benchmarks hold the speed.
hypothesis.settings.register_profile("laws", deadline=None)
hypothesis.settings.load_profile("laws")


def pytest_configure() -> None:
    """Hear Ctrl-C, and let what the tests start hear it: what a shell runs in the background does not."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep LibreOffice's tests on one worker, so that one of it runs and not one per core."""
    for item in items:
        if item.get_closest_marker("libreoffice"):
            item.add_marker(pytest.mark.xdist_group("libreoffice"))


@pytest.fixture(scope="session")
def shared_data() -> Path | None:
    """The folder of published reference data beside the checkout; None where it is not there."""
    folder = REPOSITORY.parent / "shared" / "data"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def online_retail(shared_data: Path | None) -> retail.OnlineRetail:
    """The Online Retail lines: the real file where it is present, otherwise a look-alike (`.real` says)."""
    return retail.load(shared_data)


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A running LibreOffice; mark tests that ask for it slow and libreoffice."""
    running = Office(tmp_path_factory.mktemp("office"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A running PostgreSQL server; mark tests that ask for it slow and postgresql."""
    running = Postgres(tmp_path_factory.mktemp("postgres"))
    yield running
    running.stop()
