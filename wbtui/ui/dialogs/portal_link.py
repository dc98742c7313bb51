"""Show a portal link once. It is stored nowhere."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Static

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

    def on_mount(self) -> None:
        self.query_one("#dialog-back").focus()

    def action_copy(self) -> None:
        host(self).copy(self._link, "the link")

    def action_close(self) -> None:
        self.dismiss(None)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "link-copy":
            self.action_copy()
