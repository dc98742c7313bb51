"""Sanitizes untrusted text for display in a terminal.

The result contains no control or escape characters, shows bidi, zero-width and other invisible characters
as marks such as ⟨U+202E⟩, has at most a few combining marks per letter and is bounded in length. Clean text
for display only; send the original to a server.
"""

from __future__ import annotations

import re
import unicodedata

MAX_CLEAN = 20_000
_MAX_MARKS = 3
# Fast path: ASCII, Western letters (without the soft hyphen), and signs, rules and blocks of charts.
_HARMLESS = re.compile("[ -~\u00a1-\u00ac\u00ae-\u017f–‘’“”…•‹›€←→↑↓−≈●▲■○✓✕\u2500-\u259f]*")
# Invisible, reordering or filler characters outside the categories Cf and Cc.
_INVISIBLE = frozenset(
    [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180E, 0x180F, 0x2800, 0x3164, 0xFFA0]
    + [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
)
_ALIKE = ("CYRILLIC", "GREEK", "LATIN")
"""Scripts with letters that look like those of another one."""
_BREAKS = {"\n": "⏎", "\r": "␍", "\t": " ", "\u2028": "⏎", "\u2029": "⏎", "\x85": "⏎"}


def _mark(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)  # the pictures ␀ … ␟
    if code == 0x7F:
        return "␡"
    return f"⟨U+{code:04X}⟩"


def _shown(char: str, *, keep_newlines: bool) -> str:
    if char == "\n" and keep_newlines:
        return char
    if char in _BREAKS:
        return _BREAKS[char]
    if _is_hidden(char):
        return _mark(char)
    return " " if unicodedata.category(char) == "Zs" else char


def _is_hidden(char: str) -> bool:
    """Whether a character is invisible, moves others or controls the terminal."""
    hidden = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    return unicodedata.category(char) in hidden or ord(char) in _INVISIBLE


def clean(text: object, *, limit: int = MAX_CLEAN, keep_newlines: bool = False) -> str:
    """Return `text` safe for display, at most `limit` characters (longer text ends in …).

    Line breaks become ⏎ unless `keep_newlines`. Idempotent; never raises.
    """
    raw = text if isinstance(text, str) else str(text)
    if len(raw) <= limit and _HARMLESS.fullmatch(raw):
        return raw
    out: list[str] = []
    length = marks = 0
    # One character beyond the limit is enough to know that the text is too long.
    for char in raw[: limit + 1]:
        if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
            marks += 1
        else:
            marks = 0
        shown = _shown(char, keep_newlines=keep_newlines) if marks <= _MAX_MARKS else ""
        length += len(shown)
        if length > limit:
            break
        out.append(shown)
    whole = "".join(out)
    return whole if max(length, len(raw)) <= limit else whole[: max(limit - 1, 0)] + "…"[:limit]


def clean_lines(text: object, *, limit: int = MAX_CLEAN) -> str:
    """Like `clean`, but keeps line breaks."""
    return clean(text, limit=limit, keep_newlines=True)


def plain(text: str) -> str:
    """Return `text` for another program: without the characters that `clean` would show as marks."""
    lines = (line.replace("\t", " ") for line in text.splitlines())
    return "\n".join("".join(char for char in line if not _is_hidden(char)) for line in lines)


def encodable(text: str) -> str:
    """Return text that UTF-8 can encode: lone surrogates become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def spaced(code: str | None) -> str:
    """Return a code of the API in words: `do_not_honor`: do not honor, `non_payment`: non-payment."""
    return (code or "").replace("non_", "non-").replace("_", " ")


def mixed_scripts(text: str) -> tuple[str, ...]:
    """Return the scripts of the first word that mixes letters which look alike: `Cyrillic`, `Latin`."""
    for word in () if text.isascii() else text.split():
        names = {unicodedata.name(char, "").partition(" ")[0] for char in word if char.isalpha()}
        if len(found := tuple(script.capitalize() for script in _ALIKE if script in names)) > 1:
            return found
    return ()


def fold(text: str) -> str:
    """Fold case, accents and compatibility forms, for comparison."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    return "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))


def one_edit(typed: str, other: str) -> bool:
    """Return whether `other` begins with a word at most one edit from `typed`."""
    from rapidfuzz.distance import OSA

    lengths = range(max(len(typed) - 1, 1), len(typed) + 2)
    return any(OSA.distance(typed, other[:length], score_cutoff=1) <= 1 for length in lengths)
