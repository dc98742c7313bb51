"""Progress of full syncs, page by page, so that they resume after a crash."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlite_utils import Database as Tool

from wbtui.models.instants import instant_of, micros
from wbtui.models.page import Page, SkippedRow
from wbtui.store.database import Connection
from wbtui.store.meta import get_meta, set_meta
from wbtui.store.writing import AHEAD, COMPLETED, remove_numbers

ListKind = Literal["customers", "invoices"]
_MOST_SKIPPED = 1_000


@dataclass(frozen=True, slots=True)
class FullSyncState:
    """Full sync of one list. `cursor` is the next page (None: not started, or completed).

    `rows` are stored so far, `total` is the server's count. `completed_at` None: still running.
    """

    cursor: str | None
    rows: int
    total: int | None
    updated: datetime
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SyncState:
    """Full syncs by kind, and the position in the change feed (`changes_cursor`).

    `confirmed_at`: when everything synced was last confirmed, also after it expired and was removed; None if
    it never was. `complete_since`: when the last full sync of customers was completed; None if none was.
    `skipped`: rows that could not be read, by kind.
    """

    full_syncs: Mapping[str, FullSyncState]
    changes_cursor: str | None
    confirmed_at: datetime | None
    complete_since: datetime | None
    skipped: Mapping[ListKind, tuple[SkippedRow, ...]]

    def running(self, kind: ListKind) -> FullSyncState | None:
        """Return the full sync to resume, None when none is running."""
        found = self.full_syncs.get(kind)
        return found if found is not None and found.completed_at is None else None

    @property
    def with_skipped_invoices(self) -> frozenset[str]:
        """The customers of whom an invoice could not be read; with "" where it could be anyone's."""
        skipped = self.skipped["invoices"]
        return frozenset(row.owner for row in skipped) | ({""} if len(skipped) >= _MOST_SKIPPED else set())


def read_state(connection: Connection) -> SyncState:
    """Return the stored progress."""
    sql = "SELECT kind, cursor, rows, total, updated, completed_at FROM sync_walks"
    full_syncs = {
        kind: FullSyncState(
            cursor, rows, total, instant_of(at), None if completed is None else instant_of(completed)
        )
        for kind, cursor, rows, total, at, completed in connection.execute(sql)
    }
    sql = "SELECT name, value, at FROM meta WHERE name IN ('changes_cursor', 'complete_since')"
    meta = {name: (value, at) for name, value, at in connection.execute(sql)}
    cursor, complete = meta.get("changes_cursor"), meta.get("complete_since")
    return SyncState(
        full_syncs,
        (cursor[0] or None) if cursor else None,
        instant_of(cursor[1]) if cursor and cursor[1] else None,
        instant_of(complete[1]) if complete else None,
        {kind: _skipped(connection, kind) for kind in get_args(ListKind)},
    )


# ── rows that could not be read ──────────────────────────────────────────────────────────────────
def _skipped(connection: Connection, kind: ListKind) -> tuple[SkippedRow, ...]:
    text = get_meta(connection, f"skipped:{kind}")
    return () if text is None else tuple(SkippedRow(*one) for one in json.loads(text))


def _set_skipped(tool: Tool, kind: ListKind, rows: Sequence[SkippedRow], at: datetime) -> None:
    set_meta(tool, f"skipped:{kind}", json.dumps([astuple(row) for row in rows[:_MOST_SKIPPED]]), at)


def add_skipped(tool: Tool, kind: ListKind, rows: Sequence[SkippedRow], at: datetime) -> None:
    """Add rows that could not be read to those that are reported to the agent."""
    if rows:
        ids = {row.id for row in rows}
        known = [row for row in _skipped(tool.conn, kind) if not row.id or row.id not in ids]
        _set_skipped(tool, kind, [*known, *rows], at)


def forget_skipped(tool: Tool, kind: ListKind, ids: Collection[str], at: datetime) -> None:
    """Remove rows that can be read again from those that are reported."""
    known = _skipped(tool.conn, kind)
    kept = [row for row in known if row.id not in ids]
    if len(kept) != len(known):
        _set_skipped(tool, kind, kept, at)


