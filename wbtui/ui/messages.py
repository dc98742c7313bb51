"""What services and terminal announce to the app, as messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from wbtui.models.preview import JournalEntry


@dataclass
class Announcement(Message):
    """Base of the messages that the app passes on to every screen."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__(bubble=False)  # else it would come back to the app


class LinkChanged(Announcement):
    """The connection to the server has another state; see `services.link.state`."""


class SyncChanged(Announcement):
    """A synchronization made progress; see `services.sync.progress`."""


@dataclass
class DataChanged(Announcement):
    """Cached data of these customers changed; an empty set means many."""

    customer_ids: frozenset[str]

    def touches(self, customer_id: str) -> bool:
        """Whether data of that customer may have changed."""
        return not self.customer_ids or customer_id in self.customer_ids


class DateChanged(Announcement):
    """The server's date or that in the agent's zone is another one."""


@dataclass
class OutcomeChanged(Announcement):
    """A journal entry has another outcome."""

    entry: JournalEntry


class DraftsChanged(Announcement):
    """There is another number of drafts."""


class TicketChanged(Announcement):
    """The ticket of the next actions is another one."""


@dataclass
class Notice(Message, bubble=False):
    """Something that the agent should know about the local files or the sync."""

    text: str
    title: str


class PasteDiscarded(Message, bubble=False):
    """The end of a paste did not come; nothing of it was used."""
