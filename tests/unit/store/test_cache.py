"""The cache returns what was stored with its age; older data never replaces newer; syncs resume."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.anna import ANNA, BRIEF, SUBSCRIPTION
from tests.support.anna import INVOICE as ANNAS_INVOICE
from tests.support.customers import customer, customers, invoices_of
from tests.support.examples import examples
from tests.unit.store.conftest import NOW
from wbtui.errors import NotCached
from wbtui.models.customer import Customer
from wbtui.models.money import Money
from wbtui.models.page import Page, Source, Stamped
from wbtui.models.parts import CREDITS, CUSTOMER, INVOICE, INVOICES, REFUNDS, SUBSCRIPTIONS
from wbtui.models.payment import Refund, RefundStatus
from wbtui.models.query.parser import parse
from wbtui.models.query.terms import Query
from wbtui.models.subscription import SubscriptionStatus
from wbtui.store.blob_codec import pack, unpack
from wbtui.store.cache import Cache, open_cache
from wbtui.store.highlights import why

LATER = NOW + timedelta(minutes=1)


async def test_a_customer_is_returned_unchanged_with_its_age(cache: Cache) -> None:
    ann = customer(1)
    assert await cache.put_customers([ann], NOW) == {ann.id}
    held = await cache.customer(ann.id)
    assert (held.value, held.fetched_at, held.source) == (ann, NOW, Source.CACHE)
    with pytest.raises(NotCached):
        await cache.customer("cus_nobody")


async def test_an_older_fetch_never_replaces_a_newer_one(cache: Cache) -> None:
    old, new = customer(1), customer(1).model_copy(update={"name": "New Name", "version": "v99"})
    await cache.put_customers([new], LATER)
    assert await cache.put_customers([old], NOW) == frozenset()
    assert (await cache.customer(old.id)).value == new
    assert await cache.count(parse("new name")) == 1


async def test_an_unchanged_row_only_updates_its_age(cache: Cache) -> None:
    ann = customer(1)
    await cache.put_customers([ann], NOW)
    assert await cache.put_customers([ann], LATER) == frozenset()
    assert (await cache.customer(ann.id)).fetched_at == LATER


async def test_a_changed_row_is_found_by_its_new_words_only(cache: Cache) -> None:
    ann = customer(1).model_copy(update={"name": "Zuckerberg"})
    await cache.put_customers([ann], NOW)
    await cache.put_customers([ann.model_copy(update={"name": "Quetzal"})], LATER)
    assert await cache.count(parse("zuckerberg")) == 0
    assert await cache.count(parse("quetzal")) == 1


async def test_a_customer_is_removed_with_all_their_data(cache: Cache) -> None:
    ann, bob = customer(1), customer(2)
    await cache.put_customers([ann, bob], NOW)
    await cache.put_invoice_rows([*invoices_of(ann), *invoices_of(bob)], NOW)
    await cache.put_part(CREDITS, ann.id, (), NOW)
    for _ in range(2):
        await cache.remove_customer(ann.id)
    for gone in (cache.customer(ann.id), cache.part(CREDITS, ann.id), cache.find_invoice("INV-000001-0")):
        with pytest.raises(NotCached):
            await gone
    assert (await cache.counts()).customers == 1
    assert (await cache.find_invoice("INV-000002-0")).value.customer_id == bob.id


async def test_invoices_with_colliding_keys_are_not_confused(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = customer(1), customer(2)
    keys = {row.id: number for number, row in enumerate((*invoices_of(ann), *invoices_of(bob)))}
    for module in ("cache_reads", "writing"):
        monkeypatch.setattr(f"wbtui.store.{module}.key_of", lambda text: keys.get(text, -1))
    await cache.put_invoice_rows([*invoices_of(ann), *invoices_of(bob)], NOW)
    wanted = invoices_of(bob)[1]
    assert (await cache.find_invoice(wanted.number)).value == wanted
    assert (await cache.find_invoice(wanted.id)).value == wanted
    with pytest.raises(NotCached):
        await cache.find_invoice("INV-none")


async def test_invoices_are_found_by_id_and_by_number_ignoring_punctuation(cache: Cache) -> None:
    rows = invoices_of(customer(7))
    await cache.put_invoice_rows(rows, NOW)
    for typed in (rows[1].id, rows[1].number, rows[1].number.lower(), "inv 000007 1", " INV-000007-1 "):
        assert (await cache.find_invoice(typed)).value == rows[1]
    for nothing in ("", "-", "inv"):
        with pytest.raises(NotCached):
            await cache.find_invoice(nothing)


async def test_an_older_part_never_replaces_a_newer_one_of_its_owner(cache: Cache) -> None:
    rows = invoices_of(customer(1))
    await cache.put_part(INVOICES, "a", rows, LATER)
    await cache.put_part(INVOICES, "a", (), NOW)
    held = await cache.part(INVOICES, "a")
    assert held.value == rows
    assert held.fetched_at == LATER
    with pytest.raises(NotCached):
        await cache.part(INVOICES, "b")


async def test_subscriptions_are_outdated_when_a_later_row_of_the_customer_has_another_status(
    cache: Cache,
) -> None:
    [brief] = ANNA.subscriptions
    ended = brief.model_copy(update={"status": SubscriptionStatus.CANCELED})
    row = ANNA.model_copy(update={"subscriptions": (ended,), "version": "v2"})
    await cache.put_customers([row], NOW)
    await cache.put_part(SUBSCRIPTIONS, ANNA.id, (SUBSCRIPTION,), NOW)
    assert not (await cache.part(SUBSCRIPTIONS, ANNA.id)).outdated, "the row is no newer"
    await cache.put_customers([row.model_copy(update={"version": "v3"})], LATER)
    assert (await cache.part(SUBSCRIPTIONS, ANNA.id)).outdated
    assert (await cache.profile(ANNA.id, [SUBSCRIPTIONS]))[SUBSCRIPTIONS.name].outdated
    await cache.put_customers([ANNA.model_copy(update={"version": "v4"})], LATER + timedelta(seconds=1))
    assert not (await cache.part(SUBSCRIPTIONS, ANNA.id)).outdated, "both have the same status"


async def test_what_is_marked_stays_outdated_until_it_is_stored_again(cache: Cache) -> None:
    ann, bob = customer(1), customer(2)
    await cache.put_customers([ann, bob], NOW)
    for one in (ann, bob):
        await cache.put_part(CREDITS, one.id, (), NOW)
    invoice = ANNAS_INVOICE.model_copy(update={"customer_id": ann.id})
    await cache.put_part(INVOICE, invoice.id, invoice, NOW)

    async def outdated() -> set[str]:
        rows: dict[str, Stamped[Any]] = {one.title: await cache.customer(one.id) for one in (ann, bob)}
        rows |= {f"credits {one.title}": await cache.part(CREDITS, one.id) for one in (ann, bob)}
        rows["invoice"] = await cache.part(INVOICE, invoice.id)
        assert not any(row.outdated and row.is_fresh(NOW) for row in rows.values())
        return {name for name, row in rows.items() if row.outdated}

    assert await outdated() == set()
    await cache.mark_outdated([ann.id])
    assert await outdated() == {ann.title, f"credits {ann.title}", "invoice"}
    [listed] = (await cache.window(parse(ann.title), 0, 1)).rows
    assert listed.outdated
    await cache.put_customers([ann], NOW)  # the same row, at an instant that is no later
    await cache.put_part(CREDITS, ann.id, (), NOW)
    assert await outdated() == {"invoice"}
    await cache.mark_outdated()
    assert len(await outdated()) == 5
    await cache.put_part(INVOICE, invoice.id, invoice, NOW)
    changed = bob.model_copy(update={"version": "v9"})
    await cache.put_customers([changed], LATER)
    assert await outdated() == {ann.title, f"credits {ann.title}", f"credits {bob.title}"}
    await cache.mark_part_outdated(CUSTOMER, bob.id)
    await cache.mark_part_outdated(INVOICE, invoice.id)
    assert len(await outdated()) == 5
    await cache.put_part(CREDITS, bob.id, (), LATER)
    await cache.mark_part_outdated(CREDITS, ann.id)
    assert await outdated() == {ann.title, f"credits {ann.title}", bob.title, "invoice"}


async def test_notes_and_plan_names_are_stored(cache: Cache) -> None:
    await cache.put_note("system", '{"a": "ü"}', NOW)
    note = await cache.note("system")
    assert note is not None and note.value == '{"a": "ü"}'
    assert await cache.note("other") is None
    await cache.put_customers(list(customers(50)), NOW)
    assert await cache.plan_names() == ("Business", "Free", "Pro", "Scale Plus", "Starter")


async def test_a_full_sync_advances_by_page_and_removes_what_it_did_not_return(cache: Cache) -> None:
    rows = list(customers(5))
    await cache.put_customers([rows[4]], NOW - timedelta(days=1))
    first = Page(tuple(rows[:2]), "c2", 4, "feed-1")
    await cache.put_sync_page("customers", first, NOW, restart=True)
    running = (await cache.sync_state()).running("customers")
    assert running is not None
    assert (running.cursor, running.rows, running.total) == ("c2", 2, 4)
    assert (await cache.sync_state()).changes_cursor is None, "the feed counts from a completed full sync on"
    reported: list[frozenset[str] | None] = []
    cache.subscribe_changes(reported.append)
    await cache.put_sync_page("customers", Page(tuple(rows[2:4]), None), LATER)
    assert reported == [frozenset(row.id for row in rows[2:])]
    state = await cache.sync_state()
    assert state.running("customers") is None
    assert (state.full_syncs["customers"].rows, state.changes_cursor, state.complete_since) == (
        4,
        "feed-1",
        LATER,
    )
    assert (await cache.counts()).customers == 4


async def test_changes_are_stored_together_with_their_cursor(cache: Cache) -> None:
    ann, bob = customer(1), customer(2)
    await cache.put_customers([ann, bob], NOW)
    await cache.put_invoice_rows(invoices_of(bob), NOW)
    reported: list[frozenset[str] | None] = []
    cache.subscribe_changes(reported.append)
    gone = invoices_of(bob)[0].id
    await cache.put_changes("feed-2", LATER, deleted_invoices=[gone], deleted_customers=[ann.id])
    assert reported == [frozenset({ann.id})]
    assert (await cache.sync_state()).changes_cursor == "feed-2"
    with pytest.raises(NotCached):
        await cache.find_invoice(gone)
    await cache.put_changes("feed-3", LATER, deleted_customers=[bob.id])
    assert reported[-1] == frozenset({bob.id})
    await cache.forget_changes()
    assert (await cache.sync_state()).changes_cursor is None


async def test_the_currency_decides_the_order_by_owes(cache: Cache) -> None:
    from wbtui.models.money import Money

    ann = customer(1).model_copy(update={"owed": (Money(500, "eur"), Money(900, "usd"))})
    bob = customer(2).model_copy(update={"owed": (Money(700, "eur"),)})
    eve = customer(3).model_copy(update={"owed": None})
    await cache.put_customers([ann, bob, eve], NOW)

    async def order(text: str) -> list[str]:
        return [row.value.id for row in (await cache.window(parse(text), 0, 9)).rows]

    assert await order("sort:-owes") == [bob.id, ann.id, eve.id]
    assert await order("sort:owes") == [ann.id, bob.id, eve.id]
    await cache.set_currency("usd")
    assert (await order("sort:-owes"))[0] == ann.id
    assert set((await order("sort:owes"))[1:]) == {bob.id, eve.id}, "who owes nothing in it comes last"


async def test_a_cache_that_was_searched_while_it_was_filled_is_not_damaged(cache: Cache) -> None:
    rows = list(customers(200))
    await cache.put_customers(rows[:100], NOW)
    await asyncio.gather(*(cache.count(parse(row.title)) for row in rows[:20]))  # by every reader
    for start in range(100, 200, 4):
        await cache.put_customers(rows[start : start + 4], NOW)
    assert await cache.check() is None


async def test_polling_detects_changes_of_another_process(cache: Cache) -> None:
    assert not await cache.poll_changes()
    await cache.put_customers([customer(1)], NOW)
    assert not await cache.poll_changes(), "own writes notify at once, not by polling"
    reported: list[frozenset[str] | None] = []
    cache.subscribe_changes(reported.append)
    neighbour = await open_cache(cache.path, clock=lambda: NOW)
    await neighbour.put_customers([customer(2)], NOW)
    await neighbour.close()
    assert await cache.poll_changes()
    assert reported == [None]
    assert await cache.count(Query()) == 2


def test_methods_can_be_awaited_from_any_loop(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    opened = asyncio.run(open_cache(path, clock=lambda: NOW))
    asyncio.run(opened.put_customers([customer(1)], NOW))
    assert asyncio.run(opened.count(Query())) == 1
    asyncio.run(opened.close())


# ── any text in a model ──
_HOSTILE = st.text(max_size=30) | st.sampled_from(
    [
        "[/foo] Ltd",
        "[@click=app.quit]Jane[/]",
        "\x1b]0;x\x07",
        "\u202eevil",
        "a\nb\x00c",
        "x" * 300,
        "'; DROP--",
    ]
)


@st.composite
def _customers(draw: st.DrawFn) -> Customer:
    base = customer(draw(st.integers(0, 500)))
    return base.model_copy(
        update={
            "id": draw(_HOSTILE),
            "name": draw(st.none() | _HOSTILE),
            "reference": draw(st.none() | _HOSTILE),
            "notes": draw(st.none() | _HOSTILE),
            "metadata": draw(st.dictionaries(_HOSTILE, _HOSTILE, max_size=2)),
            "created": draw(st.datetimes(datetime(1990, 1, 1), timezones=st.just(UTC))),
            "owed": draw(st.none() | st.just(base.owed)),
        }
    )


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_customers())
async def test_any_customer_is_returned_unchanged_and_found_by_name(cache: Cache, row: Customer) -> None:
    await cache.put_customers([row], NOW)
    assert (await cache.customer(row.id)).value == row
    query = parse((row.name or "").replace('"', " ").replace(":", " "))
    if query.words and (row.name or "") == " ".join((row.name or "").split()):
        assert await cache.position_of(query, row.id) is not None
        assert why(query, row)
    await cache.remove_customer(row.id)


@settings(max_examples=examples(80))
@given(_customers())
def test_decoding_returns_what_was_encoded(row: Customer) -> None:
    assert unpack(CUSTOMER, pack(CUSTOMER, row)) == row


def _refund(at: datetime, status: RefundStatus = RefundStatus.PENDING) -> Refund:
    return Refund(
        id=f"Ref_{at:%d}", payment_id="Pay_1", invoice_id=None, money=Money(500, "eur"), status=status,
        pending_reason=None, failure_reason=None, reference=None, reason="courtesy", comment=None,
        external=False, cancelable=False, at=at, by=None, expected_by=None, customer_id="cus_1",
    )  # fmt: skip


async def test_the_age_of_a_pending_refund_is_known_once_refunds_are_fetched(cache: Cache) -> None:
    waiting = customer(1).model_copy(update={"refunds_pending": 1})
    await cache.put_customers([waiting, customer(2)], NOW)
    old = parse("refunding>10d", now=NOW)
    assert (await cache.refunds_to_ask(10), await cache.count(old)) == ([waiting.id], 0)
    reported: list[object] = []
    cache.subscribe_changes(reported.append)
    later = NOW + timedelta(seconds=1)
    ages = (_refund(NOW - timedelta(days=12)), _refund(NOW - timedelta(days=30), RefundStatus.SUCCEEDED))
    await cache.put_part(REFUNDS, waiting.id, ages, later)
    assert (await cache.refunds_to_ask(10), await cache.count(old)) == ([], 1)
    assert await cache.count(parse("refunding>13d", now=NOW)) == 0
    assert reported == [frozenset({waiting.id})]
    # Older refunds change nothing; a newer row needs new refunds, unless it has none pending.
    await cache.put_part(REFUNDS, waiting.id, (), NOW)
    assert await cache.count(old) == 1
    await cache.put_customers([waiting.model_copy(update={"version": "v9"})], later + timedelta(seconds=1))
    assert await cache.refunds_to_ask(10) == [waiting.id]
    none = waiting.model_copy(update={"version": "v10", "refunds_pending": 0})
    await cache.put_customers([none], later + timedelta(seconds=2))
    assert (await cache.refunds_to_ask(10), await cache.count(old)) == ([], 0)


async def test_complete_subscriptions_add_to_the_row_of_a_customer_when_one_ended(cache: Cache) -> None:
    ended = SUBSCRIPTION.model_copy(
        update={"status": SubscriptionStatus.CANCELED, "end": date(2026, 9, 14), "customer_id": "c"}
    )
    brief = BRIEF.model_copy(update={"status": SubscriptionStatus.CANCELED})
    row = customer(1).model_copy(update={"id": "c", "subscriptions": (brief,)})
    await cache.put_customers([row, customer(2)], NOW)
    await cache.mark_outdated(["c"])
    counts = [parse(f"lost:{month}", now=NOW) for month in ("unknown", "2026-09")]
    before = [await cache.count(query) for query in counts]
    reported: list[object] = []
    cache.subscribe_changes(reported.append)
    for _ in range(2):
        await cache.put_part(SUBSCRIPTIONS, "c", (ended,), NOW)
        assert [await cache.count(query) for query in counts] == [before[0] - 1, before[1] + 1]
    completed = await cache.customer("c")
    assert completed.value.subscriptions[0].end == ended.end
    assert completed.outdated, "the row itself was not fetched"
    assert reported == [frozenset({"c"})], "the second time nothing changed"
    # The row of the list has no end, and does not remove it.
    await cache.put_customers([row.model_copy(update={"version": "v9"})], LATER)
    assert [await cache.count(query) for query in counts] == [before[0] - 1, before[1] + 1]
