"""The journal: what this agent meant to do and did. A file of its own, durable before a call returns.

intended → sent → done | refused | pending | unknown | not_sent, or intended → withdrawn. A settled row
never becomes unsettled; nothing is ever removed; a portal link is never written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database as Tool

from wbtui.errors import NotCached, StoreCorrupt, StoreError, Unresolved
from wbtui.models.action import ACTION, Action
from wbtui.models.money import Money
from wbtui.models.preview import Change, Intent, JournalEntry, Outcome, Status
from wbtui.store import owner as owners
from wbtui.store.blob_codec import storable
from wbtui.store.cache_columns import micros
from wbtui.store.database import Connection, Database, Options, open_database
from wbtui.store.journal_rows import (
    ALLOWED,
    COLUMNS,
    JOURNAL,
    dump_refs,
    dump_rule,
    entry_of,
    insert,
    load_changes,
)
from wbtui.store.sqlite import sqlite3

Clock = Callable[[], datetime]
_OPEN = (Status.INTENDED.value, Status.SENT.value, Status.UNKNOWN.value)
_ELSEWHERE = timedelta(hours=1)
"""A row of a process on another machine counts as abandoned after this; no command takes as long."""


class WrongState(StoreError):
    """A journal entry is not in a state from which this may follow; nothing was changed."""

    title = "The journal says otherwise"
    hint = "Open the journal (J): another wbtui may have dealt with it."


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What was confirmed, for looking an outcome up or sending the same bytes again."""

    action: Action
    body: bytes
    basis: str
    observed: tuple[Change, ...]
    conflict_key: str | None


