"""Find the invoice before another one of the same subscription."""

from __future__ import annotations

from wbtui.models.compare_invoices import previous_of
from wbtui.models.invoice import Invoice
from wbtui.models.parts import INVOICE, INVOICES, SUBSCRIPTIONS
from wbtui.services.actions.subjects import OfflineReader
from wbtui.services.profile import Profiles


async def previous_invoice(profiles: Profiles, invoice: Invoice) -> Invoice | None:
    """Return the previous invoice with its lines, from the cache when offline; None for the first one.

    Raises NotOffered if the subscription of the invoice is not known, Offline, and other ApiErrors.
    """
    owner, lists = invoice.customer_id, OfflineReader(profiles, or_summary=True)
    rows = await lists.load(INVOICES, owner)
    subscriptions = await lists.load(SUBSCRIPTIONS, owner)
    row = previous_of(invoice, rows.value, subscriptions.value)
    if row is None:
        return None
    # The summary of an invoice has no lines.
    return (await OfflineReader(profiles).load(INVOICE, row.id)).value
