"""客户卡片: one customer on one page, chosen from the list above it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.points import number_text
from crm_xl.analysis.reports.assessment_card import assessment
from crm_xl.analysis.reports.card_history import interactions, months, open_actions
from crm_xl.analysis.reports.choice import chosen_row
from crm_xl.analysis.reports.contacts import main_contacts
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.identity import cooperation_start, joined, size_words
from crm_xl.analysis.reports.profile_tags import portraits
from crm_xl.analysis.reports.texts import change_words, money_text, text_of
from crm_xl.errors import CrmError
from crm_xl.tables import card as d
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import workshop as w

NO_WARNING = "无"


def make(ground: Ground) -> Made:
    """CARD_BLOCKS of the customer chosen; of the one with the highest score where none is.

    Raises:
        CrmError: nobody is in scope, or the one chosen is not.
    """
    place = chosen_customer(ground)
    row = ground.metrics.iloc[place]
    customer = str(row["customer_id"])
    contact = main_contacts(
        ground.frames.get(i.CONTACTS.name),
        pd.Index([customer], dtype=object),
        mask=ground.settings.general.mask,
    ).iloc[0]
    said = joined(f"客户 {customer}", text_of(row["customer_name"])) or ""
    tables = {
        d.ASSESSMENT_CARD.name: assessment(ground, place, text_of(contact["phone"])),
        d.CUSTOMER_CARD.name: overview(ground, place, contact),
        d.CARD_INTERACTIONS.name: interactions(ground, customer),
        d.CARD_ACTIONS.name: open_actions(ground, customer),
        d.CARD_MONTHS.name: months(ground, customer),
    }
    return Made(tables=tables, chosen=dict.fromkeys(tables, said))


def chosen_customer(ground: Ground) -> int:
    """The row, in the metrics, of the customer whose number or whole name is chosen above the card.

    Raises:
        CrmError: nobody is in scope; nobody there, or more than one, is called so.
    """
    ids, names = (ground.metrics[name].to_numpy(dtype=object) for name in ("customer_id", "customer_name"))
    if not len(ids):
        raise CrmError("分析范围内没有客户。", hint="请修改参数中的分析范围后刷新。")
    row = chosen_row(d.CARD_CHOICE, ground.raw.get(d.CARD_CHOICE.name))
    wanted = "" if row is None else text_of(row["customer_id"]).strip()
    if row is None or not wanted:
        ranked = pd.DataFrame(
            {
                "score": -ground.scores["score"].fillna(-1.0).to_numpy(dtype=float),
                "amount": -np.nan_to_num(ground.metrics["annual_amount"].to_numpy(dtype=float)),
                "id": ids,
            }
        )
        return int(ranked.sort_values(["score", "amount", "id"], kind="stable").index[0])
    found = np.flatnonzero(ids == wanted)
    if not len(found):
        found = np.flatnonzero(names == wanted)
    if len(found) == 1:
        return int(found[0])
    if len(found):
        numbers = "、".join(ids[found][:3].tolist())
        raise row.fault(
            "customer_id", f"有 {len(found)} 家客户叫“{wanted}”。", f"请填客户编号，如 {numbers}。"
        )
    near = get_close_matches(wanted, ids.tolist(), n=1)
    hint = f"是否想写“{near[0]}”？" if near else "请从下拉列表中选择。"
    raise row.fault("customer_id", f"分析范围内没有编号为“{wanted}”的客户。", hint)


def overview(ground: Ground, place: int, contact: pd.Series[Any]) -> pd.DataFrame:
    """CUSTOMER_CARD of one customer; an item of which nothing is known stays, with nothing beside it."""
    content = {**_profile(ground, place, contact), **_trade(ground, place), **_levels(ground, place)}
    content |= {**_rfm(ground, place), **_warning(ground, place), **_tags(ground, place)}
    rows = [(section, item, content[item] or "") for section, items in d.CARD_ITEMS.items() for item in items]
    return pd.DataFrame(rows, columns=list(d.CUSTOMER_CARD.names))


def _profile(ground: Ground, place: int, contact: pd.Series[Any]) -> dict[str, str | None]:
    customers = ground.frames[i.CUSTOMERS.name].iloc[[place]].reset_index(drop=True)
    row, metrics = customers.iloc[0], ground.metrics.iloc[[place]].reset_index(drop=True)
    start, years, renewals = (
        cooperation_start(customers, metrics).iloc[0],
        *metrics.iloc[0][["tenure_years", "renewals"]],
    )
    end = row["contract_end"]
    days = None if pd.isna(end) else (end - ground.date.normalize()).days
    renewed = {True: "已续约", False: "未续约"}.get(row["renewed"])
    return {
        "企业规模": joined(size_words(customers)[0], text_of(row["main_business"])),
        "区域与地位": joined(*(text_of(row[name]) for name in ("region", "market_position", "source"))),
        "合作时间": joined(
            None if pd.isna(start) else f"{start:%Y-%m-%d}起",
            None if pd.isna(years) else f"{number_text(years)}年",
            None if pd.isna(renewals) else f"续约{renewals:.0f}次",
        ),
        "合同": joined(
            None
            if days is None
            else f"{end:%Y-%m-%d}到期（{f'还有{days}天' if days >= 0 else f'已过{-days}天'}）",
            renewed,
        ),
        "联系人": joined(
            *(text_of(contact[name]) for name in ("contact_id", "contact_name", "position", "decision_role")),
            f"偏好{text_of(contact['contact_preference'])}"
            if text_of(contact["contact_preference"])
            else None,
        ),
    }


def _trade(ground: Ground, place: int) -> dict[str, str | None]:
    row = ground.metrics.iloc[place]
    orders, lifetime = row["lifetime_orders"], row["lifetime_amount"]
    if pd.isna(orders):
        return dict.fromkeys(d.CARD_ITEMS["交易"])
    if orders == 0:
        return {**dict.fromkeys(d.CARD_ITEMS["交易"]), "历史总消费": o.NO_TRADE}
    types = row["product_types"]
    return {
        "年消费额": joined(
            money_text(row["annual_amount"]),
            None
            if pd.isna(row["profit_margin"])
            else f"期间利润率{number_text(100 * row['profit_margin'])}%",
        ),
        "历史总消费": joined(
            money_text(lifetime),
            f"{orders:,.0f}单",
            f"客单价{money_text(lifetime / orders)}",
            f"最近{row['last_order_date']:%Y-%m-%d}",
        ),
        "产品": joined(
            text_of(row["product_preference"]),
            None if pd.isna(types) else f"期间内{types:.0f}类",
            None
            if pd.isna(row["cross_buy_rate"])
            else f"交叉购买率{number_text(100 * row['cross_buy_rate'])}%",
        ),
        "近3个月": joined(money_text(row["amount_3m"]), change_words(row["amount_3m_change"], "比前3个月")),
    }


def _levels(ground: Ground, place: int) -> dict[str, str | None]:
    row = ground.scores.iloc[place]
    bands = {band.name: band.full_name for band in ground.settings.bands}
    priority, score = text_of(row["priority"]), row["priority_score"]
    # The sentence behind the sum says what would reach the next tier; the sum itself stands line by line in the form.
    _, _, lift = text_of(row["explanation"]).partition("。")
    return {
        "优先级": joined(
            bands.get(priority, priority), None if pd.isna(score) else f"优先级得分{number_text(score)}"
        ),
        "价值与活跃": joined(
            *(
                f"{title}{text_of(row[name])}" if text_of(row[name]) else None
                for title, name in (
                    ("价值", "value_tier"), ("", "activity"), ("潜力", "potential_tier"), ("价值–潜力", "matrix_cell"),
                )
            )
        ),
        "得分说明": joined(lift, text_of(row["flags"])),
    }  # fmt: skip


def _row_of(ground: Ground, table: str, place: int) -> pd.Series | None:
    """The customer's row in an output that was made before; None where there is none."""
    made = ground.made.get(table)
    if made is None:
        return None
    own = made[made["customer_id"] == ground.metrics["customer_id"].iloc[place]]
    return None if own.empty else own.iloc[0]


