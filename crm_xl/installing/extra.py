"""add(extra): an optional part of the program, brought over a network into the Python that runs."""

from __future__ import annotations

import subprocess
import sys

from crm_xl.errors import CrmError
from crm_xl.extras import PURPOSES


def add(extra: str) -> str:
    """What was added, one sentence; pip prints what it does.

    pip is asked for the part of our own package as it is installed: it keeps the bounds of versions declared there,
    and asks no index for that package.

    Args:
        extra: as pyproject.toml names it.

    Raises:
        CrmError: there is no such part, or pip could not bring it.
    """
    if extra not in PURPOSES:
        raise CrmError(f"没有“{extra}”这个可选组件。", hint=f"可选的有：{'、'.join(PURPOSES)}。")
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", f"crm-xl[{extra}]"]
    if subprocess.run(command, check=False).returncode:
        raise CrmError(
            f"没能装上“{PURPOSES[extra]}”所需的组件，原因见上面几行。",
            hint="请检查网络（或公司的代理设置）后再运行一次。",
        )
    return f"完成：已装上“{PURPOSES[extra]}”所需的组件。"
