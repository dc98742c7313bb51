"""Filter for NO_COLOR: no colour reaches the terminal; bold, dim and reverse stay.

Textual's own filter turns colours into greys, which are colours to a terminal.
"""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


@lru_cache(1024)
def _without(style: Style) -> Style:
    return style.without_color


class NoColor(LineFilter):
    """Removes the colours of every line."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, None if style is None else _without(style), control)
            for text, style, control in segments
        ]
