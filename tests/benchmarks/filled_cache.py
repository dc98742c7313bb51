"""Creates a WBTUI_HOME whose cache contains any number of synthetic customers, for use offline.

`uv run python -m tests.benchmarks.filled_cache FOLDER COUNT` creates one and prints its path.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

from tests.support.customers import NOW, customers, invoices_of
from wbtui.paths import AppDirs
from wbtui.store.cache import open_cache

CONNECTION = "demo"
_PAGE = 1000


async def _fill(path: Path, count: int) -> None:
    cache = await open_cache(path, clock=lambda: NOW)
    try:
        rows = customers(count)
        while page := tuple(itertools.islice(rows, _PAGE)):
            await cache.put_customers(page, NOW)
            await cache.put_invoice_rows([row for owner in page for row in invoices_of(owner)], NOW)
    finally:
        await cache.close()


def filled_home(folder: Path, count: int) -> Path:
    """Return a WBTUI_HOME with `count` cached customers in connection `demo`; created once per folder."""
    home = folder / f"customers-{count}"
    complete = home / "filled"
    if not complete.exists():
        print(f"filling a cache with {count:,} customers …", file=sys.stderr)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        asyncio.run(_fill(cache_of(home), count))
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
