"""Mapping of plans, prices, features, discounts and usage of the extension."""

from __future__ import annotations

from wbtui.api.wingback.wire import Wire
from wbtui.models.plan import Cycle, Discount, Feature, Plan, PlanStatus, Pricing, Strategy, Tier
from wbtui.models.usage import UsageBucket, UsageSeries


def plan(wire: Wire) -> Plan:
    return Plan(
        id=wire.identity(),
        slug=wire.text("slug", ""),
        name=wire.text("name", ""),
        description=wire.maybe_text("description"),
        status=wire.word("status", PlanStatus),
        trial_days=wire.maybe_whole("trial_days"),
        pricings=tuple(pricing(item) for item in wire.objects("pricings")),
        version=wire.text("version", ""),
    )


def pricing(wire: Wire) -> Pricing:
    return Pricing(
        id=wire.identity(),
        currency=wire.currency(),
        cycle=wire.word("cycle", Cycle),
        strategy=wire.word("strategy", Strategy),
        price=wire.money("price"),
        features=tuple(feature(item) for item in wire.objects("features")),
        tax_mode=wire.text("tax_mode", "unknown"),
    )


def feature(wire: Wire) -> Feature:
    return Feature(
        slug=wire.text("slug", ""),
        name=wire.text("name", ""),
        unit=wire.maybe_text("unit"),
        strategy=wire.word("strategy", Strategy),
        included=wire.maybe_units("included"),
        limit=wire.maybe_units("limit"),
        unit_price=wire.maybe_money("unit_price"),
        overage_price=wire.maybe_money("overage_price"),
        overage_per=wire.maybe_units("overage_per"),
        tiers=tuple(
            Tier(
                up_to=tier.maybe_units("up_to"),
                unit_price=tier.money("unit_price"),
                flat_fee=tier.maybe_money("flat_fee"),
            )
            for tier in wire.objects("tiers")
        ),
    )


def discount(wire: Wire) -> Discount:
    return Discount(
        id=wire.identity(),
        name=wire.text("name", ""),
        percent=wire.maybe_units("percent"),
        amount=wire.maybe_money("amount"),
        cycles=wire.maybe_whole("cycles"),
    )


def usage(wire: Wire) -> UsageSeries:
    return UsageSeries(
        feature=wire.text("feature", ""),
        name=wire.text("name", ""),
        unit=wire.maybe_text("unit"),
        subscription_id=wire.identity("contract_id"),
        period=wire.maybe_span("period"),
        buckets=tuple(
            UsageBucket(date=bucket.day("date"), units=bucket.units("units"))
            for bucket in wire.objects("buckets")
        ),
        used=wire.units("used"),
        limit=wire.maybe_units("limit"),
        included=wire.maybe_units("included"),
        projected=wire.maybe_units("projected"),
        overage_price=wire.maybe_money("overage_price"),
        overage_per=wire.maybe_units("overage_per"),
        overage_so_far=wire.maybe_money("overage_so_far"),
    )
