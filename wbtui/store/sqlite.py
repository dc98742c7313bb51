"""The SQLite library of the process: which one, whether it is safe, and its errors as ours.

sqlite-utils prefers `pysqlite3` where it is installed. All code takes the module from here, because two
SQLite libraries in one process drop each other's file locks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wbtui.errors import StoreCorrupt, StoreError, StoreFull

if TYPE_CHECKING:
    import sqlite3 as sqlite3
else:
    from sqlite_utils.utils import sqlite3

_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 6, 8, 10, 11, 13, 14, 26
INTERRUPTED = 9

# The WAL-reset race (https://www.sqlite.org/changes.html) is in 3.7.0 to 3.51.2, except for these back-ports.
_FIXED_IN = (3, 51, 3)
_BACKPORTED = {(3, 44): 6, (3, 50): 7}


@dataclass(frozen=True, slots=True)
class SqliteCheck:
    """`wal_safe`: free of the WAL-reset race; `sentence` for `doctor`."""

    wal_safe: bool
    sentence: str


def check_sqlite(version: str | None = None) -> SqliteCheck:
    """Check the SQLite in use, or a given version."""
    version, library = version or sqlite3.sqlite_version, sqlite3.__name__
    numbers = tuple(int(part) for part in version.split(".")[:3])
    back = _BACKPORTED.get((numbers[0], numbers[1]))
    safe = numbers >= _FIXED_IN or (back is not None and numbers[2] >= back)
    if safe:
        sentence = f"SQLite {version} ({library}): several wbtui may share the files."
    else:
        sentence = (
            f"SQLite {version} ({library}) can damage a write-ahead log that several programs share; the "
            "rollback journal is used instead, which is slower. Install pysqlite3, or SQLite 3.51.3 or later."
        )
    return SqliteCheck(safe, sentence)


class StoreBusy(StoreError):
    """Another program had the file locked for longer than the busy timeout; the file is fine."""

    title = "A local file is in use"
    hint = "Another wbtui is busy with it; try again in a moment."
    retryable = True


def _code(exc: Exception) -> int:
    return int(getattr(exc, "sqlite_errorcode", 0) or 0) & 0xFF


def is_interrupt(exc: BaseException) -> bool:
    """Return whether a statement was interrupted."""
    return isinstance(exc, sqlite3.OperationalError) and (
        _code(exc) == INTERRUPTED or str(exc) == "interrupted"
    )


def is_busy(exc: BaseException) -> bool:
    """Return whether another connection had the lock."""
    return isinstance(exc, sqlite3.OperationalError) and _code(exc) in (_BUSY, _LOCKED)


def is_corrupt(exc: BaseException) -> bool:
    """Return whether the file is damaged; busy, full and I/O errors are not damage.

    A table that a statement of ours does not find, or text that cannot be decoded, is damage too. The message
    of a damaged schema cannot be decoded itself.
    """
    if isinstance(exc, UnicodeDecodeError):
        return True
    if not isinstance(exc, sqlite3.DatabaseError):
        return False
    lost = ("no such table", "no such column", "no such index", "Could not decode to UTF-8")
    return _code(exc) in (_CORRUPT, _NOTADB) or (_code(exc) in (0, 1) and str(exc).startswith(lost))


def translate(exc: Exception, path: Path) -> StoreError:
    """Return an error of SQLite as a StoreError that names the file."""
    code = _code(exc)
    if code == _FULL:
        return StoreFull(f"There is no room left to write {path}.")
    if code in (_BUSY, _LOCKED):
        return StoreBusy(f"{path} is in use by another program.")
    if is_corrupt(exc):
        return StoreCorrupt(f"{path} is damaged or not a database.")
    if code == _READONLY:
        return StoreError(f"{path} cannot be written: it is read-only.", hint="Check its permissions.")
    if code == _CANTOPEN:
        return StoreError(f"{path} cannot be opened.", hint="Check the folder and its permissions.")
    if code == _IOERR:
        return StoreError(
            f"Reading or writing {path} failed ({exc}).", hint="Check the disk, its quota and free space."
        )
    return StoreError(f"{path}: {exc}.")


def set_journal_mode(connection: sqlite3.Connection, wanted: str, patience: float) -> None:
    """Change the journal mode where it differs, waiting up to `patience` seconds for other processes."""
    deadline = time.monotonic() + patience
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
            if mode != wanted:
                (mode,) = connection.execute(f"PRAGMA journal_mode={wanted}").fetchone()
            if mode == wanted or wanted == "wal":  # a file system without shared memory keeps its mode
                return
        except sqlite3.OperationalError as exc:
            if not is_busy(exc) or time.monotonic() > deadline:
                raise
        if time.monotonic() > deadline:
            return  # another process still has the log open; both modes are correct
        time.sleep(0.02)
