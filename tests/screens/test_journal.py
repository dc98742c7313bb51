"""Unknown outcomes: recorded, and resolved from the outcome dialog and from the journal."""

from __future__ import annotations

from pathlib import Path

from tests.screens.driver import driver
from tests.screens.refund_scene import scene
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.opened import opened, refunds_of
from tests.support.sandbox import Sandbox
from wbtui.app import Start
from wbtui.models.preview import Status
from wbtui.models.text import clean
from wbtui.ui.text.exports import journal_rows

ACTIONS = "/x/v1/actions"


async def test_a_lost_answer_is_unknown_until_its_status_is_checked(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with scene(sandbox, tmp_path, url=proxy.url) as s:
            before = await s.refunds()
            await s.to_sheet()
            lost = proxy.arm(Fault.CUT_BEFORE_ANSWER, "POST", ACTIONS)
            deaf = proxy.arm(Fault.ERROR_500, "GET", ACTIONS, times=None)
            await s.d.commit()
            await s.d.expect_screen("OutcomeDialog")
            await s.d.expect_text("▲ Outcome unknown", "l  Check status", "a  Abandon")
            assert lost.fired == 1 and deaf.fired >= 1
            proxy.disarm()
            await s.d.press_command("outcome.look_up")
            await s.d.expect_text("● Done", "For the customer")
            assert await s.refunds() == before + 1
            await s.d.press_command("outcome.look_up")
            await s.d.expect_toast("The outcome is known")


async def test_unknown_outcomes_of_an_earlier_run_are_announced_and_again_once_known(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with scene(sandbox, tmp_path, url=proxy.url) as s:
            await s.to_sheet()
            lost = proxy.arm(Fault.CUT_BEFORE_ANSWER, "POST", ACTIONS)
            proxy.arm(Fault.ERROR_500, "GET", ACTIONS, times=None)
            await s.d.commit()
            await s.d.expect_text("▲ Outcome unknown")
            assert lost.fired == 1
            assert not s.d.notices  # its own dialog says it
        async with opened(proxy.url, sandbox.key, tmp_path, offline=True) as services, driver(services) as d:
            await d.expect_toast("outcome unknown. wbtui checks again when you are online")
        async with opened(proxy.url, sandbox.key, tmp_path) as services, driver(services) as d:
            await d.expect_toast("outcome unknown. wbtui is checking")
            proxy.disarm()
            await services.actions.reconcile((await services.journal.unresolved())[0].key)
            await d.expect_toast("● done: Refund")


async def test_a_request_that_never_arrived_is_retried_with_its_key(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with scene(sandbox, tmp_path, url=proxy.url) as s:
            before = await s.refunds()
            await s.to_sheet()
            cut = proxy.arm(Fault.CUT_BEFORE_SEND, "POST", ACTIONS)
            await s.d.commit()
            await s.d.expect_text("▲ Outcome unknown")
            assert cut.fired == 1
            key = (await s.services.journal.entries(1))[0].key
            await s.d.press_command("outcome.close")
            await s.d.expect_screen("InvoiceScreen")
            # Nothing new for the same purpose while that is open.
            await s.d.press_command("invoice.refund")
            await s.d.expect_screen("ActionForm")
            await s.d.wait_for(lambda: bool(s.d.screen.query("#reason")), "the form came")
            await s.to_sheet("2.00")
            await s.d.commit()
            await s.d.expect_text("▲ Earlier action unresolved", "Nothing was sent.")
            await s.d.press("escape")
            await s.d.expect_screen("ActionForm")
            await s.d.press("escape")
            await s.d.expect_text("Discard this refund?")
            await s.d.press("tab", "enter")
            await s.d.expect_screen("InvoiceScreen")
            await s.d.press("J")
            await s.d.expect_screen("JournalScreen")
            await s.d.expect_row("▲ unknown", "Refund")
            await s.d.expect_text("1 unresolved", "Request details", "service_issue", key)
            await s.d.press_command("journal.look_up")
            await s.d.expect_text("it may still arrive")
            await s.d.press_command("journal.was_not_done")
            await s.d.expect_toast("Check the status instead.")
            await s.d.expect_gone("was not done")
            await s.d.press_command("journal.resend")
            await s.d.expect_row("● done", "Refund")
            await s.d.expect_text("Nothing pending")
            assert await s.refunds() == before + 1
            entries = await s.services.journal.entries(5)
            assert [(one.key, one.status) for one in entries] == [(key, Status.DONE)]


async def test_an_abandoned_action_never_runs(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with scene(sandbox, tmp_path, url=proxy.url) as s:
            before = await s.refunds()
            await s.to_sheet()
            held = proxy.arm(Fault.HOLD, "POST", ACTIONS)
            await s.d.commit()
            await s.d.expect_text("▲ Outcome unknown")
            await s.d.press_command("outcome.abandon")
            await s.d.expect_text("○ Abandoned. Nothing was done.", "You can do it again.")
            assert held.fired == 1
            proxy.deliver(held)
            assert await s.refunds() == before
            await s.d.press("escape")
            s.d.app.open_journal()
            await s.d.expect_row("▌", "○ abandoned", "Refund")
            _, row = journal_rows(await s.services.journal.entries(1))
            assert row[1] == "abandoned", "the file of entries does not count it as refused"


async def test_without_a_connection_nothing_is_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with scene(sandbox, tmp_path, url=proxy.url) as s:
            before = await s.refunds()
            await s.to_sheet()
            refused = proxy.arm(Fault.REFUSE, times=None)
            await s.d.commit()
            await s.d.expect_text("■ Not sent. Nothing was done.", "You can do it again.")
            assert refused.fired >= 1
            proxy.disarm()
            entry = (await s.services.journal.entries(1))[0]
            assert entry.status is Status.NOT_SENT
            await s.d.press("escape")
            s.d.app.open_journal()
            await s.d.expect_text("■ not sent", "Tried   ")
        async with opened(sandbox.url, sandbox.key, tmp_path / "again") as fresh:
            assert len(await refunds_of(fresh, s.customer.id)) == before


async def test_the_journal_survives_a_restart_and_opens_offline(sandbox: Sandbox, tmp_path: Path) -> None:
    async with scene(sandbox, tmp_path) as s:
        await s.to_sheet()
        await s.d.commit()
        await s.d.expect_text("● Done")
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services,
        driver(services, start=Start(screen="journal")) as d,
    ):
        await d.expect_row("▌", "● done", "Refund", clean(s.customer.title)[:8])
        await d.expect_text("For the customer", "service issue", "Nothing pending")
        await d.resize(200, 50)
        await d.expect_row("─ Journal", "Nothing pending", "▏ ─ Entry")
        await d.expect_row("▏   Customer", clean(s.customer.title)[:8])
        await d.resize(100, 30)
        await d.press_command("journal.look_up")
        await d.expect_toast("nothing to do")
        await d.press_command("journal.unresolved")
        await d.expect_text("No unresolved actions.")
        await d.press_command("journal.unresolved")
        await d.press_command("journal.customer")
        await d.expect_screen("ProfileScreen")
