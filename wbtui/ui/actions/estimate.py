"""The live estimate: the server's preview of the answers so far, beside the fields that change it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from wbtui.errors import WbtuiError
from wbtui.models.actions import Action
from wbtui.models.preview import Preview
from wbtui.models.preview_text import estimate_rows
from wbtui.ui.host import host
from wbtui.ui.safe import fit, join, join_lines, safe, safe_text
from wbtui.ui.work import start

PAUSE = 0.3
"""Seconds without a change before the server is asked."""
_DIM = "$text-muted"
LABEL = 13


class Estimate(Static):
    """One column for each action asked about; never a figure of earlier answers."""

    DEFAULT_CSS = "Estimate { height: auto; }"

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._asked: list[tuple[str, Action]] = []

    def ask(self, actions: Sequence[tuple[str, Action]]) -> None:
        """Show what these would do, by title of their column; nothing while there is none.

        Asking the same again does nothing.
        """
        wanted = list(actions)
        if wanted == self._asked:
            return
        self._asked = wanted
        if not wanted:
            self.update(safe("Complete the fields above to see the effect.", _DIM))
        else:
            self.update(safe("Calculating …", _DIM))
        start(self, self._fetch, wanted, group="estimate", latest=True)

    async def _fetch(self, wanted: list[tuple[str, Action]]) -> None:
        if not wanted:
            return
        await host(self).timing.sleep(PAUSE)
        actions = host(self).services.actions
        try:
            previews = await asyncio.gather(*(actions.preview(action) for _, action in wanted))
        except WbtuiError as error:
            text = safe(f"Estimate not available. {error.sentence}", _DIM)
        else:
            titled = [(title, preview) for (title, _), preview in zip(wanted, previews, strict=True)]
            text = estimate_text(titled, max(self.size.width, 30))
        # Another answer may have come meanwhile, and with it another question.
        if wanted is self._asked or wanted == self._asked:
            self.update(text)


def estimate_text(previews: Sequence[tuple[str, Preview]], width: int) -> Content:
    """Return the previews as columns under their titles, refusals and warnings below."""
    columns = [dict(estimate_rows(preview)) for _, preview in previews]
    labels = list(dict.fromkeys(label for column in columns for label in column))
    room = max((width - LABEL) // len(previews) - 2, 8)
    lines: list[object] = []
    if any(title for title, _ in previews):
        lines.append(join(" " * LABEL, *((fit(title, room) + "  ", _DIM) for title, _ in previews)))
    for label in labels:
        cells = [safe_text(column.get(label, "–")) for column in columns]
        if max(map(cell_len, cells)) <= room:
            lines.append(
                join((fit(label, LABEL), _DIM), *((fit(cell, room) + "  ", "bold") for cell in cells))
            )
            continue
        # A value too long for its column stands below.
        lines.append(join((label, _DIM)))
        for (title, _), cell in zip(previews, cells, strict=True):
            lines.append(join((f"  {title}: " if title else "  ", _DIM), (cell, "bold")))
    for title, preview in previews:
        head = f"{title}: " if title else ""
        if preview.refused is not None:
            lines.append(join((f"■ {head}", "$error"), preview.refused.message))
    for text in dict.fromkeys(warn.text for _, preview in previews for warn in preview.warnings):
        lines.append(join(("▲ ", "$warning"), text))
    return join_lines(*lines) if lines else safe("No change.", _DIM)
