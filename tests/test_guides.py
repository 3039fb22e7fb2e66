"""Every guide walked on its own template: typed by hand, refreshed, and compared with what was worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_xl.builder.specs import TEMPLATES
from crm_xl.tables import TABLES
from tests.support.walk import page_of, walk, worked_out

PAGES = sorted((Path(__file__).parent / "expected").glob("guide_*.md"))
# What a guide itself hands to people: every column of it is worked out on its page.
OWN_TABLES = {
    "guide_000": ("tblRelation",),
    "guide_001": (
        "tblBasicInfo",
        "tblValueAssessment",
        "tblTagBoard",
        "tblLevelSummary",
        "tblLevelTraits",
        "tblOpportunityNotes",
    ),
    "guide_002": (
        "tblBaseValue",
        "tblBehaviour",
        "tblBehaviourCompare",
        "tblImprovement",
        "tblStructure",
        "tblProfileTags",
    ),
    "guide_003": ("tblGradeStandard", "tblAssessmentCard", "tblTierSummary"),
    "guide_004": (
        "tblProfileReport",
        "tblSalesReport",
        "tblServiceReport",
        "tblChurnReport",
        "tblCampaignReport",
        "tblCompare",
        "tblOwnerCompare",
    ),
}


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_a_guide_comes_out_as_worked_out_by_hand(page: Path, tmp_path: Path) -> None:
    walked = walk(page.read_text(encoding="utf-8"), tmp_path)
    assert walked.wrong == []
    assert walked.customers >= 8
    for name in OWN_TABLES[page.stem]:
        assert set(TABLES[name].titles) == walked.checked[TABLES[name].title], name


SMALL = """模板：`customer_relationship`
### 填写 客户
| 客户编号 | 客户名称 | 客户类型 |
|---|---|---|
| 007 | 甲公司 | 企业 |
| 008 | 王小明 | 个人 |
### 填写 订单
| 订单编号 | 客户编号 | 订单日期 | 订单金额(元) |
|---|---|---|---|
| S1 | 007 | 2024-05-01 | 10000 |
| S2 | 007 | 2024-06-30 | 20000 |
### 刷新
### 核对 客户关系分析表
"""
HEAD = "| 客户编号 | 平均客单价(万元) | 最近交易时间 |\n|---|---|---|\n"
RIGHT = ("| 007 | 1.5 = 3 ÷ 2 | 2024-06-30 |", "| 008 | — | — |")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (RIGHT, ""),
        (("| 007 | 1.5 = 3 ÷ 3 | 2024-06-30 |", RIGHT[1]), "the page says 1.5 = 3 ÷ 3, which is 1.0"),
        (("| 007 | 1.6 | 2024-06-30 |", RIGHT[1]), "1.5 instead of 1.6"),
        (("| 007 | — | 2024-06-30 |", RIGHT[1]), "1.5 instead of a blank"),
        (("| 007 | 1.5 | 2024-06-29 |", RIGHT[1]), "2024-06-30 instead of 2024-06-29"),
        (("| 7 | 1.5 | 2024-06-30 |", RIGHT[1]), "'007' instead of '7'"),
        ((RIGHT[0], "| 008 | 0 | — |"), "blank instead of '0'"),
        (RIGHT[:1], "2 rows instead of 1"),
    ],
)
def test_a_page_that_is_not_true_is_told(rows: tuple[str, ...], said: str, tmp_path: Path) -> None:
    wrong = walk(SMALL + HEAD + "\n".join(rows), tmp_path).wrong
    assert len(wrong) == bool(said)
    assert said in "".join(wrong)


def test_a_page_speaks_of_what_its_template_has() -> None:
    pages = [page_of(page.read_text(encoding="utf-8")) for page in PAGES]
    assert [name for name, _ in pages] == list(TEMPLATES)[: len(pages)]
    for _, steps in pages:
        assert {"填写", "刷新", "核对"} <= {step.verb for step in steps}
        # The follow-up of the guide: something is changed after a first look, and looked at again.
        assert sum(step.verb == "刷新" for step in steps) >= 2


@pytest.mark.parametrize("text", ["三加五", "1 +", "__import__('os')", "f(2)", "2 ** 3"])
def test_only_arithmetic_is_worked_out(text: str) -> None:
    with pytest.raises(ValueError, match="no arithmetic"):
        worked_out(text)
