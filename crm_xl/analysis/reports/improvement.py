"""客户问题与改进建议表: what people wrote down, and what the data propose by the rules in 参数 (guide 002, table 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.growth import Floats, growth
from crm_xl.analysis.points import number_text
from crm_xl.analysis.reports.behaviour import Behaviour, behaviour_of
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.groups import PERSONS, Grouping, Names, industries
from crm_xl.analysis.reports.texts import money_text, told_apart
from crm_xl.analysis.tally import Flags, Tally, codes_in, is_yes, text_index
from crm_xl.settings.model import BOUND_TOLERANCE, ImprovementRule
from crm_xl.tables import choices as c
from crm_xl.tables import improvement as rules
from crm_xl.tables import inputs as i
from crm_xl.tables.portraits import IMPROVEMENT

WRITTEN, PROPOSED = "填写", "数据建议"
DONE = "已完成"
ORPHAN, NOBODY, LATE = "客户表中没有该客户编号", "未指定客户", "已逾期"
_ORDERS_FOR_SINGLE = 2  # one order is of one type as a rule, and says nothing of what else is wanted
_FEWEST_COMPLAINTS = 2  # where hardly anybody complains, one complaint is many times the mean


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """What the rules look at, one value per customer.

    Attributes:
        metrics: METRICS.
        behaviour: of the analysis period.
        overdue: next actions past due and not done; missing for who was never talked to.
        first_due: when the oldest of them was due.
        industry: which industry each belongs to.
        smallest: an industry in which fewer have a value has no mean.
    """

    metrics: pd.DataFrame
    behaviour: Behaviour
    overdue: Floats
    first_due: np.ndarray
    industry: Grouping
    smallest: int

    def metric(self, name: str) -> Floats:
        """One metric."""
        return self.metrics[name].to_numpy(dtype=float)

    def of_industry(self, figures: Floats) -> Floats:
        """The figure of each customer's industry; missing where the industry is not known."""
        known = ~np.isin(np.array(self.industry.names, dtype=object), (PERSONS, c.UNNAMED))
        own: Floats = np.where(known, figures, np.nan)[self.industry.codes]
        return own

    def mean(self, values: Floats) -> Floats:
        """The mean of each customer's industry; missing where too few have a value."""
        return self.of_industry(self.industry.means(values, self.smallest)[0])


@dataclass(frozen=True, kw_only=True, eq=False)
class Sign:
    """Who has a problem, and the numbers that say so.

    Attributes:
        holds: who has it.
        evidence: the sentence of one customer, by its place.
        mean: the figure of the customer's industry, missing where there is none.
        mean_text: how that figure is written.
    """

    holds: Flags
    evidence: Callable[[int], str]
    mean: Floats
    mean_text: Callable[[float], str]


def make(ground: Ground) -> Made:
    """IMPROVEMENT: rows of tblActions first, as typed; then what the rules propose, the largest customers first.

    A problem that is written down for a customer and not done yet is not proposed again.
    """
    written = _written(ground)
    proposed = propose(facts(ground), ground.settings.improvement_rules, ground.date)
    open_rows = written[written["status"] != DONE]
    told = pd.MultiIndex.from_frame(open_rows[["customer_id", "problem"]])
    again = pd.MultiIndex.from_frame(proposed[["customer_id", "problem"]]).isin(told)
    parts = [part for part in (written, proposed[~again]) if len(part)] or [written]
    return Made(tables={IMPROVEMENT.name: pd.concat(parts, ignore_index=True)[list(IMPROVEMENT.names)]})


def _written(ground: Ground) -> pd.DataFrame:
    """The rows of tblActions, with what a reader must know of them."""
    actions = ground.frames.get(i.ACTIONS.name)
    if actions is None:
        actions = pd.DataFrame({name: pd.Series(dtype=object) for name in i.ACTIONS.names})
    actions = actions.reset_index(drop=True)
    customers = ground.frames[i.CUSTOMERS.name]
    listed = text_index(customers["customer_id"])
    # Whom only orders name stands among the customers by number, without a name.
    named = customers["customer_name"].notna().to_numpy() | (i.CUSTOMERS.name not in ground.raw)
    place = codes_in(actions["customer_id"], listed)
    blank = actions["customer_id"].isna().to_numpy()
    known = (place >= 0) & np.append(named, False)[place]
    late = (pd.to_datetime(actions["due_date"]).to_numpy() < np.datetime64(ground.date)) & (
        actions["status"] != DONE
    ).to_numpy()
    names: Names = np.full(len(listed) + 1, None, dtype=object)  # the last one: of nobody
    names[:-1] = customers["customer_name"].to_numpy(dtype=object)
    remark = np.select([blank, ~known, late], [NOBODY, ORPHAN, LATE], "").astype(object)
    origin = np.where(remark == "", WRITTEN, WRITTEN + "：" + remark)
    whole = actions.assign(customer_name=names[place], industry_mean=None, origin=origin)
    return whole[list(IMPROVEMENT.names)]


