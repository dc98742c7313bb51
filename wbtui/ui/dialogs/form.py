"""Base of forms: labelled fields over a foot, and a question before input is discarded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, Generic, TypeVar

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.ask import confirm_discard
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.safe import DIM, safe
from wbtui.ui.text.commands import ACCEPTS, FORM_ABOUT
from wbtui.ui.text.drafts import NOT_KEPT
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.text_field import LineField

R = TypeVar("R")


class Field(Vertical):
    """A label, its control and, below, what is wrong with it."""

    DEFAULT_CSS = """
    Field { height: auto; width: 1fr; border-left: blank; }
    /* The same sign as a list's highlighted row: where the keys go is seen without colour. */
    Field:focus-within { border-left: outer $accent; }
    /* The field draws its label itself, left of what is in it. */
    Field > * { margin-left: 11; }
    Field .field-problem { color: $error; }
    Field TextArea { border: none; height: 3; padding: 0 1; background: $surface; }
    Field TextArea:focus { border: none; background: $panel; }
    """

    def __init__(self, label: str, *controls: Widget, id: str | None = None) -> None:
        super().__init__(*controls, id=id)
        self._label = label
        self._is_wrong = False
        self._below: dict[str, SteadyStatic] = {}
        """Texts below the control, by class."""

    def render(self) -> Content:
        return safe(self._label, "$error" if self._is_wrong else DIM)

    def show_problem(self, problem: str | None) -> None:
        """Show what is wrong here; None clears it."""
        if (problem is not None) != self._is_wrong:
            self._is_wrong = not self._is_wrong
            self.refresh()  # the label
        self.show_below("field-problem", problem and safe(f"▲ {problem}"))

    def show_below(self, name: str, text: Content | str | None) -> None:
        """Show a text with the class `name` below the control, above a problem; hide it when it is empty."""
        problem = self._below.get("field-problem")
        if name in self._below:
            self._below[name].display = bool(text)
        elif text:
            # Mounted only when needed: most fields have no text below them.
            self._below[name] = SteadyStatic(classes=name)
            self.mount(self._below[name], before=problem)
        if text:
            self._below[name].update(text)


class FormDialog(Dialog[R], Generic[R]):
    """Enter goes to the next field; ctrl+s goes on; unsent input is asked about.

    In a small form that moves no money, with "submit" in its FOOT, Enter goes on, too.
    """

    SCOPE = "form"
    FOOT: ClassVar[tuple[str, ...]] = ("go_on", "", "back")
    IGNORES_REPEATED_KEY: ClassVar[bool] = True
    """See `ui.terminal.repeated_key`."""
    go_on_label: ClassVar[str] = "Preview"

    @property
    def ABOUT(self) -> str:
        """How the form is filled in, for the help."""
        return FORM_ABOUT

    @property
    def _is_small(self) -> bool:
        return "submit" in self.FOOT

    def foot_label(self, row: Command) -> str:
        return self.go_on_label if row.verb in ("go_on", "submit") else row.title

    def unsent(self) -> str | None:
        """Name the input that leaving or quitting would discard; None when nothing was typed."""
        return "your input" if any(field.typed for field in self.query(LineField)) else None

    @handles("go_on")
    def go_on(self) -> None:
        """Check the fields and go on. The form's own."""

    def commands(self) -> Iterable[Command]:
        """All but those about drafts that mean nothing here; what goes on is called what its button says."""
        for row in super().commands():
            if self._is_small and row.verb in ("go_on", "submit"):
                yield replace(row, title=self.go_on_label, sentence=ACCEPTS)
            elif self.draft_reason(row) is None:
                yield row

    def disabled_reason(self, command: Command) -> str | None:
        return self.draft_reason(command) or super().disabled_reason(command)

    def draft_reason(self, command: Command) -> str | None:
        """Return why a command about drafts means nothing in this form; None for any other command."""
        return NOT_KEPT if command.verb in ("keep", "delete") and command.verb not in self.FOOT else None

    @handles("keep")
    def keep_draft(self) -> None:
        """Keep the form as a draft; only for forms with "keep" in their FOOT."""

    @handles("delete")
    def delete_draft(self) -> None:
        """Delete the draft that the form was opened with; only for forms with "delete" in their FOOT."""

    @handles("submit")
    def submit_field(self) -> None:
        """Enter was pressed in a field."""
        if self._is_small:
            self.go_on()
        else:
            self.focus_next()

    def on_input_submitted(self) -> None:
        self.submit_field()

    def back(self) -> None:
        confirm_discard(self, self.unsent(), self.dismiss)
