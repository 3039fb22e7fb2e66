"""The grading workshop as a caller sees it: crm_xl.analyze, refresh after refresh."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crm_xl
from crm_xl import CrmError
from crm_xl.functions.declared import function
from crm_xl.raw import RawTable
from crm_xl.tables import TABLES
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import parameters as p
from crm_xl.tables import workshop as w
from crm_xl.tables.shipped import SHIPPED
from tests.support.judgements import filled, square

FIRST, SECOND, THIRD = "2024-12-31", "2025-05-31", "2025-06-30"
# Who: orders in 万元, margin, 合作起始时间, cross-buy rate -> points and score by hand (价值评分卡).
PEOPLE = {
    "A": (1200, 0.15, "2019-12-31", 0.30),  # SPEC 10.1: 40 + 22.5 + 20 + 12 = 94.5
    "B": (600, 0.10, "2021-12-31", 0.20),  # 80·.4 + 80·.25 + 80·.2 + 70·.15 = 78.5
    "C": (50, 0.03, "2024-07-01", 0.05),  # 60·.4 + 40·.25 + 40·.2 + 40·.15 = 48
    "E": (400, 0.10, "2019-12-31", 0.30),  # 60·.4 + 80·.25 + 100·.2 + 80·.15 = 76
    "F": (400, 0.10, "2019-12-31", 0.30),  # as E
}
SCORE = {"A": 94.5, "B": 78.5, "C": 48.0, "E": 76.0, "F": 76.0}


def raw(name: str, *rows: tuple[Any, ...], row: int = 1) -> RawTable:
    """A declared table as a workbook holds it, each row with the cells it names and blanks behind."""
    titles = TABLES[name].titles
    body = [[*cells, *[None] * (len(titles) - len(cells))] for cells in rows]
    return RawTable.from_rows(name, [titles, *body], sheet=TABLES[name].sheet, row=row)


def settings(**values: Any) -> RawTable:
    """参数 with these settings changed, by title."""
    shipped = SHIPPED[p.SETTINGS_TABLE.name]
    if unknown := set(values) - {row[0] for row in shipped}:
        raise ValueError(unknown)
    return raw(p.SETTINGS_TABLE.name, *((row[0], values.get(row[0], row[1]), *row[2:]) for row in shipped))


def tables(people: dict[str, Any] | None = None, *, date: str = FIRST, **cross_buy: float) -> dict[str, Any]:
    """Customers, orders and ratings; after the first date one order of 1 元 keeps everybody from falling silent."""
    chosen = PEOPLE if people is None else people
    orders = []
    for name, (amount, margin, _, _) in chosen.items():
        orders.append((f"{name}-1", name, FIRST, amount * 1e4, amount * 1e4 * margin))
        if date != FIRST:
            orders.append((f"{name}-2", name, date, 1.0, margin))
    heads = ["订单编号", "客户编号", "订单日期", "订单金额(元)", "毛利(元)"]
    return {
        i.CUSTOMERS.name: pd.DataFrame(
            [(n, f"{n}公司", "王敏" if n in "AB" else "李强", own[2]) for n, own in chosen.items()],
            columns=["客户编号", "客户名称", "负责人", "合作起始时间"],
        ),
        i.ORDERS.name: pd.DataFrame(orders, columns=heads),
        i.RATINGS.name: pd.DataFrame(
            [(n, cross_buy.get(n, own[3])) for n, own in chosen.items()], columns=["客户编号", "交叉购买率"]
        ),
    }


def run(given: dict[str, Any], date: str = FIRST, **more: Any) -> Any:
    return crm_xl.analyze({**given, **more}, analysis_date=date, today="2026-01-01")


def by_customer(results: Any, name: str) -> pd.DataFrame:
    return results.tables[name].set_index("customer_id")


def told(results: Any) -> list[str]:
    """The sentences of 参数检查 that say what could not be followed."""
    checks = results.tables[w.SETTING_CHECKS.name]
    return checks.loc[checks["check"] == "无法采用", "finding"].tolist()


def as_found(results: Any, table: Any) -> RawTable:
    """An output as the next refresh finds it in the workbook, at 4,1."""
    frame = results.tables[table.name]
    body = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    return raw(table.name, *map(tuple, body), row=4)


def test_the_scores_by_hand():
    assert by_customer(run(tables()), "tblScores")["score"].to_dict() == pytest.approx(SCORE)


def test_an_override_is_followed_while_it_lasts_and_what_cannot_be_is_told_with_its_cell():
    overrides = raw(
        i.OVERRIDES.name,
        ("A", "重点级", "价格谈判中", "李强", "2025-06-30"),
        ("B", "战略级", "试点", "李强", "2024-06-30"),
        ("X", "战略级", "试点", "李强", None),
        ("C", "钻石级", "试点", "李强", None),
    )
    results = run(tables(), **{overrides.name: overrides})
    scores = by_customer(results, "tblScores")
    assert scores["tier"].to_dict() == {
        "A": "战略级", "B": "重点级", "C": "潜在级", "E": "重点级", "F": "重点级",
    }  # fmt: skip
    assert scores["shown_tier"].to_dict() == {**scores["tier"].to_dict(), "A": "重点级"}
    unknown, no_tier = told(results)
    assert unknown.startswith("人工调整!A4：") and "X" in unknown
    assert no_tier.startswith("人工调整!B5：") and "钻石级" in no_tier
    # An adjustment that has run its time is nobody's fault: a reminder, not counted above every output.
    check, result, expired = results.tables["tblSettingChecks"].loc[2, ["check", "result", "finding"]]
    assert (check, result) == ("已经失效", "※")
    assert expired.startswith("人工调整!E3：") and "2024-06-30" in expired
    assert "参数检查有 2 处须修改" in results.caption
    assert lacking_nothing(results) == set()


def lacking_nothing(results: Any) -> set[str]:
    """The workshop's outputs that were not made although every input they need is there."""
    given = set(tables())
    return {table.name for table in w.OUTPUTS if table.name in results.missing and set(table.needs) <= given}


