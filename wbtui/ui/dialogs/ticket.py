"""The form that asks for the support ticket of the next actions."""

from __future__ import annotations

from functools import partial

from textual.app import ComposeResult
from textual.dom import DOMNode
from textual.widgets import Static

from wbtui.errors import WbtuiError
from wbtui.ui.dialogs.base import open_dialog
from wbtui.ui.dialogs.form import Field, FormDialog
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, safe
from wbtui.ui.text import commands as text
from wbtui.ui.widgets.text_field import LineField, printable
from wbtui.ui.work import start


class TicketDialog(FormDialog[str]):
    """Ends with the ticket; an empty one clears it."""

    go_on_label = "Save"
    FOOT = ("submit", "", "back")
    FIRST = "#ticket"
    DEFAULT_CSS = "TicketDialog > .dialog { width: 72; }"

    def __init__(self, ticket: str) -> None:
        super().__init__("Ticket")
        self._before = printable(ticket, lines=False)

    def compose_body(self) -> ComposeResult:
        yield Field("Ticket", LineField(self._before, max_length=100, id="ticket"))
        yield Static(safe(text.TICKET_HINT, DIM), markup=False)

    def go_on(self) -> None:
        self.dismiss(self.query_one("#ticket", LineField).value.strip())


def ask_ticket(node: DOMNode) -> None:
    """Ask for the ticket of the next actions and keep it."""

    async def save(ticket: str) -> None:
        await host(node).use_ticket(ticket)
        host(node).show_toast(text.ticket_saved(ticket))

    # Not read from the file: the keys that follow at once are typed into the form.
    before = host(node).services.workspace.ticket or ""
    open_dialog(node, TicketDialog(before), partial(start, node, save, group="ticket"))


def remember_ticket(node: DOMNode, ticket: str | None) -> None:
    """Suggest the ticket of an action, if it has one, in the next form."""
    if ticket:
        start(node.app, _remember, node, ticket, group="ticket")


async def _remember(node: DOMNode, ticket: str) -> None:
    try:
        await host(node).use_ticket(ticket)
    except WbtuiError:
        pass  # a convenience: the next form starts with an empty field
