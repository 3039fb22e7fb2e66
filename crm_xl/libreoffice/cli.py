"""`crm-xl libreoffice`: install the add-in, remove it, make a workbook without Excel's macros."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="LibreOffice：安装加载项，取得不带 Excel 宏的工作簿。", no_args_is_help=True)

Profile = Annotated[
    Path | None,
    typer.Option("--profile", help="LibreOffice 的用户配置文件夹；默认是当前用户的"),
]


@app.command()
def install(profile: Profile = None) -> None:
    """为当前用户安装（或更新）LibreOffice 加载项；首次安装会下载所需的程序包。"""
    from crm_xl.libreoffice.install import install as install_add_in

    typer.echo(install_add_in(profile=profile))


@app.command()
def uninstall(profile: Profile = None) -> None:
    """从 LibreOffice 卸载加载项，并删除为它下载的程序包。"""
    from crm_xl.libreoffice.install import uninstall as uninstall_add_in

    typer.echo(uninstall_add_in(profile=profile))


@app.command()
def workbook(
    file: Annotated[Path | None, typer.Argument(help="工作簿（.xlsm）；省略则用随附的工作簿")] = None,
    out: Annotated[Path | None, typer.Option(help="副本的文件名；默认放在当前文件夹，扩展名为 .xlsx")] = None,
) -> None:
    """另存一份不带 Excel 宏的副本（.xlsx）供 LibreOffice 使用；原文件不变。"""
    from crm_xl import assets
    from crm_xl.libreoffice.plain_copy import plain_copy

    source = assets.asset(assets.WORKBOOK) if file is None else file
    made = plain_copy(source, out or Path(source.with_suffix(".xlsx").name))
    typer.echo(f"已生成 {made}")
