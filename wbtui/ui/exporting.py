"""Save what a screen lists as CSV files in the documents folder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from textual.screen import Screen

from wbtui.services.csv_export import csv_text, save_csv
from wbtui.ui.host import host
from wbtui.ui.text import exports as text


async def export_rows(screen: Screen[Any], name: str, rows: Iterable[Sequence[object]], saved: str) -> None:
    """Save rows to a new file and say so; `saved` is what the file holds. Raises StoreError kinds."""
    await export_texts(screen, name, [await asyncio.to_thread(csv_text, rows)], saved)


async def export_texts(screen: Screen[Any], name: str, texts: Sequence[str], saved: str) -> None:
    """Like `export_rows`, for rows that are CSV already."""
    app = host(screen)
    path = await asyncio.to_thread(save_csv, app.services.documents, name, app.now(), texts)
    app.tell(text.saved(saved, path))
