"""What profile and invoice share: the dialogs that act on one customer, and what follows an outcome."""

from __future__ import annotations

from datetime import datetime

from textual.widgets import Static

from wbtui.models.customer import Customer
from wbtui.models.parts import CUSTOMER
from wbtui.models.preview import Status
from wbtui.services.link import LinkKind
from wbtui.ui import format as fmt
from wbtui.ui import messages
from wbtui.ui.actions.catalogue import Entry
from wbtui.ui.actions.opening import Subjects, open_action, open_menu
from wbtui.ui.clipboard import Copyable
from wbtui.ui.command import Command
from wbtui.ui.commands import show_key
from wbtui.ui.dialogs.outcome import OutcomeDialog
from wbtui.ui.dialogs.portal_link import LinkDialog
from wbtui.ui.dialogs.sheet import SheetEnd
from wbtui.ui.host import host
from wbtui.ui.safe import join
from wbtui.ui.screens.base import BaseScreen
from wbtui.ui.widgets.data_panel import DataPanel


class GoneNote(Static):
    """One line, there only when the customer is gone."""

    DEFAULT_CSS = "GoneNote { display: none; height: auto; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def tell(self, gone: datetime | None) -> None:
        """Say when the customer went; None: not gone."""
        self.display = gone is not None
        if gone is not None:
            when = fmt.instant(gone, host(self).now())
            self.update(
                join(
                    ("■ ", "$warning"),
                    (f"This customer was deleted at {when}.", "bold"),
                    " What is shown is what was held; nothing can be changed any more.",
                )
            )


class CustomerScreen(BaseScreen):
    """A screen about one customer. `customer` is None until the row is there.

    It shows a `GoneNote` somewhere.
    """

    customer: Customer | None = None

    @property
    def environment(self) -> str:
        return str(host(self).services.connection.environment)

    # ── may it? ──
    def disabled_reason(self, command: Command) -> str | None:
        if command.danger and self.gone_at is not None:
            return f"This customer was deleted at {fmt.instant(self.gone_at, host(self).now())}."
        if command.danger and self.customer is None:
            return "The customer is not held yet: wait for the profile to load."
        return super().disabled_reason(command)

    # ── commands ──
    def subjects(self) -> Subjects:
        """The selected objects that actions can be about, besides the customer."""
        return {}

    def choose_subject(self, entry: Entry) -> None:
        """Ask to select the object that an action needs."""
        key = host(self).keymap.of(f"{self.SCOPE}.{entry.verb}")
        then = f", then press {show_key(key[0])}" if key else " first"
        host(self).tell(f"Select {entry.an_object}{then}.", title=entry.title)

    def action_action(self, kind: str) -> None:
        """Open the form or preview of an action on the customer."""
        assert self.customer is not None
        open_action(self, kind, self.customer, self.subjects(), self._ended, missing=self.choose_subject)

    def action_actions(self) -> None:
        """Open the menu of actions."""
        if self.customer is not None:
            open_menu(
                self,
                self.SCOPE,
                self.customer,
                self.subjects(),
                self._ended,
                unavailable=self.disabled_reason,
            )

    def _ended(self, end: SheetEnd | None) -> None:
        """The outcome is shown until it is closed; a portal link once, in its own dialog."""
        if end is None:
            return
        customer = end.proposal.customer.title
        if end.outcome.link and end.outcome.status is Status.DONE:
            self.app.push_screen(LinkDialog(end.outcome.link, customer, environment=self.environment))
            return
        what = end.proposal.summary(end.money)
        self.app.push_screen(OutcomeDialog(end.outcome, what, customer, environment=self.environment))

    # ── copying ──
    def copyables(self) -> tuple[Copyable, ...]:
        """What `y` offers here."""
        return ()

    def action_copy(self) -> None:
        from wbtui.ui.dialogs.copy_menu import CopyMenu

        self.app.push_screen(CopyMenu(self.copyables()))

    # ── news ──
    def action_refresh(self) -> None:
        self.load(force=True)

    def load(self, *, force: bool = False) -> None:
        """Everything shown, again; of a customer who is gone what is shown stays, and the note says so."""
        self.query_one(GoneNote).tell(self.gone_at)
        self.refresh_keys()
        if self.gone_at is not None:
            return
        for panel in self.query(DataPanel):
            panel.load(force=force)

    @property
    def gone_at(self) -> datetime | None:
        """When the customer was deleted at the billing system; None while there."""
        return host(self).services.profiles.deleted.at(self.about)

    @property
    def about(self) -> str | None:
        """Id of the customer this is about, as soon as it is known."""
        return self.customer.id if self.customer is not None else None

    def on_screen_resume(self) -> None:
        """Coming back: what has become stale meanwhile is asked for again."""
        if self.customer is not None:
            self.load()

    def on_link_changed(self, message: messages.LinkChanged) -> None:
        # What could not be had without a link comes now; what is fresh is not asked for again.
        if message.state.kind is LinkKind.ONLINE:
            self.load()

    def on_data_changed(self, message: messages.DataChanged) -> None:
        # Handlers of base classes run, too: this is the only one.
        if self.about is None or message.touches(self.about):
            self.load()

    def on_outcome_changed(self, message: messages.OutcomeChanged) -> None:
        entry = message.entry
        settled = entry.status in (Status.DONE, Status.PENDING)
        if settled and entry.customer_id == self.about:
            self.load(force=True)

    async def load_customer(self, customer_id: str) -> Customer:
        """The row held, else the server's. Raises NotFound, Offline, ApiErrors."""
        profiles = host(self).services.profiles
        held = await profiles.held(CUSTOMER, customer_id)
        return (held or await profiles.fetch(CUSTOMER, customer_id)).value
