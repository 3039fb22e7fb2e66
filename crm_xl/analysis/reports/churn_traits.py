"""流失客户共性: what those who left have in common that the rest have not (guide 004, 步骤4)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_xl.analysis.reports.choice import Choice, choice_of, named
from crm_xl.analysis.reports.churn import losses_in
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.lift import trait_lift
from crm_xl.analysis.reports.service import is_slow
from crm_xl.analysis.reports.traits import TRAITS, customer_traits, trait_tags
from crm_xl.analysis.tally import codes_in
from crm_xl.analysis.tickets import handling
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables import service_reports as s

NO_COMPLAINT = "无投诉"
SLOW, PROMPT = "有过超时响应", "响应未超时"
NEGATIVE, NOT_NEGATIVE = "有消极反馈", "无消极反馈"

# Who left early had less time for complaints; that nothing happened is no trait.
_NOTHING_HAPPENED = (NO_COMPLAINT, PROMPT, NOT_NEGATIVE)
# What happened with the customer in the period, beside what it is.
_HAPPENED = {
    "tenure": s.BY_TENURE, "owner": s.BY_OWNER, "uses_competitor": "是否合作竞品", "issue": "投诉问题",
    "answer": "服务响应", "feedback": "客户反馈",
}  # fmt: skip


def make(ground: Ground) -> Made:
    """CHURN_TRAITS: traits commoner among the lost than chance would have it, the strongest first; perhaps none.

    Raises:
        CrmError: as for the churn report.
    """
    choice = choice_of(s.CHURN_CHOICE, ground)
    losses = losses_in(ground, choice)
    general = ground.settings.general
    traits = _traits(ground, choice, losses.tenure)[losses.there].reset_index(drop=True)
    found = trait_lift(
        traits,
        losses.lost[losses.there],
        TRAITS | _HAPPENED,
        general.smallest_group,
        tags=trait_tags(ground),
    )
    telling = found[(found["lift"] > 1) & (found["chance"] <= general.trait_chance)]
    telling = telling[~telling["value"].isin(_NOTHING_HAPPENED)].reset_index(drop=True)
    return Made(
        tables={s.CHURN_TRAITS.name: telling[list(s.CHURN_TRAITS.names)]},
        chosen={s.CHURN_TRAITS.name: choice.words},
    )


def _traits(ground: Ground, choice: Choice, tenure: pd.Series) -> pd.DataFrame:
    """One row per listed customer; what is not known of somebody is missing, and says nothing."""
    customers = ground.frames[i.CUSTOMERS.name]
    owners = named(customers["owner"])
    return customer_traits(ground).assign(
        tenure=tenure.mask(tenure == c.UNNAMED),
        owner=owners.mask(owners == c.UNNAMED),
        uses_competitor=customers["uses_competitor"].map({True: "是", False: "否"}).astype(object),
        issue=_issues(ground, choice),
        answer=_answers(ground, choice),
        feedback=_feedback(ground, choice),
    )


def _issues(ground: Ground, choice: Choice) -> np.ndarray:
    """What the last complaint of the period was about; 无投诉 where there was none."""
    found = np.full(len(ground.listed), None, dtype=object)
    tickets = ground.frames.get(i.TICKETS.name)
    if tickets is None:
        return found
    found[:] = NO_COMPLAINT
    inside = choice.period.covers(tickets["submitted_at"].to_numpy())
    complaint = (tickets["ticket_type"] == i.TICKET_COMPLAINT).to_numpy(dtype=bool, na_value=False)
    rows = tickets[inside & complaint].sort_values(["submitted_at", "ticket_id"], kind="stable")
    places = codes_in(rows["customer_id"], ground.listed)
    issues = named(rows["issue"]).to_numpy(dtype=object)
    found[places[places >= 0]] = issues[places >= 0]  # the last is written last and stays
    return found


def _answers(ground: Ground, choice: Choice) -> np.ndarray:
    """Whether an answer of the period was slow; missing for those without a ticket whose answer is known."""
    found = np.full(len(ground.listed), None, dtype=object)
    tickets = ground.frames.get(i.TICKETS.name)
    if tickets is None:
        return found
    places = codes_in(tickets["customer_id"], ground.listed)
    inside = choice.period.covers(tickets["submitted_at"].to_numpy()) & (places >= 0)
    waited = handling(tickets, ground.date).waited_hours
    found[places[inside & ~np.isnan(waited)]] = PROMPT
    found[places[inside & is_slow(waited, ground.settings.general.slow_answer_hours)]] = SLOW
    return found


def _feedback(ground: Ground, choice: Choice) -> np.ndarray:
    """Whether an interaction of the period was answered 消极; missing for those who gave no feedback."""
    found = np.full(len(ground.listed), None, dtype=object)
    talks = ground.frames.get(i.INTERACTIONS.name)
    if talks is None:
        return found
    places = codes_in(talks["customer_id"], ground.listed)
    inside = choice.period.covers(talks["interaction_time"].to_numpy()) & (places >= 0)
    given = talks["feedback"].to_numpy(dtype=object)
    known = inside & talks["feedback"].notna().to_numpy()
    found[places[known]] = NOT_NEGATIVE
    found[places[known & (given == i.FEEDBACK_NEGATIVE)]] = NEGATIVE
    return found
