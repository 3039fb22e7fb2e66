"""The optional parts of the program: what each is for, and the command that adds it to this very Python."""

from __future__ import annotations

import sys
from pathlib import Path

# As pyproject.toml names them.
PURPOSES = {
    "report": "Word 报告和其中的图",
    "model": "聚类与流失模型",
    "sql": "从数据库导入",
    "warehouse": "超大文件与数据仓库",
}
BUTTONS = ("report", "model")  # what the buttons of the ribbon and of LibreOffice's menu need


def install_command(extra: str) -> str:
    """The command that adds an optional part.

    It names the interpreter, for the pip that a terminal finds first is often another Python's; and the part by our
    own installed package, whose bounds of versions pip then keeps without asking any index for that package.

    Args:
        extra: as pyproject.toml names it.
    """
    python = Path(sys.executable)
    if python.stem == "pythonw":
        python = python.with_name(f"python{python.suffix}")
    return f'"{python}" -m pip install "crm-xl[{extra}]"'
