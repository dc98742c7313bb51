"""The work queue: saved searches with counts, steps from profile to profile, marks, pins, quick access."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.driver import Driver, driver
from tests.support.customers import NOW, TODAY
from tests.support.fake_services import fake_services
from tests.support.opened import opened
from tests.support.sandbox import Sandbox
from wbtui.app import Start
from wbtui.errors import StoreError
from wbtui.models.dates import days_after
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import CUSTOMER
from wbtui.models.query.parser import parse
from wbtui.models.saved import BUILT_IN, SavedSearch
from wbtui.services.open import Services
from wbtui.services.queue import Counted, QuickAccessEntry
from wbtui.store.cancellation import CancelToken
from wbtui.ui import states
from wbtui.ui.dialogs.work_queue import WorkQueueDialog
from wbtui.ui.text.queue import quick_access_line

PAST_DUE = next(one for one in BUILT_IN if one.name == "Past due")


async def titles(services: Services, query: str) -> list[str]:
    """Return the titles of the customers that a search lists, in order."""
    return [row.value.title for row in (await services.directory.open(query).page(0, 100)).rows]


async def highlight(d: Driver, name: str) -> None:
    """Move the cursor to a line of the work queue dialog."""
    await d.expect_screen("WorkQueueDialog")
    dialog = d.screen
    assert isinstance(dialog, WorkQueueDialog)
    await d.expect_text(name)
    dialog.table.move_to([line.search.name for line in dialog._lines].index(name))
    await d.expect_row("▌", name)


async def open_queue(d: Driver, name: str) -> None:
    await d.expect_text("row 1 of")
    await d.press_command("search.leave")
    await d.press_command("app.work_queue")
    await highlight(d, name)
    await d.press_command("work_queue.start")


async def test_the_dialog_shows_filter_and_count_of_every_search(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        late = len(await titles(services, "is:past_due"))
        assert late > 1
        async with driver(services, size=(80, 24)) as d:
            await d.expect_text("row 1 of")
            await d.press_command("search.leave")
            await d.press_command("app.work_queue")
            for one in BUILT_IN:
                await d.expect_row(one.name, one.query)
            await d.expect_match(rf"Past due +is:past_due +{late}\b")
            await highlight(d, "Past due")
            await d.press_command("work_queue.look")
            await d.expect_screen("CustomersScreen")
            await d.expect_text("/  is:past_due", f"row 1 of {late}")
            await d.expect_focus("VirtualTable")


async def test_a_count_that_fails_is_unknown_and_one_from_before_stays(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails, failures = True, []
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        count = services.queues.count

        async def count_or_fail(search: SavedSearch, token: CancelToken) -> Counted:
            if fails:
                failures.append(search.name)
                raise StoreError("The disk cannot be read.")
            return await count(search, token)

        monkeypatch.setattr(services.queues, "count", count_or_fail)
        async with driver(services) as d:
            await d.expect_text("row 1 of")
            await d.press("escape", "w")
            await d.expect_toast("The disk cannot be read.")
            await d.expect_match(r"Past due +is:past_due +unknown")
            await d.press("escape")
            fails = False
            await d.press("w")
            await d.expect_match(r"Past due +is:past_due +\d+")
            await d.press("escape")
            fails, before = True, failures.copy()
            await d.press("w")
            await d.wait_for(lambda: len(failures) == 2 * len(before), "all have failed again")
            await d.expect_match(r"Past due +is:past_due +\d+")


async def test_next_previous_done_and_snooze_in_a_queue(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        names = await titles(services, "is:past_due")
        total = len(names)
        assert total >= 3
        async with driver(services, size=(110, 30)) as d:
            await open_queue(d, "Past due")
            await d.expect_screen("ProfileScreen")
            await d.expect_text(f"‹ 1 of {total} · Past due / {names[0]}", "n next", "d done", "z snooze")
            await d.resize(80, 24)
            await d.expect_row("n next", "d done", "ctrl+p more")
            await d.resize(110, 30)
            await d.press_command("profile.tab_3")
            await d.press_command("profile.next_customer")
            await d.expect_text(f"‹ 2 of {total} · Past due / {names[1]}")
            await d.wait_for(lambda: len(d.screen.query("#tab-billing")) == 1, "the same tab is open")
            await d.press_command("profile.previous_customer")
            await d.expect_text(f"‹ 1 of {total} · Past due / {names[0]}")
            await d.press_command("profile.previous_customer")
            await d.expect_toast("This is the first customer")
            await d.press_command("profile.done")
            await d.expect_text(f"‹ 2 of {total} · Past due / {names[1]}")
            await d.press_command("profile.snooze")
            await d.expect_text(f"Snooze · {names[1]} · Past due", "tomorrow")
            await d.press_command("form.go_on")
            await d.expect_text(f"‹ 3 of {total} · Past due / {names[2]}")
            # Done and snoozed customers are skipped in both directions.
            await d.press_command("profile.previous_customer")
            await d.expect_toast("This is the first customer")
            await d.press_command("profile.back")
            await d.expect_row(names[0][:8], "✓ done")
            await d.expect_row(names[1][:8], "○ snoozed")
            # The cursor is on the customer opened last.
            await d.expect_row("▌", names[2][:8])
            await d.press_command("app.work_queue")
            await d.expect_match(rf"Past due +is:past_due +{total - 2} of {total}")


async def test_done_and_snooze_are_told_and_the_last_can_be_undone(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        names = await titles(services, "is:past_due")
        async with driver(services, size=(110, 30)) as d:
            await open_queue(d, "Past due")
            await d.expect_text(f"‹ 1 of {len(names)} · Past due / {names[0]}")
            await d.press_command("profile.undo")
            await d.expect_toast("Nothing to undo")
            await d.press_command("profile.done")
            await d.expect_toast(f"{names[0]}: ✓ done. Press u to undo.")
            await d.expect_text(f"‹ 2 of {len(names)} · Past due / {names[1]}")
            await d.press_command("profile.next_customer")
            await d.expect_text(f"‹ 3 of {len(names)} · Past due / {names[2]}")
            await d.press_command("profile.undo")
            await d.expect_toast(f"{names[0]} is back in the queue.")
            await d.expect_text(f"‹ 1 of {len(names)} · Past due / {names[0]}")
            await d.press_command("profile.snooze")
            await d.expect_screen("SnoozeDialog")
            await d.press("enter")
            await d.expect_toast(f"{names[0]}: ○ snoozed until")
            await d.expect_text(f"‹ 2 of {len(names)} · Past due / {names[1]}")
            await d.press_command("profile.undo")
            await d.expect_text(f"‹ 1 of {len(names)} · Past due / {names[0]}")
        assert await services.queues.marks(PAST_DUE) == {}


async def test_a_name_typed_on_a_profile_goes_to_the_search_box(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        async with driver(services, size=(110, 30)) as d:
            await open_queue(d, "Past due")
            await d.expect_text("Past due / ")
            await d.type("/andz")
            await d.expect_screen("CustomersScreen")
            await d.expect_text("/  andz")
        assert await services.queues.marks(PAST_DUE) == {}


async def test_the_work_queue_opens_from_a_profile_and_from_the_journal() -> None:
    services = fake_services(3)
    async with driver(services) as d:
        await d.expect_text("row 1 of 3")
        first = services.directory.rows[0].value.id
        for opens in ("profile", "journal"):
            if opens == "profile":
                d.app.open_customer(first)
            else:
                d.app.open_journal()
            await d.wait_for(lambda: type(d.screen).__name__ != "CustomersScreen", "another screen")
            await d.press_command("app.work_queue")
            await d.expect_screen("WorkQueueDialog")
            await d.press("escape")
            await d.expect_screen("CustomersScreen")


async def test_marks_survive_a_restart_and_a_cleared_cache(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        names = await titles(services, "is:past_due")
        first = (await services.directory.open("is:past_due").page(0, 1)).rows[0].value
        await services.queues.mark_done(PAST_DUE, first.id)
    for file in (tmp_path / "c").iterdir():
        file.unlink()
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        async with driver(services) as d:
            await open_queue(d, "Past due")
            await d.expect_text(f"‹ 2 of {len(names)} · Past due / {names[1]}")


async def test_a_queue_works_offline(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        names = await titles(services, "is:past_due")
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services, driver(services) as d:
        await open_queue(d, "Past due")
        for number, name in enumerate(names[:3], start=1):
            await d.expect_text(f"‹ {number} of {len(names)} · Past due / {name[:12]}", "■ offline")
            await d.press_command("profile.next_customer")


async def test_any_list_is_a_queue(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        names = await titles(services, "plan:pro sort:-since")
        async with driver(services, size=(120, 30)) as d:
            await d.expect_text("row 1 of")
            await d.type("plan:pro sort:-since")
            await d.expect_text(f"row 1 of {len(names)}")
            await d.press("enter")
            await d.expect_text(f"‹ 1 of {len(names)} · plan:pro / {names[0]}")
            await d.press_command("profile.done")
            await d.expect_text(f"‹ 2 of {len(names)} · plan:pro / {names[1]}")
            await d.press_command("profile.back")
            await d.expect_row(names[0][:8], "✓ done")
            # The same query in another order is the same queue; another query is not.
            await d.press_command("customers.sort")
            await d.expect_text("/  plan:pro", "✓ done")
            await d.press_command("customers.clear")
            await d.expect_gone("✓ done")


async def test_an_exact_invoice_number_opens_the_invoice(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        async with driver(services) as d:
            await d.expect_text("row 1 of")
            await d.type("inv-0041")
            await d.press("enter")
            await d.expect_screen("InvoiceScreen")
            await d.expect_text("‹ Customers / Anna Schmidt / INV-0041")
            await d.press("escape")
            await d.press_command("app.search")
            await d.type("INV-004")
            await d.expect_text("matched: invoice")
            await d.press("enter")
            await d.expect_screen("ProfileScreen")


async def test_done_again_removes_the_mark(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        async with driver(services) as d:
            await d.expect_text("row 1 of")
            await d.type("anna@lumen.example")
            await d.expect_text("1 of 60")
            await d.press("enter")
            await d.expect_text("‹ 1 of 1 · ", "Anna Schmidt")
            await d.press_command("profile.done")
            await d.expect_toast("End of queue")
            await d.expect_text("✓ done")
            await d.press_command("profile.done")
            await d.expect_toast("Back in the queue.")
            await d.expect_gone("✓ done")
            await d.press_command("profile.snooze")
            await d.expect_screen("SnoozeDialog")
            await d.press("down", "down", "down")
            await d.expect_text(f"{days_after(services.today(), 10)} or 10d")
            await d.press("enter")
            await d.expect_text("Enter a date such as")
            await d.press("x", "backspace")  # the field that is wrong has the focus
            await d.expect_gone("Enter a date such as")
            await d.type("soon")
            await d.press("shift+tab")
            await d.expect_text("Enter a date such as")
            await d.press("tab", *["backspace"] * 4)
            await d.expect_gone("Enter a date such as")
            await d.type("soon")
            await d.press("enter")
            await d.expect_text("Enter a date such as")
            await d.press(*["backspace"] * 4)
            await d.type("2d")
            await d.press_command("form.go_on")
            await d.expect_screen("ProfileScreen")
            await d.expect_text("○ snoozed until")


async def test_the_name_above_is_never_that_of_the_customer_before() -> None:
    services = fake_services(3)
    first, second = (row.value for row in services.directory.matching(parse("", today=TODAY))[:2])
    services.profiles.parts[CUSTOMER.name, first.id] = Stamped(first, NOW, Source.CACHE)
    async with driver(services) as d:
        await d.expect_text("row 1 of 3")
        await d.press("enter")
        await d.expect_text(
            f"‹ 1 of 3 · All customers / {first.title}", states.BILLING[first.billing_status].text
        )
        await d.press_command("profile.next_customer")
        await d.expect_text("‹ 2 of 3 · All customers / …")
        assert first.title not in d.lines()[0] and "as of" not in d.lines()[0]
        services.profiles.serve(CUSTOMER.name, second.id, second)
        await d.press_command("profile.refresh")
        await d.expect_text(f"‹ 2 of 3 · All customers / {second.title}")


async def test_a_profile_opened_without_a_list_has_no_queue() -> None:
    services = fake_services(3)
    async with driver(services) as d:
        await d.expect_text("row 1 of 3")
        d.app.open_customer(services.directory.rows[0].value.id)
        await d.expect_screen("ProfileScreen")
        await d.press_command("profile.next_customer")
        await d.expect_toast("not opened from a list")
        assert "n next" not in d.text()


async def test_a_search_that_finds_one_customer_leaves_the_key_bar_to_actions() -> None:
    services = fake_services(300)
    for found, keys in (("plan:pro", "n next"), (services.directory.rows[0].value.id, "C credit")):
        async with driver(services, start=Start(query=found)) as d:
            await d.expect_text("row 1 of ")
            await d.press("enter")
            await d.expect_screen("ProfileScreen")
            await d.expect_text(keys)
            assert ("n next" in d.text()) == (keys == "n next")
            # The key works nevertheless.
            await d.press_command("profile.done")
            await d.expect_toast("done")


async def test_a_search_is_saved_renamed_and_deleted() -> None:
    services = fake_services(300)
    async with driver(services) as d:
        await d.expect_text("row 1 of 300")
        await d.press_command("search.leave")
        await d.press("ctrl+p")
        await d.expect_text("Find a command")
        await d.type("save search")
        await d.expect_gone("Sort")
        await d.expect_text("Save search")
        await d.press("enter")
        await d.expect_toast("The search box is empty")
        await d.press_command("app.search")
        await d.type("anna")
        await d.press("ctrl+p")
        await d.expect_text("Find a command")
        await d.type("save search")
        await d.expect_gone("Sort")
        await d.expect_text("Save search")
        await d.press("enter")
        await d.expect_screen("SearchNameDialog")
        await d.press("enter")
        await d.expect_text("Enter a name.")
        await d.type("past due")
        await d.press("enter")
        await d.expect_text("A search with this name already exists.")
        await d.type(" anna")
        await d.press_command("form.go_on")
        await d.expect_toast("Saved as past due anna")
        await d.press_command("search.leave")
        await d.press_command("customers.clear")
        await d.press_command("app.work_queue")
        await highlight(d, "past due anna")
        await d.expect_text("/ anna")
        await d.press_command("work_queue.rename")
        await d.expect_screen("SearchNameDialog")
        await d.type("past due anna 2")
        await d.press("enter")
        await d.expect_row("▌ past due anna 2")
        await d.press_command("work_queue.start")
        await d.expect_text("past due anna 2 / ")
        await d.press_command("profile.back")
        await d.press_command("app.work_queue")
        await highlight(d, "past due anna 2")
        await d.press_command("work_queue.delete")
        await d.expect_screen("AskScreen")
        await d.press("tab", "enter")
        await d.expect_screen("WorkQueueDialog")
        await d.expect_gone("past due anna 2")
        await highlight(d, "Past due")
        await d.press_command("work_queue.delete")
        await d.expect_toast("A built-in search stays as it is.")


def test_short_names_of_quick_access_leave_their_room_to_long_ones() -> None:
    names = ("Jo Fields", "Meridian Foods International GmbH", "Åke Sjöberg")
    entries = [(QuickAccessEntry(f"cus_{name}", name, NOW), name == "Jo Fields") for name in names]
    line = quick_access_line(entries, 80).plain
    assert line == "★ 1 Jo Fields   recent 2 Meridian Foods Internat…  3 Åke Sjöberg"
    assert len(quick_access_line([(one, False) for one, _ in entries * 3], 80).plain) <= 80 - 6


async def test_pinned_and_recent_customers_have_number_keys() -> None:
    services = fake_services(300)
    async with driver(services, size=(80, 24)) as d:
        await d.expect_text("row 1 of 300", "name, e-mail, reference")
        await d.press_command("search.leave")
        await d.press_command("customers.quick_access_1")
        await d.expect_toast("No customer under this number")
        await d.press_command("list.down")
        await d.press_command("customers.pin")
        pinned = services.directory.matching(services.directory.open("").query)[1].value
        await d.expect_row("★ 1 ", pinned.title[:10])
        await services.queues.record_visit("cus_x", "Xenia Recent")
        await d.press_command("customers.quick_access_1")
        await d.expect_screen("ProfileScreen")
        await d.press_command("profile.back")
        await d.expect_row("★ 1 ", "recent 2 Xenia Recent")
        await d.press_command("app.search")
        await d.type("a")
        await d.expect_gone("Xenia Recent")
        await d.press_command("search.leave")
        await d.press_command("customers.quick_access_2")
        await d.expect_toast("needs an empty search box")
        await d.press_command("customers.clear")
        await d.expect_text("Xenia Recent")
        await d.press_command("list.top")
        await d.press_command("list.down")
        await d.press_command("customers.pin")
        await d.expect_gone("★")
        for number in range(5):
            await services.queues.toggle_pin(f"cus_{number}", f"Pinned {number}")
        await d.press_command("list.end")
        await d.press_command("customers.pin")
        await d.expect_toast("Pinned 0 stays pinned, without a number: the palette finds it.")
        await d.press_command("app.palette")
        await d.type("pinned 0")
        await d.expect_text("Pinned customer: open the profile.")
        await d.press("enter")
        await d.expect_screen("ProfileScreen")

        await services.queues.save("Two of them", "pinned")
        await d.press_command("app.palette")
        await d.type("two of")
        await d.expect_text("Saved search: list its customers.")
        await d.press("enter")
        await d.expect_screen("CustomersScreen")
        await d.expect_text("No customer matches pinned")
