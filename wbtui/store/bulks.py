"""Bulk actions in the journal: what was confirmed together, and which items were skipped.

An item that was sent has a journal entry, which names the bulk action and the item's number. The database
itself allows one entry for an item that is not certain to have had no effect.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlite_utils import Database as Tool

from wbtui.errors import NotCached
from wbtui.models.actions import read_action
from wbtui.models.bulk import Bulk, BulkItem, ItemStatus, LeftOut, item_result
from wbtui.models.instants import instant_of, micros
from wbtui.models.preview import Preview, Rule, Status
from wbtui.store.blob_codec import storable
from wbtui.store.database import Connection, Database
from wbtui.store.journal_rows import WrongState

_NO_BULK = "There is no such bulk action in the journal."


class Bulks:
    """The bulk actions of a journal. `owner` names this process; methods named `…_now` block."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        owner: str,
        is_running: Callable[[str, int], bool],
    ) -> None:
        """`is_running` returns whether the owner of a record, made at an instant, still runs."""
        self._database = database
        self._clock = clock
        self._owner = owner
        self._is_running = is_running

    def record_now(self, bulk: Bulk) -> None:
        """Write a confirmed bulk action. If it raises a StoreError kind, nothing of it may be sent."""

        def work(tool: Tool) -> None:
            left_out = json.dumps([(one.customer_id, one.customer, one.trouble) for one in bulk.left_out])
            row = (bulk.id, bulk.kind, bulk.stop_on_error, micros(bulk.created), self._owner, left_out)
            columns = "id, kind, stop_on_error, created, owner, left_out"
            tool.conn.execute(f"INSERT INTO bulks ({columns}) VALUES (?, ?, ?, ?, ?, ?)", row)
            tool.conn.executemany(
                "INSERT INTO bulk_items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_item_row(bulk.id, item) for item in bulk.items],
            )

        self._database.write_now(work)

    def claim_now(self, bulk_id: str) -> Bulk:
        """Take over an unfinished bulk action. Raises NotCached; WrongState when another wbtui runs it."""

        def work(tool: Tool) -> None:
            sql = "SELECT owner, created, ended FROM bulks WHERE id = ?"
            row = tool.conn.execute(sql, (bulk_id,)).fetchone()
            if row is None:
                raise NotCached(_NO_BULK)
            owner, created, ended = row
            if ended is not None:
                raise WrongState("This bulk action has ended.")
            if owner != self._owner and self._is_running(owner, created):
                raise WrongState("Another wbtui is running this bulk action.")
            tool.conn.execute("UPDATE bulks SET owner = ? WHERE id = ?", (self._owner, bulk_id))

        self._database.write_now(work)
        return self._database.read_now(lambda connection: _read(connection, bulk_id))

    def skip_now(self, bulk_id: str, item: BulkItem) -> None:
        """Record the status of an item that was not sent, with its `trouble`."""
        sql = "UPDATE bulk_items SET skipped = ?, trouble = ? WHERE bulk_id = ? AND number = ?"
        values = (item.status.value, storable(item.trouble), bulk_id, item.number)
        self._database.write_now(lambda tool: tool.conn.execute(sql, values))

    def end_now(self, bulk_id: str) -> None:
        """Record that nothing more of it will be sent."""
        sql = "UPDATE bulks SET ended = ? WHERE id = ? AND ended IS NULL"
        values = (micros(self._clock()), bulk_id)
        self._database.write_now(lambda tool: tool.conn.execute(sql, values))

    async def read(self, bulk_id: str) -> Bulk:
        """Return a bulk action. Raises NotCached."""
        return await self._database.read(lambda connection: _read(connection, bulk_id))

    async def unfinished(self) -> tuple[Bulk, ...]:
        """Return those of which items are left and that no other running wbtui has, the newest first.

        One that was killed with its last item has not ended, but there is nothing to continue.
        """

        def work(connection: Connection) -> tuple[Bulk, ...]:
            sql = "SELECT id, owner, created FROM bulks WHERE ended IS NULL ORDER BY created DESC"
            rows = connection.execute(sql).fetchall()
            free = [i for i, owner, at in rows if owner == self._owner or not self._is_running(owner, at)]
            found = (_read(connection, bulk_id) for bulk_id in free)
            return tuple(bulk for bulk in found if bulk.left)

        return await self._database.read(work)

    async def last(self) -> Bulk | None:
        """Return the newest bulk action, None when there was none."""

        def work(connection: Connection) -> Bulk | None:
            row = connection.execute("SELECT id FROM bulks ORDER BY created DESC LIMIT 1").fetchone()
            return None if row is None else _read(connection, row[0])

        return await self._database.read(work)


def begin_item(tool: Tool, bulk: tuple[str, int], owner: str) -> None:
    """Check that an item may be sent, in the transaction that records its intent.

    Raises WrongState when this process does not own the bulk action, or it has ended.
    """
    row = tool.conn.execute("SELECT owner, ended FROM bulks WHERE id = ?", bulk[:1]).fetchone()
    if row is None or row[0] != owner or row[1] is not None:
        raise WrongState("This bulk action has ended or was taken over by another wbtui.")
    tool.conn.execute(
        "UPDATE bulk_items SET skipped = NULL, trouble = NULL WHERE bulk_id = ? AND number = ?", bulk
    )


def _item_row(bulk_id: str, item: BulkItem) -> tuple[object, ...]:
    skipped = None if item.status is ItemStatus.NOT_TRIED else item.status.value
    return (
        bulk_id,
        item.number,
        storable(item.customer),
        storable(item.summary),
        storable(item.label),
        item.action.model_dump_json(exclude_unset=True),
        item.preview.model_dump_json(),
        skipped,
        storable(item.trouble),
    )


def _read(connection: Connection, bulk_id: str) -> Bulk:
    sql = "SELECT kind, stop_on_error, created, ended, left_out FROM bulks WHERE id = ?"
    row = connection.execute(sql, (bulk_id,)).fetchone()
    if row is None:
        raise NotCached(_NO_BULK)
    sql = """SELECT i.number, i.customer, i.summary, i.label, i.action, i.preview, i.skipped, i.trouble,
            e.key, e.status, e.rule, e.trouble
        FROM bulk_items AS i LEFT JOIN entries AS e ON e.n = (
            SELECT max(n) FROM entries WHERE bulk_id = i.bulk_id AND bulk_number = i.number)
        WHERE i.bulk_id = ? ORDER BY i.number"""
    items = tuple(_item(found) for found in connection.execute(sql, (bulk_id,)))
    kind, stop_on_error, created, ended, left_out = row
    return Bulk(
        bulk_id,
        kind,
        bool(stop_on_error),
        instant_of(created),
        items,
        None if ended is None else instant_of(ended),
        tuple(LeftOut(*one) for one in json.loads(left_out)),
    )


def _item(row: Any) -> BulkItem:
    number, customer, summary, label, action, preview, skipped, why, key, status, rule, trouble = row
    found, reason = ItemStatus.NOT_TRIED, None
    if skipped is not None:
        found, reason = ItemStatus(skipped), why
    elif status is not None:
        said = None if rule is None else Rule.model_validate_json(rule)
        found, reason = item_result(Status(status), said, trouble)
    return BulkItem(
        number=number,
        action=read_action(action),
        preview=Preview.model_validate_json(preview),
        customer=customer,
        summary=summary,
        label=label,
        status=found,
        trouble=reason,
        key=key,
    )
