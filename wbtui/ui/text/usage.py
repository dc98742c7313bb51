"""Sentences of the usage tab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wbtui.models.subscription import SubscriptionBrief
from wbtui.models.usage import UsageSeries
from wbtui.ui import format as fmt


def detail_rows(series: UsageSeries, subscriptions: Sequence[SubscriptionBrief]) -> Iterator[tuple[str, str]]:
    """Return what overage costs and which subscription is charged for it."""
    of = next((one for one in subscriptions if one.id == series.subscription_id), None)
    yield "Overage price", overage_price(series)
    yield "Subscription", series.subscription_id if of is None else fmt.plan(of)


def overage_price(series: UsageSeries) -> str:
    """Return `€0.20 per 1,000 calls`; nothing where overage is not charged."""
    if series.overage_price is None:
        return ""
    if not series.overage_per:
        return str(series.overage_price)
    unit = series.unit or ""
    # Words take a plural, symbols such as GB do not.
    if unit.isalpha() and unit.islower() and not unit.endswith("s") and series.overage_per != "1":
        unit += "s"
    return f"{series.overage_price} per {fmt.units(series.overage_per)} {unit}".rstrip()


def days_title(series: UsageSeries, shown: int) -> str:
    """Return `Daily API calls`, with the number of days where not all are shown."""
    rest = f", last {shown} of {len(series.buckets)} days" if shown < len(series.buckets) else ""
    return f"Daily {series.name}{rest}"
