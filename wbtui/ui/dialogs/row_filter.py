"""The form that asks which rows of a table are listed."""

from __future__ import annotations

from textual.app import ComposeResult

from wbtui.ui.dialogs.form import Field, FormDialog
from wbtui.ui.safe import safe
from wbtui.ui.widgets.checklist import Checklist
from wbtui.ui.widgets.filtered_panel import FilterForm, RowFilter
from wbtui.ui.widgets.text_field import LineField, printable


class RowFilterDialog(FormDialog[RowFilter]):
    """Ends with the chosen filter; one without kinds and words lists every row."""

    go_on_label = "Filter"
    FOOT = ("submit", "", "back")
    DEFAULT_CSS = "RowFilterDialog > .dialog { width: 64; }"

    def __init__(self, form: FilterForm, chosen: RowFilter) -> None:
        super().__init__(form.title)
        self._form = form
        self._kinds = chosen.kinds
        self._words = printable(chosen.words, lines=False)

    def compose_body(self) -> ComposeResult:
        yield Field("Text", LineField(self._words, placeholder=self._form.hint, max_length=100, id="words"))
        yield Field(self._form.label, Checklist(self._form.options, self._kinds, id="kinds"))

    def opened(self) -> None:
        self.frame.border_subtitle = safe("space selects")
        self.query_one("#words").focus()

    def go_on(self) -> None:
        kinds = tuple(self.query_one(Checklist).chosen)
        self.dismiss(RowFilter(kinds, self.query_one("#words", LineField).value))
