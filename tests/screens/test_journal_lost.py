"""The journal screen says what the journal has lost, until that is acknowledged."""

from __future__ import annotations

from pathlib import Path

from tests.screens.driver import driver
from tests.services.test_lost_actions import lose_files, refund_once
from tests.support.opened import opened
from tests.support.sandbox import Sandbox


async def test_lost_actions_are_listed_with_what_the_billing_system_has(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await refund_once(services)
    lose_files(tmp_path, "journal.db")
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        async with driver(services) as d:
            await d.expect_toast("The journal has lost an action of yours")
            await d.press("escape")
            await d.press_command("app.journal")
            await d.expect_text("▲ The journal has lost actions", "Your last actions in the billing system:")
            await d.expect_text("Refund made", "A acknowledge")
            await d.press_command("journal.acknowledge")
            await d.expect_gone("The journal has lost actions", "A acknowledge")
        assert services.lost_actions.lost == ()
