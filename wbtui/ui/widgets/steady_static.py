"""A Static that is drawn again only when its content changes."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.geometry import Size
from textual.visual import VisualType
from textual.widgets import Static

from wbtui.ui.safe import hanging


class SteadyStatic(Static):
    """Text from `ui.safe`. What is unchanged is not written again to a slow terminal."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(Content(""), id=id, classes=classes, markup=False)
        self._make: Callable[[int], Content] | None = None
        self._fitted: tuple[int, Content] | None = None

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Show the content; without `layout` it takes as much room as the one before."""
        before, new = self.content, Content(content) if isinstance(content, str) else content
        fitted, self._make, self._fitted = self._make, None, None
        if fitted or not (isinstance(new, Content) and isinstance(before, Content) and new.is_same(before)):
            super().update(new, layout=layout)

    def show(self, content: Content | None) -> None:
        """Show a note, its lines wrapped below the text after their sign; hide the widget without one."""
        if content is not None:
            self.fit(lambda width: hanging(content, width))
        self.display = content is not None

    def fit(self, make: Callable[[int], Content]) -> None:
        """Show what `make` returns for the width of a line, now and whenever the width changes.

        The width is known in the first layout, so that no second one is needed.
        """
        is_asked, self._make = self._make is not None, make
        if self._fitted is not None:
            self.refit()
        elif not is_asked:  # else a layout has been asked for, which makes the text
            self.refresh(layout=True)

    def refit(self) -> None:
        """Make the fitted text again after something else that it depends on has changed."""
        before, self._fitted = self._fitted, None
        if before is not None and not self._text(before[0]).is_same(before[1]):
            self.refresh(layout=True)

    def _text(self, width: int) -> Content:
        assert self._make is not None
        if self._fitted is None or self._fitted[0] != width:
            self._fitted = width, self._make(width)
        return self._fitted[1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        if self._make is None or not width:
            return super().get_content_height(container, viewport, width)
        return self._text(width).get_height(self.styles, width)  # type: ignore[arg-type]

    def render(self) -> VisualType:
        return super().render() if self._make is None else self._text(self.content_size.width)
