"""Plans, their pricings and features, tiers and discounts."""

from __future__ import annotations

from typing import TypeAlias

from wbtui.models.base import Model, OpenEnum
from wbtui.models.money import Money


class Cycle(OpenEnum):
    """How often a subscription charges; `once` and `constant` charge a single time."""

    ONCE = "once"
    CONSTANT = "constant"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    UNKNOWN = "unknown"


class Strategy(OpenEnum):
    """How a price follows from units."""

    FLAT = "flat"
    PER_UNIT = "per_unit"
    USAGE = "usage"
    UNIT_TIERED = "unit_tiered"
    USAGE_TIERED = "usage_tiered"
    UNKNOWN = "unknown"


class PlanStatus(OpenEnum):
    ACTIVE = "active"
    ARCHIVED = "archived"
    UNKNOWN = "unknown"


Units: TypeAlias = str
"""A decimal number of units as text; exact, up to 12 decimals."""


class Tier(Model):
    """Units up to and including `up_to` (None: no end) cost `unit_price` each, plus `flat_fee` once."""

    up_to: Units | None
    unit_price: Money
    flat_fee: Money | None = None


class Feature(Model):
    """What a plan gives: `included` units are free, `limit` None is no limit, more costs `overage_price`."""

    slug: str
    name: str
    unit: str | None
    strategy: Strategy
    included: Units | None
    limit: Units | None
    unit_price: Money | None = None
    overage_price: Money | None = None
    overage_per: Units | None = None
    tiers: tuple[Tier, ...] = ()


class Discount(Model):
    """A percent (decimal text) or an amount off, for `cycles` cycles (None: for ever)."""

    id: str
    name: str
    percent: str | None = None
    amount: Money | None = None
    cycles: int | None = None


class Pricing(Model):
    """One price set of a plan: `price` is the recurring base price before tax."""

    id: str
    currency: str
    cycle: Cycle
    strategy: Strategy
    price: Money
    features: tuple[Feature, ...]
    tax_mode: str


class Plan(Model):
    id: str
    slug: str
    name: str
    description: str | None
    status: PlanStatus
    trial_days: int | None
    pricings: tuple[Pricing, ...]
    version: str
