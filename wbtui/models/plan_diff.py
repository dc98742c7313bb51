"""Compare the plan of a subscription with another price set: only what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from wbtui.models.base import Units
from wbtui.models.money import Money
from wbtui.models.overage import overage
from wbtui.models.plan import Cycle, Feature, Plan, Pricing, Strategy, TaxMode, Tier, grouped_units
from wbtui.models.subscription import Subscription
from wbtui.models.units import number
from wbtui.models.usage import UsageSeries, used_share

NOTHING = "–"
NO_LIMIT = "no limit"
COUNTED = (Strategy.PER_UNIT, Strategy.UNIT_TIERED)
"""Strategies that are billed by units that the customer orders, such as seats."""
_BY_LENGTH = (Cycle.HOUR, Cycle.DAY, Cycle.WEEK, Cycle.MONTH, Cycle.QUARTER, Cycle.YEAR)
_BILLED = {
    Strategy.FLAT: "with the plan",
    Strategy.PER_UNIT: "per unit",
    Strategy.USAGE: "by usage",
    Strategy.UNIT_TIERED: "per unit, tiers",
    Strategy.USAGE_TIERED: "by usage, tiers",
    Strategy.UNKNOWN: "?",
}
_TAX = {TaxMode.INCLUSIVE: "included", TaxMode.EXCLUSIVE: "added", TaxMode.UNKNOWN: "unknown"}
_WITHOUT = Feature(strategy=Strategy.UNKNOWN)
"""A feature that a plan does not have."""
_Difference: TypeAlias = Callable[[Money | None, Money | None], str]


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One thing that differs. `difference` is "+ €150.00", "gained", "lost" or empty."""

    label: str
    now: str
    to: str
    difference: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """Usage of the current period against a limit of the new plan (None: no limit there).

    Attributes:
        offered: whether the new plan has the feature at all.
        known: whether its limit there is told.
        per: the cycle of the new limit, where it is another one than that of the usage.
        is_longer: whether that cycle is the longer one.
    """

    name: str
    used: Units
    limit: Units | None
    offered: bool = True
    known: bool = True
    per: Cycle | None = None
    is_longer: bool = False

    @property
    def share(self) -> Decimal | None:
        """The share of the new limit; None without a limit above zero, and for another cycle."""
        return used_share(self.used, self.limit) if self.per is None else None

    @property
    def exceeds(self) -> bool:
        """Whether more is used than the new plan includes or allows; unknown for a shorter cycle."""
        used, limit = number(self.used), number(self.limit)
        if not self.offered:
            return bool(used)
        if self.per is not None and not self.is_longer:
            return False
        return used is not None and limit is not None and used > limit


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """Differences between two plans.

    Attributes:
        now, to: names of the plans.
        used: usage against the new limits.
    """

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
    tax: TaxMode = TaxMode.UNKNOWN,
) -> PlanDiff:
    """Compare a subscription with a price set of a plan.

    `units` are the units wanted by feature slug; what it leaves out stays as it is. The current price is the
    contract's own, with or without `tax`. The difference of two prices is given only within one currency, one
    tax mode and, for recurring ones, one cycle; the cost of the usage so far only within one cycle. What a
    plan includes of a metered feature is said with its cycle where the cycles differ.
    """
    differ = {tax, pricing.tax_mode} == {TaxMode.INCLUSIVE, TaxMode.EXCLUSIVE}
    difference = _no_difference if differ else money_difference
    ours = {feature.slug: feature for feature in subscription.features}
    theirs = {feature.slug: feature for feature in pricing.features}
    rows: list[DiffRow] = []
    price = subscription.contract_price
    same_cycle = subscription.cycle is pricing.cycle
    base = _base(price, subscription.cycle, subscription.features)
    new_base = _base(pricing.price, pricing.cycle, pricing.features)
    comparable = same_cycle and NOTHING not in (base, new_base)
    rows += _row("Base price", base, new_base, difference(price, pricing.price) if comparable else "")
    rows += _row("Tax", _TAX[tax], _TAX[pricing.tax_mode])
    if not same_cycle:
        rows += _row("Billed", f"every {subscription.cycle.noun}", f"every {pricing.cycle.noun}")
    for slug in dict.fromkeys([*ours, *theirs]):
        pair = (ours.get(slug), theirs.get(slug))
        cycles = None if same_cycle else (subscription.cycle, pricing.cycle)
        rows += _feature_rows(*pair, subscription.units.get(slug), units.get(slug), cycles)
        rows += _price_rows(pair[0] or _WITHOUT, pair[1] or _WITHOUT, difference, cycles)
    own = [one for one in usage if one.subscription_id == subscription.id and one.feature in ours]
    for one in own if same_cycle else ():
        rows += _overage_row(one, theirs.get(one.feature), difference)
    used = tuple(_used(one, theirs.get(one.feature), subscription.cycle, pricing.cycle) for one in own)
    return PlanDiff(subscription.plan, plan.name, tuple(rows), used)


