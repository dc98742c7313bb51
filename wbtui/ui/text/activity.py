"""Sentences of the activity tab."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from wbtui.models.activity import Event, EventPage, Ref
from wbtui.ui import format as fmt


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
