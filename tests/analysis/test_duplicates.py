"""Which customers are proposed as one, and what a tick does: made-up names, counted by hand."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import process
from rapidfuzz.distance import Indel

import crm_xl
from crm_xl import Settings
from crm_xl.analysis.duplicates import propose
from crm_xl.analysis.ledger import Action, Rule
from crm_xl.analysis.likeness import SHORTEST, nearly_same, nearness
from crm_xl.raw import RawTable
from crm_xl.tables import inputs as i
from crm_xl.tables.industries import SECTIONS
from crm_xl.tables.places import PLACES
from tests.support import typed

TODAY = "2026-01-15"


def proposed(*names: str, contacts: Any = None, earlier: Any = None, **same: Any) -> pd.DataFrame:
    customers = typed.frame(
        i.CUSTOMERS,
        [{"customer_id": f"C{n}", "customer_name": name, **same} for n, name in enumerate(names, 1)],
    )
    return propose(customers, contacts, earlier, similarity=0.88, mask=True)[0]


def pairs(proposals: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(proposals[["keep_id", "merge_id", "reason"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("华东精密机械有限公司", "华东精密机械有限公司", "名称完全相同"),
        ("华东精密机械有限公司", "华东 精密机械有限公司", "只有全半角、空格、括号或大小写不同"),
        ("ＡＢＣ机械有限公司", "abc机械有限公司", "只有全半角、空格、括号或大小写不同"),
        ("华东（集团）机械有限公司", "华东(集团)机械有限公司", "只有全半角、空格、括号或大小写不同"),
        ("华东精密机械有限公司", "华东精密机械有限责任公司", "公司形式写法不同"),
        ("华东精密机械", "华东精密机械股份有限公司", "公司形式写法不同"),
        ("华东精密机械有限公司", "上海市华东精密机械有限公司", "省市写法不同"),
        ("华东精密机械（上海）有限公司", "上海华东精密机械有限责任公司", "公司形式写法不同"),
        ("Acme Tools Co., Ltd.", "ACME TOOLS Limited", "公司形式写法不同"),
        ("东湾启原精密机械有限公司", "东湾启原精密机械制造有限公司", "名称相近：“东湾启原精密机械”与“东湾启原精密机械制造”"),
        ("江南云溪启原网络有限公司", "江南云溪启原新网络有限公司", "名称相近：“江南云溪启原网络”与“江南云溪启原新网络”"),
    ],
)  # fmt: skip
def test_one_company_under_two_spellings_is_proposed(one: str, other: str, reason: str) -> None:
    assert pairs(proposed(one, other)) == [("C1", "C2", reason)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海华东机械有限公司", "北京华东机械有限公司"),  # one name, two cities
        ("华东精密机械有限公司", "华南精密机械有限公司"),  # only the trade is the same
        ("如家快捷酒店管理一号店", "如家快捷酒店管理二号店"),
        ("如家快捷酒店管理公司第1分公司", "如家快捷酒店管理公司第2分公司"),
        ("华东精密机械有限公司", "华东精密机械有限公司上海分公司"),
        ("有限公司", "股份有限公司"),
        ("上海有限公司", "北京有限公司"),
    ],
)
def test_two_companies_are_not_proposed(one: str, other: str) -> None:
    assert proposed(one, other).empty


def test_many_spellings_of_one_company_are_all_proposed_to_one() -> None:
    found = proposed("华东机械有限公司", "华东机械", "华东 机械公司", "华东机械股份公司")
    assert set(found["keep_id"]) == {"C1"}
    assert set(found["merge_id"]) == {"C2", "C3", "C4"}


def test_the_most_recently_verified_stays() -> None:
    customers = typed.frame(
        i.CUSTOMERS,
        [
            {"customer_id": "A", "customer_name": "华东机械有限公司", "verified_on": "2025-01-01"},
            {"customer_id": "B", "customer_name": "华东机械公司", "verified_on": "2025-06-01"},
        ],
    )
    found, complete = propose(customers, None, None, similarity=0.88, mask=True)
    assert pairs(found)[0][:2] == ("B", "A")
    assert complete


def test_persons_need_more_than_a_name() -> None:
    assert proposed("张伟", "张伟", customer_type="个人").empty
    assert proposed("张伟", "张伟").empty  # nothing says that they are companies
    contacts = typed.frame(
        i.CONTACTS,
        [{"contact_id": f"P{n}", "customer_id": f"C{n}", "phone": "13800001234"} for n in (1, 2)],
    )
    found = proposed("张伟", "张 伟", contacts=contacts, customer_type="个人")
    assert pairs(found) == [("C1", "C2", "姓名相同，手机相同")]
    assert found["keep_name"].tolist() == ["张*"]
    assert proposed("张伟", "李伟", contacts=contacts, customer_type="个人").empty


def answers(*rows: dict[str, Any]) -> pd.DataFrame:
    return typed.frame(i.MERGE_PROPOSALS, rows)


def test_an_answer_is_kept_also_the_other_way_round_and_never_asked_twice() -> None:
    rejected = answers({"keep_id": "C2", "merge_id": "C1", "merge": False, "reason": "公司形式写法不同"})
    found = proposed("华东机械有限公司", "华东机械公司", earlier=rejected)
    assert pairs(found) == [("C2", "C1", "公司形式写法不同")]
    assert found["merge"].tolist() == [False]


def test_an_answer_is_kept_when_the_name_was_mended_and_dropped_with_its_customer() -> None:
    ticked = answers({"keep_id": "C1", "merge_id": "C2", "merge": True, "reason": "公司形式写法不同"})
    assert pairs(proposed("华东机械有限公司", "南山食品厂", earlier=ticked)) == [
        ("C1", "C2", "公司形式写法不同")
    ]
    assert proposed("华东机械有限公司", earlier=ticked).empty


def test_a_row_by_hand_stays_and_an_unanswered_one_is_found_anew_or_not() -> None:
    by_hand = answers({"keep_id": "C1", "merge_id": "C2"})
    assert pairs(proposed("华东机械", "南山食品厂", earlier=by_hand)) == [("C1", "C2", "人工填写")]
    stale = answers({"keep_id": "C1", "merge_id": "C2", "reason": "公司形式写法不同"})
    assert proposed("华东机械", "南山食品厂", earlier=stale).empty


# What a tick does, seen from outside.


def analyzed(ticks: list[dict[str, Any]], **general: Any) -> Any:
    shipped = Settings.default()
    settings = replace(shipped, general=replace(shipped.general, **general))
    orders = [
        {"订单编号": f"S{n}", "客户编号": customer, "订单日期": day, "订单金额(元)": amount}
        for n, (customer, day, amount) in enumerate(
            [
                ("A", "2025-01-05", 100),
                ("B", "2025-02-05", 40),
                ("B", "2025-03-05", -10),
                ("X", "2025-01-07", 7),
            ]
        )
    ]
    names = {"A": "华东机械有限公司", "B": "华东机械公司", "X": "南山食品厂"}
    tables: dict[str, Any] = {
        "tblCustomers": pd.DataFrame([{"客户编号": k, "客户名称": v} for k, v in names.items()]),
        "tblOrders": pd.DataFrame(orders),
        "tblInteractions": pd.DataFrame(
            [{"互动编号": "I1", "客户编号": "B", "互动时间": "2025-02-01 09:00"}]
        ),
    }
    if ticks:
        tables["tblMergeProposals"] = pd.DataFrame(ticks)
    return crm_xl.analyze(tables, settings, today=TODAY)


TICK = {"保留编号": "A", "并入编号": "B", "合并": "是"}


def test_a_tick_moves_everything_to_the_customer_that_stays() -> None:
    merged = analyzed([TICK])
    metrics = merged.tables["tblMetrics"].set_index("customer_id")
    assert list(metrics.index) == ["A", "X"]
    assert metrics.loc["A", ["monetary", "frequency", "interactions"]].tolist() == [130, 2, 1]
    ledger = merged.tables["tblLedger"]
    told = ledger[ledger["rule"] == Rule.MERGED][["table", "cell", "action", "before", "after", "amount"]]
    assert told.astype(object).where(told.notna(), "").to_numpy().tolist() == [
        ["客户", "tblCustomers!A3", Action.JOINED, "B", "A", ""],
        ["订单", "tblOrders!B3", Action.MOVED, "B", "A", 40],
        ["订单", "tblOrders!B4", Action.MOVED, "B", "A", -10],
        ["互动记录", "tblInteractions!B2", Action.MOVED, "B", "A", ""],
    ]
    assert merged.balance.balanced
    assert merged.set_aside == 0


def test_without_the_tick_everything_is_as_it_was() -> None:
    before, undone = analyzed([]), analyzed([TICK | {"合并": None}])
    for name, frame in before.tables.items():
        pd.testing.assert_frame_equal(frame, undone.tables[name])
    assert analyzed([TICK | {"合并": "否"}]).customers == 3


def test_the_money_is_the_same_before_and_after() -> None:
    assert analyzed([]).balance == analyzed([TICK]).balance


def test_merges_reach_through_chains_and_circles() -> None:
    chain = [TICK, {"保留编号": "B", "并入编号": "X", "合并": "是"}]
    for ticks in (chain, chain[::-1], [*chain, {"保留编号": "X", "并入编号": "A", "合并": "是"}]):
        metrics = analyzed(ticks).tables["tblMetrics"]
        assert metrics["customer_id"].tolist() == ["A"]
        assert metrics["monetary"].tolist() == [137]


def test_a_tick_that_leads_nowhere_is_told() -> None:
    results = analyzed([{"保留编号": "A", "并入编号": "Z", "合并": "是"}])
    (line,) = results.tables["tblLedger"].query("rule == @Rule.MERGE_NOWHERE").itertuples()
    assert (line.cell, line.before, line.after) == ("tblMergeProposals!B2", "Z", "A")
    checks = results.tables["tblChecks"].set_index("check")
    assert checks.loc["勾选的合并都能执行", "result"] == "✘"
    assert checks.loc["总核对", "result"] == "✘"


def test_the_proposals_are_among_what_the_refresh_writes_back() -> None:
    kept = analyzed([TICK]).kept_up["tblMergeProposals"]
    assert list(kept.columns) == list(i.MERGE_PROPOSALS.names)
    assert kept[["keep_id", "merge_id", "merge"]].values.tolist() == [["A", "B", True]]
    again = RawTable.from_rows(
        "tblMergeProposals",
        [i.MERGE_PROPOSALS.titles, *kept.astype(object).where(kept.notna(), None).values.tolist()],
    )
    assert len(again) == 1


# The search itself.


def made_up(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    places, trades = sorted(PLACES), sorted({word for section in SECTIONS for word in section.words})
    signs = "华东精密云溪启原青浦川恒盛屿澄嘉星辰朗澜景珩锦瑞宏凌安禾麟棠汀沐峤樾朔舟大正和信达通源泰丰"
    names = [
        chance.choice(places)
        + "".join(chance.choice(signs) for _ in range(chance.randint(2, 4)))
        + chance.choice(trades)
        + chance.choice(("有限公司", "有限责任公司", "股份有限公司", ""))
        for _ in range(count)
    ]
    for at in range(0, count, 10):
        name = names[at - 1]
        cut = chance.randrange(len(name))
        names[at] = name[:cut] + chance.choice(("新", " ", "", "（", "公司")) + name[cut:]
    return names


@pytest.mark.parametrize("cutoff", [0.75, 0.88, 0.95])
def test_no_pair_is_missed_by_not_comparing_all(cutoff: float) -> None:
    texts = list(dict.fromkeys(made_up(1_500, seed=7)))
    kinds = [len(text) % 2 for text in texts]
    every = process.cdist(texts, texts, scorer=Indel.normalized_similarity, dtype=np.float64)
    expected = {
        (int(a), int(b))
        for a, b in zip(*np.nonzero(np.triu(every >= cutoff, 1)), strict=True)
        if min(len(texts[a]), len(texts[b])) >= SHORTEST
    }
    of_one_kind = {(a, b) for a, b in expected if kinds[a] == kinds[b]}
    assert len(of_one_kind) < len(expected)
    narrowed = nearly_same(texts, cutoff, kinds)
    assert set(zip(narrowed.left.tolist(), narrowed.right.tolist(), strict=True)) == of_one_kind
    found = nearly_same(texts, cutoff, [None] * len(texts))
    assert set(zip(found.left.tolist(), found.right.tolist(), strict=True)) == expected
    assert len(expected) > 15
    assert found.complete


def test_texts_without_a_common_pair_are_passed_over_up_to_a_cutoff_of_three_quarters_only() -> None:
    # One sign moved: 2 of 8 signs, similarity 0.75; of ten signs 2, similarity 0.8, which leaves a pair in common.
    for texts, found in ((["甲乙丙丁", "甲丙乙丁"], 0), (["甲乙丙丁戊", "甲丙乙丁戊"], 1)):
        assert len(nearly_same(texts, 0.75, [None] * 2).left) == found
        assert nearness(*texts) >= 0.75


def test_nothing_to_compare() -> None:
    for texts in ([], ["甲"], ["甲乙丙丁"], ["甲", "乙"]):
        assert len(nearly_same(texts, 0.88, texts).left) == 0


@given(
    st.lists(
        st.text(alphabet="华东南机械有限责任公司集团（上海）()  AaＡ12一号店😀,.", max_size=14), max_size=12
    ),
    st.data(),
)
def test_any_names_are_read_and_the_order_of_rows_does_not_matter(
    names: list[str], data: st.DataObject
) -> None:
    def found(order: list[int]) -> set[frozenset[str]]:
        rows = [
            {"customer_id": f"C{at}", "customer_name": names[at] or None, "customer_type": "企业"}
            for at in order
        ]
        proposals, complete = propose(typed.frame(i.CUSTOMERS, rows), None, None, similarity=0.88, mask=True)
        assert complete
        assert (proposals["keep_id"] != proposals["merge_id"]).all()
        joined = {f"C{at}": frozenset([f"C{at}"]) for at in order}
        for keep, merge in zip(proposals["keep_id"], proposals["merge_id"], strict=True):
            both = joined[keep] | joined[merge]
            joined.update(dict.fromkeys(both, both))
        return set(joined.values())

    order = list(range(len(names)))
    shuffled = data.draw(st.permutations(order))
    # Cities may contradict (上海 and 北京 either of which none contradicts); who is alike may not depend on places then.
    if not any("上海" in name for name in names):
        assert found(order) == found(list(shuffled))


@pytest.mark.parametrize(
    "name", ["a" + " " * 10_000 + "b", "有限公司" * 2_500, "一" * 10_000, "中" * 9_999, "(" * 10_000]
)
def test_cells_of_ten_thousand_signs_take_no_time(name: str) -> None:
    began = time.perf_counter()
    proposed(name, name + "x", *(f"甲{n}公司" for n in range(5)))
    assert time.perf_counter() - began < 1


@pytest.mark.slow
def test_a_hundred_thousand_names_take_less_than_half_a_minute() -> None:
    customers = pd.DataFrame(
        {"customer_id": np.arange(100_000).astype(str), "customer_name": made_up(100_000, seed=1)}
    )
    frame = customers.astype(object).reindex(columns=list(i.CUSTOMERS.names))
    frame["verified_on"] = pd.Series(np.datetime64("NaT"), index=frame.index, dtype="datetime64[us]")
    began = time.perf_counter()
    found, complete = propose(frame, None, None, similarity=0.88, mask=True)
    assert time.perf_counter() - began < 30
    assert complete
    assert len(found) > 5_000
