"""What Excel on Windows needs, in the order in which a click on a button needs it.

Source of the checks: shared experience with xlwings (issues 1004, 1166, 1420, 1934, 2277, 2506) and the places where
Microsoft documents Office to keep its settings. None has been seen on a Windows machine yet.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import platform
import re
from collections.abc import Iterator
from functools import partial
from importlib import metadata
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from crm_xl.doctor.finding import Finding, bad, good, not_here, note
from crm_xl.installing.config import INTERPRETER, Setting, found_setting
from crm_xl.installing.environment import DLLS
from crm_xl.installing.layout import OTHER_HOME, WORKBOOK, is_store, plan
from crm_xl.installing.machine import (
    CLASSES,
    CURRENT_USER,
    LOCAL_MACHINE,
    Machine,
    encodable,
    expanded,
    inside,
)
from crm_xl.installing.record import read_record

CONFIG_SHEET = "xlwings.conf"
_OFFICE = r"SOFTWARE\Microsoft\Office"
_CLICK_TO_RUN = _OFFICE + r"\ClickToRun\Configuration"
_APP_PATH = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
_SECURITY = r"Software\Microsoft\Office\{}\Excel\Security"
_POLICY = r"Software\Policies\Microsoft\Office\{}\Excel\Security"
_ASR = r"SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
# Attack surface reduction: no Office program may start another one. 1 blocks, 2 only reports, 6 warns.
_NO_CHILDREN = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
_BLOCKS = ("1", "6")
_VERSION = "16.0"  # Office 2016, 2019, 2021, 2024 and 365
_ALL_MACROS, _NO_MACROS = 1, 4
_REINSTALL = "请重新运行安装程序 install.cmd。"
_ANTIVIRUS = "多半被杀毒软件移走了：请在它的隔离区恢复、信任该文件夹，再重新运行 install.cmd。"


def installed_workbook(machine: Machine) -> Path | None:
    """The workbook that the installation put there; None elsewhere or where there is none."""
    if not machine.windows:
        return None
    record = read_record(plan(machine))
    path = Path(record.books) / WORKBOOK if record else plan(machine).books / WORKBOOK
    return path if path.is_file() else None


def office(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Which Excel is there: its version, bitness, and whether it came from the Store."""
    if not machine.windows:
        yield not_here(
            "Excel",
            f"本机是 {platform.system()}，不能在 Excel 里使用函数与按钮；命令行（refresh、check、import 等）全部可用",
            "要在 Excel 里使用：在 Windows 电脑上双击发行包里的 install.cmd。"
            "在本机请用 LibreOffice：crm-xl libreoffice install。",
        )
        return
    path = machine.registry(LOCAL_MACHINE, _APP_PATH) or machine.registry(CURRENT_USER, _APP_PATH)
    if path is None:
        yield bad(
            "Excel", "没有找到桌面版 Excel", "请安装桌面版 Excel 2016 以上（WPS、网页版和手机版不行）。"
        )
        return
    version = machine.registry(LOCAL_MACHINE, _CLICK_TO_RUN, "VersionToReport") or "版本未知"
    if is_store(str(path)):
        yield bad(
            "Excel",
            f"{version}，来自微软商店：它不能启动 Python",
            "请卸载商店版 Office，从 office.com 登录帐户后安装桌面版。",
        )
        return
    bits = office_bits(machine)
    yield good("Excel", f"{version}，{f'{bits} 位' if bits else '位数未知'}，{path}")


def office_bits(machine: Machine) -> int | None:
    """32 or 64; None where the registry does not tell."""
    told = machine.registry(LOCAL_MACHINE, _CLICK_TO_RUN, "Platform")
    told = told or machine.registry(LOCAL_MACHINE, rf"{_OFFICE}\{_VERSION}\Outlook", "Bitness")
    return {"x64": 64, "x86": 32}.get(str(told))


