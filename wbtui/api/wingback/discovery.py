"""Discovery and change feed of the extension."""

from __future__ import annotations

from wbtui.api.answer import Unreadable
from wbtui.api.port import Changed, ChangePage
from wbtui.api.wingback.wire import Wire
from wbtui.models.base import LONGEST_CURSOR
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
    """Parse a page of the change feed. Raises Unreadable for changes that are out of order."""
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
