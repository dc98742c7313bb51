"""Plans, their pricings and features, tiers and discounts."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from wbtui.models.base import Currency, Id, Model, OpenEnum, Units
from wbtui.models.money import Money


class Cycle(OpenEnum):
    """Billing interval. `once` and `constant` charge a single time."""

    ONCE = "once"
    CONSTANT = "constant"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    UNKNOWN = "unknown"

    @property
    def noun(self) -> str:
        """`month`, `year` …; `once` for single charges."""
        return {"constant": "once", "unknown": "?"}.get(self.value, self.value)

    @property
    def adverb(self) -> str:
        """`monthly`, `yearly` …; `once` for single charges."""
        irregular = {"day": "daily", "once": "once", "constant": "once", "unknown": "?"}
        return irregular.get(self.value, f"{self.value}ly")


class Strategy(OpenEnum):
    """Pricing strategy."""

    FLAT = "flat"
    PER_UNIT = "per_unit"
    USAGE = "usage"
    UNIT_TIERED = "unit_tiered"
    USAGE_TIERED = "usage_tiered"
    UNKNOWN = "unknown"


class TaxMode(OpenEnum):
    """Whether prices include tax (`inclusive`), or tax is added to them (`exclusive`)."""

    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"
    UNKNOWN = "unknown"


class PlanStatus(OpenEnum):
    ACTIVE = "active"
    ARCHIVED = "archived"
    UNKNOWN = "unknown"


def grouped_units(text: Units) -> str:
    """Group thousands and drop trailing zeros: `1,000`, `2.5`. Other text is returned as it is."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    plain = f"{number:,f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


class Tier(Model):
    """Pricing tier: units up to and including `up_to` (None: unlimited) cost `unit_price` plus `flat_fee`."""

    up_to: Units | None
    unit_price: Money
    flat_fee: Money | None = None


class Feature(Model):
    """Feature of a plan: `included` units are free, further ones up to `limit` cost `overage_price`."""

    slug: str = ""
    name: str = ""
    unit: str | None = None
    strategy: Strategy
    included: Units | None = None
    limit: Units | None = None
    unit_price: Money | None = None
    overage_price: Money | None = None
    overage_per: Units | None = None
    tiers: tuple[Tier, ...] = ()

    @property
    def is_metered(self) -> bool:
        """Whether it is billed by usage; its included units and its limit count in each billing period."""
        return self.strategy in (Strategy.USAGE, Strategy.USAGE_TIERED)

    @property
    def limit_known(self) -> bool:
        """Whether the limit is known; None is then no limit. Plain Wingback omits it for metered features."""
        told = (self.included, self.limit, self.overage_price)
        return not self.is_metered or bool(self.tiers) or any(one is not None for one in told)


class Discount(Model):
    """Discount in percent (decimal text) or as an amount, for `cycles` billing periods (None: forever).

    That of a subscription has those that are left.
    """

    id: Id
    name: str = ""
    percent: Units | None = None
    amount: Money | None = None
    cycles: int | None = None


class Pricing(Model):
    """Price of a plan in one currency and billing interval; `price` is that of one interval."""

    id: Id
    currency: Currency
    cycle: Cycle
    strategy: Strategy
    price: Money
    features: tuple[Feature, ...]
    tax_mode: TaxMode = TaxMode.UNKNOWN


class Plan(Model):
    id: Id
    slug: str = ""
    name: str = ""
    description: str | None
    status: PlanStatus
    trial_days: int | None
    pricings: tuple[Pricing, ...]
    version: str = ""
