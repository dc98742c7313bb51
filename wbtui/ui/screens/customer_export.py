"""Save the customers listed as CSV, with the columns that the agent chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.screen import Screen

from wbtui.services.csv_export import csv_text
from wbtui.ui.exporting import export_texts
from wbtui.ui.host import host
from wbtui.ui.text import exports as text
from wbtui.ui.text.exports import ExportColumn
from wbtui.ui.work import start


async def choose_and_export(screen: Screen[Any], query: str) -> None:
    """Ask for the columns, then save all customers that a search finds in the cache."""
    from wbtui.ui.dialogs.export_columns import ExportColumnsDialog

    workspace = host(screen).services.workspace

    def chosen(columns: Sequence[ExportColumn] | None) -> None:
        if columns is not None:
            start(screen, _export, screen, query, columns, group="export")

    last = text.known_columns(await workspace.export_columns())
    screen.app.push_screen(ExportColumnsDialog(last or text.DEFAULT_COLUMNS), chosen)


async def _export(screen: Screen[Any], query: str, columns: Sequence[ExportColumn]) -> None:
    services = host(screen).services
    await services.workspace.set_export_columns([column.name for column in columns])
    search = services.directory.open(query, separate=True)
    currencies = await services.cache.currencies() if any(one.is_money for one in columns) else ()
    # Text instead of rows, because a search may find a million customers.
    texts, count = [csv_text([text.customer_heading(columns, currencies)])], 0
    async for rows in search.pages(await search.count()):
        texts.append(csv_text(text.customer_rows((row.value for row in rows), columns, currencies)))
        count += len(rows)
    await export_texts(screen, "customers", texts, text.customers(count))
