"""The whole of one invoice as one panel: head, lines, totals, payments, refunds, credit notes, life."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from wbtui.models.attention import method_name
from wbtui.models.explain import units
from wbtui.models.invoice import Invoice, InvoiceBrief, Line
from wbtui.models.money import Money
from wbtui.models.page import Stamped
from wbtui.models.parts import INVOICE
from wbtui.models.payment import PaymentStatus, RefundStatus
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join, join_lines, safe
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.grid_table import Cell, Column, GridTable, Row
from wbtui.ui.widgets.panel_title import PanelTitle
from wbtui.ui.widgets.table_panel import money_cells, state_cell

_DIM = "$text-muted"
_LINES = (
    Column("Line", grow=True),
    Column("Period", drop=3),
    Column("Days", right=True, drop=2),
    Column("Quantity", right=True, drop=1),
    Column("Unit", right=True, drop=5),
    Column("Discount", right=True, drop=4),
    Column("Tax", right=True, drop=6),
    Column("Rounding", right=True, drop=9),
    Column("Refunded", right=True, drop=8),
    Column("Total", right=True),
)
_ATTEMPTS = (
    Column("When", right=True),
    Column("Amount", right=True),
    Column("State"),
    Column("Method"),
    Column("Says", grow=True),
)
_REFUNDS = (
    Column("When", right=True),
    Column("Amount", right=True),
    Column("State"),
    Column("Reason"),
    Column("By", most=20, drop=1),
    Column("Says", grow=True, drop=2),
)
_NOTES = (
    Column("Number"),
    Column("When", right=True),
    Column("Amount", right=True),
    Column("To"),
    Column("Reason"),
)


class InvoicePanel(DataPanel[Invoice]):
    """Sections without anything in them are left out; what the system does not tell is –."""

    DEFAULT_CSS = """
    InvoicePanel > .panel-body { height: auto; }
    InvoicePanel .section { padding: 0 2 1 2; height: auto; }
    InvoicePanel GridTable { margin-bottom: 1; }
    """

    def __init__(self, invoice_id: str) -> None:
        super().__init__(INVOICE, invoice_id, title="Invoice")

    def compose_body(self) -> ComposeResult:
        yield Static(classes="section", id="invoice-head")
        yield PanelTitle(safe("Lines"))
        yield GridTable(_LINES, id="lines")
        yield Static(classes="section", id="totals")
        yield PanelTitle(safe("Payments and attempts"), classes="of-attempts")
        yield GridTable(_ATTEMPTS, id="attempts", classes="of-attempts")
        yield PanelTitle(safe("Refunds"), classes="of-refunds")
        yield GridTable(_REFUNDS, id="refunds", classes="of-refunds")
        yield PanelTitle(safe("Credit notes"), classes="of-notes")
        yield GridTable(_NOTES, id="notes", classes="of-notes")
        yield PanelTitle(safe("Life"))
        yield Static(classes="section", id="life")

    def focus_first(self) -> None:
        """To the lines."""
        self.query_one("#lines").focus(scroll_visible=False)

    def state_of(self, invoice: Invoice) -> fmt.State:
        """The state, overdue included."""
        brief = InvoiceBrief(
            id=invoice.id,
            number=invoice.number,
            state=invoice.state,
            total=invoice.total,
            open=invoice.open,
            date=invoice.date,
            due=invoice.due,
        )
        return fmt.invoice_state(brief, host(self).today())

    def paint(self, stamped: Stamped[Invoice]) -> None:
        invoice, app = stamped.value, host(self)
        today, now = app.today(), app.now()
        self.query_one("#invoice-head", Static).update(self._head(invoice, today))
        self.query_one("#lines", GridTable).set_rows(line_rows(invoice.lines, today))
        self.query_one("#totals", Static).update(totals(invoice))
        for name, rows in (
            ("attempts", attempt_rows(invoice, now)),
            ("refunds", refund_rows(invoice, now)),
            ("notes", note_rows(invoice, now)),
        ):
            self.query_one(f"#{name}", GridTable).set_rows(rows)
            for widget in self.query(f".of-{name}"):
                widget.display = bool(rows)
        self.query_one("#life", Static).update(life(invoice, now))

    def _head(self, invoice: Invoice, today: date) -> Content:
        state = self.state_of(invoice)
        late = ""
        if state.word == "overdue" and invoice.due is not None:
            late = f" by {fmt.days_between(invoice.due, today)}"
        first = join(
            (invoice.number, "bold"),
            "   ",
            (state.text, state.style),
            (late, state.style),
            ("   issued ", _DIM),
            fmt.day(invoice.date, today),
            ("   due ", _DIM),
            fmt.day(invoice.due, today),
            ("   open ", _DIM),
            fmt.money(invoice.open),
        )
        lines: list[object] = [first]
        if invoice.bill_to is not None:
            to = invoice.bill_to
            parts = (to.line_1, to.line_2, f"{to.zip} {to.city}".strip(), to.state, to.country)
            vat = f" · VAT {invoice.vat_id}" if invoice.vat_id else ""
            lines.append(join(("bill to ", _DIM), ", ".join(part for part in parts if part) + vat))
        return join_lines(*lines)


def line_rows(lines: Sequence[Line], today: date) -> list[Row]:
    """The invoice's lines; what is nothing is left empty, so that what is something stands out."""
    unit, total = (
        money_cells([line.unit_price for line in lines]),
        money_cells([line.total for line in lines]),
    )
    discounts = _some([-line.discount if line.discount else None for line in lines])
    taxes = _some([line.tax.money if line.tax is not None else None for line in lines])
    rounding = _some([line.rounding or None for line in lines])
    refunded = _some([line.refunded or None for line in lines])
    return [
        Row(
            line.id,
            (
                Cell(line.name, "strong"),
                Cell(fmt.period(*line.period, today) if line.period else "", "dim"),
                Cell(
                    f"{line.days} of {line.of_days}" if line.days is not None and line.of_days else "", "dim"
                ),
                Cell(units(line.quantity)),
                unit[at],
                discounts[at],
                taxes[at],
                rounding[at],
                refunded[at],
                total[at],
            ),
        )
        for at, line in enumerate(lines)
    ]


