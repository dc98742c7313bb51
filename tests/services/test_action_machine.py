"""Any order of actions, faults, look-ups, resends and restarts: each runs once, each outcome is true."""

from __future__ import annotations

import itertools
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from tests.support.fake_api import PREVIEW, SYSTEM, End, FakeAPI, Ledger, refund
from tests.support.patience import PATIENCE
from tests.support.wall_clock import now
from wbtui import errors
from wbtui.models.preview import Status
from wbtui.services.actions.money_client import ActionTimeouts, MoneyClient
from wbtui.services.actions.recorder import OutcomeRecorder
from wbtui.services.actions.service import ActionService
from wbtui.services.clock import Clock
from wbtui.services.link import Link, LinkKind
from wbtui.services.loops import LoopThread
from wbtui.services.read_client import Client, ReadClient
from wbtui.store.journal import Journal, open_journal

RULES = ActionTimeouts(undo=0.0, deadline=PATIENCE, ask=PATIENCE, pauses=())
NUMBERS = itertools.count(1)
ENDS = st.sampled_from([end for end in End if end not in (End.HANG, End.OTHER_AMOUNT)])
STEPS = st.one_of(
    st.tuples(st.just("refund"), ENDS),
    st.tuples(st.just("refund"), ENDS),
    st.tuples(st.just("resend"), ENDS),
    st.tuples(st.sampled_from(["abandon", "look", "arrive", "restart"]), st.none()),
)


@asynccontextmanager
async def opened(folder: Path, ledger: Ledger) -> AsyncIterator[tuple[ActionService, Journal]]:
    reading, money = LoopThread("machine-reads"), LoopThread("machine-money")
    clock = Clock(now=now)
    reads = ReadClient(Client(reading, lambda: FakeAPI(ledger)))
    link = Link(reading, reads.discover, clock=clock)
    reads.follow(link)
    online = threading.Event()
    link.changed.subscribe(lambda state: online.set() if state.kind is LinkKind.ONLINE else None)
    journal = await open_journal(folder / "journal.db", clock=now)
    await journal.recover()
    client = MoneyClient(
        Client(money, lambda: FakeAPI(ledger)), link, lambda: SYSTEM, timeouts=RULES, clock=clock
    )
    recorder = OutcomeRecorder(journal, clock, after=lambda _entry: None)
    actions = ActionService(
        client, recorder, reads, today=lambda: SYSTEM.today, make_key=lambda: f"key-{next(NUMBERS)}"
    )
    link.start()
    assert online.wait(PATIENCE)
    try:
        yield actions, journal
    finally:
        actions.close()
        assert reading.stop()
        assert money.stop()
        await journal.close()


async def step(actions: ActionService, journal: Journal, ledger: Ledger, what: str, end: End | None) -> None:
    unresolved = await journal.unresolved()
    key = unresolved[0].key if unresolved else None
    ledger.ends = [end] if end else []
    if what == "arrive":
        ledger.arrive()
    elif what == "refund":
        action = refund()
        try:
            intent = await actions.record_intent(action, PREVIEW, customer_title="Anna", summary="Refund")
        except errors.Unresolved:
            assert key is not None
        except errors.Offline:
            event("offline")
        else:
            assert key is None, "blocked while one is unknown"
            event(f"outcome {(await actions.send(intent).outcome()).status}")
    elif key is not None:
        try:
            await {"resend": actions.resend, "abandon": actions.abandon, "look": actions.reconcile}[what](key)
        except errors.Offline:
            event("offline")


async def check(journal: Journal, ledger: Ledger) -> None:
    done = {key for key, outcome in ledger.recorded.items() if outcome.status is Status.DONE}
    assert len(ledger.refunds) == len(done), "a key runs once"
    entries = await journal.entries(1000)
    assert sum(not entry.status.settled for entry in entries) <= 1, "one at a time"
    for entry in entries:
        if entry.status is Status.DONE:
            assert entry.key in done, "a wrong done"
        elif entry.status in (Status.REFUSED, Status.NOT_SENT, Status.WITHDRAWN):
            assert entry.key not in done, f"a wrong {entry.status}"
    sent = {intent.key: intent.body for intent in ledger.received}
    assert all(intent.body == sent[intent.key] for intent in ledger.received), "the same bytes"


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, min_size=1, max_size=14))
async def test_an_action_runs_once_and_its_outcome_is_true(steps: list[tuple[str, End | None]]) -> None:
    ledger = Ledger()
    left = list(steps)
    with tempfile.TemporaryDirectory() as folder:
        while True:
            async with opened(Path(folder), ledger) as (actions, journal):
                while left and left[0][0] != "restart":
                    await step(actions, journal, ledger, *left.pop(0))
                    await check(journal, ledger)
                if not left:
                    ledger.arrive()  # every late request arrives
                    await check(journal, ledger)
                    return
                left.pop(0)
