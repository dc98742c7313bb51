"""The catalogue: plans, their price sets over time, and discounts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter

from wbtui.sandbox.store import NotFound, Refused, SandboxError, Tx


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
    `fractional`: parts of a unit can be ordered.
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
    fractional: bool = False

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

    def current(self, pricing_id: str) -> PriceSet | None:
        """The current price set of a pricing; None when its plan is archived."""
        found = (each for each in self.price_sets.values() if each.pricing_id == pricing_id and each.current)
        return next(found, None)

    def offered(
        self,
        plan_id: str,
        *,
        pricing_id: str | None = None,
        currency: str | None = None,
        cycle: str | None = None,
    ) -> PriceSet:
        """The current price set of a plan that matches what is given.

        Raises NotFound for an unknown plan, Refused (plan_archived), SandboxError without a match.
        """
        plan = self.plans.get(plan_id)
        if plan is None:
            raise NotFound(f"There is no plan {plan_id[:80]!r}.")
        if plan.status == "archived":
            raise Refused("plan_archived", f"{plan.name} is no longer sold.")
        for prices in self.price_sets.values():
            wanted = ((pricing_id, prices.pricing_id), (currency, prices.currency), (cycle, prices.cycle))
            if prices.plan_id == plan_id and prices.current and all(a in (None, b) for a, b in wanted):
                return prices
        named = (("", pricing_id), ("in ", currency), ("per ", cycle))
        price = " ".join(f"{word}{value}" for word, value in named if value)
        raise SandboxError(f"{plan.name} has no price {price}.")

    def signed_on(self, pricing_id: str, day: str) -> PriceSet:
        """The price set that was valid on a day. Raises SandboxError before the first one."""
        of_pricing = (each for each in self.price_sets.values() if each.pricing_id == pricing_id)
        known = [each for each in of_pricing if each.valid_from <= day]
        if not known:
            raise SandboxError(f"The pricing {pricing_id!r} did not exist on {day}.")
        return max(known, key=lambda each: each.valid_from)


_TABLES: tuple[tuple[str, TypeAdapter[Any]], ...] = (
    ("plans", TypeAdapter(Plan)),
    ("price_sets", TypeAdapter(PriceSet)),
    ("discounts", TypeAdapter(Discount)),
)


def store_catalogue(tx: Tx, catalogue: Catalogue) -> None:
    """Write the catalogue into an empty file."""
    for table, _ in _TABLES:
        for position, record in enumerate(getattr(catalogue, table).values(), 1):
            row = asdict(record)
            if table == "plans":
                row["position"] = position
            if table == "price_sets":
                row["features"] = json.dumps(row["features"], ensure_ascii=False)
            columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
            tx.execute(f"INSERT INTO {table} ({columns}) VALUES ({values})", row)
    tx.set_meta("catalogue", "1")


def load_catalogue(tx: Tx) -> Catalogue:
    """The catalogue of the file, cached until its revision (meta `catalogue`) changes."""
    revision = tx.meta("catalogue")
    entry = tx.shared.get("catalogue")
    if entry is None or entry[0] != revision:
        entry = tx.shared["catalogue"] = (revision, Catalogue(*(_read(tx, *each) for each in _TABLES)))
    catalogue: Catalogue = entry[1]
    return catalogue


def _read(tx: Tx, table: str, adapter: TypeAdapter[Any]) -> dict[str, Any]:
    """The records of a table by id, in the order of their making."""
    records = {}
    for row in tx.all(f"SELECT * FROM {table} ORDER BY rowid"):
        values = dict(row)
        if table == "price_sets":
            values["features"] = json.loads(values["features"])
        records[row["id"]] = adapter.validate_python(values)
    return records
