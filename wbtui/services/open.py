"""From a connection to opened services: files opened, threads started, the link begun; and closed again."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from wbtui import errors
from wbtui.api.port import BillingAPI
from wbtui.models.capability import System
from wbtui.models.preview import JournalEntry
from wbtui.models.secret import Secret
from wbtui.paths import ConnectionFiles
from wbtui.services.desk.actions import Desk
from wbtui.services.desk.room import DeskRules, Room
from wbtui.services.directory import Directory
from wbtui.services.knowledge import META, Knowledge
from wbtui.services.link import Link
from wbtui.services.loops import Closed, LoopThread
from wbtui.services.profile import Profiles
from wbtui.services.reads import Client, Reads
from wbtui.services.signals import Signal
from wbtui.services.sync import Sync
from wbtui.services.timing import Timing
from wbtui.store.cache import Cache, open_cache
from wbtui.store.desk import Desk as DeskFile
from wbtui.store.desk import open_desk
from wbtui.store.journal import Journal, open_journal

if TYPE_CHECKING:
    from wbtui.settings import Settings

LINGER = 1.0
"""Seconds a closing wbtui waits for a command that is being sent; then it is looked up at the next start."""


@dataclass(frozen=True)
class ConnectionSpec:
    """One connection as it is opened. `environment` is the banner's word, `agent` the name actions go under.

    `key_provider` may block (keyring, file, command) and is called in a background thread only.
    """

    name: str
    url: str
    environment: str
    merchant: str | None
    agent: str
    key_provider: Callable[[], Secret] = field(repr=False)


@dataclass
class Services:
    """Everything a screen or a command may ask for. Close it when done."""

    connection: ConnectionSpec
    link: Link
    directory: Directory
    profiles: Profiles
    sync: Sync
    desk: Desk
    journal: Journal
    desk_file: DeskFile
    cache: Cache
    reads: Reads
    data_changed: Signal[frozenset[str]]
    """Ids of customers whose held data changed; empty: many, look at everything again."""
    system_changed: Signal[System]
    notices: tuple[str, ...]
    """What the agent should know about how it was opened: a damaged cache was set aside …"""
    _knowledge: Knowledge = field(repr=False)
    _timing: Timing = field(repr=False)
    _closing: Callable[[], Awaitable[None]] = field(repr=False)

    @property
    def system(self) -> System | None:
        """The connected system as last heard of, also in an earlier run; None when never."""
        return self._knowledge.system

    def today(self) -> date:
        """The server's UTC calendar date."""
        return self._knowledge.today()

    def now(self) -> datetime:
        """This machine's clock, in UTC: what ages are measured by."""
        return self._timing.now()

    async def close(self) -> None:
        """Stop everything within 2 s; what is in its hold is taken back. Repeatable."""
        await self._closing()


async def open_services(
    connection: ConnectionSpec,
    settings: Settings,
    *,
    files: ConnectionFiles,
    offline: bool = False,
    timing: Timing | None = None,
    make_api: Callable[[], BillingAPI] | None = None,
    make_key: Callable[[], str] = lambda: str(uuid.uuid4()),
    rules: DeskRules | None = None,
) -> Services:
    """Open files and threads; the link comes about behind. Never waits for the server.

    `offline` (or the setting) never makes a connection. Raises StoreError kinds; nothing stays open then.
    """
    timing = timing or Timing()
    retention = timedelta(days=settings.retention_days)
    async with AsyncExitStack() as stack:
        cache = await open_cache(files.cache, clock=timing.now, retention=retention)
        stack.push_async_callback(cache.close)
        journal = await open_journal(files.journal, clock=timing.now)
        stack.push_async_callback(journal.close)
        desk_file = await open_desk(files.desk)
        stack.push_async_callback(desk_file.close)
        knowledge = Knowledge(timing)
        with suppress(errors.NotHeld):
            knowledge.recall((await cache.note(META)).value)
        await journal.recover()
        opening = _Opening(
            connection, settings, offline or settings.offline, timing, rules, make_api, make_key
        )
        return opening.wire(cache, journal, desk_file, knowledge, stack.pop_all())


