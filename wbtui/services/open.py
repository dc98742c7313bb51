"""Open the services of a connection: local files, background threads, and the link to the server."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wbtui import errors
from wbtui.api.port import BillingAPI
from wbtui.models.capability import System
from wbtui.models.preview import JournalEntry, Status
from wbtui.models.secret import Secret
from wbtui.paths import ConnectionFiles
from wbtui.services.actions.bulk import BulkService
from wbtui.services.actions.drafts import Drafts
from wbtui.services.actions.limits import Permissions
from wbtui.services.actions.money_client import ActionTimeouts, MoneyClient
from wbtui.services.actions.recorder import OutcomeRecorder
from wbtui.services.actions.service import ActionService
from wbtui.services.clock import Clock
from wbtui.services.date_refresh import DateRefresh
from wbtui.services.details import Details
from wbtui.services.directory import Directory
from wbtui.services.link import STARTED_OFFLINE, Link
from wbtui.services.loops import Closed, LoopThread
from wbtui.services.lost_actions import LostActions
from wbtui.services.maintenance import check_daily, expire_drafts, expire_periodically, watch_other_processes
from wbtui.services.opened_files import OpenedFiles, open_files
from wbtui.services.profile import Profiles
from wbtui.services.queue import Queues
from wbtui.services.rate_limiter import RateLimiter
from wbtui.services.read_client import Client, ReadClient
from wbtui.services.shutdown import Shutdown
from wbtui.services.signals import Signal
from wbtui.services.sync import Sync
from wbtui.services.sync_context import SyncContext
from wbtui.services.system_info import NOTE, SystemInfo
from wbtui.store.cache import Cache
from wbtui.store.journal import Journal
from wbtui.store.owner import this_process
from wbtui.store.workspace import Workspace

if TYPE_CHECKING:
    from wbtui.settings import Settings


@dataclass(frozen=True)
class ConnectionSpec:
    """A connection to open.

    Attributes:
        environment: `demo`, `test` or `live`, for the banner.
        agent: name recorded with actions.
        key_provider: returns the API key. It can block (keyring, file, command) and is called only in
            background threads.
    """

    name: str
    url: str
    environment: str
    merchant: str | None
    agent: str
    key_provider: Callable[[], Secret] = field(repr=False)


@dataclass
class Services:
    """The services of an open connection, for screens and commands. Close them when done."""

    connection: ConnectionSpec
    link: Link
    directory: Directory
    profiles: Profiles
    sync: Sync
    details: Details
    date_refresh: DateRefresh
    actions: ActionService
    bulks: BulkService
    queues: Queues
    drafts: Drafts
    journal: Journal
    workspace: Workspace
    lost_actions: LostActions
    cache: Cache
    data_changed: Signal[frozenset[str]]
    """IDs of customers whose cached data changed; empty if many did, so that everything is read again."""
    file_notice: Signal[str]
    """Emitted with a sentence for the agent when a damaged cache is set aside while it is open."""
    restrictions: tuple[str, ...]
    """Sentences about what cannot be saved, for example because a file is damaged or the disk is full."""
    notices: tuple[str, ...]
    """Sentences about what happened when the files were opened: a damaged cache was replaced."""
    documents: Path
    """Folder for what agents save."""
    _info: SystemInfo = field(repr=False)
    _clock: Clock = field(repr=False)
    _close: Callable[[], Awaitable[None]] = field(repr=False)

    @property
    def system(self) -> System | None:
        """The connected system as last reported, also in an earlier run; None if it never was."""
        return self._info.system

    def today(self) -> date:
        """The server's UTC calendar date."""
        return self._info.today()

    def now(self) -> datetime:
        """This machine's clock in UTC, for ages."""
        return self._clock.now()

    async def close(self) -> None:
        """Stop everything within 2 s and cancel pending actions. Can be called more than once."""
        await self._close()


