"""Follow-up plans: proposed once, theirs for ever; two refreshes leave what one leaves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given
from hypothesis import settings as running
from hypothesis import strategies as st

from crm_xl import Settings
from crm_xl.analysis.plan_rows import OVERDUE, marks
from crm_xl.analysis.plans import GONE, NO_TARGET, NO_WAY, SUGGESTED, Plans, follow_up, plans_told
from crm_xl.raw import RawTable
from crm_xl.tables import parameters as p
from crm_xl.tables.inputs import PLAN_DOING, PLAN_DONE, PLAN_DROPPED, PLAN_OPEN, PLANS
from crm_xl.tables.plans import PLAN_OWNERS
from tests.support.metric_rows import metric_rows

SHIPPED = Settings.default()
FIRST, LATER = pd.Timestamp("2026-10-31"), pd.Timestamp("2027-02-28")
IDS = ("A", "B", "C")
EVERYBODY = frozenset(IDS)
# 高·活跃: 订单频次 +20 % in 12 months; 中·沉默: 历史订单数 +1 in 3; 低·流失: no target, 6 months (shipped strategies).
LEVELS = {"A": ("高", "活跃"), "B": ("中", "沉默"), "C": ("低", "流失")}


def scores(levels: dict[str, tuple[str, str]] | None = None, **columns: Any) -> pd.DataFrame:
    chosen = LEVELS if levels is None else levels
    frame = pd.DataFrame(
        {
            "customer_id": list(chosen), "owner": "王敏", "priority": "S", "shown_tier": "普通级",
            "value_tier": [own[0] for own in chosen.values()], "activity": [own[1] for own in chosen.values()],
        },
        dtype=object,
    )  # fmt: skip
    return frame.assign(**columns)


def metrics(ids: Any = IDS, **columns: Any) -> pd.DataFrame:
    rows = [
        {"customer_id": n, "customer_name": f"{n}公司", "frequency": 7.0, "lifetime_orders": 12.0}
        for n in ids
    ]
    return metric_rows(*rows).assign(**columns)


def run(
    raw: RawTable | None = None,
    date: pd.Timestamp = FIRST,
    levels: dict[str, tuple[str, str]] | None = None,
    settings: Settings = SHIPPED,
    **columns: Any,
) -> Plans:
    told = scores(levels, **columns)
    return follow_up(raw, settings, date, told, metrics(told["customer_id"]), EVERYBODY)


def found_again(table: pd.DataFrame) -> RawTable:
    """The table as a workbook gives it back: days as moments, numbers as floats, blanks as None."""
    titles = {column.name: column.title for column in PLANS}
    rows = [
        [
            datetime(value.year, value.month, value.day) if isinstance(value, pd.Timestamp)
            else float(value) if isinstance(value, int | float) else value
            for value in row
        ]
        for row in table.to_numpy(dtype=object).tolist()
    ]  # fmt: skip
    return RawTable.from_rows(
        PLANS.name, [[titles.get(n, n) for n in table.columns], *rows], sheet=PLANS.sheet
    )


def changed(table: pd.DataFrame, customer: str, **cells: Any) -> RawTable:
    """The table after somebody has typed into the cells of a customer's first row."""
    edited = table.copy()
    at = edited.index[edited["customer_id"] == customer][0]
    for name, value in cells.items():
        edited.loc[at, name] = value
    return found_again(edited)


def of(plans: Plans, customer: str) -> list[dict[str, Any]]:
    return plans.table[plans.table["customer_id"] == customer].to_dict("records")


