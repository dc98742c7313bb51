"""Reads in the wire format of the extension.

Every function raises NotFound for an unknown id. Lists are newest first; a page starts after a position
(`after`), None for the first page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wbtui.sandbox.engine import clock, repository, shapes
from wbtui.sandbox.engine.account import Account, record_of
from wbtui.sandbox.engine.catalogue import load_catalogue
from wbtui.sandbox.engine.rows import customer_row as row_today
from wbtui.sandbox.engine.tables import COLUMNS
from wbtui.sandbox.engine.wire import Wire, invoice_row
from wbtui.sandbox.store import NotFound, Tx


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, the position of the next (None after the last), and the number of all rows."""

    rows: list[Any]
    next: int | None
    total: int


# ── one customer ──
def customer_row(tx: Tx, customer_id: str) -> Wire:
    """The CustomerRow, with the figures of today."""
    _known(tx, customer_id)
    row: Wire = json.loads(_current_rows(tx, "id = ?", (customer_id,))[0][1])
    return row


def _known(tx: Tx, customer_id: str) -> None:
    """Raise NotFound for an unknown customer."""
    if tx.one("SELECT 1 FROM customers WHERE id = ?", (customer_id,)) is None:
        raise NotFound(f"There is no customer {customer_id!r}.")


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


PARTS: dict[str, Callable[[Account], list[Wire]]] = {
    "contracts": lambda account: [shapes.contract(account, each) for each in reversed(account.contracts)],
    "payments": lambda account: [shapes.payment(account, each) for each in reversed(account.payments)],
    "refunds": lambda account: [shapes.refund(each) for each in reversed(account.refunds)],
    "credits": lambda account: [shapes.credit(each) for each in reversed(account.credits)],
    "credit_notes": lambda account: [shapes.credit_note(each) for each in reversed(account.credit_notes)],
    "wallets": shapes.wallets,
    "methods": shapes.methods,
}
"""Lists that are read whole; moved and cancelled subscriptions are included."""


def part(tx: Tx, customer_id: str, name: str) -> list[Wire]:
    """One of PARTS of a customer."""
    return PARTS[name](repository.load(tx, customer_id))


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


_LATE = "state IN ('ready_for_payment', 'pending_validation') AND open > 0 AND due < ?"


def _page(
    tx: Tx, table: str, where: Mapping[str, Any], after: int | None, limit: int, order: str = "DESC"
) -> Page:
    """The records of one page, by keyset. `where`: conditions with their values."""
    condition, values = " AND ".join(where) or "1", tuple(where.values())
    counting = f"SELECT count(*) FROM {table} WHERE {condition}"
    total = tx.number(counting, values) if where else _count(tx, table)
    # few invoices are owed: the plus makes SQLite use their index instead of the table's order
    key = "+no" if _LATE in where else "no"
    if after is not None:
        condition, values = f"{condition} AND {key} {'<' if order == 'DESC' else '>'} ?", (*values, after)
    rows = tx.all(
        f"SELECT no, {', '.join(COLUMNS[table])} FROM {table} WHERE {condition}"
        f" ORDER BY {key} {order} LIMIT ?",
        (*values, limit + 1),
    )
    page = [record_of(table, tuple(row)[1:]) for row in rows[:limit]]
    return Page(page, rows[limit - 1]["no"] if len(rows) > limit else None, total)


def invoices(
    tx: Tx,
    *,
    customer_id: str | None = None,
    state: str | None = None,
    overdue: bool | None = None,
    after: int | None = None,
    limit: int = 200,
    order: str = "DESC",
) -> Page:
    """InvoiceRows; `overdue` True: owed and due before today, False: all others."""
    where: dict[str, Any] = {}
    if customer_id is not None:
        _known(tx, customer_id)
        where["customer_id = ?"] = customer_id
    if state is not None:
        where["state = ?"] = state
    if overdue is not None:
        where[_LATE if overdue else f"NOT coalesce({_LATE}, 0)"] = clock.today(tx)
    page = _page(tx, "invoices", where, after, limit, order)
    return replace(page, rows=[invoice_row(each) for each in page.rows])


def refunds(tx: Tx, *, status: str | None = None, after: int | None = None, limit: int = 200) -> Page:
    """Refunds across customers."""
    where = {} if status is None else {"status = ?": status}
    page = _page(tx, "refunds", where, after, limit)
    return replace(page, rows=[shapes.refund(each) for each in page.rows])


# ── timeline ──
def activity(
    tx: Tx,
    customer_id: str,
    *,
    after: Sequence[Any] | None = None,
    limit: int = 200,
    kind: str | None = None,
    text: str | None = None,
) -> tuple[list[Wire], tuple[str, int] | None, int]:
    """(events, position of the next page, number of all); `text` searches what, comment and ticket."""
    _known(tx, customer_id)
    texts = "lower(what || ' ' || coalesce(comment, '') || ' ' || coalesce(ticket, ''))"
    filters = {"customer_id = ?": customer_id, "kind = ?": kind, f"instr({texts}, lower(?))": text}
    where = {condition: value for condition, value in filters.items() if value}
    condition, values = " AND ".join(where), tuple(where.values())
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
    return [shapes.plan(catalogue, each) for each in catalogue.plans.values()]


def discounts(tx: Tx) -> list[Wire]:
    """Discounts that can be set."""
    return [shapes.discount(each) for each in load_catalogue(tx).discounts.values()]
