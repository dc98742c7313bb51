"""Invoices: issue, apply account credit, validate, void, write off."""

from __future__ import annotations

from typing import Unpack

from wbtui.models.money import Money
from wbtui.sandbox.engine import ledger, tax
from wbtui.sandbox.engine.account import Account, Actor, Why
from wbtui.sandbox.engine.clocktext import at_time
from wbtui.sandbox.engine.lines import number_lines, put_tax
from wbtui.sandbox.engine.periods import plus_days
from wbtui.sandbox.engine.records import Contract, Invoice, Line, Payment, in_period
from wbtui.sandbox.store import SandboxError

OWED_STATES = ("ready_for_payment", "pending_validation")
VOID_STATUSES = ("failed", "canceled")
"""Statuses in which a refund moved no money."""
MANUAL_DUE_DAYS = 14
"""Days until an invoice that is not charged automatically is due."""
_NOWHERE = {"line_1": "", "line_2": None, "zip": "", "city": "", "state": None, "country": ""}


def country(account: Account) -> str | None:
    """The country whose tax applies; None without an address."""
    address = account.customer.address
    return None if address is None else str(address.get("country") or "") or None


def put_taxes(account: Account, lines: list[Line]) -> list[Line]:
    """Set the tax of every line, in place, and return `lines`.

    It is that of the customer's country; a credit for unused time takes back that of the charge.
    """
    here = tax.rate_of(country(account))
    return put_tax(lines, [_charged_tax(account, line) or here for line in lines])


def _charged_tax(account: Account, line: Line) -> tax.Tax | None:
    """The tax of the invoiced charge that a line credits; None for other lines."""
    if line["kind"] != "credit" or line["period"] is None:
        return None
    for charge in (one for invoice in reversed(account.invoices) for one in invoice.lines):
        if charge["contract_id"] == line["contract_id"] and in_period(charge, line["period"][1]):
            return charge["tax_rate"], charge["tax_name"]
    return None


def invoice_email(account: Account) -> str | None:
    """The address for invoices: labelled invoice, else main, else the first; None without one."""
    emails = account.customer.emails
    for label in ("invoice", "main"):
        for email in emails:
            if email["label"] == label:
                return email["address"]
    return emails[0]["address"] if emails else None


def send_mail(account: Account, invoice: Invoice, at: str, what: str, to: str | None = None) -> str | None:
    """Record an e-mail about an invoice (invoice, receipt, reminder, refund).

    Returns the address; None without one.
    """
    to = to or invoice_email(account)
    if to is not None:
        invoice.mails.append({"at": at, "to": to, "what": what})
    return to


def totals(lines: list[Line]) -> tuple[int, int, int, int]:
    """(subtotal, discount, tax, total): total = subtotal − discount + tax that is not inside the prices.

    Tax includes the rounding of the lines, so that the totals of an invoice add up.
    """
    subtotal = discount = taxes = total = 0
    for line in lines:
        subtotal += line["gross"]
        discount += line["discount"]
        taxes += line["tax"] + line["rounding"]
        total += line["total"]
    return subtotal, discount, taxes, total


def due_day(issued: str, *, automatic: bool) -> str:
    """The due date of an invoice that the customer gets on a day."""
    return issued if automatic else plus_days(issued, MANUAL_DUE_DAYS)


def issue_invoice(
    account: Account, contract: Contract, at: str, lines: list[Line], actor: Actor
) -> Invoice | None:
    """Issue an invoice of `lines` (without tax yet) and apply account credit. Does not charge it.

    A negative sum makes no invoice: the customer gets the difference as account credit, and None is returned.
    """
    put_taxes(account, lines)
    currency = account.price_set(contract).currency
    subtotal, discount, tax_sum, total = totals(lines)
    if total < 0:
        ledger.grant_credit(account, at, -total, currency, actor=actor, kind="proration")
        return None
    automatic, day = contract.automatic_payment, at[:10]
    invoice = Invoice(
        account.engine.new_id("Inv"),
        account.customer.id,
        contract.id,
        account.engine.invoice_number(),
        "pending_validation" if contract.validate_invoices else "ready_for_payment",
        day,
        due_day(day, automatic=automatic),
        at,
        currency,
        lines,
        subtotal,
        discount,
        tax_sum,
        total,
        dict(account.customer.address or _NOWHERE),
        account.customer.vat_id,
        automatic=automatic,
    )
    number_lines(lines, invoice.id)
    account.invoices.append(invoice)
    money = Money(total, currency)
    account.log(at, "billing", f"Invoice {invoice.number} issued", actor, invoice.ref, money=money)
    if invoice.state == "ready_for_payment":
        finalise(account, invoice, at)
    else:
        refresh(account, invoice)
    return invoice


