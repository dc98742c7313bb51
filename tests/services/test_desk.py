"""The desk against a billing system in memory: the four outcomes, taking back, looking up, and once only."""

from __future__ import annotations

import itertools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.fake_api import PREVIEW, SYSTEM, End, FakeAPI, Ledger, portal_link, refund
from tests.support.patience import PATIENCE
from tests.support.wall_clock import now
from wbtui import errors
from wbtui.models.action import Action
from wbtui.models.capability import System
from wbtui.models.money import Money
from wbtui.models.preview import Intent, JournalEntry, Outcome, Rule, Status
from wbtui.services.desk.actions import Desk
from wbtui.services.desk.held import Held
from wbtui.services.desk.room import DeskRules, Room
from wbtui.services.link import Link, LinkKind
from wbtui.services.loops import LoopThread
from wbtui.services.reads import Client, Reads
from wbtui.services.timing import Timing
from wbtui.store.journal import Journal, open_journal

LONG = 10 * PATIENCE
"""Seconds of a hold that does not end by itself."""
RULES = DeskRules(hold=0.0, deadline=PATIENCE, ask=PATIENCE, pauses=())


@dataclass
class Bench:
    """A desk with its threads, journal and ledger."""

    ledger: Ledger
    journal: Journal
    link: Link
    desk: Desk
    loops: tuple[LoopThread, LoopThread]
    refreshed: list[JournalEntry]
    seen: list[JournalEntry] = field(default_factory=list)

    async def intend(self, action: Action | None = None) -> Intent:
        action = action or refund()
        money = action.amount if action.kind == "refund" else None
        return await self.desk.intend(
            action, PREVIEW, customer_title="Anna", summary="Refund €5.00 of INV-1", money=money
        )

    async def do(self, *ends: End, action: Action | None = None) -> Outcome:
        self.ledger.ends = list(ends)
        return await self.desk.hold(await self.intend(action)).outcome()

    async def status(self, key: str) -> Status:
        return (await self.journal.entry(key)).status


Opener = Callable[..., Awaitable[Bench]]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opener]:
    benches: list[Bench] = []

    async def make(
        *, rules: DeskRules = RULES, system: System = SYSTEM, ledger: Ledger | None = None
    ) -> Bench:
        ledger = ledger or Ledger()
        reading, money = LoopThread("test-reads"), LoopThread("test-money")
        timing = Timing(now=now)
        reads = Reads(Client(reading, lambda: FakeAPI(ledger, system=system)))
        link = Link(reading, reads.discover, timing=timing)
        reads.follow(link)
        online = threading.Event()
        link.changed.subscribe(lambda state: online.set() if state.kind is LinkKind.ONLINE else None)
        journal = await open_journal(tmp_path / "journal.db", clock=now)
        refreshed: list[JournalEntry] = []
        room = Room(
            Client(money, lambda: FakeAPI(ledger, system=system)),
            journal,
            link,
            lambda: system,
            rules=rules,
            timing=timing,
            after=refreshed.append,
        )
        numbers = itertools.count(1)
        desk = Desk(room, reads, today=lambda: system.today, make_key=lambda: f"key-{next(numbers)}")
        bench = Bench(ledger, journal, link, desk, (reading, money), refreshed)
        desk.outcome_changed.subscribe(bench.seen.append)
        benches.append(bench)
        link.start()
        assert online.wait(PATIENCE)
        return bench

    yield make
    for bench in benches:
        bench.desk.close()
        for loop in bench.loops:
            assert loop.stop()
        await bench.journal.close()


# ── the outcomes ──
async def test_done_is_written_down_before_and_after_and_refreshes_what_is_held(opened: Opener) -> None:
    bench = await opened()
    outcome = await bench.do()
    assert outcome.status is Status.DONE
    assert [entry.status for entry in bench.seen] == [Status.INTENDED, Status.SENT, Status.DONE]
    assert [entry.status for entry in bench.refreshed] == [Status.DONE]
    assert len(bench.ledger.refunds) == 1
    assert bench.ledger.received[0].body == await bench.journal.body(outcome.key)