def drafted(results: Any, **figures: Any) -> RawTable:
    """模拟方案 of these results with 模拟值 typed for bounds of tiers and weights of indicators."""
    found = as_found(results, w.DRAFT)
    for at, (item, name) in enumerate(zip(found.columns[0], found.columns[1], strict=True)):
        if item in ("分级下限", "指标权重") and name in figures:
            found.columns[4][at] = figures[name]
    return found


def test_a_draft_shows_counts_money_and_movers_and_changes_nothing_else():
    before = run(tables())
    after = run(tables(), **{w.DRAFT.name: drafted(before, 重点级=78)})
    table = after.tables[w.WHAT_IF.name].set_index("tier")
    assert table["customers"].to_dict() == {"战略级": 1, "重点级": 3, "普通级": 0, "潜在级": 1, "合计": 5}
    assert table["draft_customers"].to_dict() == {
        "战略级": 1,
        "重点级": 1,
        "普通级": 2,
        "潜在级": 1,
        "合计": 5,
    }
    assert table["amount_change"].to_dict() == {
        "战略级": 0,
        "重点级": -800,
        "普通级": 800,
        "潜在级": 0,
        "合计": 0,
    }
    movers = by_customer(after, w.WHAT_IF_MOVERS.name)
    assert movers["to_tier"].to_dict() == {"E": "普通级", "F": "普通级"}
    kept = after.tables[w.DRAFT.name]
    assert kept.loc[kept["draft"].notna(), ["name", "draft"]].to_numpy().tolist() == [["重点级", 78.0]]
    for name in set(before.tables) - {w.DRAFT.name, w.WHAT_IF.name, w.WHAT_IF_MOVERS.name}:
        pd.testing.assert_frame_equal(after.tables[name], before.tables[name])


def test_a_wrong_draft_is_told_and_nothing_else_fails():
    before = run(tables())
    after = run(tables(), **{w.DRAFT.name: drafted(before, 重点级=95)})
    (sentence,) = told(after)
    assert sentence.startswith("模拟测算!E") and "逐级降低" in sentence
    assert after.tables[w.WHAT_IF_MOVERS.name].empty
    # What was typed stands there still, to be put right.
    assert 95.0 in after.tables[w.DRAFT.name]["draft"].tolist()
    for name in set(before.tables) - {w.DRAFT.name, w.SETTING_CHECKS.name}:
        pd.testing.assert_frame_equal(after.tables[name], before.tables[name])


