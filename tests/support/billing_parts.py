"""Invoices, payments, refunds, credit entries and wallets, made up, for the Billing tab."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.support.customers import NOW, TODAY
from wbtui.models.invoice import InvoiceRow, InvoiceState
from wbtui.models.money import Money
from wbtui.models.payment import (
    CreditEntry,
    CreditNote,
    MethodBrief,
    MethodKind,
    MethodStatus,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
    Wallet,
)

CARD = MethodBrief(kind=MethodKind.CARD, brand="Visa", last_digits="4242", status=MethodStatus.ACTIVE)


def eur(minor: int) -> Money:
    """An amount of euros in cents."""
    return Money(minor, "eur")


def invoice(number: int, state: InvoiceState = InvoiceState.PAID, /, **members: Any) -> InvoiceRow:
    """Invoice `number` over that many euros; a higher one is older. It is due 14 days after its date."""
    total = members.pop("total", eur(number * 100))
    paid = state is InvoiceState.PAID
    day = TODAY - timedelta(days=7 * number)
    values: dict[str, Any] = {
        "id": f"Inv_{number}",
        "number": f"INV-{number:04}",
        "state": state,
        "total": total,
        "open": Money.zero(total.currency) if paid else total,
        "paid": total if paid else Money.zero(total.currency),
        "date": day,
        "due": day + timedelta(days=14),
        "customer_id": "C1",
    }
    return InvoiceRow(**values | members)


def payment(number: int, status: PaymentStatus = PaymentStatus.SUCCEEDED, /, **members: Any) -> Payment:
    """A payment of invoice `number`."""
    money = members.pop("money", eur(number * 100))
    values: dict[str, Any] = {
        "id": f"Pay_{number}",
        "status": status,
        "money": money,
        "at": NOW - timedelta(days=7 * number),
        "invoice_ids": (f"Inv_{number}",),
        "method": CARD,
        "decline_code": None,
        "decline_reason": None,
        "disputed": False,
        "settled": status is PaymentStatus.SUCCEEDED,
        "refunded": Money.zero(money.currency),
        "refundable": money if status is PaymentStatus.SUCCEEDED else Money.zero(money.currency),
        "external_reference": None,
        "next_retry": None,
    }
    return Payment(**values | members)


def refund(number: int, status: RefundStatus = RefundStatus.SUCCEEDED, /, **members: Any) -> Refund:
    """A refund of payment `number`."""
    values: dict[str, Any] = {
        "id": f"Ref_{number}",
        "payment_id": f"Pay_{number}",
        "invoice_id": f"Inv_{number}",
        "money": eur(number * 100),
        "status": status,
        "pending_reason": None,
        "failure_reason": None,
        "reference": f"ARN-7700{number}",
        "reason": "courtesy",
        "comment": None,
        "at": NOW - timedelta(days=number),
        "by": "jo",
        "expected_by": None,
        "customer_id": "C1",
    }
    return Refund(**values | members)


def ledger(amounts: Sequence[Money], before: int = 0) -> tuple[CreditEntry, ...]:
    """A credit ledger of these amounts, given oldest first; `before` is each currency's first balance."""
    balances: dict[str, int] = {}
    entries = []
    for number, money in enumerate(amounts):
        balances[money.currency] = balances.get(money.currency, before) + money.minor
        entries.append(
            CreditEntry(
                id=f"Cred_{number}",
                at=NOW - timedelta(days=len(amounts) - number),
                money=money,
                balance_after=Money(balances[money.currency], money.currency),
                kind="grant" if money.minor > 0 else "applied",
                reason="courtesy",
                comment=None,
                by="jo",
                expires=None,
                invoice_id=None,
            )
        )
    return tuple(reversed(entries))


def credit_note(number: int, /, **members: Any) -> CreditNote:
    """A credit note on invoice `number`."""
    values: dict[str, Any] = {
        "id": f"Note_{number}",
        "number": f"CN-{number:04}",
        "invoice_id": f"Inv_{number}",
        "money": eur(500),
        "tax": eur(80),
        "to": "credit",
        "reason": "billing_error",
        "at": NOW,
        "by": "jo",
    }
    return CreditNote(**values | members)


def wallet(currency: str = "eur", balance: str = "25.00", *, virtual: bool = False) -> Wallet:
    """A wallet of a currency."""
    return Wallet(
        id=f"Wal_{currency}", name=f"Wallet {currency}", currency=currency, balance=balance, virtual=virtual
    )
