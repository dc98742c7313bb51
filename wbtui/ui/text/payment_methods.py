"""Sentences of the payment methods tab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from wbtui.models.invoice import InvoiceBrief
from wbtui.models.payment import PaymentMethod
from wbtui.models.subscription import SubscriptionBrief
from wbtui.ui import format as fmt


def last_attempt(method: PaymentMethod, today: date) -> str:
    """Return `● succeeded €49.00 14 Nov`."""
    last = method.last_attempt
    if last is None:
        return fmt.NOTHING
    return f"{fmt.PAYMENT[last.status].text} {last.money} {fmt.day(last.at.date(), today)}"


def detail_rows(
    m: PaymentMethod,
    subscriptions: Sequence[SubscriptionBrief],
    invoices: Sequence[InvoiceBrief],
    today: date,
) -> Iterator[tuple[str, str]]:
    """Return everything about one method as label and text; an empty text is left out."""
    plans = {one.id: fmt.plan(one) for one in subscriptions}
    numbers = {one.id: one.number for one in invoices}
    yield "Holder", m.holder or fmt.NOTHING
    yield "Type", fmt.spaced(m.kind.value)
    yield "Provider", fmt.spaced(m.provider)
    yield "Added", fmt.full_day(m.created.date()) if m.created else fmt.NOTHING
    yield "Used for", ", ".join(plans.get(one, one) for one in m.subscriptions or ()) or fmt.NOTHING
    yield "Open invoices", ", ".join(numbers.get(one, one) for one in m.open_invoices or ()) or fmt.NOTHING
    yield "Last attempt", last_attempt(m, today)
    yield "ID", m.id
