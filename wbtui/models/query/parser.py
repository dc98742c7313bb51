"""Parser of the search syntax: words, phrases, filters and a sort order.

    anna schmidt  "lumen labs"  plan:pro,business  -plan:free  is:past_due  owes:eur>100  sort:-owes

All words must match, each as the prefix of a word in any field. `parse` never raises: it returns what it
understands and reports the rest as problems.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from wbtui.models.folding import fold_chunk, squash
from wbtui.models.money import CURRENCIES, SYMBOLS
from wbtui.models.query.complete import MAX_TEXT, quoted_value
from wbtui.models.query.filters import (
    FIELDS,
    FILTERS,
    NO_PLAN,
    OPERATORS,
    SORTS,
    FilterSpec,
    ValueKind,
    filter_prefix,
    filter_with,
    nearest,
    nearest_filter,
)
from wbtui.models.query.terms import Filter, Problem, Query, Sort, Span
from wbtui.models.query.tokens import FilterToken, Token, filter_token, split_values, tokenize
from wbtui.models.query.values import CURRENCY_OF, InvalidValue, is_duration, read_amount, read_span

MAX_WORDS = 24
_BEGINNING = re.compile(r"[a-z]{2,3}[0-9.\-]*", re.ASCII | re.IGNORECASE)
_GROUP = re.compile(r"[0-9][0-9.\-]*([a-z][0-9]{0,2})?", re.ASCII | re.IGNORECASE)
_MOST_NAMED = 12
"""Plans or values that are named where one does not exist."""
_FEWEST_DIGITS = 6
"""Digits of an identifier that is typed with spaces; a postcode has fewer."""
_CURRENCY_SIGNS = CURRENCIES | set(SYMBOLS.values())


class _Parser:
    """Collects the parsed tokens of one query."""

    def __init__(self, known: Mapping[str, Sequence[str]], today: date | None, now: datetime | None) -> None:
        self.known = known
        self.today = today
        self.now = now
        self.words: list[str] = []
        self.phrases: list[str] = []
        self.filters: list[Filter] = []
        self.sort: Sort | None = None
        self.problems: list[Problem] = []

    def problem(
        self, token: Token, message: str, nearest: str | None = None, correction: str | None = None
    ) -> None:
        self.problems.append(Problem(token.start, token.end, message, nearest, correction or nearest))

    def read(self, token: Token) -> None:
        if token.open_quote:
            self.problem(token, 'Missing closing ".')
        found = filter_token(token)
        if found is None or not self._filter_token(token, found):
            self._text(token)

    def _text(self, token: Token) -> None:
        text = token.raw.replace('"', " ").strip()
        if len(self.words) + len(self.phrases) >= MAX_WORDS:
            self.problem(token, f"Only the first {MAX_WORDS} words are used.")
        elif text in OPERATORS:
            self.problem(token, f"Write {text} without spaces, for example owes{text}100")
        elif not fold_chunk(text.replace(" ", "-")[:400]):
            self.problem(token, "There is nothing to search for here.")
        elif token.quoted:
            self.phrases.append(text[:400])
        elif token.joined:
            self.words.append(text)
        else:
            self.words.extend(word[:400] for word in text.split() if fold_chunk(word[:400]))

    def _filter_token(self, token: Token, found: FilterToken) -> bool:
        """Parse a filter. Returns False if the token is text."""
        spec = FILTERS.get(found.name)
        if found.name == "sort" and found.colon:
            self._sort(token, found.negated, split_values(found.rest))
        elif spec is None:
            return self._unknown(token, found)
        elif spec.compares:
            self._compare(token, found, spec)
        elif not found.colon:
            nearest = _with_colon(found)
            example = "." if nearest else f", for example {spec.example}"
            self.problem(token, f"{spec.name} needs a colon{example}", nearest)
        elif not (values := split_values(found.rest)):
            self.problem(token, f"{spec.name}: needs a value, for example {spec.example}")
        else:
            self._filter(token, Filter(spec.name, tuple(values), found.negated))
        return True

    def _unknown(self, token: Token, found: FilterToken) -> bool:
        similar = nearest_filter(found.name, colon=found.colon)
        if similar is None and not (found.colon and found.rest):
            return False  # text, such as "Priya Nair:" copied from a note
        suggestion = correction = None
        if found.name in FIELDS and found.colon:
            suggestion = None if found.negated else found.rest or None
        elif similar is not None:
            suggestion = filter_prefix(similar)
            minus = "-" if found.negated and similar != "sort" else ""
            correction = f"{minus}{suggestion}{found.rest}"
        self.problem(token, f"{found.name}{':' * found.colon} is not a filter.", suggestion, correction)
        return True

    def _sort(self, token: Token, negated: bool, values: list[str]) -> None:
        typed = values[0] if values else ""
        wanted = squash(typed)
        if wanted in SORTS and self.sort is not None:
            used = f"{'-' * self.sort.descending}{self.sort.field}"
            self.problem(token, f"Only one sort order is used: {used}.")
        elif wanted in SORTS:
            self.sort = Sort(wanted, descending=typed.startswith("-") != negated)
            if len(values) > 1:
                self.problem(token, f"Only one sort order is used: {typed}.")
        elif not wanted:
            self.problem(token, "sort: needs a field, for example sort:-owes")
        elif suggestion := nearest(typed, list(SORTS)):
            signs = "-" * negated, "-" * typed.startswith("-")
            self.problem(
                token, f"Cannot sort by {typed[:40]}.", suggestion, f"{signs[0]}sort:{signs[1]}{suggestion}"
            )
        else:
            self.problem(token, f"Cannot sort by {typed[:40]}. Orders: {', '.join(SORTS)}.")

    def _compare(self, token: Token, found: FilterToken, spec: FilterSpec) -> None:
        operator, operand, inner = found.operator or "=", found.operand, found.inner.strip().lower()
        if not found.operator:
            operand = found.rest
        if spec.name == "refunds" and squash(inner or found.rest).startswith("pending"):
            operator, operand, inner = (operator, operand, "") if found.operator else (">", "0", "")
        if spec.name == "refunds" and is_duration(operand):
            spec = FILTERS["refunding"]
        if not operand.replace('"', "").strip():
            self.problem(token, f"{spec.name} needs a value, for example {spec.example}")
            return
        inner = CURRENCY_OF.get(inner, inner)
        if inner and (spec.value_kind is not ValueKind.AMOUNT or inner not in CURRENCIES):
            self.problem(token, f"{inner[:20]} is not a currency. For example: {spec.example}")
            return
        try:
            span, currency = read_span(spec, operator, operand, self.today, self.now, inner or None)
        except InvalidValue as exc:
            self.problem(token, str(exc))
            return
        typed = f"{operator}{operand.strip()}"
        self.filters.append(Filter(spec.name, (typed[:40],), found.negated, span, currency))

    def _filter(self, token: Token, typed: Filter) -> None:
        spec = FILTERS[typed.name]
        known = self.known.get(typed.name)
        read: list[str] = []
        for value in typed.values:
            canonical = spec.read(value, known)
            if canonical is None:
                other = filter_with(value, instead_of=spec) if len(typed.values) == 1 else None
                suggestion = other or nearest(value, spec.spellings(known))
                message = _no_value(spec, value[:40], known, suggestion)
                self.problem(token, message, suggestion, _corrected(typed, value, suggestion, other))
            elif self.today is None and canonical in DAY_DEPENDENT.get(typed.name, ()):
                self.problem(
                    token, f"{typed.name}:{canonical} needs the date of the server, which is not known yet."
                )
            elif canonical not in read:
                read.append(canonical)
        if read:
            self.filters.append(self._dated(Filter(typed.name, tuple(read), typed.negated)))

    def _dated(self, wanted: Filter) -> Filter:
        """Add today to a filter whose values depend on it."""
        if self.today is None or DAY_DEPENDENT.get(wanted.name, frozenset()).isdisjoint(wanted.values):
            return wanted
        day = self.today.toordinal()
        return Filter(wanted.name, wanted.values, wanted.negated, Span(day, day))


def _corrected(typed: Filter, value: str, suggestion: str | None, other: str | None) -> str | None:
    """Return the filter with the suggestion in place of a value, or `other`, a filter that has the value."""
    if suggestion is None:
        return None
    values = (quoted_value(suggestion if one == value else one) for one in typed.values)
    return "-" * typed.negated + (other or f"{typed.name}:{','.join(values)}")


def _with_colon(found: FilterToken) -> str | None:
    """Return `plan:pro` for `plan=pro`; None for other operators."""
    is_value = found.operator == "=" and bool(found.operand)
    return f"{'-' * found.negated}{found.name}:{found.operand}" if is_value else None


def _no_value(spec: FilterSpec, value: str, known: Sequence[str] | None, similar: str | None) -> str:
    """Say that a filter has no such value. The possible ones are named, unless one is similar."""
    if spec.months:
        return f"{spec.name}: needs a month, for example {spec.example}"
    possible = spec.values or known or ()
    named = similar is None and 0 < len(possible) <= _MOST_NAMED
    if spec.values is None:
        names = f" {spec.name.capitalize()}s: {', '.join(possible)}." if named else ""
        return f"There is no {spec.name} {value}.{names}"
    names = f" Values: {', '.join(possible)}{' or four digits' if spec.digits else ''}." if named else ""
    return f"{spec.name}: has no value {value}.{names}"


DAY_DEPENDENT: Mapping[str, frozenset[str]] = {
    "invoice": frozenset({"overdue"}),
    "card": frozenset({"expiring", "expired"}),
    "payment": frozenset({"failed_today"}),
}
"""Values that depend on the date. Their filters have today as span."""


def _joined(tokens: Iterable[Token]) -> list[Token]:
    """Join what may be one word: an amount and its currency (`49.00 EUR`, `€ 49`), the status `no plan`."""
    found: list[Token] = []
    for token in tokens:
        before = found[-1] if found else token
        raw = f"{before.raw} {token.raw}"
        if found and (raw.lower() == NO_PLAN or _is_amount(before.raw, token.raw)):
            found[-1] = Token(before.start, token.end, raw, quoted=False, open_quote=False, joined=True)
        else:
            found.append(token)
    return found


def _with_identifiers(tokens: Sequence[Token]) -> list[Token]:
    """Join an identifier with spaces in it, such as the VAT ID `DE 123 456 789`.

    A joined word is also found as separate words, so nothing is lost where it is none.
    """
    found: list[Token] = []
    start = 0
    while start < len(tokens):
        end = start + 1
        if _is_beginning(tokens[start]):
            while end < len(tokens) and _GROUP.fullmatch(tokens[end].raw) and not _is_price(tokens[end].raw):
                end += 1
        raw = " ".join(token.raw for token in tokens[start:end])
        if end - start > 1 and sum(map(str.isdigit, raw)) >= _FEWEST_DIGITS:
            whole = Token(tokens[start].start, tokens[end - 1].end, raw, False, False, joined=True)
            found.append(whole)
        else:
            found += tokens[start:end]
        start = end
    return found


def _is_beginning(token: Token) -> bool:
    return bool(_BEGINNING.fullmatch(token.raw)) and token.raw.lower() not in _CURRENCY_SIGNS


def _is_price(text: str) -> bool:
    amount = read_amount(text)
    return amount is not None and amount[2]


def _is_amount(before: str, after: str) -> bool:
    has_currency = bool(_CURRENCY_SIGNS & {before.lower(), after.lower()})
    return has_currency and read_amount(f"{before} {after}") is not None


def parse(
    text: str,
    *,
    known: Mapping[str, Sequence[str]] | None = None,
    today: date | None = None,
    now: datetime | None = None,
) -> Query:
    """Parse a search text. Never raises.

    Args:
        known: values of filters without a fixed set, such as {"plan": ["Pro", …]}. Other values are problems.
        today: UTC date of the server. Without it relative filters, such as `renews<7d`, are problems.
        now: current time. Without it filters on an age, such as `changed<1h`, are problems.
    """
    if today is None and now is not None:
        today = now.date()
    parser = _Parser(known or {}, today, now)
    for token in _with_identifiers(_joined(tokenize(text[:MAX_TEXT]))):
        parser.read(token)
    if len(text) > MAX_TEXT:
        parser.problems.append(
            Problem(MAX_TEXT, len(text), f"Only the first {MAX_TEXT:,} characters are used.")
        )
    return Query(
        tuple(parser.words), tuple(parser.filters), parser.sort, tuple(parser.problems), tuple(parser.phrases)
    )
