"""Usage of metered features per day."""

from __future__ import annotations

from datetime import date as Date

from wbtui.models.base import Id, Model, Units
from wbtui.models.money import Money


class UsageBucket(Model):
    date: Date
    units: Units


class UsageSeries(Model):
    """Usage of one feature in a billing period (first and last day). Fields not provided are None."""

    feature: str = ""
    name: str = ""
    unit: str | None
    subscription_id: Id
    period: tuple[Date, Date] | None = None
    buckets: tuple[UsageBucket, ...] = ()
    used: Units
    limit: Units | None
    included: Units | None
    projected: Units | None = None
    overage_price: Money | None = None
    overage_per: Units | None = None
    overage_so_far: Money | None = None
    customer_id: Id | None = None
    """None from an older server, which does not say whose it is."""
