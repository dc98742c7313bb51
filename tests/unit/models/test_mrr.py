"""MRR over time and by plan: months in which it begins and ends, compared with the state of every day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.customers import customer
from tests.support.examples import examples
from wbtui.models.customer import BillingStatus, CustomerStatus
from wbtui.models.money import Money, per_currency
from wbtui.models.mrr import UNKNOWN, month_of, mrr_by_plan, new_and_lost
from wbtui.models.plan import Cycle
from wbtui.models.subscription import SubscriptionBrief, SubscriptionStatus

BEGIN, DAYS = date(2024, 12, 1), 500
CALENDAR = [BEGIN + timedelta(days=number) for number in range(DAYS)]
days = st.sampled_from(CALENDAR[31:400])


@st.composite
def subscriptions(draw: st.DrawFn) -> SubscriptionBrief:
    start, ended = draw(days), draw(st.booleans())
    return SubscriptionBrief(
        id="con_1",
        status=draw(st.sampled_from((SubscriptionStatus.CANCELED, SubscriptionStatus.MOVED)))
        if ended
        else SubscriptionStatus.ACTIVE,
        plan=draw(st.sampled_from(("Pro", "Free", "Scale"))),
        cycle=draw(st.sampled_from((Cycle.MONTH, Cycle.YEAR, Cycle.ONCE))),
        amount=Money(draw(st.sampled_from((0, 900, 4900))), draw(st.sampled_from(("eur", "usd")))),
        start=start,
        trial_end=draw(st.none() | days),
        end=draw(days) if ended else None,
    )


def _pays(one: SubscriptionBrief, day: date) -> bool:
    assert one.start is not None
    if not one.amount or one.cycle is Cycle.ONCE or day < one.start:
        return False
    return (one.trial_end is None or one.trial_end <= day) and (one.end is None or day < one.end)


@given(st.lists(subscriptions(), max_size=4))
@settings(max_examples=examples(300))
def test_months_are_those_whose_first_and_last_state_differ(found: list[SubscriptionBrief]) -> None:
    row = customer(1).model_copy(update={"subscriptions": tuple(found)})
    by_month: dict[str, bool] = {}
    for day in CALENDAR:
        by_month[month_of(day)] = any(_pays(one, day) for one in found)
    months = list(by_month)
    new = {m for before, m in pairwise(months) if by_month[m] and not by_month[before]}
    lost = {m for before, m in pairwise(months) if by_month[before] and not by_month[m]}
    assert new_and_lost(row) == (frozenset(new), frozenset(lost))


def test_a_trial_that_is_not_over_is_not_new() -> None:
    """MRR begins with the first charge, which may never come."""
    trial = _of(BEGIN, SubscriptionStatus.ACTIVE, trial_end=date(2026, 11, 30))
    row = customer(1).model_copy(update={"subscriptions": (trial,), "mrr": ()})
    assert new_and_lost(row) == (frozenset(), frozenset())
    paid = row.model_copy(update={"mrr": (Money(900, "eur"),)})
    assert new_and_lost(paid) == (frozenset({"2026-11"}), frozenset())
    frozen = row.model_copy(update={"status": CustomerStatus.INACTIVE})
    assert new_and_lost(frozen) == new_and_lost(paid)
    plain = row.model_copy(update={"mrr": None, "billing_status": BillingStatus.TRIALING})
    assert new_and_lost(plain) == (frozenset(), frozenset()), "plain Wingback tells no MRR"
    before = _of(date(2026, 3, 1), SubscriptionStatus.ACTIVE, trial_end=date(2026, 4, 1))
    both = plain.model_copy(update={"subscriptions": (trial, before)})
    assert new_and_lost(both) == (frozenset({"2026-04"}), frozenset())


def test_an_unknown_end_is_not_guessed() -> None:
    ended = (
        customer(1)
        .subscriptions[0]
        .model_copy(update={"status": SubscriptionStatus.CANCELED, "end": None, "amount": Money(900, "eur")})
    )
    assert new_and_lost(customer(1).model_copy(update={"subscriptions": (ended,)})) == (
        frozenset({UNKNOWN}),
        frozenset({UNKNOWN}),
    )


def _of(start: date, status: SubscriptionStatus, minor: int = 900, **changes: Any) -> SubscriptionBrief:
    return SubscriptionBrief(
        id=f"con_{start}_{status}", status=status, cycle=Cycle.MONTH, amount=Money(minor, "eur"), start=start,
        **changes,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "new", "lost"),
    [
        ({"start": date.min}, {"0001-01"}, set()),
        ({"start": date.max}, {"9999-12"}, set()),
        ({"trial_end": date.max}, {"9999-12"}, set()),
        ({"end": date.max, "status": SubscriptionStatus.CANCELED}, {"2026-11"}, {"9999-12"}),
    ],
)
def test_the_first_and_the_last_day_of_the_calendar_are_dates(
    changes: dict[str, Any], new: set[str], lost: set[str]
) -> None:
    one = _of(date(2026, 11, 1), SubscriptionStatus.ACTIVE).model_copy(update=changes)
    row = customer(1).model_copy(update={"subscriptions": (one,)})
    assert new_and_lost(row) == (frozenset(new), frozenset(lost))


@given(
    st.lists(days, min_size=2, max_size=5, unique=True).map(sorted),
    st.lists(st.sampled_from((0, 900)), min_size=5, max_size=5),
    st.none() | st.integers(0, 60),
)
@settings(max_examples=examples(200))
def test_a_replaced_subscription_ends_when_the_only_one_that_can_have_replaced_it_starts(
    starts: list[date], prices: list[int], last: int | None
) -> None:
    """The list does not say when one ended; of a chain of changes the next one's start does."""
    end = None if last is None else starts[-1] + timedelta(last)
    status = SubscriptionStatus.ACTIVE if end is None else SubscriptionStatus.CANCELED
    moved = [
        _of(start, SubscriptionStatus.MOVED, minor, end=following)
        for (start, following), minor in zip(pairwise(starts), prices, strict=False)
    ]
    full = [*moved, _of(starts[-1], status, prices[-1], end=end)]
    listed = [one.model_copy(update={"end": None}) if one in moved else one for one in full]
    row = customer(1).model_copy(update={"subscriptions": tuple(reversed(listed))})
    assert new_and_lost(row) == new_and_lost(row.model_copy(update={"subscriptions": tuple(full)}))


