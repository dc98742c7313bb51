"""The timeline of an invoice, and everything about one of its lines, payments, refunds or credit notes."""

from __future__ import annotations

from datetime import date, datetime

from textual.app import ComposeResult
from textual.content import Content

from wbtui.models.explain import explain_line
from wbtui.models.invoice import Attempt, Invoice, Line
from wbtui.models.payment import CreditNote, Payment, Refund
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, join, join_lines, labelled, safe
from wbtui.ui.text import billing_details as about
from wbtui.ui.text import invoice as text
from wbtui.ui.widgets.detail_pane import DetailPane
from wbtui.ui.widgets.panel_title import PanelTitle
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.table_panel import detail_lines


class InvoiceDetail(DetailPane):
    """The timeline; beside the invoice also the row that is highlighted there."""

    DEFAULT_CSS = """
    InvoiceDetail { display: none; }
    InvoiceDetail .section { padding: 0 2 1 2; height: auto; }
    InvoiceDetail .of-row { display: none; }
    """

    def compose(self) -> ComposeResult:
        yield PanelTitle(safe(text.DETAILS), classes="of-row")
        yield SteadyStatic(classes="section of-row", id="row")
        yield PanelTitle(safe(text.TIMELINE))
        yield SteadyStatic(classes="section", id="timeline")

    def show(self, invoice: Invoice, row: object) -> None:
        """Show the timeline of an invoice and everything about one of its rows."""
        now, today = host(self).now(), host(self).today()
        self.display = True
        self.query_one("#row", SteadyStatic).fit(lambda width: described(invoice, row, now, today, width))
        self.query_one("#timeline", SteadyStatic).fit(lambda width: timeline(invoice, now, today, width))


def described(invoice: Invoice, row: object, now: datetime, today: date, width: int) -> Content:
    """Return everything about a row of an invoice; of a line how its amount was calculated."""
    rows: about.Rows = iter(())
    match row:
        case Line():
            return text.explanation(explain_line(row, invoice.lines), width)
        case Payment() | Attempt():
            payment_id = row.id if isinstance(row, Payment) else row.payment_id
            payment = next((one for one in invoice.payments if one.id == payment_id), None)
            rows = about.payment_rows(row, payment, "", now, today)
        case Refund():
            rows = about.refund_rows(row, "", now, today)
        case CreditNote():
            rows = about.note_rows(row, "", now)
    return join_lines(*detail_lines(rows, width))


def timeline(invoice: Invoice, now: datetime, today: date, width: int = 0) -> Content:
    """Return what happened to the invoice, in order, and what comes next."""
    events = text.timeline(invoice, now)
    indent = max(len(when) for when, _ in events) + 2
    lines = [labelled(join((f"{when:>{indent - 2}}  ", DIM)), what, indent, width) for when, what in events]
    paused = invoice.dunning_paused_until
    if paused is not None and paused > today:
        lines.append(join((text.PAUSED_UNTIL, DIM), fmt.full_day(paused)))
    return join_lines(*lines)
