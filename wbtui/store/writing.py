"""Writes to the cache: inserts, replaces and removes customers, invoices and parts.

Every function runs in the caller's transaction and returns the ids of the customers it changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast

from sqlite_utils import Database as Tool

from wbtui.models.billing_status import with_earlier_invoices
from wbtui.models.customer import Customer
from wbtui.models.folding import squash
from wbtui.models.instants import instant_of, micros
from wbtui.models.invoice import Invoice, InvoiceRow
from wbtui.models.mrr import lacks_end, with_ends
from wbtui.models.page import SET_BACK
from wbtui.models.parts import CUSTOMER, INVOICE, INVOICES, REFUNDS, SUBSCRIPTIONS, Part, split_owner
from wbtui.models.payment import Refund, RefundStatus
from wbtui.store.blob_codec import key_of, pack, storable, unpack
from wbtui.store.cache_columns import NAMES, Columns, amount_rows, columns_of, values_of
from wbtui.store.database import Connection
from wbtui.store.meta import date_of, get_meta, increment_revision, set_meta
from wbtui.store.search_terms import current_subscriptions

T = TypeVar("T")
Pause = Callable[[], object]
_SLICE = 16

INVOICE_ROW: Part[InvoiceRow] = Part("invoice_row", "Invoice", INVOICES.capability, InvoiceRow)
"""Codec of a row of the invoice list."""
_Cached = tuple[int, str, int, bytes, int]
"""n, search text, fetched_at, data and generation of a row."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A customer as rows of the tables."""

    data: bytes
    columns: Columns
    amounts: tuple[tuple[str, str, int], ...]


AHEAD = SET_BACK // timedelta(microseconds=1)
"""Microseconds by which a row may be newer than one that replaces it: the clock was set back since."""
_REPLACED = f"{{table}}.fetched_at NOT BETWEEN excluded.fetched_at + 1 AND excluded.fetched_at + {AHEAD}"
OLDEST_INVOICE = "oldest_invoice"
"""Name in `meta` of the oldest fetch of an invoice row (microseconds), where it is known."""
_GENERATION = "generation"
_CURRENT = f"coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = '{_GENERATION}'), 0)"
OUTDATED = f"generation <> {_CURRENT}"
"""SQL condition for rows of `customer_rows` and `parts` that the server has changed since."""
_OUTDATED = -1
"""Generation of rows marked one by one."""
AWAITS_INVOICES = -2
"""Generation of customers with the invoices of an earlier list, until the next one has completed them."""
COMPLETED = "customers_completed"
"""Name in `meta` of whether the last list of invoices has completed the customers: "yes", or empty.

Without it, no invoices of an earlier list are used.
"""
UNTIDY = "untidy"
"""Name in `meta` while the file still has bytes of removed rows."""
_INSERT = f"INSERT INTO customers (n, {', '.join(NAMES)}) VALUES (?, {', '.join('?' * len(NAMES))})"
_INSERT_AMOUNT = "INSERT INTO amounts VALUES (?, ?, ?, ?)"
_INDEX = "INSERT INTO customer_fts (rowid, text) VALUES (?, ?)"
_UNINDEX = "INSERT INTO customer_fts (customer_fts, rowid, text) VALUES ('delete', ?, ?)"
_IDENTITY = "SELECT c.id, t.text FROM customers c JOIN customer_search_text t ON t.n = c.n WHERE c.n = ?"
_UPDATE = f"UPDATE customers SET {', '.join(f'{name} = ?' for name in NAMES)} WHERE n = ?"


def put_customers(
    tool: Tool, rows: Sequence[Customer], fetched_at: datetime, between: Pause | None = None
) -> set[str]:
    """Insert or replace; an older fetch never replaces a newer one, unless that is dated far ahead.

    Returns the ids whose row changed. `between` is called every few rows.
    """
    at, currency, changed = micros(fetched_at), get_meta(tool.conn, "currency"), set[str]()
    today = date_of(tool.conn)
    # Of several rows with one id the last one counts.
    wanted = {storable(row.id): row for row in rows}
    cached = _cached(tool, wanted)
    wanted |= _with_ends(tool, wanted, cached)
    completed = {} if today is None else _with_invoices(tool, wanted, cached, today)
    awaiting = {identifier for identifier in completed if wanted[identifier].owed is None}
    wanted |= completed
    current = _generation(tool)
    new, confirmed = list[_Row](), list[tuple[int, int, int]]()
    for identifier, row in paused(wanted.items(), between):
        data = pack(CUSTOMER, row)
        old = cached.get(identifier)
        generation = AWAITS_INVOICES if identifier in awaiting else current
        if old is not None and at < old[2] <= at + AHEAD:
            continue
        if old is not None and old[3] == data:
            confirmed.append((at, generation, old[0]))
            continue
        columns = columns_of(row if today is None else row.as_of(today), currency)
        made = _Row(data, columns, tuple(amount_rows(row)))
        if old is None:
            new.append(made)
        else:
            _replace(tool, made, (at, generation), old)
        changed.add(row.id)
    _insert(tool, new, (at, current))
    tool.conn.executemany("UPDATE customer_rows SET fetched_at = ?, generation = ? WHERE n = ?", confirmed)
    if changed:
        _learn_names(tool, rows)
        increment_revision(tool)
    return changed


