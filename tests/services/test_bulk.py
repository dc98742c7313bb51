"""Bulk actions on a real sandbox: each item once, failures listed, stopped and resumed with what is left."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.action_bench import LONG
from tests.support.bulk import billed_customers, credit_items, credits_of
from tests.support.opened import GENEROUS, QUICK, opened
from tests.support.patience import PATIENCE
from tests.support.sandbox import REPOSITORY, Sandbox, running
from wbtui.errors import AboveLimit
from wbtui.models.actions.customer import FreezeCustomer
from wbtui.models.actions.invoice import RetryPayment
from wbtui.models.actions.money import GrantCredit
from wbtui.models.bulk import ItemStatus
from wbtui.models.limits import Limits
from wbtui.models.preview import Status
from wbtui.services.actions.bulk_targets import find_targets
from wbtui.services.actions.limits import Permissions
from wbtui.services.actions.money_client import ActionTimeouts
from wbtui.settings import Settings
from wbtui.store.journal_rows import WrongState

DONE, UNKNOWN, CHANGED = ItemStatus.DONE, ItemStatus.UNKNOWN, ItemStatus.CHANGED
FAILING = (17, 31)


@contextmanager
def failing(db: Path, *numbers: int, at: Callable[[int], None] = lambda _number: None) -> Iterator[Sandbox]:
    """Run a sandbox that fails actions by their number, before they take effect; `at` is called with each."""
    count = 0

    def before_commit() -> None:
        nonlocal count
        count += 1
        at(count)
        if count in numbers:
            raise RuntimeError("It breaks before the commit.")

    with running(db, before_commit=before_commit) as box:
        yield box


@contextmanager
def started(box: Sandbox, folder: Path) -> Iterator[None]:
    """Run a bulk action of 50 items in a process, and kill it at the end."""
    command = [sys.executable, "-m", "tests.support.bulk", box.url, box.key, str(folder), "50"]
    process = subprocess.Popen(command, cwd=REPOSITORY)
    try:
        yield
    finally:
        process.kill()
        process.wait(PATIENCE)


@pytest.mark.date_free
async def test_fifty_items_of_which_the_server_fails_two(sandbox_db: Path, tmp_path: Path) -> None:
    with failing(sandbox_db, *FAILING) as box:
        async with opened(box.url, box.key, tmp_path) as services:
            items = await credit_items(services, await billed_customers(services, 50))
            run = await services.bulks.start(items, stop_on_error=False)
            bulk = await run.wait()
            assert bulk.counts == {DONE: 48, UNKNOWN: 2}
            assert [item.number for item in bulk.items if item.status is UNKNOWN] == [*FAILING]
            assert all(item.trouble for item in bulk.items if item.status is UNKNOWN)
            assert await credits_of(services, bulk.items) == [
                int(i.number not in FAILING) for i in bulk.items
            ]
            entries = await services.journal.entries(100)
            assert sorted(entry.bulk_number or 0 for entry in entries) == list(range(1, 51))
            assert len({entry.key for entry in entries}) == 50
            assert {entry.bulk_id for entry in entries} == {bulk.id}
            assert (await services.journal.bulks.read(bulk.id)).items == bulk.items
            assert await services.bulks.unfinished() is None


@pytest.mark.date_free
async def test_killed_at_an_item_and_resumed_it_comes_to_the_same_end(
    sandbox_db: Path, tmp_path: Path
) -> None:
    reached, killed = threading.Event(), threading.Event()

    def at(number: int) -> None:
        if number == 25:
            reached.set()
            assert killed.wait(PATIENCE)

    with failing(sandbox_db, *FAILING, at=at) as box:
        with started(box, tmp_path):
            assert await asyncio.to_thread(reached.wait, PATIENCE)
        killed.set()
        assert box.state is not None
        await asyncio.to_thread(box.state.writer.submit(bool).result, PATIENCE)  # the item was committed
        async with opened(box.url, box.key, tmp_path) as services:
            before = await services.bulks.unfinished()
            assert before is not None
            assert [item.number for item in before.left] == list(range(26, 51))
            assert len(await services.journal.entries(100)) == 25, "nothing is sent by itself"
            run = await services.bulks.resume(before.id)
            bulk = await run.wait()
            assert bulk.counts == {DONE: 48, UNKNOWN: 2}
            assert await credits_of(services, bulk.items) == [
                int(i.number not in FAILING) for i in bulk.items
            ]
            assert len(await services.journal.entries(100)) == 50, "no item got a second key"
            assert await services.bulks.unfinished() is None
            with pytest.raises(WrongState):
                await services.bulks.resume(bulk.id)


async def test_the_undo_window_cancels_all_and_a_stop_leaves_the_rest(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    slow = ActionTimeouts(undo=LONG, deadline=PATIENCE, ask=PATIENCE, pauses=())
    async with opened(sandbox.url, sandbox.key, tmp_path, timeouts=slow) as services:
        items = await credit_items(services, await billed_customers(services, 3))
        run = await services.bulks.start(items, stop_on_error=False)
        assert run.window.remaining > 0
        run.stop()  # as u does
        bulk = await run.wait()
        assert bulk.counts == {ItemStatus.NOT_TRIED: 3}
        assert run.stopped == "Cancelled. Nothing was sent."
        assert await services.journal.entries() == ()
        assert await services.bulks.unfinished() is None
    async with opened(sandbox.url, sandbox.key, tmp_path, timeouts=QUICK) as services:
        run = await services.bulks.start(items, stop_on_error=False)
        run.changed.subscribe(lambda now: now.stop() if now.bulk.items[0].status is DONE else None)
        bulk = await run.wait()
        assert [item.status for item in bulk.items] == [DONE, ItemStatus.NOT_TRIED, ItemStatus.NOT_TRIED]
        assert await credits_of(services, items) == [1, 0, 0]
        assert await services.bulks.unfinished() is None, "it is open in this process"
        resumed = await services.bulks.resume(bulk.id, undo_seconds=LONG)
        assert resumed.window.cancel()
        assert (await resumed.wait()).counts == {DONE: 1, ItemStatus.NOT_TRIED: 2}
        assert resumed.stopped == "Cancelled. Nothing more was sent."
    async with opened(sandbox.url, sandbox.key, tmp_path, timeouts=QUICK) as services:
        left = await services.bulks.unfinished()
        assert left is not None and [item.number for item in left.left] == [2, 3]
        await services.bulks.end(left.id)
        assert await services.bulks.unfinished() is None
        assert await credits_of(services, items) == [1, 0, 0]


async def test_resumed_twice_at_once_it_runs_once(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        items = await credit_items(services, await billed_customers(services, 3))
        first = await services.bulks.start(items, stop_on_error=False)
        first.changed.subscribe(lambda now: now.stop())
        left = len((await first.wait()).left)
        assert left
        runs = await asyncio.gather(*(services.bulks.resume(first.bulk.id) for _ in range(2)))
        assert runs[0] is runs[1]
        assert (await runs[0].wait()).counts == {DONE: 3}
        assert await credits_of(services, items) == [1, 1, 1]


async def test_a_changed_item_is_skipped_and_an_error_stops_where_asked(
    sandbox_db: Path, tmp_path: Path
) -> None:
    # The first action is the one that changes the third customer.
    with failing(sandbox_db, 3) as box:
        async with opened(box.url, box.key, tmp_path) as services:
            items = await credit_items(services, await billed_customers(services, 5))
            other = items[0].action.model_copy(update={"customer_id": items[2].action.customer_id})
            other = other.model_copy(update={"amount": items[2].preview.amount})
            preview = await services.actions.preview(other)
            intent = await services.actions.record_intent(other, preview, customer_title="", summary="Credit")
            assert (await services.actions.send(intent).outcome()).status is Status.DONE
            run = await services.bulks.start(items, stop_on_error=True)
            bulk = await run.wait()
            assert [item.status for item in bulk.items] == [DONE, UNKNOWN, *[ItemStatus.NOT_TRIED] * 3]
            assert run.stopped == "Stopped after an error."
            bulk = await (await services.bulks.resume(bulk.id)).wait()
            assert [item.status for item in bulk.items] == [DONE, UNKNOWN, CHANGED, DONE, DONE]
            assert (bulk.items[2].trouble or "").startswith("Not sent. Account credit")
            assert await credits_of(services, items) == [1, 0, 1, 1, 1]
            abandoned = await services.actions.abandon(bulk.items[1].key or "")
            assert abandoned.status is Status.REFUSED
            read = await services.journal.bulks.read(bulk.id)
            assert read.items[1].status is ItemStatus.ABANDONED


async def test_an_item_with_a_new_warning_says_that_it_was_not_sent(sandbox_db: Path, tmp_path: Path) -> None:
    with running(sandbox_db) as box:
        async with opened(box.url, box.key, tmp_path) as services:
            items = await credit_items(services, await billed_customers(services, 1))
            frozen = FreezeCustomer(customer_id=items[0].action.customer_id, context=items[0].action.context)
            preview = await services.actions.preview(frozen)
            intent = await services.actions.record_intent(
                frozen, preview, customer_title="", summary="Freeze"
            )
            assert (await services.actions.send(intent).outcome()).status is Status.DONE
            bulk = await (await services.bulks.start(items, stop_on_error=False)).wait()
            trouble = bulk.items[0].trouble or ""
            assert bulk.items[0].status is CHANGED and trouble.startswith("Not sent. ")
            assert trouble.endswith("New warning: The account is frozen. This action is still possible.")


async def test_an_item_that_a_look_up_finds_abandoned_says_why(sandbox_db: Path, tmp_path: Path) -> None:
    with failing(sandbox_db, 1) as box:
        async with opened(box.url, box.key, tmp_path) as services:
            items = await credit_items(services, await billed_customers(services, 2))
            run = await services.bulks.start(items, stop_on_error=True)
            assert [item.status for item in (await run.wait()).items] == [UNKNOWN, ItemStatus.NOT_TRIED]
            url = f"{box.url}/x/v1/actions/{run.bulk.item(1).key}/abandon"
            (await asyncio.to_thread(httpx.post, url, headers=box.headers)).raise_for_status()
            resumed = await (await services.bulks.resume(run.bulk.id)).wait()
            assert [item.status for item in resumed.items] == [ItemStatus.ABANDONED, DONE]
            assert resumed.item(1).trouble
            assert resumed.items == (await services.journal.bulks.read(run.bulk.id)).items


async def test_an_item_above_the_limit_is_listed_and_not_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    limits = Limits.model_validate({"ask": "billing lead", "grant_credit": {"eur": "0.06"}})
    settings = Settings(agent="jo", sync_rate=1000, timeouts=GENEROUS, limits=limits)
    async with opened(sandbox.url, sandbox.key, tmp_path, settings=settings) as services:
        items = await credit_items(services, await billed_customers(services, 2))
        assert services.bulks.refusal(items[0].action, items[0].preview) is not None
        bulk = await (await services.bulks.start(items, stop_on_error=False)).wait()
        assert bulk.counts == {ItemStatus.REFUSED: 2}
        assert all("Ask billing lead to do it." in (item.trouble or "") for item in bulk.items)
        assert await services.journal.entries() == ()
        assert await credits_of(services, items) == [0, 0]


async def test_a_total_above_the_limit_is_neither_started_nor_resumed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    limits = Limits.model_validate({"grant_credit": {"eur": "0.20"}})
    settings = Settings(agent="jo", sync_rate=1000, timeouts=GENEROUS, limits=limits)
    async with opened(sandbox.url, sandbox.key, tmp_path, settings=settings) as services:
        customers = await billed_customers(services, 20)
        items = await credit_items(
            services, [one for one in customers if one.running[0].amount.currency == "eur"][:3]
        )
        assert not any(services.bulks.refusal(item.action, item.preview) for item in items)
        with pytest.raises(AboveLimit, match=r"€0\.21 in total is above your limit of €0\.20"):
            await services.bulks.start(items, stop_on_error=False)
        assert await services.bulks.unfinished() is None
        services.actions.permissions = Permissions()
        run = await services.bulks.start(items, stop_on_error=False)
        run.changed.subscribe(lambda now: now.stop() if now.bulk.items[0].status is DONE else None)
        assert (await run.wait()).left
        services.actions.permissions = Permissions(limits)
        with pytest.raises(AboveLimit, match=r"€0\.21 in total"):
            await services.bulks.resume(run.bulk.id)
        assert await credits_of(services, items) == [1, 0, 0]


async def test_each_customer_is_charged_for_the_oldest_open_invoice(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        rows = (await services.directory.open("").page(0, 500)).rows
        customers = [row.value for row in rows]
        counted: list[int] = []
        targets = await find_targets(services.profiles.fetch, RetryPayment, customers, counted.append)
        assert counted == list(range(1, len(customers) + 1))
        assert [target.customer for target in targets] == customers
        kinds = Counter(target.reason is None for target in targets)
        assert kinds[True] and kinds[False], "the seed has both"
        not_final = [one for one in targets if one.subject is not None and "not final" in (one.reason or "")]
        assert not_final, "the seed has one"
        for target in targets:
            own = await services.cache.invoices_of(target.customer.id)
            owed = [row for row in own or () if row.state.value == "ready_for_payment" and row.open]
            pending = [row.id for row in own or () if row.state.value == "pending_validation" and row.open]
            assert (target.subject is None) == (not owed and not pending)
            if pending and not owed:
                assert target.subject is not None and target.subject.id in pending
                assert target.reason == "The invoice is not final yet. Validate it first."
            elif target.subject is not None:
                oldest = min(owed, key=lambda row: (row.date, row.number))
                assert (target.subject.id, target.others) == (oldest.id, len(owed) + len(pending) - 1)
            elif target.reason is not None:
                assert target.reason == "No open invoice."
        everybody = await find_targets(services.profiles.fetch, GrantCredit, customers[:3])
        assert [target.subject for target in everybody] == customers[:3]
