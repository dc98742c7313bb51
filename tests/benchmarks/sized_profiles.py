"""Creates a WBTUI_HOME with two cached customers, the smallest profile and the largest, for use offline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from tests.benchmarks.filled_cache import cache_of
from tests.support import anna
from tests.support.customers import TODAY, customer
from tests.support.events import page
from wbtui.clock import utc_now
from wbtui.models import parts
from wbtui.models.activity import EventPage
from wbtui.models.base import Model
from wbtui.models.customer import Customer
from wbtui.models.payment import CreditNote, RefundStatus, Wallet
from wbtui.models.plan import Feature
from wbtui.models.subscription import Subscription, SubscriptionBrief, SubscriptionStatus
from wbtui.models.usage import UsageBucket, UsageSeries
from wbtui.store.cache import Cache, open_cache

M = TypeVar("M", bound=Model)
_EVENTS = 200
"""Events of a page."""
_DAYS = 30
_NEAR_LIMIT = 20
"""One of so many features is near its limit."""
_RUNNING = 3
"""At most this many subscriptions are active."""


@dataclass(frozen=True, slots=True)
class ProfileSize:
    """How much a customer has. Payments are as many as invoices; of smaller lists there is one per ten."""

    name: str
    invoices: int
    subscriptions: int
    events: int
    features: int


SMALLEST = ProfileSize("Aaron Smallest", 1, 1, 1, 1)
LARGEST = ProfileSize("Berta Largest", 500, 40, 5_000, 60)


def _several(model: M, number: int, change: Callable[[int], dict[str, Any]]) -> tuple[M, ...]:
    return tuple(model.model_copy(update=change(index)) for index in range(number))


def _features(size: ProfileSize) -> tuple[Feature, ...]:
    feature = anna.api_calls("100000", 20)
    return _several(feature, size.features, lambda n: {"slug": f"calls_{n}", "name": f"API calls, zone {n}"})


def _subscriptions(size: ProfileSize, owner: str) -> tuple[Subscription, ...]:
    def change(n: int) -> dict[str, Any]:
        running = n < _RUNNING
        status = SubscriptionStatus.ACTIVE if running else SubscriptionStatus.MOVED
        end = None if running else TODAY - timedelta(days=30 * n)
        start = TODAY - timedelta(days=30 * n + 29)
        found = {"id": f"Cont_{n}", "customer_id": owner, "status": status, "start": start, "end": end}
        moves = {"moved_to": f"Cont_{n - 1}", "moved_from": f"Cont_{n + 1}", "next_charge": None}
        return found if running else found | moves

    subscription = anna.SUBSCRIPTION.model_copy(update={"features": _features(size)})
    return _several(subscription, size.subscriptions, change)


def _usage(size: ProfileSize, owner: str) -> tuple[UsageSeries, ...]:
    first = TODAY - timedelta(days=_DAYS - 1)
    days = [first + timedelta(days=n) for n in range(_DAYS)]
    buckets = tuple(UsageBucket(date=day, units=str(2_900 + 7 * n)) for n, day in enumerate(days))
    whose = {"customer_id": owner, "subscription_id": "Cont_0", "period": (first, days[-1])}
    price = {"buckets": buckets, "overage_price": anna.eur(20), "overage_per": "1000"}
    series = anna.USAGE[0].model_copy(update=whose | price)

    def change(n: int) -> dict[str, Any]:
        used = 92_310 if n % _NEAR_LIMIT == 0 else 1_000 * n
        return {"feature": f"calls_{n}", "name": f"API calls, zone {n}", "used": str(used)}

    return _several(series, size.features, change)


def _billing(size: ProfileSize, owner: str) -> Iterator[tuple[parts.Part[Any], Any]]:
    def invoice(n: int) -> dict[str, Any]:
        day = TODAY - timedelta(days=7 * n)
        return {"id": f"Inv_{n}", "customer_id": owner, "number": f"INV-{n:04}", "date": day,
                "due": day + timedelta(days=14)}  # fmt: skip

    def payment(n: int) -> dict[str, Any]:
        return {"id": f"Pay_{n}", "customer_id": owner, "invoice_ids": (f"Inv_{n}",),
                "at": anna.PAYMENT.at - timedelta(days=7 * n)}  # fmt: skip

    few = max(size.invoices // 10, 1)
    note = CreditNote(
        id="Cn_0", invoice_id="Inv_0", money=anna.eur(500), tax=anna.eur(80), to="credit", reason="courtesy",
        at=anna.CREDIT.at, by="Priya Nair", customer_id=owner,
    )  # fmt: skip
    wallet = Wallet(id="Wal_0", name="Tokens", currency="tok", balance="5", virtual=True, customer_id=owner)
    yield parts.INVOICES, _several(anna.row_of(anna.INVOICE), size.invoices, invoice)
    yield parts.PAYMENTS, _several(anna.PAYMENT, size.invoices, payment)
    done = anna.REFUND.model_copy(update={"status": RefundStatus.SUCCEEDED, "customer_id": owner})
    yield parts.REFUNDS, _several(done, few, lambda n: {"id": f"Ref_{n}"})
    yield parts.CREDITS, _several(anna.CREDIT, few, lambda n: {"id": f"Cred_{n}", "customer_id": owner})
    yield parts.CREDIT_NOTES, _several(note, few, lambda n: {"id": f"Cn_{n}", "number": f"CN-{n}"})
    yield parts.WALLETS, (wallet,)


def _timeline(size: ProfileSize, owner: str) -> Iterator[tuple[parts.Part[EventPage], str, EventPage]]:
    """Yield the first page and the older ones, each under its cursor."""
    for start in range(0, size.events, _EVENTS):
        end = min(start + _EVENTS, size.events)
        events = page(range(start, end), f"cursor_{end}" if end < size.events else None, size.events)
        part = parts.EVENTS if start else parts.ACTIVITY
        yield part, parts.events_owner(owner, f"cursor_{start}") if start else owner, events


async def _put(cache: Cache, size: ProfileSize, owner: str, at: datetime) -> None:
    subscriptions = _subscriptions(size, owner)
    briefs = tuple(
        SubscriptionBrief(**{name: getattr(one, name) for name in SubscriptionBrief.model_fields})
        for one in subscriptions
    )
    changes = {"id": owner, "name": size.name, "metadata": {}, "subscriptions": briefs}
    row: Customer = customer(0).model_copy(update=changes)
    await cache.put_customers([row], at)
    methods = _several(anna.METHODS[0], 1, lambda _: {"customer_id": owner})
    listed: list[tuple[parts.Part[Any], Any]] = [
        (parts.SUBSCRIPTIONS, subscriptions),
        (parts.USAGE, _usage(size, owner)),
        (parts.METHODS, methods),
        *_billing(size, owner),
    ]
    for part, value in listed:
        await cache.put_part(part, owner, value, at)
    for part, its_owner, events in _timeline(size, owner):
        await cache.put_part(part, its_owner, events, at)


async def _fill(path: Path) -> None:
    at = utc_now()
    cache = await open_cache(path, clock=utc_now)
    try:
        for owner, size in (("Cust_1", SMALLEST), ("Cust_2", LARGEST)):
            await _put(cache, size, owner, at)
    finally:
        await cache.close()


def home_of_profiles(folder: Path) -> Path:
    """Return a new WBTUI_HOME whose list shows SMALLEST, then LARGEST."""
    home = folder / "profiles"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    cache_of(home).unlink(missing_ok=True)
    asyncio.run(_fill(cache_of(home)))
    return home
