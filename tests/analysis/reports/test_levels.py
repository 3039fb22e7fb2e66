"""客户分层总结: guide 001's own sentence, shares that add up, and nothing said of groups that are too small."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

from crm_xl.analysis.reports.levels import make
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i
from crm_xl.tables import insight_rules as r
from crm_xl.tables.outputs import CHANNEL_COLUMNS
from crm_xl.tables.relations import LEVEL_SUMMARY, LEVEL_TRAITS
from tests.support.ground import ground
from tests.support.metric_rows import metric_rows
from tests.support.typed import frame

Person = tuple[str, str | None, str | None, float]  # priority, industry, need, 万元


def made(people: list[Person], settings: Settings | None = None) -> dict[str, pd.DataFrame]:
    """The tables of these customers, C1, C2, …"""
    ids = [f"C{n + 1}" for n in range(len(people))]
    rows = [{"customer_id": name, "industry": industry, "customer_type": "企业"}
            for name, (_, industry, _, _) in zip(ids, people, strict=True)]  # fmt: skip
    tags = [{"customer_id": name, "tag_kind": "需求", "tag": need}
            for name, (_, _, need, _) in zip(ids, people, strict=True) if need]  # fmt: skip
    figures: list[dict[str, Any]] = [
        {"annual_amount_wan": wan, **dict.fromkeys(CHANNEL_COLUMNS.values(), 0)} for *_, wan in people
    ]
    return make(
        ground(
            "2024-12-31",
            frames={i.CUSTOMERS.name: frame(i.CUSTOMERS, rows), i.TAGS.name: frame(i.TAGS, tags)},
            settings=settings,
            metrics=metric_rows(*figures),
            scores=pd.DataFrame({"priority": pd.Series([level for level, *_ in people], dtype=object)}),
        )
    ).tables


# “S级客户15家，主要集中在金融行业，需求集中于合规系统升级”: 9 of 15 in finance, 6 of the 10 whose need is known.
GUIDE: list[Person] = [
    *[("S", "金融", "合规系统升级", 100.0)] * 6, *[("S", "金融", "数据安全", 100.0)] * 3, ("S", "医疗", "数据安全", 100.0),
    *[("S", "医疗", None, 100.0)] * 3, *[("S", "教育", None, 100.0)] * 2,
    *[("A", "制造业-汽车零部件", "降本增效", 10.0)] * 20, *[("A", "制造业-通用设备", None, 10.0)] * 20,
    *[("C", "金融", None, 1.0)] * 4, ("待评估", "金融", "降本增效", 0.0),
]  # fmt: skip


def test_the_guides_sentence() -> None:
    table = made(GUIDE)[LEVEL_SUMMARY.name].set_index("priority")
    s = table.loc["S级（重点突破）"]
    # 15 of 60 are 25 %; 1500 of 1500 + 400 + 4 = 1904 万元 are 78.78 %.
    assert s[["customers", "customer_share", "amount", "amount_share"]].tolist() == [15, 0.25, 1500, 0.7878]
    assert s[["industry", "industry_customers", "industry_share"]].tolist() == ["金融", 9, 0.6]
    assert s[["need", "need_customers", "need_share"]].tolist() == ["合规系统升级", 6, 0.6]
    assert s["features"].startswith(
        "S级客户15家，占25%；主要集中在金融（9家，占60%）；需求集中于合规系统升级（6家，占60%）"
    )
    assert s["follow_up"] == "每月高层拜访1次"


def test_industries_are_taken_at_their_upper_level() -> None:
    a = made(GUIDE)[LEVEL_SUMMARY.name].set_index("priority").loc["A级（持续维护）"]
    assert a[["industry", "industry_customers", "industry_share"]].tolist() == ["制造业", 40, 1.0]


def test_every_level_has_a_row_and_the_last_is_the_total() -> None:
    table = made(GUIDE)[LEVEL_SUMMARY.name]
    assert table["priority"].tolist() == [
        "S级（重点突破）", "A级（持续维护）", "B级（观察培养）", "C级（暂缓跟进）", "待评估", "合计",
    ]  # fmt: skip
    assert table["customers"].tolist() == [15, 40, 0, 4, 1, 60]
    assert table["customer_share"].sum() == pytest.approx(2.0)
    # 40 of manufacturing; 20 + 1 降本增效 of the 31 whose need is known: 67.74 %.
    assert table.iloc[-1][["industry", "industry_customers", "need", "need_customers", "need_share"]].tolist() == [
        "制造业", 40, "降本增效", 21, 0.6774,
    ]  # fmt: skip


def test_of_fewer_than_five_nothing_is_said() -> None:
    table = made(GUIDE)[LEVEL_SUMMARY.name].set_index("priority")
    assert table["features"]["C级（暂缓跟进）"] == "C级客户4家，占6.67%；不足5家，不作归纳"
    assert table["features"]["B级（观察培养）"] == "B级客户0家"
    assert table["features"]["待评估"] == ""
    assert table["industry"].isna().tolist() == [False, False, True, False, False, False]


def test_traits_that_stand_out_have_a_row_with_their_lift() -> None:
    traits = made(GUIDE)[LEVEL_TRAITS.name].set_index(["priority", "value"])
    # Finance: 9 of 15 S, 9 + 4 + 1 = 14 of 60: 60 % against 23.33 %, 2.57 times.
    row = traits.loc[("S级（重点突破）", "金融")]
    assert row[["trait", "customers", "flagged", "share", "base_share", "lift"]].tolist() == [
        "行业", 14, 9, 0.6, 0.2333, 2.57,
    ]  # fmt: skip
    assert row["chance"] < 0.001
    # 医疗: 4 of 15 is too few to be told.
    assert ("S级（重点突破）", "医疗") not in traits.index
    # Manufacturing is 40 of 40 against 40 of 60: 1.5 times, on the threshold.
    assert traits.loc[("A级（持续维护）", "制造业"), "lift"] == 1.5


def test_what_stands_out_and_was_not_told_yet_is_told() -> None:
    features = made(GUIDE)[LEVEL_SUMMARY.name].set_index("priority")["features"]
    # 降本增效 is 20 of A's 20 known needs: told as the main need, and not once more as a trait.
    assert features["A级（持续维护）"] == (
        "A级客户40家，占66.67%；主要集中在制造业（40家，占100%）；需求集中于降本增效（20家，占100%）"
    )
    people: list[Person] = [
        *[("S", "金融", None, 1.0)] * 6, *[("S", "医疗", None, 1.0)] * 5, *[("S", "教育", None, 1.0)] * 9,
        *[("A", "制造业", None, 1.0)] * 60,
    ]  # fmt: skip
    said = made(people)[LEVEL_SUMMARY.name].set_index("priority")["features"]["S级（重点突破）"]
    # 教育 is 9 of 20: 45 %. 金融 6 and 医疗 5 of 20 stand only there: 30 % and 25 % against 7.5 % and 6.25 % of 80.
    assert said == (
        "S级客户20家，占25%；主要集中在教育（9家，占45%）；行业为金融的占30%，全体7.5%；行业为医疗的占25%，全体6.25%"
    )


def test_every_number_of_a_sentence_stands_in_a_table() -> None:
    tables = made(GUIDE)
    summary, traits = tables[LEVEL_SUMMARY.name], tables[LEVEL_TRAITS.name]
    for row in summary.to_dict("records"):
        own = traits[traits["priority"] == row["priority"]]
        cells = [*row.values(), *own.drop(columns="priority").to_numpy().ravel()]
        known = {f"{cell:g}" for cell in cells if isinstance(cell, float)}
        known |= {f"{round(100 * cell, 2):g}" for cell in cells if isinstance(cell, float)}
        sentence = row["features"].replace("不足5家", "")
        assert set(re.findall(r"\d+(?:\.\d+)?", sentence)) <= known, row["features"]


def with_rules(**changed: Any) -> Settings:
    settings = Settings.default()
    rules = {name: replace(rule, **changed) for name, rule in settings.insight_rules.items()}
    return replace(settings, insight_rules=rules)


def test_thresholds_and_texts_are_those_of_the_rules() -> None:
    strict = made(GUIDE, with_rules(threshold=99.0))[LEVEL_SUMMARY.name].set_index("priority")["features"]
    assert strict["S级（重点突破）"] == "S级客户15家，占25%；没有集中的行业、需求或突出特征"
    patient = made(GUIDE, with_rules(smallest=16))[LEVEL_SUMMARY.name].set_index("priority")["features"]
    assert patient["S级（重点突破）"] == "S级客户15家，占25%；不足16家，不作归纳"
    worded = made(GUIDE, with_rules(text="{对象}{涉及}家"))[LEVEL_SUMMARY.name]["features"][0]
    assert worded == "S级客户15家，占25%；金融9家；合规系统升级6家"


def test_with_all_rules_off_only_the_size_is_told() -> None:
    settings = replace(Settings.default(), insight_rules={})
    tables = made(GUIDE, settings)
    assert tables[LEVEL_SUMMARY.name]["features"][0] == "S级客户15家，占25%；没有集中的行业、需求或突出特征"
    assert tables[LEVEL_TRAITS.name].empty
    assert list(tables[LEVEL_TRAITS.name].columns) == list(LEVEL_TRAITS.names)


@pytest.mark.parametrize("people", [[], [("S", None, None, np.nan)]])
def test_nobody_and_somebody_of_whom_nothing_is_known(people: list[Person]) -> None:
    table = made(people)[LEVEL_SUMMARY.name]
    assert table["priority"].iloc[-1] == "合计"
    assert table["customers"].iloc[-1] == len(people)
    assert table["amount_share"].isna().all()
    assert table["industry"].isna().all()


person = st.tuples(
    st.sampled_from("SABC"), st.sampled_from(["甲", "乙", None]), st.sampled_from(["丙", "丁", None]),
    st.floats(0, 1000).map(lambda wan: round(wan, 2)),
)  # fmt: skip


@runs(deadline=None, max_examples=30)
@given(st.lists(person, max_size=40))
def test_totals_tie_and_the_order_of_customers_does_not_matter(people: list[Person]) -> None:
    table = made(people)[LEVEL_SUMMARY.name]
    levels, total = table.iloc[:-1], table.iloc[-1]
    assert levels["customers"].sum() == total["customers"] == len(people)
    assert levels["amount"].sum() == pytest.approx(total["amount"])
    if people:
        assert levels["customer_share"].sum() == pytest.approx(1)
    turned = made(people[::-1])[LEVEL_SUMMARY.name]
    pd.testing.assert_frame_equal(table, turned)


def test_the_rules_of_levels_are_declared() -> None:
    assert {r.LEADING_INDUSTRY, r.LEADING_NEED, r.STANDS_OUT} <= Settings.default().insight_rules.keys()
