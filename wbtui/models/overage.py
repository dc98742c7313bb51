"""What usage of a billing period costs beyond what a plan includes."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from wbtui.models.base import Units
from wbtui.models.money import Money
from wbtui.models.plan import Feature, Strategy
from wbtui.models.units import number


def overage(feature: Feature, used: Units) -> Money | None:
    """Return the cost of the units used, before discount and tax, rounded half-even.

    None where the plan charges nothing for them, or a number is unreadable. Tiers are graduated: each unit
    has the price of its own tier, and a tier's flat fee is due once it is reached. Each tier is rounded: the
    invoice states its amount, and the sum of these.
    """
    units = number(used)
    if units is None:
        return None
    if feature.strategy is Strategy.USAGE_TIERED and feature.tiers:
        return _tiered(feature, Fraction(units))
    price, per = feature.overage_price, number(feature.overage_per or "1")
    if feature.strategy is not Strategy.USAGE or price is None or not per:
        return None
    over = max(units - (number(feature.included) or 0), Decimal(0))
    return Money(round(Fraction(over) * price.minor / Fraction(per)), price.currency)


def _tiered(feature: Feature, units: Fraction) -> Money:
    below, minor = Fraction(0), 0
    for tier in feature.tiers:
        if units <= below:
            break
        end = number(tier.up_to)
        upper = units if end is None else min(units, Fraction(end))
        minor += round((upper - below) * tier.unit_price.minor)
        minor += tier.flat_fee.minor if tier.flat_fee is not None else 0
        below = upper
    return Money(minor, feature.tiers[0].unit_price.currency)
