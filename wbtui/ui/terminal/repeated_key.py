"""The key that opens a form, pressed twice by mistake, is not typed into its first field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import events
from textual.message import Message
from textual.screen import Screen

SHORT_PAUSES = 8
"""Pauses after which the agent has seen a form whose first field is filled in."""


class RepeatedKey:
    """Tells which key presses repeat the one that opened a form.

    A character counts as repeated by mistake if nothing else follows it in the same read of the terminal: of
    `TT-12`, sent at once over a slow link, the second T begins the ticket. Menus take a repeated letter as a
    filter. In a form whose first field is filled in, such as a name, the second press may come later: there
    it is easily overlooked, and nobody begins by typing on at once.
    """

    def __init__(self) -> None:
        self._opened_by = ""
        self._form: Screen[Any] | None = None
        self._pauses = 0

    def ended(self) -> None:
        """Note that nothing was typed for a moment: the agent has seen the form, unless it is filled in."""
        self._pauses += 1
        if self._pauses >= SHORT_PAUSES or not _is_filled_in(self._form):
            self._opened_by = ""

    def ignores(self, message: Message, following: Sequence[Message]) -> bool:
        """Return whether a message is to be dropped; `following` are those of the same read after it."""
        character = _character(message)
        return bool(character) and all(_character(one) == self._opened_by for one in (message, *following))

    def handled(self, message: Message, opened: Sequence[Screen[Any]]) -> None:
        """Note what a message did: the screens that it opened."""
        if isinstance(message, events.Key):
            form = opened[-1] if opened else None
            is_form = getattr(form, "IGNORES_REPEATED_KEY", False)
            self._opened_by = _character(message) if is_form else ""
            self._form, self._pauses = form, 0
        elif isinstance(message, events.MouseDown):
            self._opened_by = ""


def _is_filled_in(form: Screen[Any] | None) -> bool:
    """Whether a character is added to the text in the focused field: it has one, which is not selected."""
    field = getattr(form, "focused", None)
    text = getattr(field, "value", None)
    return isinstance(text, str) and bool(text) and not getattr(field, "selected_text", "")


def _character(message: Message) -> str:
    if isinstance(message, events.Key) and message.is_printable:
        return message.character or ""
    return ""
