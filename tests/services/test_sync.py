"""Sync with the sandbox: full, resumed, from the change feed, with several processes, and deletions."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.opened import files_in, intended, opened, refund_of, refundable, refunds_of, until
from tests.support.sandbox import CUSTOMERS, Sandbox
from tests.support.wall_clock import now
from wbtui import errors
from wbtui.models.customer import BillingStatus
from wbtui.models.parts import PLANS
from wbtui.services.clock import Clock
from wbtui.services.progress import SyncPhase, SyncProgress
from wbtui.services.sync import MERCHANT, PROGRESS_INTERVAL, Busy
from wbtui.settings import Settings
from wbtui.store.owner import this_process

SMALL = Settings(agent="jo", sync_rate=1000, page_size=20)


async def test_a_full_sync_fills_the_cache_and_reports_progress(sandbox: Sandbox, tmp_path: Path) -> None:
    seen: list[SyncProgress] = []
    async with opened(sandbox.url, sandbox.key, tmp_path, settings=SMALL) as services:
        before = services.sync.is_complete
        assert before is False
        report = await services.sync.run(seen.append)
        assert (report.customers, report.full, report.resumed) == (CUSTOMERS, True, False)
        assert report.invoices > CUSTOMERS
        assert services.sync.is_complete
        assert await services.profiles.cached(PLANS, "") is not None
        again = await services.sync.run()
        assert (again.full, again.changed) == (False, 0)
    rows = [one.rows for one in seen if one.phase is SyncPhase.CUSTOMERS]
    assert rows == [0, 20, 40, 60]
    totals = {one.total for one in seen if one.phase is SyncPhase.CUSTOMERS and one.rows}
    assert totals == {CUSTOMERS}
    assert seen[-1].phase is SyncPhase.DONE
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as later:
        assert later.sync.is_complete, "also in the next run"


async def test_an_interrupted_full_sync_resumes(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path, settings=SMALL) as services:
            fault: list[object] = []

            def cut(progress: SyncProgress) -> None:
                # The second page was requested or has arrived; the third is requested after it.
                if progress.phase is SyncPhase.CUSTOMERS and progress.rows == 20 and not fault:
                    fault.append(proxy.arm(Fault.CUT_BEFORE_SEND, "GET", "/x/v1/snapshot", times=None))

            with pytest.raises(errors.ConnectionLost):
                await services.sync.run(cut)
            assert proxy._armed[0].fired
            state = await services.cache.sync_state()
            stored = state.full_syncs["customers"].rows
            assert stored in (20, 40)
            assert state.complete_since is None
        proxy.disarm()
        before = len(proxy.requests)
        async with opened(proxy.url, sandbox.key, tmp_path, settings=SMALL) as services:
            report = await services.sync.run()
            assert (report.resumed, report.customers) == (True, CUSTOMERS)
        pages = [path for _, path in proxy.requests[before:] if "kind=customers" in path]
        assert len(pages) == (CUSTOMERS - stored) // 20, "only the missing pages"


async def test_changes_are_fetched_and_announced(sandbox: Sandbox, tmp_path: Path) -> None:
    async with (
        opened(sandbox.url, sandbox.key, tmp_path / "one") as services,
        opened(sandbox.url, sandbox.key, tmp_path / "two") as other,
    ):
        await services.sync.run()
        customer, payment = await refundable(other)
        await other.actions.send(await intended(other, refund_of(customer, payment))).outcome()
        changed: list[frozenset[str]] = []
        services.data_changed.subscribe(changed.append)
        report = await services.sync.run()
        assert (report.full, report.changed) == (False, 1)
        assert frozenset([customer.id]) in changed
        row = (await services.cache.customer(customer.id)).value
        assert row.version != customer.version


async def test_the_background_sync_fetches_changes(sandbox: Sandbox, tmp_path: Path) -> None:
    async with (
        opened(sandbox.url, sandbox.key, tmp_path / "one") as services,
        opened(sandbox.url, sandbox.key, tmp_path / "two") as other,
    ):
        services.sync.start_following()
        await until(services.sync.changed, lambda: services.sync.progress.phase is SyncPhase.FOLLOWING)
        assert services.sync.is_complete
        customer, payment = await refundable(other)
        await other.actions.send(await intended(other, refund_of(customer, payment))).outcome()
        changed: list[frozenset[str]] = []
        services.data_changed.subscribe(changed.append)
        services.sync.request_sync()
        await until(services.data_changed, lambda: any(customer.id in ids for ids in changed))


async def test_only_one_process_syncs_at_a_time(sandbox: Sandbox, tmp_path: Path) -> None:
    async with (
        opened(sandbox.url, sandbox.key, tmp_path) as one,
        opened(sandbox.url, sandbox.key, tmp_path) as two,
    ):
        other_holder = f"{this_process()}#else"
        assert await one.cache.lease(other_holder)
        with pytest.raises(Busy):
            await two.sync.run()
        await one.cache.release(other_holder)
        await two.sync.run()
        await until(one.sync.changed, lambda: one.sync.is_complete)
        assert await one.directory.open("").count() == CUSTOMERS


async def test_the_lease_of_a_dead_process_is_taken_over(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        host, boot, _, start = this_process().split("|")
        assert await services.cache.lease(f"{host}|{boot}|999999999|{start}#1")
        assert (await services.sync.run()).customers == CUSTOMERS


async def test_an_expired_cursor_causes_a_full_sync(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        of_another_file = base64.urlsafe_b64encode(b'["changes 0123456789ab",1]').decode().rstrip("=")
        await services.cache.put_changes(of_another_file, services.now())
        report = await services.sync.run()
        assert report.full
        assert (await services.sync.run()).full is False


async def test_a_full_sync_removes_deleted_customers(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        stray = (await services.directory.open("").page(0, 1)).rows[0].value
        await services.cache.put_customers([stray.model_copy(update={"id": "Cust_stray"})], services.now())
        assert await services.directory.open("").count() == CUSTOMERS + 1
        await services.cache.forget_changes()
        await services.sync.run()
        assert await services.directory.open("").count() == CUSTOMERS


async def test_dates_of_pending_refunds_are_fetched(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        pending = services.directory.open("refunds:pending")
        rows = [stamped.value for stamped in (await pending.page(0, 50)).rows]
        assert rows
        asked = {
            row.id: [r for r in await refunds_of(services, row.id) if r.status == "pending"] for row in rows
        }
        oldest = {one: min(refund.at for refund in refunds) for one, refunds in asked.items()}
        now = services._info.now()  # of the server
        days = max((now - at).days for at in oldest.values())
        found = await services.directory.open(f"refunding>{days}d").page(0, 50)
        expected = {one for one, at in oldest.items() if at <= now - timedelta(days=days)}
        assert {stamped.value.id for stamped in found.rows} == expected != set()
        assert await services.directory.open(f"refunding>{days + 1}d").count() == 0


async def test_data_of_another_merchant_is_cleared(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        ours = (await services.directory.open("").page(0, 1)).rows[0].value
        await services.cache.put_customers([ours.model_copy(update={"id": "Cust_theirs"})], services.now())
        await services.cache.put_note(MERCHANT, "another merchant", services.now())
        report = await services.sync.run()
        assert report.full and not report.resumed
        assert await services.directory.open("").count() == CUSTOMERS
        with pytest.raises(errors.NotCached):
            await services.cache.customer("Cust_theirs")
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as later:
        assert later.sync.is_complete and later.system is not None


async def test_without_a_change_feed_everything_is_fetched_once(
    plain_sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(plain_sandbox.url, plain_sandbox.key, tmp_path) as services:
        report = await services.sync.run()
        assert report.customers == CUSTOMERS
        assert services.sync.is_complete
        assert (await services.sync._run_once(None, asked=False)).full is False, "not due yet"
        assert (await services.sync.run()).full is True, "the agent asked for it"
        assert files_in(tmp_path).cache.exists()


async def test_a_sync_that_ended_before_the_invoices_completed_the_customers_is_finished_by_the_next(
    plain_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(plain_sandbox.url, plain_sandbox.key, tmp_path) as services:
        with monkeypatch.context() as patch:
            patch.setattr(
                services.cache, "complete_customers", AsyncMock(side_effect=errors.StoreFull("full"))
            )
            with pytest.raises(errors.StoreFull):
                await services.sync.run()
        assert await services.directory.open("is:past_due").count() == 0
        assert (await services.sync._run_once(None, asked=False)).full is False
        assert await services.directory.open("is:past_due").count() > 0


async def test_billing_statuses_are_those_of_the_extension_also_where_the_list_has_none(
    sandbox: Sandbox, plain_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Plain Wingback's clock is that of the test, by which a trial may be over.

    It may not list ended subscriptions: without any listed, nobody is known to have had none.
    """
    async with opened(plain_sandbox.url, plain_sandbox.key, tmp_path / "plain") as services:
        await services.sync.run()
        today = services.today()
        rows = (await services.directory.open("").page(0, CUSTOMERS)).rows
        plain = {row.value.id: row.value.billing_status for row in rows}
    async with opened(sandbox.url, sandbox.key, tmp_path / "extension") as services:
        await services.sync.run()
        rows = (await services.directory.open("").page(0, CUSTOMERS)).rows
    expected = {row.value.id: row.value.as_of(today).billing_status for row in rows}
    others = {
        BillingStatus.NONE: {BillingStatus.UNKNOWN},
        BillingStatus.TRIALING: {BillingStatus.TRIALING, BillingStatus.ACTIVE},
    }
    assert plain.keys() == expected.keys()
    for one, status in expected.items():
        assert plain[one] in others.get(status, {status}), one
    assert {*expected.values()} == set(BillingStatus) - {BillingStatus.UNKNOWN}


