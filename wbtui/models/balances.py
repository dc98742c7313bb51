"""Money of a customer at a glance, by currency: owed, overdue, credit, wallet and refunded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceBrief, InvoiceState
from wbtui.models.money import Money, add_known
from wbtui.models.payment import CreditEntry, Refund, RefundStatus, Wallet, credit_balance

Sums = Mapping[str, Money | None]
"""Sums by currency; None where part of a sum is not known."""

_SETTLED = (InvoiceState.PAID, InvoiceState.VOIDED, InvoiceState.WRITTEN_OFF)


@dataclass(frozen=True, slots=True)
class Balance:
    """The amounts of one currency; None where an amount is not known, never zero instead.

    Attributes:
        owed: unpaid invoices that are neither voided nor written off.
        overdue: the part of it due before today.
        credit: balance of the credit ledger.
        wallet: balance of the wallets of this currency; most systems keep the account credit in one.
        refunded: refunds of the last 12 months that neither failed nor were cancelled.
    """

    currency: str
    owed: Money | None
    overdue: Money | None
    credit: Money | None
    wallet: Money | None
    refunded: Money | None


def balances(
    customer: Customer,
    today: date,
    *,
    invoices: Sequence[InvoiceBrief] | None,
    credits: Sequence[CreditEntry] | None,
    wallets: Sequence[Wallet] | None,
    refunds: Sequence[Refund] | None,
) -> tuple[Balance, ...]:
    """Return a balance for each currency of the customer, in order of first appearance.

    A part that is None is not available; what depends on it is then unknown.
    """
    figures: dict[str, Sums | None] = {
        "owed": _owed(customer, invoices),
        "overdue": None if invoices is None else _overdue(invoices, today),
        "credit": None if credits is None else credit_balance(credits),
        "wallet": None if wallets is None else wallet_balances(wallets),
        "refunded": None if refunds is None else _add(_refunded(refunds, _year_before(today))),
    }
    currencies = dict.fromkeys(currency for sums in figures.values() for currency in sums or ())
    return tuple(
        Balance(one, **{name: _of(sums, one) for name, sums in figures.items()}) for one in currencies
    )


def wallet_balances(wallets: Sequence[Wallet]) -> Sums:
    """Return the balances of wallets in real currencies; None where one is not an amount of its currency."""
    return _add((wallet.currency.lower(), wallet.money) for wallet in wallets if wallet.in_money)


def _of(sums: Sums | None, currency: str) -> Money | None:
    return None if sums is None else sums.get(currency, Money.zero(currency))


def _add(amounts: Iterable[tuple[str, Money | None]]) -> Sums:
    """Return the sums by currency; an amount that is None, or too large to add, makes its sum unknown."""
    sums: dict[str, Money | None] = {}
    for currency, amount in amounts:
        if currency not in sums:
            sums[currency] = Money.zero(currency)
        if amount is None or amount:
            sums[currency] = add_known(sums[currency], amount)
    return sums


def _owed(customer: Customer, invoices: Sequence[InvoiceBrief] | None) -> Sums | None:
    if customer.owed is not None:
        return _add((one.currency, one) for one in customer.owed)
    if invoices is None:
        return None
    return _add((one.total.currency, _unpaid(one)) for one in invoices)


def _unpaid(invoice: InvoiceBrief) -> Money | None:
    """Return what is to be paid of an invoice; None where its state or that amount is not known."""
    zero = Money.zero(invoice.total.currency)
    if invoice.state in _SETTLED or invoice.open == zero:
        return zero
    return None if invoice.state is InvoiceState.UNKNOWN else invoice.open


def _overdue(invoices: Sequence[InvoiceBrief], today: date) -> Sums:
    return _add((one.total.currency, _late(one, today)) for one in invoices)


def _late(invoice: InvoiceBrief, today: date) -> Money | None:
    is_due = invoice.due is not None and invoice.due < today
    return _unpaid(invoice) if is_due else Money.zero(invoice.total.currency)


def _refunded(refunds: Sequence[Refund], after: date) -> Iterable[tuple[str, Money | None]]:
    for refund in refunds:
        if refund.status.counts_as_refunded and refund.at.date() > after:
            yield refund.money.currency, None if refund.status is RefundStatus.UNKNOWN else refund.money


def _year_before(day: date) -> date:
    """Return the same day a year earlier; of 29 February the 28th."""
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)
