"""Renames a database together with what is in its write-ahead log, while other processes may be starting."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from wbtui.store import files
from wbtui.store.database import Connection, Database, Options, refuse_foreign
from wbtui.store.database_kind import Kind
from wbtui.store.sqlite import StoreBusy, is_busy, set_journal_mode, sqlite3

_PATIENCE = 2.0
"""Longest wait in seconds for another process that has the file open."""


def take_over(old: Path, new: Path, kind: Kind, options: Options | None = None) -> None:
    """Rename the database `old` to `new`, unless `new` exists. Does nothing when there is no `old`.

    A process that is killed meanwhile leaves either the whole `old` or the whole `new`. Raises StoreBusy
    while another process has `old` open, StoreCorrupt or another StoreError when it cannot be used; `old` is
    then left as it is.
    """
    options = options or Options()
    if options.read_only or options.in_memory or files.identity(old) is None:
        return
    with files.locked(new):
        if files.identity(new) is not None or files.identity(old) is None:
            return  # another process was faster
        files.prepare(old)
        database = Database(old, kind, replace(options, busy_seconds=min(options.busy_seconds, _PATIENCE)))
        try:
            database.outside_now(lambda connection: _rename(connection, database, new))
        finally:
            database.close_now()


def _rename(connection: Connection, database: Database, new: Path) -> None:
    old = database.path
    refuse_foreign(connection, database.kind, old)
    try:
        # In this mode nothing but the database itself is left between transactions.
        set_journal_mode(connection, "delete", database.options.busy_seconds)
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as exc:
        if not is_busy(exc):
            raise
        raise StoreBusy(f"An earlier version of wbtui has {old} open.", hint="Quit it first.") from exc
    try:
        if any(side.exists() for side in files.side_files(old)):
            raise StoreBusy(f"{old} is in use by another program.")
        files.rename(old, new)
    finally:
        connection.execute("ROLLBACK")
