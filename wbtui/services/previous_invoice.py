"""Find the invoice before another one of the same subscription."""

from __future__ import annotations

from typing import TypeVar

from wbtui.errors import Offline
from wbtui.models.compare_invoices import previous_of
from wbtui.models.invoice import Invoice
from wbtui.models.page import Stamped
from wbtui.models.parts import INVOICE, INVOICES, SUBSCRIPTIONS, Part
from wbtui.services.profile import Profiles

T = TypeVar("T")


async def previous_invoice(profiles: Profiles, invoice: Invoice) -> Invoice | None:
    """Return the previous invoice with its lines, from the cache when offline; None for the first one.

    Raises NotOffered if the subscription of the invoice is not known, Offline, and other ApiErrors.
    """
    owner = invoice.customer_id
    rows = await _read(profiles, INVOICES, owner)
    subscriptions = await _read(profiles, SUBSCRIPTIONS, owner)
    row = previous_of(invoice, rows, subscriptions)
    if row is None:
        return None
    previous: Invoice = await _read(profiles, INVOICE, row.id)
    return previous


async def _read(profiles: Profiles, part: Part[T], owner: str) -> T:
    cached: list[Stamped[T]] = []
    has_summary = part.name != INVOICE.name  # the summary of an invoice has no lines

    async def keep(stamped: Stamped[T]) -> None:
        cached.append(stamped)

    try:
        found = await profiles.load(part, owner, or_summary=has_summary, on_cached=keep)
    except Offline:
        if not cached:
            raise
        return cached[0].value
    return found.value