async def open_services(
    connection: ConnectionSpec,
    settings: Settings,
    *,
    files: ConnectionFiles,
    offline: str | None = None,
    clock: Clock | None = None,
    make_api: Callable[[], BillingAPI] | None = None,
    timeouts: ActionTimeouts | None = None,
) -> Services:
    """Open files, start threads, and connect in the background.

    Args:
        offline: why it never connects; by default it does, unless the setting of that name forbids it.
        make_api, clock, timeouts: replaced by tests.

    Raises StoreErrors; everything opened until then is closed.
    """
    clock = clock or Clock()
    retention = timedelta(days=settings.retention_days)
    async with AsyncExitStack() as stack:
        info = SystemInfo(clock)
        opened = await open_files(files, stack, clock=clock.now, today=info.today, retention=retention)
        if (note := await opened.cache.note_text(NOTE)) is not None:
            info.load(note)
        lost = LostActions(opened.journal, opened.workspace, opened.cache, clock)
        if opened.read_only is None:
            with suppress(errors.StoreError):
                await lost.check()
        wiring = _Wiring(connection, settings, opened, info, clock, offline)
        wiring.make_api = make_api or wiring.client
        services = wiring.wire(lost, timeouts, stack.pop_all())
        await services.sync.load_state()
        wiring.start(services)
        return services


def _new_id() -> str:
    return uuid.uuid4().hex


