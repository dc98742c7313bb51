"""Toasts about actions with an unknown outcome: those of earlier runs, and each one that becomes known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wbtui.models.preview import Status
from wbtui.ui.states import outcome_state

if TYPE_CHECKING:
    from wbtui.models.preview import JournalEntry


class OutcomeNews:
    """Tracks actions whose outcome is unknown, since their dialog may be closed."""

    def __init__(self) -> None:
        self._unknown: set[str] = set()

    def earlier(self, entries: tuple[JournalEntry, ...], key: str, *, offline: bool) -> str | None:
        """The sentence about unresolved actions of earlier runs, None without; `key` opens the journal."""
        self._unknown |= {entry.key for entry in entries}
        if not entries:
            return None
        one = len(entries) == 1
        what = f"{entries[0].summary}, {entries[0].customer}" if one else f"{len(entries)} actions"
        check = "wbtui checks again when you are online" if offline else "wbtui is checking"
        return f"{what}: outcome unknown. {check}; see the journal ({key})."

    def changed(self, entry: JournalEntry) -> str | None:
        """The sentence about an outcome that has become known; None for other changes. May be unsafe."""
        if entry.status is Status.UNKNOWN:
            self._unknown.add(entry.key)
            return None
        if entry.key not in self._unknown or not entry.status.settled:
            return None
        self._unknown.discard(entry.key)
        return f"{outcome_state(entry).text}: {entry.summary}, {entry.customer}"
