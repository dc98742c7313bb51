"""Lines of a widget that Textual keeps as they were drawn."""

from __future__ import annotations

from textual.geometry import Region
from textual.widget import Widget


def forget_lines(widget: Widget, *lines: int) -> None:
    """Discard these cached lines of a widget; they are drawn again when needed.

    For use while it is drawn: Textual's `refresh` (8.2.8) would ask for another frame.
    """
    widget._styles_cache.set_dirty(*(Region(0, line, 1, 1) for line in lines))
