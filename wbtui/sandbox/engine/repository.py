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
    step = next_step(account)
    account.customer.next_event = None if step is None else step[0]
    changed: list[tuple[str, str]] = []
    touched = False
    if account.customer.id not in account.loaded:
        _insert_customer(tx, account, at, changed)
    for table in TABLES:
        if table == "customers":
            continue
        for record in account.rows(table):
            touched |= _save_record(tx, account, table, record, changed)
    _save_customer(tx, account, at, touched, changed)
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


def _save_record(tx: Tx, account: Account, table: str, record: Any, changed: list[tuple[str, str]]) -> bool:
    row = row_of(table, record)
    before = account.loaded.get(record.id)
    if before == row:
        return False
    if before is None:
        tx.execute(INSERT[table], row)
    else:
        if table in _VERSIONED:
            record.version += 1
            row = row_of(table, record)
        tx.execute(_UPDATE[table], (*row, record.id))
    account.loaded[record.id] = row
    if table == "invoices":
        changed.append(("invoice", record.id))
    return True


def _insert_customer(tx: Tx, account: Account, at: str, changed: list[tuple[str, str]]) -> None:
    customer = account.customer
    customer.updated_at = at
    refresh_row(account, at)
    row = row_of("customers", customer)
    tx.execute(INSERT["customers"], row)
    account.loaded[customer.id] = row
    changed.append(("customer", customer.id))


def _save_customer(tx: Tx, account: Account, at: str, touched: bool, changed: list[tuple[str, str]]) -> None:
    customer = account.customer
    before = account.loaded[customer.id]
    refresh_row(account, at)
    row = row_of("customers", customer)
    differs = any(
        old != new
        for name, old, new in zip(COLUMNS["customers"], before, row, strict=True)
        if name not in ("billed_until", "next_event")  # internal bookkeeping
    )
    if ("customer", customer.id) not in changed and (touched or differs):
        customer.version += 1
        customer.updated_at = at
        refresh_row(account, at)
        row = row_of("customers", customer)
        changed.append(("customer", customer.id))
    if row != before:
        tx.execute(_UPDATE["customers"], (*row, customer.id))
    account.loaded[customer.id] = row


def refresh_row(account: Account, at: str) -> None:
    """Update the snapshot row, billing status and search text of the customer."""
    account.customer.billing_status, account.customer.row = customer_row(account, at[:10])
    account.customer.search_text = search_text(account.customer)