async def open_journal(
    path: Path,
    *,
    clock: Clock,
    owner: str | None = None,
    is_alive: Callable[[str], bool | None] = owners.is_alive,
    options: Options | None = None,
) -> Journal:
    """Open or make the journal. A damaged one is never touched: raises StoreCorrupt.

    `owner` names this process, `is_alive` tells whether another one still runs. Raises StoreError kinds.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, open_journal_now, path, clock, owner, is_alive, options)


def open_journal_now(
    path: Path,
    clock: Clock,
    owner: str | None = None,
    is_alive: Callable[[str], bool | None] = owners.is_alive,
    options: Options | None = None,
) -> Journal:
    """Like `open_journal`, blocking."""
    try:
        database = open_database(path, JOURNAL, options)
    except StoreCorrupt as exc:
        raise StoreCorrupt(
            f"The journal {path} is damaged.",
            hint="It is left as it is: keep a copy, then move it away. Until then no money command is sent.",
        ) from exc
    return Journal(database, clock, owner or owners.this_process(), is_alive)


class Journal:
    """An open journal. Each method has a blocking twin `…_now`, for the money thread."""

    def __init__(
        self, database: Database, clock: Clock, owner: str, is_alive: Callable[[str], bool | None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner
        self._is_alive = is_alive

    @property
    def path(self) -> Path:
        return self._database.path

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences about the file for `doctor` (network file system, unsafe SQLite)."""
        return tuple(self._database.notices)

    # ── writing ──
    def _record_intent(
        self,
        tool: Tool,
        intent: Intent,
        customer_title: str,
        summary: str,
        money: Money | None,
        today: date | None,
        conflict_key: str | None,
    ) -> None:
        if conflict_key is not None:
            sql = f"SELECT summary FROM entries WHERE purpose = ? AND status IN {_OPEN}"
            earlier = tool.conn.execute(sql, (conflict_key,)).fetchone()
            if earlier is not None:
                raise Unresolved(f"The outcome of “{earlier[0]}” is not known yet.")
        try:
            insert(
                tool,
                intent,
                customer_title=customer_title,
                summary=summary,
                money=money,
                today=today,
                conflict_key=conflict_key,
                owner=self._owner,
                at=self._clock(),
            )
        except sqlite3.IntegrityError as exc:
            raise WrongState("This command is in the journal already.") from exc

    def _move(self, tool: Tool, key: str, to: Status, **changes: Any) -> None:
        row = tool.conn.execute("SELECT status FROM entries WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise NotCached("There is no such entry in the journal.")
        now = Status(row[0])
        if now is to and to.settled:
            return  # said twice
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
            rule=dump_rule(outcome.rule),
            trouble=_text(outcome.trouble or outcome.pending_reason),
            customer_sentence=_text(sentence),
            objects=dump_refs(outcome.objects),
        )

    def intend_now(
        self,
        intent: Intent,
        *,
        customer_title: str,
        summary: str,
        money: Money | None,
        today: date | None,
        conflict_key: str | None = None,
    ) -> None:
        """Write an intent down; on disk when this returns. See `intend`."""
        self._database.write_now(
            lambda tool: self._record_intent(
                tool, intent, customer_title, summary, money, today, conflict_key
            )
        )

    async def record_intent(
        self,
        intent: Intent,
        *,
        customer_title: str,
        summary: str,
        money: Money | None,
        today: date | None,
        conflict_key: str | None = None,
    ) -> None:
        """Write an intent down as `intended`; on disk when this returns.

        `purpose` names what two commands must not both do ("refund:pay_1"): raises Unresolved while another
        entry of it is open, in whichever wbtui of this user. Raises StoreFull when there is no room,
        WrongState for a key used before, another StoreError when the file cannot be written. Then nothing
        may be sent.
        """
        await self._database.write(
            lambda tool: self._record_intent(
                tool, intent, customer_title, summary, money, today, conflict_key
            )
        )

    def sent_now(self, key: str) -> None:
        """Note that bytes are about to leave. Raises WrongState (then do not send), StoreError kinds."""
        self._database.write_now(lambda tool: self._sent(tool, key))

    async def sent(self, key: str) -> None:
        """See `sent_now`."""
        await self._database.write(lambda tool: self._sent(tool, key))

    def settle_now(self, key: str, outcome: Outcome) -> None:
        """Note what became of it. Saying the same again changes nothing; raises WrongState, NotCached."""
        self._database.write_now(lambda tool: self._settle(tool, key, outcome))

    async def settle(self, key: str, outcome: Outcome) -> None:
        """See `settle_now`."""
        await self._database.write(lambda tool: self._settle(tool, key, outcome))

    def unknown_now(self, key: str, trouble: str) -> None:
        """Note that it may have run; `trouble` says why that is not known."""
        self._database.write_now(lambda t: self._move(t, key, Status.UNKNOWN, trouble=_text(trouble)))

    async def unknown(self, key: str, trouble: str) -> None:
        """See `unknown_now`."""
        await self._database.write(lambda t: self._move(t, key, Status.UNKNOWN, trouble=_text(trouble)))

    def not_sent_now(self, key: str, trouble: str) -> None:
        """Note that it is certain that nothing arrived."""
        self._database.write_now(lambda t: self._move(t, key, Status.NOT_SENT, trouble=_text(trouble)))

    async def not_sent(self, key: str, trouble: str) -> None:
        """See `not_sent_now`."""
        await self._database.write(lambda t: self._move(t, key, Status.NOT_SENT, trouble=_text(trouble)))

    def withdraw_now(self, key: str) -> None:
        """Note that it was taken back before anything left. Raises WrongState when it was sent."""
        self._database.write_now(lambda tool: self._move(tool, key, Status.WITHDRAWN))

    async def withdraw(self, key: str) -> None:
        """See `withdraw_now`."""
        await self._database.write(lambda tool: self._move(tool, key, Status.WITHDRAWN))

    # ── after a crash ──
    def _recover(self, tool: Tool) -> tuple[str, ...]:
        sql = "SELECT key, status, owner, created, sent_at FROM entries WHERE status IN ('intended', 'sent')"
        keys = []
        for key, status, owner, created, sent_at in tool.conn.execute(sql).fetchall():
            alive = owner != self._owner and self._is_alive(owner)
            if alive is None:
                alive = (sent_at or created) > micros(self._clock() - _ELSEWHERE)
            if alive:
                continue
            if status == Status.INTENDED.value:
                self._move(tool, key, Status.WITHDRAWN, trouble="wbtui ended before it was sent.")
            else:
                self._move(tool, key, Status.UNKNOWN, trouble="wbtui ended before the answer came.")
            keys.append(key)
        return tuple(keys)

    def recover_now(self) -> tuple[str, ...]:
        """See `recover`."""
        return self._database.write_now(self._recover)

    async def recover(self) -> tuple[str, ...]:
        """At start: what a dead wbtui had intended is withdrawn (it never left), what it had sent is unknown.

        Rows of a wbtui that still runs are left alone. The keys of the rows that changed.
        """
        return await self._database.write(self._recover)

    # ── reading ──
    def entries_now(self, limit: int = 200, *, customer_id: str | None = None) -> tuple[JournalEntry, ...]:
        """See `entries`."""
        return self._database.read_now(lambda c: _entries(c, limit, customer_id))

    async def entries(self, limit: int = 200, *, customer_id: str | None = None) -> tuple[JournalEntry, ...]:
        """The newest entries first, of one customer or of all."""
        return await self._database.read(lambda c: _entries(c, limit, customer_id))

    def entry_now(self, key: str) -> JournalEntry:
        """See `entry`."""
        return self._database.read_now(lambda c: _entry(c, key))

    async def entry(self, key: str) -> JournalEntry:
        """One entry. Raises NotCached."""
        return await self._database.read(lambda c: _entry(c, key))

    def confirmed_now(self, key: str) -> Confirmed:
        """See `confirmed`."""
        return self._database.read_now(lambda c: _confirmed(c, key))

    async def confirmed(self, key: str) -> Confirmed:
        """What was confirmed under a key. Raises NotCached."""
        return await self._database.read(lambda c: _confirmed(c, key))

    def body_now(self, key: str) -> bytes:
        """See `body`."""
        return self.confirmed_now(key).body

    async def body(self, key: str) -> bytes:
        """The exact bytes that were or would be sent. Raises NotCached."""
        return (await self.confirmed(key)).body

    def unresolved_now(self) -> tuple[JournalEntry, ...]:
        """See `unresolved`."""
        return self._database.read_now(_unresolved)

    async def unresolved(self) -> tuple[JournalEntry, ...]:
        """Entries whose outcome is unknown, oldest first: to be looked up before anything else is sent."""
        return await self._database.read(_unresolved)

    def close_now(self) -> None:
        """Close the file. May be called twice."""
        self._database.close_now()

    async def close(self) -> None:
        """See `close_now`."""
        await self._database.close()


