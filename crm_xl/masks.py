"""Personal data as anybody may see it: 138****1234, 张*三, z***@example.com (SPEC section 3, Privacy).

Masking a masked text changes nothing, and no mask reveals how to undo it. A text that does not look like what
its column should hold is hidden whole rather than shown.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Sequence
from itertools import accumulate

from crm_xl.widths import fold, half_width

STARS = "****"

COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 夏侯 轩辕 端木 百里 东郭 南宫 呼延 宇文 长孙"
    " 独孤 拓跋 赫连 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 闾丘 钟离 鲜于 西门 万俟 闻人 段干 左丘 梁丘"
    " 公羊 谷梁 第五 即墨 达奚 褚师 东门 南门 微生 公良 巫马 漆雕 乐正 壤驷 公西 夹谷 宰父 归海 羊舌".split()
)

_MASKED_NAME = re.compile(r"\*|([^*\s]{1,2})\*+[^*\s]?|\S\*\*\*(?: \S\*\*\*)*")
_EMAIL = re.compile(
    r"(?:(?<![A-Za-z0-9_])([A-Za-z0-9_])[A-Za-z0-9_.+%-]*|([\u4e00-\u9fff])[\u4e00-\u9fff]*)@(?=[\w.-]*\w\.\w)"
)
# 18 places with a birth date inside, perhaps in groups, or the old 15; bank cards begin with 62.
_ID_NUMBER = re.compile(
    r"(?<![0-9])(?:"
    r"[1-9][0-9]{5}[- ]?(?:18|19|20)[0-9]{2}[- ]?(?:0[0-9]|1[0-2])[- ]?(?:[0-2][0-9]|3[01])[- ]?[0-9]{3}[- ]?[0-9Xx]"
    r"|[1-9][0-9]{7}(?:0[0-9]|1[0-2])(?:[0-2][0-9]|3[01])[0-9]{3}"
    r"|62[0-9]{2}(?:[- ]?[0-9]{4}){3}(?:[- ]?[0-9]{1,3})?)(?![0-9])"
)
_MOBILE = re.compile(
    r"(?<![0-9])((?:\+?(?:00)?86[- ]?)?)(1[3-9][0-9])[- .]?[0-9]{4}[- .]?([0-9]{4})(?![0-9])"
)
_LANDLINE = re.compile(r"(?<![0-9])(\(?0[0-9]{2,3}\)?[- ]?)[0-9]{3,4}[- ]?([0-9]{4})(?![0-9])")
# In a cell meant for phones, any longer number is one.
_LONG_NUMBER = re.compile(r"(?<![0-9*])[0-9]{4,}([0-9]{2})(?![0-9])")
# What every pattern above needs; most texts have neither, and cost one search.
# In either width, as half_width has them.
_AT, _DIGITS = "@＠", "0123456789０１２３４５６７８９"
_NUMBER = _DIGITS + "- .()－．（）\u3000\u00a0"
_MORE = 6
_LIKELY = re.compile(f"[{_AT}]|[{_DIGITS}][{re.escape(_NUMBER)}]{{{_MORE}}}")
# Ten digits, the shortest landline, between which two signs stand at most, ")" and "-": dates and sums have fewer.
_SUSPECT = re.compile(f"[{_AT}]|[{_DIGITS}](?:[{re.escape(_NUMBER)}]{{0,2}}[{_DIGITS}]){{9}}")
_LONG = 100_000  # signs from which on arrays are faster than the pattern


def mask_name(name: str) -> str:
    """A person's name with only the surname, and of longer names the last character, readable.

    >>> mask_name("张伟"), mask_name("张小三"), mask_name("欧阳锋"), mask_name("John Smith")
    ('张*', '张*三', '欧阳*', 'J*** S***')
    """
    name = name.strip()
    masked = _MASKED_NAME.fullmatch(name)
    if not name or (masked and len(masked[1] or "") < 2) or (masked and masked[1] in COMPOUND_SURNAMES):
        return name
    name = name.replace("*", " ")
    if name.isascii():
        return " ".join(word[0] + "***" for word in name.split()) or "*"
    name = "".join(name.split())
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
    if not phone:
        return phone
    masked = _LONG_NUMBER.sub(r"****\1", mask_free_text(phone))
    return masked if "*" in masked else STARS + phone[-2:] if len(phone) > 4 else STARS


def mask_id_number(number: str) -> str:
    """An identity number with its first six and last four places readable; of shorter ones less.

    >>> mask_id_number("110105194912310021"), mask_id_number("E12345678")
    ('110105********0021', 'E******78')
    """
    number = fold(number)
    if not number or "*" in number:
        return mask_free_text(number)
    head, tail = (6, 4) if len(number) >= 15 else (1, 2)
    hidden = len(number) - head - tail
    return number[:head] + "*" * hidden + number[-tail:] if hidden > 0 else STARS


def mask_email(address: str) -> str:
    """An e-mail address with only its first letter and its host readable.

    >>> mask_email("zhang.wei@example.com")
    'z***@example.com'
    """
    address = fold(address)
    if not address or address == STARS:
        return address
    masked = mask_free_text(address)
    return masked if "***@" in masked else STARS


def mask_free_text(text: str, *, only: Container[str] | None = None) -> str:
    """The text with the identity numbers, bank cards, phones and e-mail addresses inside it masked.

    Args:
        text: any text.
        only: the digits of the numbers that are masked, as `digits_of` gives them; all by default.

    >>> mask_free_text("请打13800001234找张工，或发 z@a.cn")
    '请打138****1234找张工，或发 z***@a.cn'
    """
    if not _SUSPECT.search(text):
        return text
    folded = half_width(text)
    for pattern, mask in _PATTERNS if only is None else _PATTERNS[1:]:
        hidden = _hidden(text, folded, pattern, mask, only)
        if hidden is not text:
            text, folded = hidden, half_width(hidden)
    return text


def suspects(texts: Sequence[str]) -> list[str]:
    """The texts in which `mask_free_text` might find something: one look at all of them instead of a look at each."""
    # No pattern reaches over the end of a line; a text of several lines is one more candidate at worst.
    joined = "\n".join(texts)
    places = (
        _suspected(joined) if len(joined) > _LONG else [likely.start() for likely in _LIKELY.finditer(joined)]
    )
    if not places:
        return []
    ends = list(accumulate(len(text) + 1 for text in texts))
    return [texts[at] for at in sorted({bisect_right(ends, place) for place in places})]


def _suspected(text: str) -> list[int]:
    """Where `_LIKELY` would match; the addresses of a hundred thousand cells in a quarter of its time."""
    import numpy as np

    kinds = np.zeros(0x110000 if not text.isascii() else 0x80, dtype=np.uint8)
    for mark, signs in ((1, _NUMBER), (3, _DIGITS), (4, _AT)):
        kinds[[ord(sign) for sign in signs if ord(sign) < len(kinds)]] = mark
    if text.isascii():
        kind = kinds[np.frombuffer(text.encode("ascii"), dtype=np.uint8)]
    else:
        kind = kinds[np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)]
    number = (kind & 1).astype(bool)
    size = max(len(kind) - _MORE, 0)
    begins = kind[:size] == 3
    for more in range(1, _MORE + 1):
        begins &= number[more : more + size]
    found: list[int] = np.union1d(np.flatnonzero(begins), np.flatnonzero(kind == 4)).tolist()
    return found


def digits_of(number: str) -> str:
    """What of a phone or identity number counts for comparing: neither separators nor the country's code.

    >>> digits_of("+86 138-0000-1234"), digits_of("11010519491231002x")
    ('13800001234', '11010519491231002X')
    """
    bare = re.sub("[^0-9X]", "", fold(number).upper())
    return re.sub("^(?:00)?86(?=1[3-9][0-9]{9}$)", "", bare)


def _hidden(
    text: str,
    folded: str,
    pattern: re.Pattern[str],
    mask: Callable[[re.Match[str]], str],
    only: Container[str] | None = None,
) -> str:
    """The text with every match masked, matched in half width: what lies between stays as it was written."""
    kept: list[str] = []
    end = 0
    for found in pattern.finditer(folded):
        if only is None or digits_of(found[0]) in only:
            kept += (text[end : found.start()], mask(found))
            end = found.end()
    return "".join([*kept, text[end:]]) if kept else text


# Mail addresses first: what is named alone (`only`) is a number.
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_EMAIL, lambda found: f"{found[1] or found[2]}***@"),
    (_ID_NUMBER, lambda found: mask_id_number(re.sub("[- ]", "", found[0]))),
    (_MOBILE, lambda found: f"{found[1]}{found[2]}****{found[3]}"),
    (_LANDLINE, lambda found: f"{found[1]}****{found[2]}"),
)
