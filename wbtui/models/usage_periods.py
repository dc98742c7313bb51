"""Earlier billing periods of a subscription, and of those that it was changed from."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from wbtui.models.base import Id
from wbtui.models.plan import Cycle
from wbtui.models.subscription import Subscription, SubscriptionStatus
from wbtui.models.usage import Period

MOST_PERIODS = 120
_MONTHS = {Cycle.MONTH: 1, Cycle.QUARTER: 3, Cycle.YEAR: 12}
_DAYS = {Cycle.DAY: 1, Cycle.WEEK: 7}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EarlierPeriod:
    """A billing period, and the subscription that it was one of."""

    subscription_id: Id
    period: Period


def earlier_periods(
    subscription_id: Id, first: date, subscriptions: Sequence[Subscription]
) -> tuple[EarlierPeriod, ...]:
    """Return the periods before the one that starts on `first`, newest first, at most MOST_PERIODS.

    They are derived from cycle and start of the subscription, then of the one that it was changed from.
    None of a subscription without these, or without regular periods.
    """
    return tuple(islice(_earlier(subscription_id, first, subscriptions), MOST_PERIODS))


def last_period(subscriptions: Sequence[Subscription]) -> tuple[Subscription, Period] | None:
    """Return the subscription that ended last with its last period.

    None while a subscription is active, and where no end or period is known.
    """
    if any(one.status is SubscriptionStatus.ACTIVE for one in subscriptions):
        return None
    ends = [(one.end, one) for one in subscriptions if one.status.has_ended and one.end is not None]
    if not ends:
        return None
    end, of = max(ends, key=lambda pair: pair[0])
    periods = earlier_periods(of.id, end, subscriptions)
    return (of, periods[0].period) if periods else None


def _earlier(wanted: Id, first: date, subscriptions: Sequence[Subscription]) -> Iterator[EarlierPeriod]:
    known = {one.id: one for one in subscriptions}
    of = known.pop(wanted, None)
    while of is not None and of.start is not None:
        start = _period_start(of, of.start, first, known) if first > of.start else None
        if start is not None:
            yield EarlierPeriod(of.id, (start, first - _DAY))
            first = start
        else:
            of = known.pop(of.moved_from or "", None)


def _period_start(
    of: Subscription, start: date, before: date, known: Mapping[Id, Subscription]
) -> date | None:
    """Return the first day of the last period that starts before a day; None for an irregular cycle."""
    boundary = of.period[0] if of.period is not None else start
    if of.cycle in _DAYS:
        length = _DAYS[of.cycle]
        days = ((before - boundary).days - 1) // length * length
        return date.fromordinal(max(boundary.toordinal() + days, start.toordinal()))
    if of.cycle not in _MONTHS:
        return None
    months, anchor = _MONTHS[of.cycle], _anchor_day(of, boundary, known)
    cycles = ((before.year - boundary.year) * 12 + before.month - boundary.month) // months + 1
    while (found := _add_months(boundary, cycles * months, anchor)) is not None and found >= before:
        cycles -= 1
    return start if found is None else max(found, start)


def _anchor_day(of: Subscription, boundary: date, known: Mapping[Id, Subscription]) -> int:
    """Return the day of the month on which periods start; in shorter months it is the last one.

    It is the day of the first charge, and stays when a subscription is changed to one with the same cycle.
    """
    last = monthrange(boundary.year, boundary.month)[1]
    days: list[int] = []
    others = dict(known)
    one: Subscription | None = of
    while one is not None and one.cycle is of.cycle:
        days = [*(day.day for day in (one.trial_end, one.start) if day is not None), *days]
        one = others.pop(one.moved_from or "", None)
    return next((day for day in days if min(day, last) == boundary.day), boundary.day)


def _add_months(day: date, months: int, anchor: int) -> date | None:
    """Return the day that many months later; None before the first year of the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month + 1, min(anchor, monthrange(year, month + 1)[1]))
