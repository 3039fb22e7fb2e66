"""Shown tiers: triggers, minimum stay, nobody stuck, overrides, and the tables that tell of it (SPEC section 5)."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_xl import Settings
from crm_xl.analysis import movement as m
from crm_xl.analysis.grading import assign_tier
from crm_xl.analysis.movement_tables import move_tiers, state_of
from crm_xl.analysis.overrides import Override, overrides_in_force
from crm_xl.raw import RawTable
from crm_xl.tables.inputs import HISTORY, OVERRIDES
from crm_xl.tables.workshop import MOVERS

SETTINGS = Settings.default()
TIERS = SETTINGS.tiers  # 战略级 ≥ 90, 重点级 ≥ 75, 普通级 ≥ 60, 潜在级
MONTHS = pd.date_range("2024-01-31", periods=24, freq="ME")


def state(date, *rows):
    """Customers at a run: id, score, annual amount, days since the last order."""
    ids, scores, amounts, days = zip(*rows, strict=True)
    scores = np.array(scores, dtype=float)
    return pd.DataFrame(
        {
            "customer_id": pd.Series(ids, dtype=object),
            "customer_name": pd.Series(ids, dtype=object),
            "owner": pd.Series(["王敏"] * len(ids), dtype=object),
            "score": scores,
            "tier": assign_tier(scores, TIERS),
            "segment": pd.Series([None] * len(ids), dtype=object),
            "annual_amount": np.array(amounts, dtype=float),
            "last_order_date": pd.to_datetime(date) - pd.to_timedelta(days, unit="D"),
        }
    )


def play(*runs, general=SETTINGS.general):
    """Runs of one customer "C": (date, score, amount, days since the last order) each; the Movement of each."""
    history, found = None, []
    for date, score, amount, days in runs:
        found.append(
            move_tiers(state(date, ("C", score, amount, days)), history, TIERS, general, pd.Timestamp(date))
        )
        history = found[-1].history
    return found


def shown(*runs, **more):
    return [move.shown.iloc[0] for move in play(*runs, **more)]


def test_the_first_run_shows_the_raw_tier():
    first = play(("2026-01-31", 76, 1000, 5))[0]
    assert first.shown.tolist() == ["重点级"]
    assert first.movers.empty
    assert first.history["trigger"].tolist() == [m.FIRST]


def test_without_a_trigger_the_tier_is_held():
    # 76 → 74.5 lies below 75 by half a point, within the margin of 2; the amount is the same.
    assert shown(("2026-01-31", 76, 1000, 5), ("2026-06-30", 74.5, 1000, 5)) == ["重点级", "重点级"]


@pytest.mark.parametrize(
    ("score", "tier"), [(73.0, "重点级"), (72.9, "普通级"), (92.0, "重点级"), (92.1, "战略级")]
)
def test_a_score_must_pass_the_bound_by_more_than_two_points(score, tier):
    # 重点级 runs from 75 to 90: 75 − 2 = 73 and 90 + 2 = 92 are not beyond.
    assert shown(("2026-01-31", 76, 1000, 5), ("2026-06-30", score, 1000, 5))[-1] == tier


@pytest.mark.parametrize(
    ("amount", "tier"), [(1300, "重点级"), (1301, "普通级"), (700, "重点级"), (699, "普通级")]
)
def test_an_amount_must_change_by_more_than_thirty_percent(amount, tier):
    # |1,300 − 1,000| ÷ 1,000 = 30 % is not more than 30 %.
    assert shown(("2026-01-31", 76, 1000, 5), ("2026-06-30", 74.5, amount, 5))[-1] == tier


def test_the_amount_is_compared_with_that_of_the_last_change_and_not_of_the_last_run():
    # 20 % a run never is 30 %; from the first run 1,000 → 1,440 is 44 %.
    runs = [("2026-01-31", 76, 1000, 5), ("2026-06-30", 76, 1200, 5), ("2026-12-31", 90.5, 1440, 5)]
    assert shown(*runs)[-1] == "战略级"
    # Had the amount of June counted, it would be 20 % and 90.5 is within the margin.
    assert 1440 / 1200 - 1 < 0.3


def test_from_nothing_any_amount_is_a_change():
    assert shown(("2026-01-31", 59, 0, 80), ("2026-06-30", 60.5, 1, 5))[-1] == "普通级"


@pytest.mark.parametrize(("date", "tier"), [("2026-05-27", "重点级"), ("2026-05-28", "普通级")])
def test_minimum_stay_is_three_calendar_months(date, tier):
    # Moved on 2026-02-28 (first run); three months later is 05-28.
    assert shown(("2026-02-28", 76, 1000, 5), (date, 61, 1000, 5))[-1] == tier


def test_month_end_runs_count_as_three_months():
    # 2026-11-30 plus 3 months is 2027-02-28, the end of February.
    assert shown(("2026-11-30", 76, 1000, 5), ("2027-02-28", 61, 1000, 5))[-1] == "普通级"


def test_silence_bypasses_the_minimum_stay_and_only_lowers():
    # 2026-02-28 minus 3 months is 2025-11-28, 92 days before: 93 days ago is silent.
    assert shown(("2026-01-31", 76, 1000, 65), ("2026-02-28", 74, 1000, 93))[-1] == "普通级"
    assert shown(("2026-01-31", 76, 1000, 65), ("2026-02-28", 74, 1000, 92))[-1] == "重点级"
    assert shown(("2026-01-31", 74, 1000, 65), ("2026-02-28", 76, 1000, 93))[-1] == "普通级"


def test_less_money_is_no_reason_to_rise_but_lets_the_score_decide():
    # 59 → 60.5 is within the margin of 2; 1,000 → 500 is −50 %, more than 30 %.
    (row,) = play(("2026-01-31", 59, 1000, 80), ("2026-06-30", 60.5, 500, 5))[-1].movers.to_dict("records")
    assert (row["from_tier"], row["to_tier"], row["direction"]) == ("潜在级", "普通级", "上升")
    assert row["reason"] == (
        "金额变动：近12个月金额500元，上次变动时1,000元，减少50%，达到复评条件；得分60.5，计算分级为普通级"
    )


def test_every_reason_is_told_with_its_figures():
    moves = play(("2026-01-31", 76, 1_000_000, 5), ("2026-06-30", 58, 500_000, 100))
    row = moves[-1].movers.iloc[0]
    assert list(moves[-1].movers.columns) == list(MOVERS.names)
    assert (row["from_tier"], row["to_tier"], row["direction"]) == ("重点级", "潜在级", "下降")
    assert row["reason"] == (
        "长期无订单：最近订单2026-03-22，超过3个月没有订单"
        "；金额变动：近12个月金额500,000元，上次变动时1,000,000元，减少50%"
        "；得分越界：得分58.0，低于重点级下限75超过2分"
    )
    assert row["since"] == pd.Timestamp("2026-01-31") and row["previous_amount"] == 1_000_000


def test_shown_is_never_fed_back_as_raw():
    """The trap of PEERS T24: a history whose shown tiers say something else leads to the same decision."""
    runs = [("2026-01-31", 76, 1000, 5), ("2026-03-31", 74.5, 1000, 5)]
    history = play(*runs)[-1].history
    forged = history.assign(shown_tier="潜在级")
    now = state("2026-08-31", ("C", 76, 1000, 5))
    for past in (history, forged):
        found = move_tiers(now, past, TIERS, SETTINGS.general, pd.Timestamp("2026-08-31"))
        assert found.shown.tolist() == ["重点级"]
        assert found.history["raw_tier"].tolist()[-1] == "重点级"


def test_a_customer_who_comes_back_just_above_the_bound_is_not_stuck():
    # 75.5 before; gone for four months; back at 75.5 with nearly the old amount: neither 30 % nor two points.
    runs = [("2026-01-31", 75.5, 1000, 5), ("2026-05-31", 72.9, 850, 100), ("2026-06-30", 75.5, 1000, 5)]
    later = [(f"2026-{month:02d}-28", 75.5, 1000, 5) for month in (8, 9, 10)]
    found = play(*runs, *later)
    assert [move.shown.iloc[0] for move in found] == [
        "重点级",
        "普通级",
        "普通级",
        "普通级",
        "普通级",
        "重点级",
    ]
    # Raw stood at 重点级 in June; June 30 plus three months is September 30, so October is the first.
    assert found[-1].movers["reason"].tolist() == ["恢复原级：计算分级持续3个月不低于曾有的重点级"]


def test_a_tier_never_held_still_needs_a_trigger():
    runs = [(f"2026-{month:02d}-28", 75.5 if month > 1 else 74, 1000, 5) for month in range(1, 13)]
    assert set(shown(*runs)) == {"普通级"}


def test_pending_is_shown_at_once_and_left_at_once():
    runs = [("2026-01-31", 76, 1000, 5), ("2026-02-28", np.nan, 1000, 5), ("2026-03-31", 76, 1000, 5)]
    found = play(*runs)
    assert [move.shown.iloc[0] for move in found] == ["重点级", "待评估", "重点级"]
    assert [move.movers["reason"].tolist() for move in found[1:]] == [
        ["数据不足，待评估"],
        ["数据已补齐，可以评定"],
    ]


def test_a_tier_that_left_the_table_gives_way():
    first = play(("2026-01-31", 76, 1000, 5))[0]
    old = first.history.assign(shown_tier="金牌", rule_tier="金牌")
    found = move_tiers(
        state("2026-02-28", ("C", 76, 1000, 5)), old, TIERS, SETTINGS.general, pd.Timestamp("2026-02-28")
    )
    assert found.shown.tolist() == ["重点级"]
    assert found.movers["reason"].tolist() == ["原分级“金牌”已不在分级表中"]


def test_a_second_run_on_the_same_date_replaces_its_rows():
    first = play(("2026-01-31", 76, 1000, 5), ("2026-06-30", 61, 1000, 5))[-1]
    again = move_tiers(
        state("2026-06-30", ("C", 91, 1000, 5)),
        first.history,
        TIERS,
        SETTINGS.general,
        pd.Timestamp("2026-06-30"),
    )
    assert again.history["run_date"].tolist() == [pd.Timestamp("2026-01-31"), pd.Timestamp("2026-06-30")]
    assert again.history["score"].tolist() == [76, 91]
    # Decided against January, as if the first run of June had never been.
    assert again.shown.tolist() == ["重点级"]


def test_a_history_typed_by_hand_may_know_only_what_was_shown():
    typed = play(("2026-01-31", 76, 1000, 5))[0].history.assign(rule_tier=None, trigger=None, raw_tier=None)
    date = pd.Timestamp("2026-06-30")
    held = move_tiers(state(date, ("C", 74.5, 1000, 5)), typed, TIERS, SETTINGS.general, date)
    assert held.shown.tolist() == ["重点级"]
    only_raw = typed.assign(raw_tier="重点级", shown_tier=None)
    assert move_tiers(state(date, ("C", 74.5, 1000, 5)), only_raw, TIERS, SETTINGS.general, date).movers.empty


def test_the_state_is_made_of_scores_metrics_and_segments():
    scores = state("2026-01-31", ("A", 76, 1, 5), ("B", 61, 2, 5))
    metrics = scores[["annual_amount", "last_order_date"]]
    rfm = pd.DataFrame({"customer_id": ["B"], "segment": ["重要价值客户"]}, dtype=object)
    found = state_of(scores, metrics, rfm)
    assert found["segment"].tolist()[1] == "重要价值客户" and pd.isna(found["segment"][0])
    history = move_tiers(found, None, TIERS, SETTINGS.general, MONTHS[0]).history
    assert history["segment"].isna().tolist() == [True, False]


def test_one_customer_and_nobody():
    assert play(("2026-01-31", 76, 1000, 5))[0].migration.set_index("from_tier").loc["合计", "合计"] == 1
    nobody = move_tiers(
        state("2026-01-31", ("C", 76, 1, 5)).iloc[:0], None, TIERS, SETTINGS.general, MONTHS[0]
    )
    assert (
        nobody.movers.empty and nobody.history.empty and list(nobody.history.columns) == list(HISTORY.names)
    )


def test_a_run_for_an_earlier_date_does_not_look_ahead():
    history = play(("2026-01-31", 76, 1000, 5), ("2026-06-30", 61, 1000, 5))[-1].history
    between = move_tiers(
        state("2026-03-31", ("C", 61, 1000, 5)), history, TIERS, SETTINGS.general, pd.Timestamp("2026-03-31")
    )
    assert between.shown.tolist() == ["重点级"]  # two months after January
    assert len(between.history) == 3


def test_customers_outside_this_run_keep_their_rows_of_the_date():
    both = move_tiers(
        state("2026-06-30", ("A", 76, 1, 5), ("B", 61, 1, 5)), None, TIERS, SETTINGS.general, MONTHS[0]
    )
    one = move_tiers(state("2026-06-30", ("A", 91, 1, 5)), both.history, TIERS, SETTINGS.general, MONTHS[0])
    assert one.history[["customer_id", "score"]].to_numpy().tolist() == [["B", 61.0], ["A", 91.0]]


def test_migration_counts_everybody_once_and_sums():
    first = move_tiers(
        state("2026-01-31", ("A", 76, 1, 5), ("B", 61, 1, 5), ("C", 61, 1, 5)),
        None,
        TIERS,
        SETTINGS.general,
        MONTHS[0],
    )
    date = pd.Timestamp("2026-06-30")
    now = state(date, ("A", 61, 1, 5), ("B", 61, 1, 5), ("C", 95, 1, 5), ("D", 50, 1, 5))
    table = move_tiers(now, first.history, TIERS, SETTINGS.general, date).migration.set_index("from_tier")
    assert table.columns.tolist() == ["战略级", "重点级", "普通级", "潜在级", "待评估", "合计"]
    assert table.loc["重点级"].tolist() == [0, 0, 1, 0, 0, 1]
    assert table.loc["普通级"].tolist() == [1, 0, 1, 0, 0, 2]
    assert table.loc["新客户"].tolist() == [0, 0, 0, 1, 0, 1]
    assert table.loc["合计"].tolist() == [1, 0, 2, 1, 0, 4]


# Overrides.


def raw_overrides(*rows):
    """tblOverrides at 人工调整!A1."""
    return RawTable.from_rows(OVERRIDES.name, [OVERRIDES.titles, *rows], sheet=OVERRIDES.sheet)


def test_an_override_wins_while_it_lasts_and_feeds_nothing():
    date = pd.Timestamp("2026-02-28")
    first = play(("2026-01-31", 76, 1000, 5))[0]
    hand = {
        "C": Override(
            tier="战略级", reason="协议已签", adjusted_by="李强", expires_on=pd.Timestamp("2026-03-31")
        )
    }
    with_hand = move_tiers(
        state(date, ("C", 76, 1000, 5)), first.history, TIERS, SETTINGS.general, date, hand
    )
    assert with_hand.shown.tolist() == ["战略级"]
    assert with_hand.movers["reason"].tolist() == ["人工调整：协议已签（李强，至2026-03-31）"]
    assert with_hand.history["rule_tier"].tolist() == ["重点级", "重点级"]
    april = pd.Timestamp("2026-04-30")
    after = move_tiers(state(april, ("C", 76, 1000, 5)), with_hand.history, TIERS, SETTINGS.general, april)
    assert after.shown.tolist() == ["重点级"]
    assert after.movers["reason"].tolist() == ["人工调整已结束，按计算结果显示"]
    # The stay counts from January, not from the override: on 2026-04-30 a real change is free to happen.
    lower = move_tiers(state(april, ("C", 61, 1000, 5)), with_hand.history, TIERS, SETTINGS.general, april)
    assert lower.shown.tolist() == ["普通级"]


def test_overrides_that_cannot_be_followed_are_sentences_with_their_cells():
    table = raw_overrides(
        ["C", "战略级", "协议已签 13800001234", "李强", "2026-10-31"],
        ["X", "战略级", "理由", None, None],
        ["C", "铂金级", "理由", None, None],
        ["C", "重点级", "理由", None, "2026-10-30"],
        ["D", None, "理由", None, None],
        ["D", "重点级客户", "理由", None, "不限"],
        ["D", "普通级", "理由", None, None],
    )
    found = overrides_in_force(table, ["C", "D"], TIERS, pd.Timestamp("2026-10-31"))
    assert {name: own.tier for name, own in found.in_force.items()} == {"C": "战略级", "D": "普通级"}
    assert found.in_force["C"].words == "人工调整：协议已签 138****1234（李强，至2026-10-31）"
    messages = sorted(str(fault) for fault in found.faults)
    expected = {
        "人工调整!A3": "没有编号 X", "人工调整!B4": "铂金级",
        "人工调整!B6": "不能为空", "人工调整!E7": "不是日期", "人工调整!A7": "多条有效",
    }  # fmt: skip
    assert len(messages) == len(expected)
    for where, words in expected.items():
        assert any(where in message and words in message for message in messages), where
    (ended,) = map(str, found.ended)
    assert "人工调整!E5" in ended and "已于 2026-10-30 失效" in ended


def test_no_overrides_at_all():
    assert overrides_in_force(None, [], TIERS, MONTHS[0]).in_force == {}


# Laws.

scores = st.sampled_from(
    [40.0, 59.0, 60.5, 61.9, 62.1, 73.0, 74.9, 75.5, 77.1, 89.0, 90.5, 92.1, 100.0, np.nan]
)
paths = st.lists(
    st.tuples(scores, st.sampled_from([0.0, 500.0, 800.0, 1000.0, 1299.0, 1400.0]), st.integers(0, 200)),
    min_size=1,
    max_size=14,
)


def run_of(path, start=0):
    return [(str(MONTHS[start + n].date()), *step) for n, step in enumerate(path)]


@settings(deadline=None, max_examples=40)
@given(paths)
def test_a_repeated_run_changes_nothing(path):
    runs = run_of(path)
    last = play(*runs)[-1]
    date, *step = runs[-1]
    again = move_tiers(state(date, ("C", *step)), last.history, TIERS, SETTINGS.general, pd.Timestamp(date))
    pd.testing.assert_frame_equal(again.history, last.history)
    pd.testing.assert_frame_equal(again.movers, last.movers)


@settings(deadline=None, max_examples=40)
@given(paths)
def test_a_tier_moves_only_on_a_ground_and_to_what_the_raw_tiers_allow(path):
    found = play(*run_of(path))
    ranks = {tier.name: place for place, tier in enumerate(TIERS)}
    for before, after in pairwise(found):
        old, new, raw = before.shown.iloc[0], after.shown.iloc[0], after.decision.raw[0]
        trigger = after.decision.trigger[0]
        assert (old != new) == (trigger is not None)
        assert len(after.movers) == (old != new)
        assert after.movers["reason"].all()
        if trigger == m.REGAINED:
            assert ranks[raw] <= ranks[new] < ranks[old]
        elif trigger is not None:
            assert new == raw


steps = st.tuples(scores, st.sampled_from([0.0, 500.0, 800.0, 1000.0, 1299.0, 1400.0]), st.integers(0, 200))


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from([60.5, 61.9, 75.5, 77.1, 90.5, 100.0]), *[steps] * 6),
        min_size=10,
        max_size=30,
    )
)
def test_a_customer_who_comes_back_is_never_stuck(customers):
    """As before, then anything at all for half a year, then as before again: the old tier is shown again."""
    history, tiers = None, []
    for n, date in enumerate(MONTHS[:15]):
        away = 2 <= n < 8
        rows = [
            (str(who), *(absence[n - 2] if away else (score, 1000.0, 5)))
            for who, (score, *absence) in enumerate(customers)
        ]
        move = move_tiers(state(date, *rows), history, TIERS, SETTINGS.general, date)
        history = move.history
        tiers.append(move.shown.tolist())
    assert tiers[-1] == tiers[0]


@settings(deadline=None, max_examples=15)
@given(
    st.lists(paths.map(lambda path: (path * 4)[:4]), min_size=2, max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_order_of_customers_and_of_the_history_does_not_matter(paths, random):
    def final(names, shuffle):
        history = None
        for n in range(4):
            now = state(MONTHS[n * 2], *((name, *paths[int(name)][n]) for name in names))
            move = move_tiers(now, history, TIERS, SETTINGS.general, MONTHS[n * 2])
            history = move.history
            if shuffle:
                order = list(range(len(history)))
                random.shuffle(order)
                history = history.iloc[order].reset_index(drop=True)
        return dict(zip(names, move.shown, strict=True)), move.movers

    names = [str(n) for n in range(len(paths))]
    plain, movers = final(names, shuffle=False)
    turned, turned_movers = final(names[::-1], shuffle=True)
    assert plain == turned
    pd.testing.assert_frame_equal(movers, turned_movers)


def test_no_margin_no_share_no_stay_is_the_raw_tier():
    """Monotone in the settings: all limits at zero, shown is raw whenever the amount moves at all."""
    free = replace(SETTINGS.general, change_share=0.0, score_margin=0.0, minimum_stay_months=0)
    runs = run_of([(76, 1000, 5), (61, 1001, 5), (91, 1002, 5), (40, 1003, 5)])
    assert shown(*runs, general=free) == ["重点级", "普通级", "战略级", "潜在级"]


def test_history_has_the_declared_columns():
    assert list(play(("2026-01-31", 76, 1000, 5))[0].history.columns) == list(HISTORY.names)
