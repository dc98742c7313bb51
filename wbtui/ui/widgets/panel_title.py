"""The title line of a panel: its title on a thin rule, and a note, such as its age, on the right."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.layout import ArrangeResult
from textual.layouts.vertical import VerticalLayout
from textual.reactive import reactive
from textual.widget import Widget

from wbtui.ui.safe import join


def title_line(title: Content, note: Content, width: int) -> Content:
    """Return `─ Contact ─────────────────────── as of 10:42:07 ─`. Both texts must come from `ui.safe`."""
    title = title.truncate(max(width - 4, 0), ellipsis=True).stylize("bold $foreground")
    room = width - title.cell_length - 6
    note = note.truncate(max(room, 0), ellipsis=True) if room > 3 else Content("")
    rule = max(width - title.cell_length - note.cell_length - (6 if note else 3), 0)
    line = join(("─ ", "$rule"), title, (" " + "─" * rule, "$rule"))
    return join(line, " ", note, (" ─", "$rule")) if note else line


class BelowTitle(VerticalLayout):
    """Widgets below the first line, in which their parent draws its title: a widget of its own costs more."""

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Return the places of the widgets."""
        below = size.with_height(max(size.height - 1, 0))
        placed = super().arrange(parent, children, below, greedy)
        return [one._replace(region=one.region.translate((0, 1))) for one in placed]


BELOW_TITLE = BelowTitle()


class PanelTitle(Widget):
    """A title line by itself. Both texts must come from `ui.safe`."""

    DEFAULT_CSS = "PanelTitle { height: 1; width: 1fr; color: $text-muted; }"

    text: reactive[Content] = reactive(Content(""))
    note: reactive[Content] = reactive(Content(""))

    def __init__(self, text: Content, note: Content | None = None, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.set_reactive(PanelTitle.text, text)
        self.set_reactive(PanelTitle.note, note or Content(""))

    def render(self) -> Content:
        return title_line(self.text, self.note, self.size.width)
