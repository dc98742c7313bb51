"""Unknown and lost outcomes: told apart, kept, settled from the dialog and from the journal."""

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

ACTIONS = "/x/v1/actions"


async def test_an_answer_that_was_lost_is_unknown_until_it_is_looked_up(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with scene(sandbox, tmp_path, url=proxy.url) as s:
            before = await s.refunds()
            await s.to_sheet()
            lost = proxy.arm(Fault.CUT_BEFORE_ANSWER, "POST", ACTIONS)
            deaf = proxy.arm(Fault.ERROR_500, "GET", ACTIONS, times=None)
            await s.d.press_command("sheet.commit")
            await s.d.expect_screen("OutcomeDialog")
            await s.d.expect_text("▲ Outcome unknown", "l  Check status", "a  Abandon")
            assert lost.fired == 1 and deaf.fired >= 1
            proxy.disarm()
            await s.d.press_command("outcome.look_up")
            await s.d.expect_text("● Done", "For the customer")
            assert await s.refunds() == before + 1
            await s.d.press_command("outcome.look_up")
            await s.d.expect_toast("already known")


async def test_what_an_earlier_run_left_unknown_is_told_and_told_again_when_it_is_known(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with scene(sandbox, tmp_path, url=proxy.url) as s:
            await s.to_sheet()
            lost = proxy.arm(Fault.CUT_BEFORE_ANSWER, "POST", ACTIONS)
            proxy.arm(Fault.ERROR_500, "GET", ACTIONS, times=None)
            await s.d.press_command("sheet.commit")
            await s.d.expect_text("▲ Outcome unknown")
            assert lost.fired == 1
            assert not s.d.notices  # its own dialog says it
        async with opened(proxy.url, sandbox.key, tmp_path) as services, driver(services) as d:
            await d.expect_toast("what became of it is unknown")
            proxy.disarm()
            await services.actions.reconcile((await services.journal.unresolved())[0].key)
            await d.expect_toast("● done: Refund")


async def test_one_that_never_arrived_is_sent_again_under_its_key(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with scene(sandbox, tmp_path, url=proxy.url) as s:
            before = await s.refunds()
            await s.to_sheet()
            cut = proxy.arm(Fault.CUT_BEFORE_SEND, "POST", ACTIONS)
            await s.d.press_command("sheet.commit")
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
            await s.d.press_command("sheet.commit")
            await s.d.expect_text("▲ An earlier command is unresolved", "Nothing was sent.")
            await s.d.press("escape")
            await s.d.expect_screen("ActionForm")
            await s.d.press("escape")
            await s.d.expect_text("Discard this refund?")
            await s.d.press("tab", "enter")
            await s.d.expect_screen("InvoiceScreen")
            await s.d.press("J")
            await s.d.expect_screen("JournalScreen")
            await s.d.expect_row("▲ unknown", "Refund")
            await s.d.expect_text("1 unresolved", "The body as confirmed", "service_issue", key)
            await s.d.press_command("journal.look_up")
            await s.d.expect_text("it may still arrive")
            await s.d.press_command("journal.resend")
            await s.d.expect_row("● done", "Refund")
            await s.d.expect_text("all settled")
            assert await s.refunds() == before + 1
            entries = await s.services.journal.entries(5)
            assert [(one.key, one.status) for one in entries] == [(key, Status.DONE)]


async def test_one_that_is_given_up_never_runs(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with scene(sandbox, tmp_path, url=proxy.url) as s:
            before = await s.refunds()
            await s.to_sheet()
            held = proxy.arm(Fault.HOLD, "POST", ACTIONS)
            await s.d.press_command("sheet.commit")
            await s.d.expect_text("▲ Outcome unknown")
            await s.d.press_command("outcome.abandon")
            await s.d.expect_text("■ Refused. Nothing was done.")
            assert held.fired == 1
            proxy.deliver(held)
            assert await s.refunds() == before


async def test_no_connection_is_not_sent_and_safe_to_repeat(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with scene(sandbox, tmp_path, url=proxy.url) as s:
            before = await s.refunds()
            await s.to_sheet()
            refused = proxy.arm(Fault.REFUSE, times=None)
            await s.d.press_command("sheet.commit")
            await s.d.expect_text("■ Not sent. Nothing was done.")
            assert refused.fired >= 1
            proxy.disarm()
            entry = (await s.services.journal.entries(1))[0]
            assert entry.status is Status.NOT_SENT
        async with opened(sandbox.url, sandbox.key, tmp_path / "again") as fresh:
            assert len(await refunds_of(fresh, s.customer.id)) == before


async def test_the_journal_survives_a_restart_and_opens_without_a_link(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with scene(sandbox, tmp_path) as s:
        await s.to_sheet()
        await s.d.press_command("sheet.commit")
        await s.d.expect_text("● Done")
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services,
        driver(services, start=Start(screen="journal")) as d,
    ):
        await d.expect_row("▌", "● done", "Refund", clean(s.customer.title)[:8])
        await d.expect_text("For the customer", "service issue", "all settled")
        await d.press_command("journal.look_up")
        await d.expect_toast("left to settle")
        await d.press_command("journal.unresolved")
        await d.expect_text("Nothing is unresolved.")
        await d.press_command("journal.unresolved")
        await d.press_command("journal.customer")
        await d.expect_screen("ProfileScreen")
