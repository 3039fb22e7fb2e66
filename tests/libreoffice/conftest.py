"""A LibreOffice with the add-in, of its own profile: what it adds must not be seen by other tests."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm_xl.libreoffice import environment
from crm_xl.libreoffice.install import install
from crm_xl.soffice import installed
from tests.support.office import Office

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Calc:
    """A running LibreOffice with the add-in, and the folder where its logs are."""

    office: Office
    state: Path


def importable(folder: Path) -> list[Path]:
    """Folders with crm_xl and its packages for LibreOffice's Python: ours where the versions are one."""
    version = installed().python_version
    if f"{version[0]}.{version[1]}" == sysconfig.get_python_version():
        return [REPOSITORY, Path(sysconfig.get_path("purelib"))]
    return environment.provide(version, folder)


@pytest.fixture(scope="package")
def calc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calc]:
    home = tmp_path_factory.mktemp("calc")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(home / "state"))  # where it writes its logs
        office = Office(home)
        install(profile=office.profile, paths=importable(home / "packages"))
        office.run(Path(__file__).parents[1] / "support" / "uno" / "version.py")
        yield Calc(office=office, state=home / "state")
        office.stop()
