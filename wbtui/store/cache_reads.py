"""Rows of the cache as models, with the time they were fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar, cast

from wbtui.errors import StoreCorrupt
from wbtui.models.customer import Customer
from wbtui.models.instants import instant_of
from wbtui.models.invoice import InvoiceRow
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import PLANS, SUBSCRIPTIONS, Part
from wbtui.models.subscription import Subscription, SubscriptionBrief
from wbtui.store.blob_codec import key_of, storable, unpack, unpack_customer, unpack_part
from wbtui.store.database import Connection
from wbtui.store.sync_state import FeedConfirmation
from wbtui.store.writing import INVOICE_ROW, OUTDATED

T = TypeVar("T")


def stamped(at: int, value: T, confirmed: int, *, outdated: bool = False) -> Stamped[T]:
    """Return a cached value with the time it was fetched or confirmed. Raises StoreCorrupt."""
    try:
        return Stamped(value, instant_of(max(at, confirmed)), Source.CACHE, outdated)
    except (TypeError, OverflowError) as exc:
        raise StoreCorrupt("The time of a fetch cannot be read.") from exc


def read_one(
    connection: Connection,
    sql: str,
    parameters: tuple[Any, ...],
    read: Callable[[Any], T],
    confirmed: int = 0,
) -> Stamped[T] | None:
    """Return the first row (fetched at, data, outdated or not) of a query, None if there is none."""
    row = connection.execute(sql, parameters).fetchone()
    return None if row is None else stamped(row[0], read(row[1]), confirmed, outdated=bool(row[2]))


def read_customer(
    connection: Connection, customer_id: str, known: FeedConfirmation
) -> Stamped[Customer] | None:
    """Return the row of a customer, None if it is not cached. Raises StoreCorrupt."""
    sql = (
        f"SELECT r.fetched_at, r.data, r.{OUTDATED} FROM customers c JOIN customer_rows r ON r.n = c.n"
        " WHERE c.id = ? AND r.fetched_at >= ?"
    )
    row = read_one(connection, sql, (storable(customer_id), known.synced_from), unpack_customer, known.at)
    if row is not None and row.value.id != customer_id:
        raise StoreCorrupt("The index of the cache returns another customer.")
    return row


def read_part(
    connection: Connection, part: Part[T], owner: str, known: FeedConfirmation
) -> Stamped[T] | None:
    """Return a part of a profile, None if it is not cached. Raises StoreCorrupt.

    Subscriptions are outdated, too, where the customer's row was fetched later and has another status of one:
    plain Wingback has no feed that reports it.
    """
    sql = f"SELECT fetched_at, data, {OUTDATED} FROM parts WHERE part = ? AND owner = ? AND fetched_at >= ?"
    is_synced = part.name == PLANS.name
    key = (part.name, storable(owner), known.synced_from if is_synced else known.limit)
    confirmed = known.at if is_synced else 0
    found = read_one(connection, sql, key, lambda blob: unpack_part(part, blob), confirmed)
    if found is None or found.outdated or part.name != SUBSCRIPTIONS.name:
        return found
    row = read_customer(connection, owner, replace(known, at=0))
    full = cast("tuple[Subscription, ...]", found.value)
    if row is None or row.fetched_at <= found.fetched_at:
        return found
    return replace(found, outdated=have_changed(full, row.value.subscriptions))


def have_changed(before: Iterable[SubscriptionBrief], now: Iterable[SubscriptionBrief]) -> bool:
    """Return whether a subscription has another status now."""
    statuses = {one.id: one.status for one in before}
    return any(one.status is not statuses.get(one.id, one.status) for one in now)


def read_invoices(
    connection: Connection,
    column: str,
    text: str,
    known: FeedConfirmation,
    wanted: Callable[[InvoiceRow], bool],
) -> list[Stamped[InvoiceRow]]:
    """Return the rows with the key of a text in a column that are `wanted`; keys are hashes, so compare."""
    sql = f"SELECT fetched_at, data FROM invoices WHERE {column} = ? AND fetched_at >= ?"
    found = connection.execute(sql, (key_of(text), known.synced_from))
    rows = [stamped(at, unpack(INVOICE_ROW, data), known.at) for at, data in found]
    return [row for row in rows if wanted(row.value)]
