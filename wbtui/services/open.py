"""From a connection to opened services: files opened, threads started, the link begun behind them."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from wbtui import errors
from wbtui.api.port import BillingAPI
from wbtui.models.capability import System
from wbtui.models.preview import JournalEntry
from wbtui.models.secret import Secret
from wbtui.paths import ConnectionFiles
from wbtui.services.closing import Closing
from wbtui.services.desk.actions import Desk
from wbtui.services.desk.room import DeskRules, Room
from wbtui.services.directory import Directory
from wbtui.services.housekeeping import expire_regularly, watch_others
from wbtui.services.knowledge import NOTE, Knowledge
from wbtui.services.link import Link
from wbtui.services.loops import Closed, LoopThread
from wbtui.services.profile import Profiles
from wbtui.services.queue import Queues
from wbtui.services.reads import Client, Reads
from wbtui.services.signals import Signal
from wbtui.services.sync import Sync
from wbtui.services.timing import Timing
from wbtui.store.cache import Cache, open_cache
from wbtui.store.desk import Desk as DeskFile
from wbtui.store.desk import open_desk
from wbtui.store.journal import Journal, open_journal
from wbtui.store.owner import this_process

if TYPE_CHECKING:
    from wbtui.settings import Settings


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
    queues: Queues
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
    _close: Callable[[], Awaitable[None]] = field(repr=False)

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
        await self._close()


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
    """Open files and threads; the link comes about behind.

    `offline` (or the setting) never makes a connection. `make_api`, `make_key`, `timing` and `rules` are
    for tests. Raises StoreError kinds; nothing stays open then.
    """
    # A thread that computes hands over after so long; at the usual 5 ms the interface stutters behind a sync.
    sys.setswitchinterval(0.0005)
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
            knowledge.recall((await cache.note(NOTE)).value)
        await journal.recover()
        wiring = _Wiring(connection, settings, cache, knowledge, timing, offline or settings.offline)
        wiring.make_api = make_api or wiring.client
        services = wiring.wire(journal, desk_file, rules, make_key, stack.pop_all())
        await services.sync.load_state()
        wiring.start(services)
        return services


class _Wiring:
    """Makes the parts and tells them of each other."""

    make_api: Callable[[], BillingAPI]

    def __init__(
        self,
        connection: ConnectionSpec,
        settings: Settings,
        cache: Cache,
        knowledge: Knowledge,
        timing: Timing,
        offline: bool,
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.cache = cache
        self.knowledge = knowledge
        self.timing = timing
        self.offline = offline
        self.reading = LoopThread("wbtui-reads")
        self.money = LoopThread("wbtui-money")
        self.data_changed: Signal[frozenset[str]] = Signal()

    def client(self) -> BillingAPI:
        """Made in the thread that uses it: reading the key may block, and httpx is imported only then."""
        from wbtui.api import HttpOptions, open_api

        timeouts = self.settings.timeouts
        options = HttpOptions(
            connect=timeouts.connect,
            read=timeouts.read,
            deadline=timeouts.deadline,
            write_deadline=timeouts.deadline,
            between=self.cache.give_way,
        )
        key = self.connection.key_provider().reveal()
        return open_api(self.connection.url, key, options=options, clock=self.timing.now)

    def wire(
        self,
        journal: Journal,
        desk_file: DeskFile,
        rules: DeskRules | None,
        make_key: Callable[[], str],
        stack: AsyncExitStack,
    ) -> Services:
        reader, payer = Client(self.reading, self.make_api), Client(self.money, self.make_api)
        reads = Reads(reader)
        profiles = Profiles(
            self.cache, reads, self.reading, data_changed=self.data_changed, timing=self.timing
        )
        link = Link(
            self.reading,
            reads.discover,
            timing=self.timing,
            pinned_offline=self.offline,
            on_system=lambda system: self._heard(system, profiles),
        )
        reads.follow(link)
        sync = self._sync(reads, profiles, link)
        room = Room(
            payer,
            journal,
            link,
            lambda: self.knowledge.system,
            rules=rules
            or DeskRules(hold=self.settings.hold_seconds, deadline=self.settings.timeouts.deadline),
            timing=self.timing,
            after=lambda entry: self._after(entry, profiles),
        )
        desk = Desk(room, reads, today=self.knowledge.today, make_key=make_key)
        directory = Directory(
            self.cache,
            reads,
            is_complete=lambda: sync.is_complete,
            timing=self.timing,
            today=self.knowledge.today,
        )
        queues = self._queues(desk_file, directory)
        profiles.gone.changed.subscribe(lambda ids: self._background(self._forget(queues, ids)))
        return Services(
            connection=self.connection,
            link=link,
            directory=directory,
            profiles=profiles,
            sync=sync,
            desk=desk,
            queues=queues,
            journal=journal,
            desk_file=desk_file,
            cache=self.cache,
            reads=reads,
            data_changed=self.data_changed,
            system_changed=self.knowledge.changed,
            notices=tuple(notice for notice in (self.cache.notice, *journal.notices) if notice),
            _knowledge=self.knowledge,
            _timing=self.timing,
            _close=Closing(sync, desk, (self.reading, self.money), stack).run,
        )

    def start(self, services: Services) -> None:
        self.cache.subscribe_changes(lambda ids: self.data_changed.emit(ids or frozenset()))
        self._background(watch_others(self.cache, services.sync, self.timing))
        self._background(expire_regularly(self.cache, services.sync, self.timing))
        services.link.start()
        if not self.offline:
            services.desk.start()

    def _queues(self, desk_file: DeskFile, directory: Directory) -> Queues:
        return Queues(
            desk_file,
            directory,
            self.cache,
            today=self.knowledge.today,
            now=self.timing.now,
            make_id=lambda: uuid.uuid4().hex,
        )

    def _sync(self, reads: Reads, profiles: Profiles, link: Link) -> Sync:
        return Sync(
            self.cache,
            reads,
            profiles,
            link,
            self.reading,
            system=lambda: self.knowledge.system,
            data_changed=self.data_changed,
            timing=self.timing,
            rate=self.settings.sync_rate,
            page_size=self.settings.page_size,
            holder=f"{this_process()}#{uuid.uuid4().hex[:8]}",
        )

    def _heard(self, system: System, profiles: Profiles) -> None:
        if self.knowledge.learn(system):
            profiles.forget_not_offered()
            self._background(self._remember(system))

    async def _remember(self, system: System) -> None:
        await self.cache.put_note(NOTE, self.knowledge.dump(), self.timing.now())
        await self.cache.set_currency(system.default_currency)

    async def _forget(self, queues: Queues, customer_ids: frozenset[str]) -> None:
        await queues.forget(customer_ids)
        # Told again: who is at hand is read with the list.
        self.data_changed.emit(customer_ids)

    def _after(self, entry: JournalEntry, profiles: Profiles) -> None:
        self._background(profiles.refresh_after(entry))

    def _background(self, work: Coroutine[Any, Any, object]) -> None:
        """A courtesy in the background loop: when it fails, what is held keeps its age."""

        async def quietly() -> None:
            with suppress(errors.WbtuiError):
                await work

        try:
            self.reading.submit(quietly())
        except Closed:
            work.close()
