"""The key that opens a form, pressed twice by mistake, is not typed into its first field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import events
from textual.message import Message
from textual.screen import Screen


class RepeatedKey:
    """Tells which key presses repeat the one that opened a form.

    A character counts as repeated by mistake if nothing else follows it in the same read of the terminal: of
    `TT-12`, sent at once over a slow link, the second T begins the ticket. Menus take a repeated letter as a
    filter.
    """

    def __init__(self) -> None:
        self._opened_by = ""

    def ended(self) -> None:
        """Note that nothing was typed for a moment: the agent has seen the form."""
        self._opened_by = ""

    def ignores(self, message: Message, following: Sequence[Message]) -> bool:
        """Return whether a message is to be dropped; `following` are those of the same read after it."""
        character = _character(message)
        return bool(character) and all(_character(one) == self._opened_by for one in (message, *following))

    def handled(self, message: Message, opened: Sequence[Screen[Any]]) -> None:
        """Note what a message did: the screens that it opened."""
        if isinstance(message, events.Key):
            is_form = bool(opened) and getattr(opened[-1], "IGNORES_REPEATED_KEY", False)
            self._opened_by = _character(message) if is_form else ""


def _character(message: Message) -> str:
    if isinstance(message, events.Key) and message.is_printable:
        return message.character or ""
    return ""
