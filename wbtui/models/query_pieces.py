"""The search text in pieces: divided at spaces, quotes respected; what names a filter is told apart."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_VALUES = 24


@dataclass(frozen=True, slots=True)
class Piece:
    """One space-separated piece of the text, quotes respected."""

    start: int
    end: int
    raw: str
    quoted: bool
    """The whole piece is one quoted phrase."""
    open_quote: bool


def is_space(char: str) -> bool:
    """White space and control characters divide."""
    return char.isspace() or unicodedata.category(char) == "Cc"


def pieces(text: str) -> list[Piece]:
    """The pieces of the text, in order."""
    found: list[Piece] = []
    position, length = 0, len(text)
    while position < length:
        if is_space(text[position]):
            position += 1
            continue
        start, in_quote = position, False
        while position < length and (in_quote or not is_space(text[position])):
            if text[position] == '"':
                in_quote = not in_quote
            position += 1
        raw = text[start:position]
        quoted = raw.startswith('"') and ('"' not in raw[1:-1] if raw.endswith('"') else in_quote)
        found.append(Piece(start, position, raw, quoted, in_quote))
    return found


def split_values(raw: str) -> list[str]:
    """At commas outside quotes; quotes go."""
    values, current, in_quote = [], "", False
    for char in raw:
        if char == '"':
            in_quote = not in_quote
        elif char == "," and not in_quote:
            values.append(current)
            current = ""
        else:
            current += " " if is_space(char) else char
    values.append(current)
    return [value.strip() for value in values if value.strip()][:MAX_VALUES]


@dataclass(frozen=True, slots=True)
class Named:
    """A piece that names a filter: `plan:pro`, `owes:eur>100`, `-is:free`."""

    negated: bool
    name: str
    rest: str
    """After the colon, quotes and commas as typed."""
    operator: str
    """One of OPERATORS when the piece compares, else empty; `operand` is then what follows it."""
    operand: str
    inner: str
    """Between colon and operator: the currency of `owes:eur>100`."""
    colon: bool


_SHAPE = re.compile(
    r"(-?)([^\W\d_]{1,20})(:?)([^<>=]{0,40}?)(<=|>=|<|>|=)(.*)|(-?)([^\W\d_]{1,20}):(.*)", re.DOTALL
)


def named(piece: Piece) -> Named | None:
    """The filter that a piece names, whether there is such a filter or not."""
    shape = None if piece.quoted else _SHAPE.fullmatch(piece.raw)
    if shape is None:
        return None
    if shape[7] is not None:
        return Named(bool(shape[7]), shape[8].lower(), shape[9], "", "", "", True)
    if shape[4] and not shape[3]:
        return None
    rest = shape[4] + shape[5] + shape[6]
    return Named(bool(shape[1]), shape[2].lower(), rest, shape[5], shape[6], shape[4], bool(shape[3]))
