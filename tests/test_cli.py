"""The command line: what it prints, what it leaves untouched, how it exits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter

from crm_xl import CrmError, assets, cli
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.log import log_unexpected
from tests.support.command_line import Run, typed_at


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    return typed_at(monkeypatch, capsys)


@pytest.fixture
def workbook(tmp_path) -> Path:
    copy = tmp_path / "客户.xlsm"
    shutil.copyfile(assets.asset(assets.WORKBOOK), copy)
    return copy


def small_workbook(path: Path, **cells: object) -> Path:
    """One table tblOrders at A1 of the sheet 订单; keyword B2=… replaces a cell."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("订单")
    headings = ["订单编号", "客户编号", "订单日期", "订单金额(元)"]
    sheet.add_table(0, 0, 2, 3, {"name": "tblOrders", "columns": [{"header": h} for h in headings]})
    for row, values in enumerate((["1", "A", "2026-01-05", 100], ["2", "B", "2026-02-05", 200]), start=1):
        sheet.write_row(row, 0, values)
    for cell, value in cells.items():
        sheet.write(cell, value)
    book.close()
    return path


def test_demo_refreshes_a_copy_and_says_where_it_is(run, tmp_path):
    code, out, _ = run("demo")
    assert code == 0
    assert "战略级客户" in out and "合计" in out
    made = tmp_path / "output" / "CRM_Analysis.xlsm"
    assert made.is_file() and str(made) in out.replace("\n", "")
    assert made.read_bytes() != assets.asset(assets.WORKBOOK).read_bytes() or "完成" in out


def test_refresh_writes_the_file_and_keeps_the_one_before(run, workbook):
    before = workbook.read_bytes()
    code, out, _ = run("refresh", workbook)
    assert code == 0
    assert "完成：更新 400 家客户" in out
    backups = list(workbook.parent.rglob(f"{workbook.stem} *.xlsm"))
    assert [backup.read_bytes() for backup in backups] == [before]


def test_refresh_with_out_leaves_the_original_untouched(run, workbook, tmp_path):
    before = workbook.read_bytes()
    assert run("refresh", workbook, "--out", tmp_path / "结果.xlsm")[0] == 0
    assert workbook.read_bytes() == before
    assert (tmp_path / "结果.xlsm").is_file()


def test_refresh_tells_what_the_outputs_of_this_workbook_lack_and_of_no_other(run, tmp_path):
    path = tmp_path / "d.xlsx"
    book = xlsxwriter.Workbook(path)
    for sheet, name, headings in (
        ("客户", "tblCustomers", ["客户编号", "客户名称"]),
        ("分群", "tblRfmSummary", ["RFM分群"]),
    ):
        columns = [{"header": heading} for heading in headings]
        book.add_worksheet(sheet).add_table(0, 0, 1, len(headings) - 1, {"name": name, "columns": columns})
    book.close()
    code, out, _ = run("refresh", path)
    assert code == 0
    assert "缺少数据表“订单”" in out
    assert "互动记录" not in out


def test_check_writes_nothing_and_shows_the_balance(run, workbook):
    before = workbook.read_bytes()
    code, out, _ = run("check", workbook)
    assert code == 0
    assert "完全重复" in out and "✔" in out
    assert workbook.read_bytes() == before
    assert sorted(path.name for path in workbook.parent.iterdir()) == [workbook.name]


def test_check_tells_what_has_something_to_say_and_everything_only_when_asked(run, tmp_path):
    assert run("template", "customer_grading")[0] == 0
    _, short, _ = run("check", "customer_grading.xlsx")
    assert "完全重复" in short and "※" in short
    assert "计数" not in short and "✔ 毛额" in short and "按负责人合计" not in short
    # 2 rows set aside: the copies of a customer and of an order line.
    assert "读入 7 张表共" in short and "搁置 2 行" in short
    assert "项须处理" in short and "0 项须修改" in short
    _, whole, _ = run("check", "customer_grading.xlsx", "--all")
    assert "计数" in whole and "按负责人合计" in whole
    assert set(short.splitlines()[-1:]) <= set(whole.splitlines())


