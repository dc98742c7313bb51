"""Removes expired and purged data from the bytes on disk: rows, full-text index and write-ahead log.

A row expires when the server has not confirmed it within the retention time. Fetching a row confirms it;
following the change feed without a gap confirms every synced row that it does not name (customers, the
invoice list, plans). Other parts of a profile are confirmed by being fetched only.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from sqlite_utils import Database as Tool

from wbtui.models.instants import instant_of, micros
from wbtui.models.parts import PLANS
from wbtui.store.cache_schema import PURGING, recreate
from wbtui.store.database import Connection, immediate
from wbtui.store.meta import get_meta, set_meta
from wbtui.store.sqlite import sqlite3
from wbtui.store.sync_state import confirmation, start_over
from wbtui.store.writing import COMPLETED, OLDEST_INVOICE, UNTIDY, remove_numbers

_BATCH = 500
_MOST_COPIED = 20_000
"""Customers who are copied at most, in memory, when the tables are recreated."""
_N = "n IN (SELECT n FROM main.customer_rows WHERE fetched_at >= :synced)"
_KEPT = {
    "customers": _N,
    "customer_rows": "fetched_at >= :synced",
    "customer_search_text": _N,
    "amounts": _N,
    "invoices": "fetched_at >= :synced",
    "parts": "fetched_at >= CASE part WHEN :plans THEN :synced ELSE :limit END AND (customer_id = '' OR"
    f" customer_id IN (SELECT id FROM main.customers WHERE {_N}))",
    "sync_walks": "1",
    "plan_names": "1",
    "countries": "1",
    "meta": "name <> 'revision' AND NOT (name LIKE 'note:%' AND at < :synced)",
}
"""Condition of the rows of each table that have not expired."""
_REBUILT = "rebuilt"
_REWRITTEN = "rewritten"


def expire_batch(tool: Tool, before: datetime) -> tuple[set[str], bool]:
    """Remove a batch of what was last confirmed before `before`. Returns ids, and whether more is left.

    The feed cannot bring removed rows back: the next sync is a full one.
    """
    limit = micros(before)
    synced = confirmation(tool.conn, before).synced_from
    sql = "SELECT n FROM customer_rows WHERE fetched_at < ? ORDER BY fetched_at LIMIT ?"
    stale = [n for (n,) in tool.conn.execute(sql, (synced, _BATCH))]
    removed, invoices = remove_numbers(tool, stale), 0
    if len(stale) < _BATCH:
        sql = "DELETE FROM parts WHERE fetched_at < CASE part WHEN ? THEN ? ELSE ? END"
        tool.conn.execute(sql, (PLANS.name, synced, limit))
        invoices = _expire_invoices(tool, synced)
        sql = "DELETE FROM meta WHERE (name LIKE 'note:%' OR name = ?) AND at < ?"
        tool.conn.execute(sql, (COMPLETED, synced))
    if removed or invoices:
        start_over(tool, limit)
    return removed, len(stale) == _BATCH


def expire_most(connection: Connection, before: datetime) -> int:
    """Recreate the tables without expired rows if they are at least half of many. Return their number.

    Deleting rows one by one, with their index entries and words, takes fifty times as long. `finish_purge`
    removes the bytes. Returns 0 where `expire_batch` is to be used.
    """
    limit = micros(before)
    synced = confirmation(connection, before).synced_from
    sql = "SELECT count(*), total(fetched_at < ?) FROM customer_rows"
    total, expired = connection.execute(sql, (synced,)).fetchone() if synced else (0, 0)
    if expired < _BATCH or total - expired > min(expired, _MOST_COPIED):
        return 0
    with immediate(Tool(connection, execute_plugins=False)) as tool:
        for table, condition in _KEPT.items():
            sql = f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM main.{table} WHERE {condition}"
            tool.conn.execute(sql, {"synced": synced, "limit": limit, "plans": PLANS.name})
        recreate(tool)
        for table in _KEPT:
            tool.conn.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM temp.kept_{table}")
            tool.conn.execute(f"DROP TABLE temp.kept_{table}")
        tool.conn.execute("INSERT INTO customer_fts (customer_fts) VALUES ('rebuild')")
        start_over(tool, limit)
    return int(expired)


def _expire_invoices(tool: Tool, limit: int) -> int:
    """Remove expired invoice rows, with a scan of the table only when its oldest row may have expired.

    Rows have no index by age, and this runs at every start, which must not take longer for more customers.
    Returns the number of removed rows.
    """
    known = get_meta(tool.conn, OLDEST_INVOICE)
    if known is not None and int(known) >= limit:
        return 0
    removed = tool.conn.execute("DELETE FROM invoices WHERE fetched_at < ?", (limit,)).rowcount
    (oldest,) = tool.conn.execute("SELECT min(fetched_at) FROM invoices").fetchone()
    set_meta(tool, OLDEST_INVOICE, str(limit if oldest is None else oldest), instant_of(0))
    return int(removed)


def rewrite(connection: Connection, now: datetime, *, at_once: bool) -> bool:
    """Rewrite index and file when something was removed, at most once a day unless `at_once`. True if done.

    `secure_delete` zeroes deleted rows, but not the copies that SQLite leaves when it splits or joins pages,
    and a merged full-text index keeps some words of removed rows: of 3,000 removed customers about ten could
    still be read. Only a rebuilt index in a rewritten file has none.
    """
    sql = "SELECT name, value FROM meta WHERE name IN (?, ?)"
    meta = dict(connection.execute(sql, (UNTIDY, _REWRITTEN)).fetchall())
    recent = int(meta.get(_REWRITTEN, "0")) > micros(now - timedelta(days=1))
    if UNTIDY not in meta or (recent and not at_once):
        return False
    with immediate(Tool(connection, execute_plugins=False)):
        connection.execute("INSERT INTO customer_fts (customer_fts) VALUES ('rebuild')")
        connection.execute("UPDATE meta SET value = ? WHERE name = ?", (_REBUILT, UNTIDY))
    connection.execute("VACUUM")
    # Unless another process has removed rows meanwhile and set UNTIDY again.
    connection.execute("DELETE FROM meta WHERE name = ? AND value = ?", (UNTIDY, _REBUILT))
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, 0)", (_REWRITTEN, str(micros(now))))
    return True


def empty(connection: Connection) -> None:
    """Remove everything, from the bytes on disk too. After a crash the next start finishes the work."""
    with immediate(Tool(connection, execute_plugins=False)) as tool:
        recreate(tool)
    finish_purge(connection)


def finish_purge(connection: Connection) -> None:
    """Rewrite the file without its free pages, when a purge was started; else do nothing."""
    (begun,) = connection.execute("SELECT count(*) FROM meta WHERE name = ?", (PURGING,)).fetchone()
    if not begun:
        return
    connection.execute("VACUUM")
    connection.execute("DELETE FROM meta WHERE name = ?", (PURGING,))
    truncate_log(connection)


def truncate_log(connection: Connection) -> None:
    """Write the write-ahead log back and truncate it, unless a reader keeps it in use for two seconds."""
    deadline = time.monotonic() + 2.0
    while True:
        try:
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            busy = 1
        if not busy or time.monotonic() > deadline:
            return
        time.sleep(0.02)
