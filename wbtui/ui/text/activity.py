"""Sentences of the activity tab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from wbtui.models.activity import Event, EventPage, Ref
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceState
from wbtui.models.money import Money
from wbtui.ui import format as fmt
from wbtui.ui.safe import join

EventLine = tuple[date, Money | None, str]
"""Day, amount and what happened."""


def event_lines(events: Sequence[EventLine], today: date) -> list[object]:
    """Return a line for each event: `14 Nov  €49.00  Invoice INV-0042 issued`."""
    days = [fmt.day(day, today) for day, _, _ in events]
    amounts = [str(money) if money is not None else "" for _, money, _ in events]
    widths = max(map(len, days), default=0), max(map(len, amounts), default=0)
    return [
        join((f"{day:>{widths[0]}}  ", "$text-muted"), f"{amount:>{widths[1]}}  ", what)
        for day, amount, (_, _, what) in zip(days, amounts, events, strict=True)
    ]


def known_events(customer: Customer, today: date) -> list[EventLine]:
    """Return what the row of a customer tells of their activity, newest first."""
    found: list[EventLine] = [(customer.created.date(), None, "Customer created")]
    for one in customer.subscriptions:
        if one.start is not None and one.start <= today:
            found.append((one.start, None, f"{one.plan} started"))
    for invoice in customer.latest_invoices or ():
        if invoice.state is not InvoiceState.PENDING_VALIDATION:
            found.append((invoice.date, invoice.total, f"Invoice {invoice.number} issued"))
    if (last := customer.latest_payment) is not None:
        found.append((last.at.date(), last.money, f"Payment {fmt.PAYMENT[last.status].word}"))
    return sorted(found, key=lambda event: event[0], reverse=True)


def actor(event: Event) -> str:
    """Return the name of who acted, else the kind of actor."""
    return event.actor.name or event.actor.kind


def detail_rows(e: Event, now: datetime) -> Iterator[tuple[str, str]]:
    """Return everything about one event as label and text; an empty text is left out."""
    yield "Time", f"{fmt.instant(e.at, now)} · {e.at:%Y-%m-%d %H:%M:%S} UTC"
    yield "By", f"{actor(e)} ({e.actor.kind})" if e.actor.name else e.actor.kind
    yield "Reason", fmt.spaced(e.reason)
    yield "Comment", e.comment or ""
    yield "Ticket", e.ticket or ""
    # The customer is the one on the screen.
    yield (
        "References",
        ", ".join(_reference(ref) for ref in sorted(e.refs, key=_unnamed) if ref.type != "customer"),
    )


def _unnamed(ref: Ref) -> bool:
    return ref.label is None


def _reference(ref: Ref) -> str:
    return f"{fmt.object_word(ref.type)} {ref.label or ref.id}"


def older(page: EventPage) -> str:
    """Return how many events are not shown; nothing when all are."""
    shown = len(page.events)
    if page.total <= shown:
        return ""
    return f"Showing the latest {fmt.count(shown)} of {fmt.count(page.total)} events."
