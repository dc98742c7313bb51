"""Bulk actions on the screen: marks in the list, one form, one sheet, progress, result, and what is left."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from tests.screens.driver import Driver, driver
from tests.services.test_bulk import failing
from tests.support.action_form import answer, form_of, row_of
from tests.support.bulk import billed_customers, credit_items, credits_of
from tests.support.customers import customer
from tests.support.fake_services import fake_services
from tests.support.opened import QUICK, end_undo_window, opened
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox
from tests.support.virtual_time import VirtualTime
from tests.unit.store.test_bulks import bulk
from wbtui.app import WbtuiApp
from wbtui.models.actions import Context, Reason
from wbtui.models.actions.invoice import ExtendDueDate, VoidInvoice
from wbtui.models.bulk import MOST_ITEMS, Bulk, ItemStatus
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow, InvoiceState
from wbtui.models.limits import Limits
from wbtui.models.money import Money
from wbtui.models.page import Stamped
from wbtui.models.parts import Part
from wbtui.models.preview import Status
from wbtui.models.saved import BUILT_IN, find_saved_search
from wbtui.services.actions.bulk_run import BulkRun
from wbtui.services.actions.limits import Permissions
from wbtui.services.actions.money_client import ActionTimeouts
from wbtui.services.actions.pending_send import UndoWindow
from wbtui.services.open import Services
from wbtui.settings import Settings
from wbtui.ui.actions.bulk_dialog import BulkDialog
from wbtui.ui.actions.bulk_menu import open_bulk_form
from wbtui.ui.actions.bulk_sheet import BulkSheet
from wbtui.ui.actions.proposal import who_is
from wbtui.ui.screens.customers import CustomersScreen
from wbtui.ui.widgets.choice import Choice
from wbtui.ui.widgets.virtual_table import VirtualTable

HOSTILE = "ACME [UK] plc"


async def billed_in_gbp(services: Services, count: int) -> list[Customer]:
    """Return customers with a subscription in pounds, the one with a hostile name first."""
    await services.sync.run()
    rows = [row.value for row in (await services.directory.open("").page(0, 500)).rows]
    found = [one for one in rows if one.running and one.running[0].amount.currency == "gbp"]
    found.sort(key=lambda one: one.title != HOSTILE)
    assert found[0].title == HOSTILE and len(found) >= count
    return found[:count]


def on_row(d: Driver) -> str | None:
    """ID of the customer on the selected row; None while it is not loaded."""
    current = d.screen.query_one(VirtualTable).current
    return current.value.id if current is not None else None


async def mark(d: Driver, customers: Sequence[Customer]) -> None:
    """Mark customers one search after the other."""
    await d.expect_text("row 1 of")
    for number, one in enumerate(customers, start=1):
        d.app.open_search()
        d.screen.query_one("SearchField", Input).value = one.id
        await d.wait_for(lambda one=one: on_row(d) == one.id, "the customer is listed")  # type: ignore[misc]
        await d.press_command("search.leave")
        await d.press_command("customers.mark")
        await d.expect_text(f"{number} marked")


async def mark_at_once(d: Driver, customers: Sequence[Customer]) -> None:
    """Mark customers without searching for each."""
    await d.expect_text("row 1 of")
    assert isinstance(d.screen, CustomersScreen)
    for one in customers:
        d.screen._bulk.toggle(one)
    d.screen.table.focus()
    await d.expect_text(f"{len(customers)} marked")


async def fill_in_credit(d: Driver, amount: str, *, on_error: str = "go_on", says: str = "") -> None:
    """Choose account credit in the menu of the marked, answer its form and go on."""
    await d.press_command("customers.actions")
    await d.expect_screen("BulkMenu")
    await d.press("enter")
    await d.expect_screen("BulkForm")
    await d.wait_for(lambda: form_of(d).data is not None, "the form came")
    await d.expect_text(says)
    await answer(d, "amount", amount)
    await answer(d, "reason", Reason.SERVICE_ISSUE)
    await answer(d, "on_error", on_error)
    if on_error == "stop":
        await d.expect_text("Stops at one that is refused, not sent or unknown.")
    await d.press_command("form.go_on")
    await d.expect_screen("BulkSheet")


def shown(d: Driver) -> Bulk:
    assert isinstance(d.screen, BulkDialog)
    return d.screen.bulk


async def test_rows_are_marked_up_to_the_most_and_stay_marked() -> None:
    async with driver(fake_services(MOST_ITEMS + 20), size=(80, 24)) as d:
        await d.expect_text("row 1 of")
        await d.press_command("search.leave")
        first = d.lines()[4][2:8]
        await d.press("space", "space")
        await d.expect_text("2 marked")
        await d.expect_row(f" *{first}")
        await d.press("slash")
        await d.type("zzzz")
        await d.expect_text("2 marked")
        await d.press("escape", "escape", "asterisk")
        await d.expect_gone("marked ·")
        await d.press("asterisk")
        await d.expect_text(f"{MOST_ITEMS} marked")
        await d.expect_toast(f"At most {MOST_ITEMS} can be marked.")
        await d.press("G")
        await d.wait_for(lambda: on_row(d) is not None, "the last row came")
        await d.press("space")
        await d.expect_toast("Unmark one first.")
        await d.expect_text(f"{MOST_ITEMS} marked")
        await d.press("g", "space", "G", "space")
        await d.expect_text(f"{MOST_ITEMS} marked")
        await d.press("a")
        await d.expect_text(f"Actions · {MOST_ITEMS} customers", "Add credit", "Extend due date")
        await d.expect_gone("Refund", "Select an invoice")


async def test_all_that_are_left_of_a_queue_are_marked_after_many_that_are_done() -> None:
    services = fake_services(MOST_ITEMS + 20)
    done = {row.value.id for row in services.directory.rows[: MOST_ITEMS + 10]}
    async with driver(services) as d:
        await d.expect_text("row 1 of")
        assert isinstance(d.screen, CustomersScreen)
        await d.screen._bulk.toggle_all("", done.__contains__)
        await d.expect_text("10 marked")


async def test_who_is_done_is_not_marked_before_the_list_shows_it_either() -> None:
    services = fake_services(30)
    async with driver(services) as d:
        await d.expect_text("row 1 of")
        await d.press_command("search.leave")
        first = services.directory.rows[0].value.id
        await services.queues.mark_done(find_saved_search("", BUILT_IN), first)
        await d.press_command("customers.mark_all")
        await d.expect_text("29 marked")


async def test_from_marks_to_the_saved_result(sandbox: Sandbox, tmp_path: Path) -> None:
    documents = tmp_path / "d"
    async with opened(sandbox.url, sandbox.key, tmp_path, timeouts=QUICK) as services:
        customers = await billed_in_gbp(services, 3)
        rows = [row.value for row in (await services.directory.open("plan:pro").page(0, 99)).rows]
        foreign = next(one for one in rows if one.running and one.running[0].amount.currency == "eur")
        settings = Settings(confirm_above={"gbp": Money(1000, "gbp").amount})
        async with driver(services, size=(80, 24), settings=settings) as d:
            await mark(d, [*customers, foreign])
            limits = Limits.model_validate({"grant_credit": {"gbp": "11.99", "eur": "1"}})
            services.actions.permissions = Permissions(limits)
            await fill_in_credit(d, "4", on_error="stop", says="Your limit: £11.99 or €1.00 in total")
            sheet = d.screen
            assert isinstance(sheet, BulkSheet)
            await d.expect_text(
                "Your limit   £11.99 or €1.00 in total", "■ £12.00 in total is above your limit of £11.99."
            )
            assert not sheet.commit_button.display
            services.actions.permissions = Permissions()
            await d.press_command("sheet.again")
            await d.expect_text(
                "Customers    3 of 4 marked", "Total        £12.00", "■ 1 refused", "Type 12.00 to confirm",
                "Can be undone: Reverse credit.", f"{foreign.title}: This customer is billed",
            )  # fmt: skip
            await d.expect_row(HOSTILE, "£4.00")
            await d.commit("BulkSheet")
            await d.expect_text("Type the amount, 12.00, to confirm.")
            sheet.query_one(Input).value = "12"
            await d.press_command("sheet.commit")
            await d.expect_screen("BulkDialog")
            await d.expect_text("3 done · 1 refused", "£12.00 done", "esc close")
            await d.expect_row(HOSTILE, "£4.00", "● done")
            await d.expect_row(foreign.title[:8], "■ refused")
            assert await credits_of(services, shown(d).items[:3]) == [1, 1, 1]
            await d.press_command("bulk.save")
            await d.expect_toast("4 items saved as")
            await d.press_command("bulk.save")
            await d.wait_for(lambda: len(list(documents.iterdir())) == 2, "a second file")
            await d.press_command("bulk.back")
            await d.expect_screen("CustomersScreen")
            await d.expect_gone("marked ·")
        for path in documents.iterdir():
            assert path.stat().st_mode & 0o777 == 0o600
            with path.open(newline="", encoding="utf-8-sig") as file:
                table = list(csv.DictReader(file))
            assert [row["outcome"] for row in table] == ["done"] * 3 + ["refused"]
            assert (table[0]["customer"], table[0]["amount"], table[0]["currency"]) == (
                HOSTILE,
                "4.00",
                "gbp",
            )


async def test_credit_starts_with_the_currency_most_are_billed_in_or_with_none(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path, timeouts=QUICK) as services:
        pounds = await billed_in_gbp(services, 2)
        rows = [row.value for row in (await services.directory.open("plan:pro").page(0, 99)).rows]
        euros = next(one for one in rows if one.running and one.running[0].amount.currency == "eur")
        async with driver(services, size=(80, 24)) as d:
            for marked, usual in (([euros, *pounds], "gbp"), ([euros, pounds[0]], None)):
                d.app.call_later(open_bulk_form, d.screen, "grant_credit", marked)
                await d.expect_screen("BulkForm")
                await d.wait_for(lambda: form_of(d).data is not None, "the form came")
                choice = row_of(d, "amount").query_one(Choice)
                assert choice.value == usual
                if usual is not None:
                    await d.press("escape")
                    await d.expect_screen("CustomersScreen")
            await answer(d, "amount", "5")
            await d.press_command("form.next")
            await d.press_command("form.next")
            await d.expect_text("▲ Choose the currency.")
            choice.select_text("gbp")
            await d.expect_text("£5.00")
            await d.expect_gone("Choose the currency")


async def test_the_countdown_ends_with_the_undo_window_before_the_first_item_is_done(tmp_path: Path) -> None:
    time, services = VirtualTime(), fake_services(3)
    services.documents = tmp_path
    async with driver(services, size=(120, 30)) as d:
        run = BulkRun(bulk(2), UndoWindow(3.0, time.clock))
        d.app.push_screen(BulkDialog(run))
        await d.expect_text("Sending in 3 s … u cancels", "u cancel all")
        assert "enter open" not in d.text()
        await d.press("question_mark", "f1", "ctrl+p", "enter")
        assert isinstance(d.screen, BulkDialog), "the key that cancels works"
        time.elapsed = 4.0
        await d.expect_text("0 of 2")
        await d.expect_gone("u cancels")
        await d.expect_gone("u cancel all")
        await d.expect_text("enter open")
        await d.press_command("bulk.cancel")
        await d.expect_toast("Too late to cancel all.")
        run.finish()
        await d.expect_text("esc close")
        await d.press_command("bulk.cancel")
        await d.expect_toast("The bulk action is not running.")
        await d.press_command("bulk.save")
        await d.expect_toast("3 items saved as")


async def test_quitting_asks_while_items_are_sent_below_a_profile() -> None:
    """It quit at once, in the middle of the items."""
    async with driver(fake_services(3)) as d:
        run = BulkRun(bulk(2), UndoWindow(0.0, VirtualTime().clock))
        d.app.push_screen(BulkDialog(run))
        await d.expect_text("0 of 2")
        await d.press("enter")
        await d.expect_screen("ProfileScreen")
        await d.press("ctrl+q")
        await d.expect_text("Quit wbtui?", "Nothing was sent. Quit?")
        await d.press_command("ask.no")
        run.finish()
        await d.expect_screen("ProfileScreen")


async def test_stopped_closed_and_continued_after_a_restart(sandbox_db: Path, tmp_path: Path) -> None:
    dialogs: list[BulkDialog] = []

    def at(number: int) -> None:
        if number == 1:  # ctrl+c, while the first item is being sent
            app = dialogs[0].app
            assert isinstance(app, WbtuiApp)
            app.call_from_thread(app.show_quit_key)

    with failing(sandbox_db, 2, at=at) as box:
        slow = ActionTimeouts(undo=PATIENCE, deadline=QUICK.deadline, ask=QUICK.ask, pauses=())
        async with opened(box.url, box.key, tmp_path, timeouts=slow) as services:
            customers = await billed_in_gbp(services, 4)
            async with driver(services, size=(80, 24)) as d:
                await mark_at_once(d, customers)
                for cancel in ("u", "ctrl+q", "escape"):
                    await fill_in_credit(d, "1")
                    await d.commit("BulkSheet")
                    await d.expect_text("u cancels", "esc stop")
                    await d.press(cancel)
                    if cancel == "ctrl+q":
                        await d.expect_text("Cancelled. Nothing was sent. Quit?")
                        await d.press_command("ask.no")
                    await d.expect_text("4 not tried", "Cancelled. Nothing was sent.")
                    await d.press_command("bulk.back")
                    await d.expect_text("4 marked")
                await fill_in_credit(d, "1")
                await d.commit("BulkSheet")
                await d.expect_text("u cancels")
                assert isinstance(d.screen, BulkDialog)
                dialogs.append(d.screen)
                assert d.screen.run is not None
                end_undo_window(d.screen.run.window)
                await d.expect_text("1 done · 3 not tried", "3 can still be sent", "c continue")
                await d.press_command("bulk.back")
                await d.expect_toast("3 items left.")
        async with (
            opened(box.url, box.key, tmp_path, timeouts=QUICK) as services,
            driver(services, size=(80, 24)) as d,
        ):
            await d.expect_screen("AskScreen")
            await d.expect_text("Add credit · 4 customers: 1 done · 3 not tried.")
            await d.press_command("ask.no")
            await d.expect_screen("CustomersScreen")
            assert len(await services.journal.entries()) == 1, "nothing is sent by itself"
            await d.app.open_bulk()
            await d.expect_screen("BulkDialog")
            await d.press_command("bulk.resume")
            await d.expect_text("Send the 3 items left, £3.00 in total?")
            await d.press_command("ask.yes")
            await d.expect_text("3 done · 1 unknown", "wbtui checks again", "it may still arrive.")
            assert await credits_of(services, shown(d).items) == [1, 0, 1, 1]
            await d.expect_text("J journal")
            assert isinstance(d.screen, BulkDialog)
            assert "app.journal" in [row.id for row in d.screen.commands()], "the help lists it"
            await d.press("J")
            await d.expect_text("‹ Bulk action / Journal", "1 unresolved")
            await d.press_command("journal.back")
            await d.expect_screen("BulkDialog")
            [unknown] = [item for item in shown(d).items if item.status is ItemStatus.UNKNOWN]
            await services.actions.abandon(unknown.key or "")
            await d.expect_text("3 done · 1 abandoned")


async def stopped_after_the_first(services: Services) -> BulkRun:
    """Start account credit for two customers, which stops after the first."""
    items = await credit_items(services, await billed_customers(services, 2))
    run = await services.bulks.start(items, stop_on_error=False)
    run.changed.subscribe(lambda now: now.stop() if now.bulk.items[0].status is ItemStatus.DONE else None)
    return run


async def test_what_another_wbtui_has_discarded_meanwhile_is_no_longer_offered(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, timeouts=QUICK) as services,
        driver(services, size=(80, 24)) as d,
    ):
        run = await stopped_after_the_first(services)
        await run.wait()
        await d.app.open_bulk()
        await d.expect_text("1 done · 1 not tried", "1 can still be sent")
        await services.bulks.end(run.bulk.id)
        await d.press_command("bulk.resume")
        await d.press_command("ask.yes")
        await d.expect_toast("This bulk action has ended.")
        await d.expect_gone("can still be sent")
        await d.press_command("bulk.back")
        await d.expect_screen("CustomersScreen")
        await d.expect_gone("1 item left.")


async def test_the_result_says_that_the_rest_was_discarded(sandbox: Sandbox, tmp_path: Path) -> None:
    """It said only why it had stopped before."""
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, timeouts=QUICK) as services,
        driver(services, size=(80, 24)) as d,
    ):
        run = await stopped_after_the_first(services)
        await d.app.open_bulk()
        await d.expect_text("▲ Stopped.", "1 can still be sent")
        await d.press_command("bulk.discard")
        await d.press_command("ask.yes")
        await d.expect_text("The 1 item left will not be sent.")
        await d.expect_gone("Stopped.")
        await d.press("enter")
        await d.expect_text(f"‹ Bulk action / {run.bulk.items[1].customer}")


async def owing(services: Services, count: int) -> list[tuple[Customer, InvoiceRow]]:
    """Return customers with exactly one open invoice, and that invoice, from the cache."""
    found = []
    for row in (await services.directory.open("").page(0, 500)).rows:
        invoices = await services.cache.invoices_of(row.value.id) or ()
        owed = [one for one in invoices if one.state is InvoiceState.READY_FOR_PAYMENT and one.open]
        if len(owed) == 1 and ExtendDueDate.disabled_reason(owed[0]) is None:
            found.append((row.value, owed[0]))
    assert len(found) >= count
    return found[:count]


async def test_kept_offline_and_sent_once_online(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path, timeouts=QUICK) as services:
        await services.sync.run()
        (paid, invoice), *others = await owing(services, 3)
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services,
        driver(services, size=(100, 30)) as d,
    ):
        await mark_at_once(d, [paid, *(one for one, _ in others)])
        await d.press_command("customers.actions")
        await d.expect_screen("BulkMenu")
        await d.type("extend")
        await d.press("enter")
        await d.wait_for(lambda: form_of(d).data is not None, "the form came")
        await d.expect_text("Extend due date · 3 customers", "Cached data from", "Preview ✕")
        await answer(d, "due", "20d")
        await d.press_command("form.go_on")
        await d.expect_toast("Preview unavailable")
        await d.press_command("form.keep")
        await d.expect_toast("Draft kept: Extend due date · 3 customers. Nothing was sent.")
        await d.expect_text("3 marked")
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, timeouts=QUICK) as services,
        driver(services, size=(100, 30)) as d,
    ):
        context = Context(agent="jo", reason=Reason.OTHER, comment="Made twice.")
        void = VoidInvoice(customer_id=paid.id, context=context, invoice_id=invoice.id)
        intent = await services.actions.record_intent(
            void, await services.actions.preview(void), customer_title=paid.title, summary="Void"
        )
        assert (await services.actions.send(intent).outcome()).status is Status.DONE
        d.app.open_drafts()
        await d.expect_row("Extend due date", "3 customers")
        await d.press("enter")
        await d.expect_text("Draft of", "▲ Changed since:", f"{invoice.number} · ", "→ No open invoice.")
        # As if the server had been out of reach until now: everything is looked up again.
        form, answered, load = form_of(d), asyncio.Event(), services.profiles.load

        async def slowly(part: Part[Any], owner: str, *, force: bool) -> Stamped[Any]:
            if owner != paid.id:
                await answered.wait()
            return await load(part, owner, force=force)

        monkeypatch.setattr(services.profiles, "load", slowly)
        assert form._known is not None
        form._known = form._known._replace(cached_at=d.app.now())
        await d.press_command("form.go_on")
        await d.expect_text("Looking up invoices, 1 of 3 …")
        answered.set()
        await d.expect_text("Customers    2 of 3 marked", "■ 1 left out")
        await d.commit("BulkSheet")
        await d.expect_text("2 done · 1 left out")
        await d.wait_for(lambda: services.drafts.count == 0, "the draft was deleted")
        await d.press_command("bulk.back")
        await d.expect_screen("CustomersScreen")


def test_letters_that_look_alike_are_pointed_out_beside_the_name() -> None:
    assert who_is(customer(1).model_copy(update={"name": "\u0410nna"})).startswith("▲ look-alike letters · ")
    assert "▲" not in who_is(customer(1).model_copy(update={"name": "Anna"}))
