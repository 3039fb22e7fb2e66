"""Purchase histories agree with the published ones (pymc-marketing's fixture, Fader and Hardie's CDNOW)."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.history import WEEK, purchase_history, train_test_split
from tests.support.purchases import PYMC_PURCHASES
from tests.support.typed import order, orders

END = pd.Timestamp("2015-02-07")
LINES = list(PYMC_PURCHASES)


def history_of(lines, *args, **more):
    return purchase_history(as_orders(lines), *args, **more)


def as_orders(lines):
    return orders([order(str(who), f"S{n}", day, amount) for n, (who, day, amount) in enumerate(lines)])


def rows(frame, *columns):
    return frame[list(columns)].to_numpy().tolist()


def test_daily_history_as_published():
    """expected_clv_summary_2015-02-07: customer 4's two orders of 02-05 are one purchase of 9, mean (3 + 9) ÷ 2."""
    found = history_of(LINES, END)
    assert found["customer_id"].tolist() == ["1", "2", "3", "4", "5", "6"]
    assert rows(found, "frequency", "recency", "T", "monetary_value") == [
        [1, 36, 37, 2.0], [0, 0, 37, 0.0], [2, 4, 37, 3.0], [2, 20, 22, 6.0], [2, 2, 22, 4.5], [0, 0, 5, 0.0],
    ]  # fmt: skip


def test_weekly_history_as_published():
    """expected_clv_summary_weekly: calendar weeks, so 02-02 and 02-05 are one week."""
    assert rows(history_of(LINES, END, unit=WEEK), "frequency", "recency", "T") == [
        [1, 5, 5], [0, 0, 5], [1, 1, 5], [1, 3, 3], [0, 0, 3], [0, 0, 0],
    ]  # fmt: skip


def test_what_came_later_in_the_same_week_is_not_seen_yet():
    """Customer 4 bought on Monday 02-02 and Thursday 02-05; seen on the Monday, only the first counts."""
    monday = pd.Timestamp("2015-02-02")
    seen = [line for line in LINES if line[1] <= "2015-02-02"]
    pd.testing.assert_frame_equal(history_of(LINES, monday, unit=WEEK), history_of(seen, monday, unit=WEEK))
    assert history_of(LINES, monday, unit=WEEK)["monetary_value"].tolist()[3] == 3


def test_split_into_training_and_test_time_as_published():
    """expected_train_test_2015-02-01: customer 6 came after the split; customer 4 then bought 3 and 9, mean 6."""
    found = train_test_split(as_orders(LINES), pd.Timestamp("2015-02-01"), END)
    assert found["customer_id"].tolist() == ["1", "2", "3", "4", "5"]
    assert found["monetary_value"].tolist() == [0, 0, 3, 0, 4.5]
    assert found["test_monetary_value"].tolist() == [2, 0, 0, 6, 0]
    assert found["test_frequency"].tolist() == [1, 0, 0, 2, 0]
    assert found["test_T"].tolist() == [6] * 5


def test_cdnow_in_weeks_as_published(shared_data):
    """Fader and Hardie's summary of 2,357 customers to 1997-09-30: x, t_x and T in weeks, to two decimals."""
    if shared_data is None:
        # Its first customer, from the same file: 1997-01-01, -18, 08-02, 12-12.
        lines = [("1", "1997-01-01", 29.33), ("1", "1997-01-18", 29.73), ("1", "1997-08-02", 14.96),
                 ("1", "1997-12-12", 26.48)]  # fmt: skip
        published = pd.DataFrame({"frequency": [2.0], "recency": [30.43], "T": [38.86]})
        found = history_of(lines, pd.Timestamp("1997-09-30"))
    else:
        sample = pd.read_csv(shared_data / "cdnow" / "sample.csv")
        sample = sample.rename(columns={"amt": "net_amount"}).assign(
            customer_id=sample["id"].map("{:05d}".format).astype(object),
            order_date=pd.to_datetime(sample["date"].astype(str)),
            counts=True,
        )
        published = pd.read_csv(shared_data / "cdnow" / "cdnow_customers_summary.csv")
        found = purchase_history(sample, pd.Timestamp("1997-09-30"))
        assert (found["frequency"] > 0).sum() == 946
    assert found["frequency"].tolist() == published["frequency"].tolist()
    assert (found["recency"] / 7).tolist() == pytest.approx(published["recency"].tolist(), abs=0.0051)
    assert (found["T"] / 7).tolist() == pytest.approx(published["T"].tolist(), abs=0.0051)


def test_returned_orders_are_no_purchases():
    sold = orders([order("A", "S1", "2024-01-01", 10), order("A", "S2", "2024-01-11", 30, net_amount=20),
                   order("A", "S3", "2024-02-01", 50, net_amount=0, counts=False)])  # fmt: skip
    found = purchase_history(sold, pd.Timestamp("2024-03-01"))
    assert rows(found, "frequency", "recency", "T", "monetary_value") == [[1, 10, 60, 20.0]]


def test_nobody_bought_gives_no_rows_with_the_same_columns():
    some = history_of(LINES, END)
    assert history_of(LINES, pd.Timestamp("2014-12-31")).columns.tolist() == some.columns.tolist()
    assert len(purchase_history(orders([]), END)) == 0


def test_our_own_mistakes_are_value_errors():
    with pytest.raises(ValueError, match="days or weeks"):
        history_of(LINES, END, unit="month")
    with pytest.raises(ValueError, match="test time"):
        train_test_split(as_orders(LINES), END, END)


@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(random):
    pd.testing.assert_frame_equal(history_of(random.sample(LINES, len(LINES)), END), history_of(LINES, END))
