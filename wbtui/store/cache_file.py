"""The cache's file: opened, healed when damaged, emptied, aged; who wants to know of changes is told.

Disposable: a damaged file is set aside and a new one begun (`notice` says so).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from sqlite_utils import Database as Tool

from wbtui.errors import StoreCorrupt, StoreError, StoreFull, Superseded
from wbtui.models.query import Query
from wbtui.store import files, retention
from wbtui.store.blob_codec import unpack_customer
from wbtui.store.cache_schema import CACHE
from wbtui.store.cancellation import CancelToken
from wbtui.store.database import (
    Connection,
    Database,
    Identity,
    Options,
    StoreReplaced,
    open_database,
)
from wbtui.store.query_plan import DEFAULT_LIMITS, ScanLimits
from wbtui.store.scan import ResultCursor
from wbtui.store.search import compile_query
from wbtui.store.sql_query import CompiledQuery
from wbtui.store.sqlite import StoreBusy

T = TypeVar("T")
Clock = Callable[[], datetime]
Changed = frozenset[str] | None
"""Ids of customers that changed; None: many, look again at everything."""
_MANY_IDS = 500
_CURSORS = 16


@dataclass(frozen=True, slots=True)
class CacheCounts:
    """What is held, and the bytes on disk."""

    customers: int
    invoices: int
    bytes: int


def open_file(path: Path, options: Options, now: datetime) -> tuple[Database, str | None]:
    """Open or make the file; a damaged one is set aside first. With a sentence for the agent, or None."""
    notice, before = None, files.identity(path)
    try:
        database = _open(path, options)
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
        database.outside_now(retention.finish_purge)
    except (StoreBusy, StoreFull):
        pass  # the next start tries again
    except StoreError:
        database.close_now()
        raise
    return database


def _rebuild(path: Path, damaged: Identity, now: datetime) -> str:
    """Set the damaged file aside, unless another wbtui has just done so. What to tell the agent."""
    with files.locked(path):
        if files.identity(path) == damaged:
            files.set_aside(path, f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    return (
        "The cache was damaged. It was set aside and is being filled anew; journal and drafts are untouched."
    )


class CacheFile:
    """An open cache file. `notice`: one sentence for the agent about it, or None."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keep: timedelta,
        notice: str | None,
        limits: ScanLimits = DEFAULT_LIMITS,
    ) -> None:
        self.notice = notice
        self._database = database
        self._clock = clock
        self._keep = keep
        self._limits = limits
        self._cursors: OrderedDict[CompiledQuery, ResultCursor] = OrderedDict()
        self._cursors_lock = Lock()
        self._heal_lock = Lock()
        self._listeners: list[Callable[[Changed], None]] = []
        self._data_version: int | None = None

    @property
    def path(self) -> Path:
        return self._database.path

    # ── running, and healing ──
    async def _read(self, work: Callable[[Connection], T], token: CancelToken | None = None) -> T:
        database = self._database
        try:
            return await database.read(work, token)
        except (StoreCorrupt, StoreReplaced):
            await self._heal(database)
            return await self._database.read(work, token)

    async def _write(self, work: Callable[[Tool], T], then: Callable[[Any], object] | None = None) -> T:
        database = self._database
        try:
            return await database.write(work, then)
        except (StoreCorrupt, StoreReplaced):
            await self._heal(database)
            return await self._database.write(work, then)

    async def _heal(self, failed: Database) -> None:
        if failed.options.read_only:
            raise StoreCorrupt(f"{failed.path} is damaged or was replaced.")
        await asyncio.get_running_loop().run_in_executor(None, self._heal_now, failed)

    def _heal_now(self, failed: Database) -> None:
        with self._heal_lock:
            if self._database is not failed:
                return  # another caller was first
            failed.close_now()
            if files.identity(failed.path) == failed.identity:
                self.notice = _rebuild(failed.path, failed.identity, self._clock())
            self._database, _ = open_file(failed.path, failed.options, self._clock())
            with self._cursors_lock:
                self._cursors.clear()
        self._tell(None)

    # ── who wants to know ──
    def subscribe_changes(self, listener: Callable[[Changed], None]) -> Callable[[], None]:
        """Call `listener` on a background thread after each change; the result unsubscribes it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def _tell(self, changed: Iterable[str] | None) -> None:
        ids = None if changed is None else frozenset(changed)
        if ids is not None and not ids:
            return
        if ids is not None and len(ids) > _MANY_IDS:
            ids = None
        for listener in list(self._listeners):
            listener(ids)

    async def poll_changes(self) -> bool:
        """Whether another process changed the cache since the last poll; listeners are told."""

        def look(connection: Connection) -> int:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

        version = await self._database.outside(look)
        changed = self._data_version is not None and version != self._data_version
        self._data_version = version
        if changed:
            self._tell(None)
        return changed

    def _cursor(self, connection: Connection, query: Query) -> ResultCursor:
        compiled = compile_query(query)
        (revision,) = connection.execute("SELECT value FROM meta WHERE name = 'revision'").fetchone()
        with self._cursors_lock:
            cursor = self._cursors.get(compiled)
            if cursor is None or cursor.revision != revision:
                cursor = self._cursors[compiled] = ResultCursor(compiled, revision, query, self._limits)
            self._cursors.move_to_end(compiled)
            while len(self._cursors) > _CURSORS:
                self._cursors.popitem(last=False)
        return cursor

    # ── housekeeping ──
    async def counts(self) -> CacheCounts:
        """What is held, and the bytes on disk."""

        def work(connection: Connection) -> tuple[int, int]:
            (customers,) = connection.execute("SELECT count(*) FROM customers").fetchone()
            (invoices,) = connection.execute("SELECT count(*) FROM invoices").fetchone()
            return customers, invoices

        customers, invoices = await self._read(work)
        return CacheCounts(customers, invoices, files.total_size(self.path))

    async def expire(self, now: datetime) -> int:
        """Remove what the server has not confirmed within the retention time, from the bytes on disk too.

        How many customers went.
        """
        before, removed, more = now - self._keep, 0, True
        while more:
            ids, more = await self._write(
                lambda tool: retention.expire_batch(tool, before), lambda result: self._tell(result[0])
            )
            removed += len(ids)
        try:
            await self._database.outside(lambda c: retention.rewrite(c, now, at_once=removed > 0))
        except (StoreBusy, StoreFull, Superseded):
            pass  # noted in the file: the next call tries again
        await self._database.outside(retention.truncate_log)
        limit = before.timestamp()
        for copy in files.damaged_copies(self.path):
            if copy.stat().st_mtime < limit:
                copy.unlink(missing_ok=True)
        return removed

    async def clear(self) -> None:
        """Forget everything, at once and from the bytes on disk. Raises StoreError kinds."""
        try:
            await self._database.outside(retention.empty)
        except StoreBusy:
            raise
        except StoreError:
            # A full disk refuses even to delete; a damaged file too: then the file goes as a whole.
            await asyncio.get_running_loop().run_in_executor(None, self._replace_now)
        for copy in files.damaged_copies(self.path):
            copy.unlink(missing_ok=True)
        with self._cursors_lock:
            self._cursors.clear()
        unpack_customer.cache_clear()
        self._tell(None)

    def _replace_now(self) -> None:
        with self._heal_lock, files.locked(self.path):
            failed = self._database
            failed.close_now()
            for each in (failed.path, *files.side_files(failed.path)):
                each.unlink(missing_ok=True)
            self._database = open_database(failed.path, CACHE, failed.options)

    async def close(self) -> None:
        """Close the file. May be called twice."""
        await self._database.close()
