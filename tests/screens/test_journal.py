"""Unknown outcomes: recorded, and resolved from the outcome dialog and from the journal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.screens.driver import Driver, driver
from tests.screens.refund_scene import scene
from tests.support.customers import NOW
from tests.support.fake_services import FakeServices, fake_services
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.opened import intended, opened, refund_of, refundable, refunds_of
from tests.support.sandbox import Sandbox
from wbtui.app import Start
from wbtui.errors import StoreCorrupt, TimedOut, WbtuiError
from wbtui.models.preview import JournalEntry, Outcome, Status
from wbtui.models.text import clean
from wbtui.ui.screens import journal as screen
from wbtui.ui.screens.journal import LIMIT
from wbtui.ui.text.exports import journal_rows

ACTIONS = "/x/v1/actions"


async def list_unresolved(d: Driver) -> None:
    """Filter the journal by its first outcome."""
    await d.press_command("journal.filter")
    await d.expect_screen("RowFilterDialog")
    await d.press("tab", "space", "ctrl+s")
    await d.expect_text("Filter: ▲ unresolved")


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
            await s.d.expect_row("▲ unknown", "no record of it")  # the answer; the entry shows it before
            await s.d.press_command("journal.was_not_done")
            await s.d.expect_toast("Check the status instead.")
            await s.d.expect_gone("was not done")
            await s.d.press_command("journal.resend")
            await s.d.expect_text("Send the identical request again? It cannot run twice.")
            await s.d.press("enter")
            await s.d.expect_screen("JournalScreen")
            assert await s.refunds() == before, "the focus is on the answer that does nothing"
            await s.d.press_command("journal.resend")
            await s.d.press_command("ask.yes")
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
            await s.d.expect_text("Make sure it never runs?")
            await s.d.press_command("ask.yes")
            await s.d.expect_text("○ Abandoned. Nothing was done.", "You can do it again.")
            assert held.fired == 1
            proxy.deliver(held)
            assert await s.refunds() == before
            await s.d.press("escape")
            s.d.app.open_journal()
            await s.d.expect_row("▌", "○ abandoned", "Refund")
            _, row = journal_rows(await s.services.journal.entries(1))
            assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", str(row[0])), "seconds, no fractions"
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
        await list_unresolved(d)
        await d.expect_text("No action matches.", "Filter: ▲ unresolved · 0 of 1 action · f changes it")
        await d.press_command("journal.filter")
        await d.expect_screen("RowFilterDialog")
        await d.type("other words")
        await d.press("ctrl+s")
        await d.expect_text("No action matches.")
        await d.press_command("journal.filter")
        await d.expect_screen("RowFilterDialog")
        await d.press("ctrl+u", "tab", "space", "ctrl+s")
        await d.expect_row("▌", "● done", "Refund")
        await d.press_command("journal.customer")
        await d.expect_screen("ProfileScreen")


async def test_an_open_journal_shows_what_another_wbtui_records(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "POLL_INTERVAL", 0.01)
    async with (
        opened(sandbox.url, sandbox.key, tmp_path) as services,
        opened(sandbox.url, sandbox.key, tmp_path) as other,
        driver(services) as d,
    ):
        d.app.open_journal()
        await d.expect_text("No actions")
        intent = await intended(other, refund_of(*await refundable(other)), title="Anna Schmidt")
        await d.expect_row("○ intended", "Anna Schmidt")
        assert (await other.actions.send(intent, 0.0).outcome()).status is Status.DONE
        await d.expect_row("● done", "Anna Schmidt")


def unknown(number: int) -> JournalEntry:
    values: dict[str, Any] = dict.fromkeys(
        "money ticket reason subject sent_at settled_at today rule trouble customer_sentence".split()
    )
    return JournalEntry(
        key=f"key-{number}", kind="refund", customer_id=f"C{number}", customer=f"Customer {number}",
        summary=f"Refund of INV-{number}", agent="tess", status=Status.UNKNOWN, created=NOW, objects=(),
        attempts=1, **values,
    )  # fmt: skip


def services_with(
    entries: list[JournalEntry], reconcile: Callable[[str], Awaitable[Outcome]]
) -> FakeServices:
    """Services with these entries, whose status is checked by `reconcile`."""
    services = fake_services(3)

    async def listed(limit: int = LIMIT, **_options: Any) -> tuple[JournalEntry, ...]:
        return tuple(entries[:limit])

    async def counts() -> tuple[int, int]:
        return len(entries), len(entries)

    async def body(_key: str) -> bytes:
        return b"{}"

    async def unchanged() -> bool:
        return False

    services.journal = SimpleNamespace(
        entries=listed, counts=counts, body=body, unresolved=listed, poll_changes=unchanged
    )
    for name in ("reconcile", "resend", "abandon", "settle"):
        setattr(services.actions, name, reconcile)
    return services


@pytest.mark.parametrize("failure", [None, TimedOut("No answer within 30 s.")])
async def test_news_of_an_entry_is_not_shown_below_another_one(failure: WbtuiError | None) -> None:
    entries, gate = [unknown(1), unknown(2)], asyncio.Event()

    async def reconcile(key: str) -> Outcome:
        await gate.wait()
        if failure is not None:
            raise failure
        entries[0] = entries[0].model_copy(update={"status": Status.DONE, "trouble": "It had arrived."})
        return entries[0].outcome()

    async with driver(services_with(entries, reconcile), start=Start(screen="journal")) as d:
        await d.expect_row("▌", "Refund of INV-1")
        await d.press_command("journal.look_up")
        await d.expect_text("Checking the status …")
        await d.press("j")
        await d.expect_row("▌", "Refund of INV-2")
        gate.set()
        await d.expect_toast("It had arrived." if failure is None else "No answer within 30 s.")
        assert any(one.startswith("Refund of INV-1 · Customer 1: ") for one in d.notices)
        assert not d.screen.query_one("#journal-news").display
        if failure is None:
            await d.expect_row("● done", "Refund of INV-1")


async def test_news_of_an_entry_goes_with_it_where_only_unresolved_ones_are_listed() -> None:
    entries = [unknown(1), unknown(2)]

    async def reconcile(key: str) -> Outcome:
        entries[0] = entries[0].model_copy(update={"status": Status.DONE})
        return entries[0].outcome()

    async with driver(services_with(entries, reconcile), start=Start(screen="journal")) as d:
        await d.press_command("app.journal")  # it is open already
        await list_unresolved(d)
        await d.expect_row("▌", "Refund of INV-1")
        await d.press_command("journal.look_up")
        await d.expect_row("▌", "Refund of INV-2")
        assert not d.screen.query_one("#journal-news").display
        await d.press("escape")
        await d.expect_screen("CustomersScreen")


async def test_entries_that_are_not_listed_are_saved_too(tmp_path: Path) -> None:
    async def reconcile(_key: str) -> Outcome:
        raise AssertionError

    settled = [unknown(n).model_copy(update={"status": Status.DONE}) for n in range(LIMIT)]
    services = services_with([unknown(LIMIT), *settled], reconcile)
    services.documents = tmp_path
    async with driver(services, start=Start(screen="journal")) as d:
        await d.expect_row("▌", f"Refund of INV-{LIMIT}")
        await d.press_command("journal.export")
        await d.expect_toast(f"{LIMIT + 1} entries saved as")
        await list_unresolved(d)
        await d.expect_gone("Refund of INV-0")
        await d.press_command("journal.export")
        await d.expect_toast("1 entry saved as")


async def test_a_filter_finds_actions_by_their_texts_also_older_ones_than_are_listed(tmp_path: Path) -> None:
    async def reconcile(_key: str) -> Outcome:
        raise AssertionError

    settled = [unknown(n).model_copy(update={"status": Status.DONE}) for n in range(LIMIT + 5)]
    services = services_with(settled, reconcile)
    services.documents = tmp_path
    async with driver(services, start=Start(screen="journal")) as d:
        await d.expect_text(f"Journal · {LIMIT} of {LIMIT + 5}")
        await d.press_command("journal.filter")
        await d.expect_screen("RowFilterDialog")
        await d.type(f"refund inv-{LIMIT + 4}")
        await d.press("ctrl+s")
        await d.expect_row("▌", "● done", f"Refund of INV-{LIMIT + 4}")
        await d.expect_text(f"Journal · 1 of {LIMIT + 5}", f'Filter: "refund inv-{LIMIT + 4}"')
        await d.press_command("journal.export")
        await d.expect_toast("1 entry saved as")


async def test_an_empty_journal_says_that_there_is_nothing_to_save() -> None:
    async def reconcile(_key: str) -> Outcome:
        raise AssertionError

    async with driver(services_with([], reconcile), start=Start(screen="journal")) as d:
        await d.expect_text("No actions yet.")
        await d.press_command("journal.export")
        await d.expect_toast("No actions yet.")
        await list_unresolved(d)
        await d.expect_text("No action matches.")
        await d.press_command("journal.export")
        await d.expect_toast("No action matches.")


async def test_a_journal_that_cannot_be_read_is_not_called_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    async def reconcile(_key: str) -> Outcome:
        raise AssertionError

    async def unreadable(*_limit: int, **_options: Any) -> tuple[JournalEntry, ...]:
        raise StoreCorrupt("journal.db cannot be read.")

    services = services_with([unknown(1)], reconcile)
    readable = services.journal.entries
    services.journal.entries = unreadable
    async with driver(services, start=Start(screen="journal")) as d:
        await d.expect_text("journal.db cannot be read.")
        await list_unresolved(d)
        await d.expect_text("Filter: ▲ unresolved", "journal.db cannot be read.")
        assert "No action matches." not in d.text() and "Nothing pending" not in d.text()
        services.journal.entries = readable
        assert isinstance(d.screen, screen.JournalScreen)
        d.screen.load()
        await d.expect_row("▌", "Refund of INV-1")
        assert "cannot be read" not in d.text()
        services.journal.entries = unreadable
        d.screen.load()
        await d.expect_text("journal.db cannot be read.", "Refund of INV-1")
