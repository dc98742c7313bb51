"""A sandbox file with customers made for vectors computed by hand, and actions on them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.support.sandbox import move_clock
from wbtui.sandbox.actions import runner
from wbtui.sandbox.actions.basis import ensure_secret
from wbtui.sandbox.engine import clock, repository, subscriptions, views
from wbtui.sandbox.engine.catalogue import (
    Catalogue,
    Discount,
    FeatureDef,
    Plan,
    PriceSet,
    TierDef,
    store_catalogue,
)
from wbtui.sandbox.engine.records import Method
from wbtui.sandbox.routes.actions import read_action
from wbtui.sandbox.store import Store

URL = "http://sandbox"
SEATS = FeatureDef("seats", "Seats", "seat", "per_unit", 0, 50, unit_price=300)
SPACE = FeatureDef("space", "Space", "GB", "per_unit", 0, 50, unit_price=250, fractional=True)
CHEAP_SEATS = replace(SEATS, unit_price=200)
TIERED_SEATS = replace(
    SEATS, strategy="unit_tiered", unit_price=None, tiers=(TierDef(10, 300), TierDef(None, 100, 500))
)


def _catalogue() -> Catalogue:
    """Plans P10, P20 … with that price in USD and EUR, × 100 in JPY; P200 is yearly.

    Team has seats at 3.00, Tiers seats at 3.00 to the tenth, then 5.00 and 1.00 each, Space parts of a GB at
    2.50; Trial costs 20.00 after 14 days. Prices that end with `_before` are no longer sold: of P20 15.00, of
    Team 2.00 a seat.
    """
    plans, price_sets = {}, {}

    def add(plan_id: str, currency: str, minor: int, cycle: str = "month", *features: FeatureDef) -> None:
        status = "archived" if plan_id == "Old" else "active"
        trial = 14 if plan_id == "Trial" else None
        plans[plan_id] = Plan(plan_id, plan_id.lower(), plan_id, None, status, trial)
        price_id, strategy = f"{plan_id}_{currency}", "per_unit" if features else "flat"
        price_sets[price_id] = PriceSet(
            price_id,
            plan_id,
            price_id,
            currency,
            cycle,
            strategy,
            minor,
            "exclusive",
            features,
            "2000-01-01",
            True,
        )

    for currency in ("usd", "eur", "jpy"):
        for price in ("10", "20", "40", "41.33", "100"):
            add(f"P{price}", currency, int(Decimal(price) * 100))
        add("P200", currency, 20000, "year")
    add("Team", "usd", 0, "month", SEATS)
    add("Team", "jpy", 0, "month", SEATS)
    add("Tiers", "usd", 0, "month", TIERED_SEATS)
    add("Space", "usd", 0, "month", SPACE)
    add("Old", "usd", 1000)
    add("Trial", "usd", 2000)
    for prices in (
        replace(price_sets["P20_usd"], price=1500),
        replace(price_sets["Team_usd"], features=(CHEAP_SEATS,)),
    ):
        before = replace(prices, id=f"{prices.id}_before", valid_from="1999-01-01", current=False)
        price_sets[before.id] = before
    discounts = [
        Discount("Once_50", "First month", percent=50, cycles=1),
        Discount("Twice_50", "First two months", percent=50, cycles=2),
        Discount("Always_10", "Loyalty", percent=10),
        Discount("Off_5_eur", "Welcome", amount=500, currency="eur", cycles=3),
    ]
    return Catalogue(plans, price_sets, {discount.id: discount for discount in discounts})


class Billing:
    """A sandbox file with one customer, and actions on it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        ensure_secret(store)
        with store.write() as tx:
            tx.set_meta("seed", "1")
            store_catalogue(tx, _catalogue())

    def subscribe(
        self, price: str, on: str, *, country: str = "US", units: dict[str, str] | None = None, **more: Any
    ) -> str:
        """A customer with a card and a subscription since `on`; returns the customer's id."""
        at = f"{on}T06:00:00Z"
        address = {"line_1": "1", "line_2": None, "zip": "1", "city": "X", "state": None, "country": country}
        behaviour = more.pop("behaviour", {})
        kind, brand = more.pop("method", ("card", "visa"))
        with self.store.write() as tx:
            clock.freeze(tx, at)
            account = repository.new_customer(
                tx, at, name="Ada", status="active", address=address, billing_time="06:00:00",
                emails=[{"label": "main", "address": "ada@example.com"}],
            )  # fmt: skip
            card = Method(account.engine.new_id("Pm"), account.customer.id, kind, brand, "4242", None,
                          "active", None, 1, "stripe", at, behaviour)  # fmt: skip
            account.methods.append(card)
            prices = account.engine.catalogue.price_sets[price]
            subscriptions.create_contract(account, at, prices, units=units, **more)
            repository.save(tx, account, at)
        return account.customer.id

    def go_to(self, day: str, time: str = "12:00:00") -> None:
        with self.store.write() as tx:
            move_clock(tx, f"{day}T{time}Z")

    def end(self, customer: str, on: str) -> None:
        """End the customer's newest subscription on a day."""
        self.go_to(on)
        with self.store.write() as tx, clock.changing(tx, customer) as (account, at):
            subscriptions.end_contract(account, account.contracts[-1], at, on, "too_expensive")

    def read(self, part: str, customer: str) -> Any:
        with self.store.read() as tx:
            return views.customer_row(tx, customer) if part == "row" else views.part(tx, customer, part)

    def invoices(self, customer: str) -> list[dict[str, Any]]:
        """Newest first."""
        with self.store.read() as tx:
            rows = views.invoices(tx, customer_id=customer).rows
            return [views.invoice(tx, row["id"]) for row in rows]

    def preview(self, kind: str, customer: str, **members: Any) -> dict[str, Any]:
        with self.store.read() as tx:
            return runner.preview(tx, read_action(self._body(kind, customer, members)), URL)

    def do(self, kind: str, customer: str, **members: Any) -> dict[str, Any]:
        """Perform, and return the preview."""
        preview = self.preview(kind, customer, **members)
        assert preview["refused"] is None, preview["refused"]
        with self.store.write() as tx:
            action = read_action(self._body(kind, customer, members))
            runner.perform(tx, str(uuid4()), "digest", action, preview["basis"], URL)
        return preview

    def _body(self, kind: str, customer: str, members: dict[str, Any]) -> dict[str, Any]:
        context = {"agent": "Priya Nair", "reason": "customer_request"}
        if "contract_id" in runner.KINDS[kind].model.model_fields:
            contracts = self.read("contracts", customer)
            active = [contract for contract in contracts if contract["status"] == "active"]
            members.setdefault("contract_id", (active or contracts)[0]["id"])
        if kind in ("change_plan", "create_subscription"):
            pricing = members.pop("to", None) or members["pricing_id"]
            members |= {"plan_id": pricing.partition("_")[0], "pricing_id": pricing}
        if kind == "change_plan":
            members.setdefault("when", "now")
        return {"kind": kind, "customer_id": customer, "context": context, **members}


def amounts(moneys: list[dict[str, Any]]) -> list[str]:
    return [money["amount"] for money in moneys]
