"""Events of a timeline as text for a support ticket: internal, or for the customer without personal data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wbtui.models.activity import Event
from wbtui.models.customer import Customer
from wbtui.models.mask import AGENT, EMAIL, STREET, mask
from wbtui.models.text import plain, spaced

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|~#!&])")
_DOCUMENT_NUMBER = re.compile(r"[A-Z]{1,6}-[\d-]{1,14}")
Row = tuple[str, str]
"""Label and text."""


def timeline_text(
    customer: Customer, events: Sequence[Event], *, markdown: bool, customer_safe: bool = False
) -> str:
    """Return the events, each with who acted, by which channel, reason, ticket and references.

    For the customer, personal data and names of agents are masked; comments, which are for colleagues,
    tickets and the customer's name are left out.
    """
    known = _known(customer, events) if customer_safe else {}
    write = (lambda text: _MARKDOWN.sub(r"\\\1", text)) if markdown else str

    def shown(text: str, event: Event) -> str:
        return mask(text, known=known, keep=_numbers(event)) if customer_safe else _line(text)

    title = "Timeline" if customer_safe else f"Timeline of {customer.title} ({customer.id})"
    lines = [f"### {write(_line(title))}" if markdown else _line(title), ""]
    for event in events:
        head = [f"{event.at:%Y-%m-%d %H:%M} UTC", event.kind.value, write(shown(event.what, event))]
        head += [write(str(event.money))] if event.money is not None else []
        lines.append(f"{'- ' if markdown else ''}{' · '.join(head)}")
        for label, text in _customer_rows(event) if customer_safe else _internal_rows(event):
            if text:
                lines.append(f"  {'- ' if markdown else ''}{label}: {write(shown(text, event))}")
    return "\n".join(lines)


def _internal_rows(event: Event) -> Iterator[Row]:
    yield "By", event.actor.name or ""
    yield "Channel", event.actor.kind
    yield "Reason", spaced(event.reason)
    yield "Comment", event.comment or ""
    yield "Ticket", event.ticket or ""
    yield "References", ", ".join(f"{ref.type} {ref.label or ref.id}" for ref in event.refs)


def _customer_rows(event: Event) -> Iterator[Row]:
    yield "By", "support" if event.actor.kind == "agent" else event.actor.kind
    yield "Reason", spaced(event.reason)
    yield "References", ", ".join(f"{ref.type} {ref.label}" for ref in event.refs if ref.label)


def _known(customer: Customer, events: Sequence[Event]) -> dict[str, str]:
    """Return texts that are personal data for certain, with what replaces each."""
    known = {event.actor.name: AGENT for event in events if event.actor.name and event.actor.kind == "agent"}
    known |= {mail.address: EMAIL for mail in customer.emails}
    if customer.address is not None and customer.address.line_1:
        known[customer.address.line_1] = STREET
    return known


def _numbers(event: Event) -> tuple[str, ...]:
    """Return the numbers of invoices and other documents that the event names."""
    labels = (ref.label or "" for ref in event.refs)
    return tuple(label for label in labels if _DOCUMENT_NUMBER.fullmatch(label))


def _line(text: str) -> str:
    return " ".join(plain(text).split())
