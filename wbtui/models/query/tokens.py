"""Tokenizer of the search syntax."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_VALUES = 24


@dataclass(frozen=True, slots=True)
class Token:
    """Part of the search text between spaces; quoted spaces do not separate."""

    start: int
    end: int
    raw: str
    quoted: bool
    """Whether the whole token is one quoted phrase."""
    open_quote: bool
    joined: bool = False
    """Whether it is one word with a space in it, such as `49.00 EUR`."""


def is_space(char: str) -> bool:
    """Return whether the character separates tokens: white space or a control character."""
    return char.isspace() or unicodedata.category(char) == "Cc"


def tokenize(text: str) -> list[Token]:
    """Split the text into tokens."""
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
    """Split the value of a filter at commas outside quotes, and remove the quotes."""
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
    """Token in the form of a filter: `plan:pro`, `owes:eur>100`, `-is:free`."""

    negated: bool
    name: str
    rest: str
    """Text after the colon, with quotes and commas."""
    operator: str
    """One of OPERATORS, or empty. `operand` is the text after it."""
    operand: str
    inner: str
    """Text between colon and operator, such as the currency of `owes:eur>100`."""
    colon: bool


_SHAPE = re.compile(
    r"(-?)([^\W\d_]{1,20})(:?)([^<>=]{0,40}?)(<=|>=|<|>|=)(.*)|(-?)([^\W\d_]{1,20}):(.*)", re.DOTALL
)


def filter_token(token: Token) -> FilterToken | None:
    """Parse a token as a filter, whether that filter exists or not; None for plain text."""
    shape = None if token.quoted else _SHAPE.fullmatch(token.raw)
    if shape is None:
        return None
    if shape[7] is not None:
        return FilterToken(bool(shape[7]), shape[8].lower(), shape[9], "", "", "", True)
    if shape[4] and not shape[3]:
        return None
    rest = shape[4] + shape[5] + shape[6]
    return FilterToken(bool(shape[1]), shape[2].lower(), rest, shape[5], shape[6], shape[4], bool(shape[3]))
