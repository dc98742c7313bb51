"""What lies over a screen and ends once: a key pressed twice never closes the screen behind it, too."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

R = TypeVar("R")


class Modal(ModalScreen[R], Generic[R]):
    """A modal screen whose first end counts.

    Textual's own `dismiss` pops whatever lies on top, each time it is called. One that ends while another
    lies above it goes as soon as it is on top again.
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
        """What lay above is gone."""
        if self._waiting is not None:
            (result,), self._waiting = self._waiting, None
            super().dismiss(result)