def mark_outdated(tool: Tool, customer_ids: Sequence[str] | None) -> None:
    """Mark rows and parts of these customers, or everything that is cached, until it is stored again."""
    if customer_ids is None:
        sql = "INSERT OR REPLACE INTO meta VALUES (?, ?, 0)"
        tool.conn.execute(sql, (_GENERATION, str(_generation(tool) + 1)))
        return
    ids = json.dumps([storable(identifier) for identifier in customer_ids])
    mark, given = f"SET generation = {_OUTDATED} WHERE", "IN (SELECT value FROM json_each(?))"
    tool.conn.execute(f"UPDATE parts {mark} customer_id {given}", (ids,))
    rows = f"n IN (SELECT n FROM customers WHERE id {given})"
    tool.conn.execute(f"UPDATE customer_rows {mark} {rows}", (ids,))


def mark_part_outdated(tool: Tool, part: Part[Any], owner: str) -> None:
    """Mark a part, or the row of a customer, until it is stored again."""
    key = storable(owner)
    if part.name == CUSTOMER.name:
        rows = "n = (SELECT n FROM customers WHERE id = ?)"
        tool.conn.execute(f"UPDATE customer_rows SET generation = {_OUTDATED} WHERE {rows}", (key,))
        return
    sql = f"UPDATE parts SET generation = {_OUTDATED} WHERE part = ? AND owner = ?"
    tool.conn.execute(sql, (part.name, key))


def confirm_invoices(tool: Tool, first: int, last: int) -> None:
    """Mark the customers with n from `first` to `last` as completed by the last list of invoices."""
    sql = f"UPDATE customer_rows SET generation = {_CURRENT} WHERE generation = ? AND n BETWEEN ? AND ?"
    tool.conn.execute(sql, (AWAITS_INVOICES, first, last))


def _generation(tool: Tool) -> int:
    (generation,) = tool.conn.execute(f"SELECT {_CURRENT}").fetchone()
    return int(generation)


def _with_ends(
    tool: Tool, rows: Mapping[str, Customer], cached: Mapping[str, _Cached]
) -> dict[str, Customer]:
    """Return the rows that lack ends, with those that the cached rows and cached subscriptions have.

    Cached subscriptions expire; the row keeps their ends.
    """
    incomplete = [identifier for identifier, row in rows.items() if lacks_end(row)]
    if not incomplete:
        return {}
    rows_before = {owner: unpack(CUSTOMER, cached[owner][3]) for owner in incomplete if owner in cached}
    known = {owner: row.subscriptions for owner, row in rows_before.items()}
    sql = "SELECT owner, data FROM json_each(?) AS w CROSS JOIN parts ON part = ? AND owner = w.value"
    for owner, data in tool.conn.execute(sql, (json.dumps(incomplete), SUBSCRIPTIONS.name)).fetchall():
        known[owner] = (*known.get(owner, ()), *unpack(SUBSCRIPTIONS, data))
    return {owner: with_ends(rows[owner], subscriptions) for owner, subscriptions in known.items()}


def _with_invoices(
    tool: Tool, rows: Mapping[str, Customer], cached: Mapping[str, _Cached], today: date
) -> dict[str, Customer]:
    """Return the rows without invoices, with those of the cached rows, which are from a list of invoices.

    They are used until the next sync has listed the invoices again, unless they have expired.
    """
    if get_meta(tool.conn, COMPLETED) is None:
        return {}
    bare = [owner for owner, row in rows.items() if row.latest_invoices is None and owner in cached]
    before = {owner: unpack(CUSTOMER, cached[owner][3]) for owner in bare}
    return {
        owner: with_earlier_invoices(rows[owner], row, today)
        for owner, row in before.items()
        if row.latest_invoices is not None
    }


def paused(rows: Iterable[T], between: Pause | None) -> Iterator[T]:
    """Yield the rows and call `between` every few."""
    for number, row in enumerate(rows):
        if between is not None and number % _SLICE == _SLICE - 1:
            between()
        yield row


def _cached(tool: Tool, wanted: Iterable[str]) -> dict[str, _Cached]:
    sql = (
        "SELECT c.id, c.n, t.text, r.fetched_at, r.data, r.generation FROM json_each(?) AS w "
        "CROSS JOIN customers c ON c.id = w.value "
        "JOIN customer_rows r ON r.n = c.n JOIN customer_search_text t ON t.n = c.n"
    )
    return {row[0]: row[1:] for row in tool.conn.execute(sql, (json.dumps(list(wanted)),))}


