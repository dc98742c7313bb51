"""The journal: actions that an agent confirmed, with their outcomes; durable before a call returns.

intended → sent → done | refused | pending | unknown | not_sent, or intended → withdrawn. A settled entry
stays settled; no entry is ever removed; portal links are never written. Methods named `…_now` block: actions
run in a thread of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database as Tool

from wbtui.errors import NotCached, StoreCorrupt, Unresolved
from wbtui.models.actions import Action, read_action
from wbtui.models.instants import micros
from wbtui.models.preview import Change, Intent, JournalEntry, Outcome, Status
from wbtui.store import owner as owners
from wbtui.store.blob_codec import storable
from wbtui.store.bulks import Bulks, begin_item
from wbtui.store.database import Connection, Database, Options, open_database
from wbtui.store.journal_rows import ALLOWED, CHANGES, COLUMNS, JOURNAL, REFS, WrongState, entry_of, row_of
from wbtui.store.sqlite import sqlite3

Clock = Callable[[], datetime]
_OPEN = (Status.INTENDED.value, Status.SENT.value, Status.UNKNOWN.value)
_ABANDONED_AFTER = timedelta(hours=1)
"""Age at which an entry of a process on another machine counts as abandoned; no action takes as long."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmed action, for checking its outcome or sending the same bytes again."""

    action: Action
    body: bytes
    basis: str
    changes: tuple[Change, ...]
    conflict_key: str | None


async def open_journal(
    path: Path,
    *,
    clock: Clock,
    owner: str | None = None,
    is_alive: Callable[[str], bool | None] = owners.is_alive,
    options: Options | None = None,
) -> Journal:
    """Open or create the journal. Raises StoreCorrupt for a damaged file, which is left alone.

    `owner` names this process, `is_alive` tells whether another one still runs. Raises StoreError kinds.
    """
    try:
        database = await asyncio.to_thread(open_database, path, JOURNAL, options)
    except StoreCorrupt as exc:
        raise StoreCorrupt(
            f"The journal {path} is damaged.",
            hint="It is left as it is: keep a copy, then move it away. Until then no action is sent.",
        ) from exc
    return Journal(database, clock, owner or owners.this_process(), is_alive)


