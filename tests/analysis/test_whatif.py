"""What-if: drafts beside the figures in force, refused with their cells, and what they would move (SPEC section 5)."""

import numpy as np
import pandas as pd
import pytest

from crm_xl import CrmError, Settings
from crm_xl.analysis.draft import DIMENSION, INDICATOR, STEP, TIER, apply_draft, draft_table
from crm_xl.analysis.whatif import what_if
from crm_xl.raw import RawTable
from crm_xl.tables import parameters as p
from crm_xl.tables.workshop import DRAFT, WHAT_IF, WHAT_IF_MOVERS

SETTINGS = Settings.default()


def drafted(*figures, card=p.CARD_VALUE):
    """DRAFT as found at 模拟测算!A1 with these (item, name, part or "", draft)."""
    table, _ = draft_table({}, card)
    table = table.astype(object).where(table.notna(), None)
    for item, name, part, value in figures:
        here = (table["item"] == item) & (table["name"] == name) & ((table["part"] == part) | (part == ""))
        assert here.sum() == 1
        table.loc[here, "draft"] = value
    return RawTable.from_rows(DRAFT.name, [DRAFT.titles, *table.to_numpy().tolist()], sheet=DRAFT.sheet)


def place(item, name, part=""):
    table, _ = draft_table({}, p.CARD_VALUE)
    here = (table["item"] == item) & (table["name"] == name) & ((table["part"] == part) | (part == ""))
    return f"模拟测算!E{2 + int(np.flatnonzero(here)[0])}"


def test_the_table_lists_weights_steps_and_tiers_in_force():
    table, faults = draft_table({}, p.CARD_VALUE)
    assert faults == () and list(table.columns) == list(DRAFT.names)
    current = table.set_index(["item", "name", "part"])["current"]
    assert current[(INDICATOR, "年消费额", "客户价值")] == 0.40
    assert current[(STEP, "年消费额", "第3段（100分）")] == 1000
    assert current[(TIER, "重点级", "")] == 75
    assert table["draft"].isna().all()


def test_drafts_survive_a_refresh():
    table, _ = draft_table({}, p.CARD_VALUE, drafted((TIER, "重点级", "", 80)))
    assert table.loc[table["draft"].notna(), ["name", "draft"]].to_numpy().tolist() == [["重点级", 80.0]]


def test_an_applied_draft_is_the_settings_with_these_figures():
    changed = apply_draft(
        {}, p.CARD_VALUE,
        drafted((INDICATOR, "年消费额", "", 0.3), (INDICATOR, "利润率", "", 0.35), (TIER, "重点级", "", 80),
                (STEP, "年消费额", "第2段（80分）", 400)),
    )  # fmt: skip
    assert sorted(changed) == ["tblIndicators", "tblPoints", "tblTiers"]
    settings = Settings.from_tables(changed)
    assert settings.card.weights == pytest.approx(
        {"年消费额": 0.3, "利润率": 0.35, "合作时长": 0.2, "交叉购买率": 0.15}
    )
    assert [tier.lower for tier in settings.tiers] == [90, 80, 60, None]
    assert [step.lower for step in settings.card.indicators[0].steps] == [None, 400, 1000]
    # The other cards keep theirs, and so does all that was not drafted.
    assert settings.cards[p.CARD_FOUR].weights == SETTINGS.cards[p.CARD_FOUR].weights
    assert settings.bands == SETTINGS.bands


def test_a_dimension_weight_is_written_into_each_of_its_rows():
    draft = drafted((DIMENSION, "客户价值", "", 0.5), (DIMENSION, "客户潜力", "", 0.2), card=p.CARD_FOUR)
    settings = Settings.from_tables(apply_draft({}, p.CARD_FOUR, draft))
    assert [d.weight for d in settings.cards[p.CARD_FOUR].dimensions] == pytest.approx([0.5, 0.2, 0.2, 0.1])


def test_nothing_drafted_changes_nothing():
    assert apply_draft({}, p.CARD_VALUE, drafted()) == {}
    assert apply_draft({}, p.CARD_VALUE, drafted((TIER, "重点级", "", 75))) == {}