def _insert(tool: Tool, rows: Sequence[_Row], stamp: tuple[int, int]) -> None:
    """Insert new rows table by table: a few statements for a page instead of a few for each row."""
    many = tool.conn.executemany
    (last,) = tool.conn.execute("SELECT coalesce(max(n), 0) FROM customers").fetchone()
    numbered = list(enumerate(rows, last + 1))
    many(_INSERT, [(n, *values_of(row.columns)) for n, row in numbered])
    many("INSERT INTO customer_rows VALUES (?, ?, ?, ?)", [(n, *stamp, row.data) for n, row in numbered])
    texts = [(n, row.columns.text) for n, row in numbered]
    many("INSERT INTO customer_search_text VALUES (?, ?)", texts)
    many(_INDEX, texts)
    many(_INSERT_AMOUNT, [(n, *amount) for n, row in numbered for amount in row.amounts])


def _replace(tool: Tool, row: _Row, stamp: tuple[int, int], old: _Cached) -> None:
    execute, n = tool.conn.execute, old[0]
    replace_columns(tool, n, row.columns, old[1])
    sql = "UPDATE customer_rows SET fetched_at = ?, generation = ?, data = ? WHERE n = ?"
    execute(sql, (*stamp, row.data, n))
    execute("DELETE FROM amounts WHERE n = ?", (n,))
    tool.conn.executemany(_INSERT_AMOUNT, [(n, *amount) for amount in row.amounts])


def replace_columns(tool: Tool, n: int, columns: Columns, text: str) -> None:
    """Replace the columns and the search text, which was `text`, of a customer."""
    execute = tool.conn.execute
    if text != columns.text:
        execute(_UNINDEX, (n, text))
        execute("UPDATE customer_search_text SET text = ? WHERE n = ?", (columns.text, n))
        execute(_INDEX, (n, columns.text))
    execute(_UPDATE, (*values_of(columns), n))


def _learn_names(tool: Tool, rows: Sequence[Customer]) -> None:
    names = {storable(s.plan) for row in rows for s in current_subscriptions(row) if s.plan.strip()}
    tool.conn.executemany("INSERT OR IGNORE INTO plan_names VALUES (?)", [(name,) for name in names])
    codes = {storable(row.address.country.upper()) for row in rows if row.address is not None}
    tool.conn.executemany("INSERT OR IGNORE INTO countries VALUES (?)", [(c,) for c in codes if c.strip()])


def put_invoices(
    tool: Tool, rows: Sequence[InvoiceRow], fetched_at: datetime, between: Pause | None = None
) -> set[str]:
    """Insert or replace rows of the invoice list. Returns the ids of their customers."""
    at = micros(fetched_at)
    tool.conn.executemany(
        "INSERT INTO invoices (id_key, number_key, owner_key, fetched_at, data) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id_key) DO UPDATE SET"
        " number_key = excluded.number_key, owner_key = excluded.owner_key,"
        " fetched_at = excluded.fetched_at, data = excluded.data"
        f" WHERE {_REPLACED.format(table='invoices')}",
        [
            (key_of(r.id), key_of(squash(r.number)), key_of(r.customer_id), at, pack(INVOICE_ROW, r))
            for r in paused(rows, between)
        ],
    )
    tool.conn.execute(
        "UPDATE meta SET value = ? WHERE name = ? AND CAST(value AS INTEGER) > ?",
        (str(at), OLDEST_INVOICE, at),
    )
    return {row.customer_id for row in rows}


_PENDING = (RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION)


def refunds_to_ask(connection: Connection, limit: int) -> list[str]:
    """Return ids of customers with pending refunds whose refunds are not cached or older than their row."""
    sql = (
        "SELECT c.id FROM customers c INDEXED BY in_refunds JOIN customer_rows r ON r.n = c.n "
        "LEFT JOIN parts p ON p.part = ? AND p.owner = c.id "
        "WHERE c.refunds > 0 AND (p.fetched_at IS NULL OR p.fetched_at < r.fetched_at) LIMIT ?"
    )
    return [row[0] for row in connection.execute(sql, (REFUNDS.name, limit))]


