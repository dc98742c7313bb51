"""Load and save accounts, with versions, snapshot row and change log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wbtui.sandbox.engine.account import Account, EngineContext, record_of, row_of, seeded_bits
from wbtui.sandbox.engine.billing import next_step
from wbtui.sandbox.engine.catalogue import load_catalogue
from wbtui.sandbox.engine.records import Customer
from wbtui.sandbox.engine.rows import customer_row, search_text
from wbtui.sandbox.engine.tables import COLUMNS, TABLES
from wbtui.sandbox.store import NotFound, Tx

_SELECT = {
    table: f"SELECT {', '.join(columns)} FROM {table} WHERE customer_id = ? ORDER BY no"
    for table, columns in COLUMNS.items()
    if table not in ("customers", "events")
}
INSERT = {
    table: f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    for table, columns in COLUMNS.items()
}
_UPDATE = {
    table: f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in columns)} WHERE id = ?"
    for table, columns in COLUMNS.items()
}
_VERSIONED = ("contracts", "methods", "invoices")


def engine(tx: Tx) -> EngineContext:
    """The engine context of a transaction. Ids of a writing one are new but determined by the seed."""
    writes = int(tx.meta("writes", "0"))
    if tx.writable:
        tx.set_meta("writes", str(writes + 1))
    return EngineContext(
        load_catalogue(tx),
        seeded_bits("live", tx.meta("seed"), writes),
        int(tx.meta("next_invoice_number", "1")),
        int(tx.meta("next_credit_note_number", "1")),
    )


def load(tx: Tx, customer_id: str, engine_context: EngineContext | None = None) -> Account:
    """Load a customer with everything that belongs to it, without events. Raises NotFound."""
    row = tx.one(f"SELECT {', '.join(COLUMNS['customers'])} FROM customers WHERE id = ?", (customer_id,))
    if row is None:
        raise NotFound(f"There is no customer {customer_id!r}.")
    account = Account(engine_context or engine(tx), record_of("customers", tuple(row)))
    account.loaded[customer_id] = tuple(row)
    for table, select in _SELECT.items():
        records = getattr(account, table)
        for row in tx.all(select, (customer_id,)):
            values = tuple(row)
            records.append(record_of(table, values))
            account.loaded[values[0]] = values
    account.engine.bits = own_bits(tx, account)
    return account


def own_bits(tx: Tx, account: Account) -> Callable[[int], int]:
    """Random bits determined by the customer's own history, at their first use.

    Ids made of them are new after every save, and are the same whether or not other customers changed.
    """
    bits: Callable[[int], int] | None = None

    def draw(count: int) -> int:
        nonlocal bits
        if bits is None:
            customer_id = account.customer.id
            logged = tx.number("SELECT count(*) FROM events WHERE customer_id = ?", (customer_id,))
            records = sum(len(account.rows(table)) for table in TABLES)
            bits = seeded_bits("live", tx.meta("seed"), customer_id, records + logged)
        return bits(count)

    return draw


def new_customer(tx: Tx, at: str, **values: Any) -> Account:
    """An account for a new customer, with these fields of Customer; `save` inserts it."""
    engine_context = engine(tx)
    fields: dict[str, Any] = {
        "id": engine_context.new_id("Cust"),
        "created": at,
        "name": None,
        "emails": [],
        "reference": None,
        "status": "temporary",
        "address": None,
        "vat_id": None,
        "notes": None,
        "metadata": {},
        "billing_time": "06:00:00",
        "billed_until": at,
        "updated_at": at,
        **values,
    }
    return Account(engine_context, Customer(**fields))


def owner_of(tx: Tx, table: str, id: str) -> str:
    """The id of the customer that owns an object (`table` is one of records.TABLES). Raises NotFound."""
    assert table in TABLES
    row = tx.one(f"SELECT customer_id FROM {table} WHERE id = ?", (id,))
    if row is None:
        raise NotFound(f"There is no {table.rstrip('s').replace('_', ' ')} {id!r}.")
    return str(row[0])


def save(tx: Tx, account: Account, at: str) -> bool:
    """Write new and changed records, and return whether there were any.

    A change raises the version of the object and its customer, refreshes the snapshot row, and is logged.
    """
    customer, loaded = account.customer, account.loaded
    step = next_step(account)
    customer.next_event = None if step is None else step[0]
    tables = (table for table in TABLES if table != "customers")
    records = [(table, record) for table in tables for record in account.rows(table)]
    touched = [(table, record) for table, record in records if loaded.get(record.id) != row_of(table, record)]
    changed = [("invoice", record.id) for table, record in touched if table == "invoices"]
    refresh_row(account, at)
    if touched or _differs(account):
        if customer.id in loaded:
            customer.version += 1
        customer.updated_at = at
        refresh_row(account, at)
        changed.append(("customer", customer.id))
    _write(tx, account, "customers", customer)
    for table, record in touched:
        if table in _VERSIONED and record.id in loaded:
            record.version += 1
        _write(tx, account, table, record)
    account.events.clear()
    for kind, changed_id in changed:
        tx.execute(
            "INSERT INTO changes (kind, id, customer_id, op, at) VALUES (?, ?, ?, 'upsert', ?)",
            (kind, changed_id, account.customer.id, at),
        )
    if at > tx.meta("clock_reached"):
        tx.set_meta("clock_reached", at)
    for counter in ("next_invoice_number", "next_credit_note_number"):
        number = getattr(account.engine, counter)
        if number > int(tx.meta(counter, "1")):  # another account may have been saved since the load
            tx.set_meta(counter, str(number))
    return bool(changed)


def _differs(account: Account) -> bool:
    """Whether a customer is new or has changed, but for what billing notes for itself."""
    before, row = account.loaded.get(account.customer.id), row_of("customers", account.customer)
    if before is None:
        return True
    values, internal = zip(COLUMNS["customers"], before, row, strict=True), ("billed_until", "next_event")
    return any(old != new for name, old, new in values if name not in internal)


def _write(tx: Tx, account: Account, table: str, record: Any) -> None:
    """Insert or update a record, unless its row is as it was loaded."""
    row, before = row_of(table, record), account.loaded.get(record.id)
    if before is None:
        tx.execute(INSERT[table], row)
    elif before != row:
        tx.execute(_UPDATE[table], (*row, record.id))
    account.loaded[record.id] = row


def refresh_row(account: Account, at: str) -> None:
    """Update the snapshot row, billing status and search text of the customer."""
    account.customer.billing_status, account.customer.row = customer_row(account, at[:10])
    account.customer.search_text = search_text(account.customer)
