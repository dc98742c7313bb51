"""Opens services on a real socket with files of their own, and performs the steps of a refund."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from tests.support.patience import PATIENCE
from tests.support.wall_clock import now
from wbtui.api.port import BillingAPI
from wbtui.models.actions import Context, Reason
from wbtui.models.actions.money import RefundInvoice
from wbtui.models.customer import Customer
from wbtui.models.money import Money
from wbtui.models.page import Stamped
from wbtui.models.parts import PAYMENTS, REFUNDS
from wbtui.models.payment import Payment, Refund
from wbtui.models.preview import Intent, JournalEntry
from wbtui.models.secret import Secret
from wbtui.paths import ConnectionFiles
from wbtui.services.actions.money_client import ActionTimeouts
from wbtui.services.actions.pending_send import UndoWindow
from wbtui.services.clock import Clock
from wbtui.services.link import STARTED_OFFLINE, LinkKind
from wbtui.services.open import ConnectionSpec, Services, open_services
from wbtui.services.signals import Signal
from wbtui.settings import Settings, Timeouts

T = TypeVar("T")
QUICK = ActionTimeouts(undo=0.0, deadline=PATIENCE, ask=PATIENCE, pauses=())
"""No undo window, and no automatic status checks."""
GENEROUS = Timeouts(connect=60, read=120, deadline=300)
"""The longest timeouts that the settings allow, so that no call times out on a busy machine."""


def kept_in(values: list[Stamped[T]]) -> Callable[[Stamped[T]], Awaitable[None]]:
    """Return an `on_cached` that appends to a list."""

    async def keep(stamped: Stamped[T]) -> None:
        values.append(stamped)

    return keep


def files_in(folder: Path) -> ConnectionFiles:
    return ConnectionFiles(
        cache=folder / "c" / "cache.db",
        journal=folder / "s" / "journal.db",
        workspace=folder / "s" / "workspace.db",
        key=folder / "k" / "key",
        documents=folder / "d",
    )


@contextlib.asynccontextmanager
async def opened(
    url: str,
    key: str,
    folder: Path,
    *,
    timeouts: ActionTimeouts | None = QUICK,
    offline: bool = False,
    wait: bool = True,
    settings: Settings | None = None,
    clock: Clock | None = None,
    make_api: Callable[[], BillingAPI] | None = None,
    stored_key: Callable[[], Secret] | None = None,
) -> AsyncIterator[Services]:
    """Open services for `url`; unless `wait` is false, wait until they are online.

    `stored_key` returns the API key in place of `key`, each time that it is loaded.
    """
    spec = ConnectionSpec("test", url, "demo", None, "jo", stored_key or (lambda: Secret(key)))
    settings = settings or Settings(agent="jo", sync_rate=1000, timeouts=GENEROUS)
    services = await open_services(
        spec,
        settings,
        files=files_in(folder),
        offline=STARTED_OFFLINE if offline else None,
        timeouts=timeouts,
        clock=clock or Clock(now=now),
        make_api=make_api,
    )
    try:
        if wait and not offline:
            await until(services.link.changed, lambda: services.link.state.kind is LinkKind.ONLINE)
        yield services
    finally:
        await services.close()


async def until(signal: Signal[T], holds: Callable[[], bool]) -> None:
    """Wait until `holds()` is true; it is called after every value of `signal`."""
    loop, seen = asyncio.get_running_loop(), asyncio.Event()
    unsubscribe = signal.subscribe(lambda _value: loop.call_soon_threadsafe(seen.set))
    try:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await seen.wait()
                seen.clear()
    finally:
        unsubscribe()


def money_loop(services: Services) -> asyncio.AbstractEventLoop:
    """Return the event loop in which actions that move money are sent and verified."""
    loop = services.actions._client.loop._loop
    assert loop is not None
    return loop


def end_undo_window(window: UndoWindow) -> None:
    """Let an undo window of minutes end now, as if its seconds had passed.

    Its length becomes 0, because it begins anew when the machine was too busy to wait for a step.
    """
    window._until = window.seconds = 0.0


class Watch:
    """Records the values of a signal; thread-safe."""

    def __init__(self, signal: Signal[JournalEntry]) -> None:
        self.seen: list[JournalEntry] = []
        self._lock = threading.Lock()
        signal.subscribe(self._take)

    def _take(self, entry: JournalEntry) -> None:
        with self._lock:
            self.seen.append(entry)


async def refundable(services: Services, at_least: int = 1000) -> tuple[Customer, Payment]:
    """Return a customer and a payment of which at least so many minor units can be refunded."""
    await services.sync.run()
    search = services.directory.open("")
    for row in (await search.page(0, 200)).rows:
        brief = row.value.latest_payment
        if brief is None:
            continue
        payments = (await services.profiles.fetch(PAYMENTS, row.value.id)).value
        for payment in payments:
            if payment.refundable.minor >= at_least and not payment.disputed and payment.invoice_ids:
                return row.value, payment
    raise AssertionError("the sandbox has no refundable payment")


def refund_of(customer: Customer, payment: Payment, minor: int = 500) -> RefundInvoice:
    return RefundInvoice(
        customer_id=customer.id,
        context=Context(agent="jo", reason=Reason.COURTESY, ticket="ZD-1"),
        payment_id=payment.id,
        invoice_id=payment.invoice_ids[0],
        mode="amount",
        amount=Money(minor, payment.money.currency),
    )


async def intended(services: Services, action: RefundInvoice, title: str = "Anna") -> Intent:
    """Preview an action and record its intent, as the preview sheet does."""
    preview = await services.actions.preview(action)
    assert preview.refused is None
    return await services.actions.record_intent(
        action, preview, customer_title=title, summary=f"Refund {action.amount}"
    )


async def refunds_of(services: Services, customer_id: str) -> tuple[Refund, ...]:
    """Fetch the customer's refunds from the server."""
    return (await services.profiles.fetch(REFUNDS, customer_id)).value