def test_check_of_an_empty_template_is_two_sentences(run, tmp_path):
    assert run("template", "crm_reports", "--empty")[0] == 0
    _, out, _ = run("check", "crm_reports.xlsx")
    assert out.splitlines() == [
        "读入 0 张表共 0 行，保留 0 行，搁置 0 行；另有 8 张表没有数据。",
        "数据核对：共 23 项：0 项须处理，0 项提醒。",
    ]


def test_template_lists_and_copies_and_never_overwrites(run, tmp_path):
    assert "customer_grading" in run("template")[1]
    assert run("template", "customer_grading")[0] == 0
    assert (tmp_path / "customer_grading.xlsx").is_file()
    code, _, err = run("template", "customer_grading")
    assert code == cli.USER_FAULT and "已存在" in err
    code, _, err = run("template", "没有这个")
    assert code == cli.USER_FAULT and "customer_grading" in err


def test_the_workbook_is_handed_out_like_a_template(run, tmp_path):
    assert run("template", "CRM_Analysis", "--out", "我的")[0] == 0
    assert Path("我的/CRM_Analysis.xlsm").read_bytes() == assets.asset(assets.WORKBOOK).read_bytes()


def test_an_empty_template_has_headings_and_no_samples(run, tmp_path):
    assert run("template", "customer_grading", "--empty")[0] == 0
    from crm_xl.books.file import FileBook

    read = FileBook(tmp_path / "customer_grading.xlsx").read(["tblCustomers", "tblTiers"])
    assert len(read["tblCustomers"]) == 0
    assert len(read["tblTiers"]) == 4


def test_a_fault_in_the_data_is_one_sentence_with_the_cell_and_exit_2(run, tmp_path):
    path = small_workbook(tmp_path / "a.xlsx", D1="金额合计")
    before = path.read_bytes()
    code, out, err = run("refresh", path)
    assert code == cli.USER_FAULT
    assert "订单金额(元)" in err and "金额合计" in err
    assert "Traceback" not in err + out
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "找不到"),
        (lambda path: path.write_text("客户编号,金额\n1,2\n", encoding="utf-8"), "xlsx"),
        (lambda path: path.write_bytes(b""), "xlsx"),
        (lambda path: path.mkdir(), "文件夹"),
        (lambda path: _without_tables(path), "没有可识别的数据表"),
    ],
    ids=["missing", "text", "empty", "folder", "no tables"],
)
def test_a_file_that_cannot_be_used_is_exit_2_with_a_remedy(run, tmp_path, make, words):
    path = tmp_path / "b.xlsx"
    make(path)
    code, _, err = run("refresh", path)
    assert code == cli.USER_FAULT
    assert words in err and "b.xlsx" in err


def _without_tables(path: Path) -> None:
    book = xlsxwriter.Workbook(path)
    book.add_worksheet()
    book.close()


def test_an_unexpected_error_is_exit_1_names_the_log_and_hides_the_traceback(run, monkeypatch, tmp_path):
    monkeypatch.setattr("crm_xl.log.user_log_path", lambda *_, **__: tmp_path)
    secret = "13800001234"
    monkeypatch.setattr("crm_xl.refreshing.analyze", _raise(RuntimeError(f"phone {secret}")))
    path = small_workbook(tmp_path / "c.xlsx")
    code, out, err = run("refresh", path)
    assert code == cli.OUR_FAULT
    assert "Traceback" not in err + out and "crm_xl.log" in err.replace("\n", "")
    log = (tmp_path / "crm_xl.log").read_text(encoding="utf-8")
    assert "RuntimeError" in log and secret not in log


def test_debug_shows_the_traceback(run, monkeypatch, tmp_path):
    monkeypatch.setattr("crm_xl.refreshing.analyze", _raise(RuntimeError("boom")))
    with pytest.raises(RuntimeError, match="boom"):
        run("refresh", small_workbook(tmp_path / "c.xlsx"), "--debug")


