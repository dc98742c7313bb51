"""Details of profiles: by command for all who match, and in idle time for those likely needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from tests.services.test_sync_faults import api, billing, listed, rows
from tests.support.command_line import wbtui
from tests.support.fault_proxy import FaultProxy
from tests.support.opened import opened
from tests.support.patience import PATIENCE
from tests.support.sandbox import CUSTOMERS, Sandbox
from tests.support.virtual_time import VirtualTime
from tests.unit.api.mock import KEY, ORIGIN, MockServer, Reply, answer, trouble
from wbtui import errors
from wbtui.models.parts import CUSTOMER_PARTS, PAYMENTS, SUBSCRIPTIONS
from wbtui.models.subscription import Subscription
from wbtui.services import details
from wbtui.services import directory as directory_module
from wbtui.services.insights import ChartKind, Insights
from wbtui.services.open import Services
from wbtui.services.progress import SyncPhase, SyncProgress


async def ids(services: Services, query: str) -> list[str]:
    return [row.value.id for row in (await services.directory.open(query).page(0, CUSTOMERS)).rows]


async def complete(services: Services) -> set[str]:
    """Return the customers all of whose parts are cached."""
    found = set()
    for one in await ids(services, ""):
        parts = [await services.profiles.cached(part, one) for part in CUSTOMER_PARTS]
        if None not in parts:
            found.add(one)
    return found


@pytest.mark.date_free
async def test_on_plain_wingback_what_customers_owe_is_fetched_too(
    plain_sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(plain_sandbox.url, plain_sandbox.key, tmp_path) as services:
        await services.sync.run()
        subscribed = "subscriptions>0"
        before = (await services.directory.open(subscribed).page(0, CUSTOMERS)).rows
        assert {row.value.owed for row in before} == {None, ()}, "the list tells at most that it is nothing"
        await services.details.fetch_matching(subscribed)
        after = (await services.directory.open(subscribed).page(0, CUSTOMERS)).rows
        assert len(after) == len(before) and all(row.value.owed is not None for row in after)
        assert await services.directory.open("is:past_due").count()


async def test_all_parts_of_those_who_match_are_fetched_once(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            await services.sync.run()
            seen: list[SyncProgress] = []
            report = await services.details.fetch_matching("is:past_due", seen.append)
            wanted = set(await ids(services, "is:past_due"))
            assert await complete(services) == wanted != set()
            assert (report.customers, report.failed) == (len(wanted), [])
            assert (seen[-1].phase, seen[-1].rows) == (SyncPhase.DETAILS, len(wanted))
            requests = len(proxy.requests)
            again = await services.details.fetch_matching("is:past_due")
            assert (again.customers, again.fetched) == (len(wanted), 0)
            assert len(proxy.requests) == requests
            with pytest.raises(errors.BadInput):
                await services.details.fetch_matching("is:bogus")


def _pays(one: Subscription, day: date) -> bool:
    begins = max(one.start or date.max, one.trial_end or date.min)
    return bool(one.amount) and begins <= day and (one.end is None or day < one.end)


async def test_fetched_profiles_add_the_months_of_losses_that_the_list_lacks(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted again by the definition, from every ended subscription of the billing system.

    Every customer leaves the result once fetched, so that the rows of the pages after it move up.
    """
    monkeypatch.setattr(directory_module, "_PAGE", 5)
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        directory, cache, today = services.directory, services.cache, services.today()

        async def lost() -> dict[str, int]:
            charts = [chart async for chart in Insights(directory, cache, "", today).charts()]
            bars = next(chart.bars for chart in charts if chart.kind is ChartKind.LOST)
            return {bar.key: bar.customers for bar in bars}

        before = await lost()
        assert before.pop("unknown") == (await services.details.fetch_matching("lost:unknown")).customers > 0
        after = await lost()
        assert "unknown" not in after and sum(after.values()) > sum(before.values())
        ended = (await directory.open("sub:canceled,moved").page(0, CUSTOMERS)).rows
        assert ended
        known = [(await services.profiles.fetch(SUBSCRIPTIONS, row.value.id)).value for row in ended]
        for month, count in after.items():
            first = date.fromisoformat(f"{month}-01")
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            days = (first - timedelta(days=1), min(last, today))
            paid = [[any(_pays(one, day) for one in several) for day in days] for several in known]
            assert paid.count([True, False]) == count, month


def billing_with_profiles(count: int) -> MockServer:
    """A billing system with customers Cust_0 and so on, who have nothing in any part."""
    server = billing(lambda request: listed(request, rows(count)))
    for row in rows(count):
        for path in "contracts payments refunds credits credit_notes wallets usage methods".split():
            server.on(f"GET /x/v1/customers/{row['id']}/{path}", answer([]))
        server.on(f"GET /x/v1/customers/{row['id']}/invoices", answer({"rows": [], "next": None}))
        server.on(
            f"GET /x/v1/customers/{row['id']}/activity", answer({"events": [], "next": None, "total": 0})
        )
    return server


