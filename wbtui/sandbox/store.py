"""The sandbox's SQLite file and its transactions.

Its tables are those of engine/tables.py and schema.sql. Amounts are integers in minor units beside a
`currency` column. Dates are `YYYY-MM-DD`, instants `YYYY-MM-DDTHH:MM:SSZ`, both as text that sorts correctly.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wbtui.clock import utc_now
from wbtui.models.money import Money
from wbtui.sandbox.engine.tables import TABLES, create_table

if TYPE_CHECKING:
    import sqlite3
else:
    try:  # a build without the WAL-reset race, where installed
        import pysqlite3 as sqlite3
    except ImportError:
        import sqlite3

SCHEMA_VERSION = 5

SCHEMA_FILE = Path(__file__).with_name("schema.sql")


class SandboxError(Exception):
    """The sandbox cannot do what was asked; the message is a sentence for people."""


class NotFound(SandboxError):
    """There is no such object."""


class Refused(SandboxError):
    """A business rule refuses an operation: `code` is of the extension's closed list.

    `limit` is the amount that would be allowed.
    """

    def __init__(self, code: str, message: str, limit: Money | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.limit = limit


def reason(error: Exception) -> str:
    """Return what an error says, without the number and the file name of one of the system."""
    return str(getattr(error, "strerror", None) or error)


class Tx:
    """One transaction; a `writable` one may change the file."""

    def __init__(
        self, connection: sqlite3.Connection, shared: dict[str, Any], *, writable: bool, real_now: datetime
    ) -> None:
        self.connection = connection
        self.shared = shared
        """Values cached between the transactions of one store."""
        self.writable = writable
        self.real_now = real_now
        """The wall clock at the start of the transaction; see engine/clock.py."""

    def execute(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> sqlite3.Cursor:
        return self.connection.execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self.connection.executemany(sql, rows)

    def all(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        return self.connection.execute(sql, values).fetchall()

    def one(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> sqlite3.Row | None:
        """The first row, or None when there is none."""
        row: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
        return row

    def number(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> int:
        """The first column of the first row as a whole number, 0 when there is none."""
        row = self.one(sql, values)
        return int(row[0] or 0) if row is not None else 0

    def meta(self, key: str, default: str = "") -> str:
        row = self.one("SELECT value FROM meta WHERE key = ?", (key,))
        return default if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        self.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


class Store:
    """The open file (mode 0600) and its transactions; safe to use from several threads.

    One writer at a time (`BEGIN IMMEDIATE`), any number of readers, each on a snapshot of its own. Raises
    SandboxError when the file cannot be used.
    """

    def __init__(self, path: Path, *, wall_clock: Callable[[], datetime] = utc_now) -> None:
        self.path = path
        self._wall_clock = wall_clock
        self._write_lock = threading.RLock()
        self._pool_lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._shared: dict[str, Any] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            path.chmod(0o600)
            self._writer = self._connect()
            try:
                self._migrate()
            except BaseException:
                self._writer.close()
                raise
        except (OSError, sqlite3.DatabaseError) as error:
            raise SandboxError(f"The sandbox file {path} cannot be used: {reason(error)}.") from None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA busy_timeout = 10000")
            connection.execute("PRAGMA cache_size = -32000")
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self) -> None:
        """Create the tables. Raises SandboxError for a file of another version."""
        version = self._writer.execute("PRAGMA user_version").fetchone()[0]
        if version == SCHEMA_VERSION:
            return
        if version != 0:
            raise SandboxError(
                f"The sandbox file {self.path} has version {version}, this program needs {SCHEMA_VERSION}. "
                "Start with --fresh to create a new one."
            )
        statements = [*map(create_table, TABLES), *SCHEMA_FILE.read_text("utf-8").split(";\n")]
        with self.write() as tx:
            for statement in filter(str.strip, statements):
                tx.execute(statement)
            tx.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A reading transaction on a consistent snapshot."""
        with self._pool_lock:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._connect()
        try:
            connection.execute("BEGIN")
            try:
                yield Tx(connection, self._shared, writable=False, real_now=self._wall_clock())
            finally:
                connection.execute("ROLLBACK")
        except BaseException:
            connection.close()
            raise
        with self._pool_lock:
            if self._closed or len(self._idle) >= 8:
                connection.close()
            else:
                self._idle.append(connection)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """The one writing transaction: committed at the end, rolled back when anything is raised."""
        with self._write_lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield Tx(self._writer, self._shared, writable=True, real_now=self._wall_clock())
                self._writer.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.OperationalError):
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Commit without waiting for the disk: for seeding, which can be repeated."""
        with self._write_lock:
            self._writer.execute("PRAGMA synchronous = OFF")
            self._writer.execute("PRAGMA foreign_keys = OFF")
            try:
                yield
            finally:
                self._writer.execute("PRAGMA synchronous = NORMAL")
                self._writer.execute("PRAGMA foreign_keys = ON")

    def close(self) -> None:
        with self._pool_lock:
            self._closed = True
            for connection in self._idle:
                connection.close()
            self._idle.clear()
        with self._write_lock:
            self._writer.close()
