"""The action service with a billing system in memory: outcomes, cancellation, look-ups, idempotency."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.support.action_bench import LONG, Opener, close_bench
from tests.support.customers import NOW
from tests.support.fake_api import PREVIEW, SYSTEM, End, portal_link, refund
from tests.support.patience import PATIENCE
from wbtui import errors
from wbtui.models.limits import Limits
from wbtui.models.money import Money
from wbtui.models.preview import Lookalike, Rule, Status, Warn
from wbtui.services.actions.limits import READ_ONLY, Permissions
from wbtui.services.actions.money_client import ActionTimeouts
from wbtui.services.actions.pending_send import PendingSend
from wbtui.services.link import LinkKind


# ── what the agent may do ──
async def test_nothing_above_a_limit_is_recorded(opened: Opener) -> None:
    limits = Limits.model_validate({"refund": {"eur": "5.00"}})
    bench = await opened(permissions=Permissions(limits))
    with pytest.raises(errors.AboveLimit, match="above your limit of €5"):
        await bench.record_intent(preview=PREVIEW.model_copy(update={"amount": Money(501, "eur")}))
    assert await bench.journal.entries() == ()
    within = await bench.do(preview=PREVIEW.model_copy(update={"amount": Money(500, "eur")}))
    assert within.status is Status.DONE


async def test_in_read_only_mode_nothing_is_sent_retried_or_abandoned(opened: Opener, tmp_path: Path) -> None:
    before = await opened()
    outcome = await before.do(End.LATE)
    assert outcome.status is Status.UNKNOWN
    await close_bench(before)
    bench = await opened(permissions=Permissions(read_only=True), ledger=before.ledger)
    sent = len(bench.ledger.received)
    assert bench.actions.send_reason("refund") == READ_ONLY
    with pytest.raises(errors.ReadOnly):
        await bench.record_intent()
    with pytest.raises(errors.ReadOnly):
        await bench.actions.resend(outcome.key)
    with pytest.raises(errors.ReadOnly):
        await bench.actions.abandon(outcome.key)
    assert len(bench.ledger.received) == sent
    assert (await bench.actions.reconcile(outcome.key)).status is Status.UNKNOWN


# ── the outcomes ──
async def test_an_action_is_recorded_before_and_after_and_refreshes_cached_data(opened: Opener) -> None:
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
}


@pytest.mark.parametrize("end", _ENDS)
async def test_each_error_is_classified_by_what_it_proves(opened: Opener, end: End) -> None:
    bench = await opened()
    outcome = await bench.do(end)
    status, effects = _ENDS[end]
    assert outcome.status is status
    assert len(bench.ledger.refunds) == effects
    assert await bench.status(outcome.key) is status
    if status is not Status.DONE:
        assert outcome.trouble or outcome.rule
    changed = status in (Status.DONE, Status.UNKNOWN) or end is End.BASIS
    assert set(bench.marked) == ({bench.journal.entry_now(outcome.key).customer_id} if changed else set())


async def test_basis_changed_provides_the_new_preview(opened: Opener) -> None:
    bench = await opened()
    bench.ledger.ends = [End.BASIS]
    pending = bench.actions.send(await bench.record_intent())
    outcome = await pending.outcome()
    assert outcome.rule == Rule(code="basis_changed", message="The data has changed since the preview.")
    assert pending.new_preview is not None
    assert pending.new_preview.basis == "b2"
    assert [entry.status for entry in bench.refreshed] == [Status.REFUSED]


async def test_a_new_preview_keeps_the_warnings_that_the_server_does_not_give(opened: Opener) -> None:
    """On plain Wingback a possible duplicate could be sent after the data had changed, without a word."""
    bench = await opened()
    bench.ledger.ends = [End.BASIS]
    far = Warn(code="far_date", text="1 Jan 2030 is 3 years ahead. Check the date.", confirm=False)
    old = Warn(code="frozen", text="The account is frozen.", confirm=False)
    same = Lookalike(at=NOW, what="Add note", by="tess")
    seen = PREVIEW.model_copy(update={"warnings": (old, far), "lookalikes": (same,)})
    pending = bench.actions.send(await bench.record_intent(preview=seen))
    await pending.outcome()
    assert pending.new_preview is not None
    assert (pending.new_preview.warnings, pending.new_preview.lookalikes) == ((far,), (same,))


async def test_the_deadline_ends_a_request_without_a_response(opened: Opener) -> None:
    bench = await opened(timeouts=ActionTimeouts(undo=0.0, deadline=0.2, ask=PATIENCE, pauses=()))
    outcome = await bench.do(End.HANG)
    assert outcome.status is Status.DONE, "unknown after the deadline, then found by the look-up"
    assert Status.UNKNOWN in [entry.status for entry in bench.seen]
    assert len(bench.ledger.refunds) == 1


async def test_the_portal_link_is_returned_and_not_stored(opened: Opener, tmp_path: Path) -> None:
    bench = await opened()
    outcome = await bench.do(action=portal_link())
    assert outcome.link == "https://portal.example/secret"
    await bench.journal.close()  # POSIX locks: the file may not be opened twice in one process
    written = _bytes_of(tmp_path)
    assert b"create_portal_link" in written
    assert b"portal.example" not in written


def _bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.glob("journal*")))


# ── idempotency ──
async def test_confirming_twice_sends_once(opened: Opener) -> None:
    bench = await opened(timeouts=ActionTimeouts(undo=0.05, pauses=()))
    intent = await bench.record_intent()
    first, second = bench.actions.send(intent), bench.actions.send(intent)
    assert first is second
    await first.outcome()
    assert len(bench.ledger.received) == 1


async def test_a_conflicting_action_is_rejected_while_one_is_pending(opened: Opener) -> None:
    bench = await opened(timeouts=ActionTimeouts(undo=LONG, pauses=()))
    pending = bench.actions.send(await bench.record_intent())
    with pytest.raises(errors.Unresolved, match=r"The new action was not sent\.") as raised:
        await bench.record_intent()
    assert raised.value.exit_code == 8, "not 1: a script knows that nothing was done"
    with pytest.raises(errors.Unresolved, match=r"Refund €5\.00 of INV-1"):
        await bench.record_intent(refund(payment="pay_2"))  # same invoice
    await bench.record_intent(refund(payment="pay_2", invoice="inv_2"))  # other invoice
    assert pending.cancel()
    assert (await pending.outcome()).status is Status.WITHDRAWN
    await bench.record_intent()


async def test_an_unknown_outcome_blocks_until_it_is_abandoned(opened: Opener) -> None:
    bench = await opened()
    outcome = await bench.do(End.LATE)
    assert outcome.status is Status.UNKNOWN
    with pytest.raises(errors.Unresolved):
        await bench.record_intent()
    abandoned = await bench.actions.abandon(outcome.key)
    assert (abandoned.status, abandoned.rule and abandoned.rule.code) == (Status.REFUSED, "abandoned")
    bench.ledger.arrive()
    assert bench.ledger.refunds == []
    assert (await bench.do()).status is Status.DONE


async def test_a_late_arrival_before_abandoning_is_done(opened: Opener) -> None:
    bench = await opened()
    outcome = await bench.do(End.LATE)
    bench.ledger.arrive()
    assert (await bench.actions.abandon(outcome.key)).status is Status.DONE
    assert await bench.status(outcome.key) is Status.DONE
    assert len(bench.ledger.refunds) == 1


async def test_an_intent_that_was_never_confirmed_does_not_block(opened: Opener) -> None:
    bench = await opened()
    unsent = await bench.record_intent()
    fresh = await bench.record_intent()
    assert fresh.key != unsent.key
    assert (await bench.actions.send(unsent).outcome()).status is Status.WITHDRAWN
    assert await bench.status(unsent.key) is Status.WITHDRAWN
    assert bench.ledger.received == []


async def test_resend_uses_the_same_key_and_bytes(opened: Opener) -> None:
    bench = await opened()
    outcome = await bench.do(End.LATE)
    again = await bench.actions.resend(outcome.key)
    assert again.status is Status.DONE
    first, second = bench.ledger.received
    assert (first.key, first.body) == (second.key, second.body)
    bench.ledger.arrive()
    assert len(bench.ledger.refunds) == 1
    assert bench.journal.entry_now(outcome.key).attempts == 2


@pytest.mark.parametrize(
    "end", [End.NO_CONNECT, End.REJECT, End.LIMITED, End.KEY, End.BASIS, End.CUT_BEFORE, End.FAIL_BEFORE]
)
async def test_a_failed_resend_proves_nothing_about_the_first_request(opened: Opener, end: End) -> None:
    bench = await opened()
    outcome = await bench.do(End.LATE)
    bench.ledger.ends = [end]
    again = await bench.actions.resend(outcome.key)
    assert again.status is Status.UNKNOWN
    assert await bench.status(outcome.key) is Status.UNKNOWN
    bench.ledger.arrive()
    assert (await bench.actions.reconcile(outcome.key)).status is Status.DONE


async def test_nothing_is_resent_without_idempotency_keys(opened: Opener) -> None:
    plain = SYSTEM.model_copy(update={"keys_honoured": False, "extension": False})
    bench = await opened(system=plain)
    outcome = await bench.do(End.LATE)
    assert outcome.status is Status.UNKNOWN
    with pytest.raises(errors.NotOffered):
        await bench.actions.resend(outcome.key)
    assert len(bench.ledger.received) == 1


async def test_unknown_outcomes_are_looked_up_in_the_background(opened: Opener) -> None:
    bench = await opened(timeouts=ActionTimeouts(undo=0.0, ask=PATIENCE, pauses=(0.01,) * 200))
    settled = threading.Event()
    bench.actions.outcome_changed.subscribe(
        lambda entry: settled.set() if entry.status is Status.DONE else None
    )
    outcome = await bench.do(End.LATE)
    assert outcome.status is Status.UNKNOWN
    bench.ledger.arrive()
    assert await bench.loops[0].run(_waited(settled))
    assert await bench.status(outcome.key) is Status.DONE


async def _waited(event: threading.Event) -> bool:
    return event.wait(PATIENCE)


# ── unavailable actions ──
async def test_the_disabled_reason_names_an_alternative(opened: Opener) -> None:
    plain = SYSTEM.model_copy(
        update={"capabilities": frozenset({"action.create_portal_link"}), "extension": False}
    )
    bench = await opened(system=plain)
    assert "dashboard" in (bench.actions.send_reason("refund") or "")
    assert bench.actions.disabled_reason("create_portal_link") is None
    with pytest.raises(errors.NotOffered):
        await bench.actions.preview(refund())
    with pytest.raises(errors.NotOffered):
        await bench.record_intent()
    assert (await bench.do(action=portal_link())).link


async def test_nothing_is_recorded_while_offline(opened: Opener) -> None:
    bench = await opened()
    offline = threading.Event()
    bench.link.changed.subscribe(lambda state: offline.set() if state.kind is LinkKind.OFFLINE else None)
    bench.ledger.linked = False
    bench.link.report(errors.Unreachable("There is no route.", sent=False))
    assert offline.wait(PATIENCE)
    assert "no route" in (bench.actions.send_reason("refund") or "").lower()
    with pytest.raises(errors.Offline):
        await bench.record_intent()
    assert await bench.journal.entries(10) == ()


async def test_without_a_journal_nothing_is_sent(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = await opened()

    def full(*_: object, **__: object) -> None:
        raise errors.StoreFull("The disk is full.")

    intent = await bench.record_intent()
    monkeypatch.setattr(bench.journal, "sent_now", full)
    outcome = await bench.actions.send(intent).outcome()
    assert (outcome.status, bench.ledger.received) == (Status.NOT_SENT, [])
    assert "Nothing was sent" in (outcome.trouble or "")
    monkeypatch.setattr(bench.journal, "record_intent_now", full)
    with pytest.raises(errors.StoreFull):
        await bench.record_intent()
    assert bench.ledger.received == []


async def test_a_journal_error_after_sending_does_not_hide_the_outcome(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = await opened()

    def full(*_: object, **__: object) -> None:
        raise errors.StoreFull("The disk is full.")

    intent = await bench.record_intent()
    monkeypatch.setattr(bench.journal, "settle_now", full)
    outcome = await bench.actions.send(intent).outcome()
    assert outcome.status is Status.DONE
    assert "journal" in (outcome.trouble or "")
    monkeypatch.undo()
    assert await bench.status(intent.key) is Status.SENT, "looked up at the next start"


# ── cancellation ──
async def test_an_action_cancelled_in_the_undo_window_is_not_sent(opened: Opener) -> None:
    bench = await opened(timeouts=ActionTimeouts(undo=LONG, pauses=()))
    pending = bench.actions.send(await bench.record_intent())
    assert LONG - PATIENCE < pending.remaining <= LONG
    assert pending.cancel()
    assert pending.remaining == 0
    assert (await pending.outcome()).status is Status.WITHDRAWN
    assert await bench.status(pending.key) is Status.WITHDRAWN
    assert pending.cancel(), "it stays cancelled"
    assert bench.ledger.received == []


async def test_an_action_is_either_sent_or_cancelled_never_both(opened: Opener) -> None:
    """Threads cancel around the end of the undo window, whose length adapts until both results are likely."""
    bench = await opened(timeouts=ActionTimeouts(undo=LONG, ask=PATIENCE, pauses=()))
    counts = {True: 0, False: 0}
    window = 0.003
    for number in range(60):
        intent = await bench.record_intent(refund(payment=f"pay_{number}", invoice=None))
        pending = bench.actions.send(intent, window)
        cancelled = await _race(pending, 0.002)
        window *= 0.7 if cancelled else 1.4
        outcome = await pending.outcome()
        sent = [intent for intent in bench.ledger.received if intent.key == pending.key]
        assert outcome.status is (Status.WITHDRAWN if cancelled else Status.DONE)
        assert len(sent) == (0 if cancelled else 1)
        assert await bench.status(pending.key) is outcome.status
        counts[cancelled] += 1
    assert all(counts.values()), f"both results occurred: {counts}"


async def _race(pending: PendingSend, wait: float) -> bool:
    """Cancel from two threads at once after `wait` seconds; both must get the same result."""
    answers: list[bool] = []
    pause = threading.Event()

    def one() -> None:
        pause.wait(wait)
        answers.append(pending.cancel())

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    return answers[0]


async def test_a_blocked_user_interface_delays_nothing(opened: Opener) -> None:
    """Undo window, send, deadline and journal continue while the caller's loop is blocked."""
    bench = await opened(timeouts=ActionTimeouts(undo=0.05, deadline=0.1, ask=PATIENCE, pauses=()))
    settled = threading.Event()
    bench.actions.outcome_changed.subscribe(
        lambda entry: settled.set() if entry.status is Status.DONE else None
    )
    bench.ledger.ends = [End.HANG]
    pending = bench.actions.send(await bench.record_intent())
    assert settled.wait(PATIENCE), "this wait blocks the caller's thread, like a blocked user interface"
    assert pending.finished
    assert len(bench.ledger.refunds) == 1
    assert bench.journal.entry_now(pending.key).status is Status.DONE


async def test_closing_cancels_pending_actions(opened: Opener) -> None:
    bench = await opened(timeouts=ActionTimeouts(undo=LONG, pauses=()))
    pending = bench.actions.send(await bench.record_intent())
    bench.actions.close()
    assert (await pending.outcome()).status is Status.WITHDRAWN
    assert bench.ledger.received == []
