"""Events of a timeline, made up, in pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.support.customers import NOW
from wbtui.models.activity import Actor, Event, EventKind, EventPage
from wbtui.models.money import Money

KINDS = (EventKind.PAYMENT, EventKind.CONTACT, EventKind.BILLING)


def event(number: int, **members: Any) -> Event:
    """The event of that number; a higher one is older."""
    by_agent = number % 2 == 0
    values: dict[str, Any] = {
        "id": f"Evt_{number}",
        "at": NOW - timedelta(hours=number + 1),
        "kind": KINDS[number % len(KINDS)],
        "what": f"Event number {number}",
        "actor": Actor(kind="agent", name="Priya Nair") if by_agent else Actor(kind="scheduler"),
        "money": Money(4900, "eur") if number % 3 == 0 else None,
        "reason": "courtesy" if by_agent else None,
        "comment": None,
        "ticket": f"ZD-{number}" if by_agent else None,
        "refs": (),
    }
    return Event(**values | members)


def page(numbers: Sequence[int], following: str | None, total: int, **members: Any) -> EventPage:
    """A page of these events; `following` is the cursor of the next one."""
    return EventPage(
        events=tuple(event(number, **members) for number in numbers), next=following, total=total
    )