@pytest.mark.parametrize(
    ("figures", "where", "words"),
    [
        ([(INDICATOR, "年消费额", "", 0.5)], place(INDICATOR, "年消费额"), "110.00%"),
        ([(INDICATOR, "年消费额", "", -0.1)], place(INDICATOR, "年消费额"), "0 至 100%"),
        ([(INDICATOR, "年消费额", "", 40)], place(INDICATOR, "年消费额"), "40% 请写 0.4"),
        ([(INDICATOR, "年消费额", "", "四成")], place(INDICATOR, "年消费额"), "不是数字"),
        ([(TIER, "重点级", "", 95)], place(TIER, "重点级"), "逐级降低"),
        ([(TIER, "普通级", "", 75)], place(TIER, "普通级"), "逐级降低"),
        ([(STEP, "年消费额", "第2段（80分）", 1000)], place(STEP, "年消费额", "第2段（80分）"), "逐段升高"),
    ],
)
def test_a_wrong_draft_names_its_cell(figures, where, words):
    with pytest.raises(CrmError) as caught:
        apply_draft({}, p.CARD_VALUE, drafted(*figures))
    assert where in str(caught.value)
    assert words in str(caught.value)


def test_a_figure_that_is_gone_is_told():
    stranger = pd.DataFrame([(TIER, "钻石级", None, 95.0, 96.0)], columns=list(DRAFT.names))
    with pytest.raises(CrmError, match="钻石级"):
        apply_draft({}, p.CARD_VALUE, stranger)


def metrics(*rows):
    """Customers who have ordered: id, annual amount in 万元, margin, years, cross-buy rate."""
    names = ("customer_id", "annual_amount_wan", "profit_margin", "tenure_years", "cross_buy_rate")
    return pd.DataFrame(rows, columns=names).assign(
        customer_name="某公司", owner="王敏", lifetime_orders=3.0, frequency=3.0
    )


def test_counts_money_and_movers_by_hand():
    """A = 94.5 (SPEC 10.1). B: 600万, 10 %, 3 years, 20 % → 80·.4 + 80·.25 + 80·.2 + 70·.15 = 78.5.

    With 重点级 from 80: B falls to 普通级. C: 50万, 3 %, 0 years, 5 % → 60·.4 + 40·.25 + 40·.2 + 40·.15 = 48.
    """
    people = metrics(("A", 1200, 0.15, 5, 0.30), ("B", 600, 0.10, 3, 0.20), ("C", 50, 0.03, 0.5, 0.05))
    draft = Settings.from_tables(apply_draft({}, p.CARD_VALUE, drafted((TIER, "重点级", "", 80))))
    found = what_if(people, SETTINGS, draft)
    table = found.summary.set_index("tier")
    assert list(found.summary.columns) == list(WHAT_IF.names)
    assert table["customers"].tolist() == [1, 1, 0, 1, 3]
    assert table["draft_customers"].tolist() == [1, 0, 1, 1, 3]
    assert table["draft_amount"].tolist() == [1200, 0, 600, 50, 1850]
    assert table.loc["重点级", ["customers_change", "amount_change", "moved_in", "moved_out"]].tolist() == [
        -1,
        -600,
        0,
        1,
    ]
    assert list(found.movers.columns) == list(WHAT_IF_MOVERS.names)
    row = found.movers.iloc[0]
    assert (row["customer_id"], row["from_tier"], row["to_tier"], row["direction"]) == (
        "B",
        "重点级",
        "普通级",
        "下降",
    )
    assert (row["score"], row["draft_score"]) == (pytest.approx(78.5), pytest.approx(78.5))


def test_the_settings_in_force_move_nobody():
    people = metrics(("A", 1200, 0.15, 5, 0.30), ("B", 600, np.nan, 3, 0.20))
    found = what_if(people, SETTINGS, SETTINGS)
    assert found.movers.empty
    assert found.summary["customers_change"].tolist() == [0] * 6  # four tiers, 待评估, 合计
    assert found.summary["tier"].tolist()[-2:] == ["待评估", "合计"]
