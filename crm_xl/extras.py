"""The optional parts of the program: what each is for, and what a person types to add it."""

from __future__ import annotations

# As pyproject.toml names them.
PURPOSES = {
    "report": "Word 报告和其中的图",
    "model": "聚类与流失模型",
    "sql": "从数据库导入",
    "warehouse": "超大文件与数据仓库",
    "clickhouse": "数据仓库 ClickHouse",
    "spark": "数据仓库 Spark",
}
BUTTONS = ("report", "model")  # what the buttons of the ribbon and of LibreOffice's menu need


def install_command(extra: str) -> str:
    """What a person types to add an optional part; it names no folder of theirs, and no pip of another Python."""
    return f"crm-xl extra {extra}"
