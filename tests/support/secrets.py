"""Unmistakable personal data to plant, and a search that finds it wherever a package may keep it."""

from __future__ import annotations

import html
import re
import zipfile
from pathlib import Path

PHONES = ("13911112222", "18655556666", "17012349876")
LANDLINE = "0755-26501234"
PLAIN_LANDLINE = "62345678"  # only its column says what it is
E_MAILS = ("wang.xiaoming@example-mail.cn", "li_na88@corp.example.com")
NAMES = ("王小明", "欧阳春晓", "Jane Whitfield")
PERSON = "慕容雪晴"  # a customer, 客户类型 个人
COMPANY = "东海精密仪器有限公司"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(first_17: str) -> str:
    """An 18-place identity number with its check place. Source: GB 11643-1999."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return first_17 + "10X98765432"[total % 11]


ID_NUMBERS = (id_number("11010519900307123"), id_number("44030119851212004"))
ALL = (*PHONES, LANDLINE, PLAIN_LANDLINE, *E_MAILS, *NAMES, PERSON, *ID_NUMBERS)


def leaks(text: str, secrets: tuple[str, ...] = ALL) -> list[str]:
    """The secrets that a text still holds, also with spaces, markup or full-width digits between their characters."""
    seen = html.unescape(text)
    without_markup = re.sub(r"<[^<>]*>", "", seen)
    squeezed = [re.sub(r"[\s\-]", "", each.translate(_HALF)) for each in (seen, without_markup)]
    return [s for s in secrets if any(re.sub(r"[\s\-]", "", s) in each for each in squeezed)]


def package_leaks(path: Path, secrets: tuple[str, ...] = ALL) -> dict[str, list[str]]:
    """Part -> secrets still in it; the name of the part counts, and so do the remarks of the zip."""
    found = {}
    with zipfile.ZipFile(path) as package:
        texts = {"(comment)": package.comment}
        texts |= {info.filename: package.read(info) + info.comment for info in package.infolist()}
    for part, data in texts.items():
        both = data.decode("utf-8", "replace"), data.decode("utf-16-le", "replace")
        if hits := sorted({hit for text in both for hit in leaks(part + text, secrets)}):
            found[part] = hits
    return found


_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
