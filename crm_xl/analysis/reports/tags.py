"""客户标签分类表 (guide 001, table 4): four kinds of tags side by side, and those the library does not know."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.privacy import mask_column
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.tag_library import remark, unknown_tags
from crm_xl.analysis.tally import codes_in
from crm_xl.schema import Secret
from crm_xl.tables import inputs as i
from crm_xl.tables.relations import TAG_BOARD

Names = NDArray[np.object_]

_COLUMNS = dict(zip(i.TAG_KINDS, ("industry_tag", "need_tag", "risk_tag", "potential_tag"), strict=True))
_INDUSTRY = i.TAG_KINDS[0]


def make(ground: Ground) -> Made:
    """TAG_BOARD, in the order of the customers; without tblTags only the industries are known."""
    metrics = ground.metrics
    listed = ground.listed
    board = {name: np.full(len(listed), None, dtype=object) for name in (*_COLUMNS.values(), "remarks")}
    tags = ground.frames.get(i.TAGS.name)
    if tags is not None:
        rows = tags.loc[tags["customer_id"].isin(listed)]
        rows = rows.assign(owner=codes_in(rows["customer_id"], listed))
        words = _words(rows, mask=ground.settings.general.mask)
        for kind, name in _COLUMNS.items():
            own = (rows["tag_kind"] == kind).to_numpy()
            _fill(board[name], rows["owner"].to_numpy()[own], words[own], "、")
        strange = unknown_tags(rows["tag_kind"], rows["tag"], ground.settings.tags)
        _fill(
            board["remarks"],
            rows["owner"].to_numpy()[strange],
            np.array([remark(*told, ground.settings.tags) for told in
                      zip(rows["tag_kind"][strange], rows["tag"][strange], strict=True)], dtype=object),
            "；",
        )  # fmt: skip
    own_industry = metrics["industry"].to_numpy(dtype=object)
    untagged = pd.isna(board[_COLUMNS[_INDUSTRY]])
    board[_COLUMNS[_INDUSTRY]] = np.where(untagged, own_industry, board[_COLUMNS[_INDUSTRY]])
    frame = metrics[["customer_id", "customer_name"]].reset_index(drop=True).assign(**board)
    return Made(tables={TAG_BOARD.name: frame[list(TAG_BOARD.names)]})


def _words(rows: pd.DataFrame, *, mask: bool) -> Names:
    """Each tag with its detail behind it: 决策链复杂（需CTO参与）."""
    details = rows["detail"].to_numpy(dtype=object)
    if mask:
        details = mask_column(details, Secret.FREE_TEXT)
    words = np.empty(len(rows), dtype=object)
    words[:] = [
        f"{tag}（{detail}）" if isinstance(detail, str) and detail else tag
        for tag, detail in zip(rows["tag"].tolist(), details.tolist(), strict=True)
    ]
    return words


def _fill(column: Names, owners: NDArray[np.int64], words: Names, between: str) -> None:
    """Put each word into its owner's cell, behind those that are there."""
    for owner, word in zip(owners.tolist(), words.tolist(), strict=True):
        column[owner] = word if column[owner] is None else f"{column[owner]}{between}{word}"
