"""What goes wrong, why, and what to do: shown on 说明 and written as the manual's page on it.

Messages stand as the program says them, with … where it puts names and numbers; a test finds each in the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crm_xl.builder.dictionary import markdown_row

_MACROS, _FUNCTIONS, _FILES, _DATA, _SPEED, _REPORT, _OFFICE = (
    "宏与按钮", "函数", "文件", "数据与结果", "速度", "报告", "LibreOffice",
)  # fmt: skip
_PAGES = {
    "../install.zh-CN.md": "安装说明",
    "../libreoffice.zh-CN.md": "在 LibreOffice 里使用",
    "../import.zh-CN.md": "导入你的数据",
    "../functions.md": "工作表函数",
    "numbers.zh-CN.md": "每个数怎么算",
    "parameters.zh-CN.md": "参数说明",
}
_INTRODUCTION = """\
# 出了问题

本页由程序里的声明生成（`python dev.py build`），与工作簿“说明”表的“常见问题”是同一份。
引号里是程序的原话，“…”处为具体的名称或数字。

先做两件事，多半就有答案：按功能区 **数据 → 检查数据**（或 `crm-xl check 文件`）看台账；
按 **帮助 → 诊断**（或 `crm-xl doctor`）看电脑。
出错时工作簿保持原样：要么全部写好，要么一个字不改。"""
_END = """\
## 还是不行

