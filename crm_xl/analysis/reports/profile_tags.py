"""客户画像标签: 【行业:…】【规模:…】【行为:…】【价值:…】【需求:…】, one row per customer (guide 002)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Period
from crm_xl.analysis.customers import Frames
from crm_xl.analysis.points import number_text
from crm_xl.analysis.reports.behaviour import Behaviour, behaviour_of
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.groups import Names, sizes
from crm_xl.analysis.reports.texts import joined, texts_of
from crm_xl.analysis.summary import YUAN_PER_WAN
from crm_xl.analysis.tally import codes_in, text_index
from crm_xl.settings.model import General
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables.portraits import PROFILE_TAGS

_NEED = i.TAG_KINDS[1]
# Column -> what stands before the colon.
_PARTS = {column.name: column.title for column in PROFILE_TAGS.columns[3:]}


def make(ground: Ground) -> Made:
    """PROFILE_TAGS of everybody."""
    customers = ground.frames[i.CUSTOMERS.name]
    return Made(tables={PROFILE_TAGS.name: portraits(ground, ground.metrics, customers)})


def portraits(ground: Ground, metrics: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """PROFILE_TAGS: a column per tag, and all of them in one sentence; what is not known is left out.

    Args:
        ground: of the run.
        metrics: METRICS of the customers asked for.
        customers: tblCustomers of the same.
    """
    general = ground.settings.general
    found = behaviour_of(ground.frames, metrics, ground.date, ground.period)
    size = sizes(customers).to_numpy(dtype=object)
    tags: dict[str, Names] = {
        "industry_tag": _known(metrics["industry"].to_numpy(dtype=object)),
        "size_tag": np.where(size == c.UNNAMED, "", size),
        "behaviour_tag": behaviour_tag(found, general),
        "value_tag": value_tag(
            metrics["monetary"].to_numpy(dtype=float), metrics, ground.period, ground.date
        ),
        "need_tag": need_tag(ground.frames, metrics, ground.date),
    }
    profile = np.full(len(metrics), "", dtype=object)
    for name, title in _PARTS.items():
        profile += np.where(tags[name] == "", "", f"【{title}:" + tags[name] + "】")
    ids = metrics[["customer_id", "customer_name"]]
    return ids.assign(profile=profile, **tags)[list(PROFILE_TAGS.names)]


def behaviour_tag(found: Behaviour, general: General) -> Names:
    """Logins by the cuts in 参数, and the other tags, "月均登录≥15次、高活跃"; blank where nothing is known."""
    low, high = general.behaviour_quiet, general.behaviour_active
    known = ~np.isnan(found.logins)
    between = known & ~found.active(general) & ~found.quiet(general)
    logins = np.full(len(known), "", dtype=object)
    logins[found.active(general)] = f"月均登录≥{high}次"
    logins[between] = f"月均登录{low}-{high}次"
    logins[found.quiet(general)] = f"月均登录<{low}次"
    tags = found.tags(general)
    return joined([logins, tags])


def value_tag(monetary: np.ndarray, metrics: pd.DataFrame, period: Period, date: pd.Timestamp) -> Names:
    """Money of the period, "近12个月消费10万元"; 无交易 for who never ordered; blank without tblOrders."""
    months = period.whole_months if period.end == date.normalize() else None
    when = f"近{months}个月" if months else f"{period.start:%Y-%m-%d}至{period.end:%Y-%m-%d}"
    codes, distinct = pd.factorize(np.round(monetary / YUAN_PER_WAN, 2))
    texts = np.array(
        [f"{when}消费{number_text(value)}万元" for value in distinct.tolist()] + [""], dtype=object
    )
    tags = texts[codes]
    tags[metrics["lifetime_orders"].to_numpy(dtype=float) == 0] = "无交易"
    return np.asarray(tags, dtype=object)


def need_tag(frames: Frames, metrics: pd.DataFrame, date: pd.Timestamp) -> Names:
    """The function looked at last in tblUsage, then the needs of tblTags, "关注数据安全模块、降本增效"."""
    listed = text_index(metrics["customer_id"])
    interest, needs = (np.full(len(listed), "", dtype=object) for _ in range(2))
    usage = frames.get(i.USAGE.name)
    if usage is not None:
        rows = usage[(usage["month"] <= date) & usage["feature_interest"].notna()].sort_values(
            ["month", "feature_interest"], kind="stable"
        )
        own = codes_in(rows["customer_id"], listed)
        # Written month after month, so that the last one stays.
        interest[own[own >= 0]] = ("关注" + rows["feature_interest"].to_numpy(dtype=object))[own >= 0]
    tagged = frames.get(i.TAGS.name)
    if tagged is not None:
        rows = tagged[tagged["tag_kind"] == _NEED].drop_duplicates(["customer_id", "tag"]).sort_values("tag")
        own = codes_in(rows["customer_id"], listed)
        needs = texts_of(own, rows["tag"].to_numpy(dtype=object), len(listed))
    return joined([interest, needs])


def _known(values: Names) -> Names:
    return np.where(pd.isna(values), "", values).astype(object)
