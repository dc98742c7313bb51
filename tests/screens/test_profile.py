"""The profile with the sandbox: header, six tabs, parts that are not offered, offline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from tests.screens.driver import Driver, driver
from tests.support.opened import opened
from tests.support.sandbox import Sandbox
from tests.support.wall_clock import now
from wbtui.api.port import Changed, ChangePage
from wbtui.app import Start
from wbtui.models.customer import BillingStatus, Customer
from wbtui.models.page import Stamped
from wbtui.models.parts import ACTIVITY, INVOICES, METHODS, SUBSCRIPTIONS, Part
from wbtui.services.clock import Clock
from wbtui.services.follow import Follower
from wbtui.services.open import Services
from wbtui.services.rate_limiter import RateLimiter
from wbtui.services.sync_context import SyncContext
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.commands import command
from wbtui.ui.screens.profile import ProfileScreen
from wbtui.ui.tabs.billing import InvoicesPanel
from wbtui.ui.widgets.grid_table import GridTable


async def someone(services: Services, query: str) -> Customer:
    """The first customer that a search finds."""
    await services.sync.run()
    rows = (await services.directory.open(query).page(0, 1)).rows
    assert rows, f"nobody matches {query}"
    return rows[0].value


@asynccontextmanager
async def profile(
    box: Sandbox, folder: Path, query: str, *, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[tuple[Driver, Services, Customer]]:
    async with opened(box.url, box.key, folder) as services:
        customer = await someone(services, query)
        async with driver(services, size=size, start=Start(screen="customer", id=customer.id)) as d:
            await d.expect_screen("ProfileScreen")
            await d.wait_for(lambda: getattr(d.screen, "customer", None) is not None, "the row came")
            yield d, services, customer


async def test_the_header_shows_status_and_identity_checks(sandbox: Sandbox, tmp_path: Path) -> None:
    async with profile(sandbox, tmp_path, "is:past_due") as (d, _, customer):
        assert customer.owed and customer.address is not None and customer.methods
        first = customer.running[0]
        plan = f"{first.plan} · {first.cycle.adverb} · {first.amount}"
        await d.expect_text(
            customer.title, "▲ past due", "as of", plan,
            f"owes {customer.owed[0]}", f"postcode {customer.address.zip}", customer.methods[0].last_digits,
        )  # fmt: skip
        overdue = next(row for row in customer.latest_invoices or () if row.overdue(d.app.today()))
        await d.expect_row("▲", overdue.number, str(overdue.open), "ago")
        await d.expect_text("Contact", "Notes", "Needs attention", "Recent activity")


async def test_number_keys_open_the_tabs(sandbox: Sandbox, tmp_path: Path) -> None:
    async with profile(sandbox, tmp_path, "is:active") as (d, services, customer):
        subscriptions = (await services.profiles.fetch(SUBSCRIPTIONS, customer.id)).value
        await d.press_command("profile.tab_2")
        await d.expect_row("▌", subscriptions[0].plan, str(subscriptions[0].amount))
        await d.expect_text("Contract price", "Current list price", subscriptions[0].id)
        invoices = (await services.profiles.fetch(INVOICES, customer.id)).value
        await d.press_command("profile.tab_3")
        await d.expect_row("▌", invoices[0].number, str(invoices[0].total))
        for title in ("Balance", f"Invoices · {len(invoices)}", "Payments"):
            await d.expect_text(f"─ {title} ─")
        methods = (await services.profiles.fetch(METHODS, customer.id)).value
        await d.press_command("profile.tab_4")
        await d.expect_row("▌", f"••{methods[0].last_digits}", states.METHOD[methods[0].status].word)
        await d.press_command("profile.tab_5")
        await d.expect_text("─ Usage ─")
        await d.press_command("profile.tab_6")
        await d.expect_row("▌", "Payment succeeded")
        await d.press_command("profile.tab_1")
        await d.expect_text("─ Contact ─")


async def test_every_tab_has_its_name_and_can_be_clicked_on_the_smallest_terminal(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with profile(sandbox, tmp_path, "is:past_due", size=(60, 15)) as (d, _, _customer):
        await d.expect_text("1 Overview 2 Subscr. 3 Billing 4 Methods 5 Usage 6 Activity")
        [(x, y)] = [(row.index("6 Act"), at) for at, row in enumerate(d.lines()) if "6 Act" in row]
        await d.pilot.click(offset=(x + 9, y))
        await d.expect_text("─ Activity ─")


async def test_j_continues_in_the_next_table_and_enter_opens_the_invoice(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with profile(sandbox, tmp_path, "is:active") as (d, services, customer):
        invoices = (await services.profiles.fetch(INVOICES, customer.id)).value
        await d.press_command("profile.tab_3")
        await d.expect_row("▌", invoices[0].number)
        for _ in invoices:
            await d.press_command("table.down")
        await d.expect_focus("#payments-table")
        await d.press_command("table.up")
        await d.expect_row("▌", invoices[-1].number)
        await d.press_command("table.open")
        await d.expect_screen("InvoiceScreen")
        await d.expect_text(f"/ {invoices[-1].number}")
        await d.press_command("invoice.back")
        await d.expect_screen("ProfileScreen")
        await d.press_command("profile.back")
        await d.expect_screen("CustomersScreen")


async def test_tab_goes_from_a_long_list_of_invoices_to_the_next_table(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with profile(sandbox, tmp_path, "is:active") as (d, services, customer):
        await services.profiles.fetch(INVOICES, customer.id)
        await d.press_command("profile.tab_3")
        await d.expect_focus("#invoices-table")
        await d.expect_text("tab tables")
        await d.resize(80, 120)
        await d.press_command("app.help")
        await d.expect_match(r"shift\+↓ ctrl\+e +Details down")
        await d.expect_gone("Projected")  # that of the tab Usage
        await d.press_command("help.back")
        await d.press_command("table.next_panel")
        await d.expect_focus("#payments-table")
        await d.press_command("table.previous_panel")
        await d.expect_focus("#invoices-table")


def test_a_table_that_was_removed_still_names_its_keys() -> None:
    # The key bar may ask the focused widget just after its removal.
    assert "table.open" in [row.id for row in GridTable[Any]().bar_commands()]


async def test_the_breadcrumb_names_where_esc_goes(sandbox: Sandbox, tmp_path: Path) -> None:
    async with profile(sandbox, tmp_path, "is:active") as (d, services, customer):
        invoice = (await services.profiles.fetch(INVOICES, customer.id)).value[0]
        await d.expect_text(f"‹ Customers / {customer.title}")
        d.app.open_invoice(invoice.id)
        await d.expect_text(f"‹ {customer.title} / {invoice.number}")
        await d.press("escape")
        await d.expect_text(f"‹ Customers / {customer.title}")
        d.app.open_journal()
        await d.expect_text(f"‹ {customer.title} / Journal")
        d.app.open_customer(customer.id)
        await d.expect_text(f"‹ Journal / {customer.title}")
        await d.press("escape")
        d.app.open_invoice(invoice.id)
        await d.expect_text(f"‹ Journal / {customer.title} / {invoice.number}")
        await d.pilot.click(offset=(d.lines()[0].index("Journal"), 0))
        await d.expect_text("─ Journal ─")
        await d.pilot.click(offset=(d.lines()[0].index(customer.title), 0))
        await d.expect_text(f"‹ Customers / {customer.title}")


async def test_an_active_subscription_of_a_frozen_customer_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    async with profile(sandbox, tmp_path, "is:frozen sub:active") as (d, _, _customer):
        await d.press_command("profile.tab_2")
        await d.expect_text("■ active, frozen")
        assert "● active" not in d.text()


async def test_a_note_is_previewed_sent_and_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    async with profile(sandbox, tmp_path, "is:active") as (d, _, _customer):
        await d.press_command("profile.note")
        await d.expect_screen("ActionForm")
        await d.press_command("form.go_on")
        await d.expect_text("Enter a note.")
        await d.type("Called about invoices")
        await d.press_command("form.go_on")
        await d.read_preview()
        await d.expect_text("Add note for", "before", "after")
        await d.press_command("sheet.commit")
        await d.expect_screen("OutcomeDialog")
        await d.expect_text("● Done")
        await d.press_command("outcome.close")
        await d.expect_match(r"jo: Called about\s+invoices")


async def test_offline_cached_data_is_shown_and_commands_are_disabled_with_the_reason(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer = await someone(services, "is:past_due")
        await services.profiles.fetch(INVOICES, customer.id)
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services,
        driver(services, start=Start(screen="customer", id=customer.id)) as d,
    ):
        await d.expect_text(customer.title, "■ offline", "as of")
        await d.press_command("profile.tab_3")
        assert customer.latest_invoices
        await d.expect_row(customer.latest_invoices[0].number)
        # What was never fetched says so inside its own panel.
        await d.press_command("profile.tab_6")
        await d.expect_text("More is not available offline. It will load when you are back online.")
        await d.press_command("profile.tab_5")
        await d.expect_text("Not available offline. It will load when you are back online.")
        # A form could be kept as a draft; what asks nothing can only be sent.
        await d.press_command("profile.portal_link")
        await d.expect_toast("--offline")
        assert type(d.screen).__name__ == "ProfileScreen"


async def test_without_the_parts_that_were_never_fetched_the_overview_does_not_say_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer = await someone(services, "foo")
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services,
        driver(services, start=Start(screen="customer", id=customer.id)) as d,
    ):
        await d.expect_match(r"○ nothing in the data that is\s+loaded")
    async with (
        opened(sandbox.url, sandbox.key, tmp_path) as services,
        driver(services, start=Start(screen="customer", id=customer.id)) as d,
    ):
        await d.expect_text("● nothing")


async def test_plain_wingback_shows_what_it_does_not_offer(plain_sandbox: Sandbox, tmp_path: Path) -> None:
    async with profile(plain_sandbox, tmp_path, "") as (d, _, customer):
        assert (customer.billing_status, customer.owed) == (BillingStatus.ACTIVE, ())
        await d.expect_text("● active", "owes –", "▲ Not supported by this billing system")
        await d.expect_text("last payment unknown")
        await d.press_command("profile.tab_2")
        await d.expect_row("Next charge", "unknown")
        await d.press_command("profile.tab_4")
        await d.expect_row("Last attempt", "unknown")
        await d.press_command("profile.tab_5")
        await d.expect_match(r"unknown( +unknown){4}")
        await d.press_command("profile.tab_6")
        await d.expect_text("Not available from plain Wingback.")
        await d.press_command("profile.tab_3")
        await d.wait_for(lambda: d.screen.query_one(InvoicesPanel).stamped is not None, "invoices came")
        await d.expect_row("▌", "INV-")


async def test_refresh_asks_the_server(sandbox: Sandbox, tmp_path: Path) -> None:
    async with profile(sandbox, tmp_path, "is:active") as (d, services, customer):
        await d.press_command("profile.tab_3")
        panel = d.screen.query_one(InvoicesPanel)
        await d.wait_for(lambda: panel.stamped is not None, "invoices came")
        assert panel.stamped is not None
        before = panel.stamped.fetched_at
        await d.press_command("profile.refresh")
        await d.wait_for(
            lambda: panel.stamped is not None and panel.stamped.fetched_at > before, "a newer answer came"
        )
        cached = await services.profiles.cached(INVOICES, customer.id)
        assert cached is not None and cached.fetched_at > before
        panel.load(force=True)
        panel.load()  # as when a change of the customer is reported meanwhile
        await d.wait_for(
            lambda: panel.stamped is not None and panel.stamped.fetched_at > cached.fetched_at,
            "the server is asked all the same",
        )


async def test_offline_a_profile_that_was_never_opened_shows_the_summary(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer = await someone(services, "is:past_due card:4242")
    start = Start(screen="customer", id=customer.id)
    async with (
        opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services,
        driver(services, size=(120, 70), start=start) as d,
    ):
        payment, first = customer.latest_payment, customer.running[0]
        assert payment is not None
        paid = fmt.day(payment.at.date(), d.app.today())
        latest = (customer.latest_invoices or ())[0]
        await d.expect_text("─ Latest invoices ", "─ Recent activity ")
        await d.expect_row(latest.number, str(latest.total))
        await d.resize(120, 30)
        await d.expect_gone("─ Latest invoices ")
        await d.resize(120, 70)
        for activity in ("profile.tab_1", "profile.tab_6"):
            await d.press_command(activity)
            await d.expect_row(paid, str(payment.money), f"Payment {states.PAYMENT[payment.status].word}")
            await d.expect_text("More is not available offline.", "summary from sync, ")
        await d.press_command("profile.tab_2")
        await d.expect_text("summary from sync, ")
        await d.expect_row("▌", first.plan, str(first.amount))
        await d.expect_row("Contract price", "not available offline")
        await d.expect_row("Recurring charge", str(first.amount))
        assert isinstance(d.screen, ProfileScreen)
        for verb in ("units", "undo_change"):
            reason = d.screen.disabled_reason(command(f"profile.{verb}"))
            assert reason is None or "offline" in reason, "a summary knows neither units nor changes"
        await d.press_command("profile.actions")
        await d.expect_row("Change units", "✕ The subscription is not available offline.")
        await d.press("escape")
        await d.press_command("profile.tab_3")
        await d.expect_row("▌", latest.number, str(latest.total))
        await d.expect_row("─ Payments ─", "summary from sync, ")
        await d.expect_row(paid, str(payment.money), states.PAYMENT[payment.status].text)
        await d.press("enter")
        await d.expect_screen("InvoiceScreen")
        await d.expect_text("summary from sync, ", "Line items, payments and timeline are not cached.")
        await d.expect_row("Total", str(latest.total))
        await d.press("escape")
        await d.press_command("profile.tab_4")
        await d.expect_row("▌", "••4242", "unknown  unknown")  # open invoices, last attempt
        await d.expect_row("Holder", "not available offline")


class _Feed:
    """A change feed of one page."""

    def __init__(self, change: Changed) -> None:
        self.change = change

    async def ask(self, _request: object) -> ChangePage:
        return ChangePage((self.change,), "the-next-cursor", more=False)


async def test_a_deleted_customer_stays_readable_and_cannot_be_changed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with profile(sandbox, tmp_path, "is:active") as (d, services, customer):
        await d.expect_text("Contact")
        await services.queues.toggle_pin(customer.id, customer.title)
        when = services.now()
        feed = _Feed(Changed(1, "customer", customer.id, None, True, when))
        clock = Clock(now=services.now)
        follower = Follower(
            SyncContext(
                services.cache, cast(Any, feed), services.profiles, RateLimiter(None, clock), clock,
                page_size=50, system=lambda: services.system, on_progress=lambda _progress: None,
                on_changed=services.data_changed.emit,
            )
        )  # fmt: skip
        touched = await follower.follow("the-cursor", budget=50)
        assert touched.removed == {customer.id: when}
        await d.expect_text("■ This customer was deleted at", "This is the cached data", "Contact")
        await d.press_command("profile.note")
        await d.expect_toast("This customer was deleted at")
        await d.press_command("profile.actions")
        await d.expect_text("✕ This customer was deleted at")
        await d.press("escape")
        await d.expect_screen("ProfileScreen")
        await d.press_command("profile.refresh")
        await d.expect_text("was deleted at", "Contact")

        async def quick_access() -> list[str]:
            return [kept.customer_id for kept, _ in await services.queues.quick_access(9)]

        while customer.id in await quick_access():
            await d.pilot.pause()


async def test_the_topmost_table_has_the_focus_whichever_panel_loads_first(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with profile(sandbox, tmp_path, "is:active") as (d, services, customer):
        invoices_may_load, load = asyncio.Event(), services.profiles.load
        cached_parts = services.profiles.cached_parts

        async def slow(part: Part[Any], owner: str, **options: Any) -> Any:
            if part is INVOICES:
                await invoices_may_load.wait()
            return await load(part, owner, **options)

        async def without_invoices(customer_id: str, parts: Iterable[Part[Any]]) -> dict[str, Stamped[Any]]:
            return await cached_parts(customer_id, [part for part in parts if part is not INVOICES])

        services.profiles.load = slow  # type: ignore[method-assign]
        services.profiles.cached_parts = without_invoices  # type: ignore[method-assign]
        await d.press_command("profile.tab_3")
        await d.wait_for(
            lambda: getattr(d.screen.focused, "id", "") == "payments-table", "payments came first"
        )
        invoices_may_load.set()
        await d.wait_for(
            lambda: getattr(d.screen.focused, "id", "") == "invoices-table", "invoices are above"
        )
        await d.expect_text("─ Balance ─")
        invoices = (await services.profiles.fetch(INVOICES, customer.id)).value
        await d.expect_row("▌", invoices[0].number, str(invoices[0].total))


async def test_what_did_not_change_is_not_drawn_again(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened_at = now()
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=Clock(now=lambda: opened_at)) as services:
        customer = await someone(services, "is:past_due")
        start = Start(screen="customer", id=customer.id)
        async with driver(services, size=(140, 40), start=start) as d:
            await d.expect_text("Recent activity", "Payment failed")
            await assert_quiet(d, services, customer, monkeypatch)


async def assert_quiet(
    d: Driver, services: Services, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Announce a change of the customer, first without and then with another name."""

    def at_rest() -> bool:
        return all(one.is_finished for one in d.app.workers)

    await d.wait_for(at_rest, "everything is loaded")
    drawn: list[object] = []
    loaded: list[Part[Any]] = []
    load, display = services.profiles.load, d.app._display

    async def counted(part: Part[Any], *arguments: Any, **options: Any) -> Stamped[Any]:
        loaded.append(part)
        return await load(part, *arguments, **options)

    def recorded(screen: Any, update: Any) -> None:
        drawn.append(update)
        display(screen, update)

    monkeypatch.setattr(services.profiles, "load", counted)
    monkeypatch.setattr(d.app, "_display", recorded)
    services.data_changed.emit(frozenset([customer.id]))
    await d.wait_for(lambda: ACTIVITY in loaded and at_rest(), "every panel was loaded again")
    assert not [update for update in drawn if update is not None]
    renamed = customer.model_copy(update={"name": "Another Name"})
    await services.cache.put_customers([renamed], services.now())
    await d.expect_text("Another Name")
    assert drawn


async def test_a_covered_list_has_the_size_of_the_terminal_when_it_returns(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with profile(sandbox, tmp_path, "is:active") as (d, _, _):
        await d.resize(150, 40)
        await d.press_command("profile.back")
        await d.expect_text("Latest invoices")
        assert len(d.lines()[0]) > 140


async def test_a_key_that_leaves_a_profile_while_another_opens_a_tab_ends_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with profile(sandbox, tmp_path, "subscriptions>1 -refunds>0") as (d, _, _):
        await d.press("down")
        for key in ("X", "2", "slash"):  # X opens the subscriptions, too: one of them is to be selected
            d.app.simulate_key(key)
        await d.expect_screen("CustomersScreen")
        await d.expect_toast("Select a subscription")
        assert d.app._exception is None
