"""Sentences of the usage tab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from wbtui.models.overage import overage
from wbtui.models.plan import Feature
from wbtui.models.subscription import Subscription
from wbtui.models.units import fraction
from wbtui.models.usage import Period, UsageDay, UsageSeries, days_in, missing_days, projected_use
from wbtui.ui import format as fmt
from wbtui.ui.text.subscriptions import tiers

EMPTY = "No metered features."
NOT_STARTED = "No usage yet: the subscription has not started."
ENDED = "No active subscription"
PER_DAY = "per day"
EARLIER, LATER = "‹ earlier", "later ›"
NO_EARLIER = "No earlier period of this subscription is known."
NO_LATER = "This is the latest period."
PROJECTED = "projected"
NO_USAGE = "The billing system shows no usage of this feature for this period."
NO_DAYS = "No usage by day is available for this period."

ABOUT = (
    "The large bars show the total since the period began, the line shows the limit, and the small bars show "
    "the usage of each day. Projected: usage at the end of the period if it continues at the daily "
    "average so far, today included, even if the limit would stop it; not on the first day. Overage: what "
    "usage above the included units costs at the contract's prices, before discount and tax."
)


def quantity(value: Fraction) -> str:
    """Return units as `1,235` or `2.5`: whole from 100 on, else to two decimals."""
    hundredths = round(value) * 100 if abs(value) >= 100 else round(value * 100)
    return fmt.units(str(Decimal(hundredths) / 100))


def maybe_quantity(value: Fraction | None, absent: str = fmt.NOTHING) -> str:
    """Return units, or `absent` where they are not known."""
    return absent if value is None else quantity(value)


def short_day(day: date) -> str:
    """Return `21 Nov`: the year is in the title."""
    return f"{day.day} {day:%b}"


def per_days(days: int) -> str:
    """Name the small bars: usage per day, or per several days."""
    return PER_DAY if days == 1 else f"{days} days"


def legend(days: Sequence[UsageDay], limit: Fraction | None) -> str:
    """Explain the signs of the chart, and name the day with the highest usage."""
    signs = ["█ used"]
    if any(day.projected for day in days):
        signs.append("░ projected")
    if limit is not None:
        signs.append("─ limit")
    used = [(day.used, day) for day in days if day.used]
    if not used:
        return "   ".join(signs)
    most, day = max(used, key=lambda pair: pair[0])
    return f"{'   '.join(signs)}   highest day {short_day(day.date)}: {quantity(most)}"


def ended_line(of: Subscription, today: date) -> str:
    """Return `Pro · monthly ended on 14 Nov. This is its last billing period.`"""
    return f"{fmt.plan(of)} ended on {fmt.day(of.end, today)}. This is its last billing period."


def period_line(period: Period | None, today: date) -> str:
    """Return `14 Nov – 13 Dec, day 9 of 30`; the day only of the current period."""
    if period is None:
        return ""
    dates = fmt.period(*period, today)
    if not period[0] <= today <= period[1]:
        return dates
    return f"{dates}, day {days_in((period[0], today))} of {days_in(period)}"


def detail_rows(
    series: UsageSeries, feature: Feature | None, days: Sequence[UsageDay], today: date
) -> Iterator[tuple[str, str]]:
    """Return use against the limit, its projection, and what overage costs."""
    expected = projected_use(series, today)
    is_over = series.period is not None and series.period[1] < today
    yield "Used", used_in_earlier(series) if is_over else used(series)
    yield "Days without data", days_without_data(series) if is_over else ""
    yield "Projected", "" if expected is None else projection(series, expected, days, today)
    yield "Overage", overage_line(series, feature, expected, is_over=is_over)
    yield "Overage price", overage_price(series) or (tiers(feature.tiers) if feature is not None else "")


def used(series: UsageSeries) -> str:
    """Return `92,310 of 100,000 calls, 7,690 left`."""
    amount, limit, whole = fraction(series.used), fraction(series.limit), of_limit(series)
    if limit is None or amount is None:
        return whole
    if amount > limit:
        return f"{whole}, {quantity(amount - limit)} over the limit"
    return f"{whole}, limit reached" if amount == limit else f"{whole}, {quantity(limit - amount)} left"


def used_in_earlier(series: UsageSeries) -> str:
    """Return `at least 92,310 of 100,000 calls`; nothing is left of the limit of a period that is over."""
    amount, limit = fraction(series.used), fraction(series.limit)
    is_reached = amount is not None and limit is not None and amount >= limit
    return at_least(series) + (used(series) if is_reached else of_limit(series))


def limit_cell(series: UsageSeries) -> str:
    """Return the limit, for a table."""
    if series.limit is not None:
        return fmt.units(series.limit)
    return "no limit" if series.limit_known else fmt.UNKNOWN


def used_cell(series: UsageSeries, today: date) -> str:
    """Return the units used, for a table."""
    is_over = series.period is not None and series.period[1] < today
    return (at_least(series) if is_over else "") + fmt.units(series.used)


def days_without_data(series: UsageSeries) -> str:
    """Return `2 of 31`; nothing where every day is known."""
    missing = missing_days(series)
    return f"{missing} of {days_in(series.period)}" if missing and series.period is not None else ""


def at_least(series: UsageSeries) -> str:
    """Return the word before the figures of an earlier period of which only some days are known."""
    return "at least " if missing_days(series) else ""


def of_limit(series: UsageSeries) -> str:
    """Return `92,310 of 100,000 calls`, without a limit `92,310 calls`."""
    limit = f" of {fmt.units(series.limit)}" if series.limit is not None else ""
    return f"{fmt.units(series.used)}{limit} {unit_word(series.unit)}".rstrip()


def projection(series: UsageSeries, expected: Fraction, days: Sequence[UsageDay], today: date) -> str:
    """Return `307,700 calls by 13 Dec, limit reached on 23 Nov`."""
    assert series.period is not None
    amount = quantity(expected)
    units = f"{amount} {unit_word(series.unit, one=amount == '1')}".rstrip()
    text = f"{units} by {fmt.day(series.period[1], today)}"
    limit = fraction(series.limit)
    if limit is None or (fraction(series.used) or 0) >= limit:
        return text
    day = next((one.date for one in days if one.projected and one.total and one.total >= limit), None)
    if expected < limit:
        return f"{text}, below the limit"
    return f"{text}, " + ("above the limit" if day is None else f"limit reached on {fmt.day(day, today)}")


def overage_line(
    series: UsageSeries, feature: Feature | None, expected: Fraction | None, *, is_over: bool
) -> str:
    """Return `€0.00 to date, €41.54 projected`; nothing where it is not charged or not known."""
    so_far = series.overage_so_far
    if is_over or so_far is None:
        return "" if so_far is None else f"{at_least(series)}{so_far}"
    later = overage(feature, str(round(expected))) if feature is not None and expected is not None else None
    return f"{so_far} to date" + ("" if later is None else f", {later} projected")


def overage_price(series: UsageSeries) -> str:
    """Return `€0.20 per 1,000 calls`; nothing where overage is not charged."""
    if series.overage_price is None:
        return ""
    if not series.overage_per:
        return str(series.overage_price)
    unit = unit_word(series.unit, one=series.overage_per == "1")
    return f"{series.overage_price} per {fmt.units(series.overage_per)} {unit}".rstrip()


def unit_word(unit: str | None, *, one: bool = False) -> str:
    """Return the unit in the plural; symbols such as GB have none."""
    word = unit or ""
    return f"{word}s" if word.isalpha() and word.islower() and not word.endswith("s") and not one else word
