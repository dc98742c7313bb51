"""The cache's tables, as migrations: each list entry leads from one schema version to the next.

`customers` is narrow, what sorting and comparing touch; the rows themselves are blobs beside it, their
search texts too. `found` is the full-text index over these (external content: a deletion can be exact).
Rows of invoices are found by keys of eight bytes instead of their long ids (`packing.key_of`).
"""

from __future__ import annotations

from sqlite_utils import Database as Tool

from wbtui.store.database import Kind

SORT_INDEXES = {
    "by_name": "name_key",
    "by_mrr_up": "mrr_up, name_key",
    "by_mrr_down": "mrr_down, name_key",
    "by_renews_up": "renews_up, name_key",
    "by_renews_down": "renews_down, name_key",
    "by_owed_up": "owed_up, name_key",
    "by_owed_down": "owed_down, name_key",
    "by_since": "since",
    "by_created": "created",
    "by_updated": "updated",
    "by_plan_up": "plan_up, name_key",
    "by_plan_down": "plan_down, name_key",
    "by_status": "status_rank, name_key",
}

RANGE_INDEXES = {
    f"in_{name}": name for name in "owed mrr ends trial due card failed subs refunds refunding".split()
}
"""For filters that compare; they leave out rows without a value."""

_TABLES = (
    """CREATE TABLE customers (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name_key TEXT NOT NULL,
        owed_up INTEGER NOT NULL,
        owed_down INTEGER NOT NULL,
        mrr_up INTEGER NOT NULL,
        mrr_down INTEGER NOT NULL,
        renews_up INTEGER NOT NULL,
        renews_down INTEGER NOT NULL,
        since INTEGER NOT NULL,
        created INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        plan_up TEXT NOT NULL,
        plan_down TEXT NOT NULL,
        status_rank INTEGER NOT NULL,
        owed INTEGER,
        mrr INTEGER,
        ends INTEGER,
        trial INTEGER,
        due INTEGER,
        card INTEGER,
        failed INTEGER,
        subs INTEGER NOT NULL,
        refunds INTEGER,
        refunding INTEGER
    )""",
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
    """CREATE TABLE customer_rows (
        n INTEGER PRIMARY KEY,
        fetched_at INTEGER NOT NULL,
        data BLOB NOT NULL
    )""",
    "CREATE TABLE customer_texts (n INTEGER PRIMARY KEY, text TEXT NOT NULL)",
    """CREATE VIRTUAL TABLE found USING fts5 (
        text, content='customer_texts', content_rowid='n', detail=none, columnsize=0, prefix='1 2 3',
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
        data BLOB NOT NULL,
        PRIMARY KEY (part, owner)
    ) WITHOUT ROWID""",
    "CREATE INDEX parts_by_customer ON parts (customer_id)",
    """CREATE TABLE walks (
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


def _first(tool: Tool) -> None:
    for statement in _TABLES:
        tool.conn.execute(statement)


CACHE = Kind("cache", 0x77627443, (_first,), "NORMAL")
