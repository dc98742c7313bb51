"""Named values of the cache: its revision, what is in progress, and the date that derived data follows."""

from __future__ import annotations

from datetime import date, datetime

from sqlite_utils import Database as Tool

from wbtui.models.instants import micros
from wbtui.store.blob_codec import storable
from wbtui.store.database import Connection

DATE = "date"
"""Name in `meta` of the server's date (ordinal) that columns and search texts follow, see `date_change`."""


def get_meta(connection: Connection, name: str) -> str | None:
    """Return a value of `meta`, None when there is none."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def set_meta(tool: Tool, name: str, value: str, at: datetime) -> None:
    """Set a value of `meta`."""
    tool.conn.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (name, storable(value), micros(at)))


def date_of(connection: Connection) -> date | None:
    """Return the server's date that columns and search texts follow, None in a new cache."""
    value = get_meta(connection, DATE)
    return None if value is None else date.fromordinal(int(value))


def increment_revision(tool: Tool) -> None:
    """Increment the revision: known positions of search results become invalid."""
    tool.conn.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'revision'")