def facts(ground: Ground) -> Facts:
    """What the rules look at, of the analysis period."""
    metrics = ground.metrics
    listed = text_index(metrics["customer_id"])
    overdue = np.full(len(listed), np.nan)
    first_due = np.full(len(listed), np.datetime64("NaT"), dtype="datetime64[D]")
    talks = ground.frames.get(i.INTERACTIONS.name)
    if talks is not None:
        today = np.datetime64(ground.date, "D")
        tally = Tally.of(talks["customer_id"], listed)
        held = talks["interaction_time"].to_numpy() < today + np.timedelta64(1, "D")
        late = held & (talks["due_date"].to_numpy() < today) & ~is_yes(talks["done"])
        overdue = np.where(tally.count(held) > 0, tally.count(late), np.nan)
        first_due = tally.first(talks["due_date"].to_numpy(), late)
    customers = ground.frames[i.CUSTOMERS.name]
    return Facts(
        metrics=metrics,
        behaviour=behaviour_of(ground.frames, metrics, ground.date, ground.period),
        overdue=overdue,
        first_due=first_due,
        industry=Grouping.of("行业", industries(customers)),
        smallest=ground.settings.general.smallest_group,
    )


def propose(of: Facts, by: tuple[ImprovementRule, ...], date: pd.Timestamp) -> pd.DataFrame:
    """The rows of IMPROVEMENT that the rules make, by annual amount, then number, then in the rules' order."""
    rows: list[tuple[object, ...]] = []
    ids, names = (of.metrics[name].to_numpy(dtype=object) for name in ("customer_id", "customer_name"))
    amount = np.nan_to_num(of.metric("annual_amount"))
    for number, rule in enumerate(by):
        sign = SIGNS[rule.name](of, rule.threshold)
        due = date.normalize() + pd.Timedelta(days=rule.days)
        for place in np.flatnonzero(sign.holds).tolist():
            mean = float(sign.mean[place])
            beside = _no_mean(of, place) if np.isnan(mean) else sign.mean_text(mean)
            rows.append(
                (-amount[place], ids[place], number, names[place], rule.problem, sign.evidence(place), beside,
                 rule.cause_level, rule.root_cause, rule.advice, rule.department, due)
            )  # fmt: skip
    rows.sort(key=lambda row: row[:3])
    columns = (
        "_amount", "customer_id", "_rule", "customer_name", "problem", "evidence", "industry_mean", "cause_level",
        "root_cause", "advice", "department", "due_date",
    )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(columns)).assign(status=None, origin=PROPOSED)
    return table[list(IMPROVEMENT.names)]


def _no_mean(of: Facts, place: int) -> str:
    name = of.industry.names[of.industry.codes[place]]
    if name in (PERSONS, c.UNNAMED):
        return "未填所属行业"
    return f"同行业有数据的不足{of.smallest}家"


def _below_mean(values: Floats, of: Facts, threshold: float, *, absolute: bool) -> tuple[Flags, Floats]:
    """Who is further below the mean of the industry than the threshold, in its own unit or in % of the mean."""
    mean = of.mean(values)
    limit = mean - threshold if absolute else mean * (1 - threshold / 100)
    return np.asarray(values < limit - BOUND_TOLERANCE), mean


def _low_logins(of: Facts, threshold: float) -> Sign:
    logins = of.behaviour.logins
    holds, mean = _below_mean(logins, of, threshold, absolute=False)

    def evidence(place: int) -> str:
        own, usual = told_apart(logins[place], mean[place])
        return f"月均登录{own}次，低于行业均值{usual}次"

    return Sign(
        holds=holds, evidence=evidence, mean=mean, mean_text=lambda value: f"{number_text(value)}次/月"
    )


def _low_core_use(of: Facts, threshold: float) -> Sign:
    use = of.behaviour.core_use * 100
    holds, mean = _below_mean(use, of, threshold, absolute=True)

    def evidence(place: int) -> str:
        own, usual = told_apart(use[place], mean[place])
        return f"使用率{own}%，低于行业均值{usual}%"

    return Sign(holds=holds, evidence=evidence, mean=mean, mean_text=lambda value: f"{number_text(value)}%")


