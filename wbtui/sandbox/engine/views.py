"""Reads in the wire format of the extension.

Every function raises NotFound for an unknown id. Lists are newest first; a page starts after a position
(`after`), None for the first page.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wbtui.sandbox.engine import catalogue_shapes, clock, repository, shapes
from wbtui.sandbox.engine.account import record_of
from wbtui.sandbox.engine.catalogue import load_catalogue
from wbtui.sandbox.engine.records import COLUMNS
from wbtui.sandbox.engine.rows import customer_row as row_today
from wbtui.sandbox.engine.wire import Wire, invoice_row
from wbtui.sandbox.store import NotFound, Tx


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, the position of the next (None after the last), and the number of all rows."""

    rows: list[Any]
    next: int | None
    total: int


# ── one customer ──
def customer_row_text(tx: Tx, customer_id: str) -> str:
    """The CustomerRow as JSON text, with the figures of today."""
    found = _current_rows(tx, "id = ?", (customer_id,))
    if not found:
        raise NotFound(f"There is no customer {customer_id!r}.")
    return found[0][1]


def customer_row(tx: Tx, customer_id: str) -> Wire:
    """The CustomerRow."""
    row: Wire = json.loads(customer_row_text(tx, customer_id))
    return row


def _current_rows(tx: Tx, rest: str, values: Sequence[Any]) -> list[tuple[int, str]]:
    """(no, CustomerRow as JSON text) of the customers that `rest` of the statement selects.

    A stored row holds figures of the day it was written. Every day on which one of them changes is an event
    of billing, so only the rows that billing has not reached yet are computed anew.
    """
    now, today, current = clock.now(tx), clock.today(tx), []
    surroundings = None
    for row in tx.all(f"SELECT no, id, row, next_event FROM customers WHERE {rest}", values):
        text = row["row"]
        if row["next_event"] is not None and row["next_event"] <= now:
            surroundings = surroundings or repository.engine(tx)
            _, text = row_today(repository.load(tx, row["id"], surroundings), today)
        current.append((row["no"], text))
    return current


def contracts(tx: Tx, customer_id: str) -> list[Wire]:
    """All subscriptions, moved and canceled ones included."""
    account = repository.load(tx, customer_id)
    return [shapes.contract(account, each) for each in reversed(account.contracts)]


def payments(tx: Tx, customer_id: str) -> list[Wire]:
    account = repository.load(tx, customer_id)
    return [shapes.payment(account, each) for each in reversed(account.payments)]


def refunds(tx: Tx, customer_id: str) -> list[Wire]:
    account = repository.load(tx, customer_id)
    return [shapes.refund(each) for each in reversed(account.refunds)]


def credits(tx: Tx, customer_id: str) -> list[Wire]:  # noqa: A001 (the name of the call)
    account = repository.load(tx, customer_id)
    return [shapes.credit(each) for each in reversed(account.credits)]


def credit_notes(tx: Tx, customer_id: str) -> list[Wire]:
    account = repository.load(tx, customer_id)
    return [shapes.credit_note(each) for each in reversed(account.credit_notes)]


def wallets(tx: Tx, customer_id: str) -> list[Wire]:
    return shapes.wallets(repository.load(tx, customer_id))


def methods(tx: Tx, customer_id: str) -> list[Wire]:
    return shapes.methods(repository.load(tx, customer_id))


def usage(
    tx: Tx, customer_id: str, feature: str | None = None, first: str | None = None, last: str | None = None
) -> list[Wire]:
    """A series per metered feature of each active subscription.

    Ended ones are included when `first` is before their end.
    """
    account = repository.load(tx, customer_id)
    today = clock.today(tx)
    series = []
    for each in reversed(account.contracts):
        if each.status != "active" and not (first and each.ended_on and first < each.ended_on):
            continue
        for metered in account.price_set(each).features:
            if metered.metered and feature in (None, metered.slug):
                one = shapes.usage_series(account, each, metered, today, first, last)
                if one is not None:
                    series.append(one)
    return series


# ── invoices ──
def invoice(tx: Tx, invoice_id: str) -> Wire:
    """An invoice with all that its arithmetic needs."""
    account = repository.load(tx, repository.owner_of(tx, "invoices", invoice_id))
    return shapes.invoice(account, account.invoice(invoice_id))


_INVOICE_COLUMNS = ", ".join(COLUMNS["invoices"])


def _invoice_page(
    tx: Tx, where: str, values: Sequence[Any], after: int | None, limit: int, order: str
) -> Page:
    counting = f"SELECT count(*) FROM invoices WHERE {where}"
    total = _count(tx, "invoices") if where == "1" else tx.number(counting, values)
    compare = "<" if order == "DESC" else ">"
    keyset = "" if after is None else f" AND no {compare} {int(after)}"
    # few invoices are owed: the plus makes SQLite use their index instead of the table's order
    key = "+no" if " due < ?" in where else "no"
    rows = tx.all(
        f"SELECT no, {_INVOICE_COLUMNS} FROM invoices WHERE {where}{keyset} ORDER BY {key} {order} LIMIT ?",
        (*values, limit + 1),
    )
    page = [invoice_row(record_of("invoices", tuple(row)[1:])) for row in rows[:limit]]
    return Page(page, rows[limit - 1]["no"] if len(rows) > limit else None, total)


