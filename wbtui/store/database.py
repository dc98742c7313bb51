"""One SQLite file: a thread for writes, threads for reads, pragmas and migrations.

Every write is one BEGIN IMMEDIATE transaction on the owner thread. Every read is one transaction on a reader
thread with a connection of its own, which can be interrupted. Callers await from any event loop, or block
with the methods named `…_now`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import sqlite_utils

from wbtui.errors import StoreCorrupt, StoreError, StoreReplaced, StoreTooNew, Superseded
from wbtui.paths import check_file
from wbtui.store import files
from wbtui.store.cancellation import CancelToken
from wbtui.store.database_kind import Kind
from wbtui.store.reader_priority import ReaderPriority
from wbtui.store.sqlite import check_sqlite, is_interrupt, set_journal_mode, sqlite3, translate
from wbtui.store.transactions import TRANSACTIONS

T = TypeVar("T")
Connection = sqlite3.Connection

BUSY_SECONDS = 15.0

Identity = tuple[int, int] | None
"""Device and inode of a file."""


@dataclass
class Options:
    """How to open a file; `file_system` and `wal_safe` replace what is detected.

    Attributes:
        refusal: every write raises this error; for a file that can only be read.
        in_memory: an empty database instead of the file, which is left alone.
    """

    read_only: bool = False
    refusal: StoreError | None = None
    in_memory: bool = False
    readers: int = 3
    file_system: files.FileSystemOf = files.file_system_of
    wal_safe: bool | None = None
    busy_seconds: float = BUSY_SECONDS


class Database:
    """An open file; see `open_database`."""

    def __init__(self, path: Path, kind: Kind, options: Options) -> None:
        self.path = path
        self.kind = kind
        self.options = options
        self.notices: list[str] = []
        self.wal = True
        self.identity: Identity = None
        self.closed_badly = False
        """Whether a process ended without closing the file, where that is noted."""
        self._local = threading.local()
        self._connections: list[Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        self._data_version: int | None = None
        self._owner = ThreadPoolExecutor(1, thread_name_prefix=f"wbtui-{kind.name}-owner")
        self._readers = (
            self._owner  # only the connection that made it sees a database in memory
            if options.in_memory
            else ThreadPoolExecutor(options.readers, thread_name_prefix=f"wbtui-{kind.name}-reader")
        )
        self._running: set[CancelToken] = set()
        self.priority = ReaderPriority(lambda: bool(self._running))

    # ── connections ──
    def _connect(self, *, writer: bool) -> Connection:
        read_only = self.options.read_only
        mode = "memory" if self.options.in_memory else "ro" if read_only else "rw"
        try:
            connection = self._connect_uri(f"mode={mode}")
        except sqlite3.OperationalError:
            if not read_only or files.may_be_in_use(self.path):
                raise
            # In a read-only folder and on a full disk no shared memory can be created: nobody can write.
            connection = self._connect_uri("immutable=1")
        try:
            self._configure(connection, writer=writer)
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._connections.append(connection)
        return connection

    def _configure(self, connection: Connection, *, writer: bool) -> None:
        execute = connection.execute
        if not self.options.read_only and writer:
            execute(f"PRAGMA synchronous={self.kind.synchronous}")
            execute("PRAGMA secure_delete=ON").fetchone()
            execute("PRAGMA journal_size_limit=4194304").fetchone()
            execute("PRAGMA wal_autocheckpoint=2000").fetchone()
        else:
            execute("PRAGMA query_only=ON")
        execute("PRAGMA temp_store=MEMORY")
        execute(f"PRAGMA cache_size={-16_384 if writer else -4_096}")
        execute("PRAGMA mmap_size=0").fetchone()

    def _connect_uri(self, parameters: str) -> Connection:
        name = "" if self.options.in_memory else quote(str(self.path.absolute()))
        connection = sqlite3.connect(
            f"file:{name}?{parameters}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,  # only interrupt() and close() are called by other threads
            timeout=self.options.busy_seconds,
        )
        try:
            connection.execute("PRAGMA schema_version").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _mine(self, *, writer: bool) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect(writer=writer)
        return connection

    def _tool(self) -> sqlite_utils.Database:
        tool: sqlite_utils.Database | None = getattr(self._local, "tool", None)
        if tool is None:
            # Plug-ins of sqlite-utils are other people's code.
            tool = sqlite_utils.Database(self._mine(writer=True), execute_plugins=False)
            self._local.tool = tool
        return tool

    # ── running ──
    def check_readable(self) -> None:
        """Raise why the file cannot be read, if this is an empty database in place of it."""
        if self.options.in_memory:
            self._check_writable()

    def _check_writable(self) -> None:
        if (refusal := self.options.refusal) is not None:
            raise type(refusal)(refusal.sentence, hint=refusal.hint)

    def _write(self, work: Callable[[sqlite_utils.Database], T], then: Callable[[T], object] | None) -> T:
        self._check_writable()
        if self.options.read_only:
            raise StoreError(f"{self.path} was opened for reading only.")
        self._check_identity()
        with self._translated():
            tool = self._tool()
            with immediate(tool):
                result = work(tool)
        if then is not None:
            then(result)
        return result

    @contextmanager
    def _translated(self, interrupted: str = "The work was interrupted.") -> Iterator[None]:
        """Raise errors of SQLite as StoreError kinds, an interruption as Superseded."""
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as exc:
            if is_interrupt(exc):
                raise Superseded(interrupted) from None
            raise translate(exc, self.path) from exc

    def _check_identity(self) -> None:
        if not self.options.in_memory and files.identity(self.path) != self.identity:
            raise StoreReplaced(f"{self.path} was removed or replaced by another program.")

    def _outside(self, work: Callable[[Connection], T]) -> T:
        token = CancelToken()
        with self._lock:
            self._running.add(token)
        try:
            with self._translated("Cancelled, because the file is being closed."):
                connection = self._mine(writer=True)
                with token.running(connection), TRANSACTIONS.running():
                    return work(connection)
        finally:
            with self._lock:
                self._running.discard(token)

    def _read(self, work: Callable[[Connection], T], token: CancelToken) -> T:
        try:
            self._check_identity()
            with self._translated("This search was replaced by the next one."):
                connection = self._mine(writer=False)
                with token.running(connection):
                    connection.execute("BEGIN")
                    try:
                        return work(connection)
                    finally:
                        if connection.in_transaction:
                            connection.execute("ROLLBACK")
        finally:
            with self._lock:
                self._running.discard(token)
            self.priority.read_ended()

    def _submit(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._closed:
                raise StoreError(f"{self.path} is closed.")
            return pool.submit(work)

    def write_now(self, work: Callable[[sqlite_utils.Database], T]) -> T:
        """Run `work` in one immediate transaction on the owner thread; blocks. Raises StoreError kinds."""
        return self._submit(self._owner, lambda: self._write(work, None)).result()

    async def write(
        self, work: Callable[[sqlite_utils.Database], T], then: Callable[[T], object] | None = None
    ) -> T:
        """Await `write_now`. The write is carried out even if the caller is cancelled.

        `then` is called on the owner thread with the result, after the commit.
        """
        future = self._submit(self._owner, lambda: self._write(work, then))
        return await asyncio.shield(asyncio.wrap_future(future))

    def outside_now(self, work: Callable[[Connection], T]) -> T:
        """Run `work` as `outside` does; blocks."""
        return self._submit(self._owner, lambda: self._outside(work)).result()

    async def outside(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on the owner thread outside any transaction (checkpoint, vacuum, …).

        Raises Superseded when the file is closed meanwhile.
        """
        return await asyncio.shield(
            asyncio.wrap_future(self._submit(self._owner, lambda: self._outside(work)))
        )

    async def poll_changes(self) -> bool:
        """Return whether another process has written to the file since the last call; at first False."""
        (version,) = await self.outside(lambda c: c.execute("PRAGMA data_version").fetchone())
        before, self._data_version = self._data_version, version
        return before is not None and before != version

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one read transaction on a reader thread; blocks. Raises StoreError kinds."""
        return self._submit(self._readers, lambda: self._read(work, CancelToken())).result()

    async def read(self, work: Callable[[Connection], T], token: CancelToken | None = None) -> T:
        """Await `read_now`. Cancelling the caller or the token interrupts it.

        Raises Superseded when the token was cancelled, else StoreError kinds.
        """
        token = token or CancelToken()
        with self._lock:
            self._running.add(token)
        future = asyncio.wrap_future(self._submit(self._readers, lambda: self._read(work, token)))
        try:
            return await future
        except asyncio.CancelledError:
            token.cancel()
            with self._lock:
                self._running.discard(token)  # it may never start
            raise

    # ── ending ──
    def close_now(self) -> None:
        """Cancel reads, finish pending writes and close all connections. May be called twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            running = list(self._running)
        for token in running:
            token.cancel()
        self._readers.shutdown(wait=True)
        self._owner.shutdown(wait=True)
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    async def close(self) -> None:
        """Await `close_now`."""
        await asyncio.to_thread(self.close_now)


