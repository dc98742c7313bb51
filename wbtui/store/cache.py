"""The cache: customers, invoices and parts of profiles, each with the instant it was fetched.

Its methods can be awaited from any event loop.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database as Tool

from wbtui.errors import NotCached, StoreCorrupt, StoreTooNew
from wbtui.models.customer import Customer
from wbtui.models.folding import squash
from wbtui.models.invoice import InvoiceRow
from wbtui.models.page import Stamped
from wbtui.models.parts import CATALOGUE, CUSTOMER, Part
from wbtui.models.query.terms import Query
from wbtui.store import files, listed_customers, meta, result_pages, sync_state, writing
from wbtui.store.blob_codec import storable, unpack_customer
from wbtui.store.cache_file import Clock, open_file
from wbtui.store.cache_reads import read_customer, read_invoices, read_one, read_part
from wbtui.store.cache_sync import SyncCache
from wbtui.store.cancellation import CancelToken
from wbtui.store.database import Connection, Options
from wbtui.store.query_plan import DEFAULT_LIMITS, ScanLimits
from wbtui.store.result_pages import Hits
from wbtui.store.search import compile_query
from wbtui.store.sync_state import FeedConfirmation

T = TypeVar("T")


async def open_cache(
    path: Path,
    *,
    clock: Clock,
    today: Callable[[], date] | None = None,
    retention: timedelta = timedelta(days=30),
    options: Options | None = None,
    limits: ScanLimits = DEFAULT_LIMITS,
) -> Cache:
    """Open or create the cache and bring its schema up to date.

    `today` returns the server's date, by default that of `clock`. A damaged file is set aside and rebuilt.
    Raises StoreTooNew, StoreFull, StoreBusy or another StoreError.
    """
    database, notice = await asyncio.to_thread(open_file, path, options or Options(), clock())
    today = today or (lambda: clock().astimezone(UTC).date())
    return Cache(database, clock, today, retention, notice, limits)


async def clear_cache(path: Path, *, clock: Clock) -> None:
    """Remove everything from a cache; the file of a newer version as a whole. Raises StoreError kinds."""
    try:
        cache = await open_cache(path, clock=clock)
    except StoreTooNew:
        await asyncio.to_thread(files.remove, path)
        return
    try:
        await cache.clear()
    finally:
        await cache.close()


@dataclass(frozen=True, slots=True)
class Window:
    """Rows of a search result from position `start`; fewer than requested at its end.

    `corrected`: nothing matched what was typed; these words (typed, used) were taken for typos.
    """

    start: int
    rows: tuple[Stamped[Customer], ...]
    corrected: tuple[tuple[str, str], ...] = ()


class Cache(SyncCache):
    """An open cache."""

    # ── customers ──
    async def put_customers(self, rows: Sequence[Customer], fetched_at: datetime) -> frozenset[str]:
        """Insert or replace; an older fetch never replaces a newer one. Returns the ids that changed."""

        def work(tool: Tool) -> set[str]:
            sync_state.forget_skipped(tool, "customers", {row.id for row in rows}, fetched_at)
            return writing.put_customers(tool, rows, fetched_at)

        return frozenset(await self._write(work, self._notify))

    async def customer(self, customer_id: str) -> Stamped[Customer]:
        """Return the row of a customer, as of today. Raises NotCached."""
        row = await self._read(lambda c: self._customer(c, customer_id, self._confirmation(c)))
        if row is None:
            raise NotCached("This customer is not available offline.")
        return row

    def _customer(
        self, connection: Connection, customer_id: str, known: FeedConfirmation
    ) -> Stamped[Customer] | None:
        row = read_customer(connection, customer_id, known)
        return None if row is None else replace(row, value=row.value.as_of(self._today()))

    async def remove_customer(self, customer_id: str) -> None:
        """Remove a customer with all their data; does nothing when they are not cached."""
        await self._write(lambda t: writing.remove_customers(t, [customer_id]), self._notify)

    async def window(
        self, query: Query, start: int, size: int, *, token: CancelToken | None = None
    ) -> Window:
        """Return up to `size` rows of a search result from position `start`, as of today."""

        def work(connection: Connection) -> Window:
            cursor = self._cursor(connection, query)
            rows = self._rows(connection, result_pages.numbers(connection, cursor, start, size))
            return Window(start, rows, cursor.corrected)

        return await self._read(work, token)

    async def ids(
        self, query: Query, start: int, size: int, *, token: CancelToken | None = None
    ) -> tuple[str, ...]:
        """Return the IDs of up to `size` rows of a search result from position `start`: quicker than rows."""
        sql = "SELECT id FROM customers WHERE n = ?"

        def work(connection: Connection) -> tuple[str, ...]:
            found = result_pages.numbers(connection, self._cursor(connection, query), start, size)
            return tuple(connection.execute(sql, (n,)).fetchone()[0] for n in found)

        return await self._read(work, token)

    def _rows(self, connection: Connection, wanted: Sequence[int]) -> tuple[Stamped[Customer], ...]:
        sql = f"SELECT fetched_at, data, {writing.OUTDATED} FROM customer_rows WHERE n = ?"
        confirmed, today = self._confirmation(connection).at, self._today()

        def unpack(blob: bytes) -> Customer:
            return unpack_customer(blob).as_of(today)

        rows = (read_one(connection, sql, (n,), unpack, confirmed) for n in wanted)
        found = tuple(row for row in rows if row is not None)
        if len(found) != len(wanted):
            raise StoreCorrupt("The index of the cache lists customers that are not cached.")
        return found

    async def count(self, query: Query, *, token: CancelToken | None = None) -> int:
        """Return the exact number of customers that a query finds; slow on a large cache."""
        return await self._read(lambda c: result_pages.total(c, self._cursor(c, query)), token)

    async def position_of(
        self, query: Query, customer_id: str, *, token: CancelToken | None = None
    ) -> int | None:
        """Return the position of a customer in a search result, None when they are not in it."""

        def work(connection: Connection) -> int | None:
            sql = "SELECT n FROM customers WHERE id = ?"
            row = connection.execute(sql, (storable(customer_id),)).fetchone()
            return (
                None
                if row is None
                else result_pages.position(connection, self._cursor(connection, query), row[0])
            )

        return await self._read(work, token)

    async def members(
        self, query: Query, customer_ids: Iterable[str], *, token: CancelToken | None = None
    ) -> frozenset[str]:
        """Return those of these customers that are in a search result."""
        wanted = json.dumps([storable(one) for one in customer_ids])

        def work(connection: Connection) -> frozenset[str]:
            sql = "SELECT n, id FROM customers WHERE id IN (SELECT value FROM json_each(?))"
            names = dict(connection.execute(sql, (wanted,)))
            found = result_pages.members(connection, self._cursor(connection, query), list(names))
            return frozenset(names[n] for n in found)

        return await self._read(work, token)

    async def of_all(self, query: Query, read: Callable[[Connection, Hits], T]) -> T:
        """Return what `read` reads of all customers that a query finds, without correcting typos."""
        compiled = compile_query(query)

        def work(connection: Connection) -> T:
            if shown_from := self._confirmation(connection).shown_from:
                cursor = result_pages.recent(connection, compiled, shown_from, self._limits)
                return read(connection, result_pages.hits_among(cursor.listed or []))
            return read(connection, result_pages.hits_of(compiled))

        return await self._read(work)

    async def plan_names(self) -> tuple[str, ...]:
        """Return the names of plans that customers are or were on, in order."""
        sql = "SELECT name FROM plan_names ORDER BY name COLLATE NOCASE"
        return await self._read(lambda c: tuple(name for (name,) in c.execute(sql)))

    async def set_currency(self, currency: str) -> None:
        """Set the currency of `sort:owes` and `sort:mrr`: the default of the merchant."""
        now = self._clock()

        def tell(changed: bool) -> None:
            if changed:
                self._notify(None)

        current = await self._read(lambda c: meta.get_meta(c, "currency"))
        if current != currency:
            await self._write(lambda tool: writing.set_currency(tool, currency, now), tell)

    async def countries(self) -> tuple[str, ...]:
        """Return the codes of the countries that customers are or were in, in order."""
        sql = "SELECT code FROM countries ORDER BY code"
        return await self._read(lambda c: tuple(code for (code,) in c.execute(sql)))

    async def currencies(self) -> tuple[str, ...]:
        """Return the currencies that cached customers owe or pay in, in order."""
        sql = "SELECT DISTINCT currency FROM amounts ORDER BY currency"
        return await self._read(lambda c: tuple(code for (code,) in c.execute(sql)))

    # ── invoices ──
    async def put_invoice_rows(self, rows: Sequence[InvoiceRow], fetched_at: datetime) -> None:
        """Insert or replace all invoices of a customer; where invoices complete customers, this one, too."""
        today = self._today()

        def work(tool: Tool) -> set[str]:
            ids = {one for row in rows for one in (row.id, row.customer_id)}
            sync_state.forget_skipped(tool, "invoices", ids, fetched_at)
            owners = writing.put_invoices(tool, rows, fetched_at)
            if meta.get_meta(tool.conn, writing.COMPLETED) is not None:
                for n in writing.numbers_of(tool, owners):
                    listed_customers.complete(tool, n, n, today=today)
            return owners

        await self._write(work, self._notify)

    async def find_invoice(self, number_or_id: str) -> Stamped[InvoiceRow]:
        """Return an invoice by id, or by number ignoring case and punctuation. Raises NotCached."""
        typed = number_or_id.strip()
        number = squash(typed)

        def work(connection: Connection) -> Stamped[InvoiceRow] | None:
            known = self._confirmation(connection)
            found = read_invoices(connection, "id_key", typed, known, lambda row: row.id == typed)
            if not found and number:
                found = read_invoices(
                    connection, "number_key", number, known, lambda row: squash(row.number) == number
                )
            return max(found, key=lambda row: row.fetched_at, default=None)

        row = await self._read(work)
        if row is None:
            raise NotCached("This invoice is not available offline.")
        return row

    async def invoices_of(self, customer_id: str) -> tuple[InvoiceRow, ...] | None:
        """Return the invoices of a customer; None unless all of them are cached and readable."""

        def work(connection: Connection) -> tuple[InvoiceRow, ...] | None:
            state = sync_state.read_state(connection)
            invoices = state.full_syncs.get("invoices")
            is_unclear = not state.with_skipped_invoices.isdisjoint({"", customer_id})
            if invoices is None or invoices.completed_at is None or is_unclear:
                return None
            known = self._confirmation(connection)
            rows = read_invoices(
                connection, "owner_key", customer_id, known, lambda row: row.customer_id == customer_id
            )
            return tuple(row.value for row in rows)

        return await self._read(work)

    async def owners_of_invoices(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the customers of those of these invoices that are cached."""

        def work(connection: Connection) -> dict[str, str]:
            known = self._confirmation(connection)
            found = {}
            for identifier in ids:
                rows = read_invoices(connection, "id_key", identifier, known, lambda row: True)
                found.update({row.value.id: row.value.customer_id for row in rows})
            return {one: owner for one, owner in found.items() if one in ids}

        return await self._read(work)

    # ── parts ──
    async def put_part(self, part: Part[T], owner: str, value: T, fetched_at: datetime) -> None:
        """Insert or replace a part of a profile; an older fetch never replaces a newer one."""

        def work(tool: Tool) -> set[str]:
            return {owner} if writing.put_part(tool, part, owner, value, fetched_at) else set()

        await self._write(work, self._notify)

    async def mark_outdated(self, customer_ids: Iterable[str] | None = None) -> None:
        """Mark rows and parts of these customers, or everything, as changed at the server since.

        Each stays outdated, for other processes too, until it is stored again.
        """
        ids = None if customer_ids is None else list(customer_ids)
        if ids is None or ids:
            await self._write(lambda tool: writing.mark_outdated(tool, ids))

    async def mark_part_outdated(self, part: Part[Any], owner: str) -> None:
        """Mark a part, or the row of a customer, as `mark_outdated` does."""
        await self._write(lambda tool: writing.mark_part_outdated(tool, part, owner))

    async def refunds_to_ask(self, limit: int) -> list[str]:
        """Return ids of customers with pending refunds whose age is unknown."""
        return await self._read(lambda connection: writing.refunds_to_ask(connection, limit))

    async def part(self, part: Part[T], owner: str) -> Stamped[T]:
        """Return a part of a profile. Raises NotCached."""
        row = await self._read(lambda c: read_part(c, part, owner, self._confirmation(c)))
        if row is None:
            raise NotCached(f"{part.title}: not available offline.")
        return row

    async def profile(self, customer_id: str, parts: Iterable[Part[Any]]) -> dict[str, Stamped[Any]]:
        """Return those of these parts of a customer that are cached, by name, from one read."""

        def work(connection: Connection) -> dict[str, Stamped[Any]]:
            known = self._confirmation(connection)
            found: dict[str, Stamped[Any] | None] = {}
            for part in parts:
                owner = "" if part in CATALOGUE else customer_id
                if part.name == CUSTOMER.name:
                    found[part.name] = self._customer(connection, customer_id, known)
                else:
                    found[part.name] = read_part(connection, part, owner, known)
            return {name: row for name, row in found.items() if row is not None}

        return await self._read(work)

    # ── notes: texts about the connection, such as the last known system ──
    async def put_note(self, name: str, text: str, at: datetime) -> None:
        """Save a note under a name."""
        await self._write(lambda tool: meta.set_meta(tool, f"note:{name}", text, at))

    async def note(self, name: str) -> Stamped[str] | None:
        """Return a note, None when there is none."""
        sql = "SELECT at, value, 0 FROM meta WHERE name = ?"
        return await self._read(lambda c: read_one(c, sql, (f"note:{name}",), str))

    async def note_text(self, name: str) -> str | None:
        """Return the text of a note, None when there is none."""
        note = await self.note(name)
        return None if note is None else note.value