def _text(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _entries(connection: Connection, limit: int, customer_id: str | None) -> tuple[JournalEntry, ...]:
    where, parameters = (
        ("", ()) if customer_id is None else (" WHERE customer_id = ?", (storable(customer_id),))
    )
    sql = f"SELECT {COLUMNS} FROM entries{where} ORDER BY n DESC LIMIT ?"
    return tuple(entry_of(row) for row in connection.execute(sql, (*parameters, max(limit, 0))))


def _entry(connection: Connection, key: str) -> JournalEntry:
    row = connection.execute(f"SELECT {COLUMNS} FROM entries WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise NotCached("There is no such entry in the journal.")
    return entry_of(row)


def _confirmed(connection: Connection, key: str) -> Confirmed:
    sql = "SELECT action, body, basis, observed, purpose FROM entries WHERE key = ?"
    row = connection.execute(sql, (key,)).fetchone()
    if row is None:
        raise NotCached("There is no such entry in the journal.")
    return Confirmed(ACTION.validate_json(row[0]), bytes(row[1]), row[2], load_changes(row[3]), row[4])


def _unresolved(connection: Connection) -> tuple[JournalEntry, ...]:
    sql = f"SELECT {COLUMNS} FROM entries WHERE status = ? ORDER BY n"
    return tuple(entry_of(row) for row in connection.execute(sql, (Status.UNKNOWN.value,)))