@contextmanager
def immediate(tool: sqlite_utils.Database) -> Iterator[sqlite_utils.Database]:
    """Run a transaction that has the write lock from its start.

    A plain BEGIN only reads; its first write fails when another process wrote meanwhile, whatever the busy
    timeout. `atomic()` of sqlite-utils can be nested inside.
    """
    with TRANSACTIONS.running():
        tool.conn.execute("BEGIN IMMEDIATE")
        try:
            yield tool
            tool.conn.execute("COMMIT")
        except BaseException:
            if tool.conn.in_transaction:  # SQLite itself rolls back when the disk is full
                tool.conn.execute("ROLLBACK")
            raise


def _migrate(tool: sqlite_utils.Database, kind: Kind, path: Path) -> None:
    """Run the pending migrations in the open transaction."""
    (version,) = tool.conn.execute("PRAGMA user_version").fetchone()
    refuse_foreign(tool.conn, kind, path)
    if version == len(kind.migrations):
        return
    for migration in kind.migrations[version:]:
        migration(tool)
    tool.conn.execute(f"PRAGMA application_id={kind.application_id}")
    tool.conn.execute(f"PRAGMA user_version={len(kind.migrations)}")


def refuse_foreign(connection: Connection, kind: Kind, path: Path) -> None:
    """Raise StoreTooNew for a newer schema, StoreCorrupt without any, StoreError for a foreign file."""
    # In one transaction: another wbtui may be creating the file between one statement and the next.
    starts = not connection.in_transaction
    if starts:
        connection.execute("BEGIN")
    try:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
    finally:
        if starts and connection.in_transaction:
            connection.execute("ROLLBACK")
    if application != kind.application_id and (tables or version or application):
        raise StoreError(f"{path} is a database of another program.", hint="Move it away.")
    if tables and not version:
        raise StoreCorrupt(f"{path} is damaged: it has tables, but no version.")
    if version > len(kind.migrations):
        raise StoreTooNew(f"{path} was written by a newer version of wbtui.")