def advance(
    tool: Tool,
    kind: ListKind,
    page: Page[Any],
    at: datetime,
    *,
    restart: bool,
) -> set[str]:
    """Record that a page was stored. Call it in the transaction that stores its rows.

    After the last page, rows that the sync did not return were deleted at the server and are removed here
    too. Returns the ids of removed customers.
    """
    execute, now = tool.conn.execute, micros(at)
    if restart:
        forget_full_sync(tool, kind)
        _set_skipped(tool, kind, (), at)
    add_skipped(tool, kind, page.skipped, at)
    execute(
        "INSERT INTO sync_walks VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (kind) DO UPDATE SET"
        " cursor = excluded.cursor, rows = sync_walks.rows + excluded.rows,"
        " total = coalesce(excluded.total, sync_walks.total),"
        " changes_cursor = coalesce(sync_walks.changes_cursor, excluded.changes_cursor),"
        " updated = excluded.updated, completed_at = NULL",
        (kind, page.next, len(page.rows), page.total, page.changes_cursor, now, now),
    )
    if page.next is not None:
        return set()
    execute("UPDATE sync_walks SET completed_at = ? WHERE kind = ?", (now, kind))
    started, feed = execute(
        "SELECT started, changes_cursor FROM sync_walks WHERE kind = ?", (kind,)
    ).fetchone()
    if kind == "customers":
        set_meta(tool, "complete_since", "", at)
        if feed is not None:
            # What was confirmed by the feed before stays so; the full sync itself confirms what it stored.
            execute(
                "INSERT INTO meta VALUES ('changes_cursor', ?, ?) ON CONFLICT (name) DO UPDATE SET"
                " value = excluded.value WHERE meta.value = ''",
                (feed, started),
            )
    return _sweep(tool, kind, started, now)


def _sweep(tool: Tool, kind: ListKind, started: int, now: int) -> set[str]:
    """Remove what the full sync did not return: older rows, and those from before the clock was set back."""
    given = (started, now + AHEAD)
    if kind == "invoices":
        tool.conn.execute("DELETE FROM invoices WHERE fetched_at < ? OR fetched_at > ?", given)
        return set()
    sql = "SELECT n FROM customer_rows WHERE fetched_at < ? OR fetched_at > ?"
    return remove_numbers(tool, [n for (n,) in tool.conn.execute(sql, given)])


def store_changes_cursor(tool: Tool, cursor: str, at: datetime, *, at_end: bool) -> None:
    """Store the cursor of the feed; with `at_end`, also that it named every change up to `at`.

    Everything synced is confirmed then: one instant for all rows, none of which is written again.
    """
    execute = tool.conn.execute
    execute(
        "INSERT INTO meta VALUES ('changes_cursor', ?, 0) ON CONFLICT (name) DO UPDATE SET"
        " value = excluded.value",
        (cursor,),
    )
    if at_end:
        execute("UPDATE meta SET at = ? WHERE name = 'changes_cursor'", (micros(at),))


def forget_changes(tool: Tool) -> None:
    """Delete the cursor of the change feed; the next full sync stores a new one.

    The instant stays: what the feed confirmed until then is confirmed.
    """
    tool.conn.execute("UPDATE meta SET value = '' WHERE name = 'changes_cursor'")


def start_over(tool: Tool, before: int) -> None:
    """Delete the progress of full syncs started before `before` (microseconds), whose rows have expired."""
    forget_changes(tool)
    tool.conn.execute("DELETE FROM sync_walks WHERE started < ?", (before,))
    tool.conn.execute("DELETE FROM meta WHERE name = 'complete_since' AND at < ?", (before,))


def forget_full_sync(tool: Tool, kind: ListKind) -> None:
    """Delete the progress of a full sync."""
    tool.conn.execute("DELETE FROM sync_walks WHERE kind = ?", (kind,))
    if kind == "invoices":
        tool.conn.execute("UPDATE meta SET value = '' WHERE name = ?", (COMPLETED,))


@dataclass(frozen=True, slots=True)
class FeedConfirmation:
    """What following the feed says about the age of cached data; instants in microseconds.

    `at`: when all synced rows were last confirmed, 0 when never. Expired, and not shown, are parts of
    profiles fetched before `limit` and synced rows fetched before `synced_from`. `shown_from` is the same,
    but 0 when no customer has expired. Expired rows wait to be confirmed by the feed, or to be removed.
    """

    at: int
    limit: int
    synced_from: int
    shown_from: int


def confirmation(connection: Connection, before: datetime) -> FeedConfirmation:
    """Return the confirmation, given that rows expire which were last confirmed before `before`."""
    row = connection.execute("SELECT at FROM meta WHERE name = 'changes_cursor'").fetchone()
    at, limit = 0 if row is None else int(row[0]), micros(before)
    if at >= limit:
        return FeedConfirmation(at, limit, 0, 0)
    sql = "SELECT EXISTS (SELECT 1 FROM customer_rows WHERE fetched_at < ?)"
    (waiting,) = connection.execute(sql, (limit,)).fetchone()
    return FeedConfirmation(at, limit, limit, limit if waiting else 0)
