"""Everything about the highlighted row of a table, beside the table where the terminal has room for it."""

from __future__ import annotations

from textual.containers import VerticalScroll


class DetailPane(VerticalScroll, can_focus=False):
    """As high as its content; in a parent with the class `-beside` a column of its own at the right edge.

    Tables scroll it once nothing else is left to scroll.
    """

    DEFAULT_CSS = "DetailPane { height: auto; }"

    def watch_show_vertical_scrollbar(self) -> None:
        # The line of keys names those that scroll it while there is something to scroll.
        self.refresh_bindings()