def com_class(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Whether Excel.Application, the class that Python talks to, belongs to Excel."""
    if not machine.windows:
        return
    identifier = machine.registry(CLASSES, r"Excel.Application\CLSID")
    server = identifier and machine.registry(CLASSES, rf"CLSID\{identifier}\LocalServer32")
    if not server:
        yield bad(
            "Excel 的 COM 组件",
            "没有登记 Excel.Application",
            "请修复 Office：设置 → 应用 → Microsoft 365/Office → 修改 → 快速修复。",
        )
    elif "excel" not in str(server).lower():
        yield bad(
            "Excel 的 COM 组件",
            f"Excel.Application 被别的程序占用：{server}",
            "多半是 WPS：请在 WPS 的“配置工具 → 高级 → 兼容设置”里取消“与 Microsoft Office 兼容”，再修复 Office。",
        )
    else:
        yield good("Excel 的 COM 组件", "Excel.Application 属于 Excel")


def interpreter(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Which Python a click starts, by the order in which xlwings looks for it, and whether it can serve."""
    if not machine.windows:
        return
    found = _setting(machine, workbook, INTERPRETER)
    if found is None or not found.value.strip():
        where = "" if found is None else f"（{found.where}里是空白）"
        yield bad("解释器", f"xlwings 的配置里没有 {INTERPRETER}{where}，Excel 找不到 Python", _REINSTALL)
        return
    detail = f"{found.value}（{found.where}）"
    python = Path(found.value)
    packages = python.parent.parent / "Lib" / "site-packages"
    if not encodable(machine, found.value):
        yield bad(
            "解释器",
            f"{detail}：路径里有 VBA 打不开的字符",
            f"请换一个英文文件夹重新安装：{OTHER_HOME}。",
        )
    elif is_store(found.value):
        yield bad(
            "解释器", f"{detail}：来自微软商店，Excel 不能使用", f"请从 python.org 安装 Python。{_REINSTALL}"
        )
    elif not python.is_file():
        yield bad("解释器", f"{detail}：文件不存在", _REINSTALL)
    elif not (packages / "crm_xl").is_dir() and not list(packages.glob("crm_xl-*.dist-info")):
        yield bad(
            "解释器",
            f"{detail}：这个 Python 里没有 crm_xl",
            f"{_REINSTALL}您的 xlwings 若还用于别的工作簿，请在安装时放置的文件夹里使用本工作簿。",
        )
    elif not list(packages.glob("pywin32-*.dist-info")):
        yield bad("解释器", f"{detail}：缺少 pywin32，Python 不能与 Excel 通信", _REINSTALL)
    elif (base := _base_of(python.parent.parent)) is not None and not base.is_dir():
        yield bad(
            "解释器", f"{detail}：建立它的 Python（{base}）已被卸载", f"请装回那个 Python。{_REINSTALL}"
        )
    else:
        yield good("解释器", detail)


def dlls(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Whether the DLL that Excel loads lies beside that Python, is whole, and of the version the workbook names."""
    if not machine.windows:
        return
    found = _setting(machine, workbook, INTERPRETER)
    if found is None or not Path(found.value).is_file():
        yield bad("DLL", "没有可用的解释器，无从检查", _REINSTALL)
        return
    beside = Path(found.value).parent
    wanted = metadata.version("xlwings")
    bits = office_bits(machine)
    for pattern in DLLS:
        name = pattern.format(wanted)
        if bits is not None and str(bits) not in pattern:
            continue
        places = [folder / name for folder in (beside, beside.parent) if (folder / name).is_file()]
        if not places:
            others = sorted(
                each.name for folder in (beside, beside.parent) for each in folder.glob("xlwings*.dll")
            )
            if others:
                yield bad("DLL", f"有 {'、'.join(others)}，而工作簿需要 {name}", f"版本不一致。{_REINSTALL}")
            else:
                yield bad("DLL", f"{name} 不在解释器旁边", _ANTIVIRUS)
        elif not all(map(partial(_as_packed, beside.parent), places)):
            yield bad("DLL", f"{name} 与安装时不同，可能被改动", _ANTIVIRUS)
        else:
            yield good("DLL", f"{name} 在解释器旁边，版本相符")


def settings(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Settings of xlwings that keep a workbook with functions of its own from working."""
    if not machine.windows:
        return
    debugging = _setting(machine, workbook, "DEBUG UDFS")
    if debugging is not None and debugging.value.strip().lower() == "true":
        yield bad(
            "xlwings 设置",
            f"DEBUG UDFS 为 True（{debugging.where}），函数和按钮会等待一个调试程序",
            "请在该处把它改为 False。",
        )


def other_xlwings(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Whether an xlwings add-in of another kind is loaded too: told, since it is often suspected."""
    if not machine.windows:
        return
    start = Path(expanded(machine, "%APPDATA%")) / "Microsoft" / "Excel" / "XLSTART"
    if (start / "xlwings.xlam").is_file():
        yield note(
            "其他 xlwings", "Excel 还装有 xlwings 加载项；本工作簿自带所需的模块，不使用它，两者互不影响"
        )


def macros(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """What Excel does with macros, by policy or by the user's choice."""
    if not machine.windows:
        return
    policy = machine.registry(CURRENT_USER, _POLICY.format(_VERSION), "VBAWarnings")
    chosen = machine.registry(CURRENT_USER, _SECURITY.format(_VERSION), "VBAWarnings")
    told = chosen if policy is None else policy
    if told == _NO_MACROS:
        remedy = (
            "这是公司策略，请联系管理员；命令行 crm-xl refresh 不受影响。"
            if policy is not None
            else "请在 Excel 的 文件 → 选项 → 信任中心 → 宏设置 里改为“禁用所有宏，并发出通知”。"
        )
        yield bad("宏", "Excel 禁用了全部宏，且不提示", remedy)
    elif told == _ALL_MACROS:
        yield note("宏", "Excel 启用全部宏，不提示：可以使用，但不安全", "建议改为“禁用所有宏，并发出通知”。")
    else:
        yield good("宏", "打开工作簿时会提示“启用内容”")


def trusted(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Whether the workbook lies in a place that Excel trusts, where it need not ask about macros."""
    if not machine.windows:
        return
    folder = workbook.parent if workbook is not None else plan(machine).books
    base = _SECURITY.format(_VERSION) + r"\Trusted Locations"
    for key in machine.keys(CURRENT_USER, base):
        path = machine.registry(CURRENT_USER, rf"{base}\{key}", "Path")
        deep = machine.registry(CURRENT_USER, rf"{base}\{key}", "AllowSubFolders") == 1
        if path is None:
            continue
        place = expanded(machine, str(path))
        if inside(folder, place) and (deep or inside(place, folder)):
            yield good("受信任位置", f"{folder} 在受信任位置中")
            return
    yield note(
        "受信任位置",
        f"{folder} 不在受信任位置中，每次打开要点“启用内容”",
        "不想每次点：文件 → 选项 → 信任中心 → 受信任位置 → 添加新位置。只添加放本工作簿的文件夹。",
    )


def policies(machine: Machine, workbook: Path | None) -> Iterator[Finding]:
    """Whether Office may start Python at all."""
    if not machine.windows:
        return
    rule = machine.registry(LOCAL_MACHINE, _ASR, _NO_CHILDREN)
    if str(rule) in _BLOCKS:
        yield bad(
            "安全策略",
            "公司策略禁止 Office 启动其他程序，函数和按钮无法使用",
            "请管理员为 Excel 放行本程序的 python.exe（攻击面减少规则的排除项）；命令行 crm-xl refresh 不受影响。",
        )
    else:
        yield good("安全策略", "没有发现禁止 Office 启动 Python 的规则；杀毒软件自己的规则无法查看")


def sheet_settings(workbook: Path) -> dict[str, str]:
    """What the sheet xlwings.conf says, by key in capitals; as VBA reads it, down to the first blank key."""
    try:
        book = CalamineWorkbook.from_path(str(workbook))
        rows = book.get_sheet_by_name(CONFIG_SHEET).to_python(skip_empty_area=False)
    except (CalamineError, OSError):
        return {}
    found = {}
    for row in rows:
        key = str(row[0]).strip() if row else ""
        if not key:
            break
        found[key.upper()] = str(row[1]) if len(row) > 1 else ""
    return found


def _base_of(environment: Path) -> Path | None:
    """The folder of the Python that an environment was made from; None where it does not say."""
    try:
        text = (environment / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(r"^home\s*=\s*(.+?)\s*$", text, re.MULTILINE)
    return Path(found[1]) if found else None


def _setting(machine: Machine, workbook: Path | None, key: str) -> Setting | None:
    if workbook is None:
        return found_setting(machine, key, None, plan(machine).books)
    return found_setting(machine, key, sheet_settings(workbook), workbook.parent)


def _as_packed(environment: Path, dll: Path) -> bool:
    """Whether a DLL is what pip wrote down when it installed xlwings; yes where it wrote nothing down."""
    for record in (environment / "Lib" / "site-packages").glob("xlwings-*.dist-info/RECORD"):
        with record.open(encoding="utf-8", newline="") as lines:
            for path, mark, *_ in csv.reader(lines):
                if path.replace("\\", "/").rpartition("/")[2] == dll.name and mark.startswith("sha256="):
                    told = hashlib.sha256(dll.read_bytes()).digest()
                    return base64.urlsafe_b64encode(told).decode().rstrip("=") == mark.removeprefix("sha256=")
    return True
