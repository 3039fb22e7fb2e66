"""Install the add-in for the current user, or remove it: LibreOffice itself does it, asked over UNO."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crm_xl.errors import CrmError
from crm_xl.functions import FUNCTIONS
from crm_xl.libreoffice import basic, environment
from crm_xl.libreoffice.extension import extension
from crm_xl.libreoffice.running import run_script
from crm_xl.libreoffice.words import EXTENSION_ID
from crm_xl.soffice import ADD_IN, Installed, installed

_MANAGE = Path(__file__).with_name("component") / "manage.py"


def install(*, profile: Path | None = None, paths: Sequence[Path] | None = None) -> str:
    """What was done, one sentence; done again, it has the effect of once.

    Args:
        profile: LibreOffice's user folder; this user's own without one.
        paths: folders with crm_xl and its packages for LibreOffice's Python; provided for without them.

    Raises:
        CrmError: LibreOffice is missing, unsuitable or running, or packages could not be fetched or imported.
    """
    office = installed()
    home = environment.home(office.python_version)
    if paths is None:
        paths = environment.provide(office.python_version, home)
    try:
        environment.check(office, paths)
    except CrmError:
        environment.forget(home)
        raise
    with tempfile.TemporaryDirectory() as folder:
        oxt = Path(folder) / ADD_IN
        oxt.write_bytes(extension(paths))
        done = manage(office, profile, {"action": "install", "oxt": str(oxt)})
    what = "已更新" if done["replaced"] else "已安装"
    return f"{what} LibreOffice 加载项：{len(FUNCTIONS)} 个函数。请重新打开 LibreOffice。"


def uninstall(*, profile: Path | None = None) -> str:
    """What was done, one sentence; the packages go too.

    Args:
        profile: as for `install`.

    Raises:
        CrmError: LibreOffice is missing or running.
    """
    office = installed()
    done = manage(office, profile, {"action": "remove"})
    environment.remove(environment.home(office.python_version))
    return "已卸载 LibreOffice 加载项。" if done["replaced"] else "LibreOffice 里没有安装本加载项。"


def manage(office: Installed, profile: Path | None, order: dict[str, Any]) -> dict[str, Any]:
    """What LibreOffice's Python says it has done with an order.

    Args:
        office: which one.
        profile: its user folder, or None for this user's own.
        order: see component/manage.py.

    Raises:
        CrmError: LibreOffice is running already, or refused.
    """
    order |= {
        "identifier": EXTENSION_ID,
        "library": basic.LIBRARY,
        "modules": basic.modules(),
    }
    return run_script(office, profile, _MANAGE, order, refusal="LibreOffice 没有接受加载项")