@pytest.mark.parametrize(
    "reply", [answer([{"id": 3}]), trouble("internal", 500), httpx.ReadTimeout("slow")], ids=str
)
async def test_a_part_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path, reply: Reply) -> None:
    server = billing_with_profiles(3)
    server.on("GET /x/v1/customers/Cust_1/payments", reply)
    async with opened(ORIGIN, KEY, tmp_path, make_api=api(server)) as services:
        await services.sync.run()
        report = await services.details.fetch_matching("")
        assert report.customers == 3
        [failure] = report.failed
        assert failure.startswith("Payments of Cust_1: ")
        assert await complete(services) == {"Cust_0", "Cust_2"}
        assert await services.profiles.cached(PAYMENTS, "Cust_1") is None


async def test_a_server_that_fails_every_time_is_left_alone(tmp_path: Path) -> None:
    server = billing(lambda request: listed(request, rows(30)))
    async with opened(ORIGIN, KEY, tmp_path, make_api=api(server)) as services:
        await services.sync.run()
        for row in rows(30):
            for path in "contracts payments refunds credits credit_notes wallets usage methods".split():
                server.on(f"GET /x/v1/customers/{row['id']}/{path}", trouble("internal", 500))
        before = len(server.requests)
        with pytest.raises(errors.ServerFailed):
            await services.details.fetch_matching("")
        assert len(server.requests) - before < 40, "of 300"


async def advance_until(time: VirtualTime, holds: Callable[[], bool]) -> None:
    """Advance virtual time second by second while real requests run."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await time.advance(1)
            await asyncio.to_thread(lambda: None)


async def test_in_idle_time_those_likely_needed_are_fetched(sandbox: Sandbox, tmp_path: Path) -> None:
    time = VirtualTime()
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        free = await ids(services, "is:free")
        await services.queues.toggle_pin(free[0], "Pinned")
        await services.queues.record_visit(free[1], "Recent")
        await services.queues.cursor((await services.queues.searches())[0], f"is:free {free[2]}").first()
        wanted = {*free[:3], *await ids(services, "is:past_due")}
        services.sync.show(SyncProgress(SyncPhase.FOLLOWING))
        services.details._clock = time.clock
        services.details.note_use()
        phases: list[SyncPhase] = []
        services.sync.changed.subscribe(lambda progress: phases.append(progress.phase))
        fetching = asyncio.ensure_future(services.details.fetch_when_idle())
        await advance_until(time, lambda: len(phases) > 1 and phases[-1] is SyncPhase.FOLLOWING)
        fetching.cancel()
        assert phases[0] is SyncPhase.DETAILS
        assert time.elapsed >= details.IDLE_SECONDS
        assert await complete(services) == wanted


async def test_nothing_is_fetched_while_the_agent_works(sandbox: Sandbox, tmp_path: Path) -> None:
    time = VirtualTime()
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            await services.sync.run()
            services.sync.show(SyncProgress(SyncPhase.FOLLOWING))
            services.details._clock = time.clock
            requests = len(proxy.requests)
            fetching = asyncio.ensure_future(services.details.fetch_when_idle())
            for _ in range(100):
                services.details.note_use()
                await time.advance(details.IDLE_SECONDS / 2)
            fetching.cancel()
            assert len(proxy.requests) == requests


@pytest.mark.date_free
def test_the_command_fetches_details(sandbox: Sandbox, tmp_path: Path) -> None:
    connect = ("connect", "--name", "acme", "--environment", "demo", "--url", sandbox.url, "--key-stdin")
    assert wbtui(tmp_path, *connect, "--agent", "jo", stdin=sandbox.key).returncode == 0
    done = wbtui(tmp_path, "sync", "--details", "is:bogus", WBTUI_SYNC_RATE="1000")
    assert done.returncode == 2 and "Customers" not in done.stderr
    done = wbtui(tmp_path, "sync", "--details", "plan:bogus", WBTUI_SYNC_RATE="1000")
    assert done.returncode == 2 and "There is no plan bogus." in done.stderr, "the sync fetched the plans"
    done = wbtui(tmp_path, "sync", "--details", "is:past_due", WBTUI_SYNC_RATE="1000")
    assert done.returncode == 0
    assert "parts fetched." in done.stderr
    assert f"Profiles of {CUSTOMERS} customers" not in done.stderr
    for excluding in (("--details", "-is:active"), ("--details=-is:active",)):
        some = wbtui(tmp_path, "sync", *excluding, WBTUI_SYNC_RATE="1000")
        assert some.returncode == 0 and "Profiles of " in some.stderr, some.stderr
        assert f"Profiles of {CUSTOMERS} customers" not in some.stderr
    done = wbtui(tmp_path, "sync", "--details", WBTUI_SYNC_RATE="1000")
    assert f"Profiles of {CUSTOMERS} customers are cached" in done.stderr
