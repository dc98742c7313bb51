"""Invoices of many kinds, made by the sandbox's engine and read as the client reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from random import Random

from wbtui.api.wingback.records import invoice as read_invoice
from wbtui.api.wingback.wire import Wire
from wbtui.models.invoice import Invoice
from wbtui.sandbox.engine import billing, cancellation, changes, shapes, subscriptions
from wbtui.sandbox.engine.account import Account, Actor, EngineContext, seeded_bits
from wbtui.sandbox.engine.catalogue import Catalogue, Discount, FeatureDef, Plan, PriceSet, TierDef
from wbtui.sandbox.engine.records import Customer, Method

AGENT = Actor("agent", "Maya Rivera")
CURRENCIES = ("eur", "usd", "jpy", "kwd", "chf")
COUNTRIES = ("DE", "FR", "CH", "SE", "US", "JP", None)
CYCLES = ("week", "month", "quarter", "year")


def generated_invoices(seed: int) -> Iterator[Invoice]:
    """Yield invoices without end, of other customers, plans and prices each few."""
    random = Random(seed)
    for number in count():
        account = _customer(random, number)
        contract = subscriptions.create_contract(
            account, _at(account), random.choice(_sold(account, "A")), actor=AGENT,
            units=_units(random), discount_id=random.choice([None, *account.engine.catalogue.discounts]),
            meter_rates=_rates(random),
        )  # fmt: skip
        _wait(account, random.randint(10, 200))
        for _ in range(2):
            contract = changes.change_now(
                account, contract, _at(account), random.choice(_sold(account, random.choice("AB"))),
                _units(random), actor=AGENT, proration=random.choice(("invoice_now", "next_invoice")),
            ).successor  # fmt: skip
            _wait(account, random.randint(1, 70))
        at = _at(account)
        unused = cancellation.unused_lines(account, contract, at[:10], "prorated_credit")
        subscriptions.end_contract(account, contract, at, at[:10], "other", actor=AGENT, unused=unused)
        for invoice in account.invoices:
            yield read_invoice(Wire(json.loads(json.dumps(shapes.invoice(account, invoice)))))


# ── the customer ──
def _customer(random: Random, number: int) -> Account:
    currency, country = random.choice(CURRENCIES), random.choice(COUNTRIES)
    catalogue = _catalogue(random, currency)
    at = f"{date(2024, 1, 1) + timedelta(days=random.randrange(700))}T06:00:00Z"
    address = {"line_1": "1", "line_2": None, "zip": "1", "city": "X", "state": None, "country": country}
    customer = Customer(
        f"Cust_{number}", at, "Ada", [], None, "active", address if country else None, None, None, {},
        "06:00:00", billed_until=at,
    )  # fmt: skip
    context = EngineContext(catalogue, seeded_bits(number))
    card = Method(
        f"Pm_{number}", customer.id, "card", "visa", "4242", None, "active", None, 1, "stripe", at, {}
    )
    return Account(context, customer, methods=[card])


def _at(account: Account) -> str:
    """The instant up to which the customer is billed."""
    return account.customer.billed_until


def _wait(account: Account, days: int) -> None:
    day = date.fromisoformat(_at(account)[:10]) + timedelta(days=days)
    billing.advance(account, f"{day}T06:00:00Z")


def _units(random: Random) -> dict[str, str]:
    return {"seats": str(random.randint(1, 40)), "rooms": str(random.randint(1, 300))}


def _rates(random: Random) -> dict[str, int]:
    return {"calls": random.randint(1, 900), "storage": random.randint(1, 400)}


# ── the plans ──
def _sold(account: Account, plan_id: str) -> list[PriceSet]:
    return [one for one in account.engine.catalogue.price_sets.values() if one.plan_id == plan_id]


def _catalogue(random: Random, currency: str) -> Catalogue:
    """Two plans in every cycle, and two discounts."""
    plans = {name: Plan(name, name, f"Plan {name}", None, "active", None) for name in "AB"}
    prices = {
        f"{name}_{cycle}": PriceSet(
            f"{name}_{cycle}", name, f"{name}_{cycle}", currency, cycle, "flat",
            random.choice([0, _price(random)]), random.choice(("inclusive", "exclusive")),
            _features(random), "2000-01-01", True,
        )
        for name in plans
        for cycle in CYCLES
    }  # fmt: skip
    discounts = (
        Discount("percent", "Loyalty", percent=random.randint(1, 60), cycles=random.choice([None, 2])),
        Discount("amount", "Welcome", amount=_price(random), currency=currency, cycles=3),
    )
    return Catalogue(plans, prices, {one.id: one for one in discounts})


def _price(random: Random) -> int:
    return random.randint(99, 40_000)


def _features(random: Random) -> tuple[FeatureDef, ...]:
    """One feature of each of the strategies that are charged by units."""
    per = random.choice([None, 10, 1000])
    return (
        FeatureDef("seats", "Seats", "seat", "per_unit", random.choice([0, 5]), unit_price=_price(random)),
        FeatureDef("rooms", "Rooms", "room", "unit_tiered", tiers=_tiers(random)),
        FeatureDef(
            "calls", "API calls", "call", "usage", 1000, overage_price=random.randint(1, 99), overage_per=per
        ),
        FeatureDef("storage", "Storage", "GB", "usage_tiered", tiers=_tiers(random)),
    )


def _tiers(random: Random) -> tuple[TierDef, ...]:
    return (
        TierDef(random.randint(1, 20), random.choice([0, 500])),
        TierDef(random.randint(21, 200), random.randint(1, 300), random.choice([None, 1000])),
        TierDef(None, random.randint(1, 99), random.choice([None, 5])),
    )
