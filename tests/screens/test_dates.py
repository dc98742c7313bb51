"""Screens that stay open while the date turns."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.screens.driver import driver
from tests.support.customers import TODAY, owing
from tests.support.fake_services import fake_services
from tests.support.opened import opened
from tests.support.sandbox import CUSTOMERS, Sandbox
from tests.support.wall_clock import now
from wbtui.app import Start
from wbtui.models.dates import days_after
from wbtui.services import date_refresh
from wbtui.services.clock import Clock
from wbtui.ui import service_signals
from wbtui.ui.dialogs.snooze import SnoozeDialog
from wbtui.ui.format import full_day


async def test_list_and_insights_count_again_when_the_date_turns(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_signals, "DATE_CHECK", 0.01)
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
    ahead = timedelta(0)
    clock = Clock(now=lambda: now() + ahead)
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True, clock=clock) as services:

        async def found() -> int:
            return await services.directory.open("-renews<7d").count()

        before = await found()
        async with driver(services, start=Start(query="-renews<7d")) as d:
            await d.expect_text(f"{before} of {CUSTOMERS}")
            ahead = timedelta(days=10)
            after = await found()
            assert after != before
            await d.expect_text(f"{after} of {CUSTOMERS}")
            await d.press_command("search.to_list")
            await d.press_command("customers.insights")
            await d.expect_text("Billing status", f"Based on {CUSTOMERS} cached customers")
            await d.expect_gone("No customers")
            ahead = timedelta(days=42)
            await d.expect_row("Billing status", "No customers")  # what is not confirmed for 30 days expires


async def test_offline_a_customer_becomes_past_due_over_midnight(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """List, its filter, insights and the profile's header change; the age of the customer stays."""
    monkeypatch.setattr(date_refresh, "INTERVAL", 0.01)
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        one = owing(1, services.today()).model_copy(update={"name": "Quentin Late"})
        await services.cache.put_customers([one], now())
        late = await services.directory.open("is:past_due").count()
    ahead = timedelta(0)
    clock = Clock(now=lambda: now() + ahead)
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, offline=True, clock=clock) as services,
        driver(services, start=Start(query="is:past_due")) as d,
    ):
        await d.expect_text(f"{late} of {CUSTOMERS + 1}")
        d.app.open_customer(one.id)
        await d.expect_row("Quentin Late", "active · as of")
        ahead = timedelta(days=1)
        await d.expect_row("Quentin Late", "past due · as of")
        assert (await services.cache.customer(one.id)).fetched_at <= now()
        await d.press_command("profile.back")
        await d.expect_text("Quentin Late", f"{late + 1} of {CUSTOMERS + 1}")
        ahead = timedelta(0)  # the clock was wrong and is corrected
        await d.expect_text(f"{late} of {CUSTOMERS + 1}")
        await d.expect_gone("Quentin Late")
        await d.press_command("search.to_list")
        await d.press_command("customers.insights")
        await d.expect_text(f"Based on {CUSTOMERS + 1} cached customers")
        await d.expect_row("past due", f" {late} ")
        ahead = timedelta(days=1)
        await d.expect_row("past due", f" {late + 1} ")


async def test_a_customer_is_snoozed_until_the_day_that_was_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    services, chosen = fake_services(1), list[date | None]()
    async with driver(services) as d:
        d.app.push_screen(SnoozeDialog("Anna Schmidt", "Past due"), chosen.append)
        await d.expect_text(f"tomorrow, {full_day(days_after(TODAY, 1))}")
        monkeypatch.setattr(services, "today", lambda: days_after(TODAY, 1))
        await d.press_command("form.submit")
        await d.wait_for(lambda: bool(chosen), "the dialog is closed")
    assert chosen == [days_after(TODAY, 1)]
