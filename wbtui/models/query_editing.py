"""Filters written into a search text and read back, as the filter dialog does."""

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
    """A value as it stands in a filter: in quotes where it has to be; what cannot be written goes."""
    plain = "".join(" " if is_space(char) else char for char in value.replace('"', " ")).strip()
    return f'"{plain}"' if "," in plain or " " in plain else plain


def with_filter(text: str, name: str, values: Sequence[str]) -> str:
    """`text` with the filter `name` (or `-name`, or `sort`) set to `values`, as a person would type it.

    It stays where it stood, else it goes to the end; no values remove it. All other text is kept.
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
    """The values that `text` gives the filter `name` (or `-name`, or `sort`), canonical where known."""
    spec = FILTERS.get(name.removeprefix("-"))
    found: list[str] = []
    for token in filter(_is_named(name), tokenize(text[:MAX_TEXT])):
        found_here = filter_token(token)
        for value in split_values(found_here.rest if found_here else ""):
            canonical = (spec.read(value) if spec and not spec.compares else value) or value
            if canonical not in found:
                found.append(canonical)
    return tuple(found)
