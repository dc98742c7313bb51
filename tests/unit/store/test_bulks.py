"""Bulk actions in the journal: what was confirmed is read back, no item twice, one wbtui at a time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.money_intents import intent, outcome, preview, refund
from tests.unit.store.conftest import NOW
from wbtui.errors import NotCached
from wbtui.models.bulk import Bulk, BulkItem, ItemStatus, LeftOut, totals
from wbtui.models.money import Money
from wbtui.models.preview import BASIS_CHANGED, Rule, Status
from wbtui.store.journal import Journal, open_journal
from wbtui.store.journal_rows import WrongState


def bulk(count: int = 3) -> Bulk:
    """Return a bulk action of that many refunds, of one customer each, and a customer who was left out."""
    items = tuple(
        BulkItem(refund(f"pay_{n}", f"cus_{n}"), preview(), "[/b] Anna", "Refund", "INV-1", n)
        for n in range(1, count + 1)
    )
    left_out = (LeftOut("cus_9", "[/b] Eve \ud800", "No open invoice."),)
    return Bulk("bulk-1", "refund", True, NOW, items, left_out=left_out)


def record(journal: Journal, key: str, number: int) -> None:
    one = intent(key, f"pay_{number}", f"cus_{number}")
    journal.record_intent_now(
        one, customer_title="Anna", summary="Refund", today=None, bulk=("bulk-1", number)
    )


async def test_a_bulk_action_is_read_as_it_was_confirmed(journal: Journal) -> None:
    journal.bulks.record_now(bulk())
    assert await journal.bulks.read("bulk-1") == bulk() == await journal.bulks.last()
    assert await journal.bulks.unfinished() == (bulk(),)
    journal.bulks.end_now("bulk-1")
    assert await journal.bulks.unfinished() == ()
    assert await journal.bulks.last() == replace(bulk(), ended=NOW)
    with pytest.raises(NotCached):
        await journal.bulks.read("bulk-2")


async def test_an_item_has_the_status_of_its_latest_entry_or_why_it_was_skipped(journal: Journal) -> None:
    journal.bulks.record_now(bulk(4))
    for number in (1, 2, 3):
        record(journal, f"key-{number}", number)
    journal.withdraw_now("key-1")
    journal.sent_now("key-2")
    journal.unknown_now("key-2", "It was cut.")
    rule = Rule(code=BASIS_CHANGED, message="It moved.")
    journal.settle_now("key-3", outcome(Status.REFUSED, "key-3", rule=rule))
    skipped = replace(bulk(4).item(4), status=ItemStatus.NOT_SENT, trouble="500.")
    journal.bulks.skip_now("bulk-1", skipped)
    found = await journal.bulks.read("bulk-1")
    assert [(item.status.value, item.trouble, item.key) for item in found.items] == [
        ("not_tried", None, "key-1"),
        ("unknown", "It was cut.", "key-2"),
        ("changed", "It moved.", "key-3"),
        ("not_sent", "500.", None),
    ]
    assert [item.number for item in found.left] == [1, 4]
    record(journal, "key-4", 4)
    record(journal, "key-1b", 1)
    again = await journal.bulks.read("bulk-1")
    assert [again.item(n).status.value for n in (1, 4)] == ["sending", "sending"]
    assert (again.item(1).key, again.item(4).trouble) == ("key-1b", None)
    entries = await journal.entries()
    assert [(entry.bulk_id, entry.bulk_number) for entry in entries[:2]] == [("bulk-1", 1), ("bulk-1", 4)]
    assert bulk(4).after(entries[0]).item(1).status is ItemStatus.SENDING


async def test_one_killed_with_its_last_item_is_not_offered_again(journal: Journal) -> None:
    """It was offered at every start, and no other could be started on the command line."""
    journal.bulks.record_now(bulk(2))
    record(journal, "key-1", 1)
    record(journal, "key-2", 2)
    assert await journal.bulks.unfinished() == ()
    journal.sent_now("key-1")
    journal.settle_now("key-1", outcome(Status.DONE, "key-1"))
    journal.withdraw_now("key-2")
    assert [[item.number for item in one.left] for one in await journal.bulks.unfinished()] == [[2]]


@pytest.mark.parametrize("status", [Status.DONE, Status.REFUSED, Status.PENDING, Status.UNKNOWN, Status.SENT])
async def test_an_item_that_may_have_had_an_effect_gets_no_second_entry(
    journal: Journal, status: Status
) -> None:
    journal.bulks.record_now(bulk())
    record(journal, "key-1", 1)
    journal.sent_now("key-1")
    if status is Status.UNKNOWN:
        journal.unknown_now("key-1", "?")
    elif status is not Status.SENT:
        journal.settle_now("key-1", outcome(status))
    with pytest.raises(WrongState):
        record(journal, "key-2", 1)
    assert [entry.key for entry in await journal.entries()] == ["key-1"]


async def test_one_wbtui_at_a_time_sends_its_items(folder: Path) -> None:
    running = {"one"}
    one, other = [
        await open_journal(
            folder / "journal.db", clock=lambda: NOW, owner=name, is_alive=lambda who: who in running
        )
        for name in ("one", "other")
    ]
    one.bulks.record_now(bulk())
    assert await other.bulks.unfinished() == ()
    with pytest.raises(WrongState, match="Another wbtui"):
        other.bulks.claim_now("bulk-1")
    running.clear()
    assert await other.bulks.unfinished() == (bulk(),)
    assert other.bulks.claim_now("bulk-1") == bulk()
    with pytest.raises(WrongState, match="taken over"):
        record(one, "key-1", 1)
    record(other, "key-2", 1)
    other.bulks.end_now("bulk-1")
    with pytest.raises(WrongState, match="ended"):
        record(other, "key-3", 2)
    for journal in (one, other):
        await journal.close()


def test_totals_add_up_by_currency() -> None:
    items = list(bulk().items)
    items[1] = replace(items[1], preview=preview().model_copy(update={"amount": Money(500, "usd")}))
    items.append(replace(items[0], preview=preview().model_copy(update={"amount": None})))
    assert totals(items) == (Money(4480, "eur"), Money(500, "usd"))
