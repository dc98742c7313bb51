"""A home with a filled cache: any number of synthetic customers, readable without a network.

`uv run python -m tests.benchmarks.filled_cache FOLDER COUNT` makes one to be kept.
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
    """WBTUI_HOME with `count` cached customers under the connection `demo`; made once, then reused."""
    home = folder / f"customers-{count}"
    done = home / "filled"
    if not done.exists():
        print(f"filling a cache with {count:,} customers …", file=sys.stderr)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        asyncio.run(_fill(cache_of(home), count))
        done.touch()
    return home


def cache_of(home: Path) -> Path:
    """The cache file of a home."""
    return AppDirs.under(home).connection_files(CONNECTION).cache


def bytes_per_customer(home: Path, count: int) -> float:
    """Size of the cache file on disk, index included."""
    return cache_of(home).stat().st_size / count


if __name__ == "__main__":
    print(filled_home(Path(sys.argv[1]), int(sys.argv[2])))
