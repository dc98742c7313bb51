"""Modal screens that close once, even if their key is pressed twice."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from wbtui.ui.commanding import CommandHost

R = TypeVar("R")


class Modal(ModalScreen[R], CommandHost, Generic[R]):
    """Modal screen that ignores calls of `dismiss` after the first.

    Textual's own `dismiss` pops the topmost screen on every call. A modal that is dismissed while another
    screen is above it closes as soon as it is on top again.
    """

    _dismissed = False
    _pending_result: list[R | None] | None = None

    def dismiss(self, result: R | None = None) -> AwaitComplete:
        if self._dismissed:
            return AwaitComplete()
        self._dismissed = True
        if not self.is_active:
            self._pending_result = [result]
            return AwaitComplete()
        return super().dismiss(result)

    def on_screen_resume(self) -> None:
        if self._pending_result is not None:
            (result,), self._pending_result = self._pending_result, None
            super().dismiss(result)
        else:
            self.resumed()

    def resumed(self) -> None:
        """Called when the screen is on top again."""