class _Wiring:
    """Creates the services and connects their signals."""

    make_api: Callable[[], BillingAPI]
    clients: tuple[Client, Client]
    """The one that reads, and the one of the money thread."""

    def __init__(
        self,
        connection: ConnectionSpec,
        settings: Settings,
        files: OpenedFiles,
        info: SystemInfo,
        clock: Clock,
        offline: str | None,
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.files = files
        self.cache = files.cache
        self.info = info
        self.clock = clock
        self.offline = offline or (STARTED_OFFLINE if settings.offline else None)
        self.reading = LoopThread("wbtui-reads")
        self.money = LoopThread("wbtui-money")
        self.data_changed: Signal[frozenset[str]] = Signal()
        self.key: Secret | None = None
        self.limiter = RateLimiter(settings.sync_rate, clock)

    def client(self) -> BillingAPI:
        """Create the API client in the thread that uses it, since reading the key can block."""
        from wbtui.api import HttpOptions, open_api

        timeouts = self.settings.timeouts
        options = HttpOptions(
            connect=timeouts.connect,
            read=timeouts.read,
            deadline=timeouts.deadline,
            write_deadline=timeouts.deadline,
            between=self.cache.give_way,
        )
        self.key = self.connection.key_provider()
        return open_api(self.connection.url, self.key, options=options, clock=self.clock.now)

    async def _discover(self) -> System:
        """Discover the system. Where the API key is rejected, use one that was stored meanwhile."""
        try:
            return await self.clients[0].get().discover()
        except errors.Unauthorized:
            if self.key is None or self.connection.key_provider() == self.key:
                raise
            for client in self.clients:
                client.renew()
            return await self.clients[0].get().discover()

    def wire(self, lost: LostActions, timeouts: ActionTimeouts | None, stack: AsyncExitStack) -> Services:
        journal, workspace = self.files.journal, self.files.workspace
        self.clients = Client(self.reading, self.make_api), Client(self.money, self.make_api)
        link = Link(
            self.reading,
            self._discover,
            clock=self.clock,
            offline=self.offline,
            read_only=self.files.read_only,
            on_system=lambda system: self._on_system(system, profiles),
        )
        reads = ReadClient(self.clients[0], link)
        profiles = Profiles(self.cache, reads, self.reading, data_changed=self.data_changed, clock=self.clock)
        sync = self._sync(reads, profiles, link)
        money = self._money_client(link, timeouts)
        actions = self._actions(money, reads, profiles, lost)
        bulks = BulkService(actions, journal, money, make_id=_new_id)
        directory = Directory(
            self.cache,
            reads,
            is_complete=lambda: sync.is_complete,
            clock=self.clock,
            server_now=self.info.now,
        )
        queues = self._queues(workspace, directory)
        retention = timedelta(days=self.settings.retention_days)
        drafts = Drafts(workspace, now=self.clock.now, make_id=_new_id, retention=retention)
        profiles.deleted.changed.subscribe(
            lambda ids: self._background(self._forget_customers(queues, drafts, ids))
        )
        return Services(
            connection=self.connection,
            link=link,
            directory=directory,
            profiles=profiles,
            sync=sync,
            details=Details(profiles, directory, queues, sync, link, self.reading, self.limiter, self.clock),
            date_refresh=DateRefresh(self.cache, self.reading, self.info.today, self.clock),
            actions=actions,
            bulks=bulks,
            queues=queues,
            drafts=drafts,
            journal=journal,
            workspace=workspace,
            lost_actions=lost,
            cache=self.cache,
            data_changed=self.data_changed,
            file_notice=Signal(),
            restrictions=self.files.restrictions,
            notices=(*self.files.notices, *filter(None, [lost.notice])),
            documents=self.files.documents,
            _info=self.info,
            _clock=self.clock,
            _close=Shutdown(sync, actions, bulks, (self.reading, self.money), stack).run,
        )

    def _money_client(self, link: Link, timeouts: ActionTimeouts | None) -> MoneyClient:
        return MoneyClient(
            self.clients[1],
            link,
            lambda: self.info.system,
            timeouts=timeouts
            or ActionTimeouts(undo=self.settings.undo_seconds, deadline=self.settings.timeouts.deadline),
            clock=self.clock,
        )

    def _actions(
        self, client: MoneyClient, reads: ReadClient, profiles: Profiles, lost: LostActions
    ) -> ActionService:
        recorder = OutcomeRecorder(
            self.files.journal,
            self.clock,
            mark=lambda customer_id: profiles.mark_outdated([customer_id]),
            after=lambda entry: self._background(profiles.refresh_after(entry)),
        )
        recorder.outcome_changed.subscribe(lambda entry: self._remember(entry, lost))
        return ActionService(
            client,
            recorder,
            reads,
            today=self.info.today,
            make_key=lambda: str(uuid.uuid4()),
            permissions=Permissions(self.settings.limits, self.settings.read_only),
        )

    def start(self, services: Services) -> None:
        self.cache.subscribe_changes(lambda ids: self.data_changed.emit(ids or frozenset()))
        self._background(watch_other_processes(self.cache, services.sync, self.clock))
        self.cache.on_notice = lambda sentence: self._cache_set_aside(services, sentence)
        self._background(services.date_refresh.run())
        self._background(check_daily(self.cache, self.clock))
        self._background(expire_periodically(self.cache, services.sync, self.clock))
        self._background(expire_drafts(services.drafts, self.clock))
        services.link.start()
        if self.offline is None:
            services.actions.start()
            if self.settings.fetch_details:
                self._background(services.details.fetch_when_idle())

    def _cache_set_aside(self, services: Services, sentence: str) -> None:
        """Start a sync, and tell the agent why."""
        services.sync.request_sync()
        services.file_notice.emit(sentence)

    def _queues(self, workspace: Workspace, directory: Directory) -> Queues:
        return Queues(
            workspace,
            directory,
            self.cache,
            today=self.info.today,
            now=self.clock.now,
            make_id=_new_id,
        )

    def _sync(self, reads: ReadClient, profiles: Profiles, link: Link) -> Sync:
        context = SyncContext(
            self.cache,
            reads,
            profiles,
            self.limiter,
            self.clock,
            page_size=self.settings.page_size,
            system=lambda: self.info.system,
            on_changed=self.data_changed.emit,
        )
        holder = f"{this_process()}#{_new_id()[:8]}"
        return Sync(context, link, self.reading, holder=holder)

    def _on_system(self, system: System, profiles: Profiles) -> None:
        self.info.check(self.connection.environment, self.connection.merchant, system)
        if self.info.update(system):
            profiles.forget_not_offered()
            self._background(self._save_system(system))

    async def _save_system(self, system: System) -> None:
        await self.cache.put_note(NOTE, self.info.dump(), self.clock.now())
        await self.cache.set_currency(system.default_currency)

    async def _forget_customers(self, queues: Queues, drafts: Drafts, customer_ids: frozenset[str]) -> None:
        await queues.forget_customers(customer_ids)
        await drafts.all()
        # Emitted again after the removal, since the customer list also reads quick access.
        self.data_changed.emit(customer_ids)

    def _remember(self, entry: JournalEntry, lost: LostActions) -> None:
        if entry.status is Status.INTENDED:
            self._background(lost.remember())

    def _background(self, work: Coroutine[Any, Any, object]) -> None:
        """Run `work` in the background loop, ignoring errors: cached data then keeps its age."""

        async def ignore_errors() -> None:
            with suppress(errors.WbtuiError):
                await work

        try:
            self.reading.submit(ignore_errors())
        except Closed:
            work.close()
