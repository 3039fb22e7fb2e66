"""客户分层总结 (guide 001): what S, A, B and C are made of, and what sets each apart from all customers."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.balance import exact_sum
from crm_xl.analysis.checks import Check, agrees
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.points import number_text
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.lift import lift_of, traits_of
from crm_xl.analysis.reports.traits import TRAITS, customer_traits, trait_tags
from crm_xl.analysis.reports.value_assessment import full_names
from crm_xl.analysis.reports.wording import share_text, worded
from crm_xl.analysis.shares import DECIMALS, shares
from crm_xl.analysis.tally import Flags, Tally, codes_in, divide, text_index
from crm_xl.settings.model import BOUND_TOLERANCE, InsightRule
from crm_xl.tables import inputs as i
from crm_xl.tables import insight_rules as r
from crm_xl.tables.outputs import PENDING, TOTAL
from crm_xl.tables.relations import LEVEL_SUMMARY, LEVEL_TRAITS

_NEED = i.TAG_KINDS[1]
_MOST_TOLD = 3  # traits in one sentence; the table of traits has them all
_SMALLEST = 5  # where the rules that say so are switched off

Names = NDArray[np.object_]


def make(ground: Ground) -> Made:
    """LEVEL_SUMMARY, the best level first and 合计 last, and LEVEL_TRAITS on which its sentences stand."""
    bands = ground.settings.bands
    own = ground.scores["priority"].reset_index(drop=True)
    names = [band.name for band in bands] + ([PENDING] if (own == PENDING).any() else [])
    of_customers = customer_traits(ground)
    traits = _level_traits(ground, of_customers, own, names)
    tally = Tally.of(own, text_index(names))
    everybody = np.ones(len(own), dtype=bool)
    wan = ground.metrics["annual_amount_wan"].to_numpy(dtype=float)
    customers, money = tally.count(everybody), tally.sum(wan, ~np.isnan(wan))
    body = pd.DataFrame(
        {
            "level": names,
            "customers": customers,
            "customer_share": shares(customers),
            "amount": money,
            "amount_share": shares(money),
        }
    )
    total = {
        "level": TOTAL,
        "customers": customers.sum(),
        "customer_share": 1.0 if customers.sum() else np.nan,
        "amount": money.sum(),
        "amount_share": 1.0 if money.sum() > 0 else np.nan,
    }
    table = pd.concat([body, pd.DataFrame([total])], ignore_index=True)
    # The last group is everybody.
    members = [(own == name).to_numpy() for name in names] + [everybody]
    table = table.assign(**_leading("industry", _industries(of_customers), members))
    table = table.assign(**_leading("need", _needs(ground), members))
    table["features"] = pd.Series(list(_features(table, traits, ground)), dtype=object)
    table["priority"] = full_names(table["level"], bands).fillna(TOTAL)
    table["follow_up"] = (
        table["level"].map({band.name: band.strategy or None for band in bands}).astype(object)
    )
    shown = traits.assign(priority=full_names(traits["level"], bands))
    return Made(
        tables={
            LEVEL_SUMMARY.name: table[list(LEVEL_SUMMARY.names)],
            LEVEL_TRAITS.name: shown[list(LEVEL_TRAITS.names)],
        },
        checks=(_ties(table, wan),),
    )


def _ties(table: pd.DataFrame, wan: Floats) -> Check:
    """Whether the levels hold every customer and all the money."""
    levels, name = table.iloc[:-1], LEVEL_SUMMARY.title
    if short := len(wan) - float(levels["customers"].sum()):
        return agrees(f"“{name}”各级合计＝客户指标", short, "客户数")
    ours = exact_sum(levels["amount"].to_numpy(dtype=float)) * YUAN_PER_WAN
    rest = ours - exact_sum(wan[~np.isnan(wan)]) * YUAN_PER_WAN
    return agrees(f"“{name}”各级合计＝客户指标", rest, f"{len(wan)} 家，近12个月 {ours:,.2f} 元")


def _level_traits(ground: Ground, customers: pd.DataFrame, own: pd.Series, names: list[str]) -> pd.DataFrame:
    """The traits that stand out in each level by the rule, strongest first within it."""
    rule = ground.settings.insight_rules.get(r.STANDS_OUT)
    found = [pd.DataFrame(columns=["level", *LEVEL_TRAITS.names[1:]])]
    if rule is not None and rule.threshold is not None:
        held = traits_of(customers, TRAITS, trait_tags(ground))
        for name in names:
            if name == PENDING:
                continue
            lifts = lift_of(held, own == name, rule.smallest)
            found.append(outstanding(lifts, rule.threshold, ground).assign(level=name))
    frame = pd.concat([part for part in found if len(part)] or found[:1], ignore_index=True)
    frame = frame.astype({name: float for name in LEVEL_TRAITS.names[3:]})
    # As the table shows them, so that a sentence has the same figures.
    return frame.round({"share": DECIMALS, "base_share": DECIMALS, "lift": 2})


def outstanding(lifts: pd.DataFrame, threshold: float, ground: Ground) -> pd.DataFrame:
    """The rows of `trait_lift` that are as much commoner as the threshold says, and not by chance."""
    strong = lifts["lift"] >= threshold - BOUND_TOLERANCE
    return lifts.loc[strong & (lifts["chance"] <= ground.settings.general.trait_chance)]


Holders = tuple[NDArray[np.int64], Names]  # whose each value is, and the value


def _industries(traits: pd.DataFrame) -> Holders:
    values = traits["industry"].to_numpy(dtype=object)
    rows = np.flatnonzero(~pd.isna(values))
    return rows, values[rows]


def _needs(ground: Ground) -> Holders:
    tags = ground.frames.get(i.TAGS.name)
    if tags is None:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=object)
    rows = tags.loc[(tags["tag_kind"] == _NEED).to_numpy()].drop_duplicates(["customer_id", "tag"])
    owners = codes_in(rows["customer_id"], ground.listed)
    return owners[owners >= 0], rows["tag"].to_numpy(dtype=object)[owners >= 0]


def _leading(name: str, holders: Holders, members: list[Flags]) -> dict[str, Names | Floats]:
    """The commonest value in each group, how many of it have it, and their share of those who have any."""
    owners, values = holders
    codes, words = pd.factorize(values, sort=True)
    first = np.full(len(members), None, dtype=object)
    most, known = np.zeros(len(members)), np.zeros(len(members))
    for place, inside in enumerate(members):
        counts = np.bincount(codes[inside[owners]], minlength=max(len(words), 1))
        most[place], known[place] = counts.max(), len(np.unique(owners[inside[owners]]))
        if most[place]:
            first[place] = words[counts.argmax()]  # of equals the first by name
    return {
        name: first,
        f"{name}_customers": np.where(most > 0, most, np.nan),
        f"{name}_share": np.round(divide(most, known), DECIMALS),
    }


def _features(table: pd.DataFrame, traits: pd.DataFrame, ground: Ground) -> Iterator[str]:
    """核心特征 of each row: the sentence is made of the row's cells and of its level's rows of LEVEL_TRAITS."""
    rules = ground.settings.insight_rules
    leading = [(rules.get(r.LEADING_INDUSTRY), "industry"), (rules.get(r.LEADING_NEED), "need")]
    smallest = min([rule.smallest for rule, _ in leading if rule] or [_SMALLEST])
    for row in table.to_dict("records"):
        if row["level"] in (TOTAL, PENDING):
            yield ""
            continue
        begin = f"{row['level']}级客户{row['customers']:.0f}家"
        begin += f"，占{share_text(row['customer_share'])}" if row["customers"] else ""
        if row["customers"] < smallest:
            yield f"{begin}；不足{smallest}家，不作归纳" if row["customers"] else begin
            continue
        told = [said for rule, name in leading if (said := _led(row, rule, name))]
        own = traits.loc[traits["level"] == row["level"]]
        told += _stands_out(own, rules.get(r.STANDS_OUT), {row["industry"], row["need"]} if told else set())
        yield "；".join([begin, *(told or ["没有集中的行业、需求或突出特征"])])


def _led(row: Mapping[Hashable, Any], rule: InsightRule | None, name: str) -> str:
    """What is said of the commonest industry or need; blank where too few have it."""
    share, number = float(row[f"{name}_share"]), float(row[f"{name}_customers"])
    if rule is None or rule.threshold is None or not number >= rule.smallest:
        return ""
    if 100 * share < rule.threshold - BOUND_TOLERANCE:
        return ""
    return worded(rule.text, {**_NOTHING, r.SUBJECT: str(row[name]), r.CUSTOMERS: f"{number:.0f}",
                              r.SHARE: share_text(share), r.FIGURE: share_text(share),
                              r.LIMIT: f"{number_text(rule.threshold)}%"})  # fmt: skip


_NOTHING = dict.fromkeys(r.PLACEHOLDERS, "无")


def _stands_out(traits: pd.DataFrame, rule: InsightRule | None, told: set[object]) -> list[str]:
    """What is said of the strongest traits that have not been told."""
    if rule is None or rule.threshold is None:
        return []
    rows = [row for row in traits.to_dict("records") if row["value"] not in told][:_MOST_TOLD]
    return [
        worded(rule.text, {**_NOTHING, r.SUBJECT: f"{row['trait']}为{row['value']}的",
                           r.FIGURE: share_text(row["share"]), r.SHARE: share_text(row["share"]),
                           r.BASE: share_text(row["base_share"]), r.CUSTOMERS: f"{row['flagged']:.0f}",
                           r.GROUP: f"{row['customers']:.0f}", r.LIMIT: f"{number_text(rule.threshold)}倍"})
        for row in rows
    ]  # fmt: skip
