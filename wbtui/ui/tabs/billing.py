"""Billing: the balance, then invoices, payments, refunds, credit, credit notes and wallets as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult

from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow
from wbtui.models.money import Money, per_currency
from wbtui.models.parts import CREDIT_NOTES, CREDITS, CUSTOMER, INVOICES, PAYMENTS, REFUNDS, WALLETS
from wbtui.models.payment import CreditEntry, CreditNote, Payment, Refund, Wallet, credit_balance
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join, join_lines
from wbtui.ui.tabs.base import Tab
from wbtui.ui.text import billing as text
from wbtui.ui.widgets.columns import Cell, Column, amount, details, dim, state
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.payment_columns import note_columns, refund_columns
from wbtui.ui.widgets.table_panel import TablePanel

_DIM = "$text-muted"


class BalancePanel(DataPanel[Customer]):
    """What is owed, overdue and credited, each currency by itself."""

    OTHERS: ClassVar = (INVOICES, CREDITS)

    def __init__(self, owner: str) -> None:
        super().__init__(CUSTOMER, owner, title="Balance")

    def paint(self, value: Customer) -> None:
        today = host(self).today()
        invoices, entries = self.other(INVOICES), self.other(CREDITS)
        owed = None if value.owed is None else per_currency(value.owed)
        overdue = credit = None
        if invoices is not None:
            overdue = per_currency([i.open for i in invoices if i.open is not None and i.overdue(today)])
        if entries is not None:
            credit = credit_balance(entries)
        currencies = dict.fromkeys(
            one for sums in (owed, overdue, credit) for one, money in (sums or {}).items() if money
        )
        lines: list[object] = [
            join(
                ("owes ", _DIM), _of(owed, one),
                ("   overdue ", _DIM), _of(overdue, one),
                ("   credit ", _DIM), _of(credit, one),
            )
            for one in currencies
        ]  # fmt: skip
        if value.overdue_since is not None:
            since = f"overdue since {fmt.day(value.overdue_since, today)}"
            lines.append(join(("▲ ", "$warning"), since))
        if not lines:
            lines.append(join((text.no_balance(value.owed, credit), _DIM)))
        self.body.update(join_lines(*lines, *self.missing()))


def _of(sums: Mapping[str, Money] | None, currency: str) -> str:
    if sums is None:
        return "unknown"
    return str(sums[currency]) if sums.get(currency) else fmt.NOTHING


class InvoicesPanel(TablePanel[InvoiceRow]):
    PART = INVOICES
    OTHERS: ClassVar = (PAYMENTS,)
    EMPTY = "No invoices."

    def columns(self) -> Sequence[Column[InvoiceRow]]:
        today = host(self).today()
        disputed = {one for p in self.other(PAYMENTS) or () if p.disputed for one in p.invoice_ids}
        return (
            Column("Number", lambda i: Cell(i.number, "strong")),
            dim("Date", lambda i: fmt.day(i.date, today), right=True, rank=2),
            dim("Due", lambda i: fmt.day(i.due, today), right=True, rank=1),
            amount("Total", lambda i: i.total),
            amount("Open", lambda i: i.open),
            amount("Refunded", lambda i: i.refunded, rank=3),
            state(
                "State", lambda i: fmt.invoice_state(i, today, refunded=i.refunded, disputed=i.id in disputed)
            ),
            Column("Overdue", lambda i: Cell(text.overdue(i, today), "warn"), rank=4),
        )


class PaymentsPanel(TablePanel[Payment]):
    PART = PAYMENTS
    EMPTY = "No payments."

    def columns(self) -> Sequence[Column[Payment]]:
        today = host(self).today()
        return (
            dim("Date", lambda p: fmt.day(p.at.date(), today), right=True),
            amount("Amount", lambda p: p.money),
            state("State", lambda p: fmt.PAYMENT[p.status]),
            Column("Method", lambda p: Cell(p.method.label if p.method else fmt.NOTHING), rank=2),
            dim("Attempt", lambda p: str(p.attempt), right=True, rank=4),
            amount("Refundable", lambda p: p.refundable, rank=3),
            Column(
                "Details",
                lambda p: Cell(text.payment_details(p, today), "warn" if p.disputed else "dim"),
                share=1,
                rank=1,
            ),
        )

    def known(self, customer: Customer) -> Sequence[object]:
        return text.known_payment(customer, host(self).today())


class RefundsPanel(TablePanel[Refund]):
    PART = REFUNDS
    EMPTY = "No refunds."

    def columns(self) -> Sequence[Column[Refund]]:
        today = host(self).today()
        return refund_columns(lambda at: fmt.day(at.date(), today), today)


class CreditsPanel(TablePanel[CreditEntry]):
    PART = CREDITS
    EMPTY = "No credit."

    def columns(self) -> Sequence[Column[CreditEntry]]:
        today = host(self).today()
        return (
            dim("Date", lambda c: fmt.day(c.at.date(), today), right=True),
            amount("Amount", lambda c: c.money),
            amount("Balance", lambda c: c.balance_after),
            Column("Kind", lambda c: Cell(fmt.spaced(c.kind))),
            Column("By", lambda c: Cell(c.by or fmt.NOTHING), most=20, rank=2),
            details("Details", lambda c: text.credit_details(c, today), rank=3),
        )


class CreditNotesPanel(TablePanel[CreditNote]):
    PART = CREDIT_NOTES
    EMPTY = "No credit notes."

    def columns(self) -> Sequence[Column[CreditNote]]:
        today = host(self).today()
        return note_columns(lambda at: fmt.day(at.date(), today))


class WalletsPanel(TablePanel[Wallet]):
    PART = WALLETS
    EMPTY = "No wallets."

    def columns(self) -> Sequence[Column[Wallet]]:
        return (
            Column("Wallet", lambda w: Cell(w.name)),
            Column("Balance", lambda w: Cell(fmt.units(w.balance)), right=True),
            Column("Currency", lambda w: Cell(w.currency.upper())),
            dim("Details", lambda w: text.VIRTUAL if w.virtual else ""),
        )


class BillingTab(Tab):
    """All of it in one scrolling column; Enter on a row opens its invoice."""

    DEFAULT_CSS = "BillingTab .panel-text { padding: 0 2 1 2; }"

    def compose(self) -> ComposeResult:
        yield BalancePanel(self.owner)
        yield InvoicesPanel(self.owner)
        yield PaymentsPanel(self.owner)
        yield RefundsPanel(self.owner)
        yield CreditsPanel(self.owner)
        yield CreditNotesPanel(self.owner)
        yield WalletsPanel(self.owner)

    @property
    def invoice_id(self) -> str | None:
        """The highlighted invoice; on a payment or refund, the invoice it belongs to."""
        row = self._focused_row
        if isinstance(row, Payment | Refund):
            return _invoice_of(row)
        return _invoice_of(row) or self.query_one(InvoicesPanel).table.key

    @property
    def selected(self) -> Payment | Refund | CreditEntry | None:
        """The highlighted row that is acted on itself, while its table has the focus."""
        row = self._focused_row
        return row if isinstance(row, Payment | Refund | CreditEntry) else None

    @property
    def _focused_row(self) -> object:
        return next((table.current for table in self.query(GridTable) if table.has_focus), None)

    def chosen_invoice(self, table: GridTable[Any]) -> str | None:
        return _invoice_of(table.current)


def _invoice_of(row: Any) -> str | None:
    """The id of the invoice that a row is or belongs to."""
    match row:
        case InvoiceRow():
            return row.id
        case Payment():
            return row.invoice_ids[0] if row.invoice_ids else None
        case Refund() | CreditEntry() | CreditNote():
            return row.invoice_id
    return None
