"""Condense input faster than anybody types or clicks, so that it is neither commands nor slow."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from textual import events, messages
from textual.message import Message

MAX_TYPED_AHEAD = 100
"""Key presses in one read that still count as typed; more are a paste without marks."""

MAX_CLICKS = 20
"""Mouse presses in one read that still count as clicks; the rest are dropped."""

_IGNORED = (
    events.Resize,
    messages.InBandWindowResize,
    events.CursorPosition,
    events.AppFocus,
    events.AppBlur,
)
"""Reports that any program can forge, and changes of focus, each of which would redraw the screen."""
_BREAKS = {"enter": "\n", "tab": "\t"}


class Bursts:
    """Condenses the messages of each read.

    Args:
        quit_keys: names of the keys that quit; in a burst they are keys still.
    """

    def __init__(self, quit_keys: Container[str]) -> None:
        self._quit_keys = quit_keys
        self._open = False
        self._pressed = True  # whether the last press of a button was kept

    def ended(self) -> None:
        """Read key presses as keys again, after a pause in the input."""
        self._open = False

    def quits(self, message: Message) -> bool:
        """Return whether it is a key that quits and cannot be part of a text."""
        return isinstance(message, events.Key) and message.key in self._quit_keys and not message.is_printable

    def condense(self, found: Iterable[Message]) -> list[Message]:
        """Return the messages to dispatch.

        Reports are dropped, of mouse movements in a row the last is kept, of clicks the first, and the key
        presses of a burst are one paste; keys without a character are dropped then.
        """
        kept = [*self._clicks(message for message in found if not isinstance(message, _IGNORED))]
        if sum(isinstance(message, events.Key) for message in kept) > MAX_TYPED_AHEAD:
            self._open = True
        condensed: list[Message] = []
        text: list[str] = []
        for message in kept:
            if self._open and isinstance(message, events.Key) and not self.quits(message):
                text.append(_character(message))
                continue
            _add_paste(condensed, text)
            if condensed and _same_movement(condensed[-1], message):
                condensed.pop()
            condensed.append(message)
        _add_paste(condensed, text)
        return condensed

    def _clicks(self, found: Iterable[Message]) -> Iterator[Message]:
        """Leave out presses beyond MAX_CLICKS, each with its release."""
        presses = 0
        for message in found:
            if isinstance(message, events.MouseDown):
                presses += 1
                self._pressed = presses <= MAX_CLICKS
            if self._pressed or not isinstance(message, events.MouseDown | events.MouseUp):
                yield message


def _character(key: events.Key) -> str:
    return (key.character or "") if key.is_printable else _BREAKS.get(key.key, "")


def _add_paste(condensed: list[Message], text: list[str]) -> None:
    """Move the text collected so far into a paste."""
    pasted = "".join(text)
    text.clear()
    if pasted:
        condensed.append(events.Paste(pasted))


def _same_movement(before: Message, message: Message) -> bool:
    """Return whether the mouse only moved on."""
    return (
        isinstance(before, events.MouseMove)
        and isinstance(message, events.MouseMove)
        and before.button == message.button
    )
