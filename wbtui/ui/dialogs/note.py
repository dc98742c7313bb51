"""The note form: a dated note under the agent's name, through preview and journal like everything else."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from wbtui.models.actions import AppendNote, Context
from wbtui.models.customer import Customer
from wbtui.ui.dialogs.base import Field, FormDialog
from wbtui.ui.dialogs.proposal import Proposal
from wbtui.ui.dialogs.sheet import PreviewSheet, SheetEnd
from wbtui.ui.host import host
from wbtui.ui.safe import safe
from wbtui.ui.widgets.text_field import LineField, TextField

MAX_NOTE = 5000


class NoteDialog(FormDialog[SheetEnd]):
    """Asks for the text and, if there is one, the ticket."""

    DEFAULT_CSS = "NoteDialog TextField { height: 6; }"

    def __init__(self, customer: Customer, *, environment: str) -> None:
        super().__init__(f"Note · {customer.title}", environment=environment)
        self._customer = customer

    def compose_body(self) -> ComposeResult:
        yield Field("Note", TextField(id="note", limit=MAX_NOTE), id="note-field")
        yield Field("Ticket", LineField(placeholder="optional", max_length=100, id="ticket"))
        agent = host(self).services.connection.agent
        yield Static(safe(f"Dated, under the name {agent}; the other notes stay.", "$text-muted"))

    def opened(self) -> None:
        self.query_one("#note").focus()

    @property
    def text(self) -> str:
        return self.query_one("#note", TextField).text.strip()

    def action_go_on(self) -> None:
        problem = None
        if not self.text:
            problem = "Write something."
        elif len(self.text) > MAX_NOTE:
            problem = f"At most {MAX_NOTE:,} characters; these are {len(self.text):,}."
        self.query_one("#note-field", Field).say(problem)
        if problem is None:
            ticket = self.query_one("#ticket", LineField).value.strip() or None
            context = Context(agent=host(self).services.connection.agent, ticket=ticket)
            action = AppendNote(customer_id=self._customer.id, context=context, text=self.text)
            sheet = PreviewSheet(note_proposal(action, self._customer), environment=self._environment)
            self.app.push_screen(sheet, self._sheet_closed)

    def _sheet_closed(self, end: SheetEnd | None) -> None:
        if end is not None:
            self.dismiss(end)

    def unsent(self) -> str | None:
        return f"the note for {self._customer.title}" if self.text else None


def note_proposal(action: AppendNote, customer: Customer) -> Proposal:
    """What the sheet shows around the preview of a note. It moves no money and is not held."""
    ticket = (("Ticket", action.context.ticket),) if action.context.ticket else ()
    return Proposal(
        action=action,
        title="Note",
        customer=customer,
        commit_label=lambda _money: f"Add the note to {customer.title}",
        summary=lambda _money: "Add a note",
        facts=(("Note", action.text), *ticket, ("Agent", action.context.agent)),
    )
