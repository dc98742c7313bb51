"""Copying by OSC 52: the terminal, not this machine, keeps the clipboard; whether it did is not known."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

MAX_COPY = 20_000
"""Characters; terminals drop much longer sequences whole."""

SAID = "sent to your terminal's clipboard"


@dataclass(frozen=True, slots=True)
class Copyable:
    """One thing that `y` offers: the letter, its name and the text. The text is data."""

    letter: str
    name: str
    text: str


def osc52(text: str) -> str:
    """The sequence that asks the terminal to keep `text`. Base64, so that the text cannot end it early."""
    encoded = b64encode(text[:MAX_COPY].encode("utf-8", "replace")).decode("ascii")
    return f"\x1b]52;c;{encoded}\x07"


def offered(*things: Copyable | None) -> tuple[Copyable, ...]:
    """Those that have a text."""
    return tuple(thing for thing in things if thing is not None and thing.text.strip())
