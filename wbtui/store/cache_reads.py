"""Rows of the cache as models, with the time they were fetched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from wbtui.errors import StoreCorrupt
from wbtui.models.invoice import InvoiceRow
from wbtui.models.page import Source, Stamped
from wbtui.store.blob_codec import key_of, unpack
from wbtui.store.cache_columns import instant_of
from wbtui.store.database import Connection
from wbtui.store.sync_state import Confirmation
from wbtui.store.writing import INVOICE_ROW

T = TypeVar("T")


def stamped(at: int, value: T, confirmed: int) -> Stamped[T]:
    """Return a cached value with the time it was fetched or confirmed. Raises StoreCorrupt."""
    try:
        return Stamped(value, instant_of(max(at, confirmed)), Source.CACHE)
    except (TypeError, OverflowError) as exc:
        raise StoreCorrupt("The time of a fetch cannot be read.") from exc


def read_one(
    connection: Connection,
    sql: str,
    parameters: tuple[Any, ...],
    read: Callable[[Any], T],
    confirmed: int = 0,
) -> Stamped[T] | None:
    """Return the first row (fetched at, data) of a query, None if there is none."""
    row = connection.execute(sql, parameters).fetchone()
    return None if row is None else stamped(row[0], read(row[1]), confirmed)


def read_invoices(
    connection: Connection, column: str, text: str, known: Confirmation, wanted: Callable[[InvoiceRow], bool]
) -> list[Stamped[InvoiceRow]]:
    """Return the rows with the key of a text in a column that are `wanted`; keys are hashes, so compare."""
    sql = f"SELECT fetched_at, data FROM invoices WHERE {column} = ? AND fetched_at >= ?"
    found = connection.execute(sql, (key_of(text), known.synced_from))
    rows = [stamped(at, unpack(INVOICE_ROW, data), known.at) for at, data in found]
    return [row for row in rows if wanted(row.value)]
