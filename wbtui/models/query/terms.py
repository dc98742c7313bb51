"""Result types of the search parser."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """Part of the text that was ignored: characters `start` to `end`, and the reason.

    Attributes:
        nearest: the known name or value that is most similar; None if there is none.
        correction: the part with it.
    """

    start: int
    end: int
    message: str
    nearest: str | None = None
    correction: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Closed range of integers; None is unbounded.

    The unit depends on the filter: thousandths of a currency's major unit, days (proleptic ordinals),
    microseconds since 1970, or a count.
    """

    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Filter that matches any of its values, or none of them if negated.

    Attributes:
        name: key of FILTERS.
        values: canonical values; for a filter with operators the text that was typed, such as ">100".
        span: range of a filter with operators.
        currency: currency of the amount, None for any.
    """

    name: str
    values: tuple[str, ...]
    negated: bool = False
    span: Span | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """Sort order. `field` is a key of SORTS."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Parsed search text. All `words` and `phrases` must match; they are not folded."""

    words: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: Sort | None = None
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    phrases: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the query matches all customers. It may have a sort order."""
        return not (self.words or self.phrases or self.filters)
