"""What a search text is understood as: words, phrases, filters with their spans, a sort order, problems."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of the text that was not used: characters `start` to `end`, why, and the nearest known word."""

    start: int
    end: int
    message: str
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Whole numbers from `low` to `high`, both included; None is open.

    The unit is that of the filter: thousandths of a currency's major unit, days (proleptic ordinals),
    microseconds since 1970, or a count.
    """

    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """`name` is a key of FILTERS; any of `values` (canonical) holds, or none when `negated`.

    A filter that compares has a `span` instead, and `values` hold what was typed (">100"); `currency`
    narrows an amount to one currency.
    """

    name: str
    values: tuple[str, ...]
    negated: bool = False
    span: Span | None = None
    currency: str | None = None


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
