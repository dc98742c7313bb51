"""Completes customers from a list without invoices and amounts owed, such as that of plain Wingback.

What follows from their cached invoices is stored with them, for lists, filters and figures.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlite_utils import Database as Tool

from wbtui.errors import StoreCorrupt
from wbtui.models.billing_status import with_invoices
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow
from wbtui.models.parts import CUSTOMER
from wbtui.store.blob_codec import key_of, pack, unpack
from wbtui.store.cache_columns import columns_of
from wbtui.store.meta import date_of, get_meta, increment_revision, set_meta
from wbtui.store.writing import COMPLETED, INVOICE_ROW, Pause, confirm_invoices, paused, replace_columns

_ROWS = (
    "SELECT r.n, t.text, r.data FROM customer_rows r JOIN customer_search_text t ON t.n = r.n"
    " WHERE r.n BETWEEN ? AND ?"
)
_INVOICES = "SELECT i.data FROM json_each(?) AS w CROSS JOIN invoices i ON i.owner_key = w.value"


def complete(
    tool: Tool,
    first: int,
    last: int,
    *,
    unclear: Collection[str] = (),
    today: date,
    between: Pause | None = None,
) -> set[str]:
    """Complete the customers with n from `first` to `last`. Returns the ids of those who changed.

    `unclear`: the customers of whom an invoice could not be read; "" where it could be anyone's. `between` is
    called every few rows.
    """
    rows = _rows(tool, first, last)
    invoices = _invoices_of(tool, rows)
    follows, currency, changed = date_of(tool.conn), get_meta(tool.conn, "currency"), set[str]()
    for customer_id, (n, text, before) in paused(rows.items(), between):
        is_unclear = "" in unclear or customer_id in unclear
        after = with_invoices(before, None if is_unclear else invoices[customer_id], today)
        if after == before:
            continue
        columns = columns_of(after if follows is None else after.as_of(follows), currency)
        replace_columns(tool, n, columns, text)
        tool.conn.execute("UPDATE customer_rows SET data = ? WHERE n = ?", (pack(CUSTOMER, after), n))
        changed.add(customer_id)
    confirm_invoices(tool, first, last)
    if changed:
        increment_revision(tool)
    return changed


def finish(tool: Tool, listed_at: datetime | None) -> None:
    """Record that a list of invoices has completed all customers; None: the system lists no invoices."""
    if listed_at is None:
        tool.conn.execute("DELETE FROM meta WHERE name = ?", (COMPLETED,))
    else:
        set_meta(tool, COMPLETED, "yes", listed_at)


def _rows(tool: Tool, first: int, last: int) -> dict[str, tuple[int, str, Customer]]:
    """Return n, search text and row by id, without rows that cannot be decoded."""
    found = dict[str, tuple[int, str, Customer]]()
    for n, text, data in tool.conn.execute(_ROWS, (first, last)).fetchall():
        try:
            row = unpack(CUSTOMER, data)
        except StoreCorrupt:
            continue
        found[row.id] = n, text, row
    return found


def _invoices_of(tool: Tool, customers: Mapping[str, object]) -> Mapping[str, list[InvoiceRow]]:
    """Return the cached invoices by customer. Raises StoreCorrupt."""
    found = defaultdict[str, list[InvoiceRow]](list)
    keys = json.dumps([key_of(customer_id) for customer_id in customers])
    for (data,) in tool.conn.execute(_INVOICES, (keys,)):
        row = unpack(INVOICE_ROW, data)
        found[row.customer_id].append(row)
    return found
