"""Save what a screen lists as CSV files in the documents folder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from textual.screen import Screen

from wbtui.paths import write_new
from wbtui.services.csv_export import csv_text
from wbtui.ui.host import host
from wbtui.ui.text import exports as text


async def export_rows(screen: Screen[None], name: str, rows: Iterable[Sequence[object]], saved: str) -> None:
    """Save rows to a new file and say so; `saved` is what the file holds. Raises StoreError kinds."""
    await _save(screen, name, [await asyncio.to_thread(csv_text, rows)], saved)


async def export_customers(screen: Screen[None], query: str) -> None:
    """Save all customers that a search finds in the cache, with the columns of the list."""
    services = host(screen).services
    search = services.directory.open(query, separate=True)
    currencies = await services.cache.currencies()
    # Text instead of rows, because a search may find a million customers.
    pages, count = [csv_text([text.customer_heading(currencies)])], 0
    async for rows in search.pages(await search.count()):
        pages.append(csv_text(text.customer_rows((row.value for row in rows), currencies)))
        count += len(rows)
    await _save(screen, "customers", pages, text.customers(count))


async def _save(screen: Screen[None], name: str, pages: Sequence[str], saved: str) -> None:
    app = host(screen)
    name = f"{name}-{app.now():%Y-%m-%d-%H%M}.csv"
    data = "".join(pages).encode()
    path = await asyncio.to_thread(write_new, app.services.documents, name, data)
    app.tell(text.saved(saved, path))
