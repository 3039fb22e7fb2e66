"""`crm-xl import`: preview, drafts of mappings, what is remembered, and faults that leave everything as it was."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import typer

from crm_xl import cli_import
from crm_xl.books.file import FileBook
from crm_xl.sources import remembered
from tests.books.samples import book
from tests.support.command_line import Run, typed_at

ORDERS = ("订单编号", "客户编号", "订单日期", "订单金额(元)", "产品类型")
CUSTOMERS = ("客户编号", "客户名称", "区域")


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config"
    monkeypatch.setattr(remembered, "user_config_path", lambda *_, **__: folder)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return typed_at(monkeypatch, capsys, "import")


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return book(
        tmp_path / "客户.xlsx",
        {"tblOrders": ("订单", 1, 1, ORDERS, []), "tblCustomers": ("客户", 1, 1, CUSTOMERS, [])},
    )


def count(path: Path, table: str = "tblOrders") -> int:
    return len(FileBook(path, read_only=True).read([table])[table])


def export(name: str, *lines: str, encoding: str = "utf-8") -> Path:
    path = Path(name)
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


GOOD = ("单号,客户ID,下单日期,金额,天气", 'S1,C1,2026/9/1,"1,200",晴', "S2,C2,2026年9月2日,3万,")


def test_a_dry_run_shows_and_writes_nothing(run: Run, into: Path) -> None:
    before = into.read_bytes()
    code, out, _ = run(export("9月.csv", *GOOD), "--into", into, "--dry-run")
    assert code == 0
    assert "订单：新增 2，补充 0，变动 0，相同 0，搁置 0" in out
    assert "没有导入：“天气”" in out
    assert into.read_bytes() == before


def test_a_folder_of_monthly_exports(run: Run, into: Path) -> None:
    Path("导出").mkdir()
    export("导出/2026-08.csv", "单号,客户ID,下单日期,金额", "S0,C1,2026-08-01,7", "S1,C1,2026-09-01,1200")
    export("导出/2026-09.csv", *GOOD, encoding="gb18030")
    export("导出/~$2026-09.xlsx", "x")
    export("导出/说明.docx", "x")
    code, out, _ = run("导出", "--into", into)
    assert (code, count(into)) == (0, 3)
    assert "1 个文件不是数据文件，没有导入：说明.docx" in out
    assert "导入完成：“订单”新增 3 行、相同 1 行。" in out
    before = into.read_bytes()
    code, out, _ = run("导出", "--into", into)
    assert "核对完成：“订单”相同 4 行；工作簿没有改动。" in out
    assert into.read_bytes() == before


def test_a_mapping_is_drafted_filled_in_and_remembered(run: Run, into: Path, config: Path) -> None:
    file = export("奇怪.csv", "流水,客户ID,下单日期,金额", "S1,C1,2026/9/1,5")
    before = into.read_bytes()
    code, _, err = run(file, "--into", into)
    assert code == 2
    assert "“订单”缺少必填列 “订单编号”" in err and "--map" in err
    code, out, _ = run(file, "--into", into, "--map", "我的.toml")
    assert code == 0 and "草稿" in out
    draft = Path("我的.toml").read_text(encoding="utf-8")
    assert '# "订单编号" = ""' in draft and "#   流水" in draft
    assert into.read_bytes() == before and not config.exists()
    Path("我的.toml").write_text(draft.replace('# "订单编号" = ""', '"订单编号" = "流水"'), encoding="utf-8")
    code, out, _ = run(file, "--into", into, "--map", "我的.toml")
    assert (code, count(into)) == (0, 1)
    # Next month: another name, another order of columns, no --map.
    moved = export("十月.csv", "金额,流水,下单日期,客户ID", "9,S2,2026/10/1,C1")
    code, out, _ = run(moved, "--into", into)
    assert (code, count(into)) == (0, 2)
    assert "沿用上次确认的对照表" in out
    code, _, err = run(moved, "--into", into, "--fresh")
    assert code == 2 and "缺少必填列" in err


def test_a_person_is_asked_for_the_missing_columns_once(
    run: Run, into: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = export("奇怪.csv", "流水,客户ID,下单日期,数目", "S1,C1,2026/9/1,5")
    answers = iter(["流水帐", "流水", "数目"])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: next(answers))
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: True)
    code, out, _ = run(file, "--into", into)
    assert (code, count(into)) == (0, 1)
    assert "还没有用到的标题有 “流水”、“数目”" in out
    assert len(list((config / "mappings").iterdir())) == 1
    code, out, _ = run(file, "--into", into)  # nobody is asked again: no answers are left
    assert code == 0 and "相同 1" in out


def test_a_person_who_says_no_or_gives_up_changes_nothing(
    run: Run, into: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = into.read_bytes()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: False)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "")
    code, out, _ = run(export("9月.csv", *GOOD), "--into", into)
    assert code == 0 and "已取消，文件未改动。" in out
    code, _, err = run(export("奇怪.csv", "流水,客户ID,下单日期,金额", "S1,C1,2026/9/1,5"), "--into", into)
    assert code == 2 and "缺少必填列" in err
    assert into.read_bytes() == before and not config.exists()


@pytest.mark.parametrize(
    ("name", "content", "options", "problem"),
    [
        ("a.xlsx", b"\x89PNG\r\n\x1a\n\0\0", [], "不是文本文件"),
        ("a.xlsx", b"PK\x03\x04 broken", [], "压缩文件已损坏"),
        ("a.xls", b"<html><table></table></html>", [], "网页格式"),
        ("a.csv", b"\xff\xff\x80,\xfe\n", [], "看不出文件的编码"),
        ("a.csv", b"", [], "文件是空的"),
        ("a.csv", "甲,乙\n1,2\n".encode(), [], "看不出是哪张表"),
        ("a.csv", "单号,客户ID,下单日期\n1,2,3\n".encode(), [], "缺少必填列 “订单金额(元)”"),
        ("a.csv", "\n".join(GOOD).encode(), ["--table", "发票"], "没有可以导入的表“发票”"),
        ("a.csv", "\n".join(GOOD).encode(), ["--sheet", "明细"], "文本文件没有工作表"),
        ("a.csv", "\n".join(GOOD).encode(), ["--map", "没有"], "找不到或打不开映射文件"),
        ("a.csv", "\n".join(GOOD).encode(), ["--sql-table", "x"], "只用于数据库地址"),
        ("a.csv", "工单编号,客户编号,提交时间\nT1,C1,2026-01-01\n".encode(), [], "工作簿里没有表"),
    ],
)
def test_a_fault_is_one_sentence_and_nothing_is_written(
    run: Run, into: Path, name: str, content: bytes, options: list[str], problem: str
) -> None:
    Path(name).write_bytes(content)
    before = into.read_bytes()
    code, out, err = run(name, "--into", into, *options)
    assert code == 2
    assert problem in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in out + err
    assert into.read_bytes() == before


def test_a_mapping_without_a_required_column_writes_nothing(run: Run, into: Path) -> None:
    Path("m.toml").write_text('table = "tblOrders"\n[columns]\norder_id = "单号"\n', encoding="utf-8")
    before = into.read_bytes()
    code, _, err = run(export("9月.csv", *GOOD), "--into", into, "--map", "m.toml")
    assert code == 2
    assert "没有写必填列 “customer_id（客户编号）”、“order_date（订单日期）”、“amount（订单金额(元)）”" in err
    assert into.read_bytes() == before


def test_the_password_of_a_database_that_is_down_is_not_told(run: Run, into: Path) -> None:
    address = "postgresql+psycopg://sales:geheim-1@127.0.0.1:1/crm"
    code, out, err = run(address, "--sql-table", "orders", "--into", into)
    assert code == 2
    assert "连不上" in err and "geheim" not in out + err


def test_formulas_in_the_table_are_not_lost(run: Run, tmp_path: Path) -> None:
    rows = [["S9", "C1", None, ("=1+1", 2), None]]
    path = book(tmp_path / "公式.xlsx", {"tblOrders": ("订单", 1, 1, ORDERS, rows)})
    before = path.read_bytes()
    code, _, err = run(export("9月.csv", *GOOD), "--into", path)
    assert code == 2
    assert err.startswith("订单!D2：表“订单”里有公式")
    assert path.read_bytes() == before


def test_many_changes_are_counted_and_ten_shown(run: Run, tmp_path: Path) -> None:
    rows = [[f"C{number}", f"客户{number}", "华东"] for number in range(20)]
    path = book(tmp_path / "a.xlsx", {"tblCustomers": ("客户", 1, 1, CUSTOMERS, rows)})
    lines = [f"C{number},客户{number},华南" for number in range(20)]
    code, out, _ = run(export("客户.csv", "客户编号,客户名称,区域", *lines), "--into", path)
    assert code == 0
    assert out.count("变动 客户!C") == cli_import._MOST_LINES
    assert "……共 20 处变动" in out and "--update" in out
    assert "有变动未更新 20 行；工作簿没有改动。" in out


def test_every_sheet_that_is_a_table_comes_in(run: Run, into: Path, tmp_path: Path) -> None:
    source = book(
        tmp_path / "导出.xlsx",
        {
            "tblAugust": ("八月", 3, 2, ORDERS, [["S1", "C1", "2026-08-01", 5, "甲"]]),
            "tblSeptember": ("九月", 1, 1, ORDERS, [["S2", "C1", "2026-09-01", 6, "甲"]]),
            "tblNotes": ("说明", 1, 1, ("事项", "内容"), [["x", "y"]]),
        },
    )
    code, out, _ = run(source, "--into", into)
    assert (code, count(into)) == (0, 2)
    assert "导出.xlsx 说明：看不出是哪张表，没有导入。" in out
    code, _, err = run(source, "--into", into, "--sheet", "说明")
    assert code == 2 and "看不出是哪张表" in err


def test_every_row_set_aside_is_listed_in_the_report(run: Run, into: Path) -> None:
    lines = [f"S{number},=C{number},坏日期,5" for number in range(12)]
    file = export("9月.csv", "单号,客户ID,下单日期,金额", *lines)
    code, out, _ = run(file, "--into", into, "--report", "搁置.csv")
    assert code == 0
    assert "  搁置 无法识别 12 行：9月.csv 第2行“下单日期”“坏日期”、" in out
    assert "搁置的 12 行已列入 搁置.csv。" in out
    report = Path("搁置.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(report) == 13
    assert "9月.csv 第13行“下单日期”" in report[-1]
