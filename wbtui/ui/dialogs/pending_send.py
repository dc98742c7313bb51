"""The undo window: for some seconds `u` cancels the action; then the dialog waits for the outcome."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Static

from wbtui.models.preview import Outcome
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.host import host
from wbtui.ui.safe import safe
from wbtui.ui.text import actions as text
from wbtui.ui.work import start

if TYPE_CHECKING:
    from wbtui.services.actions.pending_send import PendingSend


class PendingSendDialog(Dialog[Outcome | Exception]):
    """Modal until the outcome is there. Esc and Enter do nothing: only `u` cancels.

    Ends with the outcome, or with the failure of wbtui itself.
    """

    DEFAULT_CSS = """
    PendingSendDialog > .dialog { width: 72; border: round $warning; }
    PendingSendDialog .sending-state { padding: 1 0; }
    """
    SCOPE = "sending"
    FOOT = ("cancel",)
    NAMES_ENVIRONMENT = True

    def __init__(self, pending: PendingSend, what: str, noun: str) -> None:
        super().__init__("Sending")
        self._pending = pending
        self._what = what
        self._noun = noun
        self._shown = ""
        self._late = False

    def compose_body(self) -> ComposeResult:
        yield Static(safe(self._what))
        yield Static("", classes="sending-state")

    @property
    def stays_on_top(self) -> bool:
        """While `u` has to work."""
        return self._pending.remaining > 0

    def foot_label(self, row: Command) -> str:
        return text.cancel_label(self._noun)

    def opened(self) -> None:
        self._tick()
        # Four times a second, so that the countdown is right; painted only when the second changes.
        self.set_interval(0.25, self._tick)
        start(self, self._wait, group="pending")

    async def _wait(self) -> None:
        try:
            self.dismiss(await self._pending.outcome())
        except Exception as error:  # noqa: BLE001 - said on the sheet; the journal knows more
            self.dismiss(error)

    def _tick(self) -> None:
        seconds = ceil(self._pending.remaining)
        shown = text.sending_state(seconds, host(self).keymap.shown("sending.cancel"), late=self._late)
        if shown != self._shown:
            self._shown = shown
            self.query_one(".sending-state", Static).update(safe(shown, "bold" if seconds else ""))
            self.query_one("#sending-cancel").display = seconds > 0

    @handles("cancel")
    def cancel(self) -> None:
        if not self._pending.cancel():
            self._late = True
            self._tick()

    def cancel_before_quitting(self) -> str:
        """Cancel the action, so that it is not sent while the question is open. Return the question."""
        return text.quit_while_sending(self._noun, sent=not self._pending.cancel())
