"""What may follow in the search box: names of filters first, then their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wbtui.models.countries import country_name
from wbtui.models.folding import squash
from wbtui.models.query_pieces import Piece, named, pieces
from wbtui.models.query_specs import FILTERS, SORTS, FilterSpec

MOST = 12


@dataclass(frozen=True, slots=True)
class Completion:
    """Characters `start` to `end` of the text may become `insert`; `sentence` says what it means."""

    start: int
    end: int
    insert: str
    sentence: str


def complete(
    text: str, cursor: int, known: Mapping[str, Sequence[str]] | None = None
) -> tuple[Completion, ...]:
    """What may stand where the cursor is, at most a dozen; none inside a quote or an empty piece.

    `known` names the values of open filters ({"plan": […], "country": […]}). Never raises.
    """
    piece = next((p for p in pieces(text) if p.start < cursor <= p.end), None)
    if piece is None or (piece.open_quote and ":" not in piece.raw):
        return ()
    typed = Piece(piece.start, cursor, text[piece.start : cursor], False, False)
    found = named(typed)
    offers = _names(typed) if found is None else _values(typed, known or {})
    return tuple(offer for offer in offers if offer.insert != typed.raw)[:MOST]


def _names(typed: Piece) -> Iterator[Completion]:
    minus, wanted = ("-", typed.raw[1:]) if typed.raw.startswith("-") else ("", typed.raw)
    begun = wanted.lower()
    if not begun:
        return
    for name, spec in FILTERS.items():
        if name.startswith(begun):
            sign = "" if spec.compares else ":"
            yield Completion(typed.start, typed.end, f"{minus}{name}{sign}", spec.sentence)
    if "sort".startswith(begun) and not minus:
        yield Completion(typed.start, typed.end, "sort:", "The order of the list.")
    if begun in FILTERS and FILTERS[begun].compares:
        for offer in FILTERS[begun].offers:
            yield Completion(typed.start, typed.end, f"{minus}{begun}{offer}", FILTERS[begun].sentence)


def _values(typed: Piece, known: Mapping[str, Sequence[str]]) -> Iterator[Completion]:
    found = named(typed)
    if found is None:
        return
    if found.name == "sort":
        yield from _sorts(typed, found.rest)
        return
    spec = FILTERS.get(found.name)
    if spec is None:
        return
    if spec.compares:
        minus = "-" if found.negated else ""
        for offer in spec.offers:
            if offer.startswith(found.rest) and offer != found.rest:
                yield Completion(typed.start, typed.end, f"{minus}{spec.name}{offer}", spec.sentence)
        return
    head, _, last = found.rest.rpartition(",")
    already = {squash(value) for value in head.split(",")}
    start = typed.end - len(last)
    for value, sentence in _choices(spec, known):
        spelled = f'"{value}"' if " " in value or "," in value else value
        fits = squash(value).startswith(squash(last)) or squash(sentence).startswith(squash(last))
        if fits and squash(value) not in already and spelled != last:
            yield Completion(start, typed.end, spelled, sentence)


def _choices(spec: FilterSpec, known: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    values = spec.values if spec.values is not None else tuple(known.get(spec.name, ()))
    if spec.name == "country":
        return [(code.lower(), country_name(code)) for code in values]
    return [(value, value.replace("_", " ")) for value in values]


def _sorts(typed: Piece, rest: str) -> Iterator[Completion]:
    sign, begun = ("-", rest[1:]) if rest.startswith("-") else ("", rest)
    for name, sentence in SORTS.items():
        if name.startswith(begun.lower()):
            yield Completion(typed.end - len(rest), typed.end, f"{sign}{name}", sentence)
