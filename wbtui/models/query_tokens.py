"""The search text in pieces: divided at spaces, quotes respected; what names a filter is told apart."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_VALUES = 24


@dataclass(frozen=True, slots=True)
class Token:
    """One space-separated token of the text, quotes respected."""

    start: int
    end: int
    raw: str
    quoted: bool
    """The whole token is one quoted phrase."""
    open_quote: bool


def is_space(char: str) -> bool:
    """White space and control characters divide."""
    return char.isspace() or unicodedata.category(char) == "Cc"


def tokenize(text: str) -> list[Token]:
    """The pieces of the text, in order."""
    found: list[Token] = []
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
        found.append(Token(start, position, raw, quoted, in_quote))
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
class FilterToken:
    """A token that names a filter: `plan:pro`, `owes:eur>100`, `-is:free`."""

    negated: bool
    name: str
    rest: str
    """After the colon, quotes and commas as typed."""
    operator: str
    """One of OPERATORS when the token compares, else empty; `operand` is then what follows it."""
    operand: str
    inner: str
    """Between colon and operator: the currency of `owes:eur>100`."""
    colon: bool


_SHAPE = re.compile(
    r"(-?)([^\W\d_]{1,20})(:?)([^<>=]{0,40}?)(<=|>=|<|>|=)(.*)|(-?)([^\W\d_]{1,20}):(.*)", re.DOTALL
)


def filter_token(token: Token) -> FilterToken | None:
    """The filter that a token names, whether there is such a filter or not."""
    shape = None if token.quoted else _SHAPE.fullmatch(token.raw)
    if shape is None:
        return None
    if shape[7] is not None:
        return FilterToken(bool(shape[7]), shape[8].lower(), shape[9], "", "", "", True)
    if shape[4] and not shape[3]:
        return None
    rest = shape[4] + shape[5] + shape[6]
    return FilterToken(bool(shape[1]), shape[2].lower(), rest, shape[5], shape[6], shape[4], bool(shape[3]))