def put_part(tool: Tool, part: Part[T], owner: str, value: T, fetched_at: datetime) -> bool:
    """Insert or replace a part of a profile; an older fetch never replaces a newer one not dated far ahead.

    Returns whether results of searches may have changed.
    """
    customer, _ = split_owner(owner)
    if part.name == INVOICE.name and isinstance(value, Invoice):
        customer = value.customer_id
    stored = tool.conn.execute(
        f"INSERT INTO parts VALUES (?, ?, ?, ?, {_CURRENT}, ?) ON CONFLICT (part, owner) DO UPDATE SET"
        " customer_id = excluded.customer_id, fetched_at = excluded.fetched_at,"
        " generation = excluded.generation, data = excluded.data"
        f" WHERE {_REPLACED.format(table='parts')}",
        (part.name, storable(owner), storable(customer), micros(fetched_at), pack(part, value)),
    )
    if part.name == SUBSCRIPTIONS.name and stored.rowcount:
        return _add_ends(tool, storable(owner))
    if part.name != REFUNDS.name or not stored.rowcount:
        return False
    started = [micros(one.at) for one in cast("tuple[Refund, ...]", value) if one.status in _PENDING]
    oldest = min(started, default=None)
    sql = "UPDATE customers SET refunding = ? WHERE id = ? AND refunding IS NOT ?"
    is_changed = tool.conn.execute(sql, (oldest, storable(owner), oldest)).rowcount > 0
    if is_changed:
        increment_revision(tool)
    return is_changed


def _add_ends(tool: Tool, owner: str) -> bool:
    """Add the ends of cached subscriptions to the row of their customer. Returns whether it changed."""
    cached = _cached(tool, [owner]).get(owner)
    if cached is None:
        return False
    n, _, at, data, generation = cached
    row = unpack(CUSTOMER, data)
    if not lacks_end(row) or not put_customers(tool, [row], instant_of(at)):
        return False
    tool.conn.execute("UPDATE customer_rows SET generation = ? WHERE n = ?", (generation, n))
    return True


def remove_numbers(tool: Tool, numbers: Sequence[int]) -> set[str]:
    """Remove customers by n with all their rows. Returns their ids.

    The full-text index only marks them as deleted: its own secure deletion takes a hundred times as long and
    leaves words behind. `retention.rewrite` removes them from the bytes of the file.
    """
    removed: set[str] = set()
    execute = tool.conn.execute
    for n in numbers:
        row: Any = execute(_IDENTITY, (n,)).fetchone()
        if row is None:
            continue
        identifier, text = row
        execute(_UNINDEX, (n, text))
        for table in ("customer_rows", "customer_search_text", "customers", "amounts"):
            execute(f"DELETE FROM {table} WHERE n = ?", (n,))
        execute("DELETE FROM parts WHERE customer_id = ?", (identifier,))
        execute("DELETE FROM invoices WHERE owner_key = ?", (key_of(identifier),))
        removed.add(identifier)
    if removed:
        execute("INSERT OR REPLACE INTO meta VALUES (?, '', 0)", (UNTIDY,))
        increment_revision(tool)
    return removed


def remove_customers(tool: Tool, ids: Iterable[str]) -> set[str]:
    """Remove customers by id with all their rows. Returns the ids that were cached."""
    return remove_numbers(tool, numbers_of(tool, ids))


def numbers_of(tool: Tool, ids: Iterable[str]) -> list[int]:
    """Return n of those of these customers who are cached."""
    sql = "SELECT c.n FROM json_each(?) AS w CROSS JOIN customers c ON c.id = w.value"
    wanted = json.dumps([storable(identifier) for identifier in ids])
    return [n for (n,) in tool.conn.execute(sql, (wanted,))]


def remove_invoices(tool: Tool, ids: Iterable[str]) -> None:
    """Remove the rows and parts of invoices."""
    for identifier in ids:
        tool.conn.execute("DELETE FROM invoices WHERE id_key = ?", (key_of(identifier),))
        tool.conn.execute("DELETE FROM parts WHERE part = 'invoice' AND owner = ?", (storable(identifier),))


def remove_invoices_of(tool: Tool, customer_ids: Iterable[str]) -> None:
    """Remove the rows of all invoices of customers."""
    keys = [(key_of(identifier),) for identifier in customer_ids]
    tool.conn.executemany("DELETE FROM invoices WHERE owner_key = ?", keys)


def set_currency(tool: Tool, currency: str, at: datetime) -> bool:
    """Set the currency of `sort:owes` and `sort:mrr`; a change recomputes the sort keys. True if changed."""
    if get_meta(tool.conn, "currency") == currency:
        return False
    set_meta(tool, "currency", currency, at)
    keys = ("owed_sort_asc", "owed_sort_desc", "mrr_sort_asc", "mrr_sort_desc")
    changes = []
    for n, data in tool.conn.execute("SELECT n, data FROM customer_rows"):
        columns = columns_of(unpack(CUSTOMER, data), currency)
        changes.append((*(getattr(columns, key) for key in keys), n))
    sql = f"UPDATE customers SET {', '.join(f'{key} = ?' for key in keys)} WHERE n = ?"
    tool.conn.executemany(sql, changes)
    increment_revision(tool)
    return True
