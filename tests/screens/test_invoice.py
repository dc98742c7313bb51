"""The invoice screen on the real sandbox: what it shows adds up, and every line can be explained."""

from __future__ import annotations

from pathlib import Path

from tests.screens.driver import driver
from tests.support.opened import opened, refundable
from tests.support.sandbox import Sandbox
from wbtui.app import Start
from wbtui.models.parts import INVOICE
from wbtui.models.text import clean
from wbtui.ui.widgets.grid_table import GridTable


async def test_lines_totals_payments_and_life_are_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer, payment = await refundable(services)
        invoice = (await services.profiles.fetch(INVOICE, payment.invoice_ids[0])).value
        async with driver(services, start=Start(screen="invoice", id=invoice.id)) as d:
            who = clean(customer.title)
            await d.expect_text(invoice.number, "● paid", who, "Subtotal", "Refundable", "issued")
            for line in invoice.lines:
                await d.expect_row(line.name[:20], str(line.total))
            await d.expect_row("● succeeded", str(payment.money))
            total = d.line_with("Total  ")
            paid = d.line_with("Paid  ")
            assert total.index(".") == paid.index(".")
            await d.press_command("table.open")
            await d.expect_screen("WordsDialog")
            await d.expect_text(
                f"Why: {invoice.lines[0].name}", "Total of the line", str(invoice.lines[0].total)
            )
            await d.press_command("words.copy")
            assert "Total of the line" in d.app.copied
            await d.press_command("words.close")
            await d.press_command("invoice.copy")
            await d.press("f")
            assert d.app.copied == invoice.number
            table = d.screen.query_one("#lines", GridTable)
            assert len(table.rows) == len(invoice.lines)


async def test_an_invoice_that_is_not_there_says_so_in_its_panel(sandbox: Sandbox, tmp_path: Path) -> None:
    async with (
        opened(sandbox.url, sandbox.key, tmp_path) as services,
        driver(services, start=Start(screen="invoice", id="Inv_nowhere")) as d,
    ):
        await d.expect_text("▲ Not found", "Retry")
        await d.press_command("invoice.refund")
        await d.expect_toast("not held yet")


async def test_nothing_to_refund_is_said_with_the_reason(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        row = (await services.directory.open("is:past_due").page(0, 1)).rows[0].value
        open_one = next(one for one in row.latest_invoices or () if one.open)
        async with driver(services, start=Start(screen="invoice", id=open_one.id)) as d:
            await d.wait_for(lambda: getattr(d.screen, "customer", None) is not None, "the customer came")
            await d.press_command("invoice.refund")
            await d.expect_text("■ Refund unavailable", "nothing was collected")
            await d.press("ctrl+s")
            await d.expect_screen("ActionForm")
            await d.press("escape")
            await d.expect_screen("InvoiceScreen")
