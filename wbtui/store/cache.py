"""The cache: what was seen or synced of customers, invoices and profile parts, stamped with its age.

Everything may be awaited from any event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database as Tool

from wbtui.errors import NotCached, StoreCorrupt
from wbtui.models.customer import Customer
from wbtui.models.folding import squash
from wbtui.models.invoice import InvoiceRow
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import Part
from wbtui.models.query import Query
from wbtui.store import lease, result_pages, sync_state, writing
from wbtui.store.blob_codec import key_of, storable, unpack, unpack_customer
from wbtui.store.cache_columns import instant_of
from wbtui.store.cache_file import CacheCounts, CacheFile, Changed, Clock, open_file
from wbtui.store.cancellation import CancelToken
from wbtui.store.database import Connection, Options
from wbtui.store.highlights import Match, why
from wbtui.store.reading import Searcher, Window
from wbtui.store.sync_state import SyncState, WalkKind

__all__ = ["Cache", "CacheCounts", "Changed", "Match", "Searcher", "Window", "open_cache"]

T = TypeVar("T")


async def open_cache(
    path: Path,
    *,
    clock: Clock,
    retention: timedelta = timedelta(days=30),
    read_only: bool = False,
    options: Options | None = None,
) -> Cache:
    """Open or make the cache and bring its schema up to date.

    A damaged file is set aside and rebuilt. Raises StoreTooNew, StoreFull, StoreBusy or another StoreError.
    """
    options = options or Options()
    options.read_only = options.read_only or read_only
    loop = asyncio.get_running_loop()
    database, notice = await loop.run_in_executor(None, open_file, path, options, clock())
    return Cache(database, clock, retention, notice)


class Cache(CacheFile):
    """An open cache."""

    # ── customers ──
    async def put_customers(self, rows: Sequence[Customer], fetched_at: datetime) -> frozenset[str]:
        """Insert or replace; an older fetch never replaces a newer one. The ids that changed."""

        def work(tool: Tool) -> set[str]:
            return writing.put_customers(tool, rows, fetched_at)

        return frozenset(await self._write(work, self._tell))

    async def customer(self, customer_id: str) -> Stamped[Customer]:
        """The row of a customer. Raises NotCached."""
        sql = "SELECT r.fetched_at, r.data FROM customers c JOIN customer_rows r ON r.n = c.n WHERE c.id = ?"

        def work(connection: Connection) -> Stamped[Customer] | None:
            row = _one(connection, sql, (storable(customer_id),), unpack_customer)
            if row is not None and row.value.id != customer_id:
                raise StoreCorrupt("The index of the cache mixes customers up.")
            return row

        row = await self._read(work)
        if row is None:
            raise NotCached("This customer is not held.")
        return row

    async def remove_customer(self, customer_id: str) -> bool:
        """Forget a customer and all that belongs to them. Whether they were held."""
        return bool(await self._write(lambda t: writing.remove_customers(t, [customer_id]), self._tell))

    async def window(
        self, query: Query, start: int, size: int, *, token: CancelToken | None = None
    ) -> Window:
        """Up to `size` rows from position `start` of the list, sorted."""

        def work(connection: Connection) -> Window:
            cursor = self._cursor(connection, query)
            rows = _rows(connection, result_pages.numbers(connection, cursor, start, size))
            return Window(start, rows, cursor.corrected)

        return await self._read(work, token)

    async def tail(
        self, query: Query, size: int, *, token: CancelToken | None = None
    ) -> tuple[Stamped[Customer], ...]:
        """The last `size` rows of the list, without counting it first."""
        return await self._read(lambda c: _rows(c, result_pages.tail(c, self._cursor(c, query), size)), token)

    async def count(self, query: Query, *, token: CancelToken | None = None) -> int:
        """How many customers the query finds. Exact; may take a while on a large cache."""
        return await self._read(lambda c: result_pages.total(c, self._cursor(c, query)), token)

    async def position_of(
        self, query: Query, customer_id: str, *, token: CancelToken | None = None
    ) -> int | None:
        """The customer's position in the list, None when the query does not find them."""

        def work(connection: Connection) -> int | None:
            sql = "SELECT n FROM customers WHERE id = ?"
            row = connection.execute(sql, (storable(customer_id),)).fetchone()
            return (
                None
                if row is None
                else result_pages.position(connection, self._cursor(connection, query), row[0])
            )

        return await self._read(work, token)

    async def why(self, query: Query, customer: Customer) -> tuple[Match, ...]:
        """Which fields matched the query's words, and where; `near` where a word is one edit away."""
        return why(query, customer)

    def searcher(self) -> Searcher:
        """For a search box: its next query interrupts what still runs for the one before."""
        return Searcher(self)

    async def plan_names(self) -> tuple[str, ...]:
        """Names of plans that customers are or were on, in order."""
        sql = "SELECT name FROM plan_names ORDER BY name COLLATE NOCASE"
        return await self._read(lambda c: tuple(name for (name,) in c.execute(sql)))

    async def set_currency(self, currency: str) -> None:
        """Say which currency `sort:owes` and `sort:mrr` speak of (the merchant's default)."""
        now = self._clock()

        def tell(changed: bool) -> None:
            if changed:
                self._tell(None)

        current = await self._read(lambda c: _meta(c, "currency"))
        if current != currency:
            await self._write(lambda tool: writing.set_currency(tool, currency, now), tell)

    async def countries(self) -> tuple[str, ...]:
        """Codes of the countries that customers are or were in, in order."""
        sql = "SELECT code FROM countries ORDER BY code"
        return await self._read(lambda c: tuple(code for (code,) in c.execute(sql)))

    # ── invoices ──
    async def put_invoice_rows(self, rows: Sequence[InvoiceRow], fetched_at: datetime) -> None:
        """Insert or replace rows of the invoice list."""
        await self._write(lambda tool: writing.put_invoices(tool, rows, fetched_at), self._tell)

    async def find_invoice(self, number_or_id: str) -> Stamped[InvoiceRow]:
        """An invoice by id, or by number whatever its case and punctuation. Raises NotCached."""
        typed = number_or_id.strip()
        number = squash(typed)

        def work(connection: Connection) -> Stamped[InvoiceRow] | None:
            found = _invoices(connection, "id_key", key_of(typed), lambda row: row.id == typed)
            if not found and number:
                key = key_of(number)
                found = _invoices(connection, "number_key", key, lambda row: squash(row.number) == number)
            return max(found, key=lambda row: row.fetched_at, default=None)

        row = await self._read(work)
        if row is None:
            raise NotCached("This invoice is not held.")
        return row

    async def invoices_of(self, customer_id: str) -> tuple[Stamped[InvoiceRow], ...]:
        """The rows held of a customer's invoices, newest first. May be none, or not all."""

        def work(connection: Connection) -> list[Stamped[InvoiceRow]]:
            key = key_of(customer_id)
            return _invoices(connection, "owner_key", key, lambda row: row.customer_id == customer_id)

        rows = await self._read(work)
        return tuple(sorted(rows, key=lambda row: (row.value.date, row.value.number), reverse=True))

    # ── parts ──
    async def put_part(self, part: Part[T], owner: str, value: T, fetched_at: datetime) -> None:
        """Insert or replace a part of a profile; an older fetch never replaces a newer one."""

        def work(tool: Tool) -> set[str]:
            return {owner} if writing.put_part(tool, part, owner, value, fetched_at) else set()

        await self._write(work, self._tell)

    async def refunds_to_ask(self, limit: int) -> list[str]:
        """Ids of customers with pending refunds of which it is not known how old they are."""
        return await self._read(lambda connection: writing.refunds_to_ask(connection, limit))

    async def part(self, part: Part[T], owner: str) -> Stamped[T]:
        """A part as it was fetched. Raises NotCached."""
        sql = "SELECT fetched_at, data FROM parts WHERE part = ? AND owner = ?"
        key = (part.name, storable(owner))
        row = await self._read(lambda c: _one(c, sql, key, lambda blob: unpack(part, blob)))
        if row is None:
            raise NotCached(f"{part.title}: not held.")
        return row

    async def drop_part(self, part: Part[Any], owner: str) -> None:
        """Forget a part."""
        sql = "DELETE FROM parts WHERE part = ? AND owner = ?"
        await self._write(lambda tool: tool.conn.execute(sql, (part.name, storable(owner))).rowcount)

    # ── notes: small texts about the connection (the last known system, …) ──
    async def put_note(self, name: str, text: str, at: datetime) -> None:
        """Remember a small text under a name."""
        await self._write(lambda tool: writing.set_meta(tool, f"note:{name}", text, at))

    async def note(self, name: str) -> Stamped[str]:
        """A remembered text. Raises NotCached."""
        sql = "SELECT at, value FROM meta WHERE name = ?"
        row = await self._read(lambda c: _one(c, sql, (f"note:{name}",), str))
        if row is None:
            raise NotCached(f"{name}: not held.")
        return row

    # ── who synchronises ──
    async def lease(self, name: str, holder: str, seconds: float) -> bool:
        """Take or renew the lease `name` for `seconds`; False while another holder has it."""
        now = self._clock()
        return await self._write(lambda tool: lease.take(tool, name, holder, seconds, now))

    async def release(self, name: str, holder: str) -> None:
        """Give a lease back, if `holder` still has it."""
        await self._write(lambda tool: lease.release(tool, name, holder))

    # ── sync ──
    async def sync_state(self) -> SyncState:
        """How far the walks have come."""
        return await self._read(sync_state.read_state)

    async def put_sync_page(
        self,
        kind: WalkKind,
        rows: Sequence[Any],
        *,
        cursor: str | None,
        fetched_at: datetime,
        total: int | None = None,
        changes_cursor: str | None = None,
        restart: bool = False,
        sweep: bool = True,
    ) -> frozenset[str]:
        """Store one page of a walk and the cursor of the next, in one transaction. The ids that changed.

        `rows` are Customer (kind "customers") or InvoiceRow ("invoices"). `restart` begins the walk anew.
        `cursor` None: it was the last page; what the walk did not see goes (when `sweep`).
        """

        def work(tool: Tool) -> set[str]:
            put = writing.put_customers if kind == "customers" else writing.put_invoices
            changed = put(tool, rows, fetched_at, self._database.priority.pause)
            return changed | sync_state.advance(
                tool,
                kind,
                len(rows),
                cursor=cursor,
                at=fetched_at,
                total=total,
                changes_cursor=changes_cursor,
                restart=restart,
                sweep=sweep,
            )

        return frozenset(await self._write(work, self._tell))

    async def put_changes(
        self,
        cursor: str,
        fetched_at: datetime,
        *,
        customers: Sequence[Customer] = (),
        invoices: Sequence[InvoiceRow] = (),
        gone_customers: Iterable[str] = (),
        gone_invoices: Iterable[str] = (),
    ) -> frozenset[str]:
        """Store what the change feed brought and its next cursor in one transaction. The ids that changed."""

        def work(tool: Tool) -> set[str]:
            changed = writing.put_customers(tool, customers, fetched_at)
            changed |= writing.put_invoices(tool, invoices, fetched_at)
            changed |= writing.remove_customers(tool, gone_customers)
            writing.remove_invoices(tool, gone_invoices)
            writing.set_meta(tool, "changes_cursor", cursor, fetched_at)
            return changed

        return frozenset(await self._write(work, self._tell))

    async def give_way(self) -> None:
        """In the midst of long work behind the screen: let whoever reads the cache go first, for a moment."""
        await self._database.priority.paused()

    async def forget_changes(self) -> None:
        """The feed's cursor has expired: the next walk to the end brings a new one."""
        await self._write(sync_state.forget_changes)


