"""Parameter ranges become settings, and a malformed one is named by row and heading."""

from __future__ import annotations

from typing import Any

import pytest

from crm_xl.analysis.blocks import card_block, cut_block, segment_block, tier_block
from crm_xl.errors import CrmError
from crm_xl.functions import parameters
from crm_xl.functions.errors import text_of
from crm_xl.settings import Settings
from crm_xl.settings.model import SegmentRule
from crm_xl.settings.rows import shipped_table
from crm_xl.tables import outputs as o
from crm_xl.tables import parameters as p

CARD = [
    ["指标", "数据字段", "总权重", "计分方法", "下限(含)", "得分"],
    ["年消费额", "年消费额(万元)", 0.6, "分段", None, 60],
    ["年消费额", "年消费额(万元)", 0.6, "分段", 500, 100],
    ["利润率", "利润率", 0.4, "分段", None, 40],
    ["利润率", "利润率", 0.4, "分段", 0.1, 100],
]
TIERS = [["分级", "下限(含)"], ["甲", 80], ["乙", 60], ["丙", None]]
CUTS = [["指标", "分界1", "分界2"], ["R", 30, 90], ["F", 1, 3], ["M", 100, None]]
RULES = [["分群", "依据", "R下限(含)", "R上限(含)"], ["好", "得分", 4, 5], ["其余", "得分", None, None]]


def block(frame: Any, table: Any) -> list[list[Any]]:
    body = frame.astype(object)
    return [list(table.titles), *body.where(body.notna(), None).to_numpy().tolist()]


def without(rows: list[list[Any]], heading: str) -> list[list[Any]]:
    place = rows[0].index(heading)
    return [row[:place] + row[place + 1 :] for row in rows]


def edited(rows: list[list[Any]], row: int, heading: str, value: Any) -> list[list[Any]]:
    copy = [list(own) for own in rows]
    copy[row][copy[0].index(heading)] = value
    return copy


def sheet_rows(table: Any) -> list[list[Any]]:
    raw = shipped_table(table)
    return [list(raw.headings), *map(list, zip(*raw.columns, strict=True))]


@pytest.mark.parametrize("name", list(Settings.default().cards))
def test_a_card_survives_being_written_as_a_block(name: str) -> None:
    card = Settings.default().cards[name]
    found = parameters.card(block(card_block(card), o.CARD_BLOCK))
    assert found.weights == card.weights  # to the last bit, or formula and table would differ there
    assert [(i.name, i.metric, i.method, i.steps) for i in found.indicators] == [
        (i.name, i.metric, i.method, i.steps) for i in card.indicators
    ]


def test_levels_cuts_and_rules_survive_being_written_as_blocks() -> None:
    settings = Settings.default()
    for tiers, read, table in (
        (settings.tiers, parameters.tiers, o.TIER_BLOCK),
        (settings.bands, parameters.bands, o.BAND_BLOCK),
    ):
        found = read(block(tier_block(tiers), table))
        assert [(t.name, t.lower) for t in found] == [(t.name, t.lower) for t in tiers]
    cuts = {"R": (1.0, 2.0), "F": (1.0, 1.0, 3.0), "M": (5.5, 6.0, 7.0, 8.0)}
    assert parameters.cuts(block(cut_block(cuts), o.CUT_BLOCK)) == cuts
    for rules in settings.segments.values():
        found_rules = parameters.segment_rules(block(segment_block(rules), o.SEGMENT_BLOCK))
        assert [(r.segment, r.basis, r.r, r.f, r.m) for r in found_rules] == [
            (r.segment, r.basis, r.r, r.f, r.m) for r in rules
        ]


def test_the_tables_of_the_sheet_may_be_passed_themselves() -> None:
    settings = Settings.default()
    assert [t.name for t in parameters.tiers(sheet_rows(p.TIERS))] == [t.name for t in settings.tiers]
    assert [t.name for t in parameters.bands(sheet_rows(p.PRIORITY))] == [t.name for t in settings.bands]
    assert parameters.cuts(sheet_rows(p.RFM_CUTS)) == settings.rfm_cuts
    by_name = parameters.indicators(sheet_rows(p.POINTS))
    for indicator in settings.card.indicators:
        assert (by_name[indicator.name].metric, by_name[indicator.name].steps) == (
            indicator.metric,
            indicator.steps,
        )


@pytest.mark.parametrize("left_out", [None, "", [[None]], [[""]], []])
def test_a_block_left_out_is_the_shipped_default(left_out: Any) -> None:
    settings = Settings.default()
    assert parameters.card(left_out) == settings.card
    assert parameters.tiers(left_out) == settings.tiers
    assert parameters.bands(left_out) == settings.bands
    assert parameters.segment_rules(left_out) == settings.segments[p.SCHEME_EIGHT]


def test_column_order_extra_columns_and_spellings_do_not_matter() -> None:
    turned = [[row[1], "备注", row[0]] for row in TIERS]
    assert parameters.tiers(turned) == parameters.tiers(TIERS)
    text = edited(edited(CARD, 1, "总权重", "60%"), 2, "下限(含)", "５００")
    assert parameters.card(text) == parameters.card(CARD)


