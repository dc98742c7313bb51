"""Expiry over months: with the change feed followed daily, with gaps, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.command_line import wbtui
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.opened import opened, until
from tests.support.patience import PATIENCE
from tests.support.sandbox import CUSTOMERS, NOW, Sandbox
from wbtui import errors
from wbtui.cli.finding import checked_search
from wbtui.models.page import Stamped
from wbtui.models.parts import PAYMENTS, PLANS
from wbtui.services.clock import Clock
from wbtui.services.link import LinkKind
from wbtui.services.open import Services
from wbtui.services.progress import SyncPhase, SyncProgress
from wbtui.services.sync_run import MISSING
from wbtui.settings import Settings

SMALL = Settings(agent="jo", sync_rate=1000, page_size=20)


@dataclass
class Days:
    """A clock that stands still at the first day until it is moved."""

    now: datetime = NOW

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.now)

    def move_to(self, day: int) -> None:
        self.now = NOW + timedelta(days=day)


def move_server(sandbox: Sandbox, to: datetime) -> None:
    """Move the server's clock, with all billing until then."""
    body = {"to": to.isoformat()}
    httpx.post(
        f"{sandbox.url}/x/v1/clock", headers=sandbox.headers, json=body, verify=False, timeout=PATIENCE
    ).raise_for_status()


async def assert_all_current(services: Services, now: datetime) -> None:
    """Assert that all customers, invoices and plans are cached and confirmed now."""
    await services.cache.expire(now)
    search = services.directory.open("")
    assert (search.is_complete, await search.count()) == (True, CUSTOMERS)
    for row in (await search.page(0, CUSTOMERS)).rows:
        assert is_current(row, now)
        assert is_current(await services.cache.customer(row.value.id), now)
    invoice = (row.value.latest_invoices or ())[0]
    assert is_current(await services.cache.find_invoice(invoice.id), now)
    assert is_current(await services.cache.part(PLANS, ""), now)


def is_current(found: Stamped[Any], now: datetime) -> bool:
    """Whether it was confirmed at this instant; what is fetched after a change is some microseconds newer."""
    return timedelta(0) <= found.fetched_at - now < timedelta(seconds=1)


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(range(0, 91, 10), id="every 10 days"),
        pytest.param((0, 1, 10, 20, 29, 30, 31, 59, 60, 90), id="as reported"),
        pytest.param(range(0, 91, 29), id="gaps of 29 days"),
        pytest.param(range(0, 94, 31), id="gaps of 31 days"),
        pytest.param((0, 45, 90), id="gaps of 45 days"),
    ],
)
async def test_unchanged_customers_do_not_expire_while_the_feed_is_followed(
    sandbox: Sandbox, tmp_path: Path, days: Iterable[int]
) -> None:
    clock = Days()
    for day in days:
        clock.move_to(day)
        async with opened(sandbox.url, sandbox.key, tmp_path, clock=clock.clock) as services:
            report = await services.sync.run()
            assert (report.full, report.message) == (day == 0, "")
            await assert_all_current(services, clock.now)


@pytest.mark.parametrize(("every", "bills"), [(1, False), (6, True)])
async def test_ninety_days_in_one_run(sandbox: Sandbox, tmp_path: Path, every: int, bills: bool) -> None:
    clock = Days()
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=clock.clock) as services:
        for day in range(0, 91, every):
            clock.move_to(day)
            if bills and day:
                move_server(sandbox, clock.now)
            assert (await services.sync.run()).customers == CUSTOMERS
            await assert_all_current(services, clock.now)


@pytest.mark.parametrize("gap", [10, 45])
async def test_after_the_feed_cursor_expired_a_full_sync_confirms_or_removes(
    sandbox: Sandbox, tmp_path: Path, gap: int
) -> None:
    clock = Days()
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=clock.clock) as services:
        await services.sync.run()
        stray = (await services.directory.open("").page(0, 1)).rows[0].value
        await services.cache.put_customers([stray.model_copy(update={"id": "Cust_stray"})], clock.now)
    clock.move_to(gap)
    move_server(sandbox, clock.now)
    assert sandbox.store is not None
    with sandbox.store.write() as tx:
        tx.execute("DELETE FROM changes WHERE seq < (SELECT max(seq) FROM changes)")
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path, clock=clock.clock) as services:
            await services.sync.run()
            await assert_all_current(services, clock.now)
            with pytest.raises(errors.NotCached):
                await services.cache.customer("Cust_stray")
        assert any("/x/v1/snapshot?kind=customers" in path for _, path in proxy.requests)


