"""The invoice screen with the sandbox: its amounts add up, and every line has an explanation."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.screens.driver import driver
from tests.support.action_form import services_with_anna
from tests.support.anna import INVOICE, LINE, eur, row_of
from tests.support.customers import NOW
from tests.support.fake_services import FakeServices, fake_services
from tests.support.opened import opened, refundable
from tests.support.sandbox import Sandbox
from wbtui.app import Start
from wbtui.models.invoice import Mail
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import INVOICE as INVOICE_PART
from wbtui.models.parts import INVOICES, SUBSCRIPTIONS, Part
from wbtui.models.text import clean
from wbtui.ui.screens.invoice import InvoiceScreen
from wbtui.ui.widgets.grid_table import GridTable


async def test_lines_totals_payments_and_timeline_are_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer, payment = await refundable(services)
        invoice = (await services.profiles.fetch(INVOICE_PART, payment.invoice_ids[0])).value
        async with driver(services, start=Start(screen="invoice", id=invoice.id)) as d:
            who = clean(customer.title)
            await d.expect_text(invoice.number, "● paid", who, "Subtotal", "Still refundable", "issued")
            for line in invoice.lines:
                await d.expect_row(line.name[:20], str(line.total))
            await d.expect_row("● succeeded", str(payment.money))
            total = d.line_with("Total  ")
            paid = d.line_with("Paid  ")
            assert total.index(".") == paid.index(".")
            await d.press_command("table.open")
            await d.expect_screen("TextDialog")
            await d.expect_text(f"Why: {invoice.lines[0].name}", "Line total", str(invoice.lines[0].total))
            await d.press_command("text.copy")
            assert "Line total" in d.app.clipboard
            await d.press_command("text.close")
            await d.press_command("invoice.copy")
            await d.press("f")
            assert d.app.clipboard == invoice.number
            await d.press_command("invoice.save_pdf")
            await d.expect_toast("Saved as")
            await d.press_command("invoice.save_text")
            await d.wait_for(lambda: len(list((tmp_path / "d").glob("*"))) == 2, "both files are there")
            saved = {path.suffix: path.read_bytes() for path in (tmp_path / "d").iterdir()}
            assert saved[".pdf"].startswith(b"%PDF") and str(invoice.total).encode() in saved[".txt"]
            table = d.screen.query_one("#lines", GridTable)
            assert len(table.rows) == len(invoice.lines)


async def test_an_invoice_taller_than_the_screen_opens_at_its_top() -> None:
    services = fake_services(3)
    lines = tuple(INVOICE.lines[0].model_copy(update={"id": f"l{n}", "name": f"Line {n}"}) for n in range(60))
    tall = Stamped(INVOICE.model_copy(update={"lines": lines}), NOW, Source.SERVER)
    services.profiles.parts["invoice", INVOICE.id] = services.profiles.answers["invoice", INVOICE.id] = tall
    async with driver(services, size=(80, 24), start=Start("invoice", INVOICE.id)) as d:
        await d.expect_text("▌ Line 0")
        await d.expect_focus("#lines")
        assert d.screen.query_one("#invoice-scroll").scroll_y == 0
        await d.expect_text("─ Invoice ─", "● paid")


async def test_on_a_wide_terminal_the_row_is_explained_beside_the_invoice_with_the_timeline_below() -> None:
    services = fake_services(3)
    mails = tuple(
        Mail(at=NOW - timedelta(hours=n), to=f"to{n}@lumen.example", what="invoice") for n in range(60)
    )
    hold(services, INVOICE_PART, INVOICE.id, INVOICE.model_copy(update={"emails": mails}))
    async with driver(services, size=(140, 40), start=Start("invoice", INVOICE.id)) as d:
        await d.expect_row("─ Invoice ─", "▏ ─ Details ─")
        await d.expect_row("▏", LINE.name, "recurring price")
        await d.expect_row("▏", str(LINE.total), "Line total")
        await d.expect_text("▏ ─ Timeline ─")
        await d.press_command("table.next_panel")
        await d.expect_row("▏", "Refundable", "€49.00")
        await d.expect_gone("Line total")
        for _ in range(3):
            await d.press_command("table.page_down")
        await d.expect_gone("▏ ─ Details ─")
        await d.resize(100, 30)
        await d.expect_gone("▏", "─ Details ─")
        await d.expect_text("─ Timeline ─")


def hold(services: FakeServices, part: Part[Any], owner: str, value: Any) -> None:
    """Cache a part that the server answers with, too."""
    stamped = Stamped(value, NOW, Source.SERVER)
    services.profiles.parts[part.name, owner] = services.profiles.answers[part.name, owner] = stamped


async def test_an_invoice_is_compared_with_the_previous_one_of_its_subscription() -> None:
    services = fake_services(3)
    hostile = LINE.model_copy(
        update={"id": "l2", "name": "[/]\x1b[2J[@click=app.quit]Setup", "total": eur(100)}
    )
    newest = INVOICE.model_copy(
        update={"id": "Inv_2", "number": "INV-0042", "lines": (LINE, hostile), "total": eur(5001)}
    )
    for invoice in (INVOICE, newest):
        hold(services, INVOICE_PART, invoice.id, invoice)
    hold(services, INVOICES, INVOICE.customer_id, (row_of(newest), row_of(INVOICE)))
    hold(services, SUBSCRIPTIONS, INVOICE.customer_id, ())
    async with driver(services, start=Start("invoice", newest.id)) as d:
        await d.expect_text(
            "▲ The total of all lines is €50.00, but the invoice says €50.01.", "Setup does not add"
        )
        await d.press_command("invoice.compare")
        await d.expect_screen("TextDialog")
        await d.expect_text("INV-0042 and INV-0041", "+ €1.01  Difference", "Setup: new", "recurring price")
        await d.expect_text("1 line unchanged", "+ €0.01 of the difference is not in any line.")
        await d.press_command("text.copy")
        assert "Difference: + €1.01" in d.app.clipboard and "\x1b" not in d.app.clipboard
        await d.press_command("text.close")
        d.app.open_invoice(INVOICE.id)
        await d.expect_text("/ INV-0041")
        await d.press_command("invoice.compare")
        await d.expect_toast("INV-0041 is the first invoice of its subscription.")
        summary = INVOICE.model_copy(update={"id": "Inv_3", "number": "INV-0043", "lines": ()})
        services.profiles.parts["invoice", "Inv_3"] = Stamped(summary, NOW, Source.SNAPSHOT)
        d.app.open_invoice("Inv_3")
        await d.expect_text("/ INV-0043")
        for verb in ("compare", "save_pdf", "save_text"):
            await d.press_command(f"invoice.{verb}")
            await d.expect_toast("The line items are not cached.")
            d.app.clear_notifications()


async def test_a_missing_invoice_is_reported_in_its_panel(sandbox: Sandbox, tmp_path: Path) -> None:
    async with (
        opened(sandbox.url, sandbox.key, tmp_path) as services,
        driver(services, start=Start(screen="invoice", id="Inv_nowhere")) as d,
    ):
        await d.expect_text("▲ Not found", "Retry")
        assert isinstance(d.screen, InvoiceScreen) and not d.screen.is_loading
        await d.press_command("invoice.refund")
        await d.expect_toast("not loaded yet")


async def test_the_next_key_waits_until_invoice_and_customer_are_there() -> None:
    services, _ = services_with_anna()
    services.profiles.gate = asyncio.Event()
    async with driver(services, start=Start(screen="invoice", id="Inv_1")) as d:
        await d.expect_text("Loading")
        assert isinstance(d.screen, InvoiceScreen) and d.screen.is_loading
        services.profiles.gate.set()
        screen = d.screen
        await d.wait_for(lambda: not screen.is_loading, "keys are taken")
        await d.press_command("invoice.refund")
        await d.expect_screen("ActionForm")


async def test_an_invoice_that_cannot_be_refunded_shows_the_reason(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        row = (await services.directory.open("is:past_due").page(0, 1)).rows[0].value
        open_one = next(one for one in row.latest_invoices or () if one.open)
        async with driver(services, start=Start(screen="invoice", id=open_one.id)) as d:
            await d.wait_for(lambda: getattr(d.screen, "customer", None) is not None, "the customer came")
            await d.press_command("invoice.refund")
            await d.expect_toast("nothing was collected")
            await d.expect_screen("InvoiceScreen")
