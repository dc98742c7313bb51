"""Edits a filter within a search text, for the filter dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wbtui.models.query_filters import FILTERS, OPERATORS
from wbtui.models.query_tokens import Token, filter_token, is_space, split_values, tokenize

MAX_TEXT = 10_000


def _is_named(name: str) -> Callable[[Token], bool]:
    negated, bare = name.startswith("-"), name.removeprefix("-")

    def check(token: Token) -> bool:
        found = filter_token(token)
        return found is not None and found.negated == negated and found.name == bare

    return check


def quoted_value(value: str) -> str:
    """Return the value as typed in a filter, quoted if necessary; quotes within are dropped."""
    plain = "".join(" " if is_space(char) else char for char in value.replace('"', " ")).strip()
    return f'"{plain}"' if "," in plain or " " in plain else plain


def with_filter(text: str, name: str, values: Sequence[str]) -> str:
    """Return `text` with the filter `name` (or `-name`, or `sort`) set to `values`; none removes it.

    An existing filter is replaced in place, a new one is appended. The rest of the text is unchanged.
    """
    texts = [one for value in values if (one := quoted_value(value))]
    colon = "" if texts and texts[0].startswith(OPERATORS) else ":"
    replacement = f"{name}{colon}{','.join(texts)}" if texts else ""
    result, position = "", 0
    for token in filter(_is_named(name), tokenize(text)):
        gap = text[position : token.start]
        if not replacement:
            gap = gap.rstrip() + " " if gap.strip() else gap.rstrip()
        result += gap + replacement
        position, replacement = token.end, ""
    rest = text[position:]
    if position and (not result or result.endswith(" ")):
        rest = rest.lstrip()
    result += rest
    if replacement:
        result = f"{result.rstrip()} {replacement}".lstrip()
    return result.rstrip() if position or texts else result


def filter_values(text: str, name: str) -> tuple[str, ...]:
    """Return the values of the filter `name` (or `-name`, or `sort`) in `text`, canonical if known."""
    spec = FILTERS.get(name.removeprefix("-"))
    found: list[str] = []
    for token in filter(_is_named(name), tokenize(text[:MAX_TEXT])):
        found_here = filter_token(token)
        for value in split_values(found_here.rest if found_here else ""):
            canonical = (spec.read(value) if spec and not spec.compares else value) or value
            if canonical not in found:
                found.append(canonical)
    return tuple(found)
