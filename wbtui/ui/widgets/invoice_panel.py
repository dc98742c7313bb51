"""An invoice as one panel: header, line items, totals, payments, refunds and credit notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from textual import getters
from textual.app import ComposeResult
from textual.content import Content

from wbtui.models.explain import explain_totals
from wbtui.models.invoice import Attempt, Invoice, Line
from wbtui.models.invoice_totals import OPEN, TOTAL, invoice_totals
from wbtui.models.money import Money
from wbtui.models.parts import INVOICE
from wbtui.models.payment import CreditNote, Payment, Refund
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, flow, join, join_lines, labelled, safe
from wbtui.ui.text import invoice as text
from wbtui.ui.widgets.columns import Cell, Column, amount, details, dim, state
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.panel_title import PanelTitle
from wbtui.ui.widgets.refund_columns import note_columns, refund_columns
from wbtui.ui.widgets.steady_static import SteadyStatic


class InvoicePanel(DataPanel[Invoice]):
    """Empty sections are left out; what the billing system does not provide is –."""

    DEFAULT_CSS = """
    InvoicePanel .section { padding: 0 2 1 2; height: auto; }
    InvoicePanel GridTable { margin-bottom: 1; }
    """
    PART = INVOICE
    TITLE = "Invoice"
    lines: getters.query_one[GridTable[Line]] = getters.query_one("#lines", GridTable)

    def compose_body(self) -> ComposeResult:
        yield SteadyStatic(classes="section", id="invoice-head")
        yield PanelTitle(safe(text.LINES))
        yield GridTable[Line](id="lines")
        yield SteadyStatic(classes="section", id="totals")
        yield PanelTitle(safe(text.PAYMENTS), classes="of-attempts")
        yield GridTable[Payment | Attempt](
            key=_attempt_key, opens=_nothing, id="attempts", classes="of-attempts"
        )
        yield PanelTitle(safe(text.REFUNDS), classes="of-refunds")
        yield GridTable[Refund](opens=_nothing, id="refunds", classes="of-refunds")
        yield PanelTitle(safe(text.CREDIT_NOTES), classes="of-notes")
        yield GridTable[CreditNote](opens=_nothing, id="notes", classes="of-notes")

    def focus_first(self) -> None:
        """Focus the line items."""
        self.lines.focus(scroll_visible=False)

    def paint(self, value: Invoice) -> None:
        app = host(self)
        today, now = app.today(), app.now()

        def when(at: datetime) -> str:
            return fmt.instant(at, now)

        self.query_one("#invoice-head", SteadyStatic).fit(lambda width: self._head(value, today, width))
        self.lines.show(line_columns(today), value.lines)
        self.query_one("#totals", SteadyStatic).update(totals(value))
        self._show_section("attempts", attempt_columns(value, now), text.attempts(value))
        self._show_section("refunds", refund_columns(when, today), value.refunds)
        self._show_section("notes", note_columns(when), value.credit_notes)

    def _show_section(self, name: str, columns: Sequence[Column[Any]], rows: Sequence[Any]) -> None:
        self.query_one(f"#{name}", GridTable).show(columns, rows)
        for widget in self.query(f".of-{name}"):
            widget.display = bool(rows)

    def _head(self, invoice: Invoice, today: date, width: int) -> Content:
        status = states.state_of(invoice, today)
        late = ""
        if status.word == "overdue" and invoice.due is not None:
            late = f" by {fmt.days_between(invoice.due, today)}"
        pieces = (
            join((invoice.number, "bold")),
            join((status.text + late, status.style)),
            join(("issued ", DIM), fmt.day(invoice.date, today)),
            join(("due ", DIM), fmt.day(invoice.due, today)),
            join(("open ", DIM), fmt.money(invoice.open)),
        )
        first = flow(pieces, width)
        if self.is_summary:
            return join_lines(first, join((text.SUMMARY, DIM)))
        if invoice.bill_to is None:
            return first
        vat = f"VAT {invoice.vat_id}" if invoice.vat_id else ""
        bill_to, label = fmt.dots(invoice.bill_to.one_line, vat), join(("bill to ", DIM))
        return join_lines(first, labelled(label, bill_to, label.cell_length, width))


def _nothing(_table: GridTable[Any]) -> bool:
    """Enter opens nothing."""
    return False


def line_columns(today: date) -> Sequence[Column[Line]]:
    """Declare the columns of line items; zero is left empty, so that other amounts stand out."""
    return (
        Column("Item", lambda line: Cell(line.name, "strong"), share=1),
        dim("Period", lambda line: fmt.period(*line.period, today) if line.period else "", rank=3),
        dim(
            "Days",
            lambda line: f"{line.days} of {line.of_days}" if line.days is not None and line.of_days else "",
            right=True,
            rank=2,
        ),
        Column("Quantity", lambda line: Cell(fmt.units(line.quantity)), right=True, rank=1),
        amount("Unit price", lambda line: line.unit_price, rank=5),
        amount("Discount", lambda line: -line.discount if line.discount else None, rank=4, empty=""),
        amount("Tax", lambda line: line.tax.money if line.tax is not None else None, rank=6, empty=""),
        amount("Rounding", lambda line: line.rounding or None, rank=9, empty=""),
        amount("Refunded", lambda line: line.refunded or None, rank=8, empty=""),
        amount("Total", lambda line: line.total),
    )


def totals(invoice: Invoice) -> Content:
    """Return the block of sums, aligned on their decimal signs; zero sums are left out."""
    rows = invoice_totals(invoice)
    texts = fmt.align_decimals([fmt.money(money) for _, money in rows])
    width = max(map(len, texts))

    def style(label: str, money: Money | None) -> str:
        return DIM if not money else "bold" if label in (TOTAL, OPEN) else ""

    return join_lines(
        *(
            join((f"{label:<18}", DIM), (f"{shown:>{width}}", style(label, money)))
            for (label, money), shown in zip(rows, texts, strict=True)
        ),
        *(text.warning(sentence) for sentence in explain_totals(invoice)),
    )


def _attempt_key(entry: Payment | Attempt) -> str:
    payment_id = entry.id if isinstance(entry, Payment) else entry.payment_id
    return f"{payment_id}/{entry.at.isoformat()}"


def attempt_columns(invoice: Invoice, now: datetime) -> Sequence[Column[Payment | Attempt]]:
    """Declare the columns of payments and attempts."""
    payments = {payment.id: payment for payment in invoice.payments}

    def payment(entry: Payment | Attempt) -> Payment | None:
        return entry if isinstance(entry, Payment) else payments.get(entry.payment_id)

    return (
        dim("Date", lambda entry: fmt.instant(entry.when, now), right=True),
        amount("Amount", lambda entry: entry.money),
        state("State", lambda entry: states.payment_state(entry, payment(entry))),
        Column("Method", lambda entry: Cell(entry.method.label if entry.method else fmt.NOTHING)),
        details("Details", lambda entry: text.payment_details(entry, payment(entry))),
    )
