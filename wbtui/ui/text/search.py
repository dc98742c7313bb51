"""Sentences of the search box; its help is made from the tables of the search grammar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wbtui.models.customer import Customer
from wbtui.models.query.filters import FILTERS, SORTS

EXAMPLE = 24
"""Cells of an example, before its sentence; such a line begins with two spaces."""


def _lines(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"  {example}".ljust(EXAMPLE) + sentence for example, sentence in rows)


HINT = "name, e-mail, reference, id, plan  ·  ? help  ·  plan:pro  is:past_due  sort:-owes"
ACCEPTS = "tab accepts"

FILTER_LINES = _lines((spec.example, spec.sentence) for spec in FILTERS.values())

SYNTAX = (
    ("anna schmidt", "All words, in any order, ignoring accents and case."),
    ('"lumen labs"', "An exact phrase."),
    ("INV-0042  4242  €49", "Invoice number, last four digits of a card, exact amount."),
    ("plan:pro,business", "Any of these; -plan:free excludes."),
    ("owes>100  renews<7d", "Compare with <, <=, =, >= or >; 7d, 12h, 2w: days, hours, weeks."),
    ("due<2026-10", "A year, a month or a day, also yesterday, today, tomorrow."),
)
"""What can be typed besides single filters."""

GRAMMAR = f"""\
Search syntax

{_lines(SYNTAX)}

Filters

{FILTER_LINES}

Orders; sort:-owes reverses the order

{_lines((f"sort:{name}", sentence) for name, sentence in SORTS.items())}

Suggestions appear as you type a filter: tab takes the first, ↓ and ↑ choose another, enter takes it, esc \
closes them. A filter that is not valid is underlined and ignored.

The keys below that are letters or signs work in the list, not while you type: esc leaves the box."""


def corrected_words(corrected: Sequence[tuple[str, str]]) -> str:
    """Return which words (typed, used) were taken for typos."""
    typed, used = (", ".join(f'"{word}"' for word in words) for words in zip(*corrected, strict=True))
    return f"Nothing matches {typed}. Searched for {used} instead."


def inexact(filters: Sequence[str], *, complete: bool) -> str:
    """Say why a search may not have found exactly those that match; nothing where it has.

    Data of `filters` is not listed, or not all customers are cached.
    """
    if filters:
        return f"{not_listed(filters)} {'Some may not match.' if excludes(filters) else 'Others may match.'}"
    return "" if complete else "Not all customers are cached yet: others may match."


def excludes(filters: Sequence[str]) -> bool:
    """Return whether one of these filters excludes customers: without its data, it excludes none."""
    return any(one.startswith("-") for one in filters)


def not_listed(filters: Sequence[str]) -> str:
    """Say that a search lacks the data of these filters."""
    names = ", ".join(one.removeprefix("-") for one in filters)
    return f"This billing system's list of customers does not include the data for {names}."


def order_words(sorted_by: str, currency: str, first: Customer) -> str:
    """`by MRR in EUR`: amounts of one currency decide, and the list has no column of MRR.

    `MRR unknown` where the billing system does not list it, as `first` shows: a row without it comes last. A
    system that lists no MRR lists at most who owes nothing.
    """
    amounts = {"owes": ("amount owed", first.owed), "mrr": ("MRR", first.mrr)}
    if sorted_by not in amounts:
        return ""
    name, known = amounts[sorted_by]
    is_known = bool(known) or (known is not None and first.mrr is not None)
    return f"by {name} in {currency.upper()}" if is_known else f"{name} unknown"
