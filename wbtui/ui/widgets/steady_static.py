"""A Static that is drawn again only when its content changes."""

from __future__ import annotations

from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Static


class SteadyStatic(Static):
    """Text from `ui.safe`. What is unchanged is not written again to a slow terminal."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(Content(""), id=id, classes=classes, markup=False)

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Show the content; without `layout` it takes as much room as the one before."""
        before, new = self.content, Content(content) if isinstance(content, str) else content
        if not (isinstance(new, Content) and isinstance(before, Content) and new.is_same(before)):
            super().update(new, layout=layout)