def _some(several: Sequence[Money | None]) -> list[Cell]:
    """Like `money_cells`, with nothing where there is nothing."""
    cells = money_cells(several)
    return [Cell("") if money is None else cell for money, cell in zip(several, cells, strict=True)]


def totals(invoice: Invoice) -> Content:
    """The block of sums, decimal signs one below the other; an unknown sum is –, a zero one is left out."""
    zero = Money.zero(invoice.currency)
    rows: list[tuple[str, Money | None, str]] = [("Subtotal", invoice.subtotal, "")]
    if invoice.discount:
        rows.append(("Discount", -invoice.discount, ""))
    contained = (
        invoice.subtotal is not None and invoice.subtotal - (invoice.discount or zero) == invoice.total
    )
    rows.append(("of that tax" if contained and invoice.tax else "Tax", invoice.tax, ""))
    rows.append(("Total", invoice.total, "bold"))
    for label, money in (
        ("Account credit", invoice.credited),
        ("Paid", invoice.paid),
        ("Refunded", invoice.refunded),
    ):
        if money is None or money:
            rows.append((label, money, ""))
    rows.append(("Open", invoice.open, "bold"))
    rows.append(("Refundable", invoice.refundable, ""))
    digits = fmt.column_digits([invoice.total])
    texts = [fmt.aligned(fmt.money(money), digits) for _, money, _ in rows]
    width = max(len(text) for text in texts)
    return join_lines(
        *(
            join((f"{label:<16}", _DIM), (f"{text:>{width}}", style if row else _DIM))
            for (label, row, style), text in zip(rows, texts, strict=True)
        )
    )


