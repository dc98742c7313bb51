"""Earlier billing periods: the same as the sandbox bills, and those before a change of plan."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtui.models.money import Money
from wbtui.models.plan import Cycle
from wbtui.models.subscription import Subscription, SubscriptionStatus
from wbtui.models.usage_periods import MOST_PERIODS, earlier_periods, last_period
from wbtui.sandbox.engine.periods import next_boundary

DAY = timedelta(days=1)


def subscription(start: date | None, cycle: Cycle = Cycle.MONTH, **changes: Any) -> Subscription:
    values: dict[str, Any] = {
        "id": "Cont_1", "status": SubscriptionStatus.ACTIVE, "cycle": cycle, "amount": Money(1, "eur"),
        "start": start, "customer_id": "Cust_1",
    }  # fmt: skip
    return Subscription(**values | changes)


def spans(of: Subscription, first: date, *others: Subscription) -> list[tuple[str, date, date]]:
    return [(one.subscription_id, *one.period) for one in earlier_periods(of.id, first, (of, *others))]


@given(
    st.dates(date(2019, 1, 1), date(2024, 12, 31)),
    st.sampled_from([Cycle.DAY, Cycle.WEEK, Cycle.MONTH, Cycle.QUARTER, Cycle.YEAR]),
    st.integers(0, 40),
)
def test_they_are_the_periods_that_were_billed(start: date, cycle: Cycle, number: int) -> None:
    firsts = [start]
    for _ in range(number + 1):
        following = next_boundary(firsts[-1].isoformat(), cycle.value, start.day)
        firsts.append(date.fromisoformat(following))
    billed = [(first, following - DAY) for first, following in pairwise(firsts)]
    of = subscription(start, cycle, period=billed[-1])
    assert [span[1:] for span in spans(of, billed[-1][0])] == billed[-2::-1]


def test_before_a_change_of_plan_they_are_those_of_the_subscription_before() -> None:
    before = subscription(date(2026, 8, 20), id="Cont_0", period=(date(2026, 9, 20), date(2026, 10, 19)))
    after = subscription(
        date(2026, 10, 5), period=(date(2026, 11, 20), date(2026, 12, 19)), moved_from="Cont_0"
    )
    assert spans(after, date(2026, 11, 20), before) == [
        ("Cont_1", date(2026, 10, 20), date(2026, 11, 19)),
        ("Cont_1", date(2026, 10, 5), date(2026, 10, 19)),
        ("Cont_0", date(2026, 9, 20), date(2026, 10, 4)),
        ("Cont_0", date(2026, 8, 20), date(2026, 9, 19)),
    ]


def test_a_trial_moves_the_day_on_which_periods_start() -> None:
    of = subscription(
        date(2026, 1, 10), trial_end=date(2026, 1, 31), period=(date(2026, 4, 30), date(2026, 5, 30))
    )
    assert [first for _, first, _ in spans(of, date(2026, 4, 30))] == [
        date(2026, 3, 31), date(2026, 2, 28), date(2026, 1, 31), date(2026, 1, 10),
    ]  # fmt: skip


@pytest.mark.parametrize("changed", [date(2026, 2, 28), date(2026, 2, 11)])
def test_a_change_of_plan_keeps_the_day_on_which_periods_start(changed: date) -> None:
    before = subscription(date(2026, 1, 31), id="Cont_0")
    after = subscription(changed, period=(date(2026, 4, 30), date(2026, 5, 30)), moved_from="Cont_0")
    first = [first for of, first, _ in spans(after, date(2026, 4, 30), before) if of == "Cont_1"]
    assert first == [date(2026, 3, 31), *dict.fromkeys((date(2026, 2, 28), changed))]


def test_the_first_charge_after_a_trial_tells_the_day_rather_than_the_start() -> None:
    of = subscription(
        date(2026, 1, 31), trial_end=date(2026, 2, 28), period=(date(2027, 2, 28), date(2027, 3, 27))
    )
    assert spans(of, date(2027, 2, 28))[0][1] == date(2027, 1, 28)


@pytest.mark.parametrize("cycle", [Cycle.ONCE, Cycle.CONSTANT, Cycle.HOUR, Cycle.UNKNOWN])
def test_a_cycle_without_regular_days_has_none(cycle: Cycle) -> None:
    assert spans(subscription(date(2026, 1, 1), cycle), date(2026, 3, 1)) == []


def test_none_are_known_without_the_subscription_or_its_start_and_links_are_followed_once() -> None:
    first = date(2026, 3, 1)
    assert earlier_periods("Cont_9", first, (subscription(date(2026, 1, 1)),)) == ()
    assert spans(subscription(None), first) == []
    circle = (
        subscription(first, moved_from="Cont_0"),
        subscription(first, id="Cont_0", moved_from="Cont_1"),
    )
    assert spans(circle[0], first, circle[1]) == []
    assert len(spans(subscription(date.min, Cycle.WEEK), date.max)) == MOST_PERIODS
    assert spans(subscription(date.min, Cycle.WEEK, period=(date(1, 1, 9), date.max)), date(1, 1, 2)) == [
        ("Cont_1", date.min, date.min)
    ]


def test_the_last_period_of_an_ended_subscription_ends_the_day_before_its_end() -> None:
    moved = subscription(
        date(2026, 8, 20), id="Cont_0", status=SubscriptionStatus.MOVED, end=date(2026, 10, 5),
        period=(date(2026, 9, 20), date(2026, 10, 19)),
    )  # fmt: skip
    canceled = subscription(
        date(2026, 10, 5), status=SubscriptionStatus.CANCELED, end=date(2026, 11, 1), moved_from="Cont_0",
        period=(date(2026, 10, 20), date(2026, 11, 19)),
    )  # fmt: skip
    found = last_period((moved, canceled))
    assert found == (canceled, (date(2026, 10, 20), date(2026, 10, 31)))
    assert last_period((moved, canceled, subscription(date(2026, 11, 10), id="Cont_2"))) is None
    assert last_period((canceled.model_copy(update={"end": None}),)) is None
