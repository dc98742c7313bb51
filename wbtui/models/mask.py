"""Masks personal data in texts that leave the help desk: e-mail, street, phone, IBAN, card number, names.

Only what has the form of such data can be found. In doubt more is masked: every run of seven or more digits
is, whatever it means, except a date that stands alone and the numbers that the caller keeps.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from wbtui.models.text import plain

EMAIL, STREET, NUMBER, AGENT = "[e-mail]", "[address]", "[number]", "[support]"

_AT = r"(?:@|%40|&#0*64;|&#x40;|&commat;|[(\[{<]\s*(?:at|ät|arroba)\s*[)\]}>])"
_DOT = r"(?:\.|[(\[{<]\s*(?:dot|punkt|punto)\s*[)\]}>])"
_EMAIL = re.compile(
    rf"(?:\"[^\"]{{0,100}}\"|[^\s@<>]{{1,100}})\s?{_AT}\s?[^\s@<>]{{1,200}}(?:\s?{_DOT}\s?[\w-]+)*"
    r"|[\w.+-]{1,100}\s+at\s+[\w-]{1,100}(?:\s+(?:dot|punkt|punto)\s+[\w-]+)+",
    re.IGNORECASE,
)
_HOUSE = r"\d+\s?[a-z]?\b(?:\s?[-/]\s?\d+\s?[a-z]?\b)?"
_NR = rf",?\s*(?:nr\.?|no\.?|n[º°]\.?)?\s*{_HOUSE}"
_REST = r"[\w'’.-]{0,40}"
_WORD = rf"[^\W\d]{_REST}"
_CAPITAL = rf"(?-i:[A-ZÄÖÜ]{_REST})"
_STREETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Berliner Straße 5, Hauptstr. 5a, Lindenallee 7, Keizersgracht 12
        rf"{_WORD}(?:stra(?:ß|ss)e|str\b\.?)(?:{_NR})?",
        rf"(?:{_CAPITAL}\s+){{0,3}}(?:{_WORD}\s+)?\b(?:stra(?:ß|ss)e|str\b\.?)(?:{_NR})?",
        rf"(?:{_WORD}\s+)?{_REST}(?:gasse|weg|allee|platz|ufer|damm|chaussee|straat|laan|gracht|plein|gade|vej|"
        rf"vägen|gatan|katu|utca)\b{_NR}",
        rf"{_WORD}\s+ring\b{_NR}",
        # 12 Baker Street, 221b Baker St.
        rf"\b{_HOUSE},?\s+(?:{_WORD}\s+){{1,5}}?(?:street|st|road|rd|avenue|ave|lane|ln|boulevard|blvd|terrace|"
        r"crescent|parkway|pkwy|highway|hwy|mews)\b\.?",
        # Ambiguous words count as part of an address only with a capital: "2 days to close" is none.
        rf"\b{_HOUSE},?\s+(?:{_CAPITAL}\s+){{1,4}}(?-i:Drive|Dr|Court|Ct|Square|Sq|Way|Place|Pl|Close|Row|"
        r"Gardens|Hill|Walk)\b\.?",
        # 12 rue de la Paix, Calle Mayor 3, Via Roma 10, ul. Długa 4
        rf"\b{_HOUSE},?\s+(?:rue|avenue|av\.|boulevard|bd|chemin|impasse|quai)\s+"
        rf"(?:(?:de|du|des|la|le|les|d'|l')\s+)*{_WORD}",
        r"\b(?:rue|avenue|boulevard|calle|avenida|avda\.?|plaza|paseo|viale|piazza|corso|rua|praça|travessa|"
        rf"ul\.|ulica|aleja|(?-i:Via|VIA))\s+(?:{_WORD}\s+){{0,4}}?{_WORD}{_NR}",
        r"\bp\.?\s?o\.?\s?box\s+\d+|\bpostfach\s+[\d ]{0,9}\d",
    )
)
_GAP = r"[\s.,:·•*|/\\()\[\]_+–—-]{0,3}"
_IBAN = re.compile(rf"\b[A-Z]{{2}}{_GAP}\d{{2}}(?:{_GAP}[A-Z0-9]{{4}}){{2,7}}(?:{_GAP}[A-Z0-9]{{1,4}})?\b")
_IBAN_LOWER = re.compile(r"\b[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,4})?\b")
_DIGITS = re.compile(rf"\(?\+?\(?\d(?:{_GAP}\d){{6,}}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?|\d{1,2}\.\d{1,2}\.\d{4}")


def mask(text: str, *, known: Mapping[str, str] | None = None, keep: Collection[str] = ()) -> str:
    """Return the text without personal data, in compatibility form (NFKC) and on one line.

    `known` texts are replaced by their values wherever they stand; of a name of an agent (AGENT) its parts of
    at least three letters are, too. `keep` are texts, such as invoice numbers, that stay as they are.
    """
    found = unicodedata.normalize("NFKC", plain(unicodedata.normalize("NFKC", text)))
    found = " ".join(found.split())
    kept = [one for one in keep if one]
    if kept:
        pieces = re.split("(" + "|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in kept) + ")", found)
        return "".join(one if one in kept else _masked(one, known or {}) for one in pieces)
    return _masked(found, known or {})


def _masked(text: str, known: Mapping[str, str]) -> str:
    # Names come last: a street or an e-mail that has lost a word to a name would not be found any more.
    text = _replaced(text, {one: label for one, label in known.items() if label != AGENT})
    text = _EMAIL.sub(EMAIL, text)
    for street in _STREETS:
        text = street.sub(STREET, text)
    text = _IBAN_LOWER.sub(NUMBER, _IBAN.sub(NUMBER, text))
    text = _DIGITS.sub(lambda run: run[0] if _DATE.fullmatch(run[0].strip()) else NUMBER, text)
    names = [one for one, label in known.items() if label == AGENT]
    parts = [part for one in names for part in one.split() if len(part) >= 3]
    return _replaced(text, dict.fromkeys((*names, *parts), AGENT))


def _replaced(text: str, known: Mapping[str, str]) -> str:
    for one in sorted(known, key=len, reverse=True):
        whole = r"\s+".join(map(re.escape, unicodedata.normalize("NFKC", one).split()))
        if whole:
            text = re.sub(rf"(?<!\w){whole}(?!\w)", known[one], text, flags=re.IGNORECASE)
    return text