async def test_after_a_damaged_cache_was_set_aside_everything_is_fetched_at_once(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async def sleep(_seconds: float) -> None:
        await asyncio.Event().wait()

    async with opened(sandbox.url, sandbox.key, tmp_path, clock=Clock(now=now, sleep=sleep)) as services:
        services.sync.start_following()
        await until(services.sync.changed, lambda: services.sync.progress.phase is SyncPhase.FOLLOWING)
        phases: list[SyncPhase] = []
        services.sync.changed.subscribe(lambda progress: phases.append(progress.phase))
        lost = "DELETE FROM customer_search_text"
        await services.cache._database.write(lambda tool: tool.conn.execute(lost))
        assert "set aside" in (await services.cache.check() or "")
        await until(services.sync.changed, lambda: {SyncPhase.CUSTOMERS, SyncPhase.FOLLOWING} <= {*phases})
        assert (await services.cache.counts()).customers == CUSTOMERS


async def test_progress_is_announced_a_few_times_per_second_and_a_new_phase_at_once(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Pages arrive faster than anyone reads, and each announcement draws and sends a line."""
    time = [0.0]
    async with opened(
        sandbox.url, sandbox.key, tmp_path, clock=Clock(now=now, monotonic=lambda: time[0])
    ) as services:
        announced: list[SyncProgress] = []
        services.sync.changed.subscribe(announced.append)
        for count in range(11):
            time[0] = count * 0.3 * PROGRESS_INTERVAL
            services.sync.show(SyncProgress(SyncPhase.CUSTOMERS, count))
        assert [one.rows for one in announced] == [0, 4, 8]
        assert services.sync.progress.rows == 10, "whoever draws meanwhile shows the current number"
        services.sync.show(SyncProgress(SyncPhase.FOLLOWING))
        assert announced[-1].phase is SyncPhase.FOLLOWING
