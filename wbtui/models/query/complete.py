"""Completion of the search text, and edits of a filter within it for the filter dialog."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wbtui.models.countries import country_name, country_names
from wbtui.models.folding import squash
from wbtui.models.query.filters import FILTERS, NO_PLAN, OPERATORS, SORTS, FilterSpec, filter_prefix
from wbtui.models.query.tokens import FilterToken, Token, filter_token, is_space, split_values, tokenize

MAX_TEXT = 10_000
"""Maximum length of a search text; the rest is ignored."""
MAX_SUGGESTIONS = 12
MIN_PREFIX = 2
"""Typed letters before filters are suggested; fewer are the start of too many customer names."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Suggestion to replace the characters `start` to `end` of the text with `insert`.

    Attributes:
        sentence: what it means, empty if obvious.
        is_typed: whether it is what was typed, which means something by itself.
    """

    start: int
    end: int
    insert: str
    sentence: str
    is_typed: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it is complete: a value or a sort order, not the name of a filter."""
        return self.is_typed or (not self.insert.endswith(":") and self.insert.lstrip("-") not in FILTERS)

    def applied(self, text: str) -> str:
        """Return the text with the completion inserted."""
        return f"{text[: self.start]}{self.insert}{text[self.end :]}"


def complete(
    text: str, cursor: int, known: Mapping[str, Sequence[str]] | None = None
) -> tuple[Completion, ...]:
    """Return the completions at the cursor, at most a dozen; none within quotes or whitespace.

    `known`: values of filters without a fixed set, such as {"plan": […], "country": […]}. Never raises.
    """
    token = next((p for p in tokenize(text) if p.start < cursor <= p.end), None)
    if token is None or (token.open_quote and ":" not in token.raw):
        return ()
    typed = Token(token.start, cursor, text[token.start : cursor], False, False)
    found = filter_token(typed)
    possible = _names(typed) if found is None else _values(typed, found, known or {})
    offers = tuple(offer for offer in possible if text[offer.start : cursor] != offer.insert)
    if found is None and offers:
        offers = (*_states(text[:cursor], typed.start), *offers)
    return offers[:MAX_SUGGESTIONS]


_STATES = {
    NO_PLAN: "none",
    **{
        value.replace("_", " "): value for value in FILTERS["is"].meanings if value not in ("none", "unknown")
    },
    **FILTERS["is"].synonyms,
}
"""Words that find customers by their billing status without a filter, and the status."""


def _states(before: str, last: int) -> Iterator[Completion]:
    """Yield the billing statuses that were typed whole, or up to a part of their last word.

    It comes before the filters that begin with its last word, which starts at `last`: agents search for it by
    the words that the list shows.
    """
    begun = before.lower()
    for words, status in _STATES.items():
        start = last - sum(len(word) + 1 for word in words.split()[:-1])
        at_start = start >= 0 and (not start or is_space(before[start - 1]))
        if at_start and words.startswith(begun[start:]) and (" " in words or words == begun[start:]):
            meaning, is_typed = FILTERS["is"].meanings[status], words == begun[start:]
            insert = before[start:] if is_typed else words
            yield Completion(
                start, len(before), insert, f"{meaning[:1].upper()}{meaning[1:]}.", is_typed=is_typed
            )


def _names(typed: Token) -> Iterator[Completion]:
    minus, wanted = ("-", typed.raw[1:]) if typed.raw.startswith("-") else ("", typed.raw)
    begun = wanted.lower()
    if len(begun) < MIN_PREFIX:
        return
    for name, spec in FILTERS.items():
        if name.startswith(begun):
            yield Completion(typed.start, typed.end, f"{minus}{filter_prefix(name)}", spec.sentence)
    if "sort".startswith(begun) and not minus:
        yield Completion(typed.start, typed.end, "sort:", "Sort order of the list.")
    if begun in FILTERS and FILTERS[begun].compares:
        for offer in FILTERS[begun].suggestions:
            yield Completion(typed.start, typed.end, f"{minus}{begun}{offer}", FILTERS[begun].sentence)


def _values(typed: Token, found: FilterToken, known: Mapping[str, Sequence[str]]) -> Iterator[Completion]:
    if found.name == "sort":
        yield from _sorts(typed, found.rest)
        return
    spec = FILTERS.get(found.name)
    if spec is None:
        return
    if spec.compares:
        minus = "-" if found.negated else ""
        for offer in spec.suggestions:
            if offer.startswith(found.rest) and offer != found.rest:
                yield Completion(typed.start, typed.end, f"{minus}{spec.name}{offer}", spec.sentence)
        return
    if not found.colon:
        return
    already, start, last = _last(typed, found)
    taken = spec.read(last.replace('"', " "), known.get(spec.name)) if last.strip() else None
    for value, sentence in _choices(spec, known.get(spec.name)):
        spelled = quoted_value(value)
        if spelled and squash(value) not in already and value != taken and _fits(spec, value, squash(last)):
            yield Completion(start, typed.end, spelled, sentence)


def _fits(spec: FilterSpec, value: str, begun: str) -> bool:
    """Return whether the value or one of its synonyms starts with the prefix."""
    words = [value, *(synonym for synonym, target in spec.synonyms.items() if target == value)]
    if spec.name == "country":
        words += country_names(value)
    return any(squash(word).startswith(begun) for word in words)


def _last(typed: Token, found: FilterToken) -> tuple[set[str], int, str]:
    """Return the values before the last comma, and start and text of the last one."""
    head, _, last = found.rest.rpartition(",")
    return {squash(value) for value in head.split(",")}, typed.end - len(last), last


def _choices(spec: FilterSpec, known: Sequence[str] | None) -> list[tuple[str, str]]:
    values = spec.values if spec.values is not None else known or ()
    if spec.name == "country":
        return [(code.lower(), country_name(code)) for code in values]
    # Only values that are not plain words need an explanation.
    return [
        (value, spec.meanings.get(value, value.replace("_", " ") if "_" in value else "")) for value in values
    ]


def _sorts(typed: Token, rest: str) -> Iterator[Completion]:
    sign, begun = ("-", rest[1:]) if rest.startswith("-") else ("", rest)
    for name, sentence in SORTS.items():
        if name.startswith(begun.lower()):
            yield Completion(typed.end - len(rest), typed.end, f"{sign}{name}", sentence)


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