async def test_the_server_is_asked_before_expiry_and_expired_rows_are_not_shown(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    clock = Days()
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=clock.clock) as services:
        await services.sync.run()
        synced_at = (await services.cache.sync_state()).complete_since
        ids = [row.value.id for row in (await services.directory.open("").page(0, CUSTOMERS)).rows]
    clock.move_to(31)
    with FaultProxy(sandbox.url) as proxy:
        late = proxy.arm(Fault.KEEP, "GET", "/x/v1/changes")
        async with opened(proxy.url, sandbox.key, tmp_path, clock=clock.clock) as services:
            await until(services.link.changed, lambda: services.link.state.kind is LinkKind.ONLINE)
            search = services.directory.open("")
            assert (search.is_complete, await search.count()) == (False, 0)
            with pytest.raises(errors.NotCached):
                await services.cache.customer(ids[0])
            assert (await services.cache.counts()).customers == CUSTOMERS, (
                "not removed before the server was asked"
            )
        assert late.claimed <= 1
        proxy.disarm()
        clock.move_to(32)
        async with opened(proxy.url, sandbox.key, tmp_path, clock=clock.clock) as services:
            services.sync.start_following()
            await until(services.sync.changed, lambda: services.sync.progress.phase is SyncPhase.FOLLOWING)
            await assert_all_current(services, clock.now)
            assert (await services.cache.sync_state()).complete_since == synced_at, "no second full sync"


async def test_expired_data_is_confirmed_without_a_sync_command(sandbox: Sandbox, tmp_path: Path) -> None:
    clock = Days()
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=clock.clock) as services:
        await services.sync.run()
    clock.move_to(45)
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=clock.clock) as services:
        await until(services.sync.changed, lambda: services.sync.is_complete)
        await assert_all_current(services, clock.now)


async def test_after_expiry_offline_nothing_is_shown_until_a_full_sync(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    clock = Days()
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=clock.clock) as services:
        await services.sync.run()
        name = (await services.directory.open("").page(0, 1)).rows[0].value.id
    clock.move_to(29)
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=clock.clock, offline=True) as services:
        assert await services.directory.open("").count() == CUSTOMERS
    clock.move_to(31)
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=clock.clock, offline=True) as services:
        search = services.directory.open("")
        assert (search.is_complete, await search.count()) == (False, 0)
        assert services.sync.confirmed_at is not None, "the list says that the data expired"
        assert (await search.page(0, 5)).rows == ()
        await services.cache.expire(clock.now)
        with pytest.raises(errors.NotCached, match="The cached data has expired"):
            await checked_search(services, "anna")
        counts = await services.cache.counts()
        assert (counts.customers, counts.invoices) == (0, 0)
        assert name.encode() not in services.cache.path.read_bytes()
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=clock.clock) as services:
        report = await services.sync.run()
        assert (report.full, report.customers) == (True, CUSTOMERS)
        await assert_all_current(services, clock.now)


async def test_parts_that_the_feed_does_not_name_expire(sandbox: Sandbox, tmp_path: Path) -> None:
    clock = Days()
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=clock.clock) as services:
        await services.sync.run()
        customer = (await services.directory.open("").page(0, 1)).rows[0].value
        await services.profiles.fetch(PAYMENTS, customer.id)
        clock.move_to(31)
        await services.sync.run()
        assert await services.profiles.cached(PAYMENTS, customer.id) is None, "not shown"
        await services.cache.expire(clock.now)
        clock.move_to(0)
        assert await services.profiles.cached(PAYMENTS, customer.id) is None, "and removed"
        clock.move_to(31)
        assert (await services.cache.customer(customer.id)).value == customer


async def test_an_interrupted_full_sync_that_expired_starts_over(sandbox: Sandbox, tmp_path: Path) -> None:
    clock = Days()
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path, settings=SMALL, clock=clock.clock) as services:
            armed: list[object] = []

            def cut(progress: SyncProgress) -> None:
                if progress.phase is SyncPhase.CUSTOMERS and progress.rows == 20 and not armed:
                    armed.append(proxy.arm(Fault.CUT_BEFORE_SEND, "GET", "/x/v1/snapshot", times=None))

            with pytest.raises(errors.ConnectionLost):
                await services.sync.run(cut)
            assert (await services.cache.counts()).customers > 0
    clock.move_to(31)
    async with opened(sandbox.url, sandbox.key, tmp_path, settings=SMALL, clock=clock.clock) as services:
        assert (await services.sync.run()).customers == CUSTOMERS
        await assert_all_current(services, clock.now)


async def test_missing_customers_cause_a_full_sync(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=Days().clock) as services:
        await services.sync.run()
        for row in (await services.directory.open("").page(0, CUSTOMERS)).rows[1:]:
            await services.cache.remove_customer(row.value.id)
        seen: list[SyncProgress] = []
        report = await services.sync.run(seen.append)
        assert (report.customers, report.full, report.message) == (CUSTOMERS, True, MISSING["customers"])
        assert MISSING["customers"] in {one.message for one in seen}
        again = await services.sync.run()
        assert (again.full, again.message) == (False, "")


def counted_by(sandbox: Sandbox) -> int:
    """Return how many invoices the server has."""
    answer = httpx.get(
        f"{sandbox.url}/x/v1/invoices",
        params={"limit": 1},
        headers=sandbox.headers,
        verify=False,
        timeout=PATIENCE,
    )
    return int(answer.raise_for_status().json()["total"])


