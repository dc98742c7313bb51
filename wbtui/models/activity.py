"""Events of a customer's timeline."""

from __future__ import annotations

from datetime import datetime

from wbtui.models.base import Cursor, Id, Model, OpenEnum
from wbtui.models.money import Money


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


class EventPage(Model):
    """One page of events, newest first. `next` is the opaque cursor of older events."""

    events: tuple[Event, ...]
    next: Cursor | None
    total: int
