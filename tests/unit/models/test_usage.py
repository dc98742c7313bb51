"""Usage by day: linear projection, totals of each day, and nothing where data is missing."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wbtui.models.money import Money
from wbtui.models.plan import Feature, Strategy
from wbtui.models.units import fraction
from wbtui.models.usage import (
    MOST_DAYS,
    UsageBucket,
    UsageSeries,
    before_day,
    in_period,
    missing_days,
    projected_use,
    usage_days,
)

FIRST, LAST = date(2026, 11, 14), date(2026, 12, 13)
CALLS = Feature(
    slug="calls", strategy=Strategy.USAGE, included="100", limit="100", overage_price=Money(20, "eur")
)


def series(units: list[str], **changes: Any) -> UsageSeries:
    """Usage of the days from FIRST on."""
    buckets = tuple(UsageBucket(date=FIRST + timedelta(at), units=one) for at, one in enumerate(units))
    used = str(sum(int(one) for one in units if one.isdecimal()))
    values: dict[str, Any] = {
        "feature": "calls", "name": "Calls", "unit": "call", "subscription_id": "Cont_1", "limit": "100",
        "included": "100", "period": (FIRST, LAST), "buckets": buckets, "used": used,
    }  # fmt: skip
    return UsageSeries(**values | changes)


@given(st.integers(0, 10**9), st.integers(1, 400), st.data())
def test_an_even_use_goes_on_as_it_is(per_day: int, length: int, data: st.DataObject) -> None:
    elapsed = data.draw(st.integers(1, length))
    period = (FIRST, FIRST + timedelta(length - 1))
    usage = series([str(per_day)] * elapsed, period=period)
    found = projected_use(usage, FIRST + timedelta(elapsed - 1))
    assert found == (None if elapsed == 1 else per_day * length), "none on the first day"


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=30))
def test_the_projection_is_never_below_what_is_used_and_is_the_use_on_the_last_day(units: list[int]) -> None:
    usage, today = series([str(one) for one in units]), FIRST + timedelta(len(units) - 1)
    expected = projected_use(usage, today)
    assert expected is not None and expected >= sum(units)
    assert expected == round(Fraction(sum(units) * 30, len(units))), "calls are counted in whole"
    assert expected == sum(units) or (today != LAST and any(units))


def test_the_projection_of_what_is_measured_has_decimals() -> None:
    today = FIRST + timedelta(1)
    assert projected_use(series(["1.5", "0"], used="1.5"), today) == Fraction(45, 2)
    counted = series(["1", "0", "0", "0"], used="1")
    assert projected_use(counted, FIRST + timedelta(3)) == 8  # 7.5
    assert all(day.total in range(9) for day in usage_days(counted, FIRST + timedelta(3)))


def test_nothing_is_projected_outside_of_the_period_or_from_unreadable_data() -> None:
    usage, today = series(["5"] * 3), FIRST + timedelta(2)
    assert projected_use(usage, today) == 150
    assert projected_use(usage, FIRST) is None
    assert projected_use(usage, FIRST - timedelta(1)) is None
    assert projected_use(usage, LAST + timedelta(1)) is None
    assert projected_use(series(["5"], period=None), today) is None
    assert projected_use(series(["5"], used="many"), today) is None


@given(st.lists(st.decimals(0, 10**6, places=3), min_size=2, max_size=30))
def test_totals_add_up_to_today_and_the_projected_ones_to_the_projection(units: list[Any]) -> None:
    usage = series([str(one) for one in units], used=str(sum(units)))
    today = FIRST + timedelta(len(units) - 1)
    days = usage_days(usage, today)
    assert [day.date for day in days] == [FIRST + timedelta(at) for at in range(30)]
    so_far = Fraction(0)
    for day in days[: len(units)]:
        so_far += day.used or 0
        assert day.total == so_far and not day.projected
    assert so_far == fraction(usage.used)
    ahead = [day.total for day in days[len(units) :]]
    assert all(day.projected and day.used is None for day in days[len(units) :])
    assert ahead == sorted(total for total in ahead if total is not None)
    assert (ahead or [so_far])[-1] == projected_use(usage, today)


def test_after_a_day_without_data_no_total_is_known() -> None:
    usage = series(["5", "6", "7", "8"])
    usage = usage.model_copy(update={"buckets": usage.buckets[:1] + usage.buckets[2:]})
    days = usage_days(usage, FIRST + timedelta(3))
    assert [(day.used, day.total) for day in days[:4]] == [(5, 5), (None, None), (7, None), (8, None)]
    usage = series(["5", "n/a", "7"])
    assert [day.total for day in usage_days(usage, FIRST + timedelta(2))[:3]] == [5, None, None]


def test_without_daily_data_or_in_a_period_of_years_no_days_are_listed() -> None:
    assert usage_days(series([], used="5"), FIRST) == ()
    assert usage_days(series(["5"], period=None), FIRST) == ()
    long = (FIRST, FIRST + timedelta(MOST_DAYS))
    assert usage_days(series(["5"], period=long), FIRST) == ()


def test_an_earlier_period_has_its_own_sum_and_overage() -> None:
    usage = in_period(series(["60", "70", "80"]), (FIRST, FIRST + timedelta(1)), CALLS)
    assert usage is not None
    assert (usage.used, len(usage.buckets), usage.overage_so_far) == ("130", 2, Money(600, "eur"))
    without_prices = in_period(usage, (FIRST, LAST), None)
    assert without_prices is not None and without_prices.overage_so_far is None
    assert in_period(usage, (date(2026, 1, 1), date(2026, 1, 31)), CALLS) is None, "not known, not zero"
    assert missing_days(usage) == 0 and missing_days(without_prices) == 28
    unknown = in_period(series(["60", "n/a"]), (FIRST, FIRST + timedelta(1)), CALLS)
    assert unknown is not None and missing_days(unknown) == 1
    small = in_period(series(["0.0000001", "0"]), (FIRST, LAST), CALLS)
    assert small is not None and fraction(small.used) == Fraction(1, 10**7)


def test_usage_before_a_day_leaves_that_day_out() -> None:
    usage = series(["60", "70", "80"])
    before = before_day(usage, FIRST + timedelta(2), CALLS)
    assert before is not None and (before.used, before.overage_so_far) == ("130", Money(600, "eur"))
    assert before_day(usage, FIRST, CALLS) is None, "on the first day there is none"
    after = before_day(usage, LAST + timedelta(40), CALLS)
    assert after is not None and after.period == (FIRST, LAST), "later days are in no period"
    assert before_day(series(["5"], period=None), LAST, CALLS) is None
