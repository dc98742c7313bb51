"""How well a command fits what was typed, by the words of its title, its search words and its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from wbtui.models.text import one_edit

_WORD = re.compile(r"[^\W_]+")
_FILLER = frozenset(
    "a an and by for from her his in it its my of on our please put that the their this to".split()
)
_ENDING = 4
"""Letters that a typed word may have beyond a known one: "refunded" fits "refund"."""
_SHORT = 4
"""Letters of the shortest known word, without an e at its end, that may be typed with another ending."""
_LONG = 5
"""Letters of the shortest typed word in which one may be wrong: of shorter ones, too many are alike."""


def relevance(typed: str, title: str, words: Iterable[str] = (), sentence: str = "") -> int:
    """Return how well `typed` fits, 0 for not at all.

    Best is a whole phrase of title or `words`, then the beginnings of words of one phrase, of several, and
    of the sentence. Among equals, more words typed in full count more. Last come words of title and `words`
    with one typo each.
    """
    wanted = _words(typed)
    if not wanted:
        return 1
    phrases = [_words(title), *map(_words, words)]
    everything = [word for phrase in phrases for word in phrase]
    whole = sum(word in everything for word in wanted)
    for phrase in phrases:
        if wanted == phrase:
            return 400 + whole
    if any(_fits(wanted, phrase) for phrase in phrases):
        return 300 + whole
    if _fits(wanted, everything):
        return 200 + whole
    if _fits(wanted, [*everything, *_words(sentence)]):
        return 100 + whole
    return 50 + whole if all(any(_similar(one, word) for word in everything) for one in wanted) else 0


def _words(text: str) -> list[str]:
    """The words without those that say nothing, unless there are no others."""
    found = _WORD.findall(text.replace("-", "").casefold())
    return [word for word in found if word not in _FILLER] or found


def _fits(wanted: Sequence[str], known: Sequence[str]) -> bool:
    return all(any(_same(one, word) for word in known) for one in wanted)


def _same(typed: str, known: str) -> bool:
    """Whether what was typed begins a word, or is the word with another ending."""
    if known.startswith(typed):
        return True
    stem = known.removesuffix("e")
    return len(stem) >= _SHORT and len(typed) - len(stem) <= _ENDING and typed.startswith(stem)


def _similar(typed: str, known: str) -> bool:
    """Whether what was typed begins a word; one letter may be wrong, missing, extra or swapped."""
    return _same(typed, known) or (len(typed) >= _LONG and typed[0] == known[0] and one_edit(typed, known))
