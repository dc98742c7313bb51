"""Base of profile and invoice: actions on one customer, and reloading after changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from textual.widgets import Static

from wbtui.models.actions import About
from wbtui.models.customer import Customer
from wbtui.models.preview import Status
from wbtui.services.actions.subjects import missing_objects
from wbtui.services.link import LinkKind
from wbtui.ui import messages
from wbtui.ui.actions.catalogue import Entry, entry_of
from wbtui.ui.actions.menu import Subjects
from wbtui.ui.actions.opening import open_action, open_menu, select_in_profile
from wbtui.ui.clipboard import Copyable
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.commands import command
from wbtui.ui.format import instant
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, join
from wbtui.ui.screens.base import BaseScreen
from wbtui.ui.states import State
from wbtui.ui.text import profile as text
from wbtui.ui.text.actions import not_available_offline
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.work import apply, start

FIRST_VERBS = ("back", "actions")
"""The commands that the key bar shows first."""


class DeletedNote(Static):
    """One line that is visible only for a deleted customer."""

    DEFAULT_CSS = "DeletedNote { display: none; height: auto; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def show(self, deleted_at: datetime | None) -> None:
        """Show when the customer was deleted; None hides the line."""
        self.display = deleted_at is not None
        if deleted_at is not None:
            self.update(text.deleted_note(deleted_at, host(self).now()))


class CustomerScreen(BaseScreen):
    """Screen about one customer. Its body contains a `DeletedNote` and panels.

    Attributes:
        customer_id: None until it is known.
        customer: None until it is loaded.
    """

    customer_id: str | None = None
    customer: Customer | None = None
    _missing: frozenset[str] = frozenset()
    """IDs of the selected objects that are not available offline."""

    @property
    def deleted_at(self) -> datetime | None:
        """When the customer was deleted in the billing system; None for one that exists."""
        return host(self).services.profiles.deleted.at(self.customer_id)

    def show_state(self, state: State, fetched_at: datetime) -> None:
        """Show in the top bar the state of what the screen is about, and since when it is known."""
        as_of = f" · as of {instant(fetched_at, host(self).now())}"
        self.top_bar.right = join((state.text, state.style), (as_of, DIM))

    # ── loading ──
    def load(self, *, force: bool = False) -> None:
        """Load every panel again, with `force` even fresh ones; a deleted customer keeps what is cached."""
        self.query_one(DeletedNote).show(self.deleted_at)
        self.refresh_keys()
        for panel in self.walk_children(DataPanel):
            if self.deleted_at is None:
                panel.load(force=force)
            else:
                panel.keep()

    def resumed(self) -> None:
        if self.customer is not None:
            self.load()

    def link_changed(self) -> None:
        """Load again: online what is missing; offline what is cached, for panels that failed just before."""
        if host(self).services.link.state.kind in (LinkKind.ONLINE, LinkKind.OFFLINE):
            self.load()

    def data_changed(self, message: messages.DataChanged) -> None:
        if self.customer_id is None or message.touches(self.customer_id):
            self.load()

    def date_changed(self) -> None:
        for panel in self.walk_children(DataPanel):
            panel.repaint()
        self.load()

    def on_outcome_changed(self, message: messages.OutcomeChanged) -> None:
        entry = message.entry
        if entry.status in (Status.DONE, Status.PENDING) and entry.customer_id == self.customer_id:
            self.load(force=True)

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        if command.danger and self.deleted_at is not None:
            return text.deleted_reason(self.deleted_at, host(self).now())
        if self.customer is None and (command.danger or command.verb == "actions"):
            return text.NOT_LOADED
        reason = super().disabled_reason(command)
        if reason is None and command.handled_by == "action":
            return self._object_disabled_reason(entry_of(str(command.args[0])))
        return reason

    def _object_disabled_reason(self, entry: Entry) -> str | None:
        """Return the reason why the selected object does not allow an action; None while it is not loaded."""
        if self._missing and self.subjects().get(entry.about, ("",))[0] in self._missing:
            return not_available_offline(entry.about)
        subject = self.customer if entry.about == "customer" else self.subject(entry.about)
        if subject is None or self.customer is None:
            return None
        return entry.model.disabled_reason_for(self.customer, subject)

    def refresh_keys(self) -> None:
        """Show which commands can run; offline, once it is known which selected objects are cached."""
        services = host(self).services
        if services.link.reachable:
            self._missing = frozenset()
        elif self.customer_id is not None and (selected := self.subjects()):
            objects = [(about, subject_id) for about, (subject_id, _name) in selected.items()]
            start(self, self._find_missing, objects, self.customer_id, group="missing", latest=True)
        super().refresh_keys()

    async def _find_missing(self, objects: Iterable[tuple[About, str]], customer_id: str) -> None:
        missing = await missing_objects(host(self).services.profiles, objects, customer_id)
        await apply(self, self._show_missing, missing)

    def _show_missing(self, missing: frozenset[str]) -> None:
        if missing != self._missing:
            self._missing = missing
            super().refresh_keys()

    def bar_commands(self) -> Iterable[Command]:
        """Actions on what is selected come first, then those on the customer, then the others."""
        selected = self.subjects()

        def place(row: Command) -> int:
            if row.handled_by != "action":
                return 0 if row.verb in FIRST_VERBS else 2
            about = entry_of(str(row.args[0])).about
            return 1 if about in selected else 2 if about == "customer" else 3

        return sorted(super().bar_commands(), key=place)

    def subject(self, about: About) -> Any:
        """The selected object of a kind as far as it is loaded, else None."""
        return None

    def subjects(self) -> Subjects:
        """The selected objects that actions can be about, besides the customer."""
        return {}

    def choose_subject(self, entry: Entry) -> None:
        """Ask to select the object that an action needs."""
        assert self.customer is not None
        select_in_profile(self, self.customer, entry)

    @handles("action")
    def open_action(self, kind: str) -> None:
        """Open the form or preview of an action on the customer."""
        assert self.customer is not None
        open_action(self, kind, self.customer, self.subjects(), missing=self.choose_subject)

    @handles("actions")
    def open_actions(self) -> None:
        """Open the menu of actions."""
        assert self.customer is not None
        open_menu(
            self,
            self.customer,
            self.subjects(),
            scope=self.SCOPE,
            unavailable=lambda entry: self.disabled_reason(command(f"{self.SCOPE}.{entry.verb}")),
        )

    @handles("refresh")
    def refresh_all(self) -> None:
        self.load(force=True)

    def copyables(self) -> tuple[Copyable, ...]:
        """Return the values that can be copied here."""
        return ()

    @handles("copy")
    def choose_copy(self) -> None:
        from wbtui.ui.dialogs.copy_menu import CopyMenu

        self.app.push_screen(CopyMenu(self.copyables()))
