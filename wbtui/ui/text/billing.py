"""Sentences of the billing tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from textual.content import Content

from wbtui.models.balances import Balance
from wbtui.models.credit_ledger import CreditLedger
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceBrief
from wbtui.models.invoice_order import InvoiceOrder
from wbtui.models.money import per_currency
from wbtui.models.payment import CreditEntry, Payment, Refund, RefundStatus, Wallet
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.safe import DIM, WARNING, join, safe

VIRTUAL = "virtual currency"
NOT_LOADED = "The invoices are not loaded yet."
FILTER_TITLE = "Filter invoices"
FILTER_HINT = "optional: number, amount, date"
NO_INVOICE_MATCHES = "No invoice matches."
_CREDIT, _WALLET = ("Credit", "credit"), ("Wallet", "wallet")
_FIGURES = (
    ("Owed", "owed"),
    ("Overdue", "overdue"),
    _CREDIT,
    _WALLET,
    ("Refunded, 12 months", "refunded"),
)
"""Title and member of Balance of each column."""
_CREDIT_KINDS = {"grant": "granted", "reversal": "reversed", "expiry": "expired"}
_SAME = "same"
"""In place of a wallet that is the account credit."""
_NAMED = 3
"""The most disputed invoices that are named."""


def no_balance(customer: Customer, *, is_complete: bool) -> str:
    """Return what is known of a balance without any amount."""
    if customer.owed is None:
        return "not provided by this billing system"
    return "Nothing owed, no credit, no refunds." if is_complete else "Nothing owed."


def balance_lines(balances: Sequence[Balance], width: int) -> list[Content]:
    """Return a heading and a line for each currency; where that is wider than `width`, only the lines.

    A width of 0 is that of a widget without a size yet.
    """
    if not balances:
        return []
    figures = _figures(balances)
    columns = [fmt.align_decimals([_amount(one, member) for one in balances]) for _, member in figures]
    widths = [max(map(len, (title, *texts))) for (title, _), texts in zip(figures, columns, strict=True)]
    if 0 < width < 3 + sum(widths) + 3 * len(widths):
        return [_balance_sentence(one, figures) for one in balances]
    titles = zip(figures, widths, strict=True)
    lines = [join(("   " + "".join(f"   {title:>{room}}" for (title, _), room in titles), DIM))]
    for balance, *texts in zip(balances, *columns, strict=True):
        styles = (_style(balance, member) for _, member in figures)
        cells = zip(texts, widths, styles, strict=True)
        amounts = [(f"   {shown:>{room}}", style) for shown, room, style in cells]
        lines.append(join((f"{balance.currency.upper():<3}", DIM), *amounts))
    return lines


def wallet_balance(wallet: Wallet) -> str:
    """Return `€25.00`, or the units of a virtual currency."""
    return fmt.units(wallet.balance) if wallet.money is None else fmt.money(wallet.money)


def _figures(balances: Sequence[Balance]) -> list[tuple[str, str]]:
    """Return the columns. Most systems keep the account credit in wallets: the same amount is there once."""
    if all(one.wallet in (one.credit, None) for one in balances):
        return [one for one in _FIGURES if one is not _WALLET]
    if all(one.credit is None for one in balances):
        return [one for one in _FIGURES if one is not _CREDIT]
    return list(_FIGURES)


def _amount(balance: Balance, member: str) -> str:
    return _SAME if _repeats(balance, member) else fmt.money(getattr(balance, member))


def _repeats(balance: Balance, member: str) -> bool:
    """Whether the wallet of this currency holds the account credit, which is shown beside it."""
    return member == "wallet" and balance.wallet is not None and balance.wallet == balance.credit


def _balance_sentence(balance: Balance, figures: Sequence[tuple[str, str]]) -> Content:
    pieces = [
        join((f"{title} ", DIM), (_amount(balance, member), _style(balance, member)))
        for title, member in figures
        if not _repeats(balance, member)
    ]
    return safe("   ").join([join((balance.currency.upper(), DIM)), *pieces])


def _style(balance: Balance, member: str) -> str:
    """Return the style of an amount: zero and unknown are dim, what is overdue is a warning."""
    if not getattr(balance, member) or _repeats(balance, member):
        return DIM
    return "$warning" if member == "overdue" else ""


def disputes(customer: Customer, payments: Sequence[Payment] | None, numbers: Mapping[str, str]) -> str:
    """Return which payments are disputed, empty for none; `numbers` are those of the invoices by ID."""
    disputed = [payment for payment in payments or () if payment.disputed]
    if not disputed:
        return "A payment is disputed." if customer.disputed and payments is None else ""
    named = [numbers[one] for payment in disputed for one in payment.invoice_ids if one in numbers]
    return fmt.dots(
        f"Disputed: {fmt.amounts(per_currency(one.money for one in disputed).values())}",
        ", ".join(named[:_NAMED]) + (f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""),
        "can't be refunded until the dispute closes",
    )


def found(shown: int, every: int) -> str:
    """Return how many invoices match: `3 of 42 invoices`."""
    return f"{fmt.count(shown)} of {fmt.plural(every, 'invoice')}"


def invoices_title(shown: int, every: int) -> str:
    """Return the title of the list with its count: `Invoices · 3 of 42`."""
    return fmt.dots(
        "Invoices", fmt.count(every) if shown == every else f"{fmt.count(shown)} of {fmt.count(every)}"
    )


def order_mark(order: InvoiceOrder, currency: str, invoices: Sequence[InvoiceBrief]) -> str:
    """Return the end of the sorted heading: ` ↓`, by amounts of several currencies `, EUR first ↓`."""
    several = len({invoice.total.currency for invoice in invoices}) > 1
    first = f", {currency.upper()} first" if order.is_by_amount and several else ""
    return f"{first} {'↓' if order.descending else '↑'}"


def ledger_lines(ledger: CreditLedger, today: date) -> list[Content]:
    """Return where the entries of the credit ledger do not add up to the balance."""
    lines = [
        join(
            f"Entries before {fmt.day(entry.at, today)} are not listed: the balance was {before} until then."
        )
        for entry, before in ledger.opening
    ]
    for one in ledger.differences:
        added = "can't be added up" if one.sum is None else f"add up to {one.sum}"
        said = (
            f"The entries {added}, but the credit balance is {one.balance}. "
            f"The first difference is on {fmt.day(one.entry.at, today)}."
        )
        lines.append(join(WARNING, said))
    return lines


def overdue(row: InvoiceBrief, today: date) -> str:
    """Return `8 days` for an overdue invoice, nothing for others."""
    return fmt.days_between(row.due, today) if row.due is not None and row.overdue(today) else ""


def paid(payment: Payment, today: date) -> str:
    """Return when and how an invoice was paid: `14 Oct · Visa ••4242`."""
    return fmt.dots(fmt.day(payment.when, today), payment.method.label if payment.method else "")


def payment_details(payment: Payment, today: date) -> str:
    """Return why it was declined, when it is retried and its reference; of a disputed one what that means."""
    return fmt.dots(
        "can't be refunded" if payment.disputed else "",
        payment.decline,
        f"next retry {fmt.day(payment.next_retry, today)}" if payment.next_retry else "",
        f"ref {payment.external_reference}" if payment.external_reference else "",
    )


def attempt_number(payment: Payment) -> str:
    """Return the number of the attempt; a payment made elsewhere is none."""
    return fmt.NOTHING if payment.external_reference else str(payment.attempt)


def shared(payment: Payment) -> str:
    """Return that a payment, whose amount is not that of one invoice, is for several; else nothing."""
    return f"for {fmt.plural(len(payment.invoice_ids), 'invoice')}" if len(payment.invoice_ids) > 1 else ""


def known_payment(customer: Customer, today: date) -> list[object]:
    """Return the latest payment, which is all that the row of a customer tells."""
    last = customer.latest_payment
    if last is None:
        return []
    state = states.PAYMENT[last.status]
    return [join(f"{fmt.day(last.at, today)}  {last.money}  ", (state.text, state.style))]


def refund_details(refund: Refund, today: date) -> str:
    """Return why it is pending or failed, when it should arrive, and the comment."""
    awaited = refund.expected_by is not None and refund.status is RefundStatus.PENDING
    return fmt.dots(
        fmt.spaced(refund.pending_reason),
        refund.failure_reason,
        "recorded only, paid outside the billing system" if refund.external else "",
        f"expected by {fmt.day(refund.expected_by, today)}" if awaited else "",
        refund.comment,
    )


def credit_kind(entry: CreditEntry) -> str:
    """Return what an entry of the ledger did: granted, applied, reversed, expired, or proration."""
    return _CREDIT_KINDS.get(entry.kind, fmt.spaced(entry.kind))


def credit_details(entry: CreditEntry, today: date) -> str:
    """Return why it was granted, the comment and when it expires, or expired."""
    last = entry.expires
    expiry = f"{expiry_word(last, today)} {fmt.day(last, today)}" if last is not None else ""
    return fmt.dots(fmt.spaced(entry.reason), entry.comment, expiry)


def expiry_word(last: date, today: date) -> str:
    """Return `expires`, or `expired` once the last day of a credit is over."""
    return "expires" if today <= last else "expired"
