"""Personal data as an output may show it: 138****1234, 张*三, z***@example.com (SPEC section 3, Privacy).

Masking a masked text changes nothing, and no mask reveals how to undo it. A text that does not look like what
its column should hold is hidden whole rather than shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from crm_xl.schema import Secret
from crm_xl.spellings import fold

STARS = "****"

COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 夏侯 轩辕 端木 百里 东郭 南宫 呼延 宇文 长孙"
    " 独孤 拓跋 赫连 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 闾丘 钟离 鲜于 西门 万俟 闻人 段干 左丘 梁丘"
    " 公羊 谷梁 第五 即墨 达奚 褚师 东门 南门 微生 公良 巫马 漆雕 乐正 壤驷 公西 夹谷 宰父 归海 羊舌".split()
)

_EMAIL = re.compile(r"(?<![A-Za-z0-9_.+-])([A-Za-z0-9_])[A-Za-z0-9_.+-]*@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
# 18 places with a birth date inside, or the old 15; bank cards begin with 62.
_ID_NUMBER = re.compile(
    r"(?<!\d)(?:[1-9]\d{5}(?:18|19|20)\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]"
    r"|[1-9]\d{7}(?:0\d|1[0-2])(?:[0-2]\d|3[01])\d{3}|62\d{14,17})(?!\d)"
)
_MOBILE = re.compile(r"(?<!\d)((?:\+?86[- ]?)?)(1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(\(?0\d{2,3}\)?[- ]?)\d{3,4}(\d{4})(?!\d)")


def mask_name(name: str) -> str:
    """A person's name with only the surname, and of longer names the last character, readable.

    >>> mask_name("张伟"), mask_name("张小三"), mask_name("欧阳锋"), mask_name("John Smith")
    ('张*', '张*三', '欧阳*', 'J*** S***')
    """
    name = name.strip()
    if not name or "*" in name:
        return name
    if name.isascii():
        return " ".join(word[0] + "***" for word in name.split())
    shown = 2 if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else 1
    given = name[shown:]
    if not given:
        return "*"
    return name[:shown] + ("*" if len(given) == 1 else "*" * (len(given) - 1) + given[-1])


def mask_phone(phone: str) -> str:
    """Phone numbers with their middle hidden; a text without one is hidden whole.

    >>> mask_phone("13800001234"), mask_phone("+86 138-0000-1234"), mask_phone("010-87654321")
    ('138****1234', '+86 138****1234', '010-****4321')
    """
    phone = fold(phone)
    if not phone or "*" in phone:
        return phone
    masked = _LANDLINE.sub(r"\1****\2", _MOBILE.sub(r"\1\2****\3", phone))
    return masked if "*" in masked else STARS + phone[-2:] if len(phone) > 4 else STARS


def mask_id_number(number: str) -> str:
    """An identity number with its first six and last four places readable; of shorter ones less.

    >>> mask_id_number("110105194912310021"), mask_id_number("E12345678")
    ('110105********0021', 'E******78')
    """
    number = fold(number)
    if not number or "*" in number:
        return number
    head, tail = (6, 4) if len(number) >= 15 else (1, 2)
    hidden = len(number) - head - tail
    return number[:head] + "*" * hidden + number[-tail:] if hidden > 0 else STARS


def mask_email(address: str) -> str:
    """An e-mail address with only its first letter and its host readable.

    >>> mask_email("zhang.wei@example.com")
    'z***@example.com'
    """
    address = fold(address)
    if not address or "*" in address:
        return address
    masked = _EMAIL.sub(r"\1***@\2", address)
    return masked if masked != address else STARS


def mask_free_text(text: str) -> str:
    """The text with the identity numbers, bank cards, phones and e-mail addresses inside it masked.

    >>> mask_free_text("请打13800001234找张工，或发 z@a.cn")
    '请打138****1234找张工，或发 z***@a.cn'
    """
    text = _EMAIL.sub(r"\1***@\2", text)
    text = _ID_NUMBER.sub(lambda found: mask_id_number(found[0]), text)
    return _LANDLINE.sub(r"\1****\2", _MOBILE.sub(r"\1\2****\3", text))


MASKS: dict[Secret, Callable[[str], str]] = {
    Secret.NAME: mask_name,
    Secret.PHONE: mask_phone,
    Secret.EMAIL: mask_email,
    Secret.ID_NUMBER: mask_id_number,
    Secret.FREE_TEXT: mask_free_text,
}


def mask_column(values: np.ndarray, secret: Secret) -> np.ndarray:
    """A column of texts masked, each distinct text once; None stays None.

    Args:
        values: object array of str or None.
        secret: what the column holds.
    """
    codes, distinct = pd.factorize(values)
    masked = np.empty(len(distinct) + 1, dtype=object)
    masked[:-1] = [MASKS[secret](str(text)) for text in distinct]
    return masked[codes]
