"""What services and terminal announce to the app, as messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from wbtui.models.preview import JournalEntry
    from wbtui.services.link import LinkState


class LinkChanged(Message, bubble=False):
    """The connection to the server has another state."""

    def __init__(self, state: LinkState) -> None:
        super().__init__()
        self.state = state


class SyncChanged(Message, bubble=False):
    """A synchronization made progress; see `services.sync.progress`."""


class DataChanged(Message, bubble=False):
    """Cached data of these customers changed; an empty set means many."""

    def __init__(self, customer_ids: frozenset[str]) -> None:
        super().__init__()
        self.customer_ids = customer_ids

    def touches(self, customer_id: str) -> bool:
        """Whether data of that customer may have changed."""
        return not self.customer_ids or customer_id in self.customer_ids


class OutcomeChanged(Message, bubble=False):
    """A journal entry has another outcome."""

    def __init__(self, entry: JournalEntry) -> None:
        super().__init__()
        self.entry = entry


class PasteDiscarded(Message, bubble=False):
    """The end of a paste did not come; nothing of it was used."""
