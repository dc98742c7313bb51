"""Cache methods of synchronisation: pages of a full sync, changes, their cursors, and the lease."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlite_utils import Database as Tool

from wbtui.models.instants import micros
from wbtui.models.page import Page, SkippedRow
from wbtui.store import listed_customers, sync_state, writing
from wbtui.store.cache_file import REFRESHED_AT_ONCE, CacheFile
from wbtui.store.database import Connection
from wbtui.store.meta import get_meta, set_meta
from wbtui.store.owner import is_alive
from wbtui.store.sync_state import ListKind, SyncState
from wbtui.store.writing import COMPLETED

LEASE_SECONDS = 60.0
"""Seconds after which another process takes over the sync from one that stopped renewing its lease."""
_LEASE = "lease:sync"


def _take_lease(tool: Tool, holder: str, now: datetime) -> bool:
    """Take or renew the lease. True when `holder` has it now. The lease of a process that ended is free."""
    current, until = _lease_holder(tool)
    free = (
        current is None
        or current == holder
        or until <= micros(now)
        or is_alive(current.partition("#")[0]) is False
    )
    # After the clock was set back, a lease could otherwise last for years.
    free = free or until > micros(now + timedelta(days=1))
    if free:
        set_meta(tool, _LEASE, f"{micros(now + timedelta(seconds=LEASE_SECONDS))} {holder}", now)
    return free


def _lease_holder(tool: Tool) -> tuple[str | None, int]:
    until, _, holder = (get_meta(tool.conn, _LEASE) or "").partition(" ")
    return (holder, int(until)) if holder else (None, 0)


class SyncCache(CacheFile):
    """The cache as synchronisation writes it."""

    # ── lease ──
    async def lease(self, holder: str) -> bool:
        """Take or renew the lease of synchronisation; False while another holder has it.

        `holder` is `owner.this_process()`, followed by # and a name where a process has several holders.
        """
        now = self._clock()
        return await self._write(lambda tool: _take_lease(tool, holder, now))

    async def release(self, holder: str) -> None:
        """Release the lease, if `holder` still has it."""

        def work(tool: Tool) -> None:
            if _lease_holder(tool)[0] == holder:
                tool.conn.execute("DELETE FROM meta WHERE name = ?", (_LEASE,))

        await self._write(work)

    # ── sync ──
    async def sync_state(self) -> SyncState:
        """Return the progress of synchronisation."""
        return await self._read(sync_state.read_state)

    async def put_sync_page(
        self,
        kind: ListKind,
        page: Page[Any],
        fetched_at: datetime,
        *,
        restart: bool = False,
    ) -> None:
        """Store a page of a full sync and the cursor of the next page.

        Its rows are Customer (kind "customers") or InvoiceRow ("invoices"). `restart` starts a new sync.
        After the last page, rows that the sync did not return are removed.
        """

        def work(tool: Tool) -> set[str]:
            put = writing.put_customers if kind == "customers" else writing.put_invoices
            changed = put(tool, page.rows, fetched_at, self._database.priority.pause)
            return changed | sync_state.advance(tool, kind, page, fetched_at, restart=restart)

        await self._write(work, self._notify)

    async def put_changes(
        self,
        cursor: str,
        fetched_at: datetime,
        *,
        deleted_customers: Iterable[str] = (),
        deleted_invoices: Iterable[str] = (),
        skipped: Sequence[SkippedRow] = (),
        skipped_invoices: Sequence[SkippedRow] = (),
        at_end: bool = True,
    ) -> None:
        """Store changes of the feed and its next cursor in one transaction.

        Customers that changed but could not be read (`skipped`; `skipped_invoices`: their invoices) are
        removed, so that outdated figures do not count as confirmed. With `at_end`, the feed has no more:
        everything synced is confirmed at `fetched_at`.
        """

        def work(tool: Tool) -> tuple[set[str], bool]:
            expired = self._confirmation(tool.conn).shown_from > 0
            changed = writing.remove_customers(tool, deleted_customers)
            writing.remove_invoices(tool, deleted_invoices)
            changed |= writing.remove_customers(tool, [row.id for row in skipped])
            writing.remove_invoices_of(tool, [row.id for row in skipped_invoices])
            sync_state.add_skipped(tool, "customers", skipped, fetched_at)
            sync_state.add_skipped(tool, "invoices", skipped_invoices, fetched_at)
            sync_state.store_changes_cursor(tool, cursor, fetched_at, at_end=at_end)
            return changed, expired

        # What had expired is shown again once it is confirmed.
        await self._write(work, lambda done: self._notify(None if done[1] else done[0]))

    async def complete_customers(self) -> None:
        """Complete customers from a list without invoices and amounts owed, by their cached invoices.

        Does so once after each complete list of invoices. If the system lists no invoices any more, what
        followed from them is removed.
        """
        state, today = await self.sync_state(), self._today()
        completed = await self._read(lambda connection: get_meta(connection, COMPLETED))
        invoices = state.full_syncs.get("invoices")
        if completed or state.running("invoices") or (invoices is None and completed is None):
            return
        unclear = frozenset({""}) if invoices is None else state.with_skipped_invoices
        listed_at = None if invoices is None else invoices.completed_at
        complete = partial(listed_customers.complete, unclear=unclear, today=today)
        sql = "SELECT coalesce(max(n), 0) FROM customers"
        (last,) = await self._read(lambda connection: connection.execute(sql).fetchone())
        for n in range(1, last + 1, REFRESHED_AT_ONCE):
            await self._refresh(partial(complete, first=n, last=n + REFRESHED_AT_ONCE - 1))
        await self._write(lambda tool: listed_customers.finish(tool, listed_at))

    async def give_way(self) -> None:
        """Pause background work for a moment while rows are read."""
        await self._database.priority.paused()

    async def forget_changes(self) -> None:
        """Delete the cursor of the change feed; the next full sync stores a new one."""
        await self._write(sync_state.forget_changes)

    async def awaits_confirmation(self) -> bool:
        """Whether synced rows have expired that the change feed may still confirm; they are not shown."""

        def work(connection: Connection) -> bool:
            expired = self._confirmation(connection).shown_from > 0
            return expired and sync_state.read_state(connection).changes_cursor is not None

        return await self._read(work)

    async def forget_full_sync(self, kind: ListKind) -> None:
        """Delete the progress of a full sync: the next one starts from the beginning."""
        await self._write(lambda tool: sync_state.forget_full_sync(tool, kind))

    async def set_total(self, kind: ListKind, total: int) -> None:
        """Store the number of rows of a kind that the server counts."""
        sql = "UPDATE sync_walks SET total = ? WHERE kind = ?"
        await self._write(lambda tool: tool.conn.execute(sql, (total, kind)))