def customer_invoices(tx: Tx, customer_id: str, after: int | None = None, limit: int = 200) -> Page:
    """InvoiceRows of one customer."""
    if tx.one("SELECT 1 FROM customers WHERE id = ?", (customer_id,)) is None:
        raise NotFound(f"There is no customer {customer_id!r}.")
    return _invoice_page(tx, "customer_id = ?", (customer_id,), after, limit, "DESC")


def invoices(
    tx: Tx,
    *,
    state: str | None = None,
    overdue: bool | None = None,
    after: int | None = None,
    limit: int = 200,
) -> Page:
    """InvoiceRows across customers; `overdue` True: owed and due before today, False: all others."""
    where, values = ["1"], []
    if state is not None:
        where.append("state = ?")
        values.append(state)
    if overdue is not None:
        owed = "state IN ('ready_for_payment', 'pending_validation')"
        late = f"{owed} AND open > 0 AND due < ?"
        where.append(late if overdue else f"NOT coalesce({late}, 0)")
        values.append(clock.today(tx))
    return _invoice_page(tx, " AND ".join(where), values, after, limit, "DESC")


def all_refunds(tx: Tx, *, status: str | None = None, after: int | None = None, limit: int = 200) -> Page:
    """Refunds across customers."""
    where, values = ("status = ?", [status]) if status is not None else ("1", [])
    total = tx.number(f"SELECT count(*) FROM refunds WHERE {where}", values)
    keyset = "" if after is None else f" AND no < {int(after)}"
    rows = tx.all(
        f"SELECT no, {', '.join(COLUMNS['refunds'])} FROM refunds WHERE {where}{keyset}"
        " ORDER BY no DESC LIMIT ?",
        (*values, limit + 1),
    )
    page = [shapes.refund(record_of("refunds", tuple(row)[1:])) for row in rows[:limit]]
    return Page(page, rows[limit - 1]["no"] if len(rows) > limit else None, total)


# ── timeline ──
def activity(
    tx: Tx,
    customer_id: str,
    *,
    after: tuple[str, int] | None = None,
    limit: int = 200,
    kind: str | None = None,
    text: str | None = None,
) -> tuple[list[Wire], tuple[str, int] | None, int]:
    """(events, position of the next page, number of all); `text` searches what, comment and ticket."""
    if tx.one("SELECT 1 FROM customers WHERE id = ?", (customer_id,)) is None:
        raise NotFound(f"There is no customer {customer_id!r}.")
    where, values = ["customer_id = ?"], [customer_id]
    if kind is not None:
        where.append("kind = ?")
        values.append(kind)
    if text:
        where.append(
            "instr(lower(what || ' ' || coalesce(comment, '') || ' ' || coalesce(ticket, '')), lower(?))"
        )
        values.append(text)
    condition = " AND ".join(where)
    total = tx.number(f"SELECT count(*) FROM events WHERE {condition}", values)
    keyset = "" if after is None else " AND (at, no) < (?, ?)"
    rows = tx.all(
        f"SELECT no, {', '.join(COLUMNS['events'])} FROM events WHERE {condition}{keyset}"
        " ORDER BY at DESC, no DESC LIMIT ?",
        (*values, *(after or ()), limit + 1),
    )
    page = [shapes.event(record_of("events", tuple(row)[1:])) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return page, None if last is None else (last["at"], last["no"]), total


# ── snapshot, changes, catalogue ──
def _count(tx: Tx, table: str) -> int:
    """The number of rows of a table, cached until something changes: a full sync needs it on every page."""
    seen = latest_change(tx)
    known = tx.shared.get(f"count of {table}")
    if known is None or known[0] != seen:
        known = tx.shared[f"count of {table}"] = (seen, tx.number(f"SELECT count(*) FROM {table}"))
    return int(known[1])


def snapshot_customers(tx: Tx, after: int | None = None, limit: int = 200) -> Page:
    """CustomerRows as JSON texts, in the order of creation."""
    found = _current_rows(tx, "no > ? ORDER BY no LIMIT ?", (after or 0, limit + 1))
    return Page(
        [text for _, text in found[:limit]],
        found[limit - 1][0] if len(found) > limit else None,
        _count(tx, "customers"),
    )


def snapshot_invoices(tx: Tx, after: int | None = None, limit: int = 200) -> Page:
    """InvoiceRows in the order of creation."""
    return _invoice_page(tx, "1", (), after, limit, "ASC")


def latest_change(tx: Tx) -> int:
    """The sequence number of the latest change, 0 without one."""
    return tx.number("SELECT seq FROM changes ORDER BY seq DESC LIMIT 1")


def changes(tx: Tx, since: int, limit: int = 200) -> tuple[list[Wire], int, bool]:
    """(changes after `since`, the position of the next page, whether there are more)."""
    rows = tx.all(
        "SELECT seq, kind, id, customer_id, op, at FROM changes WHERE seq > ? ORDER BY seq LIMIT ?",
        (since, limit + 1),
    )
    page = [dict(row) for row in rows[:limit]]
    return page, page[-1]["seq"] if page else since, len(rows) > limit


def plans(tx: Tx) -> list[Wire]:
    """All plans, archived ones included."""
    catalogue = load_catalogue(tx)
    return [catalogue_shapes.plan(catalogue, each) for each in catalogue.plans.values()]


def discounts(tx: Tx) -> list[Wire]:
    """Discounts that can be set."""
    return [catalogue_shapes.discount(each) for each in load_catalogue(tx).discounts.values()]
