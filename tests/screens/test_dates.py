"""Screens that stay open while the date turns."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.screens.driver import driver
from tests.support.opened import opened
from tests.support.sandbox import CUSTOMERS, Sandbox
from tests.support.wall_clock import now
from wbtui import app
from wbtui.app import Start
from wbtui.services.clock import Clock


async def test_list_and_insights_count_again_when_the_date_turns(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "DATE_CHECK", 0.01)
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
            await d.expect_text("Billing status", f"Counted in {CUSTOMERS} cached customers")
            await d.expect_gone("No customers")
            ahead = timedelta(days=42)
            await d.expect_row("Billing status", "No customers")  # what is not confirmed for 30 days expires
