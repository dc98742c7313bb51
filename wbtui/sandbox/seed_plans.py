"""The merchant's catalogue: plans in four currencies, with current and earlier prices."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from wbtui.sandbox.engine.catalogue import Catalogue, Discount, FeatureDef, Plan, PriceSet, TierDef
from wbtui.sandbox.engine.periods import add_months

CURRENCIES = ("eur", "usd", "gbp", "jpy")
_FACTOR = {"eur": (1, 1), "usd": (11, 10), "gbp": (9, 10), "jpy": (8, 5)}  # jpy: cents to yen
_ALWAYS = "2000-01-01"
RISE_MONTHS = 13
_CYCLE_PRICE = {"month": 1, "quarter": 3, "year": 10}
"""Months charged for a cycle: two months of a year are free."""
_FILE = Path(__file__).with_name("seed_catalogue.toml")


def build_catalogue(today: str) -> Catalogue:
    """All plans, price sets and discounts on `today`."""
    data = tomllib.loads(_FILE.read_text("utf-8"))
    rise = add_months(date.fromisoformat(today), -RISE_MONTHS, 1).isoformat()
    plans: dict[str, Plan] = {}
    price_sets: dict[str, PriceSet] = {}
    for recipe in data["plan"]:
        plan_id, archived = f"Plan_{recipe['slug']}", recipe.get("archived", False)
        known = {name: recipe.get(name) for name in ("slug", "name", "description", "trial_days")}
        plans[plan_id] = Plan(id=plan_id, status="archived" if archived else "active", **known)
        features = tuple(
            _feature({"slug": slug, **data["feature"][slug], **own})
            for slug, own in recipe["features"].items()
        )
        versions = [(recipe["price"], _ALWAYS)]
        if "before" in recipe:
            versions = [(recipe["before"], _ALWAYS), (recipe["price"], rise)]
        for currency in CURRENCIES:
            for cycle in recipe["cycles"]:
                for price_set in _price_sets(recipe, features, versions, currency, cycle):
                    price_sets[price_set.id] = price_set
    return Catalogue(plans, price_sets, {each["id"]: Discount(**each) for each in data["discount"]})


def _feature(values: dict[str, Any]) -> FeatureDef:
    tiers = ({"up_to": None, **tier} for tier in values.pop("tiers", ()))
    return FeatureDef(**{"unit": None, **values}, tiers=tuple(TierDef(**tier) for tier in tiers))


def _price_sets(
    recipe: dict[str, Any],
    features: tuple[FeatureDef, ...],
    versions: list[tuple[int, str]],
    currency: str,
    cycle: str,
) -> list[PriceSet]:
    """The pricing's price sets, oldest first; only the newest is current."""
    months = _CYCLE_PRICE[cycle]
    pricing_id = f"Price_{recipe['slug']}_{cycle}_{currency}"
    inclusive = recipe.get("consumer", False) and currency != "usd"
    newest = versions[-1][1]
    return [
        PriceSet(
            pricing_id + ("" if valid_from == newest else f"_{number}"),
            f"Plan_{recipe['slug']}",
            pricing_id,
            currency,
            cycle,
            recipe["strategy"],
            _in(currency, price * months, nice=True),
            "inclusive" if inclusive else "exclusive",
            tuple(_feature_in(feature, currency, months) for feature in features),
            valid_from,
            valid_from == newest and not recipe.get("archived", False),
        )
        for number, (price, valid_from) in enumerate(versions, 1)
    ]


def _in(currency: str, cents: int, *, nice: bool = False) -> int:
    """Euro cents in minor units of a currency, at a fixed factor; `nice`: whole units or hundreds of yen."""
    if not cents:
        return 0
    numerator, denominator = _FACTOR[currency]
    minor = max(1, cents * numerator // denominator)
    if nice and minor >= 500:
        minor = (minor + 50) // 100 * 100
    return minor


def _feature_in(feature: FeatureDef, currency: str, months: int) -> FeatureDef:
    """A feature in another currency and cycle: seats are priced by the month, limits grow with the cycle."""
    longer = (12 if months == 10 else months) if feature.metered else 1
    times = 1 if feature.metered else months

    def price(cents: int | None) -> int | None:
        return None if cents is None else _in(currency, cents * times)

    def limit(count: int | None) -> int | None:
        return None if count is None else count * longer

    tiers = (TierDef(tier.up_to, price(tier.unit_price) or 0, price(tier.flat_fee)) for tier in feature.tiers)
    return replace(
        feature,
        included=limit(feature.included),
        limit=limit(feature.limit),
        unit_price=price(feature.unit_price),
        overage_price=price(feature.overage_price),
        tiers=tuple(tiers),
    )
