"""Work queues with the sandbox: counts, marks and their end, cursors over a list that changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import pytest

from tests.support.customers import NOW, customers
from tests.support.fake_services import FakeDirectory
from tests.support.fake_workspace import FakeWorkspace
from tests.support.opened import opened
from tests.support.sandbox import Sandbox
from wbtui.errors import BadInput, Superseded
from wbtui.models.parts import CUSTOMER
from wbtui.models.saved import BUILT_IN, Mark, SavedSearch
from wbtui.services.directory import Search
from wbtui.services.open import Services
from wbtui.services.queue import Counted, Queues
from wbtui.services.queue_cursor import Position, QueueCursor
from wbtui.store.cache import Cache
from wbtui.store.cancellation import CancelToken
from wbtui.store.workspace import Workspace

PAST_DUE = next(one for one in BUILT_IN if one.name == "Past due")


@pytest.fixture
async def services(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Services]:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        yield services


async def ids(services: Services, query: str) -> list[str]:
    return [row.value.id for row in (await services.directory.open(query).page(0, 100)).rows]


@pytest.mark.parametrize("search", BUILT_IN, ids=lambda one: one.name)
async def test_every_built_in_search_is_valid_and_counted(services: Services, search: SavedSearch) -> None:
    assert services.directory.open(search.query).query.problems == ()
    assert await services.queues.count(search, CancelToken()) == Counted(
        len(await ids(services, search.query)), 0
    )


async def test_a_count_excludes_marked_customers_and_can_be_cancelled(services: Services) -> None:
    queues, late = services.queues, await ids(services, PAST_DUE.query)
    await queues.mark_done(PAST_DUE, late[0])
    await queues.snooze(PAST_DUE, late[1], services.today() + timedelta(days=3))
    counted = await queues.count(PAST_DUE, CancelToken())
    assert (counted.total, counted.aside, counted.left) == (len(late), 2, len(late) - 2)
    assert queues.counted[PAST_DUE.id] == counted
    await queues.drop_mark(PAST_DUE, late[0])
    assert (await queues.count(PAST_DUE, CancelToken())).aside == 1
    cancelled = CancelToken()
    cancelled.cancel()
    with pytest.raises(Superseded):
        await queues.count(PAST_DUE, cancelled)


async def test_a_done_mark_is_dropped_outside_the_list_and_a_snoozed_one_is_not(
    services: Services,
) -> None:
    queues, late = services.queues, await ids(services, PAST_DUE.query)
    absent, snoozed = [one for one in await ids(services, "") if one not in late][:2]
    await queues.mark_done(PAST_DUE, absent)
    await queues.snooze(PAST_DUE, snoozed, services.today() + timedelta(days=3))
    await queues.mark_done(PAST_DUE, "cus_not_cached")
    assert (await queues.count(PAST_DUE, CancelToken())).aside == 0
    assert set(await queues.marks(PAST_DUE)) == {snoozed, "cus_not_cached"}


async def test_every_mark_of_a_queue_counts_however_many_there_are(services: Services) -> None:
    late = await ids(services, PAST_DUE.query)
    absent = next(one for one in await ids(services, "") if one not in late)
    workspace, over = FakeWorkspace(), services.today() - timedelta(days=1)
    for number in range(1_000):
        await workspace.put_mark(PAST_DUE.id, Mark(f"cus_{number}", over, over), NOW)
    for one in (late[0], absent):
        await workspace.put_mark(PAST_DUE.id, Mark(one, over), NOW)
    queues = Queues(
        cast(Workspace, workspace), services.directory, services.cache,
        today=services.today, now=services.now, make_id=str,
    )  # fmt: skip
    assert (await queues.count(PAST_DUE, CancelToken())).aside == 1
    assert list(await queues.marks(PAST_DUE)) == [late[0]], "the other left the list: the mark ended"


async def test_marks_of_a_daily_queue_apply_for_one_day(services: Services) -> None:
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
    assert mine in await queues.searches()
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


async def test_pinned_customers_come_before_recent_ones_without_duplicates(services: Services) -> None:
    queues = services.queues
    for number in range(4):
        await queues.record_visit(f"cus_{number}", f"Customer {number}")
    assert await queues.toggle_pin("cus_1", "Customer 1")
    assert await queues.toggle_pin("cus_9", "Customer 9")
    assert [(entry.customer_id, pinned) for entry, pinned in await queues.quick_access(4)] == [
        ("cus_9", True), ("cus_1", True), ("cus_3", False), ("cus_2", False),
    ]  # fmt: skip
    assert not await queues.toggle_pin("cus_9", "Customer 9")
    assert [entry.customer_id for entry in await services.workspace.pins()] == ["cus_1"]


async def test_customers_who_are_done_are_skipped_without_reading_their_rows(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of them took seconds: decoding a row takes longer than finding it."""
    everybody = SavedSearch("all", "All", "")
    *done, last = await ids(services, everybody.query)
    for customer_id in done:
        await services.queues.mark_done(everybody, customer_id)
    cursor = services.queues.cursor(everybody, everybody.query)
    with monkeypatch.context() as patch:
        patch.delattr(Cache, "window")
        assert await cursor.first() == Position(last, len(done))
    assert await cursor.previous() is None


