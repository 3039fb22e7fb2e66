"""Tags that the library of 参数 does not have, and which of its tags may have been meant (guide 001)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import numpy as np

from crm_xl.analysis.tally import Flags

_ALIKE = 0.5  # tags have four characters or so: half of them


def unknown_tags(kinds: Iterable[str], tags: Iterable[str], library: Mapping[str, Sequence[str]]) -> Flags:
    """Which of the tags the library does not have under their kind.

    Args:
        kinds: 标签类别 of each.
        tags: 标签 of each.
        library: tags by kind.
    """
    known = {(kind, tag) for kind, own in library.items() for tag in own}
    return np.array([pair not in known for pair in zip(kinds, tags, strict=True)], dtype=bool)


def remark(kind: str, tag: str, library: Mapping[str, Sequence[str]]) -> str:
    """What is said of a tag that the library does not have.

    >>> remark("需求", "降本增校", {"需求": ("降本增效", "技术升级")})
    '需求标签“降本增校”不在标签库，最接近“降本增效”'
    """
    near = get_close_matches(tag, library.get(kind, ()), n=1, cutoff=_ALIKE)
    return f"{kind}标签“{tag}”不在标签库" + (f"，最接近“{near[0]}”" if near else "")
