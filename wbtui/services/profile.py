"""Parts of customer profiles, from the cache or fetched from the server and cached."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from wbtui import errors
from wbtui.models.activity import EventPage
from wbtui.models.customer import Customer
from wbtui.models.invoice import Invoice, InvoiceRow
from wbtui.models.page import SET_BACK, Source, Stamped
from wbtui.models.parts import ACTIVITY, CUSTOMER, CUSTOMER_PARTS, INVOICE, INVOICES, Part, split_owner
from wbtui.models.preview import JournalEntry
from wbtui.models.summary import SUMMARIZED, invoice_summary, summary_of
from wbtui.services.clock import Clock
from wbtui.services.deleted_customers import DeletedCustomers
from wbtui.services.loops import LoopThread
from wbtui.services.ownership import check_owner
from wbtui.services.read_client import ReadClient
from wbtui.services.signals import Signal
from wbtui.store.cache import Cache

T = TypeVar("T")


class Profiles:
    """Reads and caches parts. `Part` says what the owner of each is."""

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
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._changes = 0
        self._last_change: dict[str, int] = {}

    # ── cached data ──
    async def cached(self, part: Part[T], owner: str) -> Stamped[T] | None:
        """Return the cached value with its age, None if there is none. Never asks the server."""
        try:
            if part.name == CUSTOMER.name:
                found = cast("Stamped[T]", await self._cache.customer(owner))
            else:
                found = await self._cache.part(part, owner)
        except errors.NotCached:
            return None
        if found.fetched_at < self._clock.now() + SET_BACK:
            self._latest = max(self._latest, found.fetched_at)
        return found

    async def cached_parts(self, customer_id: str, parts: Iterable[Part[Any]]) -> dict[str, Stamped[Any]]:
        """Return those of these parts of a customer that are cached, by name. Never asks the server.

        A cache that cannot be read counts as empty here: `load` raises its error for each part.
        """
        try:
            return await self._cache.profile(customer_id, parts)
        except errors.StoreError:
            return {}

    async def summary(self, part: Part[T], owner: str) -> Stamped[T] | None:
        """Return a part as far as the lists of a sync know it, None if they know nothing about it."""
        try:
            if part.name == INVOICE.name:
                row = await self._cache.find_invoice(owner)
                whole = cast(T, invoice_summary(row.value))
                return Stamped(whole, row.fetched_at, Source.SNAPSHOT) if row.value.id == owner else None
            if part.name not in SUMMARIZED:
                return None
            customer = await self._cache.customer(owner)
        except errors.NotCached:
            return None
        value = summary_of(part, customer.value, await self._cache.invoices_of(owner))
        return None if value is None else Stamped(value, customer.fetched_at, Source.SNAPSHOT)

    def is_fresh(self, value: Stamped[Any]) -> bool:
        """Return whether it was fetched within 5 minutes and no change of the customer was reported since.

        A customer from a list that does not tell what is owed is not.
        """
        if isinstance(value.value, Customer) and value.value.owed is None:
            return False
        return value.source is not Source.SNAPSHOT and value.is_fresh(self._clock.now())

    async def due_parts(self, customer_id: str, max_age: timedelta) -> list[Part[Any]]:
        """Return the parts that are not cached, older than `max_age`, or from before the last change.

        Includes the customer if it is not known what they owe, as in plain Wingback's list; for customers
        without a subscription, plain Wingback has no such data at all.
        """
        customer = await self.cached(CUSTOMER, customer_id)
        listed = customer is not None and customer.value.owed is None and customer.value.subscriptions
        due: list[Part[Any]] = [CUSTOMER] if listed else []
        for part in CUSTOMER_PARTS:
            if part.name in self._not_offered:
                continue
            value = await self.cached(part, customer_id)
            if value is None or value.outdated or value.age(self._clock.now()) > max_age:
                due.append(part)
        return due

    async def mark_outdated(self, customer_ids: Iterable[str]) -> None:
        """Mark cached data of these customers, and what is being fetched, as changed at the server since."""
        ids = list(customer_ids)
        self._changes += 1
        self._last_change.update(dict.fromkeys(ids, self._changes))
        await self._cache.mark_outdated(ids)

    # ── from the server ──
    async def fetch(self, part: Part[T], owner: str) -> Stamped[T]:
        """Fetch a part from the server and cache it. Concurrent calls for the same part share one request.

        Raises Offline, NotOffered (remembered, so that it is not asked again), NotFound (a deleted customer
        is removed from the cache), and other ApiErrors.
        """
        if (known := self._not_offered.get(part.name)) is not None:
            raise known
        return await self._loop.run(self._shared(part, owner))

    async def load(
        self,
        part: Part[T],
        owner: str,
        *,
        on_cached: Callable[[Stamped[T]], Awaitable[object]] | None = None,
        force: bool = False,
        or_summary: bool = False,
    ) -> Stamped[T]:
        """Return the cached value if it is fresh; else pass it to `on_cached` and fetch the part.

        With `or_summary`, a part that is not cached is derived from the lists of a sync. `on_cached` runs in
        the caller's loop. Raises what `fetch` raises, after `on_cached`.
        """
        value = await self.cached(part, owner)
        if value is None and or_summary:
            value = await self.summary(part, owner)
        if value is not None:
            if not force and self.is_fresh(value):
                return value
            if on_cached is not None:
                await on_cached(value)
        return await self.fetch(part, owner)

    def forget_not_offered(self) -> None:
        """Ask for all parts again, after the system changed what it offers."""
        self._not_offered.clear()

    async def refresh_after(self, entry: JournalEntry) -> None:
        """Fetch every cached part of the customer after an action, and the invoices it names.

        A part that cannot be fetched keeps its age and counts as stale.
        """
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

    # ── in the background loop ──
    async def _shared(self, part: Part[T], owner: str) -> Stamped[T]:
        name = (part.name, owner)
        task = self._running.get(name)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._fetch(part, owner))
            self._running[name] = task

            def ended(task: asyncio.Task[Stamped[Any]]) -> None:
                del self._running[name]
                if not task.cancelled():
                    task.exception()  # retrieved, since every caller may have been cancelled

            task.add_done_callback(ended)
        # Shielded, so that a cancelled caller does not cancel the request of the others.
        return await asyncio.shield(task)

    async def _fetch(self, part: Part[T], owner: str) -> Stamped[T]:
        """Fetch a part; again where the customer changed meanwhile: the response may be from before that."""
        while True:
            changes = self._changes
            found = await self._fetch_once(part, owner)
            value = found.value
            customer_id = value.customer_id if isinstance(value, Invoice) else split_owner(owner)[0]
            if self._last_change.get(customer_id, 0) <= changes:
                return found
            with suppress(errors.StoreError):
                await self._cache.mark_part_outdated(part, owner)

    async def _fetch_once(self, part: Part[T], owner: str) -> Stamped[T]:
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
                    "This customer was deleted in the billing system and is removed from the cache.",
                    request_id=error.request_id,
                ) from error
            raise
        await check_owner(self._cache, part, split_owner(owner)[0], value)
        if part.name == ACTIVITY.name and (before := await self.cached(ACTIVITY, owner)) is not None:
            value = cast(T, cast(EventPage, value).joined(before.value))
        now = self._next_instant()
        with suppress(errors.StoreError):  # what was fetched is shown, too, when it cannot be cached
            await self._store(part, owner, value, now)
        return Stamped(value, now, Source.SERVER)

    def _next_instant(self) -> datetime:
        """Return the present instant, after every one returned before and that of all cached data read.

        The clock may stand still or be set back: what is fetched would not replace what is cached.
        """
        self._latest = max(self._clock.now(), self._latest + timedelta(microseconds=1))
        return self._latest

    async def _store(self, part: Part[T], owner: str, value: T, now: datetime) -> None:
        if part.name == CUSTOMER.name:
            self.deleted.discard(owner)
            await self._cache.put_customers((cast(Customer, value),), now)
            return
        await self._cache.put_part(part, owner, value, now)
        if part.name == INVOICES.name:
            await self._cache.put_invoice_rows(cast(tuple[InvoiceRow, ...], value), now)
