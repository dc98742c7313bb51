"""Which features a customer may use, and why not the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from wbtui.models.customer import CustomerStatus
from wbtui.models.folding import natural_key
from wbtui.models.plan import Feature, Plan, PlanStatus
from wbtui.models.subscription import Subscription, SubscriptionStatus
from wbtui.models.units import number
from wbtui.models.usage import UsageSeries


class Access(StrEnum):
    """Whether a feature may be used. Of several subscriptions the first in this order decides."""

    INCLUDED = "included"
    LIMIT_REACHED = "limit_reached"
    UNKNOWN = "unknown"
    FROZEN = "frozen"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    NOT_IN_PLAN = "not_in_plan"


_ORDER = tuple(Access)
_BLOCKED = (Access.LIMIT_REACHED, Access.UNKNOWN, Access.FROZEN, Access.NOT_STARTED, Access.ENDED)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Access to one feature, and what it follows from.

    Attributes:
        subscription: the one that decides; None where no subscription has the feature.
        usage: in the current period; None of a feature that is not metered, and where it is not known.
        plans: names of the plans sold that have the feature, if the customer's do not.
    """

    feature: Feature
    access: Access
    subscription: Subscription | None = None
    usage: UsageSeries | None = None
    plans: tuple[str, ...] = ()


def entitlements(
    account: CustomerStatus,
    subscriptions: Sequence[Subscription],
    usage: Sequence[UsageSeries] | None,
    plans: Sequence[Plan] | None,
    today: date,
) -> tuple[Entitlement, ...]:
    """Return one entitlement for each feature, first those that cannot be used though they are known.

    Without `usage` no limit counts as reached, without `plans` only features of subscriptions are listed.
    """
    best: dict[str, Entitlement] = {}
    for subscription in subscriptions:
        for one in _of_subscription(account, subscription, usage or (), today):
            known = best.setdefault(_key(one.feature), one)
            if _rank(one) < _rank(known):
                best[_key(one.feature)] = one
    others = [one for one in _not_in_plan(plans or ()) if _key(one.feature) not in best]
    return tuple(sorted([*best.values(), *others], key=_shown_order))


def _key(feature: Feature) -> str:
    return feature.slug or feature.name


def _rank(one: Entitlement) -> tuple[int, int]:
    """The better access first; of ended subscriptions the one that ended last."""
    of = one.subscription
    end = of.end.toordinal() if of is not None and of.end is not None else 0
    return _ORDER.index(one.access), -end


def _shown_order(one: Entitlement) -> tuple[object, ...]:
    name = natural_key(one.feature.name)
    return one.access not in _BLOCKED, one.access is not Access.INCLUDED, name


def _of_subscription(
    account: CustomerStatus, of: Subscription, usage: Iterable[UsageSeries], today: date
) -> Iterator[Entitlement]:
    used = {one.feature: one for one in usage if one.subscription_id == of.id}
    state = _state(account, of, today)
    for feature in of.features:
        series = used.get(feature.slug)
        access = state
        if access is Access.INCLUDED and series is not None and is_blocked(feature, series):
            access = Access.LIMIT_REACHED
        yield Entitlement(feature, access, of, series)


def _state(account: CustomerStatus, of: Subscription, today: date) -> Access:
    """Return what a subscription itself allows."""
    if of.status.has_ended:
        return Access.ENDED
    if of.status is SubscriptionStatus.UNKNOWN:
        return Access.UNKNOWN
    if of.status is not SubscriptionStatus.ACTIVE or (of.start is not None and of.start > today):
        return Access.NOT_STARTED
    return Access.FROZEN if account is CustomerStatus.INACTIVE else Access.INCLUDED


def is_blocked(feature: Feature, series: UsageSeries) -> bool:
    """Return whether the limit is reached and more has no price.

    False without a limit, and where a number is not known.
    """
    used, limit = number(series.used), number(series.limit)
    is_reached = used is not None and limit is not None and used >= limit
    return is_reached and not _has_price(feature)


def has_overage(feature: Feature, series: UsageSeries) -> bool:
    """Return whether more is used than is included, and costs something; False where that is not known."""
    used, included = number(series.used), number(series.included or series.limit)
    return used is not None and included is not None and used > included and _has_price(feature)


def _has_price(feature: Feature) -> bool:
    return feature.overage_price is not None or bool(feature.tiers)


def _not_in_plan(plans: Iterable[Plan]) -> Iterator[Entitlement]:
    """Yield each feature of the plans that are sold."""
    features: dict[str, Feature] = {}
    sold: dict[str, dict[str, None]] = {}
    for plan in plans:
        if plan.status is PlanStatus.ACTIVE:
            for feature in (one for pricing in plan.pricings for one in pricing.features):
                features.setdefault(_key(feature), feature)
                sold.setdefault(_key(feature), {})[plan.name] = None
    for key, feature in features.items():
        yield Entitlement(feature, Access.NOT_IN_PLAN, plans=tuple(sold[key]))
