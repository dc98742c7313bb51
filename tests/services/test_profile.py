"""Parts of a profile: cached, fetched, shared requests, deleted customers, and parts not offered."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.bulk import billed_customers, credit_items
from tests.support.fault_proxy import FaultProxy
from tests.support.opened import intended, kept_in, opened, refund_of, refundable, refunds_of, until
from tests.support.sandbox import Sandbox
from tests.support.wall_clock import now
from wbtui import errors
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import (
    ACTIVITY,
    CREDITS,
    CUSTOMER,
    INVOICE,
    INVOICES,
    METHODS,
    PAYMENTS,
    REFUNDS,
    SUBSCRIPTIONS,
    USAGE,
    Part,
)
from wbtui.models.payment import PaymentMethod
from wbtui.services.actions.subjects import OfflineReader
from wbtui.services.clock import Clock
from wbtui.services.open import Services

TABS: tuple[Part[object], ...] = (SUBSCRIPTIONS, INVOICES, PAYMENTS, REFUNDS, METHODS, USAGE, ACTIVITY)  # type: ignore[assignment]


async def sync_and_pick(services: Services, number: int = 0) -> str:
    await services.sync.run()
    return (await services.directory.open("").page(number, 1)).rows[0].value.id


async def test_every_part_is_fetched_cached_and_equal_after_a_restart(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer = await sync_and_pick(services)
        fetched = {part.name: await services.profiles.fetch(part, customer) for part in TABS}
        assert all(one.source is Source.SERVER for one in fetched.values())
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        for part in TABS:
            cached = await services.profiles.cached(part, customer)
            assert cached is not None
            assert (cached.value, cached.source) == (fetched[part.name].value, Source.CACHE)
        reader = OfflineReader(services.profiles)
        for part in (TABS[0], TABS[4]):
            assert (await reader.fetch(part, customer)).value == fetched[part.name].value
        assert reader.cached_at == fetched[SUBSCRIPTIONS.name].fetched_at, "that of the oldest"
        with pytest.raises(errors.Offline):
            await reader.load(CREDITS, customer)


async def test_what_is_fetched_is_cached_also_after_the_clock_was_set_back(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer = (await billed_customers(services, 1))[0]
        await services.profiles.fetch(CREDITS, customer.id)
    clock = Clock(now=lambda: now() - timedelta(minutes=10))
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=clock) as services:
        [item] = await credit_items(services, [customer])
        run = await services.bulks.start([item], stop_on_error=False)
        await run.wait()
        fetched = await services.profiles.load(CREDITS, customer.id, force=True)
        cached = await services.profiles.cached(CREDITS, customer.id)
        assert cached is not None and cached.value == fetched.value
        assert cached.value[0].kind == "grant"


async def test_load_returns_fresh_cached_data_without_a_request(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            customer = await sync_and_pick(services)
            cached: list[Stamped[tuple[PaymentMethod, ...]]] = []
            first = await services.profiles.load(METHODS, customer, on_cached=kept_in(cached))
            assert cached == []
            requests_before = len(proxy.requests)
            again = await services.profiles.load(METHODS, customer, on_cached=kept_in(cached))
            assert again.value == first.value
            assert (again.source, cached) == (Source.CACHE, []), "the result itself"
            assert len(proxy.requests) == requests_before, "fresh: no request"
            await services.profiles.load(METHODS, customer, force=True)
            assert len(proxy.requests) == requests_before + 1
            await services.cache.mark_outdated([customer])
            await services.profiles.load(METHODS, customer, on_cached=kept_in(cached))
            assert len(proxy.requests) == requests_before + 2, "changed: requested again"
            old = services.now() - timedelta(minutes=6)
            other = await sync_and_pick(services, 1)
            await services.cache.put_part(METHODS, other, first.value, old)
            requests_before = len(proxy.requests) - 2
            await services.profiles.load(METHODS, other)
            assert len(proxy.requests) == requests_before + 3, "stale: requested again"


async def test_concurrent_fetches_share_one_request(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            customer = await sync_and_pick(services)
            requests_before = len(proxy.requests)
            fetches = [asyncio.ensure_future(services.profiles.fetch(PAYMENTS, customer)) for _ in range(3)]
            fetches[0].cancel()  # does not cancel the shared request
            one, two = await asyncio.gather(*fetches[1:])
            assert one == two
            assert len(proxy.requests) == requests_before + 1


@pytest.mark.parametrize("part", [INVOICE, REFUNDS], ids=lambda part: part.name)
async def test_what_is_being_fetched_while_the_customer_changes_is_fetched_again(
    part: Part[Any], sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer, payment = await refundable(services)
        owner = payment.invoice_ids[0] if part == INVOICE else customer.id
        read, waiting = threading.Event(), list[tuple[asyncio.AbstractEventLoop, asyncio.Event]]()
        ask = services.profiles._reads.ask

        async def answered_late(call: Callable[[Any], Awaitable[Any]]) -> object:
            value = await ask(call)
            if not waiting:
                may_go_on = asyncio.Event()
                waiting.append((asyncio.get_running_loop(), may_go_on))
                read.set()
                await may_go_on.wait()
            return value

        monkeypatch.setattr(services.profiles._reads, "ask", answered_late)
        monkeypatch.setattr(services.profiles, "refresh_after", never)
        fetch = asyncio.ensure_future(services.profiles.fetch(part, owner))
        await asyncio.to_thread(read.wait)
        await services.actions.send(await intended(services, refund_of(customer, payment))).outcome()
        await services.profiles.fetch(CREDITS, customer.id)
        [(loop, may_go_on)] = waiting
        loop.call_soon_threadsafe(may_go_on.set)
        found = (await fetch).value
        refunds = [found.refunded] if part == INVOICE else [one.money for one in found]
        assert [one.minor > 0 for one in refunds] == [True]
        cached = await services.profiles.cached(part, owner)
        assert cached is not None and cached.value == found and not cached.outdated
        other = await services.profiles.cached(CREDITS, customer.id)
        assert other is not None and not other.outdated, "fetched after the change"


async def test_a_failure_after_its_callers_were_cancelled_is_not_logged_as_never_retrieved(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        asked, may_fail = threading.Event(), threading.Event()
        reported: list[dict[str, Any]] = []

        async def ask(_call: object) -> None:
            asyncio.get_running_loop().set_exception_handler(lambda _loop, context: reported.append(context))
            asked.set()
            await asyncio.to_thread(may_fail.wait)
            raise errors.ServerFailed("It answered 503.")

        monkeypatch.setattr(services.profiles._reads, "ask", ask)
        fetch = asyncio.ensure_future(services.profiles.fetch(PAYMENTS, "Cust_1"))
        await asyncio.to_thread(asked.wait)
        task = services.profiles._running[PAYMENTS.name, "Cust_1"]
        fetch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetch
        ended, loop = threading.Event(), services.profiles._loop
        loop.call(task.add_done_callback, lambda _task: ended.set())
        may_fail.set()
        await asyncio.to_thread(ended.wait)
        await loop.run(asyncio.sleep(0))  # the loop itself refers to the task no more
        del task
        gc.collect()
        assert reported == []


async def test_a_deleted_customer_is_removed_from_the_cache(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer = await sync_and_pick(services)
        row = (await services.cache.customer(customer)).value
        deleted = "Cust_00000000-0000-4000-8000-000000000000"
        await services.cache.put_customers([row.model_copy(update={"id": deleted})], services.now())
        changed: list[frozenset[str]] = []
        services.data_changed.subscribe(changed.append)
        with pytest.raises(errors.NotFound, match="was deleted in the billing system"):
            await services.profiles.fetch(CUSTOMER, deleted)
        assert await services.profiles.cached(CUSTOMER, deleted) is None
        assert frozenset([deleted]) in changed


async def test_a_part_that_is_not_offered_is_requested_once(plain_sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(plain_sandbox.url) as proxy:
        async with opened(proxy.url, plain_sandbox.key, tmp_path) as services:
            customer = await sync_and_pick(services)
            with pytest.raises(errors.NotOffered):
                await services.profiles.fetch(REFUNDS, customer)
            requests_before = len(proxy.requests)
            with pytest.raises(errors.NotOffered):
                await services.profiles.fetch(REFUNDS, "another")
            assert len(proxy.requests) == requests_before


async def test_after_a_refund_the_cached_data_is_current(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer, payment = await refundable(services)
        invoice_id = payment.invoice_ids[0]
        before = (await services.profiles.fetch(INVOICE, invoice_id)).value
        await services.profiles.fetch(ACTIVITY, customer.id)
        await refunds_of(services, customer.id)
        changed: list[frozenset[str]] = []
        services.data_changed.subscribe(changed.append)
        outcome = await services.actions.send(
            await intended(services, refund_of(customer, payment))
        ).outcome()
        while True:
            count = len(changed)
            cached = await services.profiles.cached(INVOICE, invoice_id)
            if cached is not None and cached.value != before:
                break
            await until(services.data_changed, lambda count=count: len(changed) > count)  # type: ignore[misc]
        assert any(customer.id in ids for ids in changed)
        assert before.refunded is not None
        assert cached.value.refunded is not None
        assert cached.value.refunded.minor == before.refunded.minor + 500
        refunds = await services.profiles.cached(REFUNDS, customer.id)
        assert refunds is not None
        assert {one.id for one in refunds.value} >= {
            ref.id for ref in outcome.objects if ref.type == "refund"
        }
        activity = await services.profiles.cached(ACTIVITY, customer.id)
        assert activity is not None
        assert "refund" in activity.value.events[0].what.lower()


async def test_what_an_action_changes_is_fetched_again_by_other_processes(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Also where the clock stands still: which is newer does not depend on it."""
    instant = now()
    clock = Clock(now=lambda: instant)
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, clock=clock) as app,
        opened(sandbox.url, sandbox.key, tmp_path, clock=clock) as command,
    ):
        customer, payment = await refundable(app)
        invoice_id = payment.invoice_ids[0]
        before = await app.profiles.fetch(INVOICE, invoice_id)
        assert app.profiles.is_fresh(before)
        command.profiles.refresh_after = never  # type: ignore[assignment,method-assign] # the command ends before that
        await command.actions.send(await intended(command, refund_of(customer, payment))).outcome()
        shown: list[Stamped[Any]] = []
        after = await app.profiles.load(INVOICE, invoice_id, on_cached=kept_in(shown))
        assert [(one.value, one.outdated) for one in shown] == [(before.value, True)]
        assert after.value != before.value
        assert app.profiles.is_fresh(await app.profiles.load(INVOICE, invoice_id))


async def never(_entry: object) -> None:
    """Fetch nothing after an action."""
