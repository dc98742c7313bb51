"""Compare the plan of a subscription with another price set: only what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from wbtui.models.base import Units
from wbtui.models.money import Money
from wbtui.models.plan import Cycle, Feature, Plan, Pricing, Strategy, grouped_units
from wbtui.models.subscription import Subscription
from wbtui.models.usage import UsageSeries

NOTHING = "–"
NO_LIMIT = "no limit"
COUNTED = (Strategy.PER_UNIT, Strategy.UNIT_TIERED)
"""Strategies that are billed by units that the customer orders, such as seats."""


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One thing that differs. `difference` is "+ €150.00", "gained", "lost" or empty."""

    label: str
    now: str
    to: str
    difference: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """Usage of the current period against a limit of the new plan (None: no limit there)."""

    name: str
    used: Units
    limit: Units | None

    @property
    def percent(self) -> int | None:
        """Share of the new limit, rounded down; None without a limit above zero."""
        used, limit = _number(self.used), _number(self.limit)
        return int(used * 100 / limit) if used is not None and limit else None

    @property
    def exceeds(self) -> bool:
        """Whether more is used than the new plan allows."""
        used, limit = _number(self.used), _number(self.limit)
        return used is not None and limit is not None and used > limit


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """Attributes: now, to: names of the plans. rows: what differs. used: usage against the new limits."""

    now: str
    to: str
    rows: tuple[DiffRow, ...]
    used: tuple[Used, ...]


def plan_diff(
    subscription: Subscription,
    plan: Plan,
    pricing: Pricing,
    units: Mapping[str, Units],
    usage: Sequence[UsageSeries] = (),
) -> PlanDiff:
    """Compare a subscription with a price set of a plan.

    `units` are the units wanted by feature slug; what it leaves out stays as it is. The current price is the
    contract's own. Prices are compared only within one currency and cycle.
    """
    ours = {feature.slug: feature for feature in subscription.features}
    theirs = {feature.slug: feature for feature in pricing.features}
    rows: list[DiffRow] = []
    price = subscription.price_signed or subscription.amount
    same_cycle = subscription.cycle is pricing.cycle
    rows += _row(
        "Price",
        f"{price} / {cycle_word(subscription.cycle)}",
        f"{pricing.price} / {cycle_word(pricing.cycle)}",
        money_difference(price, pricing.price) if same_cycle else "",
    )
    if not same_cycle:
        rows += _row(
            "Billed", f"every {cycle_word(subscription.cycle)}", f"every {cycle_word(pricing.cycle)}"
        )
    for slug in dict.fromkeys([*ours, *theirs]):
        rows += _feature_rows(slug, ours.get(slug), theirs.get(slug), subscription.units, units)
    used = tuple(
        Used(one.name, one.used, theirs[one.feature].limit or theirs[one.feature].included)
        for one in usage
        if one.subscription_id == subscription.id and one.feature in theirs
    )
    return PlanDiff(subscription.plan, plan.name, tuple(rows), used)


def counted_features(pricing: Pricing) -> tuple[Feature, ...]:
    """Return the features of which the customer orders a number of units."""
    return tuple(feature for feature in pricing.features if feature.strategy in COUNTED)


def cycle_word(cycle: Cycle) -> str:
    """Return "month", "year"; "once" for single charges."""
    return {Cycle.CONSTANT: "once", Cycle.UNKNOWN: "?"}.get(cycle, cycle.value)


def money_difference(now: Money, to: Money) -> str:
    """Return "+ €150.00", "− €0.10", or nothing where they are equal or of two currencies."""
    return "" if now.currency != to.currency or now == to else (to - now).signed


def _feature_rows(
    slug: str,
    ours: Feature | None,
    theirs: Feature | None,
    units_now: Mapping[str, Units],
    units_to: Mapping[str, Units],
) -> Iterator[DiffRow]:
    feature = theirs or ours
    assert feature is not None
    if ours is None or theirs is None:
        yield from _row(
            feature.name,
            NOTHING if ours is None else _gives(ours),
            NOTHING if theirs is None else _gives(theirs),
            "gained" if ours is None else "lost",
        )
        return
    name = feature.name
    if feature.strategy in COUNTED:
        now = units_now.get(slug)
        to = units_to.get(slug, now)
        yield from _row(name, _units(now), _units(to), _units_difference(now, to))
    yield from _row(
        f"{name} included",
        _units(ours.included),
        _units(theirs.included),
        _units_difference(ours.included, theirs.included),
    )
    yield from _row(
        f"{name} limit",
        NO_LIMIT if ours.limit is None else _units(ours.limit),
        NO_LIMIT if theirs.limit is None else _units(theirs.limit),
        _units_difference(ours.limit, theirs.limit),
    )
    for label, one, other, per in (
        (f"{name} each", ours.unit_price, theirs.unit_price, (None, None)),
        (f"{name} overage", ours.overage_price, theirs.overage_price, (ours.overage_per, theirs.overage_per)),
    ):
        comparable = one is not None and other is not None and per[0] == per[1]
        yield from _row(
            label,
            _price(one, per[0]),
            _price(other, per[1]),
            money_difference(one, other) if comparable and one is not None and other is not None else "",
        )
    if ours.tiers != theirs.tiers:
        yield DiffRow(f"{name} tiers", _tiers(ours), _tiers(theirs))


def _row(label: str, now: str, to: str, difference: str = "") -> Iterator[DiffRow]:
    if now != to:
        yield DiffRow(label, now, to, difference)


def _gives(feature: Feature) -> str:
    """What a plan gives of a feature, in a few characters: its limit, what is included, or ✓."""
    if feature.limit is not None:
        return f"limit {_units(feature.limit)}"
    return f"{_units(feature.included)} included" if _number(feature.included) else "✓"


def _tiers(feature: Feature) -> str:
    return f"{len(feature.tiers)} tiers" if feature.tiers else NOTHING


def _units(text: Units | None) -> str:
    return NOTHING if text is None else grouped_units(text)


def _price(money: Money | None, per: Units | None) -> str:
    if money is None:
        return NOTHING
    return f"{money} / {grouped_units(per)}" if per and grouped_units(per) != "1" else str(money)


def _units_difference(now: Units | None, to: Units | None) -> str:
    one, other = _number(now), _number(to)
    if one is None or other is None or one == other:
        return ""
    return f"{'+' if other > one else '−'} {grouped_units(str(abs(other - one)))}"


def _number(text: Units | None) -> Decimal | None:
    try:
        number = Decimal(text or "")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
