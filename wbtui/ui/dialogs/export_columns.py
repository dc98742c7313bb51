"""The form that asks which columns a CSV file of customers has."""

from __future__ import annotations

from collections.abc import Collection

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from wbtui.ui.dialogs.form import FormDialog
from wbtui.ui.safe import safe
from wbtui.ui.text import exports as text
from wbtui.ui.text.commands import CHECKLIST_ABOUT
from wbtui.ui.text.exports import COLUMNS, ExportColumn
from wbtui.ui.widgets.checklist import Checklist


class ExportColumnsDialog(FormDialog[list[ExportColumn]]):
    """Ends with at least one column, in the order of the file."""

    go_on_label = "Save as CSV"
    FOOT = ("submit", "", "back")
    DEFAULT_CSS = """
    ExportColumnsDialog > .dialog { width: 56; }
    ExportColumnsDialog .columns { height: auto; }
    ExportColumnsDialog .problem { color: $error; display: none; }
    """

    @property
    def ABOUT(self) -> str:
        """How columns are chosen, for the help."""
        return CHECKLIST_ABOUT

    def __init__(self, chosen: Collection[ExportColumn]) -> None:
        super().__init__(text.COLUMNS_TITLE)
        self._chosen = chosen

    def compose_body(self) -> ComposeResult:
        half = (len(COLUMNS) + 1) // 2
        with Horizontal(classes="columns"):
            for columns in (COLUMNS[:half], COLUMNS[half:]):
                yield Checklist([(column.label, column) for column in columns], self._chosen)
        yield Static(safe(text.NO_COLUMN), classes="problem")

    def opened(self) -> None:
        self.frame.border_subtitle = safe("space selects, tab: other half")
        self.query(Checklist).first().focus()

    def go_on(self) -> None:
        chosen = [column for checklist in self.query(Checklist) for column in checklist.chosen]
        self.query_one(".problem").display = not chosen
        if chosen:
            self.dismiss(chosen)
