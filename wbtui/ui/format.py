"""Text of values: dates, ages, amounts and counts.

Everything here returns a plain str of our own words or of values that cannot hold markup (numbers, dates,
amounts). Data is quoted through `ui.safe`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from wbtui.models import dates
from wbtui.models.activity import Ref
from wbtui.models.base import Units
from wbtui.models.customer import Customer
from wbtui.models.instants import local
from wbtui.models.money import Money
from wbtui.models.payment import MethodBrief
from wbtui.models.plan import grouped_units
from wbtui.models.preview import Lookalike
from wbtui.models.subscription import SubscriptionBrief
from wbtui.models.text import spaced as spaced
from wbtui.ui.states import State

NOTHING = "–"
"""How an empty value is shown."""
UNKNOWN = "unknown"
"""How an amount is shown that the billing system does not provide or that is not available offline."""


# ── time ─────────────────────────────────────────────────────────────────────────────────────────
def day(value: date | None, today: date) -> str:
    """`21 Nov` within the year of `today`, else `1 Dec 2026`; nothing is –. Of an instant as `full_day`."""
    return NOTHING if value is None else _day(_local_day(value), today)


@lru_cache(maxsize=4096)
def _day(value: date, today: date) -> str:
    return dates.day(value, today)


def full_day(value: date | None) -> str:
    """`1 Dec 2026`, always with the year; of an instant the day in the agent's zone."""
    return NOTHING if value is None else dates.day(_local_day(value))


def _local_day(value: date) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def month(value: date | datetime | None) -> str:
    """`2024-03`."""
    return NOTHING if value is None else f"{value.year:04d}-{value.month:02d}"


def period(first: date, last: date, today: date) -> str:
    """`1 Nov – 30 Nov`, years where they differ from this one."""
    return f"{day(first, today)} – {day(last, today)}"


def instant(value: date | None, now: datetime, *, time: str = "%H:%M:%S") -> str:
    """An instant in the agent's zone: `10:42:07` on the day of `now`, else `21 Nov 10:42`; a day as `day`."""
    if not isinstance(value, datetime):
        return day(value, local(now).date())
    at, here = local(value), local(now)
    if at.date() == here.date():
        return f"{at:{time}}"
    return f"{day(at.date(), here.date())} {at:%H:%M}"


def instant_and_utc(value: datetime, now: datetime) -> str:
    """Return the local and the exact time: `21 Nov 07:00 · 2026-11-21 06:00:00 UTC`."""
    return f"{instant(value, now)} · {value:%Y-%m-%d %H:%M:%S} UTC"


def clock(value: datetime, now: datetime) -> str:
    """`10:42` on the day of `now`, else `21 Nov 10:42`; in the agent's zone."""
    return instant(value, now, time="%H:%M")


