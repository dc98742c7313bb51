"""Queues on a real sandbox: counts, marks that end by themselves, walking through a list that changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import pytest

from tests.support.customers import NOW, customers
from tests.support.fake_services import FakeDirectory
from tests.support.opened import opened
from tests.support.sandbox import Sandbox
from wbtui.errors import BadInput, Superseded
from wbtui.models.saved import BUILT_IN, Mark, SavedSearch
from wbtui.services.open import Services
from wbtui.services.queue import Counted
from wbtui.services.queue_cursor import Position, QueueCursor, RowSource
from wbtui.store.cancellation import CancelToken

PAST_DUE = next(one for one in BUILT_IN if one.name == "Past due")


@pytest.fixture
async def services(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Services]:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        yield services


async def ids(services: Services, query: str) -> list[str]:
    return [row.value.id for row in (await services.directory.open(query).page(0, 100)).rows]


@pytest.mark.parametrize("search", BUILT_IN, ids=lambda one: one.name)
async def test_every_built_in_search_is_understood_and_counted(
    services: Services, search: SavedSearch
) -> None:
    assert services.directory.open(search.query).query.problems == ()
    assert await services.queues.count(search, CancelToken()) == Counted(
        len(await ids(services, search.query)), 0
    )


async def test_a_count_tells_who_is_left_and_can_be_given_up(services: Services) -> None:
    queues, late = services.queues, await ids(services, PAST_DUE.query)
    await queues.mark_done(PAST_DUE, late[0])
    await queues.snooze(PAST_DUE, late[1], services.today() + timedelta(days=3))
    counted = await queues.count(PAST_DUE, CancelToken())
    assert (counted.total, counted.aside, counted.left) == (len(late), 2, len(late) - 2)
    assert queues.counted[PAST_DUE.id] == counted
    await queues.drop_mark(PAST_DUE, late[0])
    assert (await queues.count(PAST_DUE, CancelToken())).aside == 1
    given_up = CancelToken()
    given_up.cancel()
    with pytest.raises(Superseded):
        await queues.count(PAST_DUE, given_up)


async def test_who_was_done_and_left_the_list_is_forgotten_but_not_who_is_put_off(
    services: Services,
) -> None:
    queues, late = services.queues, await ids(services, PAST_DUE.query)
    gone, put_off = [one for one in await ids(services, "") if one not in late][:2]
    await queues.mark_done(PAST_DUE, gone)
    await queues.snooze(PAST_DUE, put_off, services.today() + timedelta(days=3))
    await queues.mark_done(PAST_DUE, "cus_not_held")
    assert (await queues.count(PAST_DUE, CancelToken())).aside == 0
    assert set(await queues.marks(PAST_DUE)) == {put_off, "cus_not_held"}


async def test_a_daily_queue_begins_anew_every_day(services: Services) -> None:
    daily = next(one for one in BUILT_IN if one.daily)
    yesterday = services.today() - timedelta(days=1)
    await services.workspace.put_mark(daily.id, Mark("cus_1", yesterday), NOW)
    await services.workspace.put_mark(PAST_DUE.id, Mark("cus_1", yesterday), NOW)
    assert await services.queues.marks(daily) == {}
    assert list(await services.queues.marks(PAST_DUE)) == ["cus_1"]


async def test_searches_are_saved_renamed_and_deleted(services: Services) -> None:
    queues = services.queues
    mine = await queues.save(" My   people ", " plan:pro ")
    assert (mine.name, mine.query) == ("My people", "plan:pro")
    assert await queues.find_saved_search("plan:pro  sort:-owes") == mine
    await queues.mark_done(mine, "cus_1")
    named = await queues.rename(mine, "Ours")
    assert list(await queues.marks(named)) == ["cus_1"]
    with pytest.raises(BadInput):
        await queues.save("OURS", "x")
    for built_in in (queues.delete(PAST_DUE), queues.rename(PAST_DUE, "Mine")):
        with pytest.raises(BadInput):
            await built_in
    await queues.delete(named)
    assert await queues.searches() == BUILT_IN


async def test_pinned_come_before_recent_and_nobody_twice(services: Services) -> None:
    queues = services.queues
    for number in range(4):
        await queues.record_visit(f"cus_{number}", f"Customer {number}")
    assert await queues.toggle_pin("cus_1", "Customer 1")
    assert await queues.toggle_pin("cus_9", "Customer 9")
    assert [(kept.customer_id, pinned) for kept, pinned in await queues.quick_access(4)] == [
        ("cus_9", True), ("cus_1", True), ("cus_3", False), ("cus_2", False),
    ]  # fmt: skip
    assert not await queues.toggle_pin("cus_9", "Customer 9")
    assert [kept.customer_id for kept in await services.workspace.pins()] == ["cus_1"]


class Way:
    """A walk through made-up rows."""

    def __init__(self, count: int) -> None:
        self.directory = FakeDirectory(list(customers(count)))
        self.marks: dict[str, Mark] = {}
        self.walk = QueueCursor(PAST_DUE, cast(RowSource, self.directory.open("")), self._marks)

    async def _marks(self) -> dict[str, Mark]:
        return self.marks

    @property
    def ids(self) -> list[str]:
        return [row.value.id for row in self.directory.matching(self.directory.open("").query)]

    def leave(self, customer_id: str) -> None:
        """No longer in the list."""
        self.directory.rows = [row for row in self.directory.rows if row.value.id != customer_id]


async def test_a_walk_goes_through_everyone_once_and_back() -> None:
    way = Way(100)
    seen = [await way.walk.first()]
    while (position := await way.walk.next()) is not None:
        seen.append(position)
    assert seen == [Position(one, number) for number, one in enumerate(way.ids)]
    assert way.walk.position == seen[-1]
    back = []
    while (position := await way.walk.previous()) is not None:
        back.append(position)
    assert back == seen[-2::-1]
    assert await way.walk.count() == 100


async def test_long_stretches_of_those_set_aside_are_stepped_over() -> None:
    way = Way(150)
    everyone = way.ids
    way.marks = {one: Mark(one, date(2026, 11, 22)) for one in everyone if one not in everyone[3::120]}
    assert [await way.walk.first(), await way.walk.next()] == [
        Position(everyone[3], 3),
        Position(everyone[123], 123),
    ]
    assert await way.walk.next() is None
    assert await way.walk.previous() == Position(everyone[3], 3)
    assert await way.walk.previous() is None
    way.marks = {one: Mark(one, date(2026, 11, 22)) for one in everyone}
    assert await way.walk.first() is None


async def test_who_leaves_the_list_makes_room_and_nobody_is_left_out() -> None:
    way = Way(60)
    everyone = way.ids
    await way.walk.first()
    await way.walk.next()
    way.leave(everyone[1])
    assert await way.walk.next() == Position(everyone[2], 1)
    # Many before are gone: the customer is found where they are now.
    await way.walk.next()
    for _ in range(30):
        assert await way.walk.next() is not None
    here = way.walk.position
    assert here is not None
    for one in everyone[2:30]:
        way.leave(one)
    after = everyone[everyone.index(here.customer_id) + 1]
    position = await way.walk.next()
    assert position is not None
    assert position.customer_id == after
    assert way.ids[position.number] == after