把下面三样发给支持人员，都不含客户数据：诊断报告（`crm-xl doctor --out 诊断.txt`）、日志（帮助 → 打开日志）、屏幕上那句话的截图。
要附上工作簿时，先做脱敏副本：`crm-xl mask 文件`。台账里每条规则的含义见[每个数怎么算](numbers.zh-CN.md#台账里的规则)。"""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One symptom: what people see, why, what to do, the program's own words for it, the page that says more."""

    group: str
    symptom: str
    cause: str
    remedy: str
    says: tuple[str, ...] = ()
    more: str = ""


TROUBLES: tuple[Trouble, ...] = (
    Trouble(
        group=_MACROS, symptom="宏被禁用",
        says=("宏尚未启用：请点击上方黄色提示条中的“启用内容”。",),
        cause="Excel 默认不运行来自邮件、网盘的文件里的宏，或公司策略禁用了宏。",
        remedy="点黄色提示条中的“启用内容”。没有这个按钮时关闭文件，在文件上右键 → 属性 → 勾选“解除锁定”，再打开。"
        "公司禁用宏时用命令行 crm-xl refresh，结果相同。",
        more="../install.zh-CN.md",
    ),
    Trouble(
        group=_MACROS, symptom="按钮没反应",
        says=("正在编辑单元格：请先按回车确认或按 Esc 取消，再按按钮。", "Excel 正在编辑单元格或开着对话框。"),
        cause="正在编辑单元格，或有对话框没有关闭。“撤销刷新”在没有可撤销的刷新时是灰色的。",
        remedy="按回车或 Esc，关闭对话框，再按一次。",
    ),
    Trouble(
        group=_MACROS, symptom="按钮说程序没有启动",
        says=("客户分析程序没有启动，已存的结果仍可查看；请确认已安装 Python 与 crm_xl。",),
        cause="Excel 找不到 Python：没有安装，位置变了，或其中的文件被移走。",
        remedy="开始菜单 → 客户分析 → 诊断，按 ✘ 后面的办法做；不行就用发行包再安装一次。",
        more="../install.zh-CN.md",
    ),
    Trouble(
        group=_MACROS, symptom="没有“客户分析”功能区",
        cause="打开的是不带宏的模板（.xlsx），或用的是 WPS、网页版、手机版。",
        remedy="要按钮和函数，请用桌面版 Excel 打开 CRM_Analysis.xlsm；模板保存并关闭后用 crm-xl refresh 刷新。",
    ),
    Trouble(
        group=_MACROS, symptom="杀毒软件拦截",
        says=(
            "多半被杀毒软件移走了：请在它的隔离区恢复并信任这个文件夹，再安装一次。",
            "多半是杀毒软件或公司策略拦截了其中的文件：请把这个文件夹加入信任后再试。",
        ),
        cause="Excel 启动 Python 的做法与一些恶意软件相似，DLL 会被误报。",
        remedy="在杀毒软件的隔离区恢复文件，信任程序文件夹，再安装一次；公司电脑请找管理员。",
        more="../install.zh-CN.md",
    ),
    Trouble(
        group=_FUNCTIONS, symptom="#NAME?",
        cause="Excel 不认识这个函数：没有启用宏，或公式写在了不带宏的模板里；在 LibreOffice 里是没有安装加载项。",
        remedy="启用宏；公式请写在 CRM_Analysis.xlsm 里；LibreOffice 运行 crm-xl libreoffice install。",
        more="../functions.md",
    ),
    Trouble(
        group=_FUNCTIONS, symptom="#VALUE! 等错误值",
        cause="参数填错了：文字当成了数字、区域少了一列、标题行没有包括在内等；所引用的单元格本身有错误值时，结果是同一个错误值。",
        remedy="在旁边写 =CRM_WHY(出错的单元格)，它用一句话说明原因和办法。",
        more="../functions.md",
    ),
    Trouble(
        group=_FUNCTIONS, symptom="CRM_WHY 没有答案",
        says=("没有记下原因：请选中该单元格，按 F2 再按回车重新计算，然后再看。",),
        cause="原因只记在当次打开的 Excel 里，重新打开工作簿后要重新计算一次。",
        remedy="选中出错的单元格，按 F2，再按回车。",
    ),
    Trouble(
        group=_FUNCTIONS, symptom="公式与结果表不同",
        cause="公式省略了参数区域（CRM_CARD 等），用的是出厂设置；或参数改过而没有刷新。",
        remedy="公式里写上参数区域，例如 =CUSTOMER_SCORE(B2:E2, CRM_CARD)；改参数后先按“刷新全部”。",
        more="../functions.md",
    ),
    Trouble(
        group=_FILES, symptom="文件被占用",
        says=("文件正在被打开，无法写入。", "文件被其他程序占用，或没有写入权限。"),
        cause="用命令行刷新时，文件还在 Excel、WPS 或 LibreOffice 里开着，或被同步盘锁住。",
        remedy="保存并关闭它再刷新。确认没有人打开时，删除同一文件夹里提示所说的锁文件（以 ~$ 或 .~lock. 开头）。",
    ),
    Trouble(
        group=_FILES, symptom="OneDrive、SharePoint 上的文件",
        says=(
            "工作簿还没有保存在本机，不知道写到哪个文件夹。", "文件是空的（0 字节）。",
            "文件在处理期间被别的程序或同事改动了，没有写入。",
        ),
        cause="Excel 里打开的是网上的地址，或同步盘还没有把内容下载完、正在同步。",
        remedy="把工作簿放在本机文件夹里使用；放在 OneDrive 文件夹里时，右键选“始终保留在此设备上”，等同步完成再刷新。",
    ),
    Trouble(
        group=_FILES, symptom="不能写入",
        says=(
            "文件是只读的，无法写入。", "没有权限在这个文件夹里写文件。", "工作表受保护，无法写入结果。",
            "磁盘空间不足，没有写入。",
        ),
        cause="文件或文件夹只读，结果表被保护，或磁盘满了。",
        remedy="按提示取消只读或撤消工作表保护；或把工作簿移到自己的文件夹；或用 --out 另存。",
    ),
    Trouble(
        group=_FILES, symptom="结果要盖住别的内容",
        says=("表 … 需要写入 … 行 … 列，会盖住这里已有的内容，没有写入。",),
        cause="您在结果表的下方或右侧写了东西，而这次的结果更长。",
        remedy="把提示所说的内容移到别的工作表，再刷新。",
    ),
    Trouble(
        group=_FILES, symptom="文件坏了，或想退回刷新之前",
        says=("工作簿已损坏，读不出来…。",),
        cause="磁盘、网络或别的程序损坏了文件；或者刷新之后想要原来的结果。",
        remedy="在 Excel 里按“撤销刷新”；用命令行刷新的，取工作簿旁边“备份”文件夹里的上一份（留最近五份）。",
    ),
    Trouble(
        group=_FILES, symptom="工作簿与程序版本不同",
        says=("工作簿的表结构（版本 …）比程序（版本 …）旧。", "工作簿的表结构（版本 …）比程序（版本 …）新。"),
        cause="程序升级后表的结构变了，或工作簿来自更新的程序。",
        remedy="旧工作簿：关闭后运行 crm-xl upgrade 文件，数据和参数带入新的一份。新工作簿：先更新程序。",
        more="../install.zh-CN.md",
    ),
    Trouble(
        group=_DATA, symptom="结果表写着缺少数据表",
        says=("缺少数据表“…”，补充后刷新即可得到本表。", "没有有效订单，无法确定分析日期"),
        cause="算这张表要用的输入表是空的，或工作簿里没有；没有订单又没有填分析日期时，什么都无从算起。",
        remedy="补上那张表（或在参数里填分析日期）再刷新；用不到的表不用管，其余结果表照常。",
    ),
    Trouble(
        group=_DATA, symptom="认不出数据表",
        says=("工作簿里没有可识别的数据表。", "从标题看不出是哪张表；现有标题：…。"),
        cause="工作簿里没有 tblCustomers 等名称的表格，或导入文件的标题不认识。",
        remedy="用 crm-xl template 取一份模板把数据贴进去；导入时写对照表。",
        more="../import.zh-CN.md",
    ),
    Trouble(
        group=_DATA, symptom="待评估很多",
        cause="评分卡要用的数据没有填，例如毛利、评估打分。“客户评分”的“说明”列写明每位客户缺什么。",
        remedy="补上数据；或在参数“评分指标”里去掉没有数据的指标；或把“指标最低覆盖率”调高，数据太少的指标就全体不用。",
        more="parameters.zh-CN.md",
    ),
    Trouble(
        group=_DATA, symptom="金额与自己加的不同",
        cause="结果是净额：退货已冲减，取消、重复、搁置的行不计，分析日期之后的不计，期间之外的不计。",
        remedy="看“数据质量”的金额平衡：读入总额 = 保留净额 + 取消 + 搁置；逐条见“数据质量台账”。",
        more="numbers.zh-CN.md",
    ),
    Trouble(
        group=_DATA, symptom="金额核对为 ✘（不平衡）",
        says=("✘ 不平衡",),
        cause="读入的钱与保留、冲减、取消、搁置之和对不上。正常数据不会这样，是程序的错。",
        remedy="请不要使用这次的结果，用 crm-xl mask 做一份脱敏副本发给支持人员。",
    ),
    Trouble(
        group=_DATA, symptom="编号被改成科学计数",
        says=(
            "编号已变成科学记数，后几位已丢失，请以文本格式重新导出",
            "编号超过15位且存为数字，后几位已丢失，请以文本格式重新导出",
        ),
        cause="表格软件把长编号当成了数字，1.23457E+17 这样的编号已找不回原来的数字，整行搁置。",
        remedy="从原系统重新导出；CSV 不要先双击打开再保存，直接用 crm-xl import 导入；"
        "粘贴前把目标列设为文本（模板里已是文本）。",
        more="../import.zh-CN.md",
    ),
    Trouble(
        group=_DATA, symptom="日期读错或被搁置",
        says=("不是日期，请写成 2024-03-05", "没有这一天或这一时刻"),
        cause="3/5/2024 分不清三月五日还是五月三日，24-3-5 的年份不全，程序不猜，整行搁置并列入台账。",
        remedy="写成 2024-03-05 或 2024年3月5日。日期晚于今天的行也搁置，多为年份录错。",
        more="../import.zh-CN.md",
    ),
    Trouble(
        group=_DATA, symptom="疑似重复",
        says=("没有待确认的疑似重复客户",),
        cause="两位客户的名称几乎相同，可能是同一家。程序只提示，不自己合并。",
        remedy="在“疑似重复”表的“合并”列填“是”（分析时并为一家，清空即撤销）或“否”（不再提示）。提示太多时调高参数“疑似重复相似度”。",
    ),
    Trouble(
        group=_DATA, symptom="金额差一万倍",
        says=("单位可能有误",),
        cause="订单金额按元，客户的年营收按万元；粘贴时元与万元弄混了。",
        remedy="按列标题里的单位改正；带单位的写法“1.2万”程序认得。",
    ),
    Trouble(
        group=_DATA, symptom="报表写着没有符合条件的数据",
        says=("没有符合所选条件的…（…）。",),
        cause="报表上方所选的期间、负责人、行业或区域里没有数据。",
        remedy="改选“全部”或别的期间再刷新。",
    ),
    Trouble(
        group=_DATA, symptom="参数报错，结果没有变",
        cause="参数填错了，例如权重合计不是100%。为免算出错误的结果，刷新停下来并说出单元格。",
        remedy="按那句话改正该单元格，再刷新；可填的内容见右边的“可填内容”。",
        more="parameters.zh-CN.md",
    ),
    Trouble(
        group=_DATA, symptom="导入以后结果没有变",
        says=("请按“刷新全部”更新分析结果。",),
        cause="导入只写入输入表。",
        remedy="再按“刷新全部”。重复导入同一文件不会产生重复数据。",
        more="../import.zh-CN.md",
    ),
    Trouble(
        group=_SPEED, symptom="刷新慢",
        cause="几十万行数据放在工作簿里，工作簿里有大量您自己的公式，或开着“计算存活概率”。",
        remedy="订单很多时不放进工作簿：crm-xl refresh 客户.xlsx --source 订单.csv --map 对照表.toml；"
        "不需要时把“计算存活概率”设为否。"
        "第一次按按钮要等 Python 启动，之后会快。",
        more="../import.zh-CN.md",
    ),
    Trouble(
        group=_SPEED, symptom="公式慢",
        cause="成千上万行逐格填了公式，每一格都要问一次 Python。",
        remedy="用一个公式引用整片区域，结果会自动向下溢出。",
        more="../functions.md",
    ),
    Trouble(
        group=_REPORT, symptom="报告没有图",
        says=("（本机没有中文字体，图未画出；数据见上表。）",),
        cause="画图要中文字体。Windows 自带；Linux 服务器常常没有。",
        remedy="安装一种中文字体（Debian、Ubuntu：fonts-noto-cjk），再生成一次。",
    ),
    Trouble(
        group=_REPORT, symptom="没有生成 PDF",
        says=("生成PDF需要 LibreOffice，本机没有找到。", "LibreOffice 没有生成PDF。"),
        cause="PDF 由 LibreOffice 转换。",
        remedy="安装 LibreOffice（含 Writer），或用 Word 打开报告另存为 PDF。",
    ),
    Trouble(
        group=_REPORT, symptom="不能生成报告",
        says=("生成报告所需的组件没有安装。",),
        cause="程序安装时没有带上报告的组件。",
        remedy="运行 crm-xl extra report，再生成一次。",
    ),
    Trouble(
        group=_OFFICE, symptom="LibreOffice 里装不上",
        says=("没有找到 LibreOffice。", "LibreOffice 没有带 Python（uno），加载项无法运行。"),
        cause="没有安装 LibreOffice，版本太旧，或没有带 Python。",
        remedy="按提示安装，关闭全部 LibreOffice 窗口，再运行 crm-xl libreoffice install。",
        more="../libreoffice.zh-CN.md",
    ),
    Trouble(
        group=_OFFICE, symptom="LibreOffice 里公式都出错",
        cause="打开的是 .xlsm，其中为 Excel 写的宏挡住了加载项。",
        remedy="运行 crm-xl libreoffice workbook 文件.xlsm，打开得到的 .xlsx。",
        more="../libreoffice.zh-CN.md",
    ),
    Trouble(
        group=_OFFICE, symptom="LibreOffice 里数组公式只有一格",
        cause="LibreOffice 7.4 不会自动溢出。",
        remedy="选中足够大的区域，按 Ctrl+Shift+Enter 输入。",
        more="../libreoffice.zh-CN.md",
    ),
)  # fmt: skip


def trouble_page() -> str:
    """Every trouble as Markdown, group by group."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    for group in dict.fromkeys(trouble.group for trouble in TROUBLES):
        yield from ("", f"## {group}", "", "| 现象 | 原因 | 办法 |", "|---|---|---|")
        for trouble in TROUBLES:
            if trouble.group == group:
                yield markdown_row((_symptom(trouble), trouble.cause, _remedy(trouble)))
    yield from ("", _END)


def _symptom(trouble: Trouble) -> str:
    return "<br>".join((f"**{trouble.symptom}**", *(f"“{message}”" for message in trouble.says)))


def _remedy(trouble: Trouble) -> str:
    return f"{trouble.remedy}见[{_PAGES[trouble.more]}]({trouble.more})。" if trouble.more else trouble.remedy
