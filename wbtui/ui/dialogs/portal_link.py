"""The self-serve link: its small sheet, and the one time the link is shown. It is stored nowhere."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Static

from wbtui.models.actions import Context, CreatePortalLink
from wbtui.models.customer import Customer
from wbtui.ui.commanding import handles
from wbtui.ui.commands import bindings_for
from wbtui.ui.dialogs.base import Dialog, foot_button
from wbtui.ui.dialogs.proposal import Proposal
from wbtui.ui.host import host
from wbtui.ui.safe import join_lines


def portal_link_proposal(customer: Customer, agent: str) -> Proposal:
    """What the sheet shows around the preview of a portal link."""
    return Proposal(
        action=CreatePortalLink(customer_id=customer.id, context=Context(agent=agent)),
        title="Portal link",
        customer=customer,
        commit_label=lambda _money: f"Make a link for {customer.title}",
        summary=lambda _money: "Make a portal link",
        facts=(("Makes", "a fresh, short-lived secret link for the customer only"), ("Agent", agent)),
    )


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
                "Shown once and kept nowhere. Send it to the customer only: whoever has it is the customer.",
            )
        )

    def compose_foot(self) -> ComposeResult:
        with Horizontal(classes="dialog-foot"):
            yield foot_button("esc  Close", "dialog-back")
            yield Static("", classes="gap")
            yield foot_button("y  Copy the link", "link-copy", focusable=False)

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
