"""Plans, pricings, features and discounts in the wire format of the extension."""

from __future__ import annotations

from wbtui.sandbox.engine.catalogue import Catalogue, Discount, FeatureDef, Plan, PriceSet
from wbtui.sandbox.engine.wire import Wire, wire


def feature(of: FeatureDef, currency: str) -> Wire:
    return {
        **wire(of, "slug name unit strategy", counts="included limit overage_per"),
        **wire(of, amounts="unit_price overage_price", currency=currency),
        "tiers": [
            wire(tier, counts="up_to", amounts="unit_price flat_fee", currency=currency) for tier in of.tiers
        ],
    }


def pricing(of: PriceSet) -> Wire:
    return {
        **wire(of, "currency cycle strategy tax_mode", amounts="price"),
        "id": of.pricing_id,
        "features": [feature(each, of.currency) for each in of.features],
    }


def plan(catalogue: Catalogue, of: Plan) -> Wire:
    """A plan with its current pricings; an archived plan has its last ones."""
    own = [price_set for price_set in catalogue.price_sets.values() if price_set.plan_id == of.id]
    latest = {price_set.pricing_id: price_set for price_set in sorted(own, key=lambda each: each.valid_from)}
    return {
        **wire(of, "id slug name description status trial_days"),
        "pricings": [pricing(price_set) for price_set in latest.values()],
        "version": f"v{of.version}",
    }


def discount(of: Discount, cycles: int | None = None) -> Wire:
    """A discount; `cycles` are the remaining ones of a contract."""
    shape = wire(of, "id name cycles", counts="percent", amounts="amount")
    return shape if cycles is None else {**shape, "cycles": cycles}
