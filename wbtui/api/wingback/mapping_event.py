"""Mapping of discovery, change feed and timeline of the extension."""

from __future__ import annotations

from wbtui.api.answer import Unreadable
from wbtui.api.port import Changed, ChangePage
from wbtui.api.wingback.wire import LONGEST_CURSOR, Wire
from wbtui.models.activity import Actor, Event, EventKind, EventPage, Ref
from wbtui.models.capability import Environment, System


def system(wire: Wire) -> System:
    """Parse discovery. Every extension offers `read.customer`."""
    merchant = wire.maybe_object("merchant")
    return System(
        environment=wire.word("environment", Environment),
        merchant_id=merchant.text("id", "") if merchant else "",
        merchant=merchant.text("name", "") if merchant else "",
        server_time=wire.instant("server_time"),
        today=wire.day("today"),
        default_currency=wire.currency("default_currency"),
        capabilities=frozenset(wire.texts("capabilities")) | {"read.customer"},
        extension=True,
        keys_honoured=True,
    )


def changes(wire: Wire) -> ChangePage:
    found: list[Changed] = []
    for item in wire.objects("changes"):
        kind, identifier = item.text("kind"), item.identity()
        seq = item.whole("seq")
        if found and seq < found[-1].seq:
            raise Unreadable("its changes are out of order")
        found.append(
            Changed(
                seq=seq,
                kind=kind,
                id=identifier,
                customer_id=item.maybe_identity("customer_id"),
                deleted=item.text("op", "upsert") == "delete",
                at=item.instant("at"),
            )
        )
    return ChangePage(tuple(found), wire.identity("next", longest=LONGEST_CURSOR), wire.flag("more", False))


def events(wire: Wire) -> EventPage:
    found = tuple(_event(item) for item in wire.objects("events"))
    return EventPage(
        events=found,
        next=wire.maybe_identity("next", longest=LONGEST_CURSOR),
        total=wire.whole("total", len(found)),
    )


def _event(wire: Wire) -> Event:
    actor = wire.maybe_object("actor")
    return Event(
        id=wire.identity(),
        at=wire.instant("at"),
        kind=wire.word("kind", EventKind),
        what=wire.text("what", ""),
        actor=Actor(
            kind=actor.text("kind", "unknown") if actor else "unknown",
            name=actor.maybe_text("name") if actor else None,
        ),
        money=wire.maybe_money("money"),
        reason=wire.maybe_text("reason"),
        comment=wire.maybe_text("comment"),
        ticket=wire.maybe_text("ticket"),
        refs=tuple(ref(item) for item in wire.objects("refs")),
    )


def ref(wire: Wire) -> Ref:
    return Ref(type=wire.text("type", "unknown"), id=wire.identity(), label=wire.maybe_text("label"))
