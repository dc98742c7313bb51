"""Save what a screen lists as CSV files in the documents folder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from textual.screen import Screen

from wbtui.services.csv_export import csv_text, save_csv
from wbtui.ui.customers_csv import customers_csv
from wbtui.ui.format import plural
from wbtui.ui.host import host
from wbtui.ui.text import exports as text
from wbtui.ui.text.exports import ExportColumn
from wbtui.ui.text.search import inexact
from wbtui.ui.work import apply, start

MANY = 5_000
"""Saving more customers than this takes seconds, so that it is announced."""


async def export_rows(screen: Screen[Any], name: str, rows: Iterable[Sequence[object]], saved: str) -> None:
    """Save rows to a new file and say so; `saved` is what the file holds. Raises StoreError kinds."""
    await _save(screen, name, [await asyncio.to_thread(csv_text, rows)], saved)


async def choose_and_export_customers(screen: Screen[Any], query: str) -> None:
    """Ask for the columns, at first those of the last time; then save all customers that a search finds."""
    from wbtui.ui.dialogs.base import open_dialog
    from wbtui.ui.dialogs.export_columns import ExportColumnsDialog

    last = text.known_columns(await host(screen).services.workspace.export_columns())
    dialog = ExportColumnsDialog(last or text.DEFAULT_COLUMNS)
    chosen = partial(start, screen, _export_customers, screen, query, group="export")
    await apply(screen, open_dialog, screen, dialog, chosen)


async def _export_customers(screen: Screen[Any], query: str, columns: Sequence[ExportColumn]) -> None:
    services = host(screen).services
    await services.workspace.set_export_columns(column.name for column in columns)
    search = services.directory.open(query, separate=True)
    total = await search.count()
    if total > MANY:
        host(screen).show_toast(text.saving(total))
    pages, count = [], 0
    async for page, number in customers_csv(services, columns, search.pages(total)):
        pages.append(page)
        count += number
    note = inexact(await search.not_listed(), complete=search.is_complete)
    await _save(screen, "customers", pages, plural(count, "customer"), note)


async def _save(screen: Screen[Any], name: str, pages: Sequence[str], saved: str, note: str = "") -> None:
    app = host(screen)
    path = await asyncio.to_thread(save_csv, app.services.documents, name, app.now(), pages)
    app.show_toast(text.saved(saved, path, note), tone="warning" if note else "information")
