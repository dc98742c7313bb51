"""What an action is for: two intents with one purpose must never both be on their way."""

from __future__ import annotations

from wbtui.models.action import Action, RefundInvoice
from wbtui.models.preview import JournalEntry


def same_purpose(entry: JournalEntry, action: Action) -> bool:
    """Same kind for the same customer, and for a refund the same payment or the same invoice."""
    if (entry.kind, entry.customer_id) != (action.kind, action.customer_id):
        return False
    if isinstance(action, RefundInvoice):
        same_payment = entry.payment_id == action.payment_id
        return same_payment or (action.invoice_id is not None and entry.invoice_id == action.invoice_id)
    return True