def age(span: timedelta) -> str:
    """`just now`, `3 min`, `5 h`, `2 days`. Whole units, rounded down, from all of the span."""
    seconds = int(span.total_seconds())
    if seconds < 60:
        return "just now"
    if seconds < 3_600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        return f"{seconds // 3_600} h"
    return plural(seconds // 86_400, "day")


def ago(span: timedelta) -> str:
    """`just now`, `3 min ago`."""
    text = age(span)
    return text if text == "just now" else f"{text} ago"


def days_between(earlier: date, later: date) -> str:
    """`today`, `1 day`, `8 days`."""
    number = (later - earlier).days
    return "today" if number == 0 else f"{number} day{'' if abs(number) == 1 else 's'}"


def seconds_left(seconds: float) -> str:
    """A rough time left: `9 s`, `3 min`, `2 h`."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    if seconds < 5_400:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3_600)} h"


# ── numbers and money ────────────────────────────────────────────────────────────────────────────
def count(number: int | None) -> str:
    """`12,480`; `…` while it is unknown."""
    return "…" if number is None else f"{number:,}"


def plural(number: int, word: str, words: str = "") -> str:
    """`1 customer`, `12,480 customers`."""
    return f"{count(number)} {word if number == 1 else words or word + 's'}"


def units(text: Units | None) -> str:
    """Return a number of units with grouped thousands: `92,310`, `1.5`."""
    return NOTHING if text is None else grouped_units(text)


def percent(share: Decimal | Fraction) -> str:
    """Return `92 %`, rounded down, so that 100 % is all of it; `< 1 %` where that would be 0."""
    whole = int(share * 100)
    return "< 1 %" if whole == 0 < share else f"{whole} %"


def money(amount: Money | None) -> str:
    """Return `€49.00`; None is unknown. Zero is written as zero."""
    return UNKNOWN if amount is None else str(amount)


def amounts(several: Iterable[Money] | None) -> str:
    """Return `€49.00 + $12.00`: currencies are listed, never added. None is unknown, all zero –."""
    return UNKNOWN if several is None else " + ".join(str(one) for one in several if one) or NOTHING


def aligned(text: str, digits: int = 2) -> str:
    """Pad a right-aligned amount so that its decimal sign stands above those of amounts with `digits`.

    A word or `–` stands at the last decimal.
    """
    if text in (NOTHING, UNKNOWN) or digits == 0:
        return text
    has = _decimals(text)
    return text + " " * (max(digits - has, 0) + (0 if has else 1))


def align_decimals(texts: Sequence[str]) -> list[str]:
    """Pad amounts so that their decimal signs stand above each other when all are right-aligned."""
    digits = max((_decimals(text) for text in texts if text != NOTHING), default=2)
    return [aligned(text, digits) if text else text for text in texts]


def _decimals(text: str) -> int:
    _, dot, decimals = text.rpartition(".")
    return len(decimals) if dot and decimals.isdigit() else 0


def dots(*parts: str | None) -> str:
    """Join the parts that are not empty: `declined · ref 77`."""
    return " · ".join(part for part in parts if part)


_NUMBERED = ("invoice", "credit_note")
"""Kinds of objects whose label is a number that finds them."""


def object_word(kind: str) -> str:
    """Return the word for a kind of object of the API: a contract is a subscription."""
    return "subscription" if kind == "contract" else spaced(kind)


def reference(ref: Ref) -> str:
    """Return how an object is quoted: `invoice INV-0041`, `refund €5.00 (Ref_…)`, `payment Pay_…`."""
    word = object_word(ref.type)
    if not ref.label:
        return f"{word} {ref.id}"
    return f"{word} {ref.label}" if ref.type in _NUMBERED else f"{word} {ref.label} ({ref.id})"


def lookalike(one: Lookalike, now: datetime) -> str:
    """`10:42:07 Refund of €22.40 by Priya Nair`, of the day before with its date. Not cleaned."""
    return f"{instant(one.at, now)} {one.what}" + (f" by {one.by}" if one.by else "")


def capital(text: str) -> str:
    """Return the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


# ── phrases that quote data: clean them before showing ───────────────────────────────────────────
def expiry(method: MethodBrief, today: date) -> State:
    """Return `11/26`, with ▲ in the last month and after it; the sign is empty before."""
    if method.expires is None:
        return State("", NOTHING, "dim")
    year, _, month = method.expires.partition("-")
    word = f"{month}/{year[-2:]}"
    if method.expired(today):
        return State("▲", word, "bad")
    return State("▲", word, "warn") if method.expiring(today) else State("", word)


def method(brief: MethodBrief, today: date) -> str:
    """Return `Visa ••4242 11/26`, with ▲ before an expiry that is past or this month. Not cleaned."""
    return f"{brief.label} {expiry(brief, today).text}" if brief.expires else brief.label


def plan(subscription: SubscriptionBrief) -> str:
    """Return `Pro · monthly`. Not cleaned."""
    return f"{subscription.plan} · {subscription.cycle.adverb}"


def ends_or_renews(one: SubscriptionBrief, today: date) -> tuple[str, str] | None:
    """`ends`, `trial ends` or `renews`, and the day; None where none of them is known or expected."""
    if one.cancel_at is not None:
        return "ends", day(one.cancel_at, today)
    if one.trial_end is not None and one.in_trial(today):
        return "trial ends", day(one.trial_end, today)
    return None if one.next_charge is None else ("renews", day(one.next_charge.date, today))


def plan_phrase(customer: Customer) -> tuple[str, int]:
    """Return `Pro · monthly` and how many further active subscriptions there are. Not cleaned.

    Of a customer without an active one, the subscription that starts later: `Pro · monthly from 1 Dec 2026`.
    """
    main, running = customer.main_subscription, customer.running
    if main is None:
        return NOTHING, 0
    return (plan(main), len(running) - 1) if running else (f"{plan(main)} from {full_day(main.start)}", 0)
