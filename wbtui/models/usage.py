"""Usage of metered features per day, its total by day, and its projection to the end of the period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from wbtui.models.base import Id, Model, OwnerId, Units
from wbtui.models.money import Money
from wbtui.models.overage import overage
from wbtui.models.plan import Feature
from wbtui.models.units import fraction, number

Period = tuple[Date, Date]
"""First and last day."""
MOST_DAYS = 400
"""Periods that are longer have no days listed."""


class UsageBucket(Model):
    date: Date
    units: Units


class UsageSeries(Model):
    """Usage of one feature in a billing period (first and last day). Fields not provided are None."""

    feature: str = ""
    name: str = ""
    unit: str | None
    subscription_id: Id
    period: tuple[Date, Date] | None = None
    buckets: tuple[UsageBucket, ...] = ()
    used: Units
    limit: Units | None
    included: Units | None
    projected: Units | None = None
    """As the server projects it; `projected_use` is what is shown."""
    overage_price: Money | None = None
    overage_per: Units | None = None
    overage_so_far: Money | None = None
    customer_id: OwnerId = None

    @property
    def limit_known(self) -> bool:
        """Whether a limit of None is no limit; plain Wingback, which names no period, does not tell it."""
        return self.limit is not None or self.period is not None


@dataclass(frozen=True, slots=True)
class UsageDay:
    """Usage of one day, and of the period up to its end. None where it is not known.

    Days after today have a projected total and no usage.
    """

    date: Date
    used: Fraction | None
    total: Fraction | None
    projected: bool = False


def days_in(period: Period) -> int:
    """Return the number of days, first and last included."""
    return (period[1] - period[0]).days + 1


def projected_use(series: UsageSeries, today: Date) -> Fraction | None:
    """Return the units used by the end of the period if all its days are like the average day so far.

    Linear by elapsed days, today included: used ÷ days so far × days of the period. A limit does not end it.
    Whole where all units so far are. None on the first day, outside of the period, and where period or number
    is not known.
    """
    used = fraction(series.used)
    if used is None or series.period is None or not series.period[0] < today <= series.period[1]:
        return None
    expected = used * days_in(series.period) / days_in((series.period[0], today))
    return Fraction(round(expected)) if _is_whole(series) else expected


def _is_whole(series: UsageSeries) -> bool:
    """Return whether the unit seems to be counted, as calls are; not measured, as GB are."""
    numbers = (number(units) for units in (series.used, *(one.units for one in series.buckets)))
    return all(one is not None and one == one.to_integral_value() for one in numbers)


def usage_days(series: UsageSeries, today: Date) -> tuple[UsageDay, ...]:
    """Return every day of the period, those after today with the projected total.

    After a day without data no total is known. Empty without daily data, and above MOST_DAYS.
    """
    if series.period is None or not series.buckets or days_in(series.period) > MOST_DAYS:
        return ()
    return tuple(_days(series, series.period, today))


def _days(series: UsageSeries, period: Period, today: Date) -> Iterator[UsageDay]:
    units: dict[Date, Fraction | None] = {}
    for bucket in series.buckets:
        more, before = fraction(bucket.units), units.get(bucket.date, Fraction(0))
        units[bucket.date] = None if more is None or before is None else before + more
    total: Fraction | None = Fraction(0)
    expected, used, is_whole = projected_use(series, today), fraction(series.used), _is_whole(series)
    for offset in range(days_in(period)):
        day = period[0] + timedelta(days=offset)
        if day <= today:
            of_day = units.get(day)
            total = None if total is None or of_day is None else total + of_day
            yield UsageDay(day, of_day, total)
        elif expected is None or used is None:
            yield UsageDay(day, None, None)
        else:
            ahead = Fraction((day - today).days, (period[1] - today).days)
            total_then = used + (expected - used) * ahead
            yield UsageDay(day, None, Fraction(round(total_then)) if is_whole else total_then, projected=True)


def in_period(series: UsageSeries, period: Period, feature: Feature | None) -> UsageSeries | None:
    """Return the usage of an earlier period: the sum of its buckets, and its overage by the prices given.

    None without daily data of that period: its usage is then not known, rather than zero.
    """
    buckets = tuple(bucket for bucket in series.buckets if period[0] <= bucket.date <= period[1])
    if not buckets:
        return None
    used = f"{sum((number(bucket.units) or Decimal(0) for bucket in buckets), Decimal(0)):f}"
    charged = overage(feature, used) if feature is not None else None
    changes = {"buckets": buckets, "used": used, "projected": None, "overage_so_far": charged}
    return series.model_copy(update={**changes, "period": period})


def before_day(series: UsageSeries, day: Date, feature: Feature | None) -> UsageSeries | None:
    """Return the usage of the period up to the day before; None where it is not known."""
    if series.period is None:
        return None
    return in_period(series, (series.period[0], min(day - timedelta(days=1), series.period[1])), feature)


def missing_days(series: UsageSeries) -> int:
    """Return how many days of a period that is over are not in its sum; 0 without daily data."""
    if series.period is None or not series.buckets:
        return 0
    return days_in(series.period) - len({one.date for one in series.buckets if number(one.units) is not None})


def used_share(used: str, limit: str | None) -> Decimal | None:
    """Return used units as a share of the limit; None without a limit or where one is not a number."""
    units, top = number(used), number(limit)
    return units / top if units is not None and top is not None and top > 0 else None