def attempt_rows(invoice: Invoice, now: datetime) -> list[Row]:
    """Attempts, newest first; payments of which no attempt is told, too."""
    tried = {attempt.payment_id for attempt in invoice.attempts}
    entries = [
        (a.at, a.payment_id, a.money, a.status, a.method, a.decline_reason or a.decline_code)
        for a in invoice.attempts
    ] + [
        (p.at, p.id, p.money, p.status, p.method, p.decline_reason or p.decline_code)
        for p in invoice.payments
        if p.id not in tried
    ]
    entries.sort(key=lambda entry: entry[0], reverse=True)
    disputed = {p.id for p in invoice.payments if p.disputed}
    refs = {p.id: p.external_reference for p in invoice.payments}
    amounts = money_cells([entry[2] for entry in entries])
    rows = []
    for index, (at, payment_id, _, status, method, why) in enumerate(entries):
        says = [why.replace("_", " ") if why else ""]
        if payment_id in disputed:
            says.insert(0, "▲ disputed")
        if refs.get(payment_id):
            says.append(f"ref {refs[payment_id]}")
        rows.append(
            Row(
                f"{payment_id}/{index}",
                (
                    Cell(fmt.instant(at, now), "dim"),
                    amounts[index],
                    state_cell(fmt.payment_status(status)),
                    Cell(method_name(method) if method is not None else fmt.NOTHING),
                    Cell(" · ".join(part for part in says if part), "dim"),
                ),
            )
        )
    return rows


def refund_rows(invoice: Invoice, now: datetime) -> list[Row]:
    """Refunds of this invoice."""
    amounts = money_cells([refund.money for refund in invoice.refunds])
    rows = []
    for at, refund in enumerate(invoice.refunds):
        says = [refund.pending_reason, refund.failure_reason, refund.comment]
        if refund.expected_by is not None and refund.status is RefundStatus.PENDING:
            says.append(f"expected by {fmt.full_day(refund.expected_by)}")
        rows.append(
            Row(
                refund.id,
                (
                    Cell(fmt.instant(refund.at, now), "dim"),
                    amounts[at],
                    state_cell(fmt.refund_status(refund.status)),
                    Cell(refund.reason.replace("_", " ")),
                    Cell(refund.by or fmt.NOTHING),
                    Cell(" · ".join(part for part in says if part), "dim"),
                ),
            )
        )
    return rows


def note_rows(invoice: Invoice, now: datetime) -> list[Row]:
    """Credit notes on this invoice."""
    amounts = money_cells([note.money for note in invoice.credit_notes])
    return [
        Row(
            note.id,
            (
                Cell(note.number, "strong"),
                Cell(fmt.instant(note.at, now), "dim"),
                amounts[at],
                Cell(note.to),
                Cell(note.reason.replace("_", " ")),
            ),
        )
        for at, note in enumerate(invoice.credit_notes)
    ]


def life(invoice: Invoice, now: datetime) -> Content:
    """What happened to the invoice, in order: issued, due, tried, paid, refunded, mailed, what comes next."""
    today = now.date()
    events: list[tuple[str, str, str]] = [(invoice.date.isoformat(), fmt.day(invoice.date, today), "issued")]
    if invoice.due is not None:
        events.append((f"{invoice.due.isoformat()} ", fmt.day(invoice.due, today), "due"))
    for attempt in invoice.attempts:
        how = (
            "paid"
            if attempt.status is PaymentStatus.SUCCEEDED
            else f"payment {fmt.payment_status(attempt.status).word}"
        )
        why = f": {attempt.decline_reason}" if attempt.decline_reason else ""
        events.append((attempt.at.isoformat(), fmt.instant(attempt.at, now), f"{how} {attempt.money}{why}"))
    for refund in invoice.refunds:
        word = fmt.refund_status(refund.status).word
        events.append((refund.at.isoformat(), fmt.instant(refund.at, now), f"refund {refund.money} {word}"))
    for note in invoice.credit_notes:
        events.append(
            (note.at.isoformat(), fmt.instant(note.at, now), f"credit note {note.number} {note.money}")
        )
    for mail in invoice.emails:
        events.append((mail.at.isoformat(), fmt.instant(mail.at, now), f"{mail.what} mailed to {mail.to}"))
    if invoice.next_retry is not None:
        events.append(
            (invoice.next_retry.isoformat(), fmt.instant(invoice.next_retry, now), "next try to charge")
        )
    events.sort(key=lambda event: event[0])
    width = max(len(when) for _, when, _ in events)
    lines: list[object] = [join((f"{when:>{width}}  ", _DIM), what) for _, when, what in events]
    if invoice.dunning_paused_until is not None:
        lines.append(join(("no reminders or tries until ", _DIM), fmt.full_day(invoice.dunning_paused_until)))
    return join_lines(*lines)