class Journal:
    """An open journal.

    Attributes:
        bulks: the bulk actions that its entries are part of.
    """

    def __init__(
        self, database: Database, clock: Clock, owner: str, is_alive: Callable[[str], bool | None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner
        self._is_alive = is_alive
        self.bulks = Bulks(database, clock, owner, self._is_running)

    def _is_running(self, owner: str, since: int) -> bool:
        """Whether a process still runs; one on another machine counts as ended after a while."""
        alive = self._is_alive(owner)
        return since > micros(self._clock() - _ABANDONED_AFTER) if alive is None else alive

    @property
    def notices(self) -> tuple[str, ...]:
        """Warnings about the file (network file system, unsafe SQLite)."""
        return tuple(self._database.notices)

    # ── writing ──
    def _move(self, tool: Tool, key: str, to: Status, **changes: Any) -> None:
        (status,) = _row(tool.conn, "status", key)
        now = Status(status)
        if now is to and to.settled:
            return
        if to not in ALLOWED.get(now, frozenset()):
            raise WrongState(f"The entry is {now.value}; it cannot become {to.value}.")
        if to.settled:
            changes["settled_at"] = micros(self._clock())
        sets = ", ".join(f"{name} = ?" for name in ("status", *changes))
        tool.conn.execute(
            f"UPDATE entries SET {sets} WHERE key = ?",  # names are ours
            (to.value, *changes.values(), key),
        )

    def _sent(self, tool: Tool, key: str) -> None:
        self._move(tool, key, Status.SENT, sent_at=micros(self._clock()), owner=self._owner, trouble=None)
        tool.conn.execute("UPDATE entries SET attempts = attempts + 1 WHERE key = ?", (key,))

    def _settle(self, tool: Tool, key: str, outcome: Outcome) -> None:
        sentence = outcome.customer_sentence
        if sentence is not None and outcome.link:
            sentence = sentence.replace(outcome.link, "(link not kept)")
        self._move(
            tool,
            key,
            outcome.status,
            rule=None if outcome.rule is None else outcome.rule.model_dump_json(),
            trouble=storable(outcome.trouble or outcome.pending_reason),
            customer_sentence=storable(sentence),
            objects=REFS.dump_json(outcome.objects).decode(),
        )

    def record_intent_now(
        self,
        intent: Intent,
        *,
        customer_title: str,
        summary: str,
        today: date | None,
        label: str | None = None,
        conflict_key: str | None = None,
        bulk: tuple[str, int] | None = None,
    ) -> None:
        """Write an action as `intended`; on disk when this returns. If it raises, nothing may be sent.

        `conflict_key` names what two actions must not both do ("refund:pay_1"), `bulk` is the id of a bulk
        action and the number of this item. Raises Unresolved while another entry with the same key is open,
        in any wbtui of this user; StoreFull when the disk is full; WrongState for an idempotency key used
        before and for an item that may have been sent; another StoreError when the file cannot be written.
        """
        row = {
            **row_of(intent, label),
            "customer": storable(customer_title),
            "summary": storable(summary),
            "created": micros(self._clock()),
            "today": None if today is None else today.isoformat(),
            "conflict_key": conflict_key,
            "bulk_id": None if bulk is None else bulk[0],
            "bulk_number": None if bulk is None else bulk[1],
            "owner": self._owner,
        }

        def work(tool: Tool) -> None:
            sql = f"SELECT summary FROM entries WHERE conflict_key = ? AND status IN {_OPEN}"
            earlier = tool.conn.execute(sql, (conflict_key,)).fetchone()
            if earlier is not None:
                raise Unresolved(str(earlier[0]))
            if bulk is not None:
                begin_item(tool, bulk, self._owner)
            try:
                tool.conn.execute(
                    f"INSERT INTO entries ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                    tuple(row.values()),
                )
            except sqlite3.IntegrityError as exc:
                raise WrongState("This action is in the journal already.") from exc

        self._database.write_now(work)

    def sent_now(self, key: str) -> None:
        """Record that bytes are about to be sent. Raises WrongState (then do not send), StoreError kinds."""
        self._database.write_now(lambda tool: self._sent(tool, key))

    def settle_now(self, key: str, outcome: Outcome) -> None:
        """Record the outcome; recording it again changes nothing. Raises WrongState, NotCached."""
        self._database.write_now(lambda tool: self._settle(tool, key, outcome))

    def unknown_now(self, key: str, trouble: str) -> None:
        """Record that it may have been carried out; `trouble` says why that is not known."""
        self._database.write_now(lambda t: self._move(t, key, Status.UNKNOWN, trouble=storable(trouble)))

    def withdraw_now(self, key: str) -> None:
        """Record that it was cancelled before anything was sent. Raises WrongState when it was sent."""
        self._database.write_now(lambda tool: self._move(tool, key, Status.WITHDRAWN))

    # ── after a crash ──
    def _recover(self, tool: Tool) -> tuple[str, ...]:
        sql = "SELECT key, status, owner, created, sent_at FROM entries WHERE status IN ('intended', 'sent')"
        keys = []
        for key, status, owner, created, sent_at in tool.conn.execute(sql).fetchall():
            if owner != self._owner and self._is_running(owner, sent_at or created):
                continue
            if status == Status.INTENDED.value:
                self._move(tool, key, Status.WITHDRAWN, trouble="wbtui ended before it was sent.")
            else:
                self._move(tool, key, Status.UNKNOWN, trouble="wbtui ended before the answer came.")
            keys.append(key)
        return tuple(keys)

    async def recover(self) -> tuple[str, ...]:
        """Resolve the open entries of processes that ended; returns their keys.

        What was intended was never sent and becomes `withdrawn`; what was sent becomes `unknown`. Entries of
        a wbtui that still runs are left alone.
        """
        return await self._database.write(self._recover)

    # ── reading ──
    async def entries(self, limit: int = 200, *, and_open: bool = False) -> tuple[JournalEntry, ...]:
        """Return the last entries, the newest first; with `and_open` also older ones that are not settled.

        Raises StoreErrors, also where an empty journal replaces one that cannot be read.
        """
        self._database.check_readable()
        chosen = "SELECT n FROM (SELECT n FROM entries ORDER BY n DESC LIMIT ?)"
        if and_open:
            chosen += f" UNION SELECT n FROM entries WHERE status IN {_OPEN}"
        sql = f"SELECT {COLUMNS} FROM entries WHERE n IN ({chosen}) ORDER BY n DESC"
        return await self._database.read(
            lambda c: tuple(entry_of(row) for row in c.execute(sql, (max(limit, 0),)))
        )

    async def similar(self, action: Action, since: datetime) -> tuple[JournalEntry, ...]:
        """Return the entries of the same action since then that may have had an effect, newest first."""
        sql = f"""SELECT {COLUMNS}, action FROM entries WHERE customer_id = ? AND kind = ? AND created >= ?
            AND status IN ('sent', 'unknown', 'pending', 'done') ORDER BY n DESC"""
        values = (storable(action.customer_id), action.kind, micros(since))
        rows = await self._database.read(lambda c: c.execute(sql, values).fetchall())
        return tuple(entry_of(row[:-1]) for row in rows if action.same_as(read_action(row[-1])))

    async def poll_changes(self) -> bool:
        """Return whether another process has changed the journal since the last call; at first False."""
        return await self._database.poll_changes()

    async def counts(self) -> tuple[int, int]:
        """Return the number of entries, and of those that are not settled."""
        sql = f"SELECT count(*), count(*) FILTER (WHERE status IN {_OPEN}) FROM entries"
        total, unsettled = await self._database.read(lambda c: c.execute(sql).fetchone())
        return int(total), int(unsettled)

    async def known(self, keys: Iterable[str]) -> frozenset[str]:
        """Return those of the keys that have an entry."""
        asked = tuple(keys)
        sql = f"SELECT key FROM entries WHERE key IN ({', '.join('?' * len(asked))})"
        return await self._database.read(lambda c: frozenset(key for (key,) in c.execute(sql, asked)))

    def entry_now(self, key: str) -> JournalEntry:
        """Return one entry. Raises NotCached."""
        return entry_of(self._database.read_now(lambda c: _row(c, COLUMNS, key)))

    def confirmed_now(self, key: str) -> Confirmed:
        """Return the action confirmed under a key. Raises NotCached."""
        return self._database.read_now(lambda c: _confirmed(c, key))

    async def body(self, key: str) -> bytes:
        """Return the exact bytes that were or would be sent. Raises NotCached."""
        return (await self._database.read(lambda c: _confirmed(c, key))).body

    def unresolved_now(self) -> tuple[JournalEntry, ...]:
        """Return the entries whose outcome is unknown, the oldest first."""
        return self._database.read_now(_unresolved)

    async def unresolved(self) -> tuple[JournalEntry, ...]:
        """Return the entries whose outcome is unknown, the oldest first."""
        return await self._database.read(_unresolved)

    async def close(self) -> None:
        """Close the file. May be called twice."""
        await self._database.close()


def _row(connection: Connection, columns: str, key: str) -> Any:
    """Return columns of an entry. Raises NotCached."""
    row = connection.execute(f"SELECT {columns} FROM entries WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise NotCached("There is no such entry in the journal.")
    return row


def _confirmed(connection: Connection, key: str) -> Confirmed:
    columns = "action, body, basis, observed, conflict_key"
    action, body, basis, observed, conflict_key = _row(connection, columns, key)
    return Confirmed(read_action(action), bytes(body), basis, CHANGES.validate_json(observed), conflict_key)


def _unresolved(connection: Connection) -> tuple[JournalEntry, ...]:
    sql = f"SELECT {COLUMNS} FROM entries WHERE status = ? ORDER BY n"
    return tuple(entry_of(row) for row in connection.execute(sql, (Status.UNKNOWN.value,)))