class CursorOverList:
    """A cursor over generated customers, who can leave the list."""

    def __init__(self, count: int) -> None:
        self.directory = FakeDirectory(list(customers(count)))
        self.marks: dict[str, Mark] = {}
        self.cursor = QueueCursor(PAST_DUE, cast(Search, self.directory.open("")), self._marks)

    async def _marks(self) -> dict[str, Mark]:
        return self.marks

    @property
    def ids(self) -> list[str]:
        return [row.value.id for row in self.directory.matching(self.directory.open("").query)]

    def leave(self, customer_id: str) -> None:
        """Remove a customer from the list."""
        self.directory.rows = [row for row in self.directory.rows if row.value.id != customer_id]


async def test_a_cursor_visits_every_customer_once_in_both_directions() -> None:
    list_ = CursorOverList(100)
    seen = [await list_.cursor.first()]
    while (position := await list_.cursor.next()) is not None:
        seen.append(position)
    assert seen == [Position(one, number) for number, one in enumerate(list_.ids)]
    assert list_.cursor.position == seen[-1]
    back = []
    while (position := await list_.cursor.previous()) is not None:
        back.append(position)
    assert back == seen[-2::-1]
    assert await list_.cursor.count() == 100


async def test_marked_customers_are_skipped() -> None:
    list_ = CursorOverList(150)
    all_ids = list_.ids
    list_.marks = {one: Mark(one, date(2026, 11, 22)) for one in all_ids if one not in all_ids[3::120]}
    assert [await list_.cursor.first(), await list_.cursor.next()] == [
        Position(all_ids[3], 3),
        Position(all_ids[123], 123),
    ]
    assert await list_.cursor.next() is None
    assert await list_.cursor.previous() == Position(all_ids[3], 3)
    assert await list_.cursor.previous() is None
    list_.marks = {one: Mark(one, date(2026, 11, 22)) for one in all_ids}
    assert await list_.cursor.first() is None


async def test_no_customer_is_skipped_when_others_leave_the_list() -> None:
    list_ = CursorOverList(60)
    all_ids = list_.ids
    await list_.cursor.first()
    await list_.cursor.next()
    list_.leave(all_ids[1])
    assert await list_.cursor.next() == Position(all_ids[2], 1)
    # Many before the position leave: the customer is found at their new row.
    await list_.cursor.next()
    for _ in range(30):
        assert await list_.cursor.next() is not None
    position_before = list_.cursor.position
    assert position_before is not None
    for one in all_ids[2:30]:
        list_.leave(one)
    after = all_ids[all_ids.index(position_before.customer_id) + 1]
    position = await list_.cursor.next()
    assert position is not None
    assert position.customer_id == after
    assert list_.ids[position.number] == after


async def test_a_queue_whose_data_is_not_listed_is_not_empty(plain_sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(plain_sandbox.url, plain_sandbox.key, tmp_path) as services:
        await services.sync.run()
        counts = {one.name: await services.queues.count(one, CancelToken()) for one in BUILT_IN}
        assert counts["Disputes"] == Counted(0, 0, known=False)
        owing = SavedSearch("saved:owing", "Owing", "owes>0")
        assert await services.queues.count(owing, CancelToken()) == Counted(0, 0, known=False)
        [anna] = (await services.directory.open("anna@lumen.example").page(0, 1)).rows
        await services.profiles.fetch(CUSTOMER, anna.value.id)
        counted = await services.queues.count(owing, CancelToken())
        assert (counted.total, counted.known) == (1, False), "those that were opened are not all"
        assert counts["Past due"].total and counts["Past due"].known, "the invoices tell"
        assert counts["More than one active subscription"].known
