"""`crm-xl doctor`, `extra` and `install`: what concerns the computer and no workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()

SOMETHING_WRONG = 2


@app.command()
def doctor(
    file: Annotated[Path | None, typer.Argument(help="工作簿；省略则检查安装时放置的那一份")] = None,
    out: Annotated[Path | None, typer.Option(help="另存为文本文件，便于发给支持人员")] = None,
) -> None:
    """诊断：逐项检查本机的安装，✔ 正常，✘ 附上处理办法；不修改任何东西。"""
    from crm_xl.doctor import State, diagnose, report
    from crm_xl.installing.windows import Windows

    machine = Windows()
    findings = diagnose(file, machine)
    text = report(findings, machine)
    typer.echo(text)
    if out is not None:
        from crm_xl.books.atomic import replace_content

        replace_content(out, f"{text}\n".encode())
    if any(finding.state is State.BAD for finding in findings):
        raise typer.Exit(SOMETHING_WRONG)


@app.command()
def extra(
    name: Annotated[str, typer.Argument(help="哪一个：report、model、sql、warehouse、clickhouse、spark")],
) -> None:
    """装一个可选组件（需要网络）：例如 sql 用来从数据库导入；诊断会说缺哪一个。"""
    from crm_xl.installing.extra import add

    typer.echo(add(name))


@app.command()
def install(
    wheelhouse: Annotated[
        Path | None, typer.Option(help="发行包里的离线安装包文件夹（wheelhouse）；不需要网络")
    ] = None,
    wheel: Annotated[Path | None, typer.Option(help="只指定 crm_xl 的安装文件，其他程序包从网络下载")] = None,
    home: Annotated[Path | None, typer.Option(help="程序放在哪个文件夹；默认在用户的本地数据里")] = None,
    books: Annotated[Path | None, typer.Option(help="工作簿放在哪个文件夹；默认“文档”里的“客户分析”")] = None,
    uninstall: Annotated[bool, typer.Option("--uninstall", help="卸载；您改动过的工作簿都会留下")] = False,
) -> None:
    """为当前 Windows 用户安装（或修复、更新）到 Excel，不需要管理员；出错时恢复原状。"""
    from crm_xl.installing.__main__ import run

    run(wheel=wheel, wheelhouse=wheelhouse, home=home, books=books, remove=uninstall)
