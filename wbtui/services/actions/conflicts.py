"""What an action is for: two intents with one purpose must never both be on their way."""

from __future__ import annotations

from wbtui.models.action import Action, RefundInvoice


def conflict_key(action: Action) -> str:
    """Same text: the same kind for the same customer, and for a refund of the same payment.

    The journal lets no two open rows have the same, in whichever wbtui of this user.
    """
    parts = [action.kind, action.customer_id]
    if isinstance(action, RefundInvoice):
        parts.append(action.payment_id)
    return " ".join(parts)


def conflicts(one: Action, other: Action) -> bool:
    """Same purpose, or refunds on one invoice from two payments: what is open may be the same wish."""
    if conflict_key(one) == conflict_key(other):
        return True
    if isinstance(one, RefundInvoice) and isinstance(other, RefundInvoice):
        same_invoice = one.invoice_id is not None and one.invoice_id == other.invoice_id
        return same_invoice and one.customer_id == other.customer_id
    return False
