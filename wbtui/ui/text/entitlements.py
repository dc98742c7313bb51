"""Sentences about which features a customer may use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from wbtui.models.dates import days_after
from wbtui.models.entitlements import Access, Entitlement, has_overage
from wbtui.models.subscription import Subscription
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.text import usage as usage_text
from wbtui.ui.text.subscriptions import ordered

TITLE = "Feature access"
FEATURES = "Features"
EMPTY = "No features are known."
NOT_CACHED = "The features of the subscriptions are not available offline."
NO_USAGE = "Usage is not loaded: limits are not checked."
NO_PLANS = "Plans are not loaded: features of other plans are not listed."
COPIED = "Feature access"
NOTHING_TO_COPY = "There is no feature to copy."
STATES = {
    Access.INCLUDED: states.State("●", "included", "good"),
    Access.LIMIT_REACHED: states.State("▲", "limit reached", "warn"),
    Access.FROZEN: states.State("■", "frozen", "bad"),
    Access.NOT_STARTED: states.State("○", "not started", "plain"),
    Access.ENDED: states.State("■", "ended", "dim"),
    Access.NOT_IN_PLAN: states.State("○", "not in plan", "dim"),
    Access.UNKNOWN: states.State("?", "unknown", "dim"),
}


def not_judged(usage: object, plans: object, *, is_summary: bool) -> list[str]:
    """Return what the access to features could not be judged by; None stands for a part not loaded."""
    if is_summary:
        return [NOT_CACHED]
    return [note for note, part in ((NO_USAGE, usage), (NO_PLANS, plans)) if part is None]


def sentence(one: Entitlement, reason: str) -> str:
    """Return `Single sign-on: not in plan. Included in Business and Enterprise.`"""
    return f"{one.feature.name}: {STATES[one.access].word}. {reason}".rstrip()


def why(one: Entitlement, subscriptions: Sequence[Subscription], today: date) -> str:
    """Return the reason for the access, in one or two sentences."""
    of = one.subscription
    if of is None:
        return f"Included in {_listed(one.plans)}." if one.plans else ""
    match one.access:
        case Access.INCLUDED:
            return _included(one, of)
        case Access.LIMIT_REACHED:
            return _reached(one, today)
        case Access.FROZEN:
            return "The account is frozen."
        case Access.NOT_STARTED if of.start is not None and of.start > today:
            return f"{of.plan} starts on {fmt.day(of.start, today)}."
        case Access.NOT_STARTED:
            return f"{of.plan} is {fmt.spaced(of.status)}."
        case Access.ENDED:
            return _ended(of, subscriptions, today)
    return f"The status of {of.plan} is not known."


def _included(one: Entitlement, of: Subscription) -> str:
    series, units = one.usage, of.units.get(one.feature.slug)
    if series is not None:
        unknown = "" if series.limit_known else "; the limit is not known"
        used = f"{of.plan}: {usage_text.of_limit(series)} used{unknown}."
        return f"{used} Overage is charged." if has_overage(one.feature, series) else used
    if units is None:
        return f"{of.plan}."
    return f"{of.plan}: {ordered(one.feature, units)}."


def _reached(one: Entitlement, today: date) -> str:
    series = one.usage
    assert series is not None
    used = f"{usage_text.of_limit(series)} used."
    if series.period is None or series.period[1] == date.max:
        return used
    return f"{used} The next period starts on {fmt.day(days_after(series.period[1], 1), today)}."


def _ended(of: Subscription, subscriptions: Sequence[Subscription], today: date) -> str:
    on = f" on {fmt.day(of.end, today)}" if of.end is not None else ""
    later = next((other for other in subscriptions if other.id == of.moved_to), None)
    if later is None:
        return f"{of.plan} ended{on}."
    return f"{of.plan} was changed to {later.plan}{on}, which does not include it."


def _listed(names: Sequence[str]) -> str:
    """Return `Pro, Business and Enterprise`."""
    return " and ".join(piece for piece in (", ".join(names[:-1]), names[-1]) if piece)
