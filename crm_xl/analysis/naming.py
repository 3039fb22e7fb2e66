"""What of a company's name tells companies apart: not its width, spaces, brackets, legal form or city."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from crm_xl.tables.industries import AMBIGUOUS, SECTIONS
from crm_xl.tables.places import PLACES

_SHORTEST_CORE = 2
_LONGEST_NAME = 200  # what is longer is no name, and is compared as it stands
# The longest first, so that 股份有限公司 goes whole.
_FORMS = tuple(
    sorted(
        "股份有限责任公司 集团股份有限公司 集团有限责任公司 集团有限公司 控股集团有限公司 股份有限公司 有限责任公司 有限公司"
        " 控股集团 集团公司 股份公司 总公司 公司 集团 有限合伙 普通合伙 合伙企业 个体工商户".split(),
        key=len,
        reverse=True,
    )
)
_LATIN_FORMS = frozenset("co ltd limited inc incorporated corp corporation company llc gmbh plc".split())
_OPEN, _CLOSE = r"(\[{<【〔「『〈《", r")\]}>】〕」』〉》"
_BRACKETS = re.compile(rf"[{_OPEN}]([^{_OPEN}{_CLOSE}]*)[{_CLOSE}]")
_LATIN_TAIL = re.compile(rf"(?:[\s,.&]+(?:{'|'.join(sorted(_LATIN_FORMS))})\b\.?)+\s*$")
_PLACE = re.compile(
    rf"({'|'.join(sorted(PLACES, key=len, reverse=True))})(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市)?"
)
# A branch (分公司) is another customer than its head office.
_FORM_TAIL = re.compile(rf"(?<!分)(?:{'|'.join(_FORMS)})$")
_TRADES = (
    {word for section in SECTIONS for word in section.words}
    | set(AMBIGUOUS)
    | set(
        "科技 商贸 贸易 实业 发展 投资 控股 技术 网络 网络科技 信息 信息科技 工业 产业 企业 机电 电气 器材 制品 材料"
        " 新材料 股份 国际 建设 工程 服务 销售 服饰 融资租赁 精密 智能 环保科技 生物科技 电子科技 教育科技 文化传播"
        " 文化传媒 品牌管理 商业管理".split()
    )
)
_TRADE_TAIL = re.compile(rf"(?:{'|'.join(sorted(_TRADES, key=len, reverse=True))})$")
# Shops and branches differ by their number alone.
_NUMERALS = re.compile(
    r"\d+|[一二三四五六七八九十百零〇两]+(?=[号店厂分期部校区院队公])|(?<=第)[一二三四五六七八九十百]+"
)


@dataclass(frozen=True)
class NameParts:
    """A company's name taken apart.

    Attributes:
        core: what is left when everything below is taken off; lower case, half width, letters and digits only.
        places: provinces and cities in front or in brackets.
        form: legal forms at the end, or in brackets.
        numerals: the numbers in the core, in order.
        plain: the whole name in lower case and half width, letters and digits only.
    """

    core: str
    places: frozenset[str]
    form: str
    numerals: tuple[str, ...]
    plain: str


def name_parts(name: str) -> NameParts:
    """The parts of a name; a name that is nothing but place and form keeps them as its core.

    >>> name_parts("上海 华东精密机械（集团）有限责任公司").core == name_parts("华东精密机械有限公司").core
    True
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    plain = _letters(folded)
    if len(folded) > _LONGEST_NAME:
        return NameParts(core=plain, places=frozenset(), form="", numerals=(), plain=plain)
    places: set[str] = set()
    forms: list[str] = []

    def unbracketed(found: re.Match[str]) -> str:
        inside = _letters(found[1])
        if place := _PLACE.fullmatch(inside):
            places.add(place[1])
            return ""
        if inside in _FORMS:
            forms.append(inside)
            return ""
        return found[1]

    rest = _BRACKETS.sub(unbracketed, folded)
    if tail := _LATIN_TAIL.search(rest):
        forms.append(_letters(tail[0]))
        rest = rest[: tail.start()]
    rest = _letters(rest)
    while rest.endswith(_FORMS) and (tail := _FORM_TAIL.search(rest)) and tail.start():
        forms.append(tail[0])
        rest = rest[: tail.start()]
    core = rest
    while (place := _PLACE.match(core)) and len(core) - place.end() >= _SHORTEST_CORE:
        places.add(place[1])
        core = core[place.end() :]
    if len(core) < _SHORTEST_CORE:
        core = plain
    return NameParts(
        core=core,
        places=frozenset(places),
        form="".join(forms),
        numerals=tuple(_NUMERALS.findall(core)),
        plain=plain,
    )


def brand(core: str) -> str:
    """A core without the words for a trade at its end; two signs of it always stay.

    >>> brand("华东精密机械")
    '华东'
    """
    while (tail := _TRADE_TAIL.search(core)) and tail.start() >= _SHORTEST_CORE:
        core = core[: tail.start()]
    return core


def same_place(one: NameParts, other: NameParts) -> bool:
    """Whether the places do not contradict: 上海 against 北京 does, 上海 against none does not."""
    return one.places <= other.places or other.places <= one.places


def difference(one: NameParts, other: NameParts) -> str:
    """In which writing two names of one core differ, in words."""
    if one.plain == other.plain:
        return "只有全半角、空格、括号或大小写不同"
    kinds = ("省市", one.places != other.places), ("公司形式", one.form != other.form)
    told = "、".join(word for word, differs in kinds if differs)
    return f"{told}写法不同" if told else "名称相同"


def _letters(text: str) -> str:
    return text if text.isalnum() else "".join(sign for sign in text if sign.isalnum())
