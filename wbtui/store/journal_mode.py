"""The journal mode of a database file: write-ahead log or rollback journal."""

from __future__ import annotations

import threading
import time

from wbtui.store.sqlite import is_busy, sqlite3


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
        threading.Event().wait(0.02)
