"""Payments: charge, settle, retry, dispute, and record payments made elsewhere.

The `behaviour` of a method decides how its charges end, so that a sandbox with the same seed repeats itself:
`from`/`until` (dates) with `code`: charges between them are declined with the code · `rate`: that many of
10,000 charges are declined with `code` · `pays_after`: days until a bank transfer arrives ·
`refund`: how refunds end (`stuck`, `fails`, else they succeed).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack
from zlib import crc32

from wbtui.models.money import Money
from wbtui.sandbox.engine import invoices
from wbtui.sandbox.engine.account import CUSTOMER, SCHEDULER, Account, Actor, Why, ref
from wbtui.sandbox.engine.clocktext import at_time, later_days
from wbtui.sandbox.engine.periods import plus_days
from wbtui.sandbox.engine.records import Invoice, Method, Payment
from wbtui.sandbox.store import SandboxError

TRANSFER = "vban_bank_transfer_eu"
"""The kind of a method that cannot be charged."""
RETRY_DAYS = 7
"""Days between two attempts."""
MAX_ATTEMPTS = 4
_KINDS = {"card": "Card", "sepa_debit": "SEPA", TRANSFER: "Bank transfer"}
SEPA_DAYS = 5
"""Days a direct debit takes to settle or bounce."""

DECLINES = {
    "insufficient_funds": "insufficient funds",
    "expired_card": "the card has expired",
    "card_declined": "no reason given",
    "do_not_honor": "do not honor",
    "lost_card": "the card was reported lost",
    "account_closed": "the account is closed",
    "debit_not_authorized": "the debtor did not authorize the debit",
    "processing_error": "an error while processing",
    "authentication_required": "the customer must confirm it with the bank",
}


def method_name(kind: str, brand: str | None, last_digits: str) -> str:
    """Return the name of a payment method as people read it: "Visa ••4242", "SEPA ••3000"."""
    name = brand or _KINDS.get(kind, "Method")
    return f"{name[:1].upper()}{name[1:]} ••{last_digits}"


HARD_DECLINES = ("lost_card", "expired_card", "account_closed", "debit_not_authorized")
"""Declines that another attempt with the same method cannot change."""


def active_methods(account: Account) -> list[Method]:
    """Methods that are neither disabled nor invalid, in the order of use."""
    usable = [method for method in account.methods if method.status == "active"]
    return usable if len(usable) < 2 else sorted(usable, key=lambda method: method.position)


def default_method(account: Account) -> Method | None:
    """The method that would be charged; None without one. A bank transfer is sent by the customer."""
    return next((method for method in active_methods(account) if method.kind != TRANSFER), None)


def decline_code(method: Method, invoice: Invoice, attempt: int, at: str) -> str | None:
    """The decline code of a charge now, the `attempt`th of the invoice; None when it would succeed."""
    if method.expires is not None and method.expires < at[:7]:
        return "expired_card"
    how = method.behaviour
    if not how:
        return None
    code = str(how.get("code", "insufficient_funds"))
    if "from" in how and how["from"] <= at[:10] <= how.get("until", "9999"):
        return code
    if "rate" in how and crc32(f"{invoice.id}:{attempt}".encode()) % 10_000 < how["rate"]:
        return code
    return None


def charge_invoice(
    account: Account,
    invoice: Invoice,
    at: str,
    *,
    actor: Actor = SCHEDULER,
    method: Method | None = None,
    amount: int | None = None,
) -> Payment:
    """Charge an open invoice (all of it unless `amount`) with `method` or the default one.

    The payment is succeeded, failed, or processing (direct debit). Raises SandboxError when
    nothing is open, when a charge is processing, or without an active method.
    """
    method = method or default_method(account)
    if method is None or method.status != "active":
        raise SandboxError("There is no payment method that can be charged.")
    if invoice.state != "ready_for_payment" or not invoice.open:
        raise SandboxError(f"Nothing is open on {invoice.number}.")
    if invoices.under_way(account, invoice):
        raise SandboxError(f"A charge of {invoice.number} is processing.")
    planned = invoice.next_retry
    invoice.attempts += 1
    invoice.next_retry = None
    code = decline_code(method, invoice, invoice.attempts, at)
    payment = Payment(
        account.engine.new_id("Pay"),
        account.customer.id,
        invoice.id,
        method.id,
        "processing",
        min(invoice.open, amount or invoice.open),
        invoice.currency,
        at,
        invoice.attempts,
        outcome=code,
    )
    account.payments.append(payment)
    if method.kind == "sepa_debit":
        payment.settle_at = later_days(at, SEPA_DAYS)
        _log(account, payment, invoice, at, "Payment started", actor)
    else:
        settle_payment(account, payment, at, actor)
        if payment.status == "succeeded" and invoice.open:
            invoice.next_retry = planned  # for the rest
    return payment


def charge_new_invoice(account: Account, invoice: Invoice, at: str) -> None:
    """Charge an invoice that has just become final, where it is charged at all and there is a method.

    Nothing is charged while the customer is frozen.
    """
    frozen = account.customer.status == "inactive"
    if not frozen and invoices.planned_charge(invoice) is not None and default_method(account) is not None:
        charge_invoice(account, invoice, at)


def settle_payment(account: Account, payment: Payment, at: str, actor: Actor = SCHEDULER) -> None:
    """End a processing payment: settled, or failed. What is then open is tried again."""
    invoice = account.invoice(payment.invoice_id)
    payment.settle_at = None
    if payment.outcome is None:
        payment.status, payment.settled = "succeeded", True
        invoices.refresh(account, invoice)
        _log(account, payment, invoice, at, "Payment succeeded", actor)
        invoices.send_mail(account, invoice, at, "receipt")
        _plan_retry(account, invoice, at)
        return
    payment.decline_code = payment.outcome
    confirm = payment.outcome == "authentication_required"
    payment.status = "requires_action" if confirm else "failed"
    _plan_retry(account, invoice, at)
    what = "Payment needs action" if confirm else "Payment failed"
    _log(account, payment, invoice, at, f"{what} ({DECLINES[payment.outcome]})", actor)
    invoices.send_mail(account, invoice, at, "reminder")


def _plan_retry(account: Account, invoice: Invoice, at: str) -> None:
    """Plan the next charge of what is still open, while attempts are left."""
    if invoice.automatic and invoice.attempts < MAX_ATTEMPTS and invoice.state == "ready_for_payment":
        invoice.next_retry = invoices.charge_at(account, at, RETRY_DAYS)


def _log(account: Account, payment: Payment, invoice: Invoice, at: str, what: str, actor: Actor) -> None:
    what, money = f"{what}: {invoice.number}", Money(payment.amount, payment.currency)
    account.log(at, "payment", what, actor, ref("payment", payment.id), invoice.ref, money=money)


def record_payment(
    account: Account,
    invoice: Invoice,
    at: str,
    amount: int,
    reference: str,
    *,
    actor: Actor,
    method: Method | None = None,
    paid_at: str | None = None,
    also: Sequence[Invoice] = (),
    **why: Unpack[Why],
) -> Payment:
    """Record a payment made elsewhere, without a charge; `paid_at` is when, by default now.

    `also`: further invoices that it pays in full, on top of `amount`.

    Raises SandboxError unless 0 < amount ≤ what is open and not being collected.
    """
    left = invoice.open - invoices.under_way(account, invoice)
    if not 0 < amount <= left or invoice.state != "ready_for_payment":
        raise SandboxError(f"Only {Money(left, invoice.currency)} is open on {invoice.number}.")
    payment = Payment(
        account.engine.new_id("Pay"),
        account.customer.id,
        invoice.id,
        None if method is None else method.id,
        "succeeded",
        amount + sum(each.open for each in also),
        invoice.currency,
        paid_at or at,
        invoice.attempts,
        settled=True,
        external_reference=reference,
        shares={invoice.id: amount, **{each.id: each.open for each in also}} if also else {},
    )
    account.payments.append(payment)
    for each in (invoice, *also):
        invoices.refresh(account, each)
    numbers = ", ".join(each.number for each in (invoice, *also))
    what, money = f"Payment received: {numbers} ({reference})", Money(payment.amount, invoice.currency)
    refs = ref("payment", payment.id), *(each.ref for each in (invoice, *also))
    account.log(at, "payment", what, actor, *refs, money=money, **why)
    return payment


def transfer_at(account: Account, invoice: Invoice) -> str | None:
    """Return the arrival of the bank transfer for an open invoice; None when none is expected.

    None is expected while a charge is processing.
    """
    if invoice.automatic or invoice.state != "ready_for_payment" or not invoice.open:
        return None
    if invoices.under_way(account, invoice):
        return None
    for method in account.methods:
        if method.kind == TRANSFER and method.status == "active":
            how = method.behaviour
            if how.get("from", "9999") <= invoice.date:
                return None
            days = int(how.get("pays_after", 9)) + crc32(invoice.id.encode()) % 7
            return at_time(plus_days(invoice.issued_at[:10], days), account.customer.billing_time)
    return None


def receive_transfer(account: Account, invoice: Invoice, at: str) -> Payment:
    """Record the bank transfer of an open invoice and of all others that are waiting for one, in full."""
    method = next(m for m in account.methods if m.kind == TRANSFER and m.status == "active")
    also = [
        each
        for each in account.invoices
        if each.id != invoice.id and each.currency == invoice.currency and transfer_at(account, each)
    ]
    reference = f"Transfer {', '.join(each.number for each in (invoice, *also))}"
    return record_payment(
        account, invoice, at, invoice.open, reference, actor=CUSTOMER, method=method, also=also
    )


def open_dispute(account: Account, payment: Payment, at: str) -> None:
    """Mark a payment as disputed: it cannot be refunded until the dispute closes."""
    payment.disputed = True
    invoice = account.invoice(payment.invoice_id)
    _log(account, payment, invoice, at, "Dispute opened by the bank", CUSTOMER)