_ENDS = {
    End.REFUSE: (Status.REFUSED, 0),
    End.NO_CONNECT: (Status.NOT_SENT, 0),
    End.BASIS: (Status.REFUSED, 0),
    End.REJECT: (Status.REFUSED, 0),
    End.LIMITED: (Status.REFUSED, 0),
    End.KEY: (Status.REFUSED, 0),
    End.CUT_BEFORE: (Status.UNKNOWN, 0),
    End.FAIL_BEFORE: (Status.UNKNOWN, 0),
    End.LATE: (Status.UNKNOWN, 0),
    End.CUT_AFTER: (Status.DONE, 1),
    End.FAIL_AFTER: (Status.DONE, 1),
    End.GARBAGE_AFTER: (Status.DONE, 1),
    End.OTHER_KEY: (Status.DONE, 1),
    End.OTHER_AMOUNT: (Status.UNKNOWN, 1),
}


@pytest.mark.parametrize("end", _ENDS)
async def test_every_end_is_told_as_what_it_proves(opened: Opener, end: End) -> None:
    bench = await opened()
    outcome = await bench.do(end)
    status, effects = _ENDS[end]
    assert outcome.status is status
    assert len(bench.ledger.refunds) == effects
    assert await bench.status(outcome.key) is status
    if status is not Status.DONE:
        assert outcome.trouble or outcome.rule


async def test_basis_changed_hands_over_the_new_preview(opened: Opener) -> None:
    bench = await opened()
    bench.ledger.ends = [End.BASIS]
    held = bench.desk.hold(await bench.intend())
    outcome = await held.outcome()
    assert outcome.rule == Rule(
        code="basis_changed", message="The data has changed since the preview. Nothing was done."
    )
    assert held.new_preview is not None
    assert held.new_preview.basis == "b2"
    assert [entry.status for entry in bench.refreshed] == [Status.REFUSED]


async def test_a_wrong_amount_is_never_called_done(opened: Opener) -> None:
    bench = await opened()
    outcome = await bench.do(End.OTHER_AMOUNT)
    assert outcome.status is Status.UNKNOWN
    assert "Meant was €5.00, refunded was €50.00" in (outcome.trouble or "")


async def test_the_deadline_ends_a_call_that_never_answers(opened: Opener) -> None:
    bench = await opened(rules=DeskRules(hold=0.0, deadline=0.2, ask=PATIENCE, pauses=()))
    outcome = await bench.do(End.HANG)
    assert outcome.status is Status.DONE, "no answer in time is unknown, and the look-up finds it"
    assert Status.UNKNOWN in [entry.status for entry in bench.seen]
    assert len(bench.ledger.refunds) == 1


async def test_the_secret_link_is_shown_and_not_stored(opened: Opener, tmp_path: Path) -> None:
    bench = await opened()
    outcome = await bench.do(action=portal_link())
    assert outcome.link == "https://portal.example/secret"
    bench.journal.close_now()  # the file is read with plain reads: nobody in this process may have it open
    written = _bytes_of(tmp_path)
    assert b"create_portal_link" in written
    assert b"portal.example" not in written


def _bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.glob("journal*")))


# ── once only ──
async def test_a_key_pressed_twice_sends_once(opened: Opener) -> None:
    bench = await opened(rules=DeskRules(hold=0.05, pauses=()))
    intent = await bench.intend()
    first, second = bench.desk.hold(intent), bench.desk.hold(intent)
    assert first is second
    await first.outcome()
    assert len(bench.ledger.received) == 1


async def test_the_same_purpose_is_refused_while_one_is_on_its_way_or_unknown(opened: Opener) -> None:
    bench = await opened(rules=DeskRules(hold=LONG, pauses=()))
    held = bench.desk.hold(await bench.intend())
    with pytest.raises(errors.Unresolved):
        await bench.intend()
    with pytest.raises(errors.Unresolved, match=r"Refund €5\.00 of INV-1"):
        await bench.intend(refund(payment="pay_2"))  # the same invoice
    await bench.intend(refund(payment="pay_2", invoice="inv_2"))  # another purpose
    assert held.take_back()
    assert (await held.outcome()).status is Status.WITHDRAWN
    await bench.intend()


async def test_an_unknown_one_blocks_until_it_is_given_up(opened: Opener) -> None:
    bench = await opened()
    outcome = await bench.do(End.LATE)
    assert outcome.status is Status.UNKNOWN
    with pytest.raises(errors.Unresolved):
        await bench.intend()
    assert (await bench.desk.unresolved(refund())) is not None
    given_up = await bench.desk.abandon(outcome.key)
    assert (given_up.status, given_up.rule and given_up.rule.code) == (Status.REFUSED, "abandoned")
    bench.ledger.arrive()
    assert bench.ledger.refunds == []
    assert (await bench.do()).status is Status.DONE


