"""The journal: durable when a call returns, statuses in order, nothing removed, crashes recovered."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.support.money_intents import intent, outcome, refund
from tests.unit.store.conftest import NOW
from wbtui.errors import NotCached, StoreError, Unresolved
from wbtui.models.activity import Ref
from wbtui.models.money import Money
from wbtui.models.preview import Rule, Status
from wbtui.store import owner
from wbtui.store.journal import Journal, open_journal
from wbtui.store.journal_rows import ALLOWED, WrongState
from wbtui.store.sqlite import sqlite3

WORDS = {"customer_title": "Anna Schmidt", "summary": "Refund €22.40 of INV-0041"}


def record_intent(journal: Journal, key: str = "key-1", **more: object) -> None:
    payment = str(more.pop("payment", "pay_1"))
    conflict_key = more.pop("conflict_key", None)
    journal.record_intent_now(
        intent(key, payment),
        customer_title="Anna Schmidt",
        summary="Refund €22.40 of INV-0041",
        today=NOW.date(),
        conflict_key=None if conflict_key is None else str(conflict_key),
    )


async def test_an_intent_is_recorded_in_full(journal: Journal) -> None:
    record_intent(journal, conflict_key="refund:pay_1")
    entry = journal.entry_now("key-1")
    assert entry.status is Status.INTENDED
    assert (entry.customer, entry.summary, entry.money) == (*WORDS.values(), Money(2240, "eur"))
    assert (entry.agent, entry.ticket, entry.reason) == ("Bø", "ZD-1189", "service_issue")
    assert (entry.subject, entry.created) == (Ref(type="invoice", id="inv_1"), NOW)
    assert (entry.today, entry.attempts, entry.sent_at, entry.settled_at) == (NOW.date(), 0, None, None)
    confirmed = journal.confirmed_now("key-1")
    assert confirmed.action == refund()
    assert (confirmed.body, confirmed.basis) == (intent().body, "basis-1")
    assert (confirmed.changes, confirmed.conflict_key) == (intent().preview.changes, "refund:pay_1")
    assert await journal.body("key-1") == intent().body


async def test_from_sent_to_done(journal: Journal) -> None:
    record_intent(journal)
    journal.sent_now("key-1")
    assert journal.entry_now("key-1").attempts == 1
    refs = (Ref(type="refund", id="ref_1", label=None),)
    rule = Rule(code="x", message="y", limit=Money(1, "eur"))
    done = outcome(Status.DONE, objects=refs, rule=rule, customer_sentence="We gave back €22.40.")
    journal.settle_now("key-1", done)
    entry = journal.entry_now("key-1")
    assert (entry.status, entry.objects, entry.rule) == (Status.DONE, refs, rule)
    assert (entry.sent_at, entry.settled_at) == (NOW, NOW)
    assert entry.customer_sentence == "We gave back €22.40."
    journal.settle_now("key-1", done)  # recorded again
    assert await journal.unresolved() == ()


async def test_a_portal_link_is_never_written(journal: Journal, folder: Path) -> None:
    record_intent(journal)
    journal.sent_now("key-1")
    link = "https://portal.example/s3cr3t"
    linked = outcome(Status.DONE, link=link, customer_sentence=f"Here: {link}")
    journal.settle_now("key-1", linked)
    assert journal.entry_now("key-1").customer_sentence == "Here: (link not kept)"
    await journal.close()
    assert b"s3cr3t" not in (folder / "journal.db").read_bytes()


@pytest.mark.parametrize("start", list(Status))
@pytest.mark.parametrize("end", list(Status))
async def test_only_allowed_changes_of_status_are_recorded(
    journal: Journal, start: Status, end: Status
) -> None:
    record_intent(journal)
    if start not in (Status.INTENDED, Status.WITHDRAWN, Status.NOT_SENT):
        journal.sent_now("key-1")
    if start not in (Status.INTENDED, Status.SENT):
        journal.settle_now("key-1", outcome(start))

    def move() -> None:
        if end is Status.SENT:
            journal.sent_now("key-1")
        else:
            journal.settle_now("key-1", outcome(end))

    if end in ALLOWED.get(start, frozenset()):
        move()
        assert journal.entry_now("key-1").status is end
    elif end is start and end.settled:
        move()  # recorded again: nothing changes
        assert journal.entry_now("key-1").status is start
    else:
        with pytest.raises(WrongState):
            move()
        assert journal.entry_now("key-1").status is start


def test_a_settled_entry_stays_settled_and_a_sent_one_is_never_withdrawn() -> None:
    settled = [status for status in Status if status.settled and status is not Status.PENDING]
    assert not any(ALLOWED.get(status) for status in settled)
    assert not any(to in (Status.INTENDED,) for allowed in ALLOWED.values() for to in allowed)
    assert Status.WITHDRAWN not in ALLOWED[Status.SENT] | ALLOWED[Status.UNKNOWN]


async def test_the_file_itself_refuses_to_delete_or_rewrite(journal: Journal, folder: Path) -> None:
    record_intent(journal)
    journal.settle_now("key-1", outcome(Status.REFUSED))
    await journal.close()
    raw = sqlite3.connect(str(folder / "journal.db"))
    for sql in (
        "DELETE FROM entries",
        "UPDATE entries SET body = x'00'",
        "UPDATE entries SET status = 'intended'",
        "UPDATE entries SET status = 'done'",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(sql)
    raw.close()


async def test_an_idempotency_key_is_used_once(journal: Journal) -> None:
    record_intent(journal)
    with pytest.raises(WrongState):
        record_intent(journal)
    assert len(await journal.entries()) == 1
    with pytest.raises(NotCached):
        await journal.body("nope")
    for change in (journal.entry_now, journal.sent_now, journal.withdraw_now):
        with pytest.raises(NotCached):
            change("nope")


async def test_one_open_action_per_conflict_key_even_across_processes(journal: Journal, folder: Path) -> None:
    neighbour = await open_journal(folder / "journal.db", clock=lambda: NOW)
    record_intent(journal, "key-1", conflict_key="refund:pay_1")
    with pytest.raises(Unresolved):
        record_intent(neighbour, "key-2", conflict_key="refund:pay_1")
    record_intent(neighbour, "key-3", conflict_key="refund:pay_2")
    journal.sent_now("key-1")
    journal.unknown_now("key-1", "The connection broke.")
    with pytest.raises(Unresolved, match="Refund €22"):
        record_intent(neighbour, "key-2", conflict_key="refund:pay_1")
    journal.settle_now("key-1", outcome(Status.DONE))
    record_intent(neighbour, "key-2", conflict_key="refund:pay_1")
    await neighbour.close()


async def test_entries_come_newest_first_and_by_customer(journal: Journal) -> None:
    for number in range(5):
        record_intent(journal, f"key-{number}")
    other = intent("other", customer="cus_2")
    journal.record_intent_now(other, customer_title="B", summary="s", today=None)
    assert [e.key for e in await journal.entries(3)] == ["other", "key-4", "key-3"]
    assert await journal.entries(0) == ()


async def test_an_action_without_outcome_is_found_however_old_it_is(journal: Journal) -> None:
    for number in range(5):
        record_intent(journal, f"key-{number}")
        journal.sent_now(f"key-{number}")
        if number != 1:
            journal.settle_now(f"key-{number}", outcome(Status.DONE, f"key-{number}"))
    journal.unknown_now("key-1", "The connection broke.")
    assert [e.key for e in await journal.entries(2, and_open=True)] == ["key-4", "key-3", "key-1"]
    assert [e.key for e in await journal.entries(4, and_open=True)] == ["key-4", "key-3", "key-2", "key-1"]
    assert await journal.counts() == (5, 1)


def test_an_unknown_action_can_be_sent_again_and_a_pending_one_withdrawn(journal: Journal) -> None:
    record_intent(journal)
    journal.sent_now("key-1")
    journal.unknown_now("key-1", "No answer.")
    assert [e.trouble for e in journal.unresolved_now()] == ["No answer."]
    journal.sent_now("key-1")
    assert journal.entry_now("key-1").attempts == 2
    record_intent(journal, "key-2")
    journal.withdraw_now("key-2")
    assert journal.entry_now("key-2").status is Status.WITHDRAWN


# ── after a crash ──
async def test_recover_settles_what_a_dead_process_left(folder: Path) -> None:
    dead = await open_journal(folder / "journal.db", clock=lambda: NOW, owner="dead")
    for key in ("a", "b", "c"):
        record_intent(dead, key)
    dead.sent_now("b")
    dead.settle_now("c", outcome(Status.DONE, "c"))
    await dead.close()
    fresh = await open_journal(
        folder / "journal.db", clock=lambda: NOW, owner="me", is_alive=lambda who: who != "dead"
    )
    assert set(await fresh.recover()) == {"a", "b"}
    found = {e.key: e.status for e in await fresh.entries()}
    assert found == {"a": Status.WITHDRAWN, "b": Status.UNKNOWN, "c": Status.DONE}
    assert await fresh.recover() == ()
    await fresh.close()


async def test_recover_leaves_the_entries_of_a_running_process_alone(folder: Path) -> None:
    neighbour = await open_journal(folder / "journal.db", clock=lambda: NOW, owner="neighbour")
    record_intent(neighbour, "a")
    mine = await open_journal(
        folder / "journal.db", clock=lambda: NOW, owner="me", is_alive=lambda who: who == "neighbour"
    )
    assert await mine.recover() == ()
    neighbour.sent_now("a")
    await neighbour.close()
    await mine.close()


async def test_entries_of_another_machine_are_abandoned_after_an_hour(folder: Path) -> None:
    there = await open_journal(folder / "journal.db", clock=lambda: NOW, owner="there")
    record_intent(there, "a")
    there.sent_now("a")
    await there.close()
    for passed, expected in ((timedelta(minutes=59), ()), (timedelta(minutes=61), ("a",))):
        here = await open_journal(
            folder / "journal.db",
            clock=partial(NOW.__add__, passed),
            owner="here",
            is_alive=lambda who: None,
        )
        assert await here.recover() == expected
        await here.close()


def test_a_process_is_identified_by_more_than_its_pid() -> None:
    me = owner.this_process()
    assert owner.is_alive(me)
    host, boot, pid, start = me.split("|")
    assert owner.is_alive(f"{host}|{boot}|{pid}|{int(start) + 1}") is False, (
        "another process with the same pid"
    )
    assert owner.is_alive(f"{host}|other-boot|{pid}|{start}") is False
    assert owner.is_alive(f"elsewhere|{boot}|{pid}|{start}") is None
    assert owner.is_alive("nonsense") is False
    child = subprocess.run(
        [sys.executable, "-c", "from wbtui.store import owner; print(owner.this_process())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert owner.is_alive(child.stdout.strip()) is False


async def test_a_journal_renamed_while_open_is_noticed(journal: Journal, folder: Path) -> None:
    record_intent(journal, "a")
    os.rename(folder / "journal.db", folder / "elsewhere.db")  # noqa: PTH104
    with pytest.raises(StoreError, match="removed or replaced"):
        record_intent(journal, "b")
