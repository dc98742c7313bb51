"""Text folded for finding: what a customer is called and what an agent types meet here.

Case, accents, punctuation and invisible marks do not matter: Müller, Mueller and muller fold to the same
word, O'Brien and obrien too. Folding keeps prefixes: what is typed so far folds to a beginning of what
the whole word folds to.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_WORD = 64
"""Longer words are cut, so that one crafted name cannot fill the index."""

# Letters that compatibility decomposition leaves alone.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "þ": "th", "ŋ": "n"}
)
# ü is typed u or ue; all three become u. (So do "Manuel" and "manul": consistently on both sides.)
_UMLAUT = re.compile("([aou])e")
_APOSTROPHE = re.compile("['\u2018\u2019\u02bc\u2032`\u00b4]")
_BETWEEN = re.compile("[^\\w'\u2018\u2019\u02bc\u2032`\u00b4]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+", re.ASCII)
# Written without spaces between words: every character is a word of its own.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff])"
)


def _letters(text: str) -> str:
    """Folded characters; whatever is neither letter nor digit becomes a space, invisible marks vanish."""
    if text.isascii():
        lowered = text.lower()
        if "ae" not in lowered and "oe" not in lowered and "ue" not in lowered:
            return lowered  # a search is a tenth of a substitution, and thousands of words pass here
    else:
        # Twice: compatibility forms may yield capitals, and case folding new combining marks.
        lowered = unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN_LETTERS)
        lowered = unicodedata.normalize("NFKD", lowered).casefold()
        lowered = "".join(
            char if char.isalnum() else "" if unicodedata.category(char)[0] == "M" or _unseen(char) else " "
            for char in lowered
        )
        lowered = _UNSPACED.sub(r" \1 ", lowered)
    return _UMLAUT.sub(r"\1", lowered)


def _unseen(char: str) -> bool:
    return unicodedata.category(char) in ("Cf", "Cs", "Cn", "Co")


@lru_cache(maxsize=4096)
def fold_chunk(chunk: str) -> tuple[str, ...]:
    """The folded words of a piece of text without spaces: "Anna-Lena" → anna, lena. May be empty."""
    letters = _letters(chunk)
    words = _ASCII_WORD.findall(letters) if letters.isascii() else letters.split()
    return tuple(words) if len(letters) <= MAX_WORD else tuple(word[:MAX_WORD] for word in words)


@lru_cache(maxsize=4096)
def joined_forms(chunk: str) -> tuple[str, ...]:
    """Words that a piece of several folds to when its punctuation is left out: the whole, and at apostrophes.

    "pat.o'brien@x.example" → patobrienxexample, obrien.
    """
    words = fold_chunk(chunk)
    if len(words) < 2:
        return ()
    whole = "".join(words)[:MAX_WORD]
    if not _APOSTROPHE.search(chunk):
        return (whole,)
    forms = [whole]
    for piece in _BETWEEN.split(chunk):
        if len(parts := fold_chunk(piece)) > 1:
            forms.append("".join(parts)[:MAX_WORD])
    return tuple(dict.fromkeys(forms))


def chunks(text: str) -> list[tuple[str, ...]]:
    """The folded words of each space-separated piece that holds any."""
    return [words for piece in text.split() if (words := fold_chunk(piece))]


def squash(text: str) -> str:
    """All folded words run together: for comparing names of plans, filters and ids. "Pro Plus" → proplus."""
    if text.isascii():
        return "".join(_ASCII_WORD.findall(_letters(text)))[:MAX_WORD]
    return _squashed(text)


@lru_cache(maxsize=4096)
def _squashed(text: str) -> str:
    return "".join("".join(words) for words in chunks(text))[:MAX_WORD]


def sort_key(text: str, limit: int = 60) -> str:
    """What a list is ordered by: folded words with single spaces, at most `limit` characters."""
    return " ".join(" ".join(words) for words in chunks(text[:400]))[:limit]
