"""Show a portal link once. It is stored nowhere."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Static

from wbtui.ui.commanding import handles
from wbtui.ui.commands import bindings_for
from wbtui.ui.dialogs.base import Dialog, foot_button
from wbtui.ui.host import host
from wbtui.ui.safe import join_lines


class LinkDialog(Dialog[None]):
    """Shows the link once. `y` copies it; closing forgets it."""

    SCOPE = "link"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("link")

    def __init__(self, link: str, customer: str, *, environment: str) -> None:
        super().__init__(f"Portal link · {customer}", environment=environment)
        self._link = link

    def compose_body(self) -> ComposeResult:
        yield Static(
            join_lines(
                (self._link, "bold"),
                "",
                "Shown once and stored nowhere. Send it only to the customer:",
                "anyone with the link can act as the customer.",
            )
        )

    def compose_foot(self) -> ComposeResult:
        with Horizontal(classes="dialog-foot"):
            yield foot_button("esc  Close", "dialog-back")
            yield Static("", classes="gap")
            yield foot_button("y  Copy link", "link-copy", focusable=False)

    def opened(self) -> None:
        self.query_one("#dialog-back").focus()

    @handles("copy")
    def action_copy(self) -> None:
        host(self).copy(self._link, "the link")

    @handles("close")
    def action_close(self) -> None:
        self.dismiss(None)

    @on(Button.Pressed, "#link-copy")
    def _copy_pressed(self) -> None:
        self.action_copy()
