"""The sums of an invoice as they are shown, from the subtotal to what is still refundable."""

from __future__ import annotations

from wbtui.models.invoice import Invoice, InvoiceState
from wbtui.models.line_arithmetic import is_inclusive
from wbtui.models.money import Money, add_known

TOTAL, OPEN = "Total", "Open"


def invoice_totals(invoice: Invoice) -> tuple[tuple[str, Money | None], ...]:
    """Return labels with sums; an unknown sum is None, a zero one is left out."""
    optional = (
        ("Credit notes", _noted(invoice)),
        ("Account credit", invoice.credited),
        ("Paid", invoice.paid),
        *_not_collected(invoice),
        ("Refunded", invoice.refunded),
    )
    return (
        ("Subtotal", invoice.subtotal),
        *([("Discount", -invoice.discount)] if invoice.discount else []),
        *_taxes(invoice),
        (TOTAL, invoice.total),
        *((label, money) for label, money in optional if money is None or money),
        (OPEN, invoice.open),
        ("Still refundable", invoice.refundable),
    )


def _noted(invoice: Invoice) -> Money | None:
    """Return what credit notes lowered; those that became credit or a refund leave what is to be paid."""
    noted: Money | None = Money.zero(invoice.total.currency)
    for note in invoice.credit_notes:
        noted = add_known(noted, note.money) if note.to == "invoice" else noted
    return noted


def _not_collected(invoice: Invoice) -> tuple[tuple[str, Money | None], ...]:
    """Return what of a voided or written-off invoice is not to be paid any more."""
    label = {InvoiceState.VOIDED: "Voided", InvoiceState.WRITTEN_OFF: "Written off"}.get(invoice.state)
    if label is None:
        return ()
    rest: Money | None = invoice.total
    for money in (invoice.open, _noted(invoice), invoice.credited, invoice.paid):
        rest = add_known(rest, None if money is None else -money)
    return ((label, rest),)


def _taxes(invoice: Invoice) -> tuple[tuple[str, Money | None], ...]:
    """Return the tax, apart where some of it is added to the prices and some included in them."""
    tax, subtotal, total = invoice.tax, invoice.subtotal, invoice.total
    discount = invoice.discount or Money.zero(total.currency)
    if (
        not tax
        or subtotal is None
        or {tax.currency, subtotal.currency, discount.currency} != {total.currency}
    ):
        return (("Tax", tax),)
    added = total.minor - subtotal.minor + discount.minor
    if not added:
        return (("incl. tax", tax),)
    included = sum(line.tax.money.minor for line in invoice.lines if line.tax and is_inclusive(line))
    if included and added + included == tax.minor:
        return (("Tax", Money(added, tax.currency)), ("incl. tax", Money(included, tax.currency)))
    return (("Tax", tax),)