def test_ticks_are_kept_and_their_error_rate_is_carried():
    people = {f"C{n:02d}": PEOPLE["B"] for n in range(25)}  # all 重点级: 10 % of 25 is 3
    first = run(tables(people))
    sample = as_found(first, w.AUDIT)
    assert len(sample) == 3
    correct, finding = (w.AUDIT.names.index(name) for name in ("correct", "finding"))
    sample.columns[correct][:2] = ["是", "否"]
    sample.columns[finding][1] = "毛利漏记"
    second = run(tables(people), **{w.AUDIT.name: sample}).tables[w.AUDIT.name]
    assert second["customer_id"].tolist() == sample.columns[1].tolist()
    assert second["correct"].tolist() == [True, False, None]
    assert second["finding"].tolist() == [None, "毛利漏记", None]
    assert second["tier_error_rate"].tolist() == [0.5] * 3  # one wrong of two checked
    # Another seed draws others; the rate of the last check stays until somebody ticks again.
    blank = as_found(first, w.AUDIT)
    for name, value in (("tier_checked", 2), ("tier_wrong", 1), ("tier_error_rate", 0.5)):
        blank.columns[w.AUDIT.names.index(name)][:] = value
    third = run(tables(people), **{w.AUDIT.name: blank, p.SETTINGS_TABLE.name: settings(抽样种子=7)}).tables[
        w.AUDIT.name
    ]
    assert set(third["customer_id"]) != set(sample.columns[1])
    assert third["tier_error_rate"].tolist() == [0.5] * 3


def test_a_tick_that_is_none_is_told_with_its_cell():
    sample = as_found(run(tables()), w.AUDIT)
    sample.columns[w.AUDIT.names.index("correct")][0] = "大概"
    results = run(tables(), **{w.AUDIT.name: sample})
    (sentence,) = told(results)
    assert sentence.startswith("抽样核查!J5：")
    assert set(by_customer(results, "tblScores").index) == set(PEOPLE)


def history_of(results: Any) -> pd.DataFrame:
    return results.kept_up[i.HISTORY.name]


def test_two_refreshes_of_one_date_leave_one_row_per_customer_and_date():
    first = history_of(run(tables()))
    again = history_of(run(tables(), **{i.HISTORY.name: first}))
    pd.testing.assert_frame_equal(again, first)
    later = tables(date=SECOND)
    second = history_of(run(later, SECOND, **{i.HISTORY.name: first}))
    third = history_of(run(later, SECOND, **{i.HISTORY.name: second}))
    pd.testing.assert_frame_equal(third, second)
    assert len(third) == 2 * len(PEOPLE)
    assert not third.duplicated(["customer_id", "run_date"]).any()


def test_a_later_date_moves_tiers_by_triggers_only():
    """E falls to 60·.4 + 80·.25 + 100·.2 + 70·.15 = 74.5, F to 70: 重点级 begins at 75, the margin is 2."""
    first = run(tables())
    assert first.tables[w.MOVERS.name].empty
    given = tables(date=SECOND, E=0.20, F=0.05)
    second = run(given, SECOND, **{i.HISTORY.name: history_of(first)})
    scores = by_customer(second, "tblScores")
    assert scores.loc[["E", "F"], "score"].tolist() == pytest.approx([74.5, 70.0])
    assert scores.loc[["E", "F"], "tier"].tolist() == ["普通级", "普通级"]
    assert scores.loc[["E", "F"], "shown_tier"].tolist() == ["重点级", "普通级"]
    movers = by_customer(second, w.MOVERS.name)
    assert movers.index.tolist() == ["F"]
    assert movers.loc["F", ["from_tier", "to_tier", "direction"]].tolist() == ["重点级", "普通级", "下降"]
    assert "得分70.0，低于重点级下限75超过2分" in movers.loc["F", "reason"]
    migration = second.tables[w.MIGRATION.name].set_index("from_tier")
    assert migration.loc["重点级", ["重点级", "普通级", "合计"]].tolist() == [2, 1, 3]
    assert migration.loc["合计", "合计"] == len(PEOPLE)
    # A month on, in the minimum stay, F is back at 76 and 重点级 is what it held: it stays where it is shown.
    third = run(tables(date=THIRD), THIRD, **{i.HISTORY.name: history_of(second)})
    assert by_customer(third, "tblScores").loc["F", ["tier", "shown_tier"]].tolist() == ["重点级", "普通级"]


