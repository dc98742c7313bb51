"""How often the wanted customer is ranked first: 200 generated queries from the names in a cache.

`uv run python -m tests.benchmarks.search_relevance CACHE --seed B`. The queries apply four rules in turn: a
word cut short, words in another order, accents dropped, one edit (a letter inserted, deleted or replaced, or
two swapped). A query is used only when no other name matches by its rule; any of several customers with equal
names is right.
"""

from __future__ import annotations

import argparse
import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import OSA

from tests.benchmarks.search_cpu_time import opened, somebody
from tests.support.customers import NOW, TODAY
from wbtui.models.folding import sort_key
from wbtui.models.query.parser import parse
from wbtui.store import result_pages
from wbtui.store.blob_codec import unpack_customer
from wbtui.store.database import Connection
from wbtui.store.scan import ResultCursor
from wbtui.store.search import compile_query

HOW_MANY = 200
RULES = ("cut", "reordered", "accents", "edit")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST = 4
"""Length of the shortest word that is cut or edited."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query, its rule, and the folded name of the customer to find."""

    rule: str
    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A query and the folded name that was ranked first, None when nothing was found."""

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
    """The index of a word that is long enough to change."""
    long = [at for at, word in enumerate(words) if len(word) >= _SHORTEST and word.isalpha()]
    return chance.choice(long) if long else None


_MAKERS = {"cut": _cut, "reordered": _reordered, "accents": _accents, "edit": _edit}


# ── other names that match ──
def _matches(typed: Sequence[str], name: str, typos: int) -> bool:
    """Whether each typed word is a prefix of a different word of the name, up to `typos` edits."""
    if not typed:
        return True
    words = name.split()
    for at, word in enumerate(words):
        rest = " ".join(words[:at] + words[at + 1 :])
        if word.startswith(typed[0]) and _matches(typed[1:], rest, typos):
            return True
        if typos and OSA.distance(word, typed[0], score_cutoff=1) <= 1 and _matches(typed[1:], rest, 0):
            return True
    return False


def _is_unambiguous(rule: str, text: str, name: str, names: Sequence[str]) -> bool:
    """Whether no other name matches the text by its rule."""
    typed, typos = sort_key(text).split(), int(rule == "edit")
    if not typed or not _matches(typed, name, typos):
        return False  # folding may change more than the rule did ("ue" counts as one letter)
    return not any(other != name and _matches(typed, other, typos) for other in names)


def generated(connection: Connection, seed: int, count: int = HOW_MANY) -> list[Wanted]:
    """Return the queries of a seed, applying the four rules in turn."""
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
        if _is_unambiguous(rule, text, sort_key(title), names):
            found.append(Wanted(rule, text, sort_key(title)))
    return found


# ── measuring ──
def _top(connection: Connection, text: str) -> str | None:
    query = parse(text, today=TODAY, now=NOW)
    first = result_pages.numbers(connection, ResultCursor(compile_query(query), "0", query), 0, 1)
    sql = "SELECT data FROM customer_rows WHERE n = ?"
    rows = [unpack_customer(connection.execute(sql, (n,)).fetchone()[0]) for n in first]
    return sort_key(rows[0].title) if rows else None


def measure(path: Path, seed: int, count: int = HOW_MANY) -> list[Outcome]:
    """Return the first result of each query of a seed."""
    database = opened(path)
    try:
        wanted = database.read_now(lambda connection: generated(connection, seed, count))
        return [Outcome(one, database.read_now(lambda c, one=one: _top(c, one.text))) for one in wanted]  # type: ignore[misc]
    finally:
        database.close_now()


def main() -> None:
    """Print the share of right results by rule, and the wrong ones."""
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
            print(f"{one.wanted.rule}: {one.wanted.text!r} is {one.wanted.name!r}, first is {one.top!r}")


if __name__ == "__main__":
    main()