@dataclass
class _Opening:
    connection: ConnectionSpec
    settings: Settings
    offline: bool
    timing: Timing
    rules: DeskRules | None
    make_api: Callable[[], BillingAPI] | None
    make_key: Callable[[], str]

    def wire(
        self, cache: Cache, journal: Journal, desk_file: DeskFile, knowledge: Knowledge, stack: AsyncExitStack
    ) -> Services:
        settings, timing = self.settings, self.timing
        reading, money = LoopThread("wbtui-reads"), LoopThread("wbtui-money")
        make = self.make_api or self._client
        reader, payer = Client(reading, make), Client(money, make)
        data_changed: Signal[frozenset[str]] = Signal()
        reads = Reads(reader)

        def heard(system: System) -> None:
            if knowledge.learn(system):
                profiles.forget_not_offered()
                _background(reading, _remember(cache, knowledge, timing.now()))

        link = Link(reading, reads.discover, timing=timing, pinned_offline=self.offline, on_system=heard)
        reads.follow(link)
        profiles = Profiles(cache, reads, reading, data_changed=data_changed, timing=timing)
        sync = Sync(
            cache,
            reads,
            profiles,
            link,
            reading,
            system=lambda: knowledge.system,
            data_changed=data_changed,
            timing=timing,
            rate=settings.sync_rate,
            page_size=settings.page_size,
            holder=f"{os.getpid()}-{uuid.uuid4().hex[:8]}",
        )

        def after(entry: JournalEntry) -> None:
            _background(reading, profiles.refresh_after(entry))

        rules = self.rules or DeskRules(hold=settings.hold_seconds, deadline=settings.timeouts.deadline)
        room = Room(payer, journal, link, lambda: knowledge.system, rules=rules, timing=timing, after=after)
        desk = Desk(room, reads, today=knowledge.today, make_key=self.make_key)
        closing = _Closing(sync, desk, (reader, payer), stack)
        services = Services(
            connection=self.connection,
            link=link,
            directory=Directory(cache, reads, is_complete=lambda: sync.is_complete, timing=timing),
            profiles=profiles,
            sync=sync,
            desk=desk,
            journal=journal,
            desk_file=desk_file,
            cache=cache,
            reads=reads,
            data_changed=data_changed,
            system_changed=knowledge.changed,
            notices=tuple(notice for notice in (cache.notice,) if notice),
            _knowledge=knowledge,
            _timing=timing,
            _closing=closing.run,
        )
        link.start()
        if not self.offline:
            desk.start()
        return services

    def _client(self) -> BillingAPI:
        """Made in the thread that uses it: reading the key may block, and httpx is imported only then."""
        from wbtui.api import HttpOptions, open_api

        timeouts = self.settings.timeouts
        options = HttpOptions(
            connect=timeouts.connect,
            read=timeouts.read,
            deadline=timeouts.deadline,
            write_deadline=timeouts.deadline,
        )
        return open_api(self.connection.url, self.connection.key_provider().reveal(), options=options)


async def _remember(cache: Cache, knowledge: Knowledge, at: datetime) -> None:
    await cache.put_note(META, knowledge.dump(), at)
    if knowledge.system is not None:
        await cache.set_currency(knowledge.system.default_currency)


def _background(loop: LoopThread, work: Awaitable[object]) -> None:
    async def quietly() -> None:
        try:
            await work
        except errors.WbtuiError:
            pass  # it was a courtesy: what is held keeps its age and is fetched when it is looked at

    try:
        loop.submit(quietly())
    except Closed:
        if asyncio.iscoroutine(work):
            work.close()


@dataclass
class _Closing:
    sync: Sync
    desk: Desk
    clients: tuple[Client, Client]
    stack: AsyncExitStack
    done: bool = False

    async def run(self) -> None:
        if self.done:
            return
        self.done = True
        self.sync.stop()
        self.desk.close()
        sending = [held.outcome() for held in self.desk.sending()]
        if sending:
            tasks = [asyncio.ensure_future(one) for one in sending]
            _, late = await asyncio.wait(tasks, timeout=LINGER)
            for task in (*tasks, *late):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(self._end(client) for client in self.clients))
        await self.stack.aclose()

    @staticmethod
    async def _end(client: Client) -> None:
        """Connections closed, thread ended; a thread that does not end is left to the process's end."""
        if client.loop.running:
            try:
                async with asyncio.timeout(0.3):
                    await client.loop.run(client.aclose())
            except (TimeoutError, errors.WbtuiError):
                pass  # the sockets go with the process
        await asyncio.to_thread(client.loop.stop, 0.4)
