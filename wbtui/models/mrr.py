"""Monthly recurring revenue of a customer over time and by plan."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from wbtui.models.base import Id
from wbtui.models.customer import BillingStatus, Customer, CustomerStatus
from wbtui.models.money import Money, split_by_weight
from wbtui.models.plan import Cycle
from wbtui.models.subscription import SubscriptionBrief, SubscriptionStatus

_A_YEAR = {
    Cycle.HOUR: 8760, Cycle.DAY: 365, Cycle.WEEK: 52, Cycle.MONTH: 12, Cycle.QUARTER: 4, Cycle.YEAR: 1,
}  # fmt: skip
"""Charges a year; single charges do not recur."""
UNKNOWN = "unknown"
"""In place of months: a customer has a subscription whose end is not known."""
Period = tuple[date, date | None]
"""First day with recurring revenue, and first day without; None if it has not ended."""


def month_of(day: date) -> str:
    """Return the month of a day: `2026-11`."""
    return f"{day.year:04d}-{day.month:02d}"


def new_and_lost(customer: Customer) -> tuple[frozenset[str], frozenset[str]]:
    """Return the months at whose end MRR was above 0 but not before (new), and the reverse (lost).

    Both are UNKNOWN if an end that matters is not known. Times of a frozen account are not counted, nor is a
    trial that is not over: it may end without a charge.
    """
    periods = _paid_periods(customer)
    if periods is None:
        return frozenset({UNKNOWN}), frozenset({UNKNOWN})
    new = {month_of(start) for start, _ in periods if _around_month(periods, start) == (False, True)}
    lost = {month_of(end) for _, end in periods if end and _around_month(periods, end) == (True, False)}
    return frozenset(new), frozenset(lost)


def _around_month(periods: Sequence[Period], day: date) -> tuple[bool, bool]:
    """Return whether there is MRR before the month of a day, and whether there is at its end."""
    first, last = day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    before = first > date.min and _is_paid(periods, first - timedelta(days=1))
    return before, _is_paid(periods, last)


def _is_paid(periods: Sequence[Period], day: date) -> bool:
    return any(start <= day and (end is None or day < end) for start, end in periods)


def _paid_periods(customer: Customer) -> list[Period] | None:
    """Return the periods with recurring charges; None if the end of one is not known and matters."""
    found, of_unknown_end = list[Period](), list[date]()
    replaced = _replaced_on(customer.subscriptions)
    for one in customer.subscriptions:
        ended = one.status.has_ended
        if one.start is None or not _weight(one) or not (ended or one.status is SubscriptionStatus.ACTIVE):
            continue
        if not ended and _in_trial(customer, one):
            continue
        start, end = max(one.start, one.trial_end or one.start), one.end or replaced.get(one.id)
        if ended and end is None:
            of_unknown_end.append(start)
        else:
            found.append((start, end if ended else None))
    paid_since = min((start for start, end in found if end is None), default=date.max)
    if any(start < paid_since for start in of_unknown_end):
        return None
    return [(start, end) for start, end in found if end is None or start < end]


def _in_trial(customer: Customer, one: SubscriptionBrief) -> bool:
    """Return whether the trial of an active subscription is not over, as far as the customer's figures tell.

    Of an account that is frozen, or past due without known MRR, they do not tell.
    """
    if one.trial_end is None or customer.status is CustomerStatus.INACTIVE:
        return False
    if customer.mrr is not None:
        return not any(customer.mrr)
    latest = max((other.trial_end for other in customer.running if other.trial_end), default=None)
    return customer.billing_status is BillingStatus.TRIALING and one.trial_end == latest


def _replaced_on(subscriptions: Sequence[SubscriptionBrief]) -> dict[Id, date]:
    """Return when each moved subscription was replaced; those with several possible successors are left out.

    A successor starts on the day when the moved subscription ends, and replaces no other.
    """
    found: dict[Id, date] = {}
    left = list(subscriptions)
    moved = [one for one in subscriptions if one.status is SubscriptionStatus.MOVED and one.start]
    for one in sorted(moved, key=lambda one: one.start or date.min, reverse=True):
        possible = [other for other in left if other is not one and _may_replace(other, one)]
        if len(possible) != 1 or (start := possible[0].start) is None:
            break
        found[one.id] = start
        left.remove(possible[0])
    return found


def _may_replace(other: SubscriptionBrief, one: SubscriptionBrief) -> bool:
    return other.start is None or one.start is None or other.start >= one.start


def lacks_end(customer: Customer) -> bool:
    """Return whether the end of a subscription that has ended is not known."""
    return any(one.status.has_ended and one.end is None for one in customer.subscriptions)


def with_ends(customer: Customer, known: Sequence[SubscriptionBrief]) -> Customer:
    """Return the customer with the ends that are missing, from the same subscriptions in `known`."""
    ends = {one.id: one.end for one in known if one.status.has_ended and one.end}
    filled = tuple(
        one.model_copy(update={"end": ends.get(one.id)}) if one.status.has_ended and one.end is None else one
        for one in customer.subscriptions
    )
    return customer.model_copy(update={"subscriptions": filled})


def _weight(subscription: SubscriptionBrief) -> int:
    """Return the recurring charges of a year in minor units."""
    return max(subscription.amount.minor, 0) * _A_YEAR.get(subscription.cycle, 0)


def mrr_by_plan(customer: Customer) -> Iterator[tuple[str, Money]]:
    """Yield plan and MRR of each paid subscription; they add up to the MRR of the customer per currency.

    Several subscriptions in one currency share it by their recurring charges; those in trial have none.
    """
    seen = customer.updated_at.date()
    for money in customer.mrr or ():
        paid = [s for s in customer.running if s.amount.currency == money.currency and _weight(s)]
        paid = [s for s in paid if s.trial_end is None or s.trial_end <= seen] or paid
        shares = split_by_weight(money, [_weight(s) for s in paid])
        yield from zip((s.plan for s in paid), shares, strict=True)