def _base(price: Money, cycle: Cycle, features: Iterable[Feature]) -> str:
    """Return "€49.00 / month"; – where only units cost something."""
    return _per(str(price), cycle) if price or not unit_price_text(features) else NOTHING


def counted_features(pricing: Pricing) -> tuple[Feature, ...]:
    """Return the features of which the customer orders a number of units."""
    return tuple(feature for feature in pricing.features if feature.strategy in COUNTED)


def first_units(feature: Feature) -> Units:
    """Return the units to order at first: those included in the plan, at least one."""
    return feature.included if feature.included is not None and number(feature.included) else "1"


def missing_units(
    pricing: Pricing, wanted: Mapping[str, Units], current: Mapping[str, Units]
) -> tuple[Feature, ...]:
    """Return the features of which no number of units is wanted, and none is ordered yet."""
    return tuple(one for one in counted_features(pricing) if one.slug not in {**current, **wanted})


def pricing_of(plans: tuple[Plan, ...], pricing_id: str | None) -> Pricing | None:
    """Return the price of that id as it is offered today, None where it is not."""
    return next((one for plan in plans for one in plan.pricings if one.id == pricing_id), None)


def price_text(pricing: Pricing) -> str:
    """Return the price of a cycle; where only units cost something, that of one: $12.00 per seat."""
    return (unit_price_text(pricing.features) if not pricing.price else "") or str(pricing.price)


def unit_price_text(features: Iterable[Feature]) -> str:
    """Return the price of the first unit that is ordered and costs something, empty where none does."""
    for feature in features:
        if feature.strategy not in COUNTED:
            continue
        unit = feature.unit or feature.name.lower()
        if feature.tiers:
            return f"from {feature.tiers[0].unit_price} per {unit}"
        if feature.unit_price is None and feature.included is None:
            return f"unknown per {unit}"  # plain Wingback tells neither
        if feature.unit_price:
            return f"{feature.unit_price} per {unit}"
    return ""


def money_difference(now: Money | None, to: Money | None) -> str:
    """Return "+ €150.00", "− €0.10", or nothing where they are equal, unknown or of two currencies."""
    if now is None or to is None or now.currency != to.currency or now == to:
        return ""
    return (to - now).signed


def _no_difference(_now: Money | None, _to: Money | None) -> str:
    return ""


def _feature_rows(
    ours: Feature | None,
    theirs: Feature | None,
    have: Units | None,
    wanted: Units | None,
    cycles: tuple[Cycle, Cycle] | None,
) -> Iterator[DiffRow]:
    """Yield what differs in a feature but its prices. `cycles`: those of both plans where they differ."""
    feature = theirs or ours
    assert feature is not None
    name = feature.name
    if ours is None:
        yield DiffRow(name, NOTHING, _gives(feature), "gained")
    elif theirs is None:
        yield DiffRow(name, _gives(feature), NOTHING, "lost")
    else:
        if feature.strategy in COUNTED:
            want = have if wanted is None else wanted
            yield from _row(name, _units(have), _units(want), _units_difference(have, want))
        yield from _row(f"{name} billed", _BILLED[ours.strategy], _BILLED[theirs.strategy])
        differ = cycles if ours.is_metered or theirs.is_metered else None
        yield from _allowance(f"{name} included", ours.included or "0", theirs.included or "0", differ)
        yield from _allowance(f"{name} limit", ours.limit, theirs.limit, differ)


