"""Text folding for search: case, accents, punctuation and invisible marks are ignored.

Müller, Mueller and muller fold to the same word, O'Brien and obrien too. Folding preserves prefixes: the
folded prefix of a word is a prefix of the folded word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_WORD = 64
"""Characters of a folded word. Longer words are cut, so that one crafted name cannot fill the index."""

# Letters that compatibility decomposition does not change.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "þ": "th", "ŋ": "n"}
)
# ü, u and ue all become u. ("Manuel" becomes "manul", in the index as in the query.)
_UMLAUT = re.compile("([aou])e")
_APOSTROPHE = re.compile("['\u2018\u2019\u02bc\u2032`\u00b4]")
_BETWEEN = re.compile("[^\\w'\u2018\u2019\u02bc\u2032`\u00b4]+")
_NUMBER = re.compile(r"([0-9]{1,18})")
_ASCII_WORD = re.compile(r"[a-z0-9]+", re.ASCII)
# Scripts without spaces between words: every character counts as a word.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff])"
)


def _letters(text: str) -> str:
    """Fold characters. What is neither letter nor digit becomes a space, invisible marks are removed."""
    if text.isascii():
        lowered = text.lower()
        if "ae" not in lowered and "oe" not in lowered and "ue" not in lowered:
            return lowered  # searching is ten times faster than substituting
    else:
        # Twice: compatibility forms may yield capitals, case folding may yield combining marks.
        lowered = unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN_LETTERS)
        lowered = unicodedata.normalize("NFKD", lowered).casefold()
        lowered = "".join(
            char if char.isalnum() else "" if unicodedata.category(char)[0] == "M" or _hidden(char) else " "
            for char in lowered
        )
        lowered = _UNSPACED.sub(r" \1 ", lowered)
    return _UMLAUT.sub(r"\1", lowered)


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in ("Cf", "Cs", "Cn", "Co")


@lru_cache(maxsize=4096)
def fold_chunk(chunk: str) -> tuple[str, ...]:
    """Return the folded words of a text without spaces: "Anna-Lena" → anna, lena. May be empty."""
    letters = _letters(chunk)
    words = _ASCII_WORD.findall(letters) if letters.isascii() else letters.split()
    return tuple(words) if len(letters) <= MAX_WORD else tuple(word[:MAX_WORD] for word in words)


@lru_cache(maxsize=4096)
def joined_forms(chunk: str) -> tuple[str, ...]:
    """Return the folded words with inner punctuation removed: the whole chunk, and parts with apostrophes.

    "pat.o'brien@x.example" → patobrienxexample, obrien. Empty for a chunk of a single word.
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
    """Return the folded words of each space-separated chunk, without empty ones."""
    return [words for piece in text.split() if (words := fold_chunk(piece))]


def squash(text: str) -> str:
    """Return all folded words concatenated, to compare names and IDs: "Pro Plus" → proplus."""
    if text.isascii():
        return "".join(_ASCII_WORD.findall(_letters(text)))[:MAX_WORD]
    return _squashed(text)


@lru_cache(maxsize=4096)
def _squashed(text: str) -> str:
    return "".join("".join(words) for words in chunks(text))[:MAX_WORD]


def sort_key(text: str) -> str:
    """Return the collation key of a text: folded words with single spaces, at most 60 characters."""
    return " ".join(" ".join(words) for words in chunks(text[:400]))[:60]


def natural_key(text: str) -> tuple[str | int, ...]:
    """Return the key of an order in which "zone 4" comes before "zone 36"; case does not matter."""
    parts = _NUMBER.split(text.casefold())
    return tuple(int(part) if at % 2 else part for at, part in enumerate(parts))
