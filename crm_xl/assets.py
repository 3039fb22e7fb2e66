"""Where the workbook and templates we ship are found, in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

from crm_xl.errors import CrmError

_PACKAGE = Path(__file__).resolve().parent
_HOMES = (_PACKAGE.parent, _PACKAGE / "shipped")  # a checkout, an installed wheel
WORKBOOK = "workbook/CRM_Analysis.xlsm"


def asset(relative: str) -> Path:
    """The file's path.

    Args:
        relative: "workbook/CRM_Analysis.xlsm" or "templates/….xlsx".

    Raises:
        CrmError: it is not there.
    """
    for home in _HOMES:
        if (home / relative).is_file():
            return home / relative
    raise CrmError(
        "随程序附带的文件不存在。", where=relative, hint="请重新安装，或在源码目录运行 crm-xl build。"
    )


def handed_out() -> dict[str, str]:
    """Name -> relative path of each file that people take to begin with: the workbook, then the templates."""
    return {Path(WORKBOOK).stem: WORKBOOK, **{name: f"templates/{name}.xlsx" for name in template_names()}}


def template_names() -> list[str]:
    """Names of the templates that are there, without the file ending."""
    return sorted({path.stem for home in _HOMES for path in (home / "templates").glob("*.xlsx")})