async def test_missing_invoices_cause_a_full_sync(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=Days().clock) as services:
        await services.sync.run()
        cursor = (await services.cache.sync_state()).changes_cursor
        [row, *_] = (await services.directory.open("").page(0, 1)).rows
        lost = [one.id for one in row.value.latest_invoices or ()]
        await services.cache.put_changes(cursor or "", NOW, deleted_invoices=lost)
        report = await services.sync.run()
        assert lost and report.invoices == counted_by(sandbox)
        assert (report.full, report.message) == (True, MISSING["invoices"])
        again = await services.sync.run()
        assert (again.full, again.message) == (False, "")


def before_invoices(proxy: FaultProxy) -> Callable[[SyncProgress], None]:
    """Return what cuts a full sync off between customers and invoices."""

    def cut(progress: SyncProgress) -> None:
        if progress.phase is SyncPhase.PLANS:
            proxy.arm(Fault.CUT_BEFORE_SEND, "GET", times=None)

    return cut


async def test_a_full_sync_cut_off_before_the_invoices_loses_no_change(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path, settings=SMALL, clock=Days().clock) as services:
            await services.sync.run()
            move_server(sandbox, NOW + timedelta(days=10))

            await services.cache.forget_changes()
            with pytest.raises(errors.ConnectionLost):
                await services.sync.run(before_invoices(proxy))
            proxy.disarm()
            assert (await services.sync.run()).invoices == counted_by(sandbox)


async def test_changes_are_followed_after_the_clock_was_far_ahead_and_invoices_expired(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    clock = Days()
    clock.move_to(77)
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path, settings=SMALL, clock=clock.clock) as services:
            with pytest.raises(errors.ConnectionLost):
                await services.sync.run(before_invoices(proxy))
    for day in (0, 40):
        clock.move_to(day)
        async with opened(sandbox.url, sandbox.key, tmp_path, settings=SMALL, clock=clock.clock) as services:
            await services.cache.expire(clock.now)
            assert (await services.sync.run()).invoices == counted_by(sandbox)
    move_server(sandbox, NOW + timedelta(days=10))
    async with opened(sandbox.url, sandbox.key, tmp_path, settings=SMALL, clock=clock.clock) as services:
        assert (await services.sync.run()).invoices == counted_by(sandbox)


async def test_what_is_fetched_replaces_what_is_dated_far_ahead(sandbox: Sandbox, tmp_path: Path) -> None:
    """Otherwise nothing that changes would be seen until the clock has caught up."""
    clock = Days()
    clock.move_to(76)
    async with opened(sandbox.url, sandbox.key, tmp_path / "a", clock=clock.clock) as services:
        await services.sync.run()
        [row, *_] = (await services.directory.open("is:active").page(0, 1)).rows
        await services.profiles.fetch(PAYMENTS, row.value.id)
    move_server(sandbox, NOW + timedelta(days=40))
    clock.move_to(0)
    async with (
        opened(sandbox.url, sandbox.key, tmp_path / "a", clock=clock.clock) as services,
        opened(sandbox.url, sandbox.key, tmp_path / "b", clock=clock.clock) as fresh,
    ):
        payments = await services.cache.part(PAYMENTS, row.value.id)
        assert not payments.is_fresh(clock.now), "it is fetched again when it is opened"
        for one in (services, fresh):
            await one.sync.run()
            await one.profiles.fetch(PAYMENTS, row.value.id)
        found, right = [
            [row.value for row in (await one.directory.open("").page(0, CUSTOMERS)).rows]
            for one in (services, fresh)
        ]
        assert found == right
        now = await services.cache.part(PAYMENTS, row.value.id)
        assert now.value == (await fresh.cache.part(PAYMENTS, row.value.id)).value != payments.value


async def test_the_total_is_checked_before_a_full_sync(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=Days().clock) as services:
        await services.sync.run()
        await services.cache.set_total("customers", CUSTOMERS + 1)
        report = await services.sync.run()
        assert (report.full, report.message) == (False, "")
        assert (await services.cache.sync_state()).full_syncs["customers"].total == CUSTOMERS


def test_the_commands_find_all_customers_on_every_day(sandbox: Sandbox, tmp_path: Path) -> None:
    clock = Days()
    connect = ("connect", "--name", "acme", "--environment", "demo", "--url", sandbox.url, "--key-stdin")
    assert wbtui(tmp_path, *connect, "--agent", "jo", stdin=sandbox.key).returncode == 0
    for day in (0, 1, 10, 20, 29, 30, 61):
        clock.move_to(day)
        done = wbtui(tmp_path, "sync", clock=lambda: clock.now)
        assert f"{CUSTOMERS} customers and" in done.stderr, day
        found = wbtui(tmp_path, "find", "country:de", clock=lambda: clock.now)
        assert (found.returncode, found.stdout.count("Cust_") > 0) == (0, True), day
