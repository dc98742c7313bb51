"""The undo window: for some seconds `u` cancels the action; then the dialog waits for the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Button, Static

from wbtui.models.preview import Outcome, Preview
from wbtui.ui.commanding import handles
from wbtui.ui.commands import bindings_for
from wbtui.ui.dialogs.base import Dialog, foot_button
from wbtui.ui.safe import join_lines, safe
from wbtui.ui.work import start


class PendingSendView(Protocol):
    """What the dialog needs of a pending send, which lives in the money thread."""

    @property
    def remaining(self) -> float: ...

    @property
    def new_preview(self) -> Preview | None: ...

    def cancel(self) -> bool: ...

    async def outcome(self) -> Outcome: ...


@dataclass(frozen=True)
class PendingSendEnd:
    """An outcome, with the preview that replaces the one shown; or the failure of wbtui itself."""

    outcome: Outcome | None
    new_preview: Preview | None = None
    failure: Exception | None = None


class PendingSendDialog(Dialog[PendingSendEnd]):
    """Modal until the outcome is there. Esc and Enter do nothing: only `u` cancels."""

    DEFAULT_CSS = """
    PendingSendDialog > .dialog { width: 72; border: round $warning; }
    PendingSendDialog .hold-says { padding: 1 0; }
    """
    SCOPE = "hold"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("hold")

    def __init__(self, held: PendingSendView, what: str, noun: str, *, environment: str) -> None:
        super().__init__("Sending", environment=environment)
        self._held = held
        self._what = what
        self._noun = noun
        self._shown: tuple[int, str] | None = None
        self._late = False
        self._ticking: Timer | None = None

    def compose_body(self) -> ComposeResult:
        yield Static(safe(self._what), classes="hold-what")
        yield Static("", classes="hold-says")

    def compose_foot(self) -> ComposeResult:
        with Horizontal(classes="dialog-foot"):
            yield foot_button(f"u  Cancel {self._noun}", "hold-take-back", focusable=False)

    def opened(self) -> None:
        self._tick()
        # Four times a second, so that the countdown is right; painted only when the second changes.
        self._ticking = self.set_interval(0.25, self._tick)
        start(self, self._wait, group="held")

    async def _wait(self) -> None:
        try:
            outcome = await self._held.outcome()
        except Exception as error:  # noqa: BLE001 - said on the sheet; the journal knows more
            self.dismiss(PendingSendEnd(None, failure=error))
        else:
            self.dismiss(PendingSendEnd(outcome, self._held.new_preview))

    def _tick(self) -> None:
        seconds = ceil(self._held.remaining)
        if seconds > 0:
            text = f"Sending in {seconds} s … u cancels"
        elif self._late:
            text = "Too late to cancel. Waiting for the answer …"
        else:
            text = "Sent. Waiting for the answer …"
        if self._shown == (seconds, text):
            return
        self._shown = (seconds, text)
        self.query_one(".hold-says", Static).update(join_lines((text, "bold" if seconds else "")))
        if not seconds:
            self.query_one("#hold-take-back").display = False

    @handles("take_back")
    def action_take_back(self) -> None:
        if not self._held.cancel():
            self._late = True
            self._tick()

    @on(Button.Pressed, "#hold-take-back")
    def _cancel_pressed(self) -> None:
        self.action_take_back()

    def action_back(self) -> None:
        """Do nothing: only cancelling or the outcome closes this."""