def test_who_replaced_a_subscription_is_not_guessed() -> None:
    """Two that started later can have replaced it: a new one and the one that it was changed to."""
    moved = _of(BEGIN, SubscriptionStatus.MOVED)
    later = [_of(BEGIN + timedelta(n), SubscriptionStatus.ACTIVE) for n in (40, 80)]
    row = customer(1).model_copy(update={"subscriptions": (moved, *later)})
    assert new_and_lost(row) == (frozenset({UNKNOWN}), frozenset({UNKNOWN}))
    # An end does not matter while another subscription is paid all the time.
    before = _of(BEGIN - timedelta(1), SubscriptionStatus.ACTIVE)
    covered = customer(1).model_copy(update={"subscriptions": (moved, *later, before)})
    assert new_and_lost(covered) == (frozenset({month_of(BEGIN - timedelta(1))}), frozenset())


@given(st.lists(subscriptions(), max_size=4), st.integers(1, 10**6), st.integers(1, 10**6))
@settings(max_examples=examples(200))
def test_the_mrr_of_plans_adds_up_to_the_mrr_of_the_customer(
    found: list[SubscriptionBrief], eur: int, usd: int
) -> None:
    mrr = {"eur": Money(eur, "eur"), "usd": Money(usd, "usd")}
    row = customer(1).model_copy(update={"subscriptions": tuple(found), "mrr": tuple(mrr.values())})
    recurring = [s for s in found if s.status == "active" and s.amount and s.cycle is not Cycle.ONCE]
    by_plan = list(mrr_by_plan(row))
    assert per_currency(money for _, money in by_plan) == {
        currency: money
        for currency, money in mrr.items()
        if currency in {s.amount.currency for s in recurring}
    }
    assert {plan for plan, _ in by_plan} <= {s.plan for s in found}
