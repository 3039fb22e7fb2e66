"""The traits that customers are compared by: what they are, how they came, what they buy, how they speak to us."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_xl.analysis.reports.ground import Ground
from crm_xl.analysis.reports.groups import industries, regions, sizes
from crm_xl.tables import inputs as i
from crm_xl.tables.choices import UNNAMED
from crm_xl.tables.outputs import CHANNEL_COLUMNS

# Column of `customer_traits` -> heading.
TRAITS = {
    "industry": "行业", "region": "区域", "size": "企业规模", "market_position": "市场地位", "source": "客户来源",
    "product": "产品偏好", "channel": "主要沟通方式",
}  # fmt: skip


def customer_traits(ground: Ground) -> pd.DataFrame:
    """customer_id and TRAITS of everybody in scope, in the order of the customers; missing where unknown."""
    customers = ground.frames[i.CUSTOMERS.name]
    frame = pd.DataFrame(
        {
            "customer_id": customers["customer_id"],
            "industry": industries(customers),
            "region": regions(customers),
            "size": sizes(customers),
            "market_position": customers["market_position"],
            "source": customers["source"],
            "product": ground.metrics["product_preference"].to_numpy(dtype=object),
            "channel": main_channel(ground.metrics),
        }
    )
    return frame.astype(object).where(frame != UNNAMED)


def main_channel(metrics: pd.DataFrame) -> np.ndarray:
    """The channel of most of each customer's interactions in the period; missing without any.

    Args:
        metrics: METRICS. Of channels that are used alike the first declared is taken.
    """
    counts = metrics[list(CHANNEL_COLUMNS.values())].to_numpy(dtype=float)
    names = np.array(list(CHANNEL_COLUMNS), dtype=object)
    talked = np.nansum(counts, axis=1) > 0
    channel = np.full(len(metrics), None, dtype=object)
    channel[talked] = names[np.argmax(counts[talked], axis=1)]
    return channel


def trait_tags(ground: Ground) -> pd.DataFrame | None:
    """The tags without the industries, which are a trait of their own; None where there are no tags."""
    tags = ground.frames.get(i.TAGS.name)
    return None if tags is None else tags.loc[(tags["tag_kind"] != i.TAG_KINDS[0]).to_numpy()]
