"""The manual's page of each guide tells the truth: its figures are those of the shipped sample, what it names exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from crm_xl.builder.build import refreshed
from crm_xl.builder.draft import Draft
from crm_xl.builder.specs import (
    CRM_REPORTS,
    CUSTOMER_RELATIONSHIP,
    INFORMATION_REPORT,
    SALES_TEAM,
    BookSpec,
)
from crm_xl.cli import app
from crm_xl.schema import Role
from crm_xl.tables import parameters as p

MANUAL = Path(__file__).resolve().parents[1] / "docs" / "manual"
LARGEST_PICTURE = 250_000


class Shown:
    """The template with its samples, as it is handed out."""

    def __init__(self, spec: BookSpec) -> None:
        self.spec = spec
        self.draft = refreshed(Draft(spec))

    def __getitem__(self, name: str) -> pd.DataFrame:
        block = self.draft.blocks[name]
        frame = pd.DataFrame(block.rows, columns=list(block.headings)).replace("", None)
        return frame.dropna(how="all")

    def row(self, name: str, **where: str) -> pd.Series:
        """The only row with these values."""
        frame = self[name]
        for heading, value in where.items():
            frame = frame[frame[heading] == value]
        (found,) = frame.to_dict("records")
        return pd.Series(found)


def relationship(shown: Shown) -> Iterator[str]:
    table, warnings = shown["tblRelation"], shown["tblWarnings"]
    value, activity = table["价值层级"].value_counts(), table["活跃度层级"].value_counts()
    potential = table["潜力层级"].value_counts()
    amount = table["分析周期内订单总额(万元)"]
    high = amount[table["价值层级"] == "高价值"].sum() / amount.sum()
    bought = len(table) - value["无交易"]
    yield f"{len(table)} 家客户"
    yield f"有过订单的 {bought} 家中，{value['高价值']} 家高价值、{value['中价值']} 家中价值、{value['低价值']} 家低价值"
    yield f"高价值客户贡献了 {amount.sum():,.1f} 万元中的 {high:.1%}"
    yield f"{activity['活跃']} 家活跃、{activity['沉默']} 家沉默、{activity['流失']} 家流失、{activity['无交易']} 家无交易"
    silent = (table["价值层级"] == "高价值") & (table["活跃度层级"] == "沉默")
    yield f"“高价值 × 沉默”：{silent.sum()} 家"
    assert set(table.loc[silent, "维护策略"]) == {"重点唤回"}
    yield f"示例有 {potential['高潜力']} 家高潜力；缺一项的 {potential['待评估']} 家为待评估"
    first = warnings.iloc[0]
    yield f"列出 {len(warnings)} 家，其中高 {(warnings['预警级别'] == '高').sum()} 家"
    yield f"排在第一的 {first['客户编号']} 符合 {first['符合规则数']:.0f} 条：沉默、间隔过长、金额下降、互动减少"
    for said in ("沉默：", "平均间隔", "金额", "互动"):
        assert said in first["预警原因"]


def sales_team(shown: Shown) -> Iterator[str]:
    table, levels = shown["tblValueAssessment"], shown["tblLevelSummary"]
    count = table["优先级"].str[:1].value_counts()
    yield f"{len(table)} 家客户"
    yield f"S {count['S']} 家、A {count['A']} 家、B {count['B']} 家、C {count['C']} 家；{count['待']} 家"
    first = table.iloc[0]
    yield f"排在第一的 {first['客户ID']} 得 {first['综合得分(满分100)']:.1f} 分"
    yield "；".join(first["得分解释"].split("；")[:2]) + "……"
    yield f"> {levels.iloc[0]['核心特征']}\n"
    notes = shown["tblOpportunityNotes"]
    yield f"示例共 {len(notes)} 条"
    yield f"> {notes.iloc[0]['发现']}\n"


def information_report(shown: Shown) -> Iterator[str]:
    structure, base, advice = shown["tblStructure"], shown["tblBaseValue"], shown["tblImprovement"]
    yield f"{len(base)} 家客户"
    money = shown["tblBalance"].set_index("项目")["金额(元)"].map(lambda yuan: f"{yuan:,.0f}")
    kept, cancelled, aside = money["保留净额"], money["取消与退款"], money["搁置"]
    yield f"读入 {money['读入总额']} 元，保留净额 {kept} 元，取消与退款 {cancelled} 元，搁置 {aside} 元"
    yield f"{kept} + {cancelled} + {aside} = {money['读入总额']}"
    groups = structure.set_index("客群")
    industry, size = groups.loc["制造业"], groups.loc["1000人以上"]
    yield f"制造业 {industry['客户数(家)']:.0f} 家，{industry['核心客群']}"
    yield f"1000人以上的只有 {size['客户数(家)']:.0f} 家，{size['核心客群'].split('，')[1]}"
    behaviour = shown["tblBehaviourCompare"].set_index("客群")
    use = "核心功能使用率(%)"
    everybody, least = behaviour.loc["全部客户"], behaviour.loc["教育"]
    yield f"平均登录 {everybody['产品登录频次(次/月)']:.1f} 次/月，核心功能使用率 {everybody[use]:.1%}"
    yield f"教育行业的使用率 {least[use]:.1%}，比全体低 {-least['使用率与全体相差(百分点)']:.1f} 个百分点"
    persons = behaviour.loc["个人客户"].iloc[0]
    yield f"只有 {persons['客户数(家)']:.0f} 家的“个人客户”不给出均值"
    assert pd.isna(persons[use])
    grade = base["客户等级(RFM)"].value_counts()
    yield f"高价值客户 {grade['高价值客户']} 家、潜力客户 {grade['潜力客户']} 家、流失风险客户 {grade['流失风险客户']} 家"
    yield f"{grade['一般客户（未归类）']} 家写作“一般客户（未归类）”，没有订单的 {grade['无交易']} 家"
    first = shown.row("tblBaseValue", 客户编号="C0001")
    orders = round(1 / (1 - first["复购率"]))
    yield f"C0001 下过 {orders} 单，{first['复购率']:.1%}"
    written = (advice["来源"].str.startswith("填写")).sum()
    yield f"填写的 {written} 行之后，数据建议 {len(advice) - written} 行"


def reports(shown: Shown) -> Iterator[str]:
    owners, service = shown["tblOwnerCompare"].set_index("销售负责人"), shown["tblServiceReport"]
    team = owners.loc["团队"]
    yield f"{len(shown['tblCustomers']['客户编号'].unique())} 家客户"
    yield f"{team['成交金额(万元)']:,.1f} 万元、{team['订单数']:,.0f} 单，客单价 {team['客单价(万元)'] * 1e4:,.0f} 元"
    yield f"> {owners.loc['林涛', '对比结论']}\n"
    month = shown.row("tblCompare", 周期="月", 指标="成交金额")
    yield month["结论"]
    whole = service[service["维度"] == "合计"].iloc[0]
    yield (
        f"{whole['工单数(件)']:.0f} 件工单，平均响应 {whole['平均响应时长(小时)']:.1f} 小时，"
        f"中位数 {whole['响应时长中位数(小时)']:.1f} 小时，超时 {whole['超时响应占比']:.1%}，"
        f"CSAT {whole['客户满意度CSAT']:.2f}，NPS {whole['NPS']:.0f}"
    )
    issue = shown["tblServiceTypes"].iloc[0]
    yield f"投诉里{issue['问题类型']}占 {issue['投诉占比']:.1%}"
    churn = shown["tblChurnReport"]
    lost, industry = (churn[churn["分组"] == name].iloc[0] for name in ("全部客户", "制造业"))
    yield f"期初活跃 {lost['期初活跃(家)']:.0f} 家，流失 {lost['流失客户(家)']:.0f} 家，流失率 {lost['流失率']:.1%}"
    yield f"制造业 {industry['流失客户(家)']:.0f} 家，流失率 {industry['流失率']:.1%}"
    campaigns = shown["tblCampaignReport"].set_index("活动")["ROI"]
    yield f"行业沙龙 ROI {campaigns['行业沙龙']:.0%}，年中促销 ROI {campaigns['年中促销']:.0%}"
    checks = shown["tblChecks"]
    ties = checks[checks["检查项"].str.contains("成交金额合计＝所选订单净额")]
    assert len(ties) >= 3 and set(ties["结果"]) == {"✔"}


Facts = Callable[[Shown], Iterator[str]]
PAGES: dict[str, tuple[BookSpec, Facts]] = {
    "relationship": (CUSTOMER_RELATIONSHIP, relationship),
    "sales-team": (SALES_TEAM, sales_team),
    "information-report": (INFORMATION_REPORT, information_report),
    "reports": (CRM_REPORTS, reports),
}
NAMED = pytest.mark.parametrize("name", PAGES)


def text_of(name: str) -> str:
    return (MANUAL / f"{name}.zh-CN.md").read_text(encoding="utf-8")


def rows_below(text: str, heading: str) -> list[tuple[str, ...]]:
    """The rows of the page's only table with that first heading."""
    (body,) = re.findall(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [tuple(cell.strip() for cell in line.strip("|\n ").split("|")) for line in body.splitlines()]


@NAMED
def test_every_figure_is_that_of_the_sample(name: str) -> None:
    text = text_of(name)
    spec, facts = PAGES[name]
    told = list(facts(Shown(spec)))
    assert [fact for fact in told if fact not in text] == []
    assert len(told) >= 7


@NAMED
def test_tables_columns_and_settings_it_names_are_in_its_template(name: str) -> None:
    text = text_of(name)
    spec, _ = PAGES[name]
    inputs = {table.title: table for table in spec.of_role(Role.INPUT)}
    outputs = {table.title for table in spec.tables if table.role is not Role.PARAMETER}
    for title, columns, *_ in rows_below(text, "填写的表"):
        assert set(columns.split("、")) <= set(inputs[title].titles), title
        required = {column.title for column in inputs[title].required}
        assert required - {"客户名称"} <= set(columns.split("、")), title
    assert {row[0] for row in rows_below(text, "输出的表")} <= outputs
    settings = {own.title for own in p.GENERAL} | {table.title for table in spec.of_role(Role.PARAMETER)}
    for _, named in rows_below(text, "想改"):
        assert set(named.split("、")) <= settings, named
    if "看哪里" in text:
        assert {row[0] for row in rows_below(text, "看哪里")} <= outputs


@NAMED
def test_commands_links_and_pictures_it_names_are_there(name: str) -> None:
    text = text_of(name)
    spec, _ = PAGES[name]
    assert f"`crm-xl template {spec.name}`" in text
    known = CliRunner().invoke(app, ["--help"]).output
    assert {command for command in re.findall(r"crm-xl (\w+)", text) if command not in known} == set()
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert [link for link in links if not (MANUAL / link).exists()] == []
    pictures = [MANUAL / link for link in links if link.endswith(".png")]
    assert pictures and all(picture.stat().st_size < LARGEST_PICTURE for picture in pictures)
