"""Charges of a price set, exact and unrounded: recurring in advance, usage in arrears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from wbtui.models.money import div_half_even
from wbtui.sandbox.engine.catalogue import FeatureDef, PriceSet, TierDef
from wbtui.sandbox.engine.records import Slice

CYCLE_WORDS = {
    "day": "daily",
    "week": "weekly",
    "month": "monthly",
    "quarter": "quarterly",
    "year": "yearly",
}


Quantity = int | Decimal
"""A number of units: whole ones as int, others exactly as Decimal."""


def quantity(text: str) -> Quantity:
    """Read units from decimal text."""
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else number


def quantity_text(units: Quantity) -> str:
    """Return units as plain decimal text, without trailing zeros."""
    return str(units) if isinstance(units, int) else f"{units.normalize():f}"


def priced_units(units: Quantity, unit_price: int) -> int:
    """Return minor units for units of a price, half-even."""
    return round(Fraction(units) * unit_price)


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge for a whole period: `exact` minor units, unrounded."""

    name: str
    strategy: str
    quantity: str
    unit_price: int | None
    exact: int | Fraction
    slices: tuple[Slice, ...] = ()

    def amount(self, days: int = 1, of_days: int = 1) -> int:
        """Minor units for `days` of `of_days`, half-even."""
        return div_half_even(self.exact.numerator * days, self.exact.denominator * of_days)


def tier_slices(tiers: tuple[TierDef, ...], units: Quantity) -> tuple[Slice, ...]:
    """Graduated tiers: each unit has its own tier's price; a tier's flat fee is due once it is reached."""
    slices: list[Slice] = []
    below: Quantity = 0
    for tier in tiers:
        if units <= below:
            break
        upper = units if tier.up_to is None else min(units, tier.up_to)
        slices.append(
            {
                "start": quantity_text(below + 1),
                "to": None if tier.up_to is None else str(tier.up_to),
                "quantity": quantity_text(upper - below),
                "unit_price": tier.unit_price,
                "flat_fee": tier.flat_fee,
                "subtotal": priced_units(upper - below, tier.unit_price) + (tier.flat_fee or 0),
            }
        )
        below = upper if tier.up_to is None else tier.up_to
    return tuple(slices)


def recurring_charges(price_set: PriceSet, plan_name: str, units: Mapping[str, str]) -> tuple[Charge, ...]:
    """The charges of a period in advance: base price, units above the included ones, tiered units."""
    return _recurring(price_set, plan_name, tuple(sorted(units.items())))


@lru_cache(maxsize=4096)
def _recurring(price_set: PriceSet, plan_name: str, units: tuple[tuple[str, str], ...]) -> tuple[Charge, ...]:
    counts = dict(units)
    charges: list[Charge] = []
    if price_set.price:
        word = CYCLE_WORDS[price_set.cycle]
        charges.append(Charge(f"{plan_name} · {word}", "flat", "1", price_set.price, price_set.price))
    for feature in price_set.features:
        count = quantity(counts.get(feature.slug, "0"))
        if feature.strategy == "per_unit" and feature.unit_price:
            extra = max(0, count - (feature.included or 0))
            if extra:
                above = f" above {feature.included}" if feature.included else ""
                exact = Fraction(extra) * feature.unit_price
                name, units_text = f"{feature.name}{above}", quantity_text(extra)
                charges.append(Charge(name, "per_unit", units_text, feature.unit_price, exact))
        elif feature.strategy == "unit_tiered" and count:
            slices = tier_slices(feature.tiers, count)
            whole = sum(s["subtotal"] for s in slices)
            charges.append(Charge(feature.name, "unit_tiered", quantity_text(count), None, whole, slices))
    return tuple(charges)


def usage_charge(feature: FeatureDef, used: Quantity) -> Charge | None:
    """The charge for the usage of a period; None when it is free."""
    if feature.strategy == "usage_tiered":
        slices = tier_slices(feature.tiers, used)
        exact = sum(s["subtotal"] for s in slices)
        if not exact:
            return None
        return Charge(feature.name, "usage_tiered", quantity_text(used), None, exact, slices)
    over = used - (feature.included or 0)
    if feature.overage_price is None or over <= 0:
        return None
    per = feature.overage_per or 1
    name = f"{feature.name} above {feature.included or 0:,}" + (f" (per {per:,})" if per > 1 else "")
    cost = Fraction(over) * feature.overage_price / per
    return Charge(name, "usage", quantity_text(Decimal(over) / per), feature.overage_price, cost)
