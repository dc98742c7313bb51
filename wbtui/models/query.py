"""The search grammar: what an agent types becomes words, phrases, filters and a sort order.

    anna schmidt  "lumen labs"  plan:pro,business  -plan:free  is:past_due  status:frozen  sort:-owes

Words combine with *and* and match the beginning of a word anywhere. `parse` is total: whatever is typed,
it understands what it can and names the rest as problems; it never raises.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from wbtui.models.customer import BillingStatus, CustomerStatus
from wbtui.models.folding import fold_chunk, squash

MAX_TEXT = 10_000
MAX_WORDS = 24
MAX_VALUES = 24


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of the text that was not used: characters `start` to `end`, why, and the nearest known word."""

    start: int
    end: int
    message: str
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """`name` is a key of FILTERS; any of `values` (canonical) holds, or none when `negated`."""

    name: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """`field` is a key of SORTS."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What was understood. `words` and `phrases` are as typed (not folded), all must match."""

    words: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: Sort | None = None
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    phrases: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing narrows the list (a sort order may be set)."""
        return not (self.words or self.phrases or self.filters)


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """One filter: its name, a sentence for help, and its closed set of values (None: open).

    `synonyms` maps other spellings to a value; `example` is offered by help and completion.
    """

    name: str
    sentence: str
    values: tuple[str, ...] | None
    synonyms: Mapping[str, str] = field(default_factory=dict)
    example: str = ""

    def read(self, typed: str, known: Sequence[str] | None = None) -> str | None:
        """The canonical value, or None when it is not one. An open set takes anything unless `known`."""
        values = self.values if self.values is not None else known
        if values is None:
            return typed.strip() or None
        wanted = squash(typed)
        by_spelling = {squash(value): value for value in values}
        by_spelling.update({squash(other): value for other, value in self.synonyms.items()})
        return by_spelling.get(wanted) if wanted else None


_BILLING = tuple(status.value for status in BillingStatus)
_STATUS = tuple(status.value for status in CustomerStatus if status is not CustomerStatus.UNKNOWN)

FILTERS: Mapping[str, FilterSpec] = {
    spec.name: spec
    for spec in (
        FilterSpec("plan", "On one of these plans now.", None, example="plan:pro,business"),
        FilterSpec(
            "is",
            "Has this billing status.",
            _BILLING,
            {"overdue": "past_due", "trial": "trialing", "cancelling": "canceling"},
            "is:past_due",
        ),
        FilterSpec(
            "status",
            "The account is active, inactive (frozen) or temporary (not registered).",
            _STATUS,
            {"frozen": "inactive", "not_registered": "temporary", "unregistered": "temporary"},
            "status:frozen",
        ),
    )
}

SORTS: Mapping[str, str] = {
    "name": "By name.",
    "owes": "By what is owed in the merchant's currency; customers who owe nothing in it come last.",
    "since": "By the start of the first subscription.",
    "created": "By when the customer was created.",
    "plan": "By plan; customers without one come last.",
    "status": "By billing status, the most urgent first.",
    "updated": "By the last change.",
}

_SHAPE = re.compile(r"(-?)([^\W\d_]{1,20}):(.*)", re.DOTALL)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class _Piece:
    """One space-separated piece of the text, quotes respected."""

    start: int
    end: int
    raw: str
    quoted: bool
    """The whole piece is one quoted phrase."""
    open_quote: bool


def _is_space(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) == "Cc"


def _pieces(text: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    position, length = 0, len(text)
    while position < length:
        if _is_space(text[position]):
            position += 1
            continue
        start, in_quote = position, False
        while position < length and (in_quote or not _is_space(text[position])):
            if text[position] == '"':
                in_quote = not in_quote
            position += 1
        raw = text[start:position]
        quoted = raw.startswith('"') and ('"' not in raw[1:-1] if raw.endswith('"') else in_quote)
        pieces.append(_Piece(start, position, raw, quoted, in_quote))
    return pieces


def _split_values(raw: str) -> list[str]:
    """At commas outside quotes; quotes go."""
    values, current, in_quote = [], "", False
    for char in raw:
        if char == '"':
            in_quote = not in_quote
        elif char == "," and not in_quote:
            values.append(current)
            current = ""
        else:
            current += " " if _is_space(char) else char
    values.append(current)
    return [value.strip() for value in values if value.strip()][:MAX_VALUES]


def _nearest(typed: str, known: Sequence[str]) -> str | None:
    by_spelling = {squash(name): name for name in known}
    close = difflib.get_close_matches(squash(typed), list(by_spelling), n=1, cutoff=0.5)
    return by_spelling[close[0]] if close else None


class _Reader:
    """Collects what the pieces mean."""

    def __init__(self, known: Mapping[str, Sequence[str]]) -> None:
        self.known = known
        self.words: list[str] = []
        self.phrases: list[str] = []
        self.filters: list[Filter] = []
        self.sort: Sort | None = None
        self.problems: list[Problem] = []

    def problem(self, piece: _Piece, message: str, nearest: str | None = None) -> None:
        self.problems.append(Problem(piece.start, piece.end, message, nearest))

    def read(self, piece: _Piece) -> None:
        if piece.open_quote:
            self.problem(piece, 'The closing " is missing.')
        shape = None if piece.quoted else _SHAPE.fullmatch(piece.raw)
        if shape is None:
            self._text(piece)
        else:
            self._named(piece, bool(shape[1]), shape[2].lower(), shape[3])

    def _text(self, piece: _Piece) -> None:
        text = piece.raw.replace('"', " ").strip()
        if len(self.words) + len(self.phrases) >= MAX_WORDS:
            self.problem(piece, f"Only the first {MAX_WORDS} words are used.")
        elif not fold_chunk(text.replace(" ", "-")[:400]):
            self.problem(piece, "Nothing to search for in this.")
        elif piece.quoted:
            self.phrases.append(text[:400])
        else:
            self.words.extend(word[:400] for word in text.split() if fold_chunk(word[:400]))

    def _named(self, piece: _Piece, negated: bool, name: str, rest: str) -> None:
        values = _split_values(rest)
        if name == "sort":
            self._sort(piece, negated, values)
        elif name not in FILTERS:
            near = _nearest(name, [*FILTERS, "sort"])
            self.problem(piece, f"There is no filter {name}:", f"{near}:" if near else None)
        elif not values:
            self.problem(piece, f"{name}: needs a value, for example {FILTERS[name].example}")
        else:
            self._filter(piece, Filter(name, tuple(values), negated))

    def _sort(self, piece: _Piece, negated: bool, values: list[str]) -> None:
        typed = values[0] if values else ""
        wanted = squash(typed)
        if wanted in SORTS:
            self.sort = Sort(wanted, descending=typed.startswith("-") != negated)
        elif not wanted:
            self.problem(piece, "sort: needs a field, for example sort:-owes")
        else:
            self.problem(piece, f"Cannot sort by {typed[:40]}.", _nearest(typed, list(SORTS)))

    def _filter(self, piece: _Piece, typed: Filter) -> None:
        spec = FILTERS[typed.name]
        known = self.known.get(typed.name)
        read: list[str] = []
        for value in typed.values:
            canonical = spec.read(value, known)
            if canonical is None:
                near = _nearest(value, [*(spec.values or known or ()), *spec.synonyms])
                self.problem(piece, f"{typed.name}: has no value {value[:40]}.", near)
            elif canonical not in read:
                read.append(canonical)
        if read:
            self.filters.append(Filter(typed.name, tuple(read), typed.negated))


def parse(text: str, *, known: Mapping[str, Sequence[str]] | None = None) -> Query:
    """What `text` asks for. Never raises.

    `known` names the values of open filters where they are known ({"plan": ["Pro", …]}): a value outside
    is then a problem with the nearest one, instead of a filter that finds nobody.
    """
    reader = _Reader(known or {})
    for piece in _pieces(text[:MAX_TEXT]):
        reader.read(piece)
    if len(text) > MAX_TEXT:
        reader.problems.append(
            Problem(MAX_TEXT, len(text), f"Only the first {MAX_TEXT:,} characters are used.")
        )
    return Query(
        tuple(reader.words), tuple(reader.filters), reader.sort, tuple(reader.problems), tuple(reader.phrases)
    )


# ── writing ──────────────────────────────────────────────────────────────────────────────────────
def _is_named(name: str) -> Callable[[_Piece], bool]:
    negated, bare = name.startswith("-"), name.removeprefix("-")

    def check(piece: _Piece) -> bool:
        shape = None if piece.quoted else _SHAPE.fullmatch(piece.raw)
        return shape is not None and bool(shape[1]) == negated and shape[2].lower() == bare

    return check


def _written(value: str) -> str:
    plain = "".join(" " if _is_space(char) else char for char in value.replace('"', " ")).strip()
    return f'"{plain}"' if "," in plain or " " in plain else plain


def with_filter(text: str, name: str, values: Sequence[str]) -> str:
    """`text` with the filter `name` (or `-name`, or `sort`) set to `values`, as a person would type it.

    It stays where it stood, else it goes to the end; no values remove it. All other text is kept.
    """
    written = [w for value in values if (w := _written(value))]
    replacement = f"{name}:{','.join(written)}" if written else ""
    result, position = "", 0
    for piece in filter(_is_named(name), _pieces(text)):
        gap = text[position : piece.start]
        if not replacement:
            gap = gap.rstrip() + " " if gap.strip() else gap.rstrip()
        result += gap + replacement
        position, replacement = piece.end, ""
    rest = text[position:]
    if position and (not result or result.endswith(" ")):
        rest = rest.lstrip()
    result += rest
    if replacement:
        result = f"{result.rstrip()} {replacement}".lstrip()
    return result.rstrip() if position or written else result


def filter_values(text: str, name: str) -> tuple[str, ...]:
    """The values that `text` gives the filter `name` (or `-name`, or `sort`), canonical where known."""
    spec = FILTERS.get(name.removeprefix("-"))
    found: list[str] = []
    for piece in filter(_is_named(name), _pieces(text[:MAX_TEXT])):
        for value in _split_values(piece.raw.partition(":")[2]):
            canonical = (spec.read(value) if spec else value) or value
            if canonical not in found:
                found.append(canonical)
    return tuple(found)
