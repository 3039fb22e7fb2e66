"""The command line: the same engine as the ribbon, no Excel needed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crm_xl import assets
from crm_xl.cli_computer import app as computer
from crm_xl.cli_progress import STOPPED, Commands, called_off, shown_progress
from crm_xl.cli_show import show_check, show_missing, show_tiers
from crm_xl.errors import CrmError
from crm_xl.libreoffice.cli import app as libreoffice

if TYPE_CHECKING:
    from crm_xl.analysis.results import Results
    from crm_xl.raw import RawTable
    from crm_xl.warehouse import WarehouseOrders

USER_FAULT, OUR_FAULT = 2, 1

app = typer.Typer(
    cls=Commands,
    help="客户分析：刷新工作簿、检查数据、取得模板。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(libreoffice, name="libreoffice")
app.add_typer(computer)

Workbook = Annotated[Path, typer.Argument(help="工作簿文件（.xlsx 或 .xlsm）")]
Date = Annotated[str | None, typer.Option("--date", help="分析日期，如 2026-10-31；默认取参数或最近订单日期")]
Source = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        help="另读的数据文件（CSV 等），代替工作簿里的同名表；可多次。"
        "订单太多时写文件夹、.parquet、.duckdb 或数据库地址（postgresql://…#表），逐行内容不读入",
    ),
]
MappingFile = Annotated[
    str | None, typer.Option("--map", help="数据文件的对照表：TOML 文件，或随附的名称（online_retail）")
]


@app.command()
def demo(out: Annotated[Path, typer.Option(help="放在哪个文件夹")] = Path("output")) -> None:
    """复制随附的工作簿并刷新，显示分级汇总。"""
    from crm_xl.books.atomic import replace_content

    out.mkdir(parents=True, exist_ok=True)
    target = out / Path(assets.WORKBOOK).name
    replace_content(target, assets.asset(assets.WORKBOOK).read_bytes(), kept=0)
    results = _refresh(target)
    show_tiers(results)
    typer.echo(f"工作簿：{target.resolve()}")


@app.command()
def refresh(
    file: Workbook,
    out: Annotated[Path | None, typer.Option(help="另存为；默认写回原文件并保留备份")] = None,
    date: Date = None,
    source: Source = None,
    mapping: MappingFile = None,
) -> None:
    """读取工作簿里的数据表，重新计算并写回全部结果表。"""
    results = _refresh(file, out=out, date=date, given=_sources(source, mapping))
    show_tiers(results)
    show_missing(results, out or file)


@app.command()
def check(
    file: Workbook,
    source: Source = None,
    mapping: MappingFile = None,
    everything: Annotated[bool, typer.Option("--all", help="没有问题的项目也列出")] = False,
) -> None:
    """检查数据与参数，列出清洗结果、金额平衡和须处理的项目；不修改文件。"""
    from crm_xl.refreshing import check as check_book

    with shown_progress() as progress:
        tables, orders = _sources(source, mapping)
        results = check_book(file, sources=tables, orders=orders, progress=progress)
    show_check(results, everything=everything)


@app.command()
def adopt(
    file: Workbook,
    out: Annotated[Path | None, typer.Option(help="另存为；默认写回原文件并保留备份")] = None,
) -> None:
    """采用模拟方案：把“模拟测算”表中的模拟值写入参数，并重新计算全部结果表。"""
    from crm_xl.adopting import adopt as adopt_draft

    with shown_progress() as progress:
        adopted = adopt_draft(file, out=out, progress=progress)
    typer.echo(adopted.message)
    show_tiers(adopted.results)


@app.command()
def mask(
    file: Workbook,
    out: Annotated[Path | None, typer.Option(help="副本的文件名；默认在原文件旁，名称后加“_脱敏”")] = None,
) -> None:
    """另存一份脱敏副本：电话、证件号码、邮箱、联系人和个人客户姓名都已遮盖；原文件不变。"""
    from crm_xl.masking import mask_copy

    with shown_progress() as progress:
        made = mask_copy(file, out, progress=progress)
    typer.echo(made.message)


@app.command()
def report(
    file: Workbook,
    out: Annotated[
        Path | None, typer.Option(help="报告的文件名（.docx）；默认在工作簿旁，名称后加“_报告”")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="同时写出 Markdown 与图片")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="同时写出PDF（需要 LibreOffice）")] = False,
) -> None:
    """按工作簿里的数据写出分析报告（Word）；工作簿不变。"""
    from crm_xl.report import report_path, write_report

    with shown_progress() as progress:
        made = write_report(
            file, out or report_path(file), with_markdown=markdown, with_pdf=pdf, progress=progress
        )
    typer.echo(made.message)


@app.command("import")
def import_data(
    files: Annotated[
        list[str], typer.Argument(help="数据文件、文件夹，或数据库地址（postgresql://…）；可多个")
    ],
    into: Annotated[Path, typer.Option("--into", help="导入到哪个工作簿")],
    mapping: Annotated[
        str | None,
        typer.Option("--map", help="对照表（TOML）或随附的名称；文件不存在时写出一份草稿供填写"),
    ] = None,
    table: Annotated[
        str | None, typer.Option("--table", help="数据是哪张表，如 订单；默认按标题判断")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="只读取这个工作表")] = None,
    sql: Annotated[str | None, typer.Option("--sql", help="数据库查询（SELECT）")] = None,
    sql_table: Annotated[str | None, typer.Option("--sql-table", help="数据库里的表")] = None,
    update: Annotated[bool, typer.Option("--update", help="内容不同的单元格也更新；默认只补空白")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只核对，不写入")] = False,
    report: Annotated[Path | None, typer.Option("--report", help="把搁置的行列入这个 CSV 文件")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不询问，直接写入")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="不沿用记住的对照表")] = False,
) -> None:
    """导入数据文件、文件夹或数据库，按编号并入工作簿；重复导入不会产生重复数据。"""
    from crm_xl import cli_import

    request = cli_import.Request(
        files=files, into=into, mapping=mapping, table=table, sheet=sheet, sql=sql, sql_table=sql_table,
        update=update, dry_run=dry_run, fresh=fresh, report=report, ask=not yes and sys.stdin.isatty(),
    )  # fmt: skip
    cli_import.run(request, shown_progress)


@app.command()
def upgrade(
    file: Workbook,
    out: Annotated[
        Path | None, typer.Option(help="新工作簿的文件名；默认在原文件旁，名称后加“_升级”")
    ] = None,
) -> None:
    """升级旧版工作簿：数据和参数带入一份新版副本并刷新；原文件不变。"""
    from crm_xl.upgrading import upgrade as upgrade_book

    with shown_progress() as progress:
        made = upgrade_book(file, out, progress=progress)
    typer.echo(made.message)


@app.command()
def split(
    file: Workbook,
    out: Annotated[Path | None, typer.Option(help="放在哪个文件夹；默认在原文件旁，名称后加“_拆分”")] = None,
) -> None:
    """按负责人拆分：每人一个工作簿，只含本人的客户，结果按这些客户重新计算；原文件不变。"""
    from crm_xl.splitting import split as split_book

    with shown_progress() as progress:
        made = split_book(file, out, progress=progress)
    typer.echo(made.message)
    for path in made.files.values():
        typer.echo(f"  {path.name}")


@app.command()
def selfcheck(
    file: Annotated[
        Path | None, typer.Argument(help="工作簿；省略则用随附的工作簿。只在副本上检查，原文件不变")
    ] = None,
    out: Annotated[Path, typer.Option(help="报告放在哪个文件夹")] = Path(),
) -> None:
    """自检：打开工作簿，逐个试用函数与按钮，核对每张表，并写出可发给支持人员的报告。"""
    from crm_xl.excel.selfcheck_report import verdict, write_report

    workbook = assets.asset(assets.WORKBOOK) if file is None else file
    if not workbook.is_file():
        raise CrmError("文件不存在。", where=str(workbook), hint="请核对文件名和文件夹。")
    with shown_progress() as progress:
        progress("自检", 0.0)
        if sys.platform == "win32":
            from crm_xl.excel.selfcheck import examine_in_excel

            findings, application = examine_in_excel(workbook, progress)
        else:
            from crm_xl.libreoffice.selfcheck import examine_workbook

            findings, application = examine_workbook(workbook)
    page, text = write_report(findings, out, application=application)
    typer.echo(verdict(findings))
    typer.echo(f"报告：{page.resolve()}、{text.name}")
    if any(finding.wrong for finding in findings):
        raise typer.Exit(USER_FAULT)


@app.command()
def build(folder: Annotated[Path, typer.Argument(help="生成到哪个文件夹")] = Path()) -> None:
    """从声明生成工作簿与模板。"""
    from crm_xl.builder.build import build as build_all

    with shown_progress() as progress:
        progress("生成工作簿与模板", 0.0)
        made = build_all(folder)
    for path in made:
        typer.echo(f"已生成 {path}")


@app.command()
def template(
    name: Annotated[str | None, typer.Argument(help="模板名称；省略则列出全部")] = None,
    out: Annotated[Path, typer.Option(help="放在哪个文件夹")] = Path(),
    empty: Annotated[bool, typer.Option("--empty", help="不带示例数据")] = False,
) -> None:
    """取得一份模板，或带宏的工作簿 CRM_Analysis。"""
    shipped = assets.handed_out()
    if name is None:
        typer.echo("可用模板：" + "、".join(shipped))
        return
    if name not in shipped:
        raise CrmError(f"没有名为“{name}”的模板。", hint=f"可用：{'、'.join(shipped)}。")
    target = out / Path(shipped[name]).name
    if target.exists():
        raise CrmError(
            "文件已存在。", where=str(target), hint="请改用 --out 指定别的文件夹，或先移走该文件。"
        )
    out.mkdir(parents=True, exist_ok=True)
    if empty:
        from crm_xl.builder.build import template as build_template

        build_template(name, target, with_samples=False)
    else:
        from crm_xl.books.atomic import replace_content

        replace_content(target, assets.asset(shipped[name]).read_bytes())
    typer.echo(f"已生成 {target}")


def _sources(
    files: list[str] | None, mapping: str | None
) -> tuple[dict[str, RawTable], WarehouseOrders | None]:
    """Tables read whole, and orders that stay where they are."""
    if not files:
        return {}, None
    from crm_xl.sources import load_mapping, read_source
    from crm_xl.warehouse import WarehouseOrders, is_warehouse

    elsewhere = [file for file in files if is_warehouse(file)]
    if len(elsewhere) > 1:
        raise CrmError("只能有一个订单来源。", hint="请把订单放在同一个文件夹或同一张表里。")
    orders = WarehouseOrders(elsewhere[0], mapping or "") if elsewhere else None
    files = [file for file in files if file not in elsewhere]
    rules = None if mapping is None or not files else load_mapping(mapping)
    tables: dict[str, RawTable] = {}
    for file in files:
        for name, table in read_source(file, rules).items():
            if name in tables:
                raise CrmError(
                    f"两个数据文件都提供了表 {name}。", where=str(file), hint="请先合并，或分开刷新。"
                )
            tables[name] = table
    return tables, orders


def _refresh(
    file: Path,
    *,
    out: Path | None = None,
    date: str | None = None,
    given: tuple[dict[str, RawTable], WarehouseOrders | None] = ({}, None),
) -> Results:
    from crm_xl.refreshing import closing_message
    from crm_xl.refreshing import refresh as refresh_book

    with shown_progress() as progress:
        tables, orders = given
        results = refresh_book(
            file, out=out, analysis_date=date, sources=tables, orders=orders, progress=progress
        )
    typer.echo(closing_message(results))
    return results


def main() -> None:
    """Run the command; exit 0 done, 2 the user's data or file is wrong, 1 our own fault (see the log), 130 called off."""
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        app(arguments, prog_name="crm-xl")
    except KeyboardInterrupt:
        typer.echo(called_off(), err=True)
        sys.exit(STOPPED)
    except CrmError as error:
        typer.echo(str(error), err=True)
        sys.exit(USER_FAULT)
    except OSError as error:
        from crm_xl.books.obstacles import fault_of

        typer.echo(str(fault_of(error, Path(error.filename or "."))), err=True)
        sys.exit(USER_FAULT)
    except Exception as error:
        if debug:
            raise
        from crm_xl.log import log_unexpected

        typer.echo(f"程序内部错误，文件未改动。详情见日志：{log_unexpected(error)}", err=True)
        sys.exit(OUR_FAULT)
