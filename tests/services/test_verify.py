"""An action that is reported as done counts as done once its changes were read back."""

from __future__ import annotations

import pytest

from tests.support.action_bench import Opener
from tests.support.fake_api import PREVIEW, SYSTEM, End
from wbtui.errors import NotOffered
from wbtui.models.preview import Change, Preview, Status
from wbtui.services.actions.verify import difference_sentence, with_new_ids

REFUNDED = Change(path="payment/pay_1/refunded", label="Refunded", before="0.00 eur", after="5.00 eur")
OTHER = Change(path="payment/pay_2/refunded", label="Of another payment", before=None, after="1.00 eur")


async def test_the_changes_of_the_preview_are_read_back(opened: Opener) -> None:
    bench = await opened()
    outcome = await bench.do(preview=PREVIEW.model_copy(update={"changes": (REFUNDED,)}))
    assert (outcome.status, outcome.trouble) == (Status.DONE, None)


async def test_done_without_the_previewed_change_is_unknown(opened: Opener) -> None:
    bench = await opened()
    outcome = await bench.do(End.OTHER_AMOUNT, preview=PREVIEW.model_copy(update={"changes": (REFUNDED,)}))
    assert outcome.status is Status.UNKNOWN
    assert "Refunded: expected €5.00, found €50.00" in (outcome.trouble or "")
    assert await bench.status(outcome.key) is Status.UNKNOWN


async def test_done_with_a_difference_records_it_in_the_journal(opened: Opener) -> None:
    bench = await opened()
    outcome = await bench.do(preview=PREVIEW.model_copy(update={"changes": (REFUNDED, OTHER)}))
    assert outcome.status is Status.DONE
    assert "Of another payment: expected €1.00, found €0.00" in (outcome.trouble or "")
    assert bench.journal.entry_now(outcome.key).trouble == outcome.trouble


async def test_a_value_that_should_have_stayed_is_said_when_it_changed(opened: Opener) -> None:
    bench = await opened()
    kept = OTHER.model_copy(update={"before": OTHER.after})
    preview = with_changes(REFUNDED, kept)
    assert preview.different == (REFUNDED,), "it is checked, not shown"
    outcome = await bench.do(preview=preview)
    assert outcome.status is Status.DONE
    assert "Of another payment: expected €1.00, found €0.00" in (outcome.trouble or "")
    outcome = await bench.do(
        End.OTHER_AMOUNT,
        preview=with_changes(REFUNDED, kept.model_copy(update={"after": "0.00 eur", "before": "0.00 eur"})),
    )
    assert outcome.status is Status.UNKNOWN, "what stayed is no sign that anything was done"


async def test_without_a_record_of_requests_the_data_decides(opened: Opener) -> None:
    plain = SYSTEM.model_copy(update={"keys_honoured": False, "extension": False})
    bench = await opened(system=plain)
    lost = await bench.do(End.LATE, preview=with_changes(REFUNDED))
    assert lost.status is Status.UNKNOWN
    assert "Refunded: expected €5.00, found €0.00" in (lost.trouble or "")
    bench.ledger.arrive()
    found = await bench.actions.reconcile(lost.key)
    assert (found.status, found.trouble) == (
        Status.DONE,
        "The server's answer was lost; the data shows the change.",
    )
    assert len(bench.ledger.refunds) == 1


async def test_what_the_agent_saw_counts_only_without_a_record_of_requests(opened: Opener) -> None:
    plain = SYSTEM.model_copy(update={"keys_honoured": False, "extension": False})
    bench = await opened(system=plain)
    for done, status in ((False, Status.REFUSED), (True, Status.DONE)):
        lost = await bench.do(End.CUT_BEFORE)
        assert lost.status is Status.UNKNOWN
        assert (await bench.actions.settle(lost.key, done=done)).status is status
        assert await bench.status(lost.key) is status
        assert (await bench.actions.settle(lost.key, done=not done)).status is status, "it is known now"


async def test_with_a_record_of_requests_the_agent_cannot_say_what_became_of_one(opened: Opener) -> None:
    bench = await opened()
    lost = await bench.do(End.CUT_BEFORE)
    with pytest.raises(NotOffered, match="keeps a record"):
        await bench.actions.settle(lost.key, done=True)
    assert await bench.status(lost.key) is Status.UNKNOWN


def with_changes(*changes: Change) -> Preview:
    return PREVIEW.model_copy(update={"changes": changes})


async def test_done_is_unknown_until_the_changes_can_be_read_back(opened: Opener) -> None:
    bench = await opened()
    bench.ledger.unreadable = 2  # after the request, and at the first look-up
    outcome = await bench.do(preview=with_changes(REFUNDED))
    assert outcome.status is Status.UNKNOWN
    assert "could not be read back" in (outcome.trouble or "")
    assert (await bench.actions.reconcile(outcome.key)).status is Status.DONE
    assert len(bench.ledger.refunds) == 1


async def test_done_that_names_nothing_of_what_it_should_have_made_is_unknown(opened: Opener) -> None:
    bench = await opened()
    made = Change(path="credit/new/money", label="Credit", before=None, after="5.00 eur")
    outcome = await bench.do(preview=with_changes(made))
    assert outcome.status is Status.UNKNOWN
    assert "names nothing that was made" in (outcome.trouble or "")


async def test_without_changes_the_outcome_of_the_server_stands(opened: Opener) -> None:
    bench = await opened()
    bench.ledger.unreadable = 1
    assert (await bench.do(preview=with_changes())).status is Status.DONE


def test_what_is_no_path_does_no_harm() -> None:
    odd = (REFUNDED.model_copy(update={"path": path}) for path in ("", "x", "invoice/new", "a/b/c"))
    assert [change.path for change in with_new_ids(odd, ())] == ["", "x", "a/b/c"]


def test_a_difference_is_said_in_the_words_of_the_screens() -> None:
    notes = Change(path="customer/c/notes", label="Notes", before="Old.", after="Old.\nCalled back.")
    end = Change(path="contract/c/cancel_at", label="End", before=None, after="2026-12-01")
    found = {notes.path: "Old.", end.path: None}
    said = difference_sentence((end, notes), found)
    assert said == "End: expected 1 Dec 2026, found nothing; Notes: expected Old.\nCalled back., found Old."
