"""Invented personal data in many spellings, each with the marks by which a leak is found."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

_VOWELS, _CONSONANTS = "aeiou", "bdfgklmnprstvz"


@dataclass(frozen=True)
class Canary:
    """One spelling. `words` and `digits` must not be found in a copy."""

    text: str
    words: tuple[str, ...] = ()
    digits: str = ""

    def leaks_into(self, copied: str) -> bool:
        """Whether a line has a word, or eight digits in a row (of a shorter number all)."""
        for line in unicodedata.normalize("NFKC", copied).casefold().splitlines():
            found = "".join(str(unicodedata.digit(char)) for char in line if char.isdigit())
            length = min(len(self.digits), 8)
            runs = {self.digits[at : at + length] for at in range(len(self.digits) - length + 1)} - {""}
            if any(word in line for word in self.words) or any(run in found for run in runs):
                return True
        return False


def _word(rng: Random) -> str:
    return "".join(rng.choice(_CONSONANTS) + rng.choice(_VOWELS) for _ in range(4)) + "x"


def _number(rng: Random, count: int) -> str:
    return "".join(rng.choice("123456789") for _ in range(count))


def _groups(text: str, gap: str, *sizes: int) -> str:
    out, at = [], 0
    for size in sizes:
        out.append(text[at : at + size])
        at += size
    return gap.join(piece for piece in (*out, text[at:]) if piece)


def _wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def email(rng: Random) -> Canary:
    name, domain = _word(rng), _word(rng)
    spelled = rng.choice((
        "{0}@{1}.example", "<{0}@{1}.example>", "mailto:{0}@{1}.co.example", "{0}.p+tag@mail.{1}.example",
        "{0} (at) {1} (dot) example", "{0}[at]{1}.example", "{0} at {1} dot example", "{0} @ {1}.example",
        "{0}%40{1}.example", '"{0} p"@{1}.example', "{0}＠{1}.example", "{0}\u200b@{1}.example",
        "{0}&#64;{1}.example", "{0}@{1}-münchen.example",
    ))  # fmt: skip
    text = spelled.format(name, domain)
    return Canary(rng.choice((str, str.upper, str.title))(text), (name, domain))


def street(rng: Random) -> Canary:
    name, number = _word(rng), rng.randint(1, 199)
    spelled = rng.choice((
        "{0}straße {1}", "{0}strasse {1}a", "{0}str. {1}", "{0}-Straße {1}", "{0}er Straße {1}", "{0}weg {1}",
        "{0}allee Nr. {1}", "{0}platz {1}-{1}", "{0}gracht {1}", "{1} {0} street", "{1}B {0} St.",
        "{1}, {0} road", "{1} {0} avenue", "{1} rue de la {0}", "calle {0} {1}",
        "Via {0}, {1}", "ul. {0} {1}",
        "{1} Old {0} lane", "{0}\u00a0straße {1}",
    ))  # fmt: skip
    shown = name.title() if rng.random() < 0.5 else name
    text = spelled.format(shown, number)
    return Canary(text.upper() if rng.random() < 0.2 else text, (name,))


def phone(rng: Random) -> Canary:
    number = _number(rng, rng.choice((7, 9, 10)))
    spelled = rng.choice((
        "+49 30 {0}", "0049-30-{0}", "(030) {1}", "030/{0}", "+1 ({2}", "tel:+4930{0}", "+49 (0)30 {1}",
        "{3}", "+49\u00a030\u00a0{1}", "call {1} after 5",
    ))  # fmt: skip
    pairs, dotted = _groups(number, " ", 2, 2, 2, 2), _groups(number, ".", 3, 3)
    text = spelled.format(number, pairs, _groups(number, ") ", 3), dotted)
    return Canary(_wide(text) if rng.random() < 0.1 else text, digits=number)


def iban(rng: Random) -> Canary:
    if rng.random() < 0.3:
        bank, account = "".join(rng.choice("QWZK") for _ in range(4)), _number(rng, 14)
        text = f"GB{_number(rng, 2)}{bank}{account}"
        digits = account
    else:
        digits = _number(rng, 20)
        text = rng.choice(("DE", "AT", "CH")) + digits
    gap = rng.choice(("", " ", "-", ".", "\u00a0", "  "))
    shown = _groups(text, gap, *[4] * 5)
    return Canary(shown.lower() if rng.random() < 0.3 else shown, digits=digits)


def card(rng: Random) -> Canary:
    number = rng.choice("3456") + _number(rng, 15)
    sizes = rng.choice(((4, 4, 4), (4, 6), (2,) * 7, (1,) * 15))
    shown = _groups(number, rng.choice((" ", "-", ".", "", "\u00a0", " - ", "/", "_")), *sizes)
    return Canary(_wide(shown) if rng.random() < 0.1 else shown, digits=number)


KINDS: tuple[Callable[[Random], Canary], ...] = (email, street, phone, iban, card)