async def test_a_late_arrival_before_giving_up_is_done(opened: Opener) -> None:
    bench = await opened()
    outcome = await bench.do(End.LATE)
    bench.ledger.arrive()
    assert (await bench.desk.abandon(outcome.key)).status is Status.DONE
    assert await bench.status(outcome.key) is Status.DONE
    assert len(bench.ledger.refunds) == 1


async def test_an_intent_that_never_reached_its_hold_does_not_block_for_ever(opened: Opener) -> None:
    bench = await opened()
    forgotten = await bench.intend()
    fresh = await bench.intend()
    assert fresh.key != forgotten.key
    assert (await bench.desk.hold(forgotten).outcome()).status is Status.WITHDRAWN
    assert await bench.status(forgotten.key) is Status.WITHDRAWN
    assert bench.ledger.received == []


async def test_resend_uses_the_same_key_and_bytes(opened: Opener) -> None:
    bench = await opened()
    outcome = await bench.do(End.LATE)
    again = await bench.desk.resend(outcome.key)
    assert again.status is Status.DONE
    first, second = bench.ledger.received
    assert (first.key, first.body) == (second.key, second.body)
    bench.ledger.arrive()
    assert len(bench.ledger.refunds) == 1
    assert (await bench.journal.entry(outcome.key)).attempts == 2


@pytest.mark.parametrize(
    "end", [End.NO_CONNECT, End.REJECT, End.LIMITED, End.KEY, End.BASIS, End.CUT_BEFORE, End.FAIL_BEFORE]
)
async def test_a_failed_resend_proves_nothing_about_the_first_sending(opened: Opener, end: End) -> None:
    bench = await opened()
    outcome = await bench.do(End.LATE)
    bench.ledger.ends = [end]
    again = await bench.desk.resend(outcome.key)
    assert again.status is Status.UNKNOWN
    assert await bench.status(outcome.key) is Status.UNKNOWN
    bench.ledger.arrive()
    assert (await bench.desk.reconcile(outcome.key)).status is Status.DONE


async def test_nothing_is_resent_where_keys_are_not_honoured(opened: Opener) -> None:
    plain = SYSTEM.model_copy(update={"keys_honoured": False, "extension": False})
    bench = await opened(system=plain)
    outcome = await bench.do(End.LATE)
    assert outcome.status is Status.UNKNOWN
    with pytest.raises(errors.NotOffered):
        await bench.desk.resend(outcome.key)
    assert len(bench.ledger.received) == 1


async def test_unknown_outcomes_are_looked_up_by_themselves(opened: Opener) -> None:
    bench = await opened(rules=DeskRules(hold=0.0, ask=PATIENCE, pauses=(0.01,) * 200))
    settled = threading.Event()
    bench.desk.outcome_changed.subscribe(lambda entry: settled.set() if entry.status is Status.DONE else None)
    outcome = await bench.do(End.LATE)
    assert outcome.status is Status.UNKNOWN
    bench.ledger.arrive()
    assert await bench.loops[0].run(_waited(settled))
    assert await bench.status(outcome.key) is Status.DONE


async def _waited(event: threading.Event) -> bool:
    return event.wait(PATIENCE)


# ── refused before anything ──
async def test_why_not_names_the_way_out(opened: Opener) -> None:
    plain = SYSTEM.model_copy(
        update={"capabilities": frozenset({"action.create_portal_link"}), "extension": False}
    )
    bench = await opened(system=plain)
    assert "self-serve portal" in (bench.desk.why_not("refund") or "")
    assert bench.desk.why_not("create_portal_link") is None
    with pytest.raises(errors.NotOffered):
        await bench.desk.preview(refund())
    with pytest.raises(errors.NotOffered):
        await bench.intend()
    assert (await bench.do(action=portal_link())).link


async def test_offline_refuses_before_the_journal(opened: Opener) -> None:
    bench = await opened()
    gone = threading.Event()
    bench.link.changed.subscribe(lambda state: gone.set() if state.kind is LinkKind.OFFLINE else None)
    bench.ledger.linked = False
    bench.link.report(errors.Unreachable("There is no route.", sent=False))
    assert gone.wait(PATIENCE)
    assert "no route" in (bench.desk.why_not("refund") or "").lower()
    with pytest.raises(errors.Offline):
        await bench.intend()
    assert await bench.journal.entries(10) == ()