def _many_complaints(of: Facts, threshold: float) -> Sign:
    complaints = np.where(of.behaviour.served, of.behaviour.complaints, np.nan)
    mean, count = of.mean(complaints), of.metric("complaints")

    def evidence(place: int) -> str:
        own, usual = told_apart(complaints[place], mean[place])
        return f"投诉{count[place]:.0f}次，每季度{own}次，高于行业均值{usual}次"

    more = complaints > mean * (1 + threshold / 100) + BOUND_TOLERANCE
    return Sign(
        holds=np.asarray(more & (count >= _FEWEST_COMPLAINTS)),
        evidence=evidence,
        mean=mean,
        mean_text=lambda value: f"{number_text(value)}次/季度",
    )


def _beyond(name: str, what: str, unit: str, *, over: bool) -> Callable[[Facts, float], Sign]:
    """The sign that a metric lies above, or below, a limit: "平均首次响应31小时，超过24小时"."""

    def sign(of: Facts, threshold: float) -> Sign:
        values = of.metric(name)
        beyond = values > threshold + BOUND_TOLERANCE if over else values < threshold - BOUND_TOLERANCE

        def evidence(place: int) -> str:
            own, limit = told_apart(values[place], threshold)
            return f"{what}{own}{unit}，{'超过' if over else '低于'}{limit}{unit}"

        return Sign(
            holds=np.asarray(beyond),
            evidence=evidence,
            mean=of.mean(values),
            mean_text=lambda value: f"{number_text(value)}{unit}",
        )

    return sign


def _single_product(of: Facts, threshold: float) -> Sign:
    types, orders = of.metric("product_types"), of.metric("frequency")
    preference: Names = of.metrics["product_preference"].to_numpy(dtype=object)
    holds = (types >= 1) & (types <= threshold) & (orders >= _ORDERS_FOR_SINGLE)

    def evidence(place: int) -> str:
        return f"{orders[place]:.0f}单只购买{types[place]:.0f}类产品，主要为{preference[place]}"

    return Sign(
        holds=holds, evidence=evidence, mean=of.mean(types), mean_text=lambda v: f"{number_text(v)}类"
    )


def _falling_amount(of: Facts, threshold: float) -> Sign:
    now, before = of.metric("amount_3m"), of.metric("amount_previous_3m")
    change = growth(now, before)
    tally = of.industry.tally
    both = ~np.isnan(now) & ~np.isnan(before)
    # The mean of growth rates would be ruled by the smallest customers.
    whole = growth(tally.sum(now, both), tally.sum(before, both))
    whole[tally.count(both & (before > 0)) < of.smallest] = np.nan

    def evidence(place: int) -> str:
        fall = number_text(round(-100 * change[place], 1))
        return f"近3个月{money_text(now[place])}，前3个月{money_text(before[place])}，降{fall}%"

    return Sign(
        holds=np.asarray(change < -threshold / 100 - BOUND_TOLERANCE),
        evidence=evidence,
        mean=of.of_industry(whole),
        mean_text=lambda value: f"行业合计{'下降' if value < 0 else '增长'}{number_text(abs(100 * value))}%",
    )


def _overdue_actions(of: Facts, threshold: float) -> Sign:
    def evidence(place: int) -> str:
        return f"{of.overdue[place]:.0f}项约定逾期未完成，最早{of.first_due[place]}"

    return Sign(
        holds=np.asarray(of.overdue >= max(threshold, 1) - BOUND_TOLERANCE),
        evidence=evidence,
        mean=of.mean(of.overdue),
        mean_text=lambda value: f"{number_text(value)}项",
    )


SIGNS: Mapping[str, Callable[[Facts, float], Sign]] = {
    rules.LOW_LOGINS: _low_logins,
    rules.LOW_CORE_USE: _low_core_use,
    rules.MANY_COMPLAINTS: _many_complaints,
    rules.SLOW_ANSWER: _beyond("mean_response_hours", "平均首次响应", "小时", over=True),
    rules.LOW_CSAT: _beyond("csat_mean", "平均满意度", "分", over=False),
    rules.SLOW_SOLUTION: _beyond("mean_resolution_days", "平均解决时间", "天", over=True),
    rules.SINGLE_PRODUCT: _single_product,
    rules.FALLING_AMOUNT: _falling_amount,
    rules.OVERDUE_ACTIONS: _overdue_actions,
}
if set(SIGNS) != set(rules.UNITS):
    raise ValueError("every improvement rule needs its sign")