class TestProposals:
    def test_each_customer_has_a_plan_of_its_level(self) -> None:
        plans = run()
        assert tuple(plans.table.columns) == PLANS.names
        (own,) = of(plans, "A")
        assert [own[n] for n in ("level", "owner", "frequency", "action")] == [
            "高·活跃", "王敏", "每季度1次上门拜访", "专人对接，定制化方案，优先处理需求",
        ]  # fmt: skip
        # 7 orders and 20 % more are 8.4, counted up.
        assert [own[n] for n in ("target_metric", "baseline", "target")] == ["订单频次", 7.0, 9.0]
        assert own["due_date"] == pd.Timestamp("2027-10-31")
        assert [own[n] for n in ("customer_name", "status", "finding")] == ["A公司", PLAN_OPEN, SUGGESTED]
        assert own["proposed_on"] == FIRST
        (own,) = of(plans, "B")
        assert [own[n] for n in ("target_metric", "baseline", "target")] == ["历史订单数", 12.0, 13.0]
        assert own["due_date"] == pd.Timestamp("2027-01-31")
        (own,) = of(plans, "C")
        assert [own[n] for n in ("target_metric", "baseline", "target")] == [None, None, None]

    @pytest.mark.parametrize(
        ("basis", "level", "action", "frequency"),
        [
            (p.PLAN_PRIORITY, "S", "每月高层拜访1次", "每月1次"),
            (p.PLAN_TIER, "普通级", "标准化运营+批量营销", "每季度1次"),
        ],
    )
    def test_priority_or_tier_may_lead_instead(
        self, basis: str, level: str, action: str, frequency: str
    ) -> None:
        settings = replace(SHIPPED, general=replace(SHIPPED.general, plan_basis=basis))
        plans = run(settings=settings)
        assert set(plans.table["level"]) == {level}
        assert set(plans.table["action"]) == {action}
        assert set(plans.table["frequency"]) == {frequency}

    def test_guide_001s_rhythm_is_shipped(self) -> None:
        # S visited by the leadership, A contacted monthly, B told of its trade quarterly, C by mail.
        assert [(b.name, b.strategy, SHIPPED.plan_rules[b.name].frequency) for b in SHIPPED.bands] == [
            ("S", "每月高层拜访1次", "每月1次"), ("A", "每月沟通1次", "每月1次"),
            ("B", "每季度提供行业报告1份", "每季度1次"), ("C", "自动邮件触达", "每月1次"),
        ]  # fmt: skip

    def test_nothing_is_proposed_where_nobody_asks(self) -> None:
        settings = replace(SHIPPED, general=replace(SHIPPED.general, plan_basis=p.PLAN_NONE))
        assert run(settings=settings).table.empty
        assert plans_told(run(settings=settings).owners) == "没有跟进计划"
        quiet = {
            **SHIPPED.strategies,
            ("低", "流失"): replace(SHIPPED.strategies["低", "流失"], frequency=""),
        }
        assert set(run(settings=replace(SHIPPED, strategies=quiet)).table["customer_id"]) == {"A", "B"}
        assert set(run(levels={**LEVELS, "C": ("待评估", "活跃")}).table["customer_id"]) == {"A", "B"}

    def test_a_metric_nobody_has_leaves_baseline_and_target_blank_and_says_so(self) -> None:
        told = scores()
        plans = follow_up(None, SHIPPED, FIRST, told, metrics(frequency=float("nan")), EVERYBODY)
        (own,) = of(plans, "A")
        assert (own["baseline"], own["target"]) == (None, None)
        assert own["finding"] == f"{SUGGESTED}；订单频次没有数据，基线与目标值留空"


