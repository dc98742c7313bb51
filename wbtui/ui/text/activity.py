"""Sentences of the activity tab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from textual.content import Content

from wbtui.models.activity import Event
from wbtui.models.customer import Customer
from wbtui.models.instants import local
from wbtui.models.invoice import InvoiceState
from wbtui.models.money import Money
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.safe import DIM, join, labelled

EMPTY = "No activity yet."
NO_MATCH = "No event matches."
NOT_LOADED = "The timeline is not loaded yet."
LOADING_OLDER = "Loading older events…"
OLDER_NOT_AVAILABLE = "Older events are not available offline. They will load when you are back online."
OLDER_FAILED = "▲ Older events were not loaded. The events above are complete."
FILTER_TITLE = "Filter timeline"
FILTER_HINT = "optional: words, name, reason, ticket"

EventLine = tuple[date, Money | None, str]
"""Day, amount and what happened."""


def event_lines(events: Sequence[EventLine], today: date, width: int = 0) -> list[Content]:
    """Return each event: `14 Nov  €49.00  Invoice INV-0042 issued`; with a `width` long ones are wrapped."""
    days = [fmt.day(day, today) for day, _, _ in events]
    amounts = [str(money) if money is not None else "" for _, money, _ in events]
    widths = max(map(len, days), default=0), max(map(len, amounts), default=0)
    lines = []
    for day, amount, (_, _, what) in zip(days, amounts, events, strict=True):
        head = join((f"{day:>{widths[0]}}  ", DIM), f"{amount:>{widths[1]}}  ")
        lines.append(labelled(head, what, head.cell_length, width))
    return lines


def event_line(event: Event) -> EventLine:
    """Return an event and who did it, with its day in the agent's zone: `Note added · tess`."""
    return local(event.at).date(), event.money, fmt.dots(event.what, event.actor.name)


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
        found.append((local(last.at).date(), last.money, f"Payment {states.PAYMENT[last.status].word}"))
    return sorted(found, key=lambda event: event[0], reverse=True)


def actor(event: Event) -> str:
    """Return the name of who acted, else the kind of actor."""
    return event.actor.name or event.actor.kind


def channel(event: Event) -> str:
    """Return by which channel someone acted, to follow their name: ` · agent`."""
    return f" · {event.actor.kind}" if event.actor.name else ""


def detail_rows(e: Event, now: datetime) -> Iterator[tuple[str, str]]:
    """Return everything about one event as label and text; an empty text is left out."""
    yield "What", e.what
    yield "Time", fmt.instant_and_utc(e.at, now)
    yield "By", actor(e)
    yield "Channel", e.actor.kind
    yield "Reason", fmt.spaced(e.reason)
    yield "Comment", e.comment or ""
    yield "Ticket", e.ticket or ""
    # The customer is the one on the screen. Objects without a name come last.
    refs = sorted((ref for ref in e.refs if ref.type != "customer"), key=lambda ref: ref.label is None)
    yield "References", ", ".join(map(fmt.reference, refs))


def found(shown: int, read: int, total: int) -> str:
    """Return how many events match: `3 of 200 events`, with the total where older ones are not read."""
    rest = f" (of {fmt.count(total)})" if total > read else ""
    return f"{fmt.count(shown)} of {fmt.count(read)} events{rest}"


def copy_name(count: int, *, markdown: bool, customer_safe: bool) -> str:
    """Return the name of a copy in the menu: `2 events, Markdown, customer-safe`."""
    form = "Markdown" if markdown else "text"
    return f"{fmt.plural(count, 'event')}, {form}, {'customer-safe' if customer_safe else 'internal'}"
