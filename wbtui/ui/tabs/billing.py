"""Billing: what is owed, then invoices, payments, refunds, credit, credit notes and wallets as tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual.app import ComposeResult

from wbtui.models.attention import method_name
from wbtui.models.invoice import InvoiceRow, InvoiceState
from wbtui.models.money import Money, per_currency
from wbtui.models.parts import CREDIT_NOTES, CREDITS, INVOICES, PAYMENTS, REFUNDS, WALLETS
from wbtui.models.payment import CreditEntry, CreditNote, Payment, Refund, Wallet
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join, join_lines
from wbtui.ui.tabs.base import OpenInvoice, Tab
from wbtui.ui.widgets.grid_table import Cell, Column, GridTable, Row
from wbtui.ui.widgets.table_panel import CombinedPanel, TablePanel, money_cells, state_cell

_DIM = "$text-muted"


class BalancePanel(CombinedPanel):
    """Owed, overdue and credit, each currency by itself."""

    OTHERS: ClassVar = (INVOICES, CREDITS)

    def __init__(self, owner: str) -> None:
        super().__init__(owner, title="Balance")

    def paint_all(self) -> None:
        assert self.customer is not None
        today = host(self).today()
        owed = _sum(self.customer.owed)
        invoices = self.other(INVOICES)
        overdue = None
        if invoices is not None:
            overdue = _sum([i.open for i in invoices if i.open is not None and i.overdue(today)])
        ledger = self.other(CREDITS)
        credit = None if ledger is None else credit_balance(ledger)
        currencies = list(dict.fromkeys([*(owed or {}), *(overdue or {}), *(credit or {})]))
        lines = [
            join(
                ("owed ", _DIM),
                _of(owed, c),
                ("   overdue ", _DIM),
                _of(overdue, c),
                ("   credit ", _DIM),
                _of(credit, c),
            )
            for c in currencies
        ]
        if self.customer.overdue_since is not None:
            lines.append(
                join(("▲ ", "$warning"), f"overdue since {fmt.day(self.customer.overdue_since, today)}")
            )
        if not lines:
            known = self.customer.owed is not None
            lines = [join(("nothing owed, no credit" if known else "not told by this system", _DIM))]
        lines += [join((f"not known: {why}", _DIM)) for why in self.missing.values()]
        self.body.update(join_lines(*lines))


def _sum(amounts: Sequence[Money] | None) -> dict[str, Money] | None:
    return None if amounts is None else per_currency(amounts)


def _of(sums: dict[str, Money] | None, currency: str) -> str:
    return "not held" if sums is None else str(sums.get(currency, Money.zero(currency)))


def credit_balance(entries: Sequence[CreditEntry]) -> dict[str, Money]:
    """The balance after the newest entry, per currency. `entries` are newest first."""
    balance: dict[str, Money] = {}
    for entry in entries:
        balance.setdefault(entry.balance_after.currency, entry.balance_after)
    return balance


class InvoicesPanel(TablePanel[tuple[InvoiceRow, ...]]):
    """Every invoice, newest first."""

    PART = INVOICES
    EMPTY = "No invoices."
    COLUMNS = (
        Column("Number"),
        Column("Date", right=True, drop=2),
        Column("Due", right=True, drop=1),
        Column("Total", right=True),
        Column("Open", right=True),
        Column("Refunded", right=True, drop=3),
        Column("State"),
        Column("", drop=4),
    )

    def rows_of(self, value: tuple[InvoiceRow, ...]) -> Sequence[Row]:
        today = host(self).today()
        totals = money_cells([row.total for row in value])
        opens = money_cells([row.open for row in value])
        refunded = money_cells([row.refunded for row in value])
        return [
            Row(
                row.id,
                (
                    Cell(row.number, "strong"),
                    Cell(fmt.day(row.date, today), "dim"),
                    Cell(fmt.day(row.due, today), "dim"),
                    totals[at],
                    opens[at],
                    refunded[at],
                    state_cell(fmt.invoice_state(row, today)),
                    Cell(overdue_words(row, today), "warn"),
                ),
            )
            for at, row in enumerate(value)
        ]


def overdue_words(row: InvoiceRow, today: date) -> str:
    """ "8 days" for an overdue invoice, nothing for others."""
    if row.due is None or not row.overdue(today) or row.state is InvoiceState.PAID:
        return ""
    return fmt.days_between(row.due, today)


class PaymentsPanel(TablePanel[tuple[Payment, ...]]):
    """Payments and attempts, newest first."""

    PART = PAYMENTS
    EMPTY = "No payments."
    COLUMNS = (
        Column("Date", right=True),
        Column("Amount", right=True),
        Column("State"),
        Column("Method", drop=2),
        Column("Try", right=True, drop=4),
        Column("Refundable", right=True, drop=3),
        Column("Says", grow=True, drop=1),
    )

    def rows_of(self, value: tuple[Payment, ...]) -> Sequence[Row]:
        today = host(self).today()
        amounts = money_cells([p.money for p in value])
        left = money_cells([p.refundable for p in value])
        return [
            Row(
                p.id,
                (
                    Cell(fmt.day(p.at.date(), today), "dim"),
                    amounts[at],
                    state_cell(fmt.payment_status(p.status)),
                    Cell(method_name(p.method) if p.method else fmt.NOTHING),
                    Cell(str(p.attempt), "dim"),
                    left[at],
                    Cell(payment_says(p, today), "warn" if p.disputed else "dim"),
                ),
            )
            for at, p in enumerate(value)
        ]


def payment_says(payment: Payment, today: date) -> str:
    """Why it was declined, whether it is disputed, when it is tried again."""
    says = []
    if payment.disputed:
        says.append("▲ disputed")
    if payment.decline_reason or payment.decline_code:
        says.append(payment.decline_reason or (payment.decline_code or "").replace("_", " "))
    if payment.next_retry is not None:
        says.append(f"next try {fmt.day(payment.next_retry.date(), today)}")
    if payment.external_reference:
        says.append(f"ref {payment.external_reference}")
    return " · ".join(says)


class RefundsPanel(TablePanel[tuple[Refund, ...]]):
    PART = REFUNDS
    EMPTY = "No refunds."
    COLUMNS = (
        Column("Date", right=True),
        Column("Amount", right=True),
        Column("State"),
        Column("Reason", drop=1),
        Column("By", drop=2, most=20),
        Column("Says", grow=True, drop=3),
    )

    def rows_of(self, value: tuple[Refund, ...]) -> Sequence[Row]:
        today = host(self).today()
        amounts = money_cells([r.money for r in value])
        return [
            Row(
                r.id,
                (
                    Cell(fmt.day(r.at.date(), today), "dim"),
                    amounts[at],
                    state_cell(fmt.refund_status(r.status)),
                    Cell(r.reason.replace("_", " ")),
                    Cell(r.by or fmt.NOTHING),
                    Cell(refund_says(r, today), "dim"),
                ),
            )
            for at, r in enumerate(value)
        ]


def refund_says(refund: Refund, today: date) -> str:
    """Why it waits or failed, when it should arrive, and the comment."""
    says = [refund.pending_reason or "", refund.failure_reason or ""]
    if refund.external:
        says.append("only recorded, paid back elsewhere")
    if refund.expected_by is not None and refund.status.value == "pending":
        says.append(f"expected by {fmt.day(refund.expected_by, today)}")
    says.append(refund.comment or "")
    return " · ".join(
        part.replace("_", " ") if part == refund.pending_reason else part for part in says if part
    )


class CreditsPanel(TablePanel[tuple[CreditEntry, ...]]):
    PART = CREDITS
    EMPTY = "No credit."
    COLUMNS = (
        Column("Date", right=True),
        Column("Amount", right=True),
        Column("Balance", right=True),
        Column("Kind"),
        Column("By", drop=2, most=20),
        Column("Says", grow=True, drop=3),
    )

    def rows_of(self, value: tuple[CreditEntry, ...]) -> Sequence[Row]:
        today = host(self).today()
        amounts, after = money_cells([c.money for c in value]), money_cells([c.balance_after for c in value])
        return [
            Row(
                c.id,
                (
                    Cell(fmt.day(c.at.date(), today), "dim"),
                    amounts[at],
                    after[at],
                    Cell(_credit_kind(c)),
                    Cell(c.by or fmt.NOTHING),
                    Cell(
                        " · ".join(
                            part
                            for part in (
                                (c.reason or "").replace("_", " "),
                                c.comment or "",
                                f"expires {fmt.day(c.expires, today)}" if c.expires else "",
                            )
                            if part
                        ),
                        "dim",
                    ),
                ),
            )
            for at, c in enumerate(value)
        ]


def _credit_kind(entry: CreditEntry) -> str:
    gains = "customer gains" if entry.money.minor > 0 else "used up"
    return f"{entry.kind.replace('_', ' ')} ({gains})"


class CreditNotesPanel(TablePanel[tuple[CreditNote, ...]]):
    PART = CREDIT_NOTES
    EMPTY = "No credit notes."
    COLUMNS = (
        Column("Number"),
        Column("Date", right=True),
        Column("Amount", right=True),
        Column("Tax", right=True, drop=2),
        Column("To"),
        Column("Reason", drop=1),
        Column("By", drop=3, most=20),
    )

    def rows_of(self, value: tuple[CreditNote, ...]) -> Sequence[Row]:
        today = host(self).today()
        amounts, taxes = money_cells([n.money for n in value]), money_cells([n.tax for n in value])
        return [
            Row(
                n.id,
                (
                    Cell(n.number, "strong"),
                    Cell(fmt.day(n.at.date(), today), "dim"),
                    amounts[at],
                    taxes[at],
                    Cell(n.to),
                    Cell(n.reason.replace("_", " ")),
                    Cell(n.by or fmt.NOTHING),
                ),
            )
            for at, n in enumerate(value)
        ]


class WalletsPanel(TablePanel[tuple[Wallet, ...]]):
    PART = WALLETS
    EMPTY = "No wallets."
    COLUMNS = (Column("Wallet"), Column("Balance", right=True), Column("Currency"), Column(""))

    def rows_of(self, value: tuple[Wallet, ...]) -> Sequence[Row]:
        return [
            Row(
                w.id,
                (
                    Cell(w.name),
                    Cell(fmt.units(w.balance)),
                    Cell(w.currency.upper()),
                    Cell("the merchant's own currency" if w.virtual else "", "dim"),
                ),
            )
            for w in value
        ]


class BillingTab(Tab):
    """All of it in one scrolling column; Enter on an invoice opens it."""

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
        for panel in self.query(TablePanel):
            if panel.table.has_focus and panel.stamped is not None:
                return _invoice_of(panel) or self.query_one(InvoicesPanel).table.key
        return self.query_one(InvoicesPanel).table.key

    def on_grid_table_chosen(self, event: GridTable.Chosen) -> None:
        event.stop()
        for panel in self.query(TablePanel):
            if panel.table is event.table and (invoice_id := _invoice_of(panel)) is not None:
                self.post_message(OpenInvoice(invoice_id))


def _invoice_of(panel: TablePanel[object]) -> str | None:
    """The invoice that the panel's highlighted row belongs to."""
    key = panel.table.key
    if key is None or panel.stamped is None:
        return None
    if isinstance(panel, InvoicesPanel):
        return key
    value = panel.stamped.value
    found = next((one for one in value if one.id == key), None) if isinstance(value, tuple) else None
    if isinstance(found, Payment):
        return found.invoice_ids[0] if found.invoice_ids else None
    if isinstance(found, Refund | CreditEntry | CreditNote):
        return found.invoice_id
    return None
