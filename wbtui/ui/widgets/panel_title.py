"""The title line of a panel: its title on a thin rule, and a note, such as its age, on the right."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from wbtui.ui.safe import join


class PanelTitle(Widget):
    """`─ Contact ─────────────────────── as of 10:42:07 ─`. Both texts must come from `ui.safe`."""

    DEFAULT_CSS = """
    PanelTitle { height: 1; width: 1fr; color: $text-muted; }
    """

    text: reactive[Content] = reactive(Content(""))
    note: reactive[Content] = reactive(Content(""))

    def __init__(self, text: Content, note: Content | None = None, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.set_reactive(PanelTitle.text, text)
        self.set_reactive(PanelTitle.note, note or Content(""))

    def render(self) -> Content:
        width = self.size.width
        title = self.text.truncate(max(width - 4, 0), ellipsis=True).stylize("bold $foreground")
        room = width - title.cell_length - 6
        note = self.note.truncate(max(room, 0), ellipsis=True) if room > 3 else Content("")
        rule = max(width - title.cell_length - note.cell_length - (6 if note else 3), 0)
        line = join(("─ ", "$rule"), title, (" " + "─" * rule, "$rule"))
        return join(line, " ", note, (" ─", "$rule")) if note else line
