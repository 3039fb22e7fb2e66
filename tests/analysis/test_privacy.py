"""Masks of SPEC section 3, Privacy."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl import masks
from crm_xl.analysis.privacy import MASKS, mask_column
from crm_xl.masks import suspects
from crm_xl.schema import Secret
from crm_xl.widths import half_width


@pytest.mark.parametrize(
    ("secret", "text", "masked"),
    [
        (Secret.NAME, "张伟", "张*"),
        (Secret.NAME, "张小三", "张*三"),
        (Secret.NAME, "欧阳锋", "欧阳*"),
        (Secret.NAME, "欧阳小明", "欧阳*明"),
        (Secret.NAME, "单于", "单*"),  # two characters: a short name, not a bare surname
        (Secret.NAME, "王", "*"),
        (Secret.NAME, "John Smith", "J*** S***"),
        (Secret.PHONE, "13800001234", "138****1234"),
        (Secret.PHONE, "１３８００００１２３４", "138****1234"),
        (Secret.PHONE, "138 0000 1234", "138****1234"),
        (Secret.PHONE, "13800001234/13911112222", "138****1234/139****2222"),
        (Secret.PHONE, "010-87654321", "010-****4321"),
        (Secret.PHONE, "400-8001", "****01"),
        (Secret.PHONE, "110", "****"),
        (Secret.ID_NUMBER, "110105194912310021", "110105********0021"),
        (Secret.ID_NUMBER, "11010519491231002X", "110105********002X"),
        (Secret.ID_NUMBER, "E12345678", "E******78"),
        (Secret.EMAIL, "zhang.wei@example.com", "z***@example.com"),
        (Secret.EMAIL, "not an address", "****"),
        (Secret.FREE_TEXT, "电话13800001234，邮箱zhang@example.com", "电话138****1234，邮箱z***@example.com"),
        (Secret.FREE_TEXT, "身份证110105194912310021办理", "身份证110105********0021办理"),
        (Secret.FREE_TEXT, "卡号6222021234567890123", "卡号622202*********0123"),
        (Secret.FREE_TEXT, "座机 010-87654321", "座机 010-****4321"),
        (Secret.FREE_TEXT, "订单SO202609-0001，金额12500元，共3次", "订单SO202609-0001，金额12500元，共3次"),
        (Secret.FREE_TEXT, "", ""),
    ],
)  # fmt: skip
def test_what_is_shown_of_personal_data(secret: Secret, text: str, masked: str) -> None:
    assert MASKS[secret](text) == masked


@given(st.sampled_from(list(Secret)), st.text(max_size=30))
def test_masking_a_masked_text_changes_nothing(secret: Secret, text: str) -> None:
    once = MASKS[secret](text)
    assert MASKS[secret](once) == once


@given(
    st.from_regex(r"[a-z\u4e00-\u9fa5 ，]{0,8}", fullmatch=True),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"[a-z\u4e00-\u9fa5 ，]{0,8}", fullmatch=True),
)
def test_no_mobile_number_survives_in_free_text(before: str, phone: str, after: str) -> None:
    masked = MASKS[Secret.FREE_TEXT](before + phone + after)
    assert phone not in masked
    assert masked == f"{before}{phone[:3]}****{phone[-4:]}{after}"


def test_a_column_is_masked_cell_by_cell_and_blanks_stay() -> None:
    values = np.array(["张伟", None, "张伟", "欧阳锋"], dtype=object)
    assert mask_column(values, Secret.NAME).tolist() == ["张*", None, "张*", "欧阳*"]
    assert values[0] == "张伟"


@given(st.lists(st.text("0129０９- .()－．（）\u3000\u00a0@＠ab中，\n𠀀", max_size=30), max_size=200))
def test_texts_that_may_hold_something_are_found_one_by_one_and_all_at_once(texts: list[str]) -> None:
    one_by_one = [text for text in texts if suspects([text])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(masks, "_LONG", -1)
        assert suspects(texts) == one_by_one
    assert suspects(texts) == one_by_one


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in masks._PATTERNS])
@given(data=st.data())
def test_whatever_has_a_mask_is_looked_at(pattern: re.Pattern[str], data: st.DataObject) -> None:
    found = data.draw(st.from_regex(pattern, alphabet=st.characters(codec="utf-8")))
    wide = {sign: chr(ord(sign) + 0xFEE0) for sign in "0123456789-.()@" if data.draw(st.booleans())}
    for text in (found, found.translate(str.maketrans(wide))):
        if pattern.search(half_width(text)):
            assert masks._SUSPECT.search(text)
            assert suspects([text])
