"""Services in memory for screen tests that need a state the real ones reach only by accident.

Everything a screen reads is real (models, query grammar, link and sync states); only where rows come from
is a list. Times are fixed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

from tests.support.customers import NOW, TODAY, customers
from tests.support.fake_actions import FakeActions
from tests.support.fake_workspace import FakeWorkspace
from wbtui.errors import NotCached, Offline, WbtuiError
from wbtui.models.actions import ACTIONS
from wbtui.models.capability import Environment, System
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow
from wbtui.models.page import Page, SkippedRow, Source, Stamped
from wbtui.models.parts import CATALOGUE
from wbtui.models.preview import JournalEntry
from wbtui.models.query.complete import Completion, complete
from wbtui.models.query.data import not_listed
from wbtui.models.query.parser import parse
from wbtui.models.query.terms import Query
from wbtui.models.text import fold
from wbtui.services.actions.drafts import Drafts
from wbtui.services.deleted_customers import DeletedCustomers
from wbtui.services.link import LinkKind, LinkState
from wbtui.services.progress import SyncPhase, SyncProgress
from wbtui.services.queue import Queues
from wbtui.services.signals import Signal

ALL_CAPABILITIES = frozenset(
    [f"action.{kind}" for kind in ACTIONS]
    + [
        f"read.{name}"
        for name in "customer contracts invoices payments refunds activity methods invoice".split()
    ]
)


@dataclass(frozen=True)
class FakeWindow:
    start: int
    rows: tuple[Stamped[Customer], ...]


@dataclass(frozen=True)
class FakeMatch:
    field: str
    text: str
    spans: tuple[tuple[int, int], ...]
    near: bool = False


class FakeDirectory:
    """Rows from a list; `server` are those only the server knows."""

    def __init__(self, rows: Sequence[Customer], *, complete: bool = True) -> None:
        self.rows = [Stamped(row, NOW, Source.CACHE) for row in rows]
        self.server: list[Customer] = []
        self.complete = complete
        self.failure: WbtuiError | None = None
        self.server_failure: WbtuiError | None = None
        self.unreadable: tuple[SkippedRow, ...] = ()
        self.gate: asyncio.Event | None = None
        self.asked: list[str] = []

    def open(self, text: str, *, separate: bool = False) -> FakeSearch:
        return FakeSearch(text, parse(text, today=TODAY), self)

    def is_complete(self) -> bool:
        return self.complete

    async def plan_names(self) -> tuple[str, ...]:
        return tuple(sorted({one.plan for row in self.rows for one in row.value.subscriptions}))

    async def countries(self) -> tuple[str, ...]:
        return ("DE", "GB")

    def completions(self, text: str, cursor: int) -> tuple[Completion, ...]:
        plans = sorted({one.plan for row in self.rows for one in row.value.subscriptions})
        return complete(text, cursor, {"plan": plans, "country": ["DE", "GB"]})

    def matching(self, query: Query) -> list[Stamped[Customer]]:
        found = [row for row in self.rows if _matches(query, row.value)]
        sort = query.sort
        if sort is not None and sort.field == "owes":
            found.sort(
                key=lambda row: sum(one.minor for one in row.value.owed or ()), reverse=sort.descending
            )
        else:
            found.sort(key=lambda row: _folded(row.value.title))
        return found


_folded = lru_cache(4096)(fold)


def _matches(query: Query, customer: Customer) -> bool:
    for one in query.filters:
        have = {
            "plan": {brief.plan.casefold() for brief in customer.running},
            "is": {customer.billing_status.value},
            "status": {customer.status.value},
        }.get(one.name, set())
        if bool(have & {value.casefold() for value in one.values}) == one.negated:
            return False
    words = (*query.words, *query.phrases)
    hay = _folded(f"{customer.title} {customer.email} {customer.reference} {customer.id}") if words else ""
    return all(_folded(word) in hay for word in words)


@dataclass
class FakeSearch:
    text: str
    query: Query
    directory: FakeDirectory

    @property
    def is_complete(self) -> bool:
        return self.directory.complete

    @property
    def can_ask(self) -> bool:
        return bool(self.query.words)

    async def page(self, start: int, size: int) -> FakeWindow:
        if self.directory.gate is not None:
            await self.directory.gate.wait()
        if self.directory.failure is not None:
            raise self.directory.failure
        rows = self.directory.matching(self.query)
        return FakeWindow(start, tuple(rows[start : start + size]))

    async def ids(self, start: int, size: int) -> tuple[str, ...]:
        return tuple(row.value.id for row in (await self.page(start, size)).rows)

    async def pages(self, limit: int) -> AsyncIterator[tuple[Stamped[Customer], ...]]:
        for start in range(0, limit, 50):
            yield (await self.page(start, 50)).rows

    async def count(self) -> int:
        return len(self.directory.matching(self.query))

    async def not_listed(self) -> tuple[str, ...]:
        return not_listed(self.query, (row.value for row in self.directory.rows))

    async def position_of(self, customer_id: str) -> int | None:
        ids = [row.value.id for row in self.directory.matching(self.query)]
        return ids.index(customer_id) if customer_id in ids else None

    async def why(self, customer: Customer) -> tuple[FakeMatch, ...]:
        found = []
        for word in self.query.words:
            for name, text in (("name", customer.title), ("e-mail", customer.email or "")):
                at = text.casefold().find(word.casefold())
                if at >= 0:
                    found.append(FakeMatch(name, text, ((at, at + len(word)),)))
        return tuple(found)

    async def ask_server(self) -> Page[Customer]:
        self.directory.asked.append(self.text)
        if self.directory.server_failure is not None:
            raise self.directory.server_failure
        hits = [one for one in self.directory.server if _matches(self.query, one)]
        known = {row.value.id for row in self.directory.rows}
        new = [one for one in hits if one.id not in known]
        self.directory.rows += [Stamped(one, NOW, Source.SERVER) for one in new]
        return Page(tuple(hits), None, skipped=self.directory.unreadable)


@dataclass
class FakeLink:
    state: LinkState
    changed: Signal[LinkState] = field(default_factory=Signal)
    read_only: WbtuiError | None = None

    @property
    def writable(self) -> bool:
        return self.state.writable

    @property
    def reachable(self) -> bool:
        return self.state.kind is not LinkKind.OFFLINE

    def set(self, kind: LinkKind, why: str = "") -> None:
        self.state = LinkState(kind, why, NOW, kind is LinkKind.ONLINE)
        self.changed.emit(self.state)


@dataclass
class FakeSync:
    progress: SyncProgress = field(default_factory=lambda: SyncProgress(SyncPhase.FOLLOWING))
    changed: Signal[SyncProgress] = field(default_factory=Signal)
    refetched: Signal[str] = field(default_factory=Signal)
    sync_requests: int = 0
    is_complete: bool = True
    confirmed_at: datetime | None = None
    skipped: tuple[SkippedRow, ...] = ()

    def set(self, progress: SyncProgress) -> None:
        self.progress = progress
        self.changed.emit(progress)

    def start_following(self) -> None:
        """Nothing follows by itself here."""

    def request_sync(self) -> None:
        self.sync_requests += 1


class FakeProfiles:
    """Parts by (part name, owner): those in the cache, and the answers of the server."""

    def __init__(self) -> None:
        self.deleted = DeletedCustomers()
        self.parts: dict[tuple[str, str], Stamped[Any]] = {}
        self.answers: dict[tuple[str, str], Stamped[Any] | WbtuiError] = {}
        self.reachable: Callable[[], bool] = lambda: True
        self.gate: asyncio.Event | None = None

    def serve(self, name: str, owner: str, value: object) -> None:
        """Let the server answer with this value from now on."""
        self.answers[name, owner] = Stamped(value, NOW, Source.SERVER)

    async def cached(self, part: Any, owner: str) -> Stamped[Any] | None:
        return self.parts.get((part.name, owner))

    async def cached_parts(self, customer_id: str, parts: Iterable[Any]) -> dict[str, Stamped[Any]]:
        owners = {part: "" if part in CATALOGUE else customer_id for part in parts}
        found = {part.name: await self.cached(part, owner) for part, owner in owners.items()}
        return {name: value for name, value in found.items() if value is not None}

    def is_fresh(self, value: Stamped[Any]) -> bool:
        return value.is_fresh(NOW)

    async def fetch(self, part: Any, owner: str) -> Stamped[Any]:
        if not self.reachable():
            raise Offline("No network.")
        if self.gate is not None:
            await self.gate.wait()
        answer = self.answers.get((part.name, owner), NotCached("Not here."))
        if isinstance(answer, WbtuiError):
            raise answer
        self.parts[(part.name, owner)] = answer
        return answer

    async def load(
        self,
        part: Any,
        owner: str,
        *,
        on_cached: Any = None,
        force: bool = False,
        or_summary: bool = False,
    ) -> Stamped[Any]:
        value = await self.cached(part, owner)
        if value is not None:
            if value.is_fresh(NOW) and not force:
                return value
            if on_cached is not None:
                await on_cached(value)
        return await self.fetch(part, owner)


@dataclass
class FakeServices:
    """What `WbtuiApp` takes, without files, threads or network."""

    directory: FakeDirectory
    link: FakeLink
    sync: FakeSync
    profiles: FakeProfiles = field(default_factory=FakeProfiles)
    environment: str = "demo"
    restrictions: tuple[str, ...] = ()
    invoices: dict[str, tuple[InvoiceRow, ...]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    documents: Path = Path("documents")
    file_notice: Signal[str] = field(default_factory=Signal)

    def __post_init__(self) -> None:
        self.connection = SimpleNamespace(
            name="acme-sandbox", environment=self.environment, merchant="Acme", agent="tess"
        )
        self.data_changed: Signal[frozenset[str]] = Signal()
        self.actions = FakeActions()
        self.profiles.reachable = lambda: self.link.reachable
        self.actions.link_reason = lambda: None if self.link.writable else self.link.state.why
        self.system = System(
            environment=Environment.DEMO, merchant_id="m_1", merchant="Acme", server_time=NOW, today=TODAY,
            default_currency="eur", capabilities=ALL_CAPABILITIES, extension=True, keys_honoured=True,
        )  # fmt: skip
        self.cache = SimpleNamespace(
            counts=self._counts, count=self._count, position_of=self._position,
            window=self._window, invoices_of=self._invoices_of,
        )  # fmt: skip
        self.date_refresh = SimpleNamespace(refreshed=Signal[date]())
        self.details = SimpleNamespace(note_use=lambda: None)
        self.bulks = SimpleNamespace(unfinished=self._no_bulk, current=self._no_bulk)
        self.lost_actions = SimpleNamespace(lost=(), notice=None)
        self.journal = SimpleNamespace(unresolved=self._nothing_unresolved)
        self.workspace = FakeWorkspace()
        self.drafts = Drafts(
            cast(Any, self.workspace), now=self.now, make_id=lambda: uuid4().hex, retention=timedelta(days=30)
        )
        self.queues = Queues(
            cast(Any, self.workspace), cast(Any, self.directory), cast(Any, self.cache),
            today=self.today, now=self.now, make_id=lambda: uuid4().hex,
        )  # fmt: skip

    async def _window(self, query: Query, start: int, size: int) -> FakeWindow:
        return await FakeSearch("", query, self.directory).page(start, size)

    async def _count(self, query: Query, *, token: object = None) -> int:
        return len(self.directory.matching(query))

    async def _position(self, query: Query, customer_id: str, *, token: object = None) -> int | None:
        return await FakeSearch("", query, self.directory).position_of(customer_id)

    async def _invoices_of(self, customer_id: str) -> tuple[InvoiceRow, ...] | None:
        return self.invoices.get(customer_id)

    async def _nothing_unresolved(self) -> tuple[JournalEntry, ...]:
        return ()

    async def _no_bulk(self) -> None:
        return None

    async def _counts(self) -> Any:
        return SimpleNamespace(customers=len(self.directory.rows), invoices=0)

    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return TODAY


def fake_services(count: int = 300, *, complete: bool = True, environment: str = "demo") -> FakeServices:
    """Services with that many made-up customers, online."""
    return FakeServices(
        FakeDirectory(list(customers(count)), complete=complete),
        FakeLink(LinkState(LinkKind.ONLINE, "", NOW, True)),
        FakeSync(),
        environment=environment,
    )