def test_an_indicator_of_ones_own_is_a_plain_number() -> None:
    rows = [["指标", "总权重", "下限(含)", "得分"], ["老板印象", 1, None, 10], ["老板印象", 1, 3, 90]]
    (indicator,) = parameters.card(rows).indicators
    assert (indicator.metric, indicator.weight) == ("老板印象", 1)


def test_a_scheme_is_known_by_its_name() -> None:
    assert parameters.segment_rules(" 三分类 ")[0].segment == "高价值客户"
    assert isinstance(parameters.segment_rules(RULES)[0], SegmentRule)


MALFORMED = [
    (parameters.card, without(CARD, "得分"), "#VALUE!|评分卡参数：“评分卡参数”缺少必填列 “得分”；现有标题："),
    (parameters.card, CARD[:1], "#VALUE!|评分卡参数：参数区域只有标题行，没有内容。请引用整张参数表。"),
    (parameters.card, 5, "#VALUE!|评分卡参数：“评分卡参数”缺少必填列"),
    (
        parameters.card,
        edited(CARD, 3, "总权重", 0.5),
        "#VALUE!|评分卡参数 第5行“总权重”：指标“利润率”的权重前后不一。",
    ),
    (
        parameters.card,
        edited(edited(CARD, 3, "总权重", 0.5), 4, "总权重", 0.5),
        "#VALUE!|评分卡参数 第2行“总权重”：维度“评分卡参数”的指标权重合计为 110.00%，应为 100%。请调整权重。",
    ),
    (
        parameters.card,
        edited(CARD, 1, "总权重", -0.6),
        "#VALUE!|评分卡参数 第2行“总权重”：总权重",
    ),
    (parameters.card, edited(CARD, 2, "得分", None), "#VALUE!|评分卡参数 第3行“得分”：得分不能为空。"),
    (
        parameters.card,
        edited(CARD, 2, "得分", "高"),
        "#VALUE!|评分卡参数 第3行“得分”：得分不是数字，请只写数字。",
    ),
    (
        parameters.card,
        edited(CARD, 2, "得分", 120),
        "#VALUE!|评分卡参数 第3行“得分”：得分",
    ),
    (
        parameters.card,
        edited(CARD, 1, "下限(含)", 1),
        "#VALUE!|评分卡参数 第2行“下限(含)”：指标“年消费额”第一段的下限应为空白",
    ),
    (
        parameters.card,
        edited(CARD, 2, "计分方法", "随缘"),
        "#VALUE!|评分卡参数 第3行“计分方法”：“随缘”不是已知的计分方法。",
    ),
    (parameters.card, edited(CARD, 2, "指标", None), "#VALUE!|评分卡参数 第3行“指标”：指标不能为空。"),
    (parameters.card, edited(CARD, 2, "得分", "#REF!"), "#REF!"),
    (
        parameters.tiers,
        edited(TIERS, 2, "下限(含)", 85),
        "#VALUE!|分级参数 第3行“下限(含)”：下限应低于上一级的 80。请从高到低排列。",
    ),
    (
        parameters.tiers,
        edited(TIERS, 3, "下限(含)", 10),
        "#VALUE!|分级参数 第4行“下限(含)”：最后一级的下限应为空白",
    ),
    (parameters.bands, edited(TIERS, 2, "分级", "甲"), "#VALUE!|优先级参数：“优先级参数”缺少必填列 “优先级”"),
    (parameters.tiers, edited(TIERS, 2, "分级", "甲"), "#VALUE!|分级参数 第3行“分级”：“甲”出现两次。"),
    (
        parameters.cuts,
        edited(CUTS, 1, "分界1", 99),
        "#VALUE!|RFM分界参数 第2行“分界1”：R 的分界应从小到大。请按升序填写。",
    ),
    (
        parameters.cuts,
        edited(CUTS, 2, "指标", "R"),
        "#VALUE!|RFM分界参数 第3行“指标”：“R”不是 R、F、M 之一，或出现两次。",
    ),
    (parameters.cuts, CUTS[:3], "#VALUE!|RFM分界参数：缺少 M 的分界。"),
    (
        parameters.segment_rules,
        edited(RULES, 1, "依据", "感觉"),
        "#VALUE!|RFM分群参数 第2行“依据”：“感觉”不是已知的依据。",
    ),
    (
        parameters.segment_rules,
        edited(RULES, 2, "依据", "高低"),
        "#VALUE!|RFM分群参数 第3行“依据”：方案“RFM分群参数”前后依据不一。",
    ),
    (
        parameters.segment_rules,
        edited(RULES, 1, "R下限(含)", 9),
        "#VALUE!|RFM分群参数 第2行“R下限(含)”：下限 9 大于上限 5。",
    ),
    (parameters.segment_rules, "#N/A", "#N/A"),
]


@pytest.mark.parametrize(("read", "rows", "complaint"), MALFORMED)
def test_a_malformed_block_is_named_by_row_and_heading(read: Any, rows: Any, complaint: str) -> None:
    with pytest.raises(CrmError) as caught:
        read(rows)
    assert text_of(caught.value).startswith(complaint)


def test_several_faults_are_told_at_once() -> None:
    wrong = edited(edited(CARD, 2, "得分", None), 4, "得分", None)
    with pytest.raises(CrmError) as caught:
        parameters.card(wrong)
    assert "第3行" in str(caught.value)
    assert "第5行" in str(caught.value)
