"""What expired or was cleared is gone from the bytes on disk, also in the index and the log."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.customers import customer, customers, invoices_of
from tests.unit.store.conftest import NOW
from wbtui.errors import NotCached
from wbtui.models.customer import Customer, Email
from wbtui.models.parts import CUSTOMER
from wbtui.models.query import Query, parse
from wbtui.store import files
from wbtui.store.blob_codec import pack
from wbtui.store.cache import Cache, open_cache

OLD = NOW - timedelta(days=31)
MARK = "zqxjkvbpwy"


def marked(number: int) -> Customer:
    """A customer whose name, e-mail and id can be told apart in any file."""
    return customer(number).model_copy(
        update={
            "id": f"cus_{MARK}{number:06}",
            "name": f"{MARK}{number:06} Canary",
            "emails": (Email(label="main", address=f"mail{MARK}{number:06}@x.example"),),
        }
    )


def traces(path: Path, rows: Sequence[Customer]) -> int:
    """How many of the rows have left something readable, or their packed row, in any of the files."""
    data = b"".join(
        each.read_bytes() for each in path.parent.iterdir() if each.is_file() and path.name in each.name
    )
    # The full-text index keeps only the ends of words that share a beginning: the digits are what differs.
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
    for gone in (cache.part(CUSTOMER, old[0].id), cache.note("system"), cache.find_invoice("INV-000001-0")):
        with pytest.raises(NotCached):
            await gone
    assert await cache.expire(NOW) == 0


async def test_rows_that_lay_between_others_leave_no_trace(cache: Cache) -> None:
    """Pages were split and joined around them: SQLite's own secure_delete leaves copies then."""
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


async def test_confirmed_again_means_kept(cache: Cache) -> None:
    rows = list(customers(10))
    await cache.put_customers(rows, OLD)
    await cache.put_customers(rows[:4], NOW)
    assert await cache.expire(NOW) == 6
    assert await cache.count(Query()) == 4


async def test_invoices_expire_whenever_they_were_stored(cache: Cache) -> None:
    """The age of the oldest is remembered between two looks; rows that are older still come in later, too."""
    first, second, third = (invoices_of(each)[0] for each in customers(3))
    await cache.put_invoice_rows([first], OLD)
    await cache.put_invoice_rows([second], NOW)
    await cache.expire(NOW)
    await cache.put_invoice_rows([third], OLD)
    assert (await cache.find_invoice(third.id)).value == third
    await cache.expire(NOW)
    for gone in (first, third):
        with pytest.raises(NotCached):
            await cache.find_invoice(gone.id)
    assert (await cache.find_invoice(second.id)).value == second
    await cache.expire(NOW + (NOW - OLD))
    with pytest.raises(NotCached):
        await cache.find_invoice(second.id)


async def test_clearing_leaves_nothing_but_a_usable_cache(cache: Cache) -> None:
    rows = [marked(k) for k in range(500)]
    await cache.put_customers(rows, NOW)
    await cache.put_sync_page("customers", rows[:1], cursor="c", fetched_at=NOW, restart=True)
    assert await cache.count(Query()) == 500
    size = (await cache.counts()).bytes
    await cache.clear()
    assert traces(cache.path, rows) == 0
    assert MARK.encode() not in cache.path.read_bytes()
    assert (await cache.counts()).bytes < size / 5
    assert (await cache.counts()).customers == 0
    assert (await cache.sync_state()).walks == {}
    await cache.put_customers(rows[:5], NOW)
    assert await cache.count(parse(MARK)) == 5


async def test_clearing_reaches_another_wbtui_that_has_the_cache_open(cache: Cache) -> None:
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


async def test_a_purge_that_was_cut_short_is_finished_at_the_next_start(
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
