"""The workspace: pins, recent customers, saved searches, queue marks and the last ticket of an agent.

A durable file of its own: clearing the cache does not touch it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlite_utils import Database as Tool

from wbtui.errors import StoreCorrupt
from wbtui.models.instants import instant_of, micros
from wbtui.models.saved import Mark, SavedSearch
from wbtui.store.blob_codec import storable
from wbtui.store.database import Connection, Database, Options, open_database
from wbtui.store.database_kind import Kind, migration
from wbtui.store.take_over import take_over

_RECENT = 50
_TABLES = (
    "CREATE TABLE pins (customer_id TEXT PRIMARY KEY, title TEXT NOT NULL, at INTEGER NOT NULL)",
    "CREATE TABLE recent (customer_id TEXT PRIMARY KEY, title TEXT NOT NULL, at INTEGER NOT NULL)",
    "CREATE INDEX recent_by_time ON recent (at)",
    "CREATE TABLE drafts (name TEXT PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE words (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
_QUEUE_TABLES = (
    "CREATE TABLE searches (id TEXT PRIMARY KEY, name TEXT NOT NULL, query TEXT NOT NULL, "
    "at INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE marks (queue TEXT NOT NULL, customer_id TEXT NOT NULL, made TEXT NOT NULL, until TEXT, "
    "at INTEGER NOT NULL, PRIMARY KEY (queue, customer_id)) WITHOUT ROWID",
    "CREATE INDEX marks_by_time ON marks (at)",
)
_MARKS = 20_000
"""Marks kept over all queues; the oldest go first."""


WORKSPACE = Kind(
    "workspace",
    0x77627444,
    (
        migration(*_TABLES),
        migration(*_QUEUE_TABLES),
        migration("ALTER TABLE words RENAME TO meta"),
    ),
    "FULL",
)
_EARLIER_NAME = "desk.db"
_FORGET_IN_DRAFTS = (
    "UPDATE drafts SET text = json_set(text, '$.seen', json((SELECT json_group_object(key, json(value)) "
    "FROM json_each(text, '$.seen') WHERE key <> ?))) WHERE json_valid(text) "
    "AND EXISTS (SELECT 1 FROM json_each(text, '$.customer_ids') WHERE value = ?)"
)


@dataclass(frozen=True, slots=True)
class QuickAccessEntry:
    """A pinned or recent customer: id, name at that time, and when it was added (UTC)."""

    customer_id: str
    title: str
    at: datetime


async def open_workspace(path: Path, *, options: Options | None = None) -> Workspace:
    """Open or create the workspace. Raises StoreError kinds; a damaged file is left alone.

    A file of its earlier name in the same folder becomes this one.
    """

    def work() -> Database:
        take_over(path.with_name(_EARLIER_NAME), path, WORKSPACE, options)
        return open_database(path, WORKSPACE, options)

    workspace = Workspace(await asyncio.to_thread(work))
    await workspace.last_ticket()
    return workspace


class Workspace:
    """An open workspace. Its methods can be awaited from any event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.ticket: str | None = None
        """The last ticket, as it was when it was last read or set."""

    async def _execute(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        def work(tool: Tool) -> None:
            for sql, parameters in statements:
                tool.conn.execute(sql, parameters)

        await self._database.write(work)

    async def _entries(self, table: str, limit: int) -> tuple[QuickAccessEntry, ...]:
        sql = f"SELECT customer_id, title, at FROM {table} ORDER BY at DESC LIMIT ?"

        def work(connection: Connection) -> tuple[QuickAccessEntry, ...]:
            return tuple(
                QuickAccessEntry(i, title, instant_of(at))
                for i, title, at in connection.execute(sql, (limit,))
            )

        return await self._database.read(work)

    # ── pins and recent customers ──
    async def pin(self, customer_id: str, title: str, at: datetime) -> None:
        """Pin a customer, or update the name of a pinned one."""
        sql = "INSERT OR REPLACE INTO pins VALUES (?, ?, ?)"
        await self._execute((sql, (storable(customer_id), storable(title), micros(at))))

    async def unpin(self, customer_id: str) -> None:
        """Unpin a customer; does nothing when they are not pinned."""
        await self._execute(("DELETE FROM pins WHERE customer_id = ?", (storable(customer_id),)))

    async def pins(self) -> tuple[QuickAccessEntry, ...]:
        """Return the pinned customers, the newest first."""
        return await self._entries("pins", 1_000)

    async def record_visit(self, customer_id: str, title: str, at: datetime) -> None:
        """Record that a customer was opened; the last 50 are kept."""
        trim = (
            "DELETE FROM recent WHERE rowid IN (SELECT rowid FROM recent ORDER BY at DESC LIMIT -1 OFFSET ?)"
        )
        row = (storable(customer_id), storable(title), micros(at))
        await self._execute(("INSERT OR REPLACE INTO recent VALUES (?, ?, ?)", row), (trim, (_RECENT,)))

    async def recent(self, limit: int = 10) -> tuple[QuickAccessEntry, ...]:
        """Return the customers opened last, the newest first."""
        return await self._entries("recent", limit)

    async def forget_customer(self, customer_id: str) -> None:
        """Remove the pin, the recent entry, all marks and drafts of a deleted customer.

        A draft for several customers stays, without its data of this customer.
        """
        key = (storable(customer_id),)
        await self._execute(
            ("DELETE FROM pins WHERE customer_id = ?", key),
            ("DELETE FROM recent WHERE customer_id = ?", key),
            ("DELETE FROM marks WHERE customer_id = ?", key),
            ("DELETE FROM drafts WHERE json_valid(text) AND json_extract(text, '$.customer_id') = ?", key),
            (_FORGET_IN_DRAFTS, key * 2),
        )

    # ── saved searches ──
    async def put_search(self, search: SavedSearch, at: datetime) -> None:
        """Save a search; one with the same id is replaced and keeps its marks."""
        sql = "INSERT OR REPLACE INTO searches VALUES (?, ?, ?, ?)"
        row = (search.id, storable(search.name), storable(search.query), micros(at))
        await self._execute((sql, row))

    async def drop_search(self, search_id: str) -> None:
        """Delete a search and the marks of its queue; does nothing when there is none."""
        key = (storable(search_id),)
        await self._execute(
            ("DELETE FROM searches WHERE id = ?", key), ("DELETE FROM marks WHERE queue = ?", key)
        )

    async def searches(self) -> tuple[SavedSearch, ...]:
        """Return the saved searches, by name."""
        sql = "SELECT id, name, query FROM searches ORDER BY name COLLATE NOCASE, id"
        return await self._database.read(lambda c: tuple(SavedSearch(*row) for row in c.execute(sql)))

    # ── marks: customers done or snoozed, by queue ──
    async def put_mark(self, queue: str, mark: Mark, at: datetime) -> None:
        """Mark a customer as done or snoozed; an earlier mark in the same queue is replaced."""
        sql = "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?)"
        until = mark.until.isoformat() if mark.until is not None else None
        row = (storable(queue), storable(mark.customer_id), mark.made.isoformat(), until, micros(at))
        trim = (
            "DELETE FROM marks WHERE (queue, customer_id) IN "
            "(SELECT queue, customer_id FROM marks ORDER BY at DESC LIMIT -1 OFFSET ?)"
        )
        await self._execute((sql, row), (trim, (_MARKS,)))

    async def drop_marks(self, queue: str, customer_ids: Iterable[str]) -> None:
        """Remove marks, so that these customers are in the queue again; does nothing where there is none."""
        sql = "DELETE FROM marks WHERE queue = ? AND customer_id = ?"
        if rows := [(sql, (storable(queue), storable(one))) for one in customer_ids]:
            await self._execute(*rows)

    async def marks(self, queue: str) -> dict[str, Mark]:
        """Return the marks of a queue by customer id, those that have run out included."""
        sql = "SELECT customer_id, made, until FROM marks WHERE queue = ?"
        rows = await self._database.read(lambda c: list(c.execute(sql, (storable(queue),))))
        try:
            return {
                i: Mark(i, date.fromisoformat(made), date.fromisoformat(until) if until else None)
                for i, made, until in rows
            }
        except (TypeError, ValueError) as exc:
            raise StoreCorrupt("A date in the workspace cannot be read.") from exc

    # ── drafts ──
    async def put_draft(self, draft_id: str, text: str, at: datetime) -> None:
        """Save a draft as JSON text; one with the same id is replaced."""
        row = (draft_id, storable(text), micros(at))
        await self._execute(("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?)", row))

    async def drafts(self) -> tuple[tuple[str, str, datetime], ...]:
        """Return id, text and time of the drafts, the newest first.

        Raises StoreErrors, also where an empty workspace replaces one that cannot be read.
        """
        self._database.check_readable()
        sql = "SELECT name, text, at FROM drafts ORDER BY at DESC, name"

        def work(connection: Connection) -> tuple[tuple[str, str, datetime], ...]:
            return tuple((name, text, instant_of(at)) for name, text, at in connection.execute(sql))

        return await self._database.read(work)

    async def drop_drafts(self, draft_ids: Iterable[str]) -> None:
        """Delete drafts; does nothing for ids that are not there."""
        await self._execute(*(("DELETE FROM drafts WHERE name = ?", (one,)) for one in draft_ids))

    # ── notes ──
    async def put_note(self, name: str, text: str) -> None:
        """Save a note under a name."""
        await self._execute(("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, storable(text))))

    async def note(self, name: str) -> str | None:
        """Return a note, None when there is none."""
        sql = "SELECT value FROM meta WHERE name = ?"
        row = await self._database.read(lambda c: c.execute(sql, (name,)).fetchone())
        return None if row is None else str(row[0])

    async def set_last_ticket(self, ticket: str) -> None:
        """Remember the support ticket, to fill it in on the next form; an empty one clears it."""
        await self.put_note("last_ticket", ticket)
        self.ticket = ticket or None

    async def last_ticket(self) -> str | None:
        """Return the support ticket last set or used, None when there is none."""
        self.ticket = await self.note("last_ticket") or None
        return self.ticket

    async def set_export_columns(self, names: Iterable[str]) -> None:
        """Remember the columns of the last CSV file of customers."""
        await self.put_note("export_columns", ",".join(names))

    async def export_columns(self) -> list[str]:
        """Return the columns of the last CSV file of customers, none before the first."""
        names = await self.note("export_columns")
        return names.split(",") if names else []

    async def close(self) -> None:
        """Close the file. May be called twice."""
        await self._database.close()