def open_database(path: Path, kind: Kind, options: Options | None = None) -> Database:
    """Open or create a file and bring its schema up to date, all or nothing; blocks.

    Raises StoreTooNew, StoreCorrupt, StoreFull, StoreBusy or another StoreError.
    """
    options = options or Options()
    if options.read_only:
        check_file(path)
    elif not options.in_memory:
        files.prepare(path)
    database = Database(path, kind, options)
    database.identity = files.identity(path)
    if not options.in_memory:
        _choose_journal_mode(database)
    try:
        database._submit(database._owner, lambda: _prepare_schema(database)).result()
    except BaseException:
        database.close_now()
        raise
    return database


def _choose_journal_mode(database: Database) -> None:
    check = check_sqlite()
    if not (check.wal_safe if database.options.wal_safe is None else database.options.wal_safe):
        database.wal = False
        database.notices.append(check_sqlite("3.40.1").sentence if check.wal_safe else check.sentence)
    file_system = database.options.file_system(database.path.parent)
    if files.is_network(file_system):
        database.wal = False
        database.notices.append(
            f"{database.path.parent} is on a network file system ({file_system}): use one wbtui at a time "
            "there, or set WBTUI_HOME to a local folder."
        )


def _prepare_schema(database: Database) -> None:
    kind, path, options = database.kind, database.path, database.options
    with database._translated():
        connection = database._mine(writer=True)
        # Before any change, so that a file of another program or a newer version stays as it is.
        refuse_foreign(connection, kind, path)
        if not options.read_only:
            set_journal_mode(connection, "wal" if database.wal else "delete", options.busy_seconds)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == len(kind.migrations):
            return
        if options.read_only:
            raise StoreError(f"{path} is of an older wbtui and cannot be upgraded read-only.")
        tool = database._tool()
        with immediate(tool):
            _migrate(tool, kind, path)