# ── rows to models ───────────────────────────────────────────────────────────────────────────────
def _stamped(at: int, value: T) -> Stamped[T]:
    try:
        return Stamped(value, instant_of(at), Source.CACHE)
    except (TypeError, OverflowError) as exc:
        raise StoreCorrupt("The instant of a fetch cannot be read.") from exc


def _one(
    connection: Connection, sql: str, parameters: tuple[Any, ...], read: Callable[[Any], T]
) -> Stamped[T] | None:
    row = connection.execute(sql, parameters).fetchone()
    return None if row is None else _stamped(row[0], read(row[1]))


def _invoices(
    connection: Connection, column: str, key: int, wanted: Callable[[InvoiceRow], bool]
) -> list[Stamped[InvoiceRow]]:
    """Rows with that key in that column which are `wanted`: keys are hashes, ids decide."""
    part = writing.invoice_row_part()
    sql = f"SELECT fetched_at, data FROM invoices WHERE {column} = ?"
    rows = [_stamped(at, unpack(part, data)) for at, data in connection.execute(sql, (key,))]
    return [row for row in rows if wanted(row.value)]


def _meta(connection: Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def _rows(connection: Connection, wanted: Sequence[int]) -> tuple[Stamped[Customer], ...]:
    sql = "SELECT fetched_at, data FROM customer_rows WHERE n = ?"
    rows = (_one(connection, sql, (n,), unpack_customer) for n in wanted)
    found = tuple(row for row in rows if row is not None)
    if len(found) != len(wanted):
        raise StoreCorrupt("The index of the cache names customers that it does not hold.")
    return found
