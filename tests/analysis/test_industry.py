"""Which section of GB/T 4754-2017 an industry belongs to, and which are asked; sections as the standard lists them."""

from __future__ import annotations

import numpy as np
import pytest

from crm_xl.analysis.industry import industry_sections, possible_sections
from crm_xl.analysis.ledger import Action, Rule
from crm_xl.tables import inputs as i
from crm_xl.tables.industries import AMBIGUOUS, SECTIONS
from tests.analysis.test_outliers import cleaned, lines


def letters(text: str) -> str:
    return "".join(label[0] for label in possible_sections(text))


def test_the_sections_are_those_of_the_standard() -> None:
    assert "".join(section.letter for section in SECTIONS) == "ABCDEFGHIJKLMNOPQRST"
    following = 1
    for section in SECTIONS:
        assert section.first_division == following, section.letter
        following += len(section.divisions)
    assert following == 98  # 01 to 97, T being 97
    first = {section.letter: section.first_division for section in SECTIONS}
    assert (first["C"], first["F"], first["I"], first["J"], first["S"]) == (13, 51, 63, 66, 91)


@pytest.mark.parametrize(
    ("industry", "letter"),
    [
        ("制造业-汽车零部件", "C"),  # the guides' own
        ("制造业-通用设备", "C"),
        ("互联网-SaaS服务", "I"),
        ("批发零售", "F"),
        ("金融", "J"),
        ("医疗", "Q"),
        ("教育", "P"),
        ("制造业-汽车", "C"),  # the first level decides
        ("零售业-服装", "F"),
        ("汽车零部件", "C"),  # the longer word decides
        ("农、林、牧、渔业", "A"),
        ("软件和信息技术服务业", "I"),
        ("Ｃ 制造业", "C"),
        ("C36", "C"),
        ("I65", "I"),
        ("it服务", "I"),
        ("物流/仓储", "G"),
        ("机械制造", "C"),  # guide 002's example: made, though 机械 alone may be sold
        ("电子产品制造业", "C"),
    ],
)
def test_an_industry_with_one_section(industry: str, letter: str) -> None:
    assert letters(industry) == letter


@pytest.mark.parametrize(
    ("industry", "may_be"),
    [
        ("汽车", "CFO"),
        ("医疗器械", "CF"),
        ("互联网-电商", "FI"),
        ("化工贸易", "CF"),
        ("服务业", "LO"),
        ("快消", ""),
        ("bitter", ""),
        ("C99", ""),
    ],
)
def test_an_industry_that_is_asked(industry: str, may_be: str) -> None:
    assert letters(industry) == may_be


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.letter)
def test_every_section_is_known_by_its_name_its_divisions_and_its_label(section) -> None:
    for text in (section.name, section.label, *section.divisions):
        assert letters(text) == section.letter, text


def test_every_ambiguous_word_names_sections() -> None:
    known = {section.letter for section in SECTIONS}
    assert all(set(found) <= known and found for found in AMBIGUOUS.values())


def test_a_column_keeps_its_blanks() -> None:
    labels = industry_sections(np.array(["金融", None, "汽车", "金融"], dtype=object))
    assert labels.tolist() == ["J 金融业", None, None, "J 金融业"]
    assert industry_sections(np.array([], dtype=object)).tolist() == []


def test_each_unclear_industry_is_asked_once_with_its_first_cell_and_count() -> None:
    rows = [
        {"customer_id": f"C{n}", "customer_name": f"甲{n}公司", "industry": industry}
        for n, industry in enumerate(["金融", "汽车", None, "汽车", "快消"])
    ]
    result = cleaned(i.CUSTOMERS, rows)
    assert lines(result, Rule.INDUSTRY_UNCLEAR) == [
        ("客户!C3", "汽车", "可能为 C 制造业、F 批发和零售业、O 居民服务、修理和其他服务业；共 2 家"),
        ("客户!C6", "快消", "没有对应的门类；共 1 家"),
    ]
    assert set(result.ledger["action"]) == {Action.TO_CONFIRM.value}
    assert result.tables["tblCustomers"]["industry"].tolist() == ["金融", "汽车", None, "汽车", "快消"]
