"""Customers of a list that tells neither invoices nor what is owed are completed by the list of invoices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlite_utils import Database as Tool

from tests.support.customers import TODAY, customers, invoices_of
from tests.unit.store.conftest import NOW
from wbtui.errors import StoreFull
from wbtui.models.billing_status import with_invoices
from wbtui.models.customer import BillingStatus, Customer
from wbtui.models.invoice import InvoiceRow, InvoiceState
from wbtui.models.money import Money
from wbtui.models.page import Page, SkippedRow
from wbtui.models.query.parser import parse
from wbtui.store import listed_customers
from wbtui.store.cache import Cache
from wbtui.store.integrity import find_deep_damage

LATER = NOW + timedelta(minutes=30)
FULL = tuple(customers(250))
UNLISTED = {
    "billing_status": BillingStatus.UNKNOWN, "owed": None, "overdue_since": None, "mrr": None,
    "latest_invoices": None, "latest_payment": None, "disputed": None, "usage_alert": None,
}  # fmt: skip
BARE = tuple(one.model_copy(update=UNLISTED) for one in FULL)


def invoices() -> list[InvoiceRow]:
    """Their invoices; of every fifth customer one is unpaid and was due yesterday."""
    overdue = {"state": InvoiceState.READY_FOR_PAYMENT, "open": None, "due": TODAY - timedelta(days=1)}
    rows = [list(invoices_of(one)) for one in FULL]
    for several in rows[::5]:
        several[-1:] = [one.model_copy(update=overdue) for one in several[-1:]]
    return [one for several in rows for one in several]


INVOICES = invoices()


async def sync_customers(cache: Cache, at: int = 0) -> None:
    """Store the list of customers, `at` minutes after the first time."""
    await cache.forget_full_sync("invoices")
    when = NOW + timedelta(minutes=at)
    await cache.put_sync_page("customers", Page(BARE, None, len(BARE)), when, restart=True)


async def sync(cache: Cache, at: int = 0, skipped: Sequence[SkippedRow] = ()) -> None:
    """Store both lists and complete the customers, `at` minutes after the first time."""
    when = NOW + timedelta(minutes=at)
    await sync_customers(cache, at)
    page = Page(tuple(INVOICES), None, len(INVOICES), skipped=tuple(skipped))
    await cache.put_sync_page("invoices", page, when, restart=True)
    await cache.complete_customers()


async def cached(cache: Cache) -> dict[str, Customer]:
    rows = (await cache.window(parse(""), 0, len(BARE))).rows
    return {row.value.id: row.value for row in rows}


def expected(one: Customer) -> Customer:
    known = [row for row in INVOICES if row.customer_id == one.id]
    return with_invoices(one, known, TODAY).as_of(TODAY)


async def test_filters_and_rows_know_what_the_invoices_tell(cache: Cache) -> None:
    await cache.follow_date(TODAY)
    await sync(cache)
    wanted = {one.id: expected(one) for one in BARE}
    assert await cached(cache) == wanted
    assert BillingStatus.PAST_DUE in (late := [one.billing_status for one in wanted.values()])
    for status in BillingStatus:
        assert await cache.count(parse(f"is:{status}")) == late.count(status)
    unpaid = {row.customer_id for row in INVOICES if row.is_unpaid}
    assert set(await cache.ids(parse("invoice:ready_for_payment"), 0, 500)) == unpaid
    assert await cache._database.outside(find_deep_damage) is None


async def test_nothing_is_said_before_all_invoices_are_listed(cache: Cache) -> None:
    await cache.follow_date(TODAY)
    await cache.put_sync_page("customers", Page(BARE, None, len(BARE)), NOW, restart=True)
    page = Page(tuple(INVOICES[:9]), "next", len(INVOICES))
    await cache.put_sync_page("invoices", page, NOW, restart=True)
    await cache.complete_customers()
    assert await cached(cache) == {one.id: one for one in BARE}


async def test_the_next_sync_keeps_it_until_the_invoices_are_listed_again(cache: Cache) -> None:
    await cache.follow_date(TODAY)
    await sync(cache)
    before = await cached(cache)
    await sync_customers(cache, 30)
    assert await cached(cache) == before
    fetched = BARE[1].model_copy(update={"owed": (), "billing_status": BillingStatus.ENDED})
    await cache.put_customers([fetched], LATER + timedelta(minutes=1))
    paid = tuple(one for one in before[fetched.id].latest_invoices or () if not one.is_unpaid)
    assert (await cached(cache))[fetched.id] == fetched.model_copy(update={"latest_invoices": paid})
    await sync(cache, 60)
    assert await cached(cache) == before


async def test_customers_of_whom_an_invoice_cannot_be_read_are_unknown(cache: Cache) -> None:
    await cache.follow_date(TODAY)
    await sync(cache)
    owner = BARE[7].id
    await sync(cache, 30, [SkippedRow("Inv_x", "", "no total", owner)])
    rows = await cached(cache)
    assert rows.pop(owner) == with_invoices(BARE[7], None, TODAY)
    assert rows == {one.id: expected(one) for one in BARE if one.id != owner}
    await sync(cache, 60, [SkippedRow("Inv_x", "", "no total")])
    assert await cached(cache) == {one.id: with_invoices(one, None, TODAY) for one in BARE}, "anyone's"


async def test_more_that_cannot_be_read_than_are_remembered_may_be_anyones(cache: Cache) -> None:
    await sync(cache, 0, [SkippedRow(f"Inv_{n}", "", "no total", BARE[0].id) for n in range(1_001)])
    assert await cached(cache) == {one.id: with_invoices(one, None, TODAY) for one in BARE}
    assert await cache.invoices_of(BARE[1].id) is None


async def test_invoices_of_an_earlier_list_are_not_fresh(cache: Cache) -> None:
    """An opened profile fetches who owed nothing yesterday, also in the minutes of the first sync today."""
    owes_nothing = next(one.id for one in BARE if expected(one).owed == ())
    await cache.follow_date(TODAY)
    for at in (0, 30):
        await sync(cache, at)
        assert not (await cache.customer(owes_nothing)).outdated
        await sync_customers(cache, at + 10)
        row = await cache.customer(owes_nothing)
        assert row.outdated and row.value.owed == ()


async def test_an_interrupted_completion_is_repeated_once(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cache.follow_date(TODAY)
    complete, numbers = listed_customers.complete, list[int]()

    def noted(tool: Tool, first: int, last: int, **options: Any) -> set[str]:
        numbers.append(first)
        if numbers == [1, 101]:
            raise StoreFull("full")
        return complete(tool, first, last, **options)

    monkeypatch.setattr(listed_customers, "complete", noted)
    with pytest.raises(StoreFull):
        await sync(cache)
    await cache.complete_customers()
    assert await cached(cache) == {one.id: expected(one) for one in BARE}
    await cache.complete_customers()
    assert numbers == [1, 101, 1, 101, 201]


async def test_without_a_list_of_invoices_nothing_is_said_any_more(cache: Cache) -> None:
    await cache.follow_date(TODAY)
    await sync(cache)
    await sync_customers(cache, 30)
    await cache.complete_customers()
    assert await cached(cache) == {one.id: with_invoices(one, None, TODAY) for one in BARE}


async def test_invoices_that_have_expired_are_not_kept(cache: Cache) -> None:
    """The list of customers was fetched since, that of invoices failed."""
    await cache.follow_date(TODAY)
    await sync(cache)
    month = 31 * 24 * 60
    await sync_customers(cache, month)
    await cache.expire(NOW + timedelta(minutes=month))
    await sync_customers(cache, month + 1)
    assert await cached(cache) == {one.id: one for one in BARE}


async def test_the_invoices_of_an_opened_profile_tell_as_much_as_those_of_a_sync(cache: Cache) -> None:
    """Of a customer without a subscription, nothing else tells that they have paid."""
    await cache.follow_date(TODAY)
    await sync(cache)
    late = next(one for one in (await cached(cache)).values() if one.billing_status is BillingStatus.PAST_DUE)
    await sync_customers(cache, 30)
    paid = [
        row.model_copy(update={"state": InvoiceState.PAID, "open": Money.zero(row.total.currency)})
        for row in INVOICES
        if row.customer_id == late.id
    ]
    await cache.put_invoice_rows(paid, LATER + timedelta(minutes=1))
    row = await cache.customer(late.id)
    assert (row.outdated, row.value) == (False, with_invoices(late, paid, TODAY)) and row.value.owed == ()
    assert await cache.members(parse("is:past_due"), [late.id]) == frozenset()
