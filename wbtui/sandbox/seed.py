"""Fill an empty sandbox by a seed: the catalogue, and customers with two years of history."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from wbtui.sandbox.engine import repository
from wbtui.sandbox.engine.account import Account, EngineContext, row_of, seeded_bits
from wbtui.sandbox.engine.catalogue import store_catalogue
from wbtui.sandbox.engine.tables import TABLES
from wbtui.sandbox.seed_fixed import CASES, FIRST_INVOICE_NUMBER, FIXED, fixed
from wbtui.sandbox.seed_people import ordinary
from wbtui.sandbox.seed_plans import build_catalogue
from wbtui.sandbox.store import SandboxError, Store, Tx

CHUNK = 250
"""Customers per transaction."""

Progress = Callable[[int, int], None]
"""Called with (customers done, customers in all)."""


def is_seeded(tx: Tx) -> bool:
    """Whether the file is completely filled."""
    return tx.meta("seeded") == "1"


def seed(
    store: Store,
    *,
    customers: int,
    seed: int,
    now: str,
    progress: Progress | None = None,
) -> None:
    """Fill the file, or continue an interrupted filling. `now` is the end of the history.

    There are at least FIXED customers. A filled file is left unchanged.
    Raises SandboxError when the file is partly filled with other settings.
    """
    count = max(customers, FIXED)
    wanted = f"{seed}:{count}"
    with store.write() as tx:
        if is_seeded(tx):
            return
        started = tx.meta("seeding")
        if started and not started.startswith(f"{wanted}@"):
            raise SandboxError("This sandbox file is partly filled with other settings. Start with --fresh.")
        if not started:
            started = f"{wanted}@{now}"
            tx.set_meta("seeding", started)
            tx.set_meta("seed", str(seed))
            tx.set_meta("next_invoice_number", str(FIRST_INVOICE_NUMBER))
            store_catalogue(tx, build_catalogue(now[:10]))
    now = started.partition("@")[2]
    with store.bulk():
        while _chunk(store, seed, count, now, progress):
            pass


def _chunk(store: Store, seed: int, count: int, now: str, progress: Progress | None) -> bool:
    """Insert the next chunk of customers in one transaction, and return whether there are more."""
    with store.write() as tx:
        done = int(tx.meta("seeding_done", "0"))
        engine = repository.engine(tx)
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
        until = min(done + CHUNK, count)
        for number in range(done, until):
            account = one_customer(engine, seed, number, now)
            repository.refresh_row(account, now)
            for table, batch in rows.items():
                batch.extend(row_of(table, record) for record in account.rows(table))
        for table, batch in rows.items():
            tx.executemany(repository.INSERT[table], batch)
        tx.set_meta("next_invoice_number", str(engine.next_invoice_number))
        tx.set_meta("next_credit_note_number", str(engine.next_credit_note_number))
        tx.set_meta("seeding_done", str(until))
        if until == count:
            tx.set_meta("clock_reached", now)
            tx.set_meta("writes", "0")
            tx.set_meta("seeded", "1")
    if progress is not None:
        progress(until, count)
    return until < count


def one_customer(engine: EngineContext, seed: int, number: int, now: str) -> Account:
    """The customer of a number, determined by seed, number, `now` and the document counters."""
    engine.bits = seeded_bits(seed, number, "ids")
    rng = Random(f"{seed}:{number}")
    account = fixed(engine, number, rng, now) if number < FIXED + CASES else ordinary(engine, rng, now)
    latest = max((event.at for event in account.events), default=account.customer.created)
    account.customer.updated_at = latest
    account.events.sort(key=lambda event: event.at)
    return account
