"""Layout of a form on a wide terminal: the effects of the answers beside the fields."""

from __future__ import annotations

from textual.containers import Container
from textual.geometry import Size
from textual.layout import ArrangeResult, Layout
from textual.layouts.vertical import VerticalLayout
from textual.widget import Widget


class BesideLayout(VerticalLayout):
    """The middle one of three children on the right, the others below each other on the left.

    Each has its own height, and the higher side decides. In a grid (Textual 8.2.8) the effects end where the
    fields end, and a row leaves out the margins of what is in it.
    """

    name = "beside"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        if len(children) != 3:
            return super().arrange(parent, children, size, greedy)
        first, effects, rest = children
        width = right_width(size.width)
        left = size.with_width(size.width - width)
        beside = super().arrange(parent, [effects], size.with_width(width), greedy)
        return [
            *super().arrange(parent, [first, rest], left, greedy),
            *(one._replace(region=one.region.translate((left.width, 0))) for one in beside),
        ]


def right_width(width: int) -> int:
    """Return the width of the effects beside the fields, of both together."""
    return width * 51 // 100


class FormColumns(Container):
    """Fields, effects and more fields: below each other or, in a form of class `-beside`, in two columns."""

    DEFAULT_CSS = "FormColumns { height: auto; }"
    _beside = BesideLayout()

    @property
    def layout(self) -> Layout:
        return self._beside if self.screen.has_class("-beside") else super().layout
