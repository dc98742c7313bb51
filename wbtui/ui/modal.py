"""Modal screens that close once: a key pressed twice does not close the screen below, too."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from wbtui.ui.commanding import CommandHost

R = TypeVar("R")


class Modal(ModalScreen[R], CommandHost, Generic[R]):
    """Modal screen whose first result counts.

    Textual's own `dismiss` pops the topmost screen each time it is called. A modal dismissed while another
    screen lies above it closes as soon as it is on top again.
    """

    _over = False
    _waiting: list[R | None] | None = None

    def dismiss(self, result: R | None = None) -> AwaitComplete:
        if self._over:
            return AwaitComplete()
        self._over = True
        if not self.is_active:
            self._waiting = [result]
            return AwaitComplete()
        return super().dismiss(result)

    def on_screen_resume(self) -> None:
        if self._waiting is not None:
            (result,), self._waiting = self._waiting, None
            super().dismiss(result)
        else:
            self.resumed()

    def resumed(self) -> None:
        """Called when the screen is on top again."""
