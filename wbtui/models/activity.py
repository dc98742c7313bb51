"""Events of a customer's timeline."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from wbtui.models.base import Cursor, Id, Model, OpenEnum
from wbtui.models.money import Money
from wbtui.models.text import fold

_LARGEST_FIRST_PAGE = 500


class EventKind(OpenEnum):
    SUBSCRIPTION = "subscription"
    BILLING = "billing"
    PAYMENT = "payment"
    CONTACT = "contact"
    USAGE = "usage"
    ACCOUNT = "account"
    NOTE = "note"
    UNKNOWN = "unknown"


class Actor(Model):
    """Who caused an event: agent, api, customer, scheduler or system. `name` is not verified."""

    kind: str = "unknown"
    name: str | None = None


class Ref(Model):
    """Reference to an object by type and ID."""

    type: str = "unknown"
    id: Id
    label: str | None = None


class Event(Model):
    id: Id
    at: datetime
    kind: EventKind
    what: str = ""
    actor: Actor = Actor()
    money: Money | None
    reason: str | None
    comment: str | None
    ticket: str | None
    refs: tuple[Ref, ...]

    def matches(self, kinds: Collection[EventKind], words: str) -> bool:
        """Return whether it is of one of `kinds` (empty: any) and contains every word, ignoring case."""
        if kinds and self.kind not in kinds:
            return False
        if not words.strip():
            return True
        texts = [self.what, self.actor.name, self.actor.kind, self.money, self.reason, self.comment]
        texts += [self.ticket, *(ref.label or ref.id for ref in self.refs)]
        text = fold(" ".join(str(one) for one in texts if one is not None))
        return all(word in text for word in fold(words).split())


class EventPage(Model):
    """One page of events, newest first. `next` is the opaque cursor of older events."""

    events: tuple[Event, ...]
    next: Cursor | None
    total: int

    def joined(self, before: EventPage) -> EventPage:
        """Return this newer first page with the older events of the one fetched before.

        Its cursor stays that of the earlier page, so that the cached pages after it are still found. Without
        an event in common, or with too many events, this page is returned as it is.
        """
        ids = [event.id for event in before.events]
        if self.next is None or not self.events or self.events[-1].id not in ids:
            return self
        events = self.events + before.events[ids.index(self.events[-1].id) + 1 :]
        if len(events) > _LARGEST_FIRST_PAGE:
            return self
        return EventPage(events=events, next=before.next, total=self.total)