class TestKeeping:
    def test_an_untouched_proposal_follows_the_level_the_owner_and_the_strategy(self) -> None:
        first = run()
        moved = run(found_again(first.table), LATER, {**LEVELS, "A": ("高", "沉默")})
        (own,) = of(moved, "A")
        assert (own["level"], own["proposed_on"]) == ("高·沉默", LATER)
        renamed = run(found_again(first.table), LATER, owner="李强")
        (own,) = of(renamed, "A")
        assert (own["owner"], own["finding"], own["proposed_on"]) == ("李强", SUGGESTED, FIRST)
        assert own["due_date"] == pd.Timestamp("2027-10-31")  # as proposed, else nothing would ever be late

    @pytest.mark.parametrize(
        "typed",
        [
            {"action": "改为总经理拜访"}, {"due_date": pd.Timestamp("2027-03-31")}, {"target": 20.0}, {"owner": "赵悦"},
            {"actual": 8.0}, {"status": PLAN_DOING}, {"due_date": "下周五"}, {"baseline": "不详"}, {"frequency": None},
            {"actual": "差不多"},
        ],
    )  # fmt: skip
    def test_a_row_that_a_person_changed_is_never_written_over(self, typed: dict[str, Any]) -> None:
        raw = changed(run().table, "A", **typed)
        before = {n: raw.columns[k][0] for k, n in enumerate(PLANS.names)}
        for date, levels, owner in (
            (FIRST, LEVELS, "王敏"),
            (LATER, {**LEVELS, "A": ("高", "流失")}, "李强"),
        ):
            plans = run(raw, date, levels, owner=owner)
            own = of(plans, "A")[0]
            theirs = [c.name for c in PLANS if not c.computed and c.name != "status"]
            assert {n: own[n] for n in theirs} == {n: before[n] for n in theirs}
            assert str(own["status"]).removesuffix(OVERDUE) == before["status"]
            assert SUGGESTED not in str(own["finding"] or "")
            # Of the new level there is one beside it.
            assert [row["level"] for row in of(plans, "A")] == list(
                dict.fromkeys(["高·活跃", "·".join(levels["A"])])
            )

    def test_a_finished_plan_gives_way_to_the_next_once_its_time_is_over(self) -> None:
        raw = changed(run().table, "B", status=PLAN_DONE, actual=13.0)  # due 2027-01-31
        assert len(of(run(raw, pd.Timestamp("2027-01-31")), "B")) == 1
        plans = run(raw, LATER)
        assert [row["status"] for row in of(plans, "B")] == [PLAN_DONE, PLAN_OPEN]
        assert len(of(run(found_again(plans.table), LATER), "B")) == 2

    def test_customers_out_of_scope_or_gone_keep_their_rows(self) -> None:
        first = run()
        inside = run(found_again(first.table), LATER, {"A": LEVELS["A"]})
        assert inside.table["customer_id"].tolist() == list(IDS)
        assert inside.read["customer_id"].tolist() == ["A"]
        told = scores({"A": LEVELS["A"]})
        without = follow_up(found_again(first.table), SHIPPED, FIRST, told, metrics(["A"]), frozenset("A"))
        assert [GONE in str(row) for row in without.table["finding"]] == [False, True, True]
        for name in ("action", "target", "due_date"):
            assert without.table[name].tolist() == first.table[name].tolist()

    def test_rows_and_columns_of_ones_own_stay_and_count_for_the_level_of_the_day(self) -> None:
        raw = RawTable.from_rows(
            PLANS.name,
            [
                ["客户编号", "负责人", "核心维护动作", "状态", "竞品情况"],
                ["A", "周凯", "带样机上门", PLAN_DOING, "在试用乙公司"],
            ],
        )
        plans = run(raw)
        assert list(plans.table.columns) == [*PLANS.names, "竞品情况"]
        (own,) = of(plans, "A")
        assert (own["level"], own["action"], own["竞品情况"], own["proposal"]) == (
            "高·活跃", "带样机上门", "在试用乙公司", None,
        )  # fmt: skip

    def test_a_mark_does_not_depend_on_how_a_cell_is_stored(self) -> None:
        plans = run()
        raw = changed(plans.table, "A", due_date="2027年10月31日", baseline="7", owner=" 王敏 ")
        assert of(run(raw), "A")[0]["finding"] == SUGGESTED
        assert marks(plans.read).tolist() == plans.table["proposal"].tolist()


class TestFigures:
    @pytest.mark.parametrize(
        ("baseline", "target", "actual", "attainment", "reason"),
        [
            (20.0, 24.0, 21.0, 0.25, ""),  # (21 − 20) ÷ (24 − 20)
            (8.0, 4.0, 5.0, 0.75, ""),  # complaints from 8 to 4: three of four fewer
            (None, 24.0, 12.0, 0.5, ""),  # no baseline: 12 ÷ 24
            (20.0, 24.0, 18.0, -0.5, ""),
            (20.0, 20.0, 21.0, None, NO_WAY),
            (None, 0.0, 3.0, None, NO_TARGET),
            (20.0, None, 3.0, None, "没有目标值，达成率无法计算"),
            (20.0, 24.0, None, None, ""),
            (20.0, 20.0, None, None, ""),
        ],
    )
    def test_attainment(
        self, baseline: Any, target: Any, actual: Any, attainment: float | None, reason: str
    ) -> None:
        raw = changed(run().table, "A", baseline=baseline, target=target, actual=actual)
        own = of(run(raw), "A")[0]
        assert own["attainment"] == (None if attainment is None else pytest.approx(attainment))
        assert (own["finding"] or "") == reason

    @pytest.mark.parametrize(
        ("status", "shown"),
        [
            (PLAN_OPEN, PLAN_OPEN + OVERDUE), (PLAN_DOING, PLAN_DOING + OVERDUE), (None, PLAN_OPEN + OVERDUE),
            ("等客户回复", "等客户回复" + OVERDUE), (PLAN_DONE, PLAN_DONE), (PLAN_DROPPED, PLAN_DROPPED),
        ],
    )  # fmt: skip
    def test_what_is_late_is_marked_and_the_mark_goes_with_the_reason(
        self, status: str | None, shown: str
    ) -> None:
        raw = changed(run().table, "B", status=status)  # due 2027-01-31
        assert of(run(raw, pd.Timestamp("2027-01-31")), "B")[0]["status"] == status
        late = run(raw, LATER)
        assert of(late, "B")[0]["status"] == shown
        later = changed(late.table, "B", due_date=pd.Timestamp("2027-12-31"))
        assert of(run(later, LATER), "B")[0]["status"] == shown.removesuffix(OVERDUE)

    def test_owners_see_how_far_they_are(self) -> None:
        raw = changed(run().table, "A", actual=8.0, status=PLAN_DONE)  # (8 − 7) ÷ (9 − 7)
        plans = run(raw, pd.Timestamp("2027-02-15"), owner=["王敏", "李强", "李强"])
        assert tuple(plans.owners.columns) == PLAN_OWNERS.names
        table = plans.owners.set_index("owner")
        # B was due on 2027-01-31; C, without a target, is due on 2027-04-30.
        assert table.loc["李强", ["plans", "open", "overdue", "soon", "done"]].tolist() == [2, 2, 1, 0, 0]
        assert table.loc["王敏", ["plans", "open", "overdue", "soon", "done"]].tolist() == [1, 0, 0, 0, 1]
        assert table.loc["王敏", "attainment"] == 0.5
        assert table.loc["合计", ["plans", "open", "overdue"]].tolist() == [3, 2, 1]
        assert table.loc["合计", "next_due"] == pd.Timestamp("2027-04-30")
        assert plans_told(plans.owners) == "未完成 2 条，✘ 其中逾期 1 条"