def _rfm(ground: Ground, place: int) -> dict[str, str | None]:
    row = _row_of(ground, o.RFM.name, place)
    if row is None:
        return dict.fromkeys(d.CARD_ITEMS["RFM"])
    figures = f"{row['recency_days']:.0f}天 / {row['frequency']:.0f}单 / {money_text(row['monetary'])}"
    points = "-".join("?" if pd.isna(row[letter]) else f"{row[letter]:.0f}" for letter in "rfm")
    return {
        "R / F / M": f"{figures}，得分 {points}",
        "分群": joined(text_of(row["segment"]), text_of(row["strategy"])),
    }


def _warning(ground: Ground, place: int) -> dict[str, str | None]:
    row = _row_of(ground, w.WARNINGS.name, place)
    if row is None:
        return {"预警级别": NO_WARNING if w.WARNINGS.name in ground.made else None, "预警原因": None}
    return {"预警级别": text_of(row["level"]), "预警原因": text_of(row["reasons"])}


def _tags(ground: Ground, place: int) -> dict[str, str | None]:
    metrics = ground.metrics.iloc[[place]].reset_index(drop=True)
    customers = ground.frames[i.CUSTOMERS.name].iloc[[place]].reset_index(drop=True)
    typed = ground.frames.get(i.TAGS.name)
    words = []
    if typed is not None:
        own = typed[typed["customer_id"] == metrics["customer_id"].iloc[0]]
        for kind in i.TAG_KINDS:
            tags = list(dict.fromkeys(own.loc[own["tag_kind"] == kind, "tag"].dropna()))
            words += [f"{kind}：{'、'.join(tags)}"] if tags else []
    return {
        "客户画像": portraits(ground, metrics, customers)["profile"].iloc[0],
        "客户标签": "；".join(words),
    }