def _allowance(
    label: str, now: Units | None, to: Units | None, cycles: tuple[Cycle, Cycle] | None
) -> Iterator[DiffRow]:
    """Yield the row of included units or of a limit; of metered ones with their `cycles`, if these differ."""
    one, other = (NO_LIMIT if units is None else _units(units) for units in (now, to))
    if cycles is None:
        yield from _row(label, one, other, _units_difference(now, to))
    else:
        yield from _row(label, _per(one, cycles[0], number(now)), _per(other, cycles[1], number(to)))


def _per(text: str, cycle: Cycle, amount: object = True) -> str:
    """Return "€49.00 / month"; of no amount the text alone."""
    return f"{text} / {cycle.noun}" if amount else text


def _price_rows(
    ours: Feature, theirs: Feature, difference: _Difference, cycles: tuple[Cycle, Cycle] | None
) -> Iterator[DiffRow]:
    """Yield the prices of units, overage and tiers that differ. A feature that a plan lacks has none.

    The price of a unit is that of a cycle; it is said with its cycle where they differ.
    """
    name, now, to = theirs.name or ours.name, ours.unit_price, theirs.unit_price
    if cycles is None:
        yield from _row(f"{name} each", _price(now), _price(to), difference(now, to))
    else:
        yield from _row(f"{name} each", _per(_price(now), cycles[0], now), _per(_price(to), cycles[1], to))
    per = [number(each.overage_per or "1") for each in (ours, theirs)]
    yield from _row(
        f"{name} overage",
        _price(ours.overage_price, ours.overage_per),
        _price(theirs.overage_price, theirs.overage_per),
        difference(ours.overage_price, theirs.overage_price) if per[0] == per[1] else "",
    )
    for place in range(max(len(ours.tiers), len(theirs.tiers))):
        yield from _row(f"{name} tier {place + 1}", _tier(ours, place), _tier(theirs, place))


def _row(label: str, now: str, to: str, difference: str = "") -> Iterator[DiffRow]:
    if now != to:
        yield DiffRow(label, now, to, difference)


def _gives(feature: Feature) -> str:
    """Return the limit of a feature, else its included units, else ✓."""
    if feature.limit is not None:
        return f"limit {_units(feature.limit)}"
    return f"{_units(feature.included)} included" if number(feature.included) else "✓"


def _tier(feature: Feature, place: int) -> str:
    """Return "to 100: €0.08 + €50.00", "above: €0.05"."""
    if place >= len(feature.tiers):
        return NOTHING
    tier: Tier = feature.tiers[place]
    to = "above" if tier.up_to is None else f"to {grouped_units(tier.up_to)}"
    return f"{to}: {tier.unit_price}" + (f" + {tier.flat_fee}" if tier.flat_fee else "")


def _used(series: UsageSeries, theirs: Feature | None, now: Cycle, to: Cycle) -> Used:
    if theirs is None:
        return Used(series.name, series.used, None, offered=False)
    limit = theirs.limit or theirs.included
    if now is to:
        return Used(series.name, series.used, limit, known=theirs.limit_known)
    is_longer = now in _BY_LENGTH and to in _BY_LENGTH and _BY_LENGTH.index(now) < _BY_LENGTH.index(to)
    return Used(series.name, series.used, limit, known=theirs.limit_known, per=to, is_longer=is_longer)


def _overage_row(series: UsageSeries, theirs: Feature | None, difference: _Difference) -> Iterator[DiffRow]:
    """Yield the cost of the usage so far in both plans, unless neither charges for it."""
    now, to = series.overage_so_far, overage(theirs, series.used) if theirs is not None else None
    if now or to:
        yield from _row(f"{series.name} overage to date", _price(now), _price(to), difference(now, to))


def _units(text: Units | None) -> str:
    return NOTHING if text is None else grouped_units(text)


def _price(money: Money | None, per: Units | None = None) -> str:
    if money is None:
        return NOTHING
    return f"{money} / {grouped_units(per)}" if per and grouped_units(per) != "1" else str(money)


def _units_difference(now: Units | None, to: Units | None) -> str:
    one, other = number(now), number(to)
    if one is None or other is None or one == other:
        return ""
    return f"{'+' if other > one else '−'} {grouped_units(str(abs(other - one)))}"
