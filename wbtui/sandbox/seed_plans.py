"""The merchant's catalogue: plans in four currencies, with current and earlier prices."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from wbtui.sandbox.engine.catalogue import Catalogue, Discount, FeatureDef, Plan, PriceSet, TierDef
from wbtui.sandbox.engine.periods import add_months

CURRENCIES = ("eur", "usd", "gbp", "jpy")
_FACTOR = {"eur": (1, 1), "usd": (11, 10), "gbp": (9, 10), "jpy": (8, 5)}  # jpy: cents to yen
_ALWAYS = "2000-01-01"


class Recipe(NamedTuple):
    """A plan in euro cents a month. `before`: the base price until `RISE_MONTHS` ago."""

    slug: str
    name: str
    description: str
    price: int
    cycles: tuple[str, ...]
    strategy: str
    features: tuple[FeatureDef, ...]
    trial_days: int | None = None
    archived: bool = False
    before: int | None = None
    consumer: bool = False
    """Priced with tax included in eur, gbp and jpy."""


RISE_MONTHS = 13


def _seats(included: int, price: int | None, limit: int | None = None) -> FeatureDef:
    return FeatureDef("seats", "Seats", "seat", "per_unit", included, limit, unit_price=price)


def _api(included: int, overage: int | None) -> FeatureDef:
    per = None if overage is None else 1000
    return FeatureDef(
        "api_calls", "API calls", "call", "usage", included, included, overage_price=overage, overage_per=per
    )


_SSO = FeatureDef("sso", "Single sign-on", None, "flat")
_AUDIT = FeatureDef("audit_log", "Audit log", None, "flat")
_SUPPORT = FeatureDef("priority_support", "Priority support", None, "flat")

RECIPES = (
    Recipe(
        "free", "Free", "For a first look", 0, ("month",), "flat", (_seats(1, None, 1), _api(1_000, None))
    ),
    Recipe(
        "starter",
        "Starter",
        "For small teams",
        1900,
        ("month", "year"),
        "flat",
        (_seats(3, None, 3), _api(10_000, 50)),
        trial_days=14,
        consumer=True,
    ),
    Recipe(
        "pro",
        "Pro",
        "For growing teams",
        4900,
        ("month", "year"),
        "flat",
        (_seats(10, 500, 100), _api(100_000, 20)),
        trial_days=14,
        consumer=True,
    ),
    Recipe(
        "team",
        "Team",
        "Pay per seat",
        0,
        ("month", "year"),
        "per_unit",
        (_seats(0, 1200, 250), _api(50_000, 25)),
        trial_days=30,
        before=None,
    ),
    Recipe(
        "business",
        "Business",
        "For companies",
        19900,
        ("month", "quarter", "year"),
        "flat",
        (_seats(50, 400, 500), _api(1_000_000, 10), _SSO),
        before=17900,
    ),
    Recipe(
        "enterprise",
        "Enterprise",
        "Contracts by the quarter or year",
        49900,
        ("quarter", "year"),
        "unit_tiered",
        (
            FeatureDef(
                "seats",
                "Seats",
                "seat",
                "unit_tiered",
                tiers=(TierDef(50, 900), TierDef(200, 700, 5000), TierDef(None, 500)),
            ),
            _api(5_000_000, 6),
            _SSO,
            _AUDIT,
            _SUPPORT,
        ),
        before=44900,
    ),
    Recipe(
        "storage",
        "Storage",
        "Pay for what you keep",
        900,
        ("month",),
        "usage_tiered",
        (
            FeatureDef(
                "storage_gb",
                "Storage",
                "GB",
                "usage_tiered",
                tiers=(TierDef(100, 0), TierDef(1000, 8), TierDef(None, 5)),
            ),
        ),
    ),
    Recipe(
        "classic",
        "Classic",
        "No longer sold",
        2900,
        ("month", "year"),
        "flat",
        (_seats(5, None, 5), _api(25_000, 40)),
        archived=True,
    ),
)

DISCOUNTS = (
    Discount("Disc_loyal_10", "Loyalty", percent=10),
    Discount("Disc_launch_25", "Launch offer", percent=25, cycles=6),
    Discount("Disc_charity_50", "Charity", percent=50),
    Discount("Disc_first_free", "First cycle free", percent=100, cycles=1),
    *(
        Discount(f"Disc_welcome_{currency}", "Welcome", amount=amount, currency=currency, cycles=3)
        for currency, amount in (("eur", 1000), ("usd", 1000), ("gbp", 900), ("jpy", 1500))
    ),
)

_CYCLE_PRICE = {"month": 1, "quarter": 3, "year": 10}
"""Months charged for a cycle: two months of a year are free."""


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

    def price(cents: int | None, by_month: bool) -> int | None:
        return None if cents is None else _in(currency, cents * (months if by_month else 1))

    longer = 12 if months == 10 else months
    return FeatureDef(
        feature.slug,
        feature.name,
        feature.unit,
        feature.strategy,
        feature.included if feature.included is None or not feature.metered else feature.included * longer,
        feature.limit if feature.limit is None or not feature.metered else feature.limit * longer,
        price(feature.unit_price, True),
        price(feature.overage_price, False),
        feature.overage_per,
        tuple(
            TierDef(
                tier.up_to,
                price(tier.unit_price, not feature.metered) or 0,
                price(tier.flat_fee, not feature.metered),
            )
            for tier in feature.tiers
        ),
    )


def build_catalogue(today: str) -> Catalogue:
    """All plans, price sets and discounts on `today`."""
    day = date.fromisoformat(today)
    rise = add_months(day, -RISE_MONTHS, 1).isoformat()
    plans: dict[str, Plan] = {}
    price_sets: dict[str, PriceSet] = {}
    for recipe in RECIPES:
        plan_id = f"Plan_{recipe.slug}"
        status = "archived" if recipe.archived else "active"
        plans[plan_id] = Plan(
            plan_id, recipe.slug, recipe.name, recipe.description, status, recipe.trial_days
        )
        for currency in CURRENCIES:
            for cycle in recipe.cycles:
                for price_set in _price_sets(recipe, plan_id, currency, cycle, rise):
                    price_sets[price_set.id] = price_set
    return Catalogue(plans, price_sets, {discount.id: discount for discount in DISCOUNTS})


def _price_sets(recipe: Recipe, plan_id: str, currency: str, cycle: str, rise: str) -> list[PriceSet]:
    """The pricing's price sets, oldest first; only the newest is current."""
    versions = [(recipe.price, _ALWAYS)]
    if recipe.before is not None:
        versions = [(recipe.before, _ALWAYS), (recipe.price, rise)]
    months = _CYCLE_PRICE[cycle]
    pricing_id = f"Price_{recipe.slug}_{cycle}_{currency}"
    inclusive = recipe.consumer and currency != "usd"
    return [
        PriceSet(
            pricing_id + ("" if valid_from == versions[-1][1] else f"_{number}"),
            plan_id,
            pricing_id,
            currency,
            cycle,
            recipe.strategy,
            _in(currency, price * months, nice=True),
            "inclusive" if inclusive else "exclusive",
            tuple(_feature_in(feature, currency, months) for feature in recipe.features),
            valid_from,
            not recipe.archived and valid_from == versions[-1][1],
        )
        for number, (price, valid_from) in enumerate(versions, 1)
    ]
