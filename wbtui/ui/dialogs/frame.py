"""The frame of a dialog: its scrolling body gives way, so that what stands above and below stays in view."""

from __future__ import annotations

from textual.containers import Vertical
from textual.geometry import Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.layouts.vertical import VerticalLayout
from textual.widget import Widget


class FrameLayout(VerticalLayout):
    """Vertical layout in which the body loses the lines that do not fit.

    It is part of the layout itself: a height set after one would be a frame late, when a message below the
    body had just appeared.
    """

    def __init__(self, min_body: int) -> None:
        super().__init__()
        self._min_body = min_body

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        placements = list(super().arrange(parent, children, size, greedy))
        bottom = max((one.region.bottom + one.margin.bottom for one in placements), default=0)
        body = next((one for one in placements if one.widget.has_class("dialog-body")), None)
        if body is None or not size.height or bottom <= size.height:
            return placements
        lost = min(bottom - size.height, max(body.region.height - self._min_body, 0))
        return [_moved(one, body, lost) for one in placements]


def _moved(one: WidgetPlacement, body: WidgetPlacement, lost: int) -> WidgetPlacement:
    """The body without its lost lines, and what is below it that much higher."""
    if one is body:
        return one._replace(region=one.region.shrink((0, 0, lost, 0)))
    if one.region.y < body.region.bottom:
        return one
    return one._replace(region=one.region.translate((0, -lost)))


class DialogFrame(Vertical):
    """The frame of a dialog, as high as its content, at most as high as the terminal."""

    DEFAULT_CSS = """
    DialogFrame { height: auto; max-height: 100%; }
    """

    def __init__(self, *, min_body: int) -> None:
        super().__init__(classes="dialog")
        self._frame_layout = FrameLayout(min_body)

    @property
    def layout(self) -> Layout:
        """The layout of frames: styles take only layouts that Textual knows by name."""
        return self._frame_layout
