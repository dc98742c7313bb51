"""One customer's parts: what is held, at once and with its age; what the server says, stored and stamped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar, cast

from wbtui import errors
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import CUSTOMER, CUSTOMER_PARTS, INVOICE, INVOICES, Part
from wbtui.models.preview import JournalEntry
from wbtui.services.clock import Clock
from wbtui.services.deleted_customers import DeletedCustomers
from wbtui.services.loops import LoopThread
from wbtui.services.read_client import ReadClient
from wbtui.services.signals import Signal
from wbtui.store.cache import Cache

T = TypeVar("T")

_MANY = 10_000
"""More changed customers than this are not remembered one by one."""


class Profiles:
    """Parts of profiles. The owner of a part is a customer id, for INVOICE an invoice id, for PLANS ""."""

    def __init__(
        self,
        cache: Cache,
        reads: ReadClient,
        loop: LoopThread,
        *,
        data_changed: Signal[frozenset[str]],
        clock: Clock,
    ) -> None:
        self._cache = cache
        self._reads = reads
        self._loop = loop
        self._clock = clock
        self._data_changed = data_changed
        self.deleted = DeletedCustomers()
        self._not_offered: dict[str, errors.NotOffered] = {}
        self._running: dict[tuple[str, str], asyncio.Task[Stamped[Any]]] = {}
        self._outdated: dict[str, datetime] = {}
        self._all_outdated: datetime | None = None

    # ── what is held ──
    async def cached(self, part: Part[T], owner: str) -> Stamped[T] | None:
        """The held value with its age; None when none is held. Never asks the server."""
        try:
            if part.name == CUSTOMER.name:
                return cast("Stamped[T]", await self._cache.customer(owner))
            return await self._cache.part(part, owner)
        except errors.NotCached:
            return None

    def is_fresh(self, value: Stamped[Any], customer_id: str) -> bool:
        """Fetched within 5 minutes, and nothing heard of a change of that customer since."""
        for outdated in (self._outdated.get(customer_id), self._all_outdated):
            if outdated is not None and value.fetched_at <= outdated:
                return False
        return value.is_fresh(self._clock.now())

    def outdated(self, customer_ids: Iterable[str]) -> None:
        """Cached data of these customers is older than what the server has now."""
        now = self._clock.now()
        for customer_id in customer_ids:
            self._outdated[customer_id] = now
        if len(self._outdated) > _MANY:
            self.all_outdated()

    def all_outdated(self) -> None:
        """So much changed that everything held counts as old."""
        self._all_outdated = self._clock.now()
        self._outdated.clear()

    # ── asking the server ──
    async def fetch(self, part: Part[T], owner: str) -> Stamped[T]:
        """Ask the server, store the answer, stamp it. Two at once for the same thing share one request.

        Raises Offline, NotOffered (remembered: not asked again), NotFound (a customer that is gone is
        removed here too), and other ApiErrors.
        """
        if (known := self._not_offered.get(part.name)) is not None:
            raise known
        return await self._loop.run(self._shared(part, owner))

    async def load(
        self,
        part: Part[T],
        owner: str,
        *,
        on_cached: Callable[[Stamped[T]], object] | None = None,
        customer_id: str | None = None,
        force: bool = False,
    ) -> Stamped[T]:
        """First what is held (given to `on_cached` in the caller's loop); unless fresh, what the server says.

        Raises what `fetch` raises; what was held has been shown by then.
        """
        value = await self.cached(part, owner)
        if value is not None:
            if on_cached is not None:
                on_cached(value)
            if not force and self.is_fresh(value, customer_id or owner):
                return value
        return await self.fetch(part, owner)

    def not_offered(self, part: Part[Any]) -> errors.NotOffered | None:
        """Why the connected system cannot answer this part, once that is known."""
        return self._not_offered.get(part.name)

    def forget_not_offered(self) -> None:
        """The system may have changed what it offers."""
        self._not_offered.clear()

    async def refresh_after(self, entry: JournalEntry) -> None:
        """Fetch every cached part of the customer after an action, and the invoices it names.

        A part that cannot be fetched now keeps its age and counts as stale.
        """
        self.outdated([entry.customer_id])
        refs = (*entry.objects, *([entry.subject] if entry.subject is not None else ()))
        invoices = dict.fromkeys(ref.id for ref in refs if ref.type == "invoice")
        wanted: list[tuple[Part[Any], str]] = [
            (CUSTOMER, entry.customer_id),
            *((part, entry.customer_id) for part in CUSTOMER_PARTS),
            *((INVOICE, invoice_id) for invoice_id in invoices),
        ]
        for part, owner in wanted:
            if part not in (CUSTOMER, INVOICE) and await self.cached(part, owner) is None:
                continue
            try:
                await self.fetch(part, owner)
            except errors.Offline:
                break
            except errors.WbtuiError:
                continue
        self._data_changed.emit(frozenset([entry.customer_id]))

    async def customer(self, customer_id: str) -> Stamped[Customer]:
        """The row held, else the server's. Raises NotFound, Offline, ApiErrors."""
        return await self.cached(CUSTOMER, customer_id) or await self.fetch(CUSTOMER, customer_id)

    # ── in the background loop ──
    async def _shared(self, part: Part[T], owner: str) -> Stamped[T]:
        name = (part.name, owner)
        task = self._running.get(name)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._fetch(part, owner))
            self._running[name] = task
            task.add_done_callback(lambda _task: self._running.pop(name, None))
        # Shielded: one caller that gives up does not take the answer from the others.
        return await asyncio.shield(task)

    async def _fetch(self, part: Part[T], owner: str) -> Stamped[T]:
        try:
            value = await self._reads.ask(lambda api: api.read(part, owner))
        except errors.NotOffered as error:
            self._not_offered[part.name] = error
            raise
        except errors.NotFound as error:
            if part.name == CUSTOMER.name:
                await self._cache.remove_customer(owner)
                self.deleted.add({owner: self._clock.now()})
                self._data_changed.emit(frozenset([owner]))
                raise errors.NotFound(
                    "This customer no longer exists at the billing system and was removed here.",
                    request_id=error.request_id,
                ) from error
            raise
        now = self._clock.now()
        await self._store(part, owner, value, now)
        return Stamped(value, now, Source.SERVER)

    async def _store(self, part: Part[T], owner: str, value: T, now: datetime) -> None:
        if part.name == CUSTOMER.name:
            self.deleted.discard(owner)
            await self._cache.put_customers((cast(Customer, value),), now)
            return
        await self._cache.put_part(part, owner, value, now)
        if part.name == INVOICES.name:
            await self._cache.put_invoice_rows(cast(tuple[InvoiceRow, ...], value), now)
