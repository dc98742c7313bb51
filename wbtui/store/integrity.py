"""Checks for damage that SQLite does not report while it reads, such as missing rows.

Zeroed bytes inside a page leave a file that opens and answers, with fewer rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from wbtui.errors import StoreCorrupt, StoreError, StoreTooNew
from wbtui.models.folding import squash
from wbtui.models.parts import CUSTOMER
from wbtui.paths import ConnectionFiles
from wbtui.store.blob_codec import key_of, unpack
from wbtui.store.cache_columns import NAMES, amount_rows, columns_of, values_of
from wbtui.store.cache_schema import CACHE
from wbtui.store.database import Connection, Options, open_database
from wbtui.store.database_kind import Kind
from wbtui.store.journal_rows import JOURNAL
from wbtui.store.meta import get_meta
from wbtui.store.owner import is_alive, this_process
from wbtui.store.sqlite import is_corrupt, sqlite3
from wbtui.store.workspace import WORKSPACE
from wbtui.store.writing import INVOICE_ROW

_OPEN = "open:"
_BUSY_MS = 200
_COUNTS = (
    "SELECT count(*) FROM customers",
    "SELECT count(*) FROM customer_rows",
    "SELECT count(*) FROM customer_search_text",
    # Every text has the tag of an account status.
    """SELECT count(*) FROM customer_fts WHERE customer_fts MATCH '"=s"*'""",
)
_WITHOUT_AMOUNTS = (
    "SELECT EXISTS (SELECT 1 FROM customers c WHERE c.owed > 0 AND NOT EXISTS"
    " (SELECT 1 FROM amounts a WHERE a.n = c.n AND a.what = 'o'))",
    "SELECT EXISTS (SELECT 1 FROM customers c WHERE c.mrr > 0 AND NOT EXISTS"
    " (SELECT 1 FROM amounts a WHERE a.n = c.n AND a.what = 'm'))",
)


# ── how the file was closed ──────────────────────────────────────────────────────────────────────
def mark_opened(connection: Connection) -> bool:
    """Record that this process has the cache open. Returns whether a process ended without closing it.

    Does nothing while another process writes: the mark is for the next start only.
    """
    sql, ended = "SELECT name FROM meta WHERE name LIKE ?", list[str]()
    with _briefly_waiting(connection):
        owners = [name.removeprefix(_OPEN) for (name,) in connection.execute(sql, (f"{_OPEN}%",))]
        ended += [owner for owner in owners if is_alive(owner) is False]
        for owner in ended:
            connection.execute("DELETE FROM meta WHERE name = ?", (_OPEN + owner,))
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, '', 0)", (_OPEN + this_process(),))
    return bool(ended)


def mark_closed(connection: Connection) -> None:
    """Remove the mark of this process."""
    with _briefly_waiting(connection):
        connection.execute("DELETE FROM meta WHERE name = ?", (_OPEN + this_process(),))


@contextmanager
def _briefly_waiting(connection: Connection) -> Iterator[None]:
    """Wait for other processes 200 ms at most, then give up: at worst a file is checked once too often."""
    (before,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    try:
        yield
    except sqlite3.OperationalError as exc:
        if is_corrupt(exc):
            raise
    finally:
        connection.execute(f"PRAGMA busy_timeout={before}")


# ── what is in it ────────────────────────────────────────────────────────────────────────────────
def structural_damage(connection: Connection) -> str | None:
    """Return what is wrong with the pages, tables and indexes of any database; None if nothing is."""
    (first,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return None if first == "ok" else str(first).splitlines()[-1]


def find_damage(connection: Connection) -> str | None:
    """Return what is wrong with structure, indexes or numbers of rows of a cache; None if nothing is."""
    # Counted first: SQLite (3.53.4) checks the full-text index by what this connection knew of it when it
    # last searched, and calls one damaged that another connection has merged since.
    counts = [connection.execute(sql).fetchone()[0] for sql in _COUNTS]
    if (damage := structural_damage(connection)) is not None:
        return damage
    if len(set(counts)) != 1:
        return "tables have different numbers of rows"
    if any(connection.execute(sql).fetchone()[0] for sql in _WITHOUT_AMOUNTS):
        return "amounts are missing"
    if get_meta(connection, "revision") is None:
        return "its revision is missing"
    return None


def find_deep_damage(connection: Connection) -> str | None:
    """Return what is wrong with a cache, after reading every value and computing its columns again.

    Needs a connection that may write: the full-text index checks itself by an INSERT.
    """
    if (damage := find_damage(connection)) is not None:
        return damage
    try:
        connection.execute("INSERT INTO customer_fts (customer_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError:
        return "the full-text index differs from the rows"
    try:
        return _wrong_customer(connection) or _wrong_invoice(connection)
    except StoreCorrupt as exc:
        return exc.sentence


def _wrong_customer(connection: Connection) -> str | None:
    columns = ", ".join(f"c.{name}" for name in NAMES)
    currency = get_meta(connection, "currency")
    sql = (
        f"SELECT r.n, r.data, t.text, {columns} FROM customer_rows r JOIN customers c ON c.n = r.n"
        " JOIN customer_search_text t ON t.n = r.n"
    )
    amounts = "SELECT what, currency, value FROM amounts WHERE n = ?"
    for n, data, text, *found in connection.execute(sql):
        customer = unpack(CUSTOMER, data)
        # As sent, or with an invoice that has come due since: `date_change` may be at work.
        made = (columns_of(one, currency) for one in (customer, customer.as_of(date.max)))
        is_right = any((text, tuple(found)) == (columns.text, values_of(columns)) for columns in made)
        stored = {tuple(amount) for amount in connection.execute(amounts, (n,))}
        if not is_right or stored != set(amount_rows(customer)):
            return f"the columns of customer {customer.id} differ from the row"
    return None


def _wrong_invoice(connection: Connection) -> str | None:
    for id_key, number_key, owner_key, data in connection.execute(
        "SELECT id_key, number_key, owner_key, data FROM invoices"
    ):
        row = unpack(INVOICE_ROW, data)
        texts = (row.id, squash(row.number), row.customer_id)
        if (id_key, number_key, owner_key) != tuple(key_of(text) for text in texts):
            return f"the keys of invoice {row.id} differ from the row"
    return None


def examine_files(
    files: ConnectionFiles, *, with_cache: bool
) -> Iterator[tuple[str, Path, StoreError | None]]:
    """Yield name and path of each file that exists, and what is wrong with it. Repairs nothing.

    Without the cache, which is read value by value, it is quick: then only a cache that cannot be opened is
    yielded.
    """
    for kind, path in ((CACHE, files.cache), (JOURNAL, files.journal), (WORKSPACE, files.workspace)):
        if path.exists():
            error = _unopenable(path) if kind is CACHE and not with_cache else _examine(path, kind)
            if error is not None or kind is not CACHE or with_cache:
                yield kind.name, path, error


def _unopenable(cache: Path) -> StoreError | None:
    """Return why a cache cannot be opened; one of an older version is upgraded by the next start."""
    try:
        open_database(cache, CACHE, Options(read_only=True)).close_now()
    except (StoreTooNew, StoreCorrupt) as error:
        return error
    except StoreError:
        pass
    return None


def _examine(path: Path, kind: Kind) -> StoreError | None:
    examine = find_deep_damage if kind is CACHE else structural_damage
    try:
        # A file of another version is refused here instead of being upgraded.
        open_database(path, kind, Options(read_only=True)).close_now()
        database = open_database(path, kind)
        try:
            damage = database.outside_now(examine)
        finally:
            database.close_now()
    except StoreError as error:
        return error
    return None if damage is None else StoreCorrupt(f"{path} is damaged: {damage}.")
