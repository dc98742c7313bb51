"""News of commands whose outcome was not known: what an earlier run left open, and how each one ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wbtui.models.preview import Status
from wbtui.ui.format import outcome_status

if TYPE_CHECKING:
    from wbtui.models.preview import JournalEntry


class OutcomeNews:
    """Remembers which commands are unknown; an agent may have closed their dialog long ago."""

    def __init__(self) -> None:
        self._unknown: set[str] = set()

    def left(self, entries: tuple[JournalEntry, ...]) -> str | None:
        """The sentence about what an earlier run left unknown; None when it left nothing."""
        self._unknown |= {entry.key for entry in entries}
        if not entries:
            return None
        one = len(entries) == 1
        what = f"{entries[0].summary}, {entries[0].customer}" if one else f"{len(entries)} commands"
        return f"{what}: what became of {'it' if one else 'them'} is unknown. It is being looked up; see J."

    def heard(self, entry: JournalEntry) -> str | None:
        """The sentence to tell now that this entry changed; None when it is no news. Not cleaned."""
        if entry.status is Status.UNKNOWN:
            self._unknown.add(entry.key)
            return None
        if entry.key not in self._unknown or not entry.status.settled:
            return None
        self._unknown.discard(entry.key)
        return f"{outcome_status(entry.status).text}: {entry.summary}, {entry.customer}"
