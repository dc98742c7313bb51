"""The history of a subscription, from what every subscription says about itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support.anna import SUBSCRIPTION
from wbtui.models.subscription import Subscription, SubscriptionStatus
from wbtui.models.subscription_history import HistoryStep, history_of


def one(id: str, **members: Any) -> Subscription:
    return SUBSCRIPTION.model_copy(update={"id": id, **members})


def moved(id: str, to: str, on: date, **members: Any) -> Subscription:
    status = SubscriptionStatus.MOVED
    return one(id, status=status, moved_to=to, end=on, ended_reason="moved", **members)


STARTER = moved("A", "B", date(2026, 5, 1), start=date(2026, 3, 14), plan="Starter", by="Priya Nair")
PRO = moved("B", "C", date(2026, 9, 1), start=date(2026, 5, 1), moved_from="A", by="Jo").model_copy(
    update={"ended_reason": "customer_request"}
)
BUSINESS = one(
    "C", status=SubscriptionStatus.CANCELED, start=date(2026, 9, 1), end=date(2026, 11, 1),
    moved_from="B", plan="Business", ended_reason="too_expensive", by=None,
)  # fmt: skip


def test_every_subscription_of_a_chain_has_the_same_history_oldest_first() -> None:
    expected = (
        HistoryStep(date(2026, 3, 14), None, STARTER),
        HistoryStep(date(2026, 5, 1), STARTER, PRO, by="Priya Nair"),
        HistoryStep(date(2026, 9, 1), PRO, BUSINESS, by="Jo", reason="customer_request"),
        HistoryStep(date(2026, 11, 1), BUSINESS, None, reason="too_expensive"),
    )
    every = (one("X"), BUSINESS, STARTER, PRO)
    assert [history_of(each, every) for each in (STARTER, PRO, BUSINESS)] == [expected] * 3
    assert history_of(every[0], every) == (HistoryStep(SUBSCRIPTION.start, None, every[0]),)


def test_subscriptions_that_are_not_in_the_list_are_named_by_their_id() -> None:
    assert history_of(PRO, (PRO,)) == (
        HistoryStep(date(2026, 5, 1), "A", PRO),
        HistoryStep(date(2026, 9, 1), PRO, "C", by="Jo", reason="customer_request"),
    )


def test_a_subscription_without_a_start_has_not_begun() -> None:
    waiting = one("A", status=SubscriptionStatus.PENDING, start=None)
    assert history_of(waiting, (waiting,)) == ()


@given(st.data())
def test_links_that_lead_in_circles_come_to_an_end(data: st.DataObject) -> None:
    ids = list("ABCD")
    link = st.none() | st.sampled_from([*ids, "elsewhere", ""])
    every = tuple(one(each, moved_from=data.draw(link), moved_to=data.draw(link)) for each in ids)
    for each in every:
        found = [step.after for step in history_of(each, every) if isinstance(step.after, Subscription)]
        assert each in found and len(set(map(id, found))) == len(found) <= len(ids)