def test_what_was_shown_never_feeds_what_is_computed():
    """Whatever the history says was shown, score and raw tier are those of a first run."""
    past = history_of(run(tables()))
    plain = by_customer(run(tables(date=SECOND), SECOND), "tblScores")
    for tier in ("战略级", "潜在级"):
        wrong = past.assign(shown_tier=tier, rule_tier=tier)
        results = run(tables(date=SECOND), SECOND, **{i.HISTORY.name: wrong})
        scores = by_customer(results, "tblScores")
        assert scores["score"].equals(plain["score"])
        assert scores["tier"].equals(plain["tier"])
        rows = history_of(results).loc[lambda h: h["run_date"] == SECOND].set_index("customer_id")
        assert rows["raw_tier"].to_dict() == plain["tier"].to_dict()


def judged(*pairs: tuple[str, str, float]) -> dict[str, RawTable]:
    return {w.AHP.name: filled(square({pair[:2]: pair[2] for pair in pairs}, judge="王敏"))}


def test_weights_by_judgement_change_scores_and_the_block_formulas_read_alike():
    """年消费额 : 利润率 : 合作时长 : 交叉购买率 = 4 : 2 : 2 : 1, so A has (4·100 + 2·90 + 2·100 + 80) / 9."""
    judgements = judged(
        ("年消费额", "利润率", 2), ("年消费额", "合作时长", 2), ("年消费额", "交叉购买率", 4),
        ("利润率", "合作时长", 1), ("利润率", "交叉购买率", 2), ("合作时长", "交叉购买率", 2),
    )  # fmt: skip
    chosen = {p.SETTINGS_TABLE.name: settings(指标权重来源=p.WEIGHTS_AHP)}
    results = run(tables(), **judgements, **chosen)
    assert by_customer(results, "tblScores").loc["A", "score"] == pytest.approx(860 / 9)
    card = results.tables[o.CARD_BLOCK.name]
    weights = card.drop_duplicates("indicator").set_index("indicator")["weight"].to_dict()
    assert weights == pytest.approx(
        {"年消费额": 4 / 9, "利润率": 2 / 9, "合作时长": 2 / 9, "交叉购买率": 1 / 9}
    )
    block = [list(o.CARD_BLOCK.titles), *card.astype(object).where(card.notna(), None).to_numpy().tolist()]
    by_formula = function("CUSTOMER_SCORE").call([[1200, 0.15, 5, 0.30]], block)
    assert by_formula == pytest.approx(860 / 9)
    # The judgements alone, without the setting, only propose.
    proposed = run(tables(), **judgements)
    assert by_customer(proposed, "tblScores").loc["A", "score"] == pytest.approx(94.5)
    shown = proposed.tables[w.AHP_WEIGHTS.name]
    assert shown["ahp"].tolist() == pytest.approx([4 / 9, 2 / 9, 2 / 9, 1 / 9])


def test_judgements_that_contradict_each_other_are_refused_with_the_worst_and_its_cell():
    """甲 9 times 乙, 乙 9 times 丙, 丙 9 times 甲: no order at all."""
    judgements = judged(
        ("年消费额", "利润率", 9), ("利润率", "合作时长", 9), ("合作时长", "年消费额", 9),
        ("年消费额", "交叉购买率", 1), ("利润率", "交叉购买率", 1), ("合作时长", "交叉购买率", 1),
    )  # fmt: skip
    results = run(tables(), **judgements, **{p.SETTINGS_TABLE.name: settings(指标权重来源=p.WEIGHTS_AHP)})
    assert by_customer(results, "tblScores").loc["A", "score"] == pytest.approx(94.5)  # the typed weights
    (note,) = (note for note in results.notes if "沿用手工权重" in note)
    assert "CR" in note and "AHP权重!" in note
    weights = results.tables[w.AHP_WEIGHTS.name]
    assert weights["ahp"].isna().all()
    assert weights["verdict"].iloc[0] == "未通过"
    assert weights["cr"].iloc[0] > 0.10


@pytest.mark.parametrize(
    ("people", "why"),
    [({"A": PEOPLE["A"]}, "one customer"), ({n: PEOPLE["B"] for n in "ABCDEFGH"}, "all equal")],
    ids=["one", "equal"],
)
def test_too_little_to_tell_customers_apart_is_a_sentence_and_the_rest_is_computed(people, why):
    results = run(tables(people))
    expected = SCORE["A" if len(people) == 1 else "B"]
    assert by_customer(results, "tblScores")["score"].tolist() == [expected] * len(people)
    methods = results.tables[w.METHOD_SUMMARY.name].set_index("method")
    assert "聚不成4类" in methods.loc["聚类法", "notes"]
    assert "分不成4级" in methods.loc["自然断点", "notes"]
    assert results.tables[w.AUDIT.name]["customer_id"].tolist()
    assert lacking_nothing(results) == set()