async def test_without_a_journal_nothing_is_sent(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = await opened()

    def full(*_: object, **__: object) -> None:
        raise errors.StoreFull("The disk is full.")

    intent = await bench.intend()
    monkeypatch.setattr(bench.journal, "sent_now", full)
    outcome = await bench.desk.hold(intent).outcome()
    assert (outcome.status, bench.ledger.received) == (Status.NOT_SENT, [])
    assert "nothing was done" in (outcome.trouble or "")
    monkeypatch.setattr(bench.journal, "intend_now", full)
    with pytest.raises(errors.StoreFull):
        await bench.intend()
    assert bench.ledger.received == []


async def test_a_journal_that_fails_after_the_fact_does_not_hide_it(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = await opened()

    def full(*_: object, **__: object) -> None:
        raise errors.StoreFull("The disk is full.")

    intent = await bench.intend()
    monkeypatch.setattr(bench.journal, "settle_now", full)
    outcome = await bench.desk.hold(intent).outcome()
    assert outcome.status is Status.DONE
    assert "journal" in (outcome.trouble or "")
    monkeypatch.undo()
    assert await bench.status(intent.key) is Status.SENT, "looked up at the next start"


# ── taking back ──
async def test_taken_back_in_the_hold_is_surely_not_sent(opened: Opener) -> None:
    bench = await opened(rules=DeskRules(hold=LONG, pauses=()))
    held = bench.desk.hold(await bench.intend())
    assert LONG - PATIENCE < held.remaining <= LONG
    assert held.take_back()
    assert held.remaining == 0
    assert (await held.outcome()).status is Status.WITHDRAWN
    assert await bench.status(held.key) is Status.WITHDRAWN
    assert held.take_back(), "it stays taken back"
    assert bench.ledger.received == []


async def test_either_sent_or_taken_back_never_both(opened: Opener) -> None:
    """Threads try to take back around the end of the hold, which moves to where both ways are likely."""
    bench = await opened(rules=DeskRules(hold=LONG, ask=PATIENCE, pauses=()))
    counts = {True: 0, False: 0}
    hold = 0.003
    for number in range(60):
        intent = await bench.intend(refund(payment=f"pay_{number}", invoice=None))
        held = bench.desk.hold(intent, hold)
        taken = await _race(held, 0.002)
        hold *= 0.7 if taken else 1.4
        outcome = await held.outcome()
        sent = [intent for intent in bench.ledger.received if intent.key == held.key]
        assert outcome.status is (Status.WITHDRAWN if taken else Status.DONE)
        assert len(sent) == (0 if taken else 1)
        assert await bench.status(held.key) is outcome.status
        counts[taken] += 1
    assert all(counts.values()), f"both ways were tried: {counts}"


async def _race(held: Held, wait: float) -> bool:
    """take_back from two threads at once after `wait` seconds; both must be told the same."""
    answers: list[bool] = []
    pause = threading.Event()

    def one() -> None:
        pause.wait(wait)
        answers.append(held.take_back())

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    return answers[0]


async def test_a_blocked_interface_delays_nothing(opened: Opener) -> None:
    """The loop that called stands still; hold, sending, deadline and journal go on (promise 7)."""
    bench = await opened(rules=DeskRules(hold=0.05, deadline=0.1, ask=PATIENCE, pauses=()))
    settled = threading.Event()
    bench.desk.outcome_changed.subscribe(lambda entry: settled.set() if entry.status is Status.DONE else None)
    bench.ledger.ends = [End.HANG]
    held = bench.desk.hold(await bench.intend())
    assert settled.wait(PATIENCE), "this very thread is blocked here, as a stalled interface is"
    assert held.over
    assert len(bench.ledger.refunds) == 1
    assert bench.journal.entry_now(held.key).status is Status.DONE


async def test_closing_takes_back_what_is_held(opened: Opener) -> None:
    bench = await opened(rules=DeskRules(hold=LONG, pauses=()))
    held = bench.desk.hold(await bench.intend())
    bench.desk.close()
    assert (await held.outcome()).status is Status.WITHDRAWN
    assert bench.ledger.received == []


def test_money_of_the_bench_is_what_the_refund_says() -> None:
    assert refund().amount == Money(500, "eur")
