"""Whether a part of a profile belongs to the customer of the profile.

A client refuses rows that name another customer. Rows of older servers name none: what they refer to is
compared with the cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from wbtui import errors
from wbtui.models.activity import EventPage
from wbtui.models.parts import Part
from wbtui.models.query.terms import Query
from wbtui.store.cache import Cache

MOST_CHECKED = 50
"""Maximum number of references that are looked up."""


def is_owner_confirmed(value: object) -> bool:
    """Return whether every row of a part names its customer, or none can."""
    return not any(True for _ in _nameless(value))


async def check_owner(cache: Cache, part: Part[Any], owner: str, value: object) -> None:
    """Raise BadAnswer where rows without a customer refer to an invoice or subscription of another one."""
    nameless = [*(value.events if isinstance(value, EventPage) else ()), *_nameless(value)]
    invoices = list(dict.fromkeys(one for row in nameless for one in _invoice_ids(row)))[:MOST_CHECKED]
    owners = set((await cache.owners_of_invoices(invoices)).values()) if invoices else set()
    subscriptions = dict.fromkeys(one for row in nameless for one in _subscription_ids(row))
    for identifier in list(subscriptions)[:MOST_CHECKED]:
        owners |= await _owners_of_subscription(cache, identifier)
    if owners - {owner}:
        raise errors.BadAnswer(f"{part.title}: the response belongs to another customer.")


async def _owners_of_subscription(cache: Cache, identifier: str) -> set[str]:
    rows = (await cache.window(Query(words=(identifier,)), 0, 5)).rows
    return {row.value.id for row in rows if any(one.id == identifier for one in row.value.subscriptions)}


def _nameless(value: object) -> Iterator[Any]:
    for row in value if isinstance(value, tuple) else ():
        if getattr(row, "customer_id", "") is None:
            yield row


def _invoice_ids(row: Any) -> Iterable[str]:
    yield from getattr(row, "invoice_ids", ())
    yield from (ref.id for ref in getattr(row, "refs", ()) if ref.type == "invoice")
    if (identifier := getattr(row, "invoice_id", None)) is not None:
        yield identifier


def _subscription_ids(row: Any) -> Iterable[str]:
    yield from getattr(row, "subscriptions", None) or ()
    if identifier := getattr(row, "subscription_id", None):
        yield identifier
