"""What happened with one customer and what is still to be done: orders by month, last talks, open actions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.order_facts import orders_of
from crm_xl.analysis.reports.ground import Ground
from crm_xl.analysis.reports.identity import joined
from crm_xl.analysis.reports.texts import text_of
from crm_xl.analysis.tally import is_yes
from crm_xl.schema import Table
from crm_xl.tables import card as d
from crm_xl.tables import inputs as i

DONE = "已完成"
BY_ACTION, BY_PLAN, BY_TALK = "改进", "计划", "约定"


def months(ground: Ground, customer: str) -> pd.DataFrame:
    """CARD_MONTHS: what the customer ordered in each of the last 24 months; blank before the first order."""
    orders = orders_of(ground.frames)
    names = list(d.CARD_MONTHS.names)
    if orders is None:
        return pd.DataFrame(columns=names).reindex(range(d.CARD_MONTHS.fixed_rows or 0))
    return orders.keep(pd.Series([customer], dtype=object)).monthly_trend(ground.date)[names]


def interactions(ground: Ground, customer: str) -> pd.DataFrame:
    """CARD_INTERACTIONS: the last talks up to the analysis date, the latest first."""
    rows = _talks(ground, customer).sort_values("interaction_time", ascending=False, kind="stable")
    rows = rows.head(d.LISTED)
    lines = [
        {
            "on": row["interaction_time"],
            "how": joined(*(text_of(row[name]) for name in ("channel", "feedback"))),
            "what": "；".join(
                filter(None, (text_of(row["summary"]), _quoted(row["quote"]), _next(row["next_action"])))
            ),
        }
        for row in rows.to_dict("records")
    ]
    return _fixed(lines or [_nothing(ground, (i.INTERACTIONS,), "没有互动记录")], d.CARD_INTERACTIONS)


def _quoted(quote: Any) -> str:
    return f"“{quote}”" if text_of(quote) else ""


def _next(action: Any) -> str:
    return f"下一步：{action}" if text_of(action) else ""


def _talks(ground: Ground, customer: str) -> pd.DataFrame:
    talks = ground.frames.get(i.INTERACTIONS.name)
    if talks is None:
        return pd.DataFrame(columns=list(i.INTERACTIONS.names))
    today = np.datetime64(ground.date, "D") + np.timedelta64(1, "D")
    own = (talks["customer_id"] == customer).to_numpy() & (talks["interaction_time"].to_numpy() < today)
    return talks[own]


def open_actions(ground: Ground, customer: str) -> pd.DataFrame:
    """CARD_ACTIONS: improvements, plans and agreed next steps that are not done, the earliest due first.

    Where there are more than the block holds, its last row says how many are left out.
    """
    lines = [*_improvements(ground, customer), *_plans(ground, customer), *_agreed(ground, customer)]
    today = ground.date.normalize()
    for line in lines:
        if not pd.isna(line["due"]) and line["due"] < today:
            line["what"] += f"（逾期{(today - line['due']).days}天）"
    lines.sort(
        key=lambda line: (pd.isna(line["due"]), pd.Timestamp.max if pd.isna(line["due"]) else line["due"])
    )
    if len(lines) > d.LISTED:
        left = len(lines) - d.LISTED + 1
        lines = [*lines[: d.LISTED - 1], {"due": None, "who": "", "what": f"另有 {left} 项未列出"}]
    sources = (i.ACTIONS, i.PLANS, i.INTERACTIONS)
    return _fixed(lines or [_nothing(ground, sources, "没有未完成事项")], d.CARD_ACTIONS)


def _nothing(ground: Ground, sources: tuple[Table, ...], said: str) -> dict[str, Any]:
    """The line of a block that has none: that there is nothing, or that no table could tell."""
    if any(table.name in ground.frames for table in sources):
        return {"what": said}
    return {"what": f"缺少数据表“{'”、“'.join(table.title for table in sources)}”"}


def _own(ground: Ground, table: Table, customer: str) -> list[dict[Any, Any]]:
    """The customer's rows of an input table that are not done."""
    frame = ground.frames.get(table.name)
    if frame is None:
        return []
    own = frame[(frame["customer_id"] == customer) & (frame["status"] != DONE)]
    return own.to_dict("records")


def _improvements(ground: Ground, customer: str) -> list[dict[str, Any]]:
    return [
        {
            "due": row["due_date"],
            "who": joined(BY_ACTION, text_of(row["department"])),
            "what": joined(text_of(row["problem"]), text_of(row["advice"]), text_of(row["status"])) or "",
        }
        for row in _own(ground, i.ACTIONS, customer)
    ]


def _plans(ground: Ground, customer: str) -> list[dict[str, Any]]:
    return [
        {
            "due": row["due_date"],
            "who": joined(BY_PLAN, text_of(row["owner"])),
            "what": joined(
                text_of(row["frequency"]), text_of(row["action"]), _goal(row), text_of(row["status"])
            )
            or "",
        }
        for row in _own(ground, i.PLANS, customer)
    ]


def _goal(row: dict[Any, Any]) -> str:
    metric, target = text_of(row["target_metric"]), row["target"]
    return f"{metric}达到{target:g}" if metric and not pd.isna(target) else metric


def _agreed(ground: Ground, customer: str) -> list[dict[str, Any]]:
    rows = _talks(ground, customer)
    rows = rows[rows["next_action"].notna().to_numpy() & ~is_yes(rows["done"])]
    return [
        {
            "due": row["due_date"],
            "who": joined(BY_TALK, text_of(row["follower"])),
            "what": str(row["next_action"]),
        }
        for row in rows.to_dict("records")
    ]


def _fixed(lines: list[dict[str, Any]], table: Table) -> pd.DataFrame:
    """The lines on the table's fixed number of rows."""
    frame = pd.DataFrame(lines, columns=list(table.names))
    first = table.names[0]
    frame[first] = pd.to_datetime(frame[first])
    return frame.reindex(range(table.fixed_rows or len(frame)))