CELL = {
    "owner": st.sampled_from(["王敏", "李强", None]),
    "action": st.sampled_from(["改为拜访", None]),
    "baseline": st.sampled_from([0.0, 7.0, 12.5, "不详", None]),
    "target": st.sampled_from([0.0, 9.0, None]),
    "actual": st.sampled_from([3.0, 9.0, None]),
    "due_date": st.sampled_from([pd.Timestamp("2026-12-31"), pd.Timestamp("2027-06-30"), "下周", None]),
    "status": st.sampled_from([PLAN_OPEN, PLAN_DOING, PLAN_DONE, PLAN_DROPPED, "等回复", None]),
    "customer_id": st.sampled_from(["A", "B", "离开的客户", None]),
    "proposal": st.sampled_from(["p000", None]),
}
EDIT = st.tuples(st.integers(0, 5), st.sampled_from(list(CELL))).flatmap(
    lambda chosen: st.tuples(st.just(chosen[0]), st.just(chosen[1]), CELL[chosen[1]])
)
LEVEL = st.tuples(st.sampled_from(["高", "中", "低"]), st.sampled_from(["活跃", "沉默", "流失"]))
WORLD = st.tuples(
    st.sampled_from([FIRST, LATER, pd.Timestamp("2028-01-31")]),
    st.fixed_dictionaries({"A": LEVEL, "B": LEVEL}, optional={"C": LEVEL}),
    st.sampled_from([p.PLAN_GRID, p.PLAN_PRIORITY, p.PLAN_TIER, p.PLAN_NONE]),
)


WRITTEN = tuple(column.name for column in PLANS if not column.computed and column.name != "status")


def written(rows: list[list[Any]]) -> list[tuple[str, ...]]:
    """What stands in the columns that people write, row by row, as text."""
    return [
        tuple("" if cell is None else str(cell).removesuffix(" 00:00:00") for cell in row) for row in rows
    ]


@running(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.lists(st.tuples(WORLD, st.lists(EDIT, max_size=4)), min_size=1, max_size=3))
def test_two_refreshes_leave_what_one_leaves_and_no_edit_is_lost(
    history: list[tuple[Any, list[Any]]],
) -> None:
    raw: RawTable | None = None
    typed: list[tuple[str, ...]] = []
    for (date, levels, basis), edits in history:
        settings = replace(SHIPPED, general=replace(SHIPPED.general, plan_basis=basis))
        once = run(raw, date, levels, settings)
        twice = run(found_again(once.table), date, levels, settings)
        pd.testing.assert_frame_equal(twice.table, once.table)
        pd.testing.assert_frame_equal(twice.owners, once.owners)
        ours = once.table[once.table["finding"].astype(str).str.startswith(SUGGESTED)]
        assert not ours.duplicated(["customer_id", "level"]).any()
        # Whatever a person typed is there still, as it was typed.
        assert not Counter(typed) - Counter(
            written(once.table[list(WRITTEN)].to_numpy(dtype=object).tolist())
        )
        edited, touched = once.table.copy(), set[int]()
        for row, name, value in edits:
            said = name not in ("status", "proposal") or value not in (None, PLAN_OPEN)
            if row < len(edited) and value != edited.loc[row, name]:
                edited.loc[row, name] = value
                touched |= {row} if said else set()
        raw = found_again(edited)
        rows = edited.loc[sorted(touched), list(WRITTEN)].to_numpy(dtype=object).tolist()
        typed = [row for row in written(rows) if any(row)]
