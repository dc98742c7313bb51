"""The catalogue: plans, their price sets over time, and discounts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from wbtui.sandbox.store import SandboxError, Tx


@dataclass(frozen=True, slots=True)
class TierDef:
    """Units up to `up_to` (inclusive; None: no end) cost `unit_price` each, plus `flat_fee` once."""

    up_to: int | None
    unit_price: int
    flat_fee: int | None = None


@dataclass(frozen=True, slots=True)
class FeatureDef:
    """A feature of a price set. Prices in minor units of the price set's currency.

    per_unit: units above `included` cost `unit_price`; unit_tiered: all units go through the tiers;
    usage: units above `included` cost `overage_price` per `overage_per`; usage_tiered: through the tiers.
    """

    slug: str
    name: str
    unit: str | None
    strategy: str
    included: int | None = None
    limit: int | None = None
    unit_price: int | None = None
    overage_price: int | None = None
    overage_per: int | None = None
    tiers: tuple[TierDef, ...] = ()

    @property
    def metered(self) -> bool:
        return self.strategy in ("usage", "usage_tiered")


@dataclass(frozen=True, slots=True)
class PriceSet:
    """The prices of a pricing from `valid_from` on. `current`: new subscriptions get it."""

    id: str
    plan_id: str
    pricing_id: str
    currency: str
    cycle: str
    strategy: str
    price: int
    tax_mode: str
    features: tuple[FeatureDef, ...]
    valid_from: str
    current: bool

    def feature(self, slug: str) -> FeatureDef:
        """Raises SandboxError when the price set has no such feature."""
        for feature in self.features:
            if feature.slug == slug:
                return feature
        raise SandboxError(f"The plan has no feature {slug!r}.")


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    slug: str
    name: str
    description: str | None
    status: str
    trial_days: int | None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Discount:
    """Exactly one of `percent` (whole percent) and `amount` (minor units of `currency`) is set."""

    id: str
    name: str
    percent: int | None = None
    amount: int | None = None
    currency: str | None = None
    cycles: int | None = None

    @property
    def rule(self) -> str:
        """The name on invoice lines."""
        return f"{self.name} ({self.percent} %)" if self.percent is not None else self.name


@dataclass(frozen=True)
class Catalogue:
    plans: dict[str, Plan]
    price_sets: dict[str, PriceSet]
    discounts: dict[str, Discount]

    def price_set(self, id: str) -> PriceSet:
        return self.price_sets[id]

    def current(self, pricing_id: str) -> PriceSet | None:
        """The current price set of a pricing; None when its plan is archived."""
        for price_set in self.price_sets.values():
            if price_set.pricing_id == pricing_id and price_set.current:
                return price_set
        return None

    def signed_on(self, pricing_id: str, day: str) -> PriceSet:
        """The price set that was valid on a day. Raises SandboxError before the first one."""
        best: PriceSet | None = None
        for price_set in self.price_sets.values():
            if price_set.pricing_id == pricing_id and price_set.valid_from <= day:
                best = price_set if best is None or price_set.valid_from > best.valid_from else best
        if best is None:
            raise SandboxError(f"The pricing {pricing_id!r} did not exist on {day}.")
        return best


def feature_json(feature: FeatureDef) -> dict[str, Any]:
    return {
        "slug": feature.slug,
        "name": feature.name,
        "unit": feature.unit,
        "strategy": feature.strategy,
        "included": feature.included,
        "limit": feature.limit,
        "unit_price": feature.unit_price,
        "overage_price": feature.overage_price,
        "overage_per": feature.overage_per,
        "tiers": [[t.up_to, t.unit_price, t.flat_fee] for t in feature.tiers],
    }


def _feature(data: dict[str, Any]) -> FeatureDef:
    tiers = tuple(TierDef(*tier) for tier in data.pop("tiers"))
    return FeatureDef(**data, tiers=tiers)


def store_catalogue(tx: Tx, catalogue: Catalogue) -> None:
    """Write the catalogue into an empty file."""
    tx.executemany(
        "INSERT INTO plans (id, position, slug, name, description, status, trial_days, version)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (p.id, position, p.slug, p.name, p.description, p.status, p.trial_days, p.version)
            for position, p in enumerate(catalogue.plans.values(), 1)
        ],
    )
    tx.executemany(
        "INSERT INTO price_sets (id, plan_id, pricing_id, currency, cycle, strategy, price, tax_mode,"
        " features, valid_from, current) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                s.id,
                s.plan_id,
                s.pricing_id,
                s.currency,
                s.cycle,
                s.strategy,
                s.price,
                s.tax_mode,
                json.dumps([feature_json(f) for f in s.features], ensure_ascii=False),
                s.valid_from,
                int(s.current),
            )
            for s in catalogue.price_sets.values()
        ],
    )
    tx.executemany(
        "INSERT INTO discounts (id, name, percent, amount, currency, cycles) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (d.id, d.name, None if d.percent is None else str(d.percent), d.amount, d.currency, d.cycles)
            for d in catalogue.discounts.values()
        ],
    )
    tx.set_meta("catalogue", "1")


def load_catalogue(tx: Tx) -> Catalogue:
    """The catalogue of the file, cached until its revision (meta `catalogue`) changes."""
    revision = tx.meta("catalogue")
    entry = tx.shared.get("catalogue")
    if entry is not None and entry[0] == revision:
        cached: Catalogue = entry[1]
        return cached
    plans = {
        row["id"]: Plan(
            row["id"],
            row["slug"],
            row["name"],
            row["description"],
            row["status"],
            row["trial_days"],
            row["version"],
        )
        for row in tx.all("SELECT * FROM plans ORDER BY position")
    }
    price_sets = {}
    for row in tx.all("SELECT * FROM price_sets ORDER BY rowid"):
        values = dict(row)
        values["features"] = tuple(_feature(f) for f in json.loads(values["features"]))
        values["current"] = bool(values["current"])
        price_sets[row["id"]] = PriceSet(**values)
    discounts = {}
    for row in tx.all("SELECT * FROM discounts ORDER BY rowid"):
        values = dict(row)
        values["percent"] = None if values["percent"] is None else int(values["percent"])
        discounts[row["id"]] = Discount(**values)
    catalogue = Catalogue(plans, price_sets, discounts)
    tx.shared["catalogue"] = (revision, catalogue)
    return catalogue
