"""The file of the cache: opens, repairs, expires and clears it, and notifies listeners of changes.

The cache can be fetched again: a damaged file is set aside and replaced (`notice` says so).
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from sqlite_utils import Database as Tool

from wbtui.errors import StoreCorrupt, StoreError, StoreFull, StoreReplaced, StoreTooNew, Superseded
from wbtui.models.query.terms import Query
from wbtui.store import date_change, files, integrity, retention
from wbtui.store.blob_codec import unpack_customer
from wbtui.store.cache_schema import CACHE
from wbtui.store.cancellation import CancelToken
from wbtui.store.database import Connection, Database, Identity, Options, open_database
from wbtui.store.query_plan import DEFAULT_LIMITS, ScanLimits
from wbtui.store.result_pages import recent
from wbtui.store.scan import ResultCursor
from wbtui.store.search import compile_query
from wbtui.store.sql_query import CompiledQuery
from wbtui.store.sqlite import StoreBusy
from wbtui.store.sync_state import FeedConfirmation, confirmation

log = logging.getLogger(__name__)
T = TypeVar("T")
Clock = Callable[[], datetime]
Changed = frozenset[str] | None
"""Ids of customers that changed; None when anything may have changed."""
_MANY_IDS = 500
_CHECKED_AT_START, _CHECKED_AFTER_CRASH = 8_000_000, 256_000_000
"""Bytes of the largest file that is checked before it is used; a check reads about 200 MB a second."""
_CURSORS = 16
REFRESHED_AT_ONCE = 100
"""Rows that one transaction refreshes, as when the date changes."""


@dataclass(frozen=True, slots=True)
class CacheCounts:
    """Numbers of cached rows."""

    customers: int
    invoices: int


def open_file(path: Path, options: Options, now: datetime) -> tuple[Database, str | None]:
    """Open or create the file; a damaged one is set aside. Returns a notice for the agent too, or None."""
    notice, before = None, files.identity(path)
    try:
        database = _open(path, options)
    except StoreTooNew as exc:
        exc.hint = "Update wbtui, or run `wbtui cache clear`."
        raise
    except StoreCorrupt:
        if options.read_only:
            raise
        notice = _rebuild(path, before, now)
        database = _open(path, options)
    return database, notice or (database.notices[0] if database.notices else None)


def _open(path: Path, options: Options) -> Database:
    database = open_database(path, CACHE, options)
    if options.read_only:
        return database
    try:
        database.closed_badly = database.outside_now(integrity.mark_opened)
        database.outside_now(retention.finish_purge)
    except (StoreBusy, StoreFull):
        pass  # the next start tries again
    except StoreError:
        database.close_now()
        raise
    return database


def _rebuild(path: Path, damaged: Identity, now: datetime) -> str:
    """Set the damaged file aside, unless another wbtui did so. Returns a notice for the agent."""
    name = ""
    with files.locked(path):
        if files.identity(path) == damaged:
            copy = files.set_aside(path, f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
            name = f" as {copy.name}"
    return (
        f"The cache was damaged. It was set aside{name}; the next sync fetches everything again. "
        "Journal, pins and saved searches are not affected."
    )


class CacheFile:
    """An open cache file. `notice`: what the agent should know about it, or None."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        today: Callable[[], date],
        keep: timedelta,
        notice: str | None,
        limits: ScanLimits = DEFAULT_LIMITS,
    ) -> None:
        self.notice = notice
        self._database = database
        self._clock = clock
        self._today = today
        self._keep = keep
        self._limits = limits
        self._cursors: OrderedDict[CompiledQuery, ResultCursor] = OrderedDict()
        self._cursors_lock = Lock()
        self._repair_lock = Lock()
        self._listeners: list[Callable[[Changed], None]] = []
        self.on_notice: Callable[[str], object] = lambda _notice: None
        """Called, in any thread, when the file is set aside while it is open."""

    @property
    def path(self) -> Path:
        return self._database.path

    # ── running and repair ──
    async def _read(self, work: Callable[[Connection], T], token: CancelToken | None = None) -> T:
        return await self._repairing(lambda database: database.read(work, token))

    async def _write(self, work: Callable[[Tool], T], then: Callable[[Any], object] | None = None) -> T:
        return await self._repairing(lambda database: database.write(work, then))

    async def _repairing(self, call: Callable[[Database], Awaitable[T]]) -> T:
        """Return the result of `call`; in a damaged file, repair it and call again."""
        database = self._database
        try:
            return await call(database)
        except (StoreCorrupt, StoreReplaced):
            await self._repair(database)
            return await call(self._database)

    async def _repair(self, failed: Database) -> None:
        if failed.options.read_only:
            raise StoreCorrupt(f"{failed.path} is damaged or was replaced.")
        await asyncio.to_thread(self._repair_now, failed)

    def _repair_now(self, failed: Database) -> None:
        with self._repair_lock:
            if self._database is not failed:
                return  # another caller was first
            failed.close_now()
            if files.identity(failed.path) == failed.identity:
                self.notice = _rebuild(failed.path, failed.identity, self._clock())
            self._database, _ = open_file(failed.path, failed.options, self._clock())
            with self._cursors_lock:
                self._cursors.clear()
        self._notify(None)
        if self.notice is not None:
            self.on_notice(self.notice)

    # ── listeners ──
    def subscribe_changes(self, listener: Callable[[Changed], None]) -> None:
        """Call `listener` on a background thread after each change."""
        self._listeners.append(listener)

    def _notify(self, changed: Iterable[str] | None) -> None:
        ids = None if changed is None else frozenset(changed)
        if ids is not None and not ids:
            return
        if ids is not None and len(ids) > _MANY_IDS:
            ids = None
        for listener in self._listeners:
            listener(ids)

    async def poll_changes(self) -> bool:
        """Notify listeners if another process changed the cache since the last poll; returns whether so."""
        if changed := await self._database.poll_changes():
            self._notify(None)
        return changed

    def _confirmation(self, connection: Connection) -> FeedConfirmation:
        return confirmation(connection, self._clock() - self._keep)

    def _cursor(self, connection: Connection, query: Query) -> ResultCursor:
        compiled = compile_query(query)
        if shown_from := self._confirmation(connection).shown_from:
            return recent(connection, compiled, shown_from, self._limits)
        (revision,) = connection.execute("SELECT value FROM meta WHERE name = 'revision'").fetchone()
        with self._cursors_lock:
            cursor = self._cursors.get(compiled)
            if cursor is None or cursor.revision != revision:
                cursor = self._cursors[compiled] = ResultCursor(compiled, revision, query, self._limits)
            self._cursors.move_to_end(compiled)
            while len(self._cursors) > _CURSORS:
                self._cursors.popitem(last=False)
        return cursor

    # ── maintenance ──
    @property
    def was_closed_badly(self) -> bool:
        """Whether another process ended without closing the file."""
        return self._database.closed_badly

    @property
    def should_check_now(self) -> bool:
        """Whether the file is small enough to check before it is used: larger when it was closed badly."""
        most = _CHECKED_AFTER_CRASH if self.was_closed_badly else _CHECKED_AT_START
        try:
            return self.path.stat().st_size <= most
        except OSError:
            return False

    async def check(self) -> str | None:
        """Look for missing rows and index entries; a damaged file is set aside. Returns a notice, or None."""
        database = self._database
        try:
            damage = await database.read(integrity.find_damage)
        except StoreCorrupt as exc:
            damage = exc.sentence
        if damage is None:
            return None
        log.warning("The cache is damaged: %s", damage)
        await self._repair(database)
        return self.notice

    async def counts(self) -> CacheCounts:
        """Return the numbers of cached rows."""
        sql = "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM invoices)"
        return await self._read(lambda c: CacheCounts(*c.execute(sql).fetchone()))

    async def expire(self, now: datetime) -> int:
        """Remove what the server has not confirmed within the retention time, from the bytes on disk too.

        Returns the number of removed customers. What the change feed may still confirm is removed too: follow
        the feed first (`awaits_confirmation`).
        """
        before, more = now - self._keep, True
        if removed := await self._database.outside(lambda c: retention.expire_most(c, before)):
            self._notify(None)
        while more:
            ids, more = await self._write(
                lambda tool: retention.expire_batch(tool, before), lambda result: self._notify(result[0])
            )
            removed += len(ids)
        try:
            await self._database.outside(retention.finish_purge)
            await self._database.outside(lambda c: retention.rewrite(c, now, at_once=removed > 0))
        except (StoreBusy, StoreFull, Superseded):
            pass  # recorded in the file: the next call tries again
        await self._database.outside(retention.truncate_log)
        limit = before.timestamp()
        for copy in files.damaged_copies(self.path):
            if copy.stat().st_mtime < limit:
                copy.unlink(missing_ok=True)
        return removed

    async def follow_date(self, today: date) -> bool:
        """Let searches and figures follow the server's date: customers whose invoices came due are past due.

        Rows keep their age: this is no confirmation by the server. Returns whether any changed.
        """
        if await self._read(lambda c: date_change.follows(c, today)):
            return False
        await self._write(lambda tool: date_change.begin(tool, today))
        numbers, changed = await self._read(lambda c: date_change.rows_to_refresh(c, today)), False
        for start in range(0, len(numbers), REFRESHED_AT_ONCE):
            some = numbers[start : start + REFRESHED_AT_ONCE]
            changed |= bool(await self._refresh(partial(date_change.refresh, numbers=some)))
        await self._write(lambda tool: date_change.finish(tool, today))
        return changed

    async def _refresh(self, work: Callable[..., set[str]]) -> set[str]:
        """Run `work(tool, between=…)`, which returns ids of changed customers, when nobody waits for rows."""
        priority = self._database.priority
        await priority.paused()
        return await self._write(partial(work, between=priority.pause), self._notify)

    async def clear(self) -> None:
        """Remove everything, from the bytes on disk too. Raises StoreError kinds."""
        try:
            await self._database.outside(retention.empty)
        except StoreBusy:
            raise
        except StoreError:
            # On a full disk or in a damaged file nothing can be deleted: remove the whole file.
            await asyncio.to_thread(self._replace_now)
        for copy in files.damaged_copies(self.path):
            copy.unlink(missing_ok=True)
        with self._cursors_lock:
            self._cursors.clear()
        unpack_customer.cache_clear()
        self._notify(None)

    def _replace_now(self) -> None:
        with self._repair_lock, files.locked(self.path):
            failed = self._database
            failed.close_now()
            for each in (failed.path, *files.side_files(failed.path)):
                each.unlink(missing_ok=True)
            self._database = open_database(failed.path, CACHE, failed.options)

    async def close(self) -> None:
        """Close the file. May be called twice."""
        if not self._database.options.read_only:
            with suppress(StoreError, Superseded):
                await self._database.outside(integrity.mark_closed)
        await self._database.close()
