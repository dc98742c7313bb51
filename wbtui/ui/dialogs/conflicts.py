"""The dialog about details that somebody else changed meanwhile: three values side by side, and a choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.dom import DOMNode
from textual.widgets import Static

from wbtui.models.drafts import Conflict
from wbtui.ui.dialogs.base import open_dialog
from wbtui.ui.dialogs.form import Field, FormDialog
from wbtui.ui.format import NOTHING
from wbtui.ui.safe import DIM, join_lines, safe, safe_lines
from wbtui.ui.text import conflicts as text
from wbtui.ui.widgets.choice import Choice


class ConflictDialog(FormDialog[frozenset[str]]):
    """Ends with the names of the fields that keep their new value; None when the agent goes back.

    No answer is given beforehand: a second press of the key that led here must not drop what was entered.
    """

    FIRST = "Choice"
    NAMES_ENVIRONMENT = True
    DEFAULT_CSS = """
    ConflictDialog .conflict, ConflictDialog .conflict-values { height: auto; }
    ConflictDialog .conflict { padding: 1 0 0 1; }
    ConflictDialog .conflict-values > Static { width: 1fr; padding-right: 2; }
    """

    def __init__(self, customer: str, conflicts: Sequence[Conflict]) -> None:
        super().__init__(text.title(customer))
        self._conflicts = tuple(conflicts)

    @property
    def ABOUT(self) -> str:
        """What is to be decided, for the help."""
        return text.ABOUT

    def compose_fixed(self) -> ComposeResult:
        yield Static(safe(text.HEAD, "$warning"), markup=False)

    def compose_body(self) -> ComposeResult:
        for number, one in enumerate(self._conflicts):
            with Vertical(classes="conflict"):
                yield Static(safe(one.label, "bold"), markup=False)
                with Horizontal(classes="conflict-values"):
                    yield self._value(text.BEFORE, one.before)
                    yield self._value(text.THEIRS, one.theirs)
                    yield self._value(text.YOURS, one.yours)
                options = ((text.KEEP_THEIRS, True), (text.USE_YOURS, False))
                yield Field(text.KEEP, Choice(options, id=f"conflict-{number}"))

    @staticmethod
    def _value(title: str, value: str) -> Static:
        shown = join_lines((title, DIM), safe_lines(value or NOTHING))
        return Static(shown, markup=False)

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.choice.query_ancestor(Field).show_problem(None)

    def go_on(self) -> None:
        choices = list(self.query(Choice))
        missing = [choice for choice in choices if choice.value is None]
        for choice in missing:
            choice.query_ancestor(Field).show_problem(text.CHOOSE)
        if missing:
            missing[0].focus()
            return
        answers = zip(self._conflicts, choices, strict=True)
        self.dismiss(frozenset(one.name for one, choice in answers if choice.value))


def resolve_conflicts(
    node: DOMNode, customer: str, conflicts: Sequence[Conflict], then: Callable[[frozenset[str]], object]
) -> None:
    """Ask about each conflict, if there is one, and call `then` with the fields that keep their new value."""
    if conflicts:
        open_dialog(node, ConflictDialog(customer, conflicts), then)
    else:
        then(frozenset())
