"""Creates a WBTUI_HOME whose cache contains any number of synthetic customers, for use offline.

`uv run python -m tests.benchmarks.filled_cache FOLDER COUNT` creates one and prints its path. Of a large
number only the first STORED are stored by the store itself; the rest are copies of them with other ids,
without rows of invoices.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import sys
from pathlib import Path

from tests.support.customers import NOW, customers, invoices_of
from wbtui.paths import AppDirs
from wbtui.store.cache import open_cache
from wbtui.store.cache_columns import NAMES
from wbtui.store.cache_schema import CACHE
from wbtui.store.sqlite import sqlite3

CONNECTION = "demo"
STORED = 125_000
_PAGE = 1000
_COPIED = {
    "amounts": "what, currency, value",
    "customer_rows": "fetched_at, generation, data",
    "customer_search_text": "text",
}
"""Tables whose rows begin with the number of their customer."""


async def _fill(path: Path, count: int) -> None:
    cache = await open_cache(path, clock=lambda: NOW)
    try:
        rows = customers(count)
        while page := tuple(itertools.islice(rows, _PAGE)):
            await cache.put_customers(page, NOW)
            await cache.put_invoice_rows([row for owner in page for row in invoices_of(owner)], NOW)
    finally:
        await cache.close()


def _copy(path: Path, copies: int) -> None:
    """Add each customer of a cache so many times."""
    others = ", ".join(name for name in NAMES if name != "id")
    connection = sqlite3.connect(path, isolation_level=None)
    execute = connection.execute
    (last,) = execute("SELECT max(n) FROM customers").fetchone()
    execute("BEGIN")
    for copy in range(1, copies + 1):
        at = (copy * last, last)
        execute(
            f"INSERT INTO customers (n, id, {others}) SELECT n + ?1, id || '_' || ?1, {others}"
            " FROM customers WHERE n <= ?2",
            at,
        )
        for table, columns in _COPIED.items():
            execute(f"INSERT INTO {table} SELECT n + ?, {columns} FROM {table} WHERE n <= ?", at)
    execute("INSERT INTO customer_fts (customer_fts) VALUES ('rebuild')")
    execute("COMMIT")
    connection.close()


def filled_home(folder: Path, count: int) -> Path:
    """Return a WBTUI_HOME with `count` cached customers in connection `demo`, filled once per format."""
    home = folder / f"customers-{count}"
    complete = home / f"filled-{len(CACHE.migrations)}"
    if not complete.exists():
        shutil.rmtree(home, ignore_errors=True)
        print(f"filling a cache with {count:,} customers …", file=sys.stderr)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        copies, rest = divmod(count, STORED)
        if copies > 1 and rest:
            raise ValueError(f"More than {STORED:,} customers are stored in multiples of this number.")
        asyncio.run(_fill(cache_of(home), min(count, STORED)))
        if copies > 1:
            _copy(cache_of(home), copies - 1)
        complete.touch()
    return home


def cache_of(home: Path) -> Path:
    """Return the path of a home's cache file."""
    return AppDirs.under(home).connection_files(CONNECTION).cache


def bytes_per_customer(home: Path, count: int) -> float:
    """Return the size of the cache file, indexes included, divided by the number of customers."""
    return cache_of(home).stat().st_size / count


if __name__ == "__main__":
    print(filled_home(Path(sys.argv[1]), int(sys.argv[2])))