def finalise(account: Account, invoice: Invoice, at: str) -> None:
    """Apply account credit, e-mail the invoice and schedule its first charge."""
    ledger.apply_credit(account, invoice, at)
    refresh(account, invoice)
    send_mail(account, invoice, at, "invoice")
    if invoice.open and invoice.automatic:
        invoice.next_retry = charge_at(account, at)


def charge_at(account: Account, at: str, days: int = 0) -> str:
    """Return the instant of the next charge: the customer's billing time, whatever the second of an action.

    Else no preview that names it would hold until it is confirmed.
    """
    return at_time(plus_days(at[:10], days), account.customer.billing_time)


def validate_invoice(
    account: Account, invoice: Invoice, at: str, *, actor: Actor, **why: Unpack[Why]
) -> None:
    """Move from pending_validation to ready_for_payment, due counted from now.

    Raises SandboxError in another state.
    """
    if invoice.state != "pending_validation":
        raise SandboxError(f"{invoice.number} is not pending validation.")
    invoice.state = "ready_for_payment"
    invoice.due = due_day(at[:10], automatic=invoice.automatic)
    account.log(at, "billing", f"Invoice {invoice.number} validated", actor, invoice.ref, **why)
    finalise(account, invoice, at)


def planned_charge(invoice: Invoice) -> str | None:
    """Return the next charge of an invoice: as planned, or the day until which dunning is paused."""
    at, paused = invoice.next_retry, invoice.dunning_paused_until
    if at is None or paused is None or paused <= at[:10]:
        return at
    return at_time(paused, at[11:19])


def payments_of(account: Account, invoice: Invoice) -> list[Payment]:
    """Payments and attempts of an invoice, oldest first."""
    return [payment for payment in account.payments if payment.settles(invoice.id)]


def attempts_of(account: Account, invoice: Invoice) -> list[Payment]:
    """Attempts to charge an invoice, oldest first: its payments without those made elsewhere."""
    return [each for each in payments_of(account, invoice) if each.external_reference is None]


def under_way(account: Account, invoice: Invoice) -> int:
    """Minor units that a processing charge (a direct debit) is collecting; still part of the open amount."""
    return sum(p.share(invoice.id) for p in payments_of(account, invoice) if p.status == "processing")


def refunded_of(account: Account, payment: Payment, invoice_id: str) -> int:
    """Minor units of a payment's refunds that did not fail and are of an invoice."""
    if not payment.shares:
        return payment.refunded
    own = (r for r in account.refunds if r.payment_id == payment.id and r.status not in VOID_STATUSES)
    return sum(refund.share(invoice_id) for refund in own)


def refresh(account: Account, invoice: Invoice) -> None:
    """Recompute paid, refunded, open and state from payments, refunds and credit notes."""
    paid = refunded = 0
    for payment in account.payments:
        if payment.settles(invoice.id):
            if payment.status == "succeeded":
                paid += payment.share(invoice.id)
            refunded += refunded_of(account, payment, invoice.id)
    invoice.paid, invoice.refunded = paid, refunded
    if invoice.state in OWED_STATES:
        invoice.open = max(0, invoice.total - invoice.credited - invoice.noted - paid)
        if invoice.open == 0 and invoice.state == "ready_for_payment":
            invoice.state = "paid"
            invoice.next_retry = None
    else:
        invoice.open = 0


def _end_owing(account: Account, invoice: Invoice, state: str) -> None:
    if invoice.state not in OWED_STATES:
        raise SandboxError(f"{invoice.number} is {invoice.state.replace('_', ' ')}.")
    if under_way(account, invoice):
        raise SandboxError(f"A charge of {invoice.number} is processing.")
    invoice.state, invoice.open, invoice.next_retry = state, 0, None


def void_invoice(account: Account, invoice: Invoice, at: str, actor: Actor, **why: Unpack[Why]) -> None:
    """Void an invoice that should not have been issued, and return the account credit it used.

    Raises SandboxError when it is partly paid and that is not refunded, being collected, or not owed.
    """
    if invoice.paid > invoice.refunded:
        raise SandboxError(f"{invoice.number} is partly paid.")
    _end_owing(account, invoice, "voided")
    what, money = f"Invoice {invoice.number} voided", Money(invoice.total, invoice.currency)
    account.log(at, "billing", what, actor, invoice.ref, money=money, **why)
    ledger.return_applied(account, invoice, at, actor)


def write_off_invoice(account: Account, invoice: Invoice, at: str, actor: Actor, **why: Unpack[Why]) -> None:
    """Write off a valid invoice. Raises SandboxError when it is not owed or being collected."""
    money = Money(invoice.open, invoice.currency)
    _end_owing(account, invoice, "written_off")
    what = f"Invoice {invoice.number} written off: {money}"
    account.log(at, "billing", what, actor, invoice.ref, money=money, **why)
