"""The Billing tab: balance, the list of invoices with filter and order, payments, refunds and the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from textual.geometry import Region

from tests.screens.driver import Driver, profile_tab
from tests.support.billing_parts import credit_note, eur, invoice, ledger, payment, refund, wallet
from tests.support.customers import NOW, customer
from tests.support.fake_services import FakeServices, fake_services
from wbtui.errors import Offline
from wbtui.models.invoice import InvoiceState
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import CREDIT_NOTES, CREDITS, CUSTOMER, INVOICES, PAYMENTS, REFUNDS, WALLETS, Part
from wbtui.models.payment import PaymentStatus, RefundStatus
from wbtui.ui.tabs.billing import BillingTab, InvoicesPanel
from wbtui.ui.widgets.grid_table import GridTable

NOBODY_KNOWS = customer(1).model_copy(update={"owed": None, "overdue_since": None})
ANNA = customer(1).model_copy(update={"owed": (eur(700),), "disputed": True, "overdue_since": None})
OPEN = InvoiceState.READY_FOR_PAYMENT
PARTS: dict[Part[Any], Any] = {
    INVOICES: (
        invoice(1, OPEN),
        *(invoice(number) for number in range(2, 6)),
        invoice(6, OPEN, open=eur(600)),
        *(invoice(number) for number in range(7, 31)),
    ),
    PAYMENTS: (
        payment(6, PaymentStatus.FAILED, decline_code="do_not_honor", decline_reason="05", attempt=2),
        payment(2, disputed=True, refundable=eur(0), invoice_ids=("Inv_2", "Inv_3")),
        *(payment(number) for number in range(7, 12)),
    ),
    REFUNDS: (refund(3), refund(4, RefundStatus.PENDING, pending_reason="bank_processing", reference=None)),
    CREDITS: ledger((eur(2500), eur(-1000), eur(500))),
    CREDIT_NOTES: (credit_note(3),),
    WALLETS: (wallet(balance="20.00"), wallet("tokens", "12000", virtual=True)),
}  # fmt: skip


def services_with(parts: dict[Part[Any], Any], row: Any = ANNA) -> FakeServices:
    services = fake_services(1)
    for part, value in {CUSTOMER: row, **parts}.items():
        services.profiles.parts[part.name, row.id] = Stamped(value, NOW, Source.SERVER)
    return services


def answer(services: FakeServices, part: Part[Any], value: Any) -> None:
    """Let the server answer with this from now on, and with what is cached for all other parts."""
    services.profiles.answers.update(services.profiles.parts)
    services.profiles.serve(part.name, ANNA.id, value)


@asynccontextmanager
async def billing(services: FakeServices, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Driver]:
    async with profile_tab(services, 3, ANNA.id, size=size) as d:
        await d.expect_text("─ Balance ─")
        yield d


SIZES = ((80, 24), (100, 30), (140, 40))


def in_view(d: Driver) -> bool:
    """The highlighted row is on the screen, at the focused table."""
    table, tab = d.screen.focused, d.screen.query_one(BillingTab)
    if not isinstance(table, GridTable):
        return False
    row, lines = table.region.y + 1 + table.cursor, d.lines()
    # Just after a resize the regions can still be those of the size before.
    return tab.region.y <= row < min(tab.region.bottom, len(lines)) and lines[row].startswith(" ▌")


async def _expect_rows(d: Driver, table: GridTable[Any], count: int) -> None:
    await d.wait_for(lambda: len(table.rows) == count, f"{count} rows")


async def test_a_table_can_be_drawn_while_it_is_removed() -> None:
    """The screen is drawn from its last layout, which may still have the table."""
    async with billing(services_with(PARTS)) as d:
        table = d.screen.query_one("#invoices-table", GridTable)
        await _expect_rows(d, table, 30)
        await d.press_command("profile.back")
        await d.wait_for(lambda: not table.is_attached, "the profile is closed")
        assert len(table.render_lines(Region(0, 0, 60, 2))) == 2


@pytest.mark.parametrize("size", SIZES)
async def test_money_at_a_glance_then_payments_refunds_and_credit(size: tuple[int, int]) -> None:
    async with billing(services_with(PARTS), size) as d:
        await d.expect_match(r"Owed +Overdue +Credit +Refunded, 12 months")
        await d.expect_match(r"EUR +€7\.00 +€6\.00 +€20\.00 +€7\.00")
        await d.expect_text("▲ Disputed: €2.00 · INV-0002, INV-0003 · can't be refunded until the")
        await d.expect_text("─ Invoices · 30 ─")
        await d.expect_row("tab tables", "esc back", "a actions")
        await d.expect_row("INV-0006", "€6.00", "▲ overdue", "28 days")
        await d.press_command("table.next_panel")
        await d.expect_row("▌", "€6.00", "▲ failed", "INV-0006", "the bank gave no reason")
        await d.press("j")
        await d.expect_row("▌", "€2.00", "▲ disputed", "INV-0002 +1")
        await d.press_command("table.next_panel")
        await d.expect_row("▌", "€3.00", "● refunded", "ARN-77003")
        await d.press_command("profile.copy")
        await d.expect_text("Refund reference")
        await d.press("b")
        assert d.app.clipboard == "ARN-77003"
        await d.press("j")
        await d.expect_row("▌", "€4.00", "○ pending", "bank processing")
        await d.press_command("table.next_panel")
        await d.expect_row("▌", "€5.00", "€20.00", "granted")
        await d.press("j")
        await d.expect_row("▌", "-€10.00", "€15.00", "applied")
        await d.press_command("table.next_panel")
        await d.expect_row("▌", "CN-0003", "INV-0003", "€5.00", "€0.80", "billing error")
        await d.press_command("table.next_panel")
        await d.press("j")
        await d.expect_row("▌", "Wallet tokens", "12,000", "virtual currency")
        await d.expect_row("Wallet eur", "€20.00", "EUR")


async def test_on_a_wide_terminal_everything_about_the_highlighted_row_is_beside_the_tables() -> None:
    services = services_with({**PARTS, REFUNDS: (refund(3), refund(6))})
    async with billing(services, (140, 40)) as d:
        await d.press_command("table.end")
        await d.expect_row("▌", "INV-0030", "▏", "€0.00")
        await d.press_command("table.top")
        await d.expect_row("▏   Invoice", "INV-0001")
        for _ in range(5):
            await d.press_command("table.down")
        await d.expect_row("▏   State", "▲ overdue by 28 days")
        await d.expect_row("▏   Open", "€6.00")
        await d.expect_text("▲ failed · Visa", "● refunded")
        assert "€3.00" not in d.line_with("▏   Refunds"), "that is of another invoice"
        assert "shift+↓ details" not in d.text(), "all of them are in view"
        await d.resize(140, 16)
        await d.expect_text("shift+↓ details")
        row = d.line_with("▌")[:60]
        await d.press_command("table.details_down")
        await d.expect_gone("▏   Invoice ")
        assert d.line_with("▌")[:60] == row
        await d.press_command("table.details_up")
        await d.expect_text("▏   Invoice ")
        await d.resize(140, 40)
        await d.press_command("table.next_panel")
        await d.expect_row("▏   Payment ", "€6.00")
        await d.expect_row("▏   Declined", "the bank gave no reason")
        await d.expect_row("▏   ID", "Pay_6")
        for name in ("Refund ", "Credit ", "Credit note", "Wallet"):
            await d.press_command("table.next_panel")
            await d.expect_text(f"▏   {name}")
        await d.resize(100, 30)
        await d.expect_gone("▏")
        await d.press_command("table.previous_panel")
        await d.resize(140, 40)
        await d.expect_row("▏   Credit note", "CN-0003")


async def test_a_click_on_a_heading_of_the_invoices_sorts_them() -> None:
    async with billing(services_with(PARTS)) as d:
        for clicked, heading in (
            ("Total", "Total ↓"),
            ("Open", "Open ↓"),
            ("Date", "Date ↓"),
            ("Date ↓", "Date ↑"),
            ("Date ↑", "Date ↓"),
        ):
            await d.click(clicked)
            await d.expect_text(heading)
            await d.expect_row("▌", "INV-00")


async def test_a_tab_without_any_row_has_its_keys_and_scrolls() -> None:
    tables = (INVOICES, PAYMENTS, REFUNDS, CREDITS, CREDIT_NOTES, WALLETS)
    nothing: dict[Part[Any], Any] = dict.fromkeys(tables, ())
    async with profile_tab(services_with(nothing), 3, ANNA.id, size=(80, 15)) as d:
        await d.expect_text("No invoices.")
        await d.press("f")
        await d.expect_screen("RowFilterDialog")
        await d.press("escape")
        await d.expect_text("No invoices.")
        await d.press("end")
        await d.expect_gone("No invoices.")
        await d.press("home")
        await d.expect_text("No invoices.")


async def test_invoices_are_filtered_and_sorted_as_long_as_the_profile_is_open() -> None:
    services = services_with(PARTS)
    async with billing(services) as d:
        await d.expect_row("▌", "INV-0001", "○ open")
        await d.press_command("billing.filter")
        await d.expect_screen("RowFilterDialog")
        await d.expect_text("Filter invoices", "▲ overdue", "○ refunded")
        await d.press("down", "space", *["down"] * 4, "space")
        await d.press_command("form.go_on")
        await d.expect_text("Filter: ▲ overdue, ○ open · 2 of 30 invoices · f changes it")
        await d.expect_text("─ Invoices · 2 of 30 ─")
        await d.press_command("billing.sort")
        await d.expect_text("Date ↑")
        await d.expect_row("▌", "INV-0006")
        # Both are still there after another tab, another screen and new data.
        await d.press_command("profile.tab_1")
        await d.press_command("profile.tab_3")
        await d.press_command("table.open")
        await d.press("escape")
        answer(services, INVOICES, (*PARTS[INVOICES], invoice(31, OPEN)))
        await d.press_command("profile.refresh")
        await d.expect_text("3 of 31 invoices", "Date ↑", "INV-0031")
        for head, first in (("Total ↓", "INV-0031"), ("Open ↓", "INV-0031"), ("Date ↓", "INV-0001")):
            await d.press_command("billing.sort")
            await d.expect_text(head)
            await d.expect_row("▌", first)
        await d.press_command("billing.filter")
        await d.type("28 days")
        await d.press("enter")
        await d.expect_text('"28 days" · 1 of 31 invoices')
        await d.expect_row("▌", "INV-0006")
        await d.press_command("billing.filter")
        await d.type(" nothing")
        await d.press("enter")
        await d.expect_text("No invoice matches.", "0 of 31 invoices")
        await d.press_command("billing.filter")
        await d.press("ctrl+u", "down", "space", *["down"] * 4, "space")
        await d.press_command("form.go_on")
        await d.expect_gone("Filter:")
        await d.expect_text("─ Invoices · 31 ─")


async def test_what_is_not_available_offline_is_unknown_and_never_zero() -> None:
    services = services_with({INVOICES: (invoice(6, OPEN, open=None), invoice(7))}, NOBODY_KNOWS)
    for part in (PAYMENTS, REFUNDS, CREDITS, CREDIT_NOTES, WALLETS):
        services.profiles.answers[part.name, ANNA.id] = Offline("No route.")
    async with billing(services) as d:
        await d.expect_row("EUR", *["unknown"] * 5)
        assert "EUR" in d.text() and "€0.00" not in d.line_with("EUR")
        await d.expect_text("Not available offline.")
        await d.press_command("billing.sort")
        await d.expect_row("▌", "INV-0007")
    async with billing(services_with({}, NOBODY_KNOWS)) as d:
        await d.expect_text("not provided by this billing system")


async def test_a_ledger_that_does_not_add_up_says_so() -> None:
    newest, wrong, oldest = ledger((eur(2500), eur(-1000), eur(500)), before=100)
    wrong = wrong.model_copy(update={"money": eur(-900)})
    async with billing(services_with({CREDITS: (newest, wrong, oldest)}), (200, 50)) as d:
        await d.expect_row("€5.00", "€22.00", "granted")
        await d.expect_text(
            "Entries before 19 Nov are not listed: the balance was €1.00 until then.",
            "▲ The entries add up to €22.00, but the credit balance is €21.00. "
            "The first difference is on 20 Nov.",
        )


async def test_the_highlighted_row_stays_in_view() -> None:
    services = services_with(PARTS)
    async with billing(services, (140, 40)) as d:
        await d.expect_row("▌", "INV-0001")
        await d.press(*["j"] * 25)
        await d.expect_row("▌", "INV-0026")
        await d.resize(80, 24)
        await d.wait_for(lambda: in_view(d), "in view at another size")
        await d.expect_row("▌", "INV-0026")
        await d.press_command("table.next_panel")
        await d.press("j", "j")
        await d.expect_row("▌", "INV-0007")
        await d.press_command("profile.tab_1")
        await d.press_command("profile.tab_3")
        await d.expect_focus("#payments-table")
        table = d.screen.query_one(InvoicesPanel).table
        for numbers in (range(1, 60), range(1, 4), range(1, 60)):
            answer(services, INVOICES, tuple(invoice(number) for number in numbers))
            await d.press_command("profile.refresh")
            await _expect_rows(d, table, len(numbers))
            await d.wait_for(lambda: in_view(d), f"in view below {len(numbers)} invoices")
        # What the agent scrolled away from stays away.
        tab = d.screen.query_one(BillingTab)
        tab.scroll_home(animate=False)
        await d.wait_for(lambda: not in_view(d), "scrolled away")
        answer(services, INVOICES, (invoice(1),))
        await d.press_command("profile.refresh")
        await _expect_rows(d, table, 1)
        assert tab.scroll_offset.y == 0


def _hostile(text: str) -> dict[Part[Any], Any]:
    return {
        INVOICES: (invoice(1, number=text),),
        PAYMENTS: (payment(1, PaymentStatus.FAILED, decline_reason=text, external_reference=text),
                   payment(2, disputed=True, invoice_ids=("Inv_1", text))),
        REFUNDS: (refund(1, reference=text, comment=text, reason=text, failure_reason=text, by=text),),
        CREDITS: tuple(one.model_copy(update={"comment": text, "kind": text, "by": text, "reason": text})
                       for one in ledger((eur(1), eur(2)))),
        CREDIT_NOTES: (credit_note(1, number=text, to=text, reason=text, by=text),),
        WALLETS: (wallet(text, text), wallet("eur", text)),
    }  # fmt: skip


@settings(max_examples=5)
@given(st.text(min_size=1, max_size=40))
@example("[/foo] Ltd[@click=app.quit]x[/]")
@example("\x1b]52;c;AAAA\x07\u202egnirts")
def test_texts_of_others_are_shown_as_they_are(text: str) -> None:
    async def look() -> None:
        async with billing(services_with(_hostile(text)), (140, 60)) as d:
            await d.expect_text("Invoices · 1", "Disputed: €2.00", "─ Wallets ─")
            assert not any(ord(char) < 32 for line in d.lines() for char in line)
            await d.press_command("billing.filter")
            await d.press("escape")

    asyncio.run(look())