def test_without_scikit_learn_clusters_are_a_sentence_and_the_rest_is_computed(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    results = run(tables())
    methods = results.tables[w.METHOD_SUMMARY.name].set_index("method")
    assert "crm-xl extra model" in methods.loc["聚类法", "notes"]
    assert methods.loc[["自然断点"], "customers"].sum() == len(PEOPLE)
    assert results.tables[w.METHOD_COMPARE.name]["by_clusters"].isna().all()


def test_a_tier_as_scope_narrows_every_table_of_customers():
    whole = run(tables())
    results = run(tables(), **{p.SETTINGS_TABLE.name: settings(分析范围="客户分级", 范围取值="重点级")})
    members = {"B", "E", "F"}
    assert set(results.tables["tblScores"]["customer_id"]) == members
    for name, frame in results.tables.items():
        if "customer_id" in frame:
            assert set(frame["customer_id"].dropna()) <= members, name
    for name, column in ((w.MATRIX, "customers"), (w.WHAT_IF, "customers"), (w.TIER_EFFECT, "customers")):
        assert results.tables[name.name][column].iloc[-1] == len(members), name.name
    assert results.tables[w.MIGRATION.name]["合计"].iloc[-1] == len(members)
    methods = results.tables[w.METHOD_SUMMARY.name]
    assert methods.groupby("method")["customers"].sum().unique().tolist() == [len(members)]
    # What is kept for the next run is that of everybody.
    pd.testing.assert_frame_equal(history_of(results), history_of(whole))


def test_an_owner_as_scope_leaves_the_others_in_the_history_and_known_to_overrides():
    first = history_of(run(tables()))
    chosen = settings(分析范围="负责人", 范围取值="王敏")
    overrides = raw(i.OVERRIDES.name, ("C", "重点级", "新项目", "李强", None))
    given = tables(date=SECOND)
    more = {i.HISTORY.name: first, p.SETTINGS_TABLE.name: chosen, overrides.name: overrides}
    results = run(given, SECOND, **more)
    assert set(results.tables["tblScores"]["customer_id"]) == {"A", "B"}
    counts = history_of(results).groupby("run_date")["customer_id"].apply(set).to_dict()
    assert counts == {pd.Timestamp(FIRST): set(PEOPLE), pd.Timestamp(SECOND): {"A", "B"}}
    assert told(results) == []  # C is known, though not in scope


def test_segments_and_follow_up_are_in_the_tables_of_the_workshop():
    talks = [("A", f"2024-{month:02d}-10", "王敏") for month in (9, 10, 11) for _ in range(6)]
    frame = pd.DataFrame(talks, columns=["客户编号", "互动时间", "跟进人"]).assign(互动渠道="电话")
    frame["互动编号"] = [f"H{n}" for n in range(len(frame))]
    results = run(tables(), **{i.INTERACTIONS.name: frame})
    owners = results.tables[w.OWNER_WARNINGS.name].set_index("owner")
    assert owners.index.tolist() == ["王敏"]  # 6 a month before, none in the last: -100 %
    assert owners.loc["王敏", ["interactions", "usual", "change"]].tolist() == [0, 6, -1]
    assert owners.loc["王敏", "customers"] == 2
    rows = history_of(results).set_index("customer_id")
    assert rows["segment"].to_dict() == results.tables["tblRfm"].set_index("customer_id")["segment"].to_dict()


def test_a_wrong_table_of_the_workshop_names_the_missing_column():
    with pytest.raises(CrmError, match="调整后分级"):
        run(tables(), **{i.OVERRIDES.name: pd.DataFrame({"客户编号": ["A"], "理由": ["试点"]})})


def test_the_order_of_rows_changes_nothing():
    given = tables()
    random = np.random.default_rng(0)
    shuffled = {
        name: frame.iloc[random.permutation(len(frame))].reset_index(drop=True)
        for name, frame in given.items()
    }
    one, other = run(given), run(shuffled)
    for name in (w.WARNINGS, w.SCHEMES, w.MATRIX, w.METHOD_COMPARE, w.METHOD_SUMMARY, w.AUDIT, w.WHAT_IF):
        left, right = one.tables[name.name], other.tables[name.name]
        if "customer_id" in left:
            left, right = (f.sort_values("customer_id").reset_index(drop=True) for f in (left, right))
        pd.testing.assert_frame_equal(left, right)
