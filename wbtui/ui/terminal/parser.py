"""Textual's parser of terminal input, protected against forged reports."""

from __future__ import annotations

from itertools import chain

from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message


class Parser(XTermParser):
    """Parser that no report can end or switch to pixels."""

    def _parse_extended_key(  # type: ignore[override]
        self, sequence: str
    ) -> list[events.Key] | None:
        try:
            return super()._parse_extended_key(sequence)
        except (ValueError, OverflowError):
            # A code point that does not exist.
            return [events.Key(Keys.Ignore.value, sequence)]

    @property
    def mouse_pixels(self) -> bool:
        """Always False: a resize report could switch it on, and any program can forge one."""
        return False

    @mouse_pixels.setter
    def mouse_pixels(self, _on: bool) -> None:
        pass


def parse(parser: Parser, text: str) -> tuple[list[Message], Parser]:
    """Return the messages in `text` and the parser for what follows: a new one if this one raised."""
    found: list[Message] = []
    try:
        for message in chain(parser.feed(text) if text else (), parser.tick()):
            found.append(message)  # one by one: those before an exception count
    except Exception:  # noqa: BLE001 - no input may end the app
        return found, Parser()
    return found, parser
