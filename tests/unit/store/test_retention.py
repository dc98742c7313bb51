"""Expired and cleared data is removed from the bytes on disk, in the index and the log too."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.customers import customer, customers, invoices_of
from tests.unit.store.conftest import NOW
from wbtui.errors import NotCached
from wbtui.models.customer import Customer, Email
from wbtui.models.money import Money
from wbtui.models.page import Page
from wbtui.models.parts import CREDITS, CUSTOMER, PLANS, SUBSCRIPTIONS
from wbtui.models.plan import Cycle
from wbtui.models.query.parser import parse
from wbtui.models.query.terms import Query
from wbtui.models.subscription import Subscription, SubscriptionStatus
from wbtui.store import files
from wbtui.store.blob_codec import pack
from wbtui.store.cache import Cache, open_cache

OLD = NOW - timedelta(days=31)
MARK = "zqxjkvbpwy"


def marked(number: int) -> Customer:
    """A customer whose name, e-mail and id are unique in any file."""
    return customer(number).model_copy(
        update={
            "id": f"cus_{MARK}{number:06}",
            "name": f"{MARK}{number:06} Canary",
            "emails": (Email(label="main", address=f"mail{MARK}{number:06}@x.example"),),
        }
    )


def traces(path: Path, rows: Sequence[Customer]) -> int:
    """The number of rows of which text or the encoded row is left in any of the files."""
    data = b"".join(
        each.read_bytes() for each in path.parent.iterdir() if each.is_file() and path.name in each.name
    )
    # The full-text index stores only the ends of words with a common prefix: here the digits.
    return sum(
        row.id.encode() in data
        or (row.name or "").split()[0].encode() in data
        or pack(CUSTOMER, row)[8:80] in data
        for row in rows
    )


async def test_expired_customers_leave_no_trace(cache: Cache) -> None:
    old, fresh = [marked(k) for k in range(300)], [marked(k) for k in range(300, 320)]
    await cache.put_customers(old, OLD)
    await cache.put_invoice_rows([row for each in old for row in invoices_of(each)], OLD)
    await cache.put_part(CUSTOMER, old[0].id, old[0], OLD)
    await cache.put_note("system", MARK, OLD)
    await cache.put_customers(fresh, NOW)
    assert traces(cache.path, old) == len(old), "the test must be able to see them"
    told: list[frozenset[str] | None] = []
    cache.subscribe_changes(told.append)
    assert await cache.expire(NOW) == 300
    assert told == [frozenset(row.id for row in old)]
    assert traces(cache.path, old) == 0
    assert traces(cache.path, fresh) == len(fresh)
    assert await cache.count(parse(MARK)) == len(fresh)
    assert await cache.note("system") is None
    for gone in (cache.part(CUSTOMER, old[0].id), cache.find_invoice("INV-000001-0")):
        with pytest.raises(NotCached):
            await gone
    assert await cache.expire(NOW) == 0


async def test_when_most_have_expired_the_others_are_kept_whole(cache: Cache) -> None:
    old, fresh = [marked(k) for k in range(700)], [marked(k) for k in range(700, 800)]
    await cache.put_customers(old, OLD)
    await cache.put_invoice_rows([row for each in old for row in invoices_of(each)], OLD)
    await cache.put_part(CUSTOMER, old[0].id, old[0], NOW)
    await cache.put_customers(fresh, NOW)
    invoices = [row for each in fresh for row in invoices_of(each)]
    await cache.put_invoice_rows(invoices, NOW)
    await cache.put_part(CUSTOMER, fresh[0].id, fresh[0], NOW)
    await cache.put_note("system", "kept", NOW)
    kept = [row.value for row in (await cache.window(Query(), 0, 200)).rows]
    assert await cache.expire(NOW) == 700
    assert traces(cache.path, old) == 0
    assert traces(cache.path, fresh) == len(fresh)
    assert [row.value for row in (await cache.window(Query(), 0, 200)).rows] == kept
    for row in fresh[:5]:
        assert [r.value for r in (await cache.window(parse(row.name or ""), 0, 5)).rows] == [row]
    assert (await cache.find_invoice(invoices[0].id)).value == invoices[0]
    assert (await cache.counts()).invoices == len(invoices)
    assert (await cache.part(CUSTOMER, fresh[0].id)).value == fresh[0]
    note = await cache.note("system")
    assert note is not None and note.value == "kept"
    with pytest.raises(NotCached):
        await cache.part(CUSTOMER, old[0].id)
    await cache.put_customers(old[:3], NOW)
    assert await cache.count(Query()) == 103


async def test_expired_data_is_not_shown_before_it_is_removed(folder: Path) -> None:
    now = OLD
    cache = await open_cache(folder / "cache.db", clock=lambda: now)
    await cache.put_customers([marked(1)], OLD)
    await cache.put_invoice_rows(invoices_of(marked(1)), OLD)
    await cache.put_part(CREDITS, marked(1).id, (), OLD)
    assert await cache.count(Query()) == 1
    now = NOW
    await cache.put_customers([marked(2)], NOW)
    await cache.put_changes("feed", NOW)
    assert await cache.count(Query()) == 2, "the feed confirmed the customer"
    with pytest.raises(NotCached):
        await cache.part(CREDITS, marked(1).id)
    await cache.close()


async def test_without_a_feed_expired_rows_are_not_shown(folder: Path) -> None:
    now = OLD
    cache = await open_cache(folder / "cache.db", clock=lambda: now)
    await cache.put_customers([marked(1)], OLD)
    await cache.put_invoice_rows(invoices_of(marked(1)), OLD)
    now = NOW
    await cache.put_customers([marked(2)], NOW)
    assert [row.value for row in (await cache.window(Query(), 0, 9)).rows] == [marked(2)]
    for gone in (cache.customer(marked(1).id), cache.find_invoice(invoices_of(marked(1))[0].id)):
        with pytest.raises(NotCached):
            await gone
    await cache.close()


@pytest.mark.date_free
async def test_rows_between_others_leave_no_trace(cache: Cache) -> None:
    """When pages are split and joined, secure_delete of SQLite leaves copies."""
    rows = [(marked(k), OLD if k % 2 else NOW) for k in range(2_000)]
    random.Random(3).shuffle(rows)
    for start in range(0, len(rows), 100):
        for instant in (OLD, NOW):
            await cache.put_customers([r for r, at in rows[start : start + 100] if at == instant], instant)
    assert await cache.expire(NOW) == 1_000
    assert traces(cache.path, [row for row, at in rows if at == OLD]) == 0
    assert await cache.count(parse(MARK)) == 1_000


async def test_a_removed_customer_leaves_no_trace(cache: Cache) -> None:
    rows = [marked(k) for k in range(50)]
    await cache.put_customers(rows, NOW)
    await cache.remove_customer(rows[7].id)
    await cache.expire(NOW)
    assert traces(cache.path, [rows[7]]) == 0
    assert traces(cache.path, rows) == 49


async def test_a_row_that_was_confirmed_again_is_kept(cache: Cache) -> None:
    rows = list(customers(10))
    await cache.put_customers(rows, OLD)
    await cache.put_customers(rows[:4], NOW)
    assert await cache.expire(NOW) == 6
    assert await cache.count(Query()) == 4


async def followed(cache: Cache, rows: Sequence[Customer], at: datetime) -> None:
    """What a synchronisation at `at` leaves."""
    page = Page(tuple(rows), None, len(rows), "feed-1")
    await cache.put_sync_page("customers", page, at, restart=True)
    invoices = tuple(row for each in rows for row in invoices_of(each))
    await cache.put_sync_page("invoices", Page(invoices, None), at, restart=True)
    await cache.put_changes("feed-2", at)


async def test_what_the_feed_confirms_does_not_expire(cache: Cache) -> None:
    rows = [marked(k) for k in range(10)]
    await followed(cache, rows, OLD)
    await cache.put_part(CREDITS, rows[0].id, (), OLD)
    await cache.put_part(PLANS, "", (), OLD)
    await cache.put_note("system", MARK, OLD)
    await cache.put_changes("feed-3", NOW)
    assert await cache.expire(NOW) == 0
    assert {row.fetched_at for row in (await cache.window(Query(), 0, 20)).rows} == {NOW}
    assert (await cache.find_invoice(invoices_of(rows[3])[0].id)).fetched_at == NOW
    assert (await cache.part(PLANS, "")).fetched_at == NOW
    note = await cache.note("system")
    assert note is not None and note.value == MARK
    with pytest.raises(NotCached):
        await cache.part(CREDITS, rows[0].id)


async def test_a_row_keeps_the_ends_of_subscriptions_that_have_expired(cache: Cache) -> None:
    start, end, price = date(2026, 1, 5), date(2026, 6, 9), Money(4900, "eur")
    whole = Subscription(
        id="Cont_1", customer_id="Cust_1", status=SubscriptionStatus.CANCELED,
        cycle=Cycle.MONTH, amount=price, start=start, end=end,
    )  # fmt: skip
    listed = whole.model_copy(update={"end": None})
    row = customer(1).model_copy(update={"id": "Cust_1", "subscriptions": (listed,)})
    await followed(cache, [row], OLD)
    await cache.put_part(SUBSCRIPTIONS, row.id, (whole,), OLD)
    await cache.put_changes("feed-3", NOW)
    await cache.expire(NOW)
    with pytest.raises(NotCached):
        await cache.part(SUBSCRIPTIONS, row.id)
    for notes in ("Called.", "Called back."):
        await cache.put_customers([row.model_copy(update={"notes": notes})], NOW)
        assert (await cache.customer(row.id)).value.notes == notes
        assert await cache.count(parse("lost:2026-06")) == 1


async def test_a_feed_that_was_not_followed_to_its_end_confirms_nothing(cache: Cache) -> None:
    await followed(cache, [marked(k) for k in range(10)], OLD)
    await cache.put_changes("feed-3", NOW, at_end=False)
    state = await cache.sync_state()
    assert state.changes_cursor == "feed-3"
    assert await cache.expire(NOW) == 10


async def test_what_has_expired_is_not_shown_until_the_feed_confirms_it(cache: Cache) -> None:
    rows = [marked(k) for k in range(10)]
    await followed(cache, rows, OLD)
    await cache.put_part(CREDITS, rows[0].id, (), OLD)
    seen = rows[4]
    await cache.put_customers([seen], NOW)
    assert await cache.awaits_confirmation()
    for query in (Query(), parse(MARK), parse("sort:-created")):
        assert [row.value for row in (await cache.window(query, 0, 20)).rows] == [seen]
        assert await cache.count(query) == 1
        assert await cache.position_of(query, seen.id) == 0
        assert await cache.position_of(query, rows[0].id) is None
    assert await cache.count(parse("nobody-has-this-word")) == 0
    for hidden in (
        cache.customer(rows[0].id),
        cache.find_invoice(invoices_of(rows[0])[0].id),
        cache.part(CREDITS, rows[0].id),
    ):
        with pytest.raises(NotCached):
            await hidden
    told: list[frozenset[str] | None] = []
    cache.subscribe_changes(told.append)
    await cache.put_changes("feed-3", NOW)
    assert told == [None]
    assert not await cache.awaits_confirmation()
    assert await cache.count(parse(MARK)) == 10
    assert (await cache.customer(rows[0].id)).value == rows[0]


async def test_rows_that_expired_are_walked_again(cache: Cache) -> None:
    await followed(cache, [marked(k) for k in range(1_200)], OLD)
    assert await cache.expire(NOW) == 1_200
    state = await cache.sync_state()
    assert (state.full_syncs, state.changes_cursor, state.complete_since) == ({}, None, None)
    assert not await cache.awaits_confirmation()


async def test_a_cursor_that_is_forgotten_leaves_confirmed_what_was(cache: Cache) -> None:
    rows = [marked(k) for k in range(10)]
    await followed(cache, rows, OLD)
    await cache.put_changes("feed-3", NOW - timedelta(days=10))
    await cache.forget_changes()
    assert await cache.expire(NOW) == 0
    assert await cache.count(Query()) == 10
    assert await cache.expire(NOW + timedelta(days=21)) == 10


async def test_invoices_expire_whenever_they_were_stored(cache: Cache) -> None:
    """The age of the oldest row is stored between two runs, and older rows may be stored later."""
    first, second, third = (invoices_of(each)[0] for each in customers(3))
    await cache.put_invoice_rows([first], OLD)
    await cache.put_invoice_rows([second], NOW)
    await cache.expire(NOW)
    await cache.put_invoice_rows([third], OLD)
    assert (await cache.counts()).invoices == 2
    await cache.expire(NOW)
    for gone in (first, third):
        with pytest.raises(NotCached):
            await cache.find_invoice(gone.id)
    assert (await cache.find_invoice(second.id)).value == second
    await cache.expire(NOW + (NOW - OLD))
    with pytest.raises(NotCached):
        await cache.find_invoice(second.id)


def _size(cache: Cache) -> int:
    return sum(path.stat().st_size for path in cache.path.parent.iterdir())


async def test_clearing_leaves_no_data_and_a_usable_cache(cache: Cache) -> None:
    rows = [marked(k) for k in range(500)]
    await cache.put_customers(rows, NOW)
    await cache.put_sync_page("customers", Page(tuple(rows[:1]), "c"), NOW, restart=True)
    assert await cache.count(Query()) == 500
    size = _size(cache)
    await cache.clear()
    assert traces(cache.path, rows) == 0
    assert MARK.encode() not in cache.path.read_bytes()
    assert _size(cache) < size / 5
    assert (await cache.counts()).customers == 0
    assert (await cache.sync_state()).full_syncs == {}
    await cache.put_customers(rows[:5], NOW)
    assert await cache.count(parse(MARK)) == 5


async def test_clearing_affects_another_wbtui_that_has_the_cache_open(cache: Cache) -> None:
    rows = [marked(k) for k in range(100)]
    await cache.put_customers(rows, NOW)
    neighbour = await open_cache(cache.path, clock=lambda: NOW)
    assert await neighbour.count(Query()) == 100
    await cache.clear()
    assert traces(cache.path, rows) == 0
    assert await neighbour.count(Query()) == 0
    await neighbour.put_customers(rows[:3], NOW)
    assert await cache.count(Query()) == 3
    await neighbour.close()


async def test_an_interrupted_purge_is_finished_at_the_next_start(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wbtui.store import retention

    rows = [marked(k) for k in range(200)]
    await cache.put_customers(rows, NOW)
    with monkeypatch.context() as patch:
        patch.setattr(retention, "finish_purge", lambda connection: None)
        await cache.clear()
    await cache.close()
    assert traces(cache.path, rows) > 0, "the test must be able to see that something was left"
    again = await open_cache(cache.path, clock=lambda: NOW)
    assert traces(cache.path, rows) == 0
    assert await again.count(Query()) == 0
    await again.close()


async def test_damaged_copies_expire_too(cache: Cache) -> None:
    for name, age in (("old", 31), ("new", 1)):
        copy = cache.path.with_name(f"cache.db.damaged-{name}")
        copy.write_bytes(b"x")
        when = (NOW - timedelta(days=age)).timestamp()
        os.utime(copy, (when, when))
    await cache.expire(NOW)
    assert [path.name for path in files.damaged_copies(cache.path)] == ["cache.db.damaged-new"]
    await cache.clear()
    assert files.damaged_copies(cache.path) == ()
