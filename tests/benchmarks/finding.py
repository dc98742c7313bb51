"""Whether the right customer comes out on top: 200 queries made by rule from the names that a cache holds.

`uv run python -m tests.benchmarks.finding CACHE --seed B`. Four rules in turn: a word cut short, words in
another order, accents dropped, one edit (a letter more, less, another, or two swapped). A query counts only
when no other name could equally have been meant by its rule; of customers with equal names any one is right.
"""

from __future__ import annotations

import argparse
import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import OSA

from tests.benchmarks.searching import opened, somebody
from tests.support.customers import NOW, TODAY
from wbtui.models.folding import sort_key
from wbtui.models.query import parse
from wbtui.store import result_pages
from wbtui.store.blob_codec import unpack_customer
from wbtui.store.database import Connection
from wbtui.store.scan import ResultCursor
from wbtui.store.search import compile_query

HOW_MANY = 200
RULES = ("cut", "reordered", "accents", "edit")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST = 4
"""Words shorter than this are neither cut nor edited."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is typed, by which rule, and the (folded) name of who is meant."""

    rule: str
    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The folded name that came out on top, None when nobody did."""

    wanted: Wanted
    top: str | None

    @property
    def is_right(self) -> bool:
        return self.top == self.wanted.name


# ── the rules ──
def _cut(words: list[str], chance: random.Random) -> list[str] | None:
    at = _some(words, chance)
    if at is None:
        return None
    word = words[at]
    return [*words[:at], word[: chance.randint(max(len(word) // 2, 3), len(word) - 1)], *words[at + 1 :]]


def _reordered(words: list[str], chance: random.Random) -> list[str] | None:
    other = chance.sample(words, len(words))
    return other if other != words else None


def _accents(words: list[str], chance: random.Random) -> list[str] | None:
    plain = [
        "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))
        for word in words
    ]
    return plain if plain != words else None


def _edit(words: list[str], chance: random.Random) -> list[str] | None:
    at = _some(words, chance)
    if at is None:
        return None
    word = words[at]
    cursor, letter = chance.randrange(len(word) - 1), chance.choice(_LETTERS)
    head, tail = word[:cursor], word[cursor:]
    edited = chance.choice((
        head + letter + tail, head + tail[1:], head + letter + tail[1:], head + tail[1] + tail[0] + tail[2:],
    ))  # fmt: skip
    return [*words[:at], edited, *words[at + 1 :]] if edited.lower() != word.lower() else None


def _some(words: list[str], chance: random.Random) -> int | None:
    """A word that is long enough to be damaged."""
    long = [at for at, word in enumerate(words) if len(word) >= _SHORTEST and word.isalpha()]
    return chance.choice(long) if long else None


_MAKERS = {"cut": _cut, "reordered": _reordered, "accents": _accents, "edit": _edit}


# ── who else could be meant ──
def _meant(typed: Sequence[str], name: str, slips: int) -> bool:
    """Whether every typed word begins a word of the name of its own, one of them after an edit."""
    if not typed:
        return True
    words = name.split()
    for at, word in enumerate(words):
        rest = " ".join(words[:at] + words[at + 1 :])
        if word.startswith(typed[0]) and _meant(typed[1:], rest, slips):
            return True
        if slips and OSA.distance(word, typed[0], score_cutoff=1) <= 1 and _meant(typed[1:], rest, 0):
            return True
    return False


def _is_plain(rule: str, text: str, name: str, names: Sequence[str]) -> bool:
    """Nobody of another name could have been meant."""
    typed, slips = sort_key(text).split(), int(rule == "edit")
    if not typed or not _meant(typed, name, slips):
        return False  # folded otherwise than the rule thinks ("ue" is one letter)
    return not any(other != name and _meant(typed, other, slips) for other in names)


def made(connection: Connection, seed: int, count: int = HOW_MANY) -> list[Wanted]:
    """So many queries, the four rules in turn, always the same for a seed and a cache."""
    chance = random.Random(seed)
    names = [name for (name,) in connection.execute("SELECT DISTINCT name_key FROM customers")]
    found: list[Wanted] = []
    while len(found) < count:
        rule = RULES[len(found) % len(RULES)]
        title = somebody(connection, chance).title
        words = _MAKERS[rule](title.split(), chance)
        if words is None:
            continue
        text = " ".join(words)
        text = text.lower() if chance.random() < 0.5 else text
        if _is_plain(rule, text, sort_key(title), names):
            found.append(Wanted(rule, text, sort_key(title)))
    return found


# ── looking ──
def _top(connection: Connection, text: str) -> str | None:
    query = parse(text, today=TODAY, now=NOW)
    first = result_pages.numbers(connection, ResultCursor(compile_query(query), "0", query), 0, 1)
    sql = "SELECT data FROM customer_rows WHERE n = ?"
    rows = [unpack_customer(connection.execute(sql, (n,)).fetchone()[0]) for n in first]
    return sort_key(rows[0].title) if rows else None


def measure(path: Path, seed: int, count: int = HOW_MANY) -> list[Outcome]:
    """Who comes out on top for each query of a seed."""
    database = opened(path)
    try:
        wanted = database.read_now(lambda connection: made(connection, seed, count))
        return [Outcome(one, database.read_now(lambda c, one=one: _top(c, one.text))) for one in wanted]  # type: ignore[misc]
    finally:
        database.close_now()


def main() -> None:
    """Print the share that is right by rule, and what was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=HOW_MANY)
    options = parser.parse_args()
    outcomes = measure(options.cache, options.seed, options.count)
    for rule in (*RULES, "all"):
        of = [one for one in outcomes if rule in (one.wanted.rule, "all")]
        print(f"{rule}: {sum(one.is_right for one in of)} of {len(of)}")
    for one in outcomes:
        if not one.is_right:
            print(f"{one.wanted.rule}: {one.wanted.text!r} is {one.wanted.name!r}, on top is {one.top!r}")


if __name__ == "__main__":
    main()
