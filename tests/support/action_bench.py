"""An action service over a billing system in memory, with its threads and journal."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.fake_api import PREVIEW, SYSTEM, End, FakeAPI, Ledger, refund
from tests.support.patience import PATIENCE
from tests.support.wall_clock import now
from wbtui.errors import StoreError
from wbtui.models.actions import Action
from wbtui.models.capability import System
from wbtui.models.preview import Intent, JournalEntry, Outcome, Preview, Status
from wbtui.services.actions.limits import Permissions
from wbtui.services.actions.money_client import ActionTimeouts, MoneyClient
from wbtui.services.actions.recorder import OutcomeRecorder
from wbtui.services.actions.service import ActionService
from wbtui.services.clock import Clock
from wbtui.services.link import Link, LinkKind
from wbtui.services.loops import LoopThread
from wbtui.services.read_client import Client, ReadClient
from wbtui.store.journal import Journal, open_journal

LONG = 10 * PATIENCE
"""Seconds of an undo window that does not end during a test."""
RULES = ActionTimeouts(undo=0.0, deadline=PATIENCE, ask=PATIENCE, pauses=())


@dataclass
class Bench:
    """An action service with its threads, journal and ledger."""

    ledger: Ledger
    journal: Journal
    link: Link
    actions: ActionService
    loops: tuple[LoopThread, LoopThread]
    refreshed: list[JournalEntry]
    marked: list[str]
    """Customers whose cached data was marked as outdated."""
    seen: list[JournalEntry] = field(default_factory=list)

    async def record_intent(self, action: Action | None = None, preview: Preview = PREVIEW) -> Intent:
        action = action or refund()
        return await self.actions.record_intent(
            action, preview, customer_title="Anna", summary="Refund €5.00 of INV-1"
        )

    async def do(self, *ends: End, action: Action | None = None, preview: Preview = PREVIEW) -> Outcome:
        self.ledger.ends = list(ends)
        return await self.actions.send(await self.record_intent(action, preview)).outcome()

    async def status(self, key: str) -> Status:
        return self.journal.entry_now(key).status


Opener = Callable[..., Awaitable[Bench]]


async def open_bench(
    folder: Path,
    *,
    timeouts: ActionTimeouts = RULES,
    system: System = SYSTEM,
    ledger: Ledger | None = None,
    permissions: Permissions | None = None,
) -> Bench:
    ledger = ledger or Ledger()
    reading, money = LoopThread("test-reads"), LoopThread("test-money")
    clock = Clock(now=now)
    reader = Client(reading, lambda: FakeAPI(ledger, system=system))
    link = Link(reading, lambda: reader.get().discover(), clock=clock)
    reads = ReadClient(reader, link)
    online = threading.Event()
    link.changed.subscribe(lambda state: online.set() if state.kind is LinkKind.ONLINE else None)
    journal = await open_journal(folder / "journal.db", clock=now)
    refreshed: list[JournalEntry] = []
    marked: list[str] = []

    async def mark(customer_id: str) -> None:
        marked.append(customer_id)
        raise StoreError("The cache cannot be written.")  # no outcome depends on it

    client = MoneyClient(
        Client(money, lambda: FakeAPI(ledger, system=system)),
        link,
        lambda: system,
        timeouts=timeouts,
        clock=clock,
    )
    recorder = OutcomeRecorder(journal, clock, mark=mark, after=refreshed.append)
    numbers = itertools.count(1)
    actions = ActionService(
        client,
        recorder,
        reads,
        today=lambda: system.today,
        make_key=lambda: f"key-{next(numbers)}",
        permissions=permissions,
    )
    bench = Bench(ledger, journal, link, actions, (reading, money), refreshed, marked)
    actions.outcome_changed.subscribe(bench.seen.append)
    link.start()
    assert online.wait(PATIENCE)
    return bench


async def close_bench(bench: Bench) -> None:
    bench.actions.close()
    for loop in bench.loops:
        assert loop.stop()
    await bench.journal.close()