def test_ctrl_c_leaves_the_file_and_says_so(run, monkeypatch, tmp_path):
    monkeypatch.setattr("crm_xl.refreshing.analyze", _raise(KeyboardInterrupt()))
    path = small_workbook(tmp_path / "c.xlsx")
    before = path.read_bytes()
    code, _, err = run("refresh", path)
    assert code == cli.STOPPED and "未改动" in err
    assert path.read_bytes() == before


def _raise(error: BaseException):
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_help_lists_the_commands_without_loading_the_engine():
    lines = "import sys; sys.argv=['crm-xl','--help']\nfrom crm_xl.cli import main\n"
    lines += "try: main()\nexcept SystemExit: pass\n"
    lines += "print('LOADED', sorted({'pandas','numpy','lxml','xlsxwriter','xlwings'} & set(sys.modules)))"
    shown = subprocess.run(
        [sys.executable, "-c", lines],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ).stdout
    for command in ("demo", "refresh", "check", "build", "template"):
        assert command in shown
    assert "LOADED []" in shown


def test_the_log_keeps_places_and_no_messages(monkeypatch, tmp_path):
    monkeypatch.setattr("crm_xl.log.user_log_path", lambda *_, **__: tmp_path)
    try:
        raise CrmError("13800001234", where="订单!C17")
    except CrmError as error:
        text = log_unexpected(error).read_text(encoding="utf-8")
    assert "test_cli.py" in text and "13800001234" not in text


def test_adopting_a_draft_changes_the_parameters_and_shows_the_tiers(run, workbook):
    book = FileBook(workbook)
    draft = book.read(["tblDraft"])["tblDraft"]
    draft.columns[4][:] = None  # the sample tries other figures
    book.write({"tblDraft": Block(headings=draft.headings, rows=list(zip(*draft.columns, strict=True)))}, {})
    code, _, error = run("adopt", workbook)
    assert code == cli.USER_FAULT
    assert "模拟测算：没有填写与现用值不同的模拟值" in error
    book = FileBook(workbook)
    for at, name in enumerate(draft.columns[1]):
        if name == "重点级":
            draft.columns[4][at] = 80
    rows = list(zip(*draft.columns, strict=True))
    book.write({"tblDraft": Block(headings=draft.headings, rows=rows)}, {})
    code, out, _ = run("adopt", workbook)
    assert code == 0
    assert "参数表“客户分级”已更新" in out and "合计" in out
    assert FileBook(workbook).read(["tblTiers"])["tblTiers"].columns[2].tolist() == [90, 80, 60, None]


def test_doctor_tells_what_is_here_and_saves_it(run, tmp_path):
    code, out, _ = run("doctor", "--out", tmp_path / "诊断.txt")
    assert code in (0, cli.USER_FAULT)  # by what this machine has
    assert out.startswith("客户分析诊断") and "✔ 版本：crm_xl" in out
    assert (tmp_path / "诊断.txt").read_text(encoding="utf-8").strip() == out.strip()
    assert (code == cli.USER_FAULT) == ("✘" in out.replace("（✘）", ""))


def test_install_elsewhere_than_on_windows_names_the_way_out(run):
    code, _, err = run("install")
    assert code == cli.USER_FAULT and "crm-xl libreoffice install" in err


def test_upgrade_makes_a_copy_and_refuses_a_newer_workbook(run, tmp_path):
    path = tmp_path / "a.xlsx"
    shutil.copyfile(assets.asset("templates/customer_grading.xlsx"), path)
    code, out, _ = run("upgrade", path)
    assert code == 0 and "a_升级.xlsx" in out and (tmp_path / "a_升级.xlsx").is_file()
    FileBook(path).write({}, {"CRM_SCHEMA_VERSION": 99})
    code, _, err = run("upgrade", path, "--out", tmp_path / "b.xlsx")
    assert code == cli.USER_FAULT and "升级 crm_xl 程序" in err and not (tmp_path / "b.xlsx").exists()
    code, _, err = run("refresh", path)
    assert code == cli.USER_FAULT and "升级 crm_xl 程序" in err
