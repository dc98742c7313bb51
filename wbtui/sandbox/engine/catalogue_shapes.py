"""Plans, pricings, features and discounts in the wire format of the extension."""

from __future__ import annotations

from wbtui.sandbox.engine.catalogue import Catalogue, Discount, FeatureDef, Plan, PriceSet
from wbtui.sandbox.engine.wire import Wire, count_or_null, money, money_or_null


def feature(of: FeatureDef, currency: str) -> Wire:
    return {
        "slug": of.slug,
        "name": of.name,
        "unit": of.unit,
        "strategy": of.strategy,
        "included": count_or_null(of.included),
        "limit": count_or_null(of.limit),
        "unit_price": money_or_null(of.unit_price, currency),
        "overage_price": money_or_null(of.overage_price, currency),
        "overage_per": count_or_null(of.overage_per),
        "tiers": [
            {
                "up_to": count_or_null(tier.up_to),
                "unit_price": money(tier.unit_price, currency),
                "flat_fee": money_or_null(tier.flat_fee, currency),
            }
            for tier in of.tiers
        ],
    }


def pricing(price_set: PriceSet) -> Wire:
    return {
        "id": price_set.pricing_id,
        "currency": price_set.currency,
        "cycle": price_set.cycle,
        "strategy": price_set.strategy,
        "price": money(price_set.price, price_set.currency),
        "features": [feature(f, price_set.currency) for f in price_set.features],
        "tax_mode": price_set.tax_mode,
    }


def plan(catalogue: Catalogue, of: Plan) -> Wire:
    """A plan with its current pricings; an archived plan has its last ones."""
    latest: dict[str, PriceSet] = {}
    for price_set in catalogue.price_sets.values():
        if price_set.plan_id == of.id:
            known = latest.get(price_set.pricing_id)
            if known is None or price_set.valid_from > known.valid_from:
                latest[price_set.pricing_id] = price_set
    return {
        "id": of.id,
        "slug": of.slug,
        "name": of.name,
        "description": of.description,
        "status": of.status,
        "trial_days": of.trial_days,
        "pricings": [pricing(price_set) for price_set in latest.values()],
        "version": f"v{of.version}",
    }


def discount(of: Discount, cycles: int | None = None) -> Wire:
    """A discount; `cycles` are the remaining ones of a contract."""
    return {
        "id": of.id,
        "name": of.name,
        "percent": count_or_null(of.percent),
        "amount": money_or_null(of.amount, of.currency),
        "cycles": of.cycles if cycles is None else cycles,
    }
