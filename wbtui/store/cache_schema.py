"""Tables of the cache. Their contents can be fetched again, so an upgrade replaces them.

`customers` is narrow: the columns that sorting and filters read. The rows themselves are blobs in
`customer_rows`, their search texts are in `customer_search_text`. `customer_fts` is the full-text index of
these (external content, so that a deletion is exact). Invoices are found by 8-byte keys instead of their long
ids (`blob_codec.key_of`). A row is outdated when its `generation` is not that of the cache (in `meta`, else
0), so that all rows can be marked at once.
"""

from __future__ import annotations

from sqlite_utils import Database as Tool

from wbtui.store.cache_columns import NAMES, Columns
from wbtui.store.database_kind import Kind
from wbtui.store.search import ORDERS

SORT_INDEXES = {order.index: ", ".join(order.columns) for order in ORDERS.values()}
RANGE_INDEXES = {
    f"in_{name}": name for name in "owed mrr ends trial due card failed subs refunds refunding".split()
}
"""Indexes of filters that compare; rows without a value are left out."""

_TYPES = {
    "str": "TEXT NOT NULL",
    "int": "INTEGER NOT NULL",
    "int | str": "INTEGER NOT NULL",
    "int | None": "INTEGER",
}
_COLUMNS = ", ".join(f"{name} {_TYPES[str(Columns.__dataclass_fields__[name].type)]}" for name in NAMES)
PURGING = "purging"
"""Name in `meta` while free pages of the file still hold what was dropped."""
_TABLES = (
    f"CREATE TABLE customers (n INTEGER PRIMARY KEY, {_COLUMNS}, refunding INTEGER)",
    "CREATE UNIQUE INDEX customers_by_id ON customers (id)",
    *(f"CREATE INDEX {name} ON customers ({columns})" for name, columns in SORT_INDEXES.items()),
    *(
        f"CREATE INDEX {name} ON customers ({column}) WHERE {column} IS NOT NULL"
        for name, column in RANGE_INDEXES.items()
    ),
    """CREATE TABLE amounts (
        n INTEGER NOT NULL,
        what TEXT NOT NULL,
        currency TEXT NOT NULL,
        value INTEGER NOT NULL,
        PRIMARY KEY (n, what, currency)
    ) WITHOUT ROWID""",
    # For the sums of the insights: without it they sort all rows.
    "CREATE INDEX amounts_by_what ON amounts (what, currency, value)",
    """CREATE TABLE customer_rows (
        n INTEGER PRIMARY KEY,
        fetched_at INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        data BLOB NOT NULL
    )""",
    "CREATE TABLE customer_search_text (n INTEGER PRIMARY KEY, text TEXT NOT NULL)",
    """CREATE VIRTUAL TABLE customer_fts USING fts5 (
        text, content='customer_search_text', content_rowid='n', detail=none, columnsize=0, prefix='1 2 3',
        tokenize="ascii tokenchars '=_'"
    )""",
    "CREATE INDEX rows_by_age ON customer_rows (fetched_at)",
    """CREATE TABLE invoices (
        n INTEGER PRIMARY KEY,
        id_key INTEGER NOT NULL,
        number_key INTEGER NOT NULL,
        owner_key INTEGER NOT NULL,
        fetched_at INTEGER NOT NULL,
        data BLOB NOT NULL
    )""",
    "CREATE UNIQUE INDEX invoices_by_id ON invoices (id_key)",
    "CREATE INDEX invoices_by_number ON invoices (number_key)",
    "CREATE INDEX invoices_by_owner ON invoices (owner_key)",
    """CREATE TABLE parts (
        part TEXT NOT NULL,
        owner TEXT NOT NULL,
        customer_id TEXT NOT NULL,
        fetched_at INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (part, owner)
    ) WITHOUT ROWID""",
    "CREATE INDEX parts_by_customer ON parts (customer_id)",
    """CREATE TABLE sync_walks (
        kind TEXT PRIMARY KEY,
        cursor TEXT,
        rows INTEGER NOT NULL,
        total INTEGER,
        changes_cursor TEXT,
        started INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        completed_at INTEGER
    ) WITHOUT ROWID""",
    "CREATE TABLE plan_names (name TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE countries (code TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO meta VALUES ('revision', '0', 0)",
)


def recreate(tool: Tool) -> None:
    """Replace all tables by empty ones. The old bytes stay in free pages until `retention.finish_purge`.

    Zeroing the pages of 50,000 customers would take several times as long as rewriting the file without them.
    """
    execute = tool.conn.execute
    # Dropping a virtual table drops its shadow tables, so virtual tables go first.
    sql = (
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY sql NOT LIKE 'CREATE VIRTUAL%'"
    )
    dropped = [name for (name,) in execute(sql)]
    revision = execute("SELECT value FROM meta WHERE name = 'revision'").fetchone() if dropped else None
    execute("PRAGMA secure_delete=OFF").fetchone()
    try:
        for name in dropped:
            execute(f'DROP TABLE IF EXISTS "{name}"')
    finally:
        execute("PRAGMA secure_delete=ON").fetchone()
    for statement in _TABLES:
        execute(statement)
    if dropped:
        execute("UPDATE meta SET value = ?", (str(int(revision[0]) + 1 if revision else 0),))
        execute("INSERT INTO meta VALUES (?, '', 0)", (PURGING,))


def _skip(tool: Tool) -> None:
    """Migration to an earlier version of the schema: does nothing, since `recreate` replaces all tables."""


CACHE = Kind("cache", 0x77627443, (*[_skip] * 10, recreate), "NORMAL")
