"""When the server's date changes, searches, orders and figures change with it, without the server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database as Tool

from tests.support.customers import TODAY, customers, owing
from tests.unit.store.conftest import NOW
from tests.unit.store.test_insights import charts_of, directory_of
from wbtui.errors import StoreError, StoreFull
from wbtui.models.customer import BillingStatus, Customer
from wbtui.models.query.parser import parse
from wbtui.models.query.terms import Query
from wbtui.services.insights import ChartKind
from wbtui.store import cache_file, date_change
from wbtui.store.cache import Cache, open_cache
from wbtui.store.database import Connection, Options
from wbtui.store.integrity import find_deep_damage

LATER = NOW + timedelta(minutes=1)
TOMORROW = TODAY + timedelta(days=1)
STATUSES = tuple(BillingStatus)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def people() -> list[Customer]:
    """Customers of every status, with an unpaid invoice due two days ago to two days from now; and others."""
    some = [owing(number, day(number % 5 - 2), STATUSES[number // 5 % len(STATUSES)]) for number in range(90)]
    return [*some, *(one for one in customers(150) if one.id not in {other.id for other in some})]


PEOPLE = people()


@pytest.fixture
async def filled(cache: Cache) -> Cache:
    await cache.put_customers(PEOPLE, NOW)
    return cache


async def found(cache: Cache, text: str) -> list[str]:
    return list(await cache.ids(parse(text), 0, 1_000))


async def everything(cache: Cache) -> list[list[tuple[Any, ...]]]:
    """Return the rows of all tables, except which date they follow."""

    def work(connection: Connection) -> list[list[tuple[Any, ...]]]:
        tables = ("customers", "customer_rows", "customer_search_text", "amounts", "invoices", "parts")
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables]

    return await cache._read(work)


async def damage(cache: Cache) -> str | None:
    return await cache._database.outside(find_deep_damage)


async def assert_as_of(cache: Cache, today: date) -> None:
    """Assert that filters, words, orders and figures are those of a date."""
    expected = {one.id: one.as_of(today).billing_status for one in PEOPLE}
    for status in BillingStatus:
        wanted = {one for one, has in expected.items() if has is status}
        assert set(await found(cache, f"is:{status}")) == wanted
        assert set(await found(cache, f"-is:{status}")) == expected.keys() - wanted
        assert await cache.count(parse(f"is:{status}")) == len(wanted)
    late = {one for one, has in expected.items() if has is BillingStatus.PAST_DUE}
    assert set(await found(cache, "overdue")) == late
    for text, order in (("sort:status", list(STATUSES)), ("sort:-status", list(reversed(STATUSES)))):
        ranks = [order.index(expected[one]) for one in await found(cache, text)]
        assert len(ranks) == len(PEOPLE)
        assert ranks == sorted(ranks)
    charts = await charts_of(directory_of(cache), cache, "")
    counted = {bar.key: bar.customers for bar in charts[ChartKind.STATUS].bars}
    assert counted == {one.value: n for one in STATUSES if (n := list(expected.values()).count(one))}
    assert await damage(cache) is None


async def test_searches_orders_and_figures_follow_the_date(filled: Cache) -> None:
    changes = list[frozenset[str] | None]()
    filled.subscribe_changes(changes.append)
    for number in (-2, 0, 1, 2, 30):
        before = {one.id for one in PEOPLE if one.as_of(day(number - 1)) == one.as_of(day(number))}
        assert await filled.follow_date(day(number)) == bool(changes)
        await assert_as_of(filled, day(number))
        if number in (1, 2):
            assert not frozenset().union(*(ids or () for ids in changes)) & before
        changes.clear()
        assert not await filled.follow_date(day(number)), "there is nothing left to do"
        assert not changes


async def test_what_the_server_sent_and_its_age_stay_the_same(filled: Cache) -> None:
    one = owing(500, TODAY)
    await filled.put_customers([one], NOW)
    await filled.mark_outdated([one.id])
    _, rows, *_ = await everything(filled)
    assert await filled.follow_date(TOMORROW)
    assert (await everything(filled))[1] == rows
    kept = await filled.customer(one.id)
    assert (kept.fetched_at, kept.outdated) == (NOW, True)


async def test_a_row_is_read_as_of_today_before_the_cache_follows(folder: Path) -> None:
    today, one = TODAY, owing(1, TODAY)
    cache = await open_cache(folder / "cache.db", clock=lambda: NOW, today=lambda: today)
    await cache.put_customers([one], NOW)
    assert (await cache.customer(one.id)).value == one
    today = TOMORROW
    late = one.as_of(TOMORROW)
    assert late.billing_status is BillingStatus.PAST_DUE
    assert (await cache.customer(one.id)).value == late
    assert [row.value for row in (await cache.window(Query(), 0, 9)).rows] == [late]
    assert (await cache.customer(one.id)).fetched_at == NOW
    await cache.close()


async def test_rows_stored_after_the_change_follow_it(filled: Cache) -> None:
    await filled.follow_date(TOMORROW)
    one = owing(500, TODAY)
    for at in (NOW, LATER):  # inserted, then confirmed
        await filled.put_customers([one], at)
        assert one.id in await found(filled, "is:past_due")
    await filled.put_customers([one.model_copy(update={"name": "Quetzal"})], LATER)
    assert await found(filled, "quetzal is:past_due") == [one.id]
    assert await damage(filled) is None


async def test_a_date_that_was_ahead_is_set_back(filled: Cache) -> None:
    await filled.follow_date(TODAY)
    before = await everything(filled)
    await filled.follow_date(day(400))
    assert await everything(filled) != before
    assert await filled.follow_date(TODAY)
    await assert_as_of(filled, TODAY)
    assert await everything(filled) == before


@pytest.fixture
def ten_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_file, "REFRESHED_AT_ONCE", 10)


@pytest.mark.usefixtures("ten_at_once")
@pytest.mark.parametrize("ahead", [False, True], ids=["came due", "set back"])
async def test_an_interrupted_refresh_is_finished_by_the_next(
    filled: Cache, monkeypatch: pytest.MonkeyPatch, ahead: bool
) -> None:
    if ahead:
        await filled.follow_date(day(400))
    left, refresh = 1, date_change.refresh

    def failing(tool: Tool, numbers: Sequence[int], between: object = None) -> set[str]:
        nonlocal left
        if not left:
            raise StoreFull("There is no room left.")
        left -= 1
        return refresh(tool, numbers)

    monkeypatch.setattr(date_change, "refresh", failing)
    with pytest.raises(StoreFull):
        await filled.follow_date(TODAY)
    assert await damage(filled) is None
    late = owing(500, day(-1))
    await filled.put_customers([late], NOW)
    assert late.id in await found(filled, "is:past_due"), "what is stored meanwhile follows the date"
    await filled.remove_customer(late.id)
    left = 1_000
    assert await filled.follow_date(TODAY)
    await assert_as_of(filled, TODAY)


@pytest.mark.usefixtures("ten_at_once")
async def test_two_processes_refresh_at_the_same_time(filled: Cache) -> None:
    neighbour = await open_cache(filled.path, clock=lambda: NOW)
    await asyncio.gather(filled.follow_date(TOMORROW), neighbour.follow_date(TOMORROW))
    await assert_as_of(filled, TOMORROW)
    await assert_as_of(neighbour, TOMORROW)
    await neighbour.close()


async def test_a_row_that_cannot_be_decoded_stays_and_the_others_change(filled: Cache) -> None:
    broken = owing(500, TODAY)
    await filled.put_customers([broken], NOW)
    sql = "UPDATE customer_rows SET data = x'00' WHERE n = (SELECT n FROM customers WHERE id = ?)"
    await filled._write(lambda tool: tool.conn.execute(sql, (broken.id,)))
    assert await filled.follow_date(TOMORROW)
    late = {one.id for one in PEOPLE if one.as_of(TOMORROW).billing_status is BillingStatus.PAST_DUE}
    assert set(await found(filled, "is:past_due")) == late
    assert filled.notice is None, "the file was not set aside"


async def test_a_cache_that_cannot_be_written_is_read_as_of_today(folder: Path) -> None:
    path, one = folder / "cache.db", owing(1, TODAY)
    cache = await open_cache(path, clock=lambda: NOW)
    await cache.put_customers([one], NOW)
    await cache.follow_date(TODAY)
    await cache.close()
    before = path.read_bytes()
    options = Options(read_only=True, refusal=StoreFull("There is no room left."))
    cache = await open_cache(path, clock=lambda: NOW, today=lambda: TOMORROW, options=options)
    assert not await cache.follow_date(TODAY), "nothing to write"
    with pytest.raises(StoreError, match="no room left"):
        await cache.follow_date(TOMORROW)
    assert (await cache.customer(one.id)).value.billing_status is BillingStatus.PAST_DUE
    await cache.close()
    assert path.read_bytes() == before


async def test_the_date_is_kept_when_most_rows_expire(folder: Path) -> None:
    """Recreated tables follow the date that they followed before."""
    time: datetime = NOW
    cache = await open_cache(folder / "cache.db", clock=lambda: time)
    await cache.put_customers(list(customers(600)), NOW)
    time += timedelta(days=40)
    await cache.follow_date(time.date())
    assert await cache.expire(time) == 600
    one = owing(1, time.date() - timedelta(days=1))
    await cache.put_customers([one], time)
    assert await found(cache, "is:past_due") == [one.id]
    await cache.close()
