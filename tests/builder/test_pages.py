"""The generated pages: committed as the declarations make them, and true to the program."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import crm_xl
from crm_xl.analysis.ledger import EXPLANATION
from crm_xl.analysis.pipeline import analyze
from crm_xl.builder.build import refreshed
from crm_xl.builder.draft import Draft
from crm_xl.builder.explained import EXPLAINED, explanation
from crm_xl.builder.help_texts import NUMBERS
from crm_xl.builder.number_reference import number_reference
from crm_xl.builder.pages import PAGES
from crm_xl.builder.parameter_reference import AFFECTED, parameter_reference
from crm_xl.builder.specs import WORKBOOK
from crm_xl.builder.troubles import TROUBLES, trouble_page
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.tables import INPUTS, OUTPUTS, PARAMETERS, TABLES
from crm_xl.tables import parameters as p
from crm_xl.tables.outputs import METRICS, SCORES
from crm_xl.tables.shipped import SHIPPED

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = Path(crm_xl.__file__).parent
GAP = "…"
# Group of settings -> changes each of which shows in some of the outputs that the page names for it.
CHANGES: dict[str, tuple[dict[str, object], ...]] = {
    "期间与范围": ({"分析日期": "2026-06-30"},),
    "数据清洗": ({"异常值倍数k": 10, "复核提醒天数": 90},),
    "评分与分级": ({"默认评分卡": p.CARD_FOUR}, {"活跃月数": 2, "沉默月数": 4}),
    "RFM": ({"RFM打分方法": p.RFM_FIXED}, {"客户等级(RFM)方案": p.SCHEME_EIGHT}),
    "权重": ({"指标权重来源": p.WEIGHTS_EQUAL}, {"AHP随机一致性指标": p.RI_SAATY_2005}),
    "分类方案": ({"矩阵界限取法": p.CUT_MEDIAN, "潜在客户评分维度": "客户风险"},),
    "行为标签": ({"高活跃登录下限": 22, "低活跃登录界限": 12},),
    "分级变动": ({"金额变动触发比例": 0.9, "得分越界幅度": 10},),
    "流失预警": ({"预警回看月数": 12, "互动减少最低基数": 0, "跟进减少最低基数": 0},),
    "服务与流失报表": ({"超时响应界限": 4, "合作时长分段一": 2, "流失共性偶然概率上限": 0.5},),
    "跟进计划": ({"跟进计划依据": p.PLAN_NONE},),
    "报表": ({"拐点显著度": 0.05, "拐点最小基数": 0},),
    "抽样核查": ({"抽样种子": 2},),
    "报告": (),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_committed_page_is_what_the_declarations_make(name: str) -> None:
    assert (REPOSITORY / name).read_text(encoding="utf-8") == PAGES[name](), "run: python dev.py build"


def test_the_reference_of_parameters_tells_of_every_one() -> None:
    text = parameter_reference()
    settings = text.split("\n## 各参数表\n")[0]
    for setting in p.GENERAL:
        (row,) = re.findall(
            rf"^\| {re.escape(setting.title)}(?:\({re.escape(setting.unit)}\))? \|.*$", settings, re.MULTILINE
        )
        assert setting.note in row
        assert all(choice in row for choice in setting.choices)
    for table in PARAMETERS:
        if not table.above and table is not p.SETTINGS_TABLE:
            section = text.split(f"\n### {table.title}\n")[1].split("\n### ")[0]
            assert all(f"\n| {column.title}" in section for column in table)
            assert f"出厂的 {len(SHIPPED[table.name])} 行" in section


def test_the_reference_of_numbers_tells_of_every_column() -> None:
    text = number_reference()
    assert EXPLAINED
    for table in EXPLAINED:
        assert all(column.title in text and column.note in text for column in table), table.title
        assert table.note in text
    assert all(f"**{name}**：{said}" in text for name, said in NUMBERS)
    assert all(f"| {rule.value} | {said} |" in text for rule, said in EXPLANATION.items())


def test_a_column_taken_over_says_what_its_first_table_says() -> None:
    gap, own = TABLES["tblWarnings"].column("gap_ratio"), METRICS.column("gap_ratio")
    assert explanation(TABLES["tblWarnings"], gap) == f"同“客户指标”：{own.note}"
    assert explanation(METRICS, own) == own.note
    assert explanation(SCORES, SCORES.column("owner")) == ""


def sentences() -> Iterator[str]:
    """Every text in the package, as the program says it, … for what is put in; the troubles' own file left out."""
    for path in PACKAGE.rglob("*.py"):
        if path.name != "troubles.py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    yield "".join(
                        str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values
                    )
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_every_message_quoted_among_the_troubles_is_one_the_program_says() -> None:
    said = "\n".join(sentences())
    quoted = [message for trouble in TROUBLES for message in trouble.says]
    assert len(quoted) > 30
    assert [message for message in quoted if message not in said] == []
    assert "文件被锁住了，无法写入。" not in said  # the test can fail


def test_symptoms_are_told_once_and_pages_they_send_to_exist() -> None:
    assert len({trouble.symptom for trouble in TROUBLES}) == len(TROUBLES)
    pages = {trouble.more for trouble in TROUBLES if trouble.more}
    assert pages and all((REPOSITORY / "docs" / "manual" / page).exists() for page in pages)
    assert all(f"**{trouble.symptom}**" in trouble_page() for trouble in TROUBLES)


def test_settings_that_troubles_name_exist() -> None:
    text = " ".join(trouble.remedy + trouble.cause for trouble in TROUBLES)
    titles = {setting.title for setting in p.GENERAL}
    for name in ("指标最低覆盖率", "疑似重复相似度", "计算存活概率"):
        assert f"“{name}”" in text and name in titles


def test_every_group_of_settings_says_what_it_decides() -> None:
    assert set(AFFECTED) == {setting.group for setting in p.GENERAL} == set(CHANGES)


@pytest.fixture(scope="module")
def workbook() -> dict[str, RawTable]:
    """What a refresh of the shipped workbook reads: sample rows, and the history of its earlier refreshes."""
    kept_up = (table for table in OUTPUTS if table.kept_up)
    return refreshed(Draft(WORKBOOK)).read([table.name for table in (*INPUTS, *PARAMETERS, *kept_up)])


def computed(workbook: dict[str, RawTable], changes: dict[str, object]) -> dict[str, pd.DataFrame]:
    """Every table of an analysis with some settings changed."""
    raw = workbook[p.SETTINGS_TABLE.name]
    settings = pd.DataFrame(dict(zip(raw.headings, raw.columns, strict=True)))
    assert set(changes) <= set(settings["设置项"])
    values = [
        changes.get(title, value) for title, value in zip(settings["设置项"], settings["值"], strict=True)
    ]
    settings = settings.assign(值=pd.Series(values, dtype=object))
    results = analyze({**workbook, p.SETTINGS_TABLE.name: settings}, today="2026-12-31")
    return {**results.kept_up, **results.tables}


@pytest.mark.slow
def test_every_output_named_for_a_group_of_settings_changes_with_it(workbook: dict[str, RawTable]) -> None:
    before = computed(workbook, {})
    for group, changes in CHANGES.items():
        after = [computed(workbook, each) for each in changes]

        def moved(table: Table, after: list[dict[str, pd.DataFrame]] = after) -> bool:
            return any(not tables[table.name].equals(before[table.name]) for tables in after)

        _, named = AFFECTED[group]
        assert [table.title for table in named if not moved(table)] == [], group
