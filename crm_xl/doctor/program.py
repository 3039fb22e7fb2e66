"""What every system needs: versions, packages, shipped files, places to write, LibreOffice."""

from __future__ import annotations

import importlib.util
import platform
import re
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from crm_xl import assets, soffice
from crm_xl.books.file import FileBook
from crm_xl.books.version import version_fault, version_of
from crm_xl.doctor.finding import Finding, bad, good, not_here, note
from crm_xl.errors import CrmError
from crm_xl.extras import PURPOSES, install_command
from crm_xl.installing.layout import plan
from crm_xl.installing.machine import Machine
from crm_xl.log import log_file
from crm_xl.tables.cells import SCHEMA_VERSION, VERSION

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_PINNED = re.compile(r"==\s*([0-9.]+)")


def versions(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Of everything that has a part in a result."""
    parts = [f"crm_xl {metadata.version('crm-xl')}（表结构 {SCHEMA_VERSION}）"]
    parts += [f"{name} {metadata.version(name)}" for name in ("xlwings", "pandas", "numpy")]
    parts += [
        f"Python {platform.python_version()}（{machine.bits} 位）",
        f"{platform.system()} {platform.release()}",
    ]
    yield good("版本", "，".join(parts))


def packages(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """The packages we require, and which of the optional ones are missing."""
    absent: list[str] = []
    optional: dict[str, list[str]] = {}
    for text in metadata.requires("crm-xl") or []:
        named = _NAME.match(text)
        name = named[0] if named else text
        extra = re.search(r"""extra\s*==\s*['"](\w+)['"]""", text)
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = ""
        if extra is not None:
            if not found and extra[1] in PURPOSES:
                optional.setdefault(extra[1], []).append(name)
        elif not found:
            absent.append(name)
        elif (pin := _PINNED.search(text)) and pin[1] != found:
            absent.append(f"{name} {pin[1]}（现为 {found}）")
    if absent:
        yield bad(
            "程序包",
            f"缺少 {'、'.join(absent)}",
            "请重新安装 crm_xl。",
        )
    else:
        yield good("程序包", "必需的都已安装")
    for wanted, names in optional.items():
        yield note(
            f"可选：{PURPOSES[wanted]}",
            f"未安装（{'、'.join(names)}）",
            f"需要时运行：{install_command(wanted)}",
        )


def shipped(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """The workbook and the templates that come with the program."""
    try:
        assets.asset(assets.WORKBOOK)
    except CrmError as error:
        yield bad("随附文件", error.problem, error.hint)
        return
    yield good("随附文件", f"工作簿与 {len(assets.template_names())} 个模板")


def workbook(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Whether the workbook belongs to this program, and whether Windows holds it for a stranger's."""
    if workbook is None:
        return
    try:
        book = FileBook(workbook, read_only=True)
        version = version_of(book.value(VERSION.name))
    except CrmError as error:
        yield bad("工作簿", error.problem, error.hint)
        return
    if fault := version_fault(version):
        yield bad("工作簿", fault.problem, fault.hint)
    elif version is None:
        yield note("工作簿", "没有标明表结构版本，可能不是由 crm_xl 生成的")
    else:
        yield good("工作簿", f"表结构版本 {version}")
    if machine.windows and from_elsewhere(workbook):
        yield bad(
            "工作簿来源",
            "Windows 把它当作从网络或邮件得到的文件，其中的宏会被禁用",
            "请关闭工作簿，在文件上右键 → 属性 → 勾选“解除锁定”。",
        )


def from_elsewhere(path: Path) -> bool:
    """Whether Windows has marked a file as one from the internet (zone 3) or a restricted site (4)."""
    try:
        text = Path(f"{path}:Zone.Identifier").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return re.search(r"ZoneId\s*=\s*[34]", text) is not None


def libreoffice(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Whether LibreOffice is there and can run the add-in; with Excel it is not needed."""
    try:
        office = soffice.installed()
    except CrmError as error:
        if machine.windows:
            yield not_here("LibreOffice", f"{error.problem}使用 Excel 时不需要它。")
        else:
            yield bad("LibreOffice", error.problem, error.hint)
        return
    version = ".".join(map(str, office.python_version))
    yield good("LibreOffice", f"{office.program}，其 Python {version}")
    if soffice.add_in() is not None:
        yield good("LibreOffice 加载项", "已为当前用户安装")
    elif not machine.windows:
        yield note(
            "LibreOffice 加载项",
            "没有为当前用户安装，LibreOffice 里没有函数和“客户分析”菜单",
            "要用时关闭 LibreOffice，运行：crm-xl libreoffice install。",
        )
    if not soffice.has_writer(office):
        yield note(
            "LibreOffice Writer",
            "没有安装，报告不能另存为 PDF",
            "Debian、Ubuntu：sudo apt install libreoffice-writer。",
        )


def fonts(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Whether charts of a report can be drawn: they need a font with Chinese, and what draws them."""
    if importlib.util.find_spec("matplotlib") is None:
        return  # told among the packages
    from crm_xl.report.drawings import chinese_font

    if font := chinese_font():
        yield good("中文字体", font)
    else:
        yield note(
            "中文字体",
            "没有找到，报告里的图画不出来，界面上的汉字也可能是方框",
            "Debian、Ubuntu：sudo apt install fonts-noto-cjk；别的系统安装任意一种简体中文字体。",
        )


def writing(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Whether the program may write where it writes."""
    places = {"日志文件夹": log_file().parent}
    if workbook is not None:
        places["工作簿文件夹"] = workbook.resolve().parent
    elif machine.windows:
        places["文档"] = plan(machine).books.parent
    else:
        places["当前文件夹"] = Path.cwd()
    for title, folder in places.items():
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            yield bad(
                f"写入权限（{title}）",
                f"不能在 {folder} 里写文件：{error.strerror}",
                "请改用自己的文件夹；公司电脑请管理员在“受控文件夹访问”或杀毒软件中允许本程序。",
            )
        else:
            yield good(f"写入权限（{title}）", str(folder))
