"""Invented people, companies and addresses in many countries and scripts."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Country:
    """A country of seed_countries.toml."""

    code: str
    currency: str
    weight: int
    first: list[str]
    last: list[str]
    cities: list[str]
    streets: list[str]
    company: str
    vat: str = ""
    family_first: bool = False
    number_first: bool = False


def _countries() -> list[Country]:
    text = Path(__file__).with_name("seed_countries.toml").read_text("utf-8")
    countries = []
    for values in tomllib.loads(text)["country"]:
        words = {name: values.pop(name).split() for name in ("first", "last")}
        lists = {name: values.pop(name).split(", ") for name in ("cities", "streets")}
        countries.append(Country(**values, **words, **lists))
    return countries


COUNTRIES = _countries()


def country_of(code: str) -> Country:
    return next(country for country in COUNTRIES if country.code == code)


_WEIGHTS = [country.weight for country in COUNTRIES]

COMPANY_WORDS = (
    "Lumen Norte Halcyon Brightside Kestrel Fjord Cobalt Juniper "
    "Atlas Meridian Saffron Quill Tidal Ember Orchard "
    "Polaris Velvet Granite Harbor Mosaic Nimbus Cedar Pixel Lantern "
    "Copper Raven Summit Willow Vertex Aurora Beacon "
    "Drift Falcon Garnet Helix Indigo Jasper Kite Lyra Maple Nova "
    "Onyx Prism Quartz Ridge Solstice Tundra Umbra"
).split()
COMPANY_TRADES = (
    "Labs Logistics Studio Media Health Energy Foods Robotics "
    "Analytics Print Travel Design Security Mobility "
    "Learning Finance Games Optics Audio Farms Supply Legal Textiles Games Cloud Works Partners"
).split()

_STRIP = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "'": ""}
)


@lru_cache(maxsize=4096)
def ascii_word(text: str) -> str:
    """The ASCII form of a word for an e-mail address."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_STRIP))
    return "".join(c for c in plain if c.isascii() and (c.isalnum() or c == "-"))


@dataclass(frozen=True, slots=True)
class Person:
    """Name, company and address of a customer."""

    name: str
    contact: str
    company: str
    domain: str
    mailbox: str
    country: Country
    address: dict[str, Any]
    vat_id: str | None


def random_person(rng: Random, country: Country | None = None) -> Person:
    """A random person at a company. Some customers have the person's name, some the company's."""
    country = country or rng.choices(COUNTRIES, _WEIGHTS)[0]
    first, first_latin = _pair(rng.choice(country.first))
    last, last_latin = _pair(rng.choice(country.last))
    word, trade = rng.choice(COMPANY_WORDS), rng.choice(COMPANY_TRADES)
    company = country.company.format(f"{word} {trade}")
    contact = f"{last} {first}" if country.family_first else f"{first} {last}"
    zip_code, _, city = rng.choice(country.cities).partition(" ")
    street, number = rng.choice(country.streets), rng.randint(1, 180)
    address = address_of(
        f"{number} {street}" if country.number_first else f"{street} {number}",
        zip_code.replace("-", " ") if country.code == "GB" else zip_code,
        city,
        country.code,
    )
    if rng.random() < 0.12:
        address["line_2"] = f"Floor {rng.randint(1, 9)}"
    vat_id = None
    if country.vat and rng.random() < 0.6:
        letters = country.vat.rstrip("0123456789")
        digits = int(country.vat.removeprefix(letters))
        vat_id = f"{letters}{rng.randrange(10**digits):0{digits}d}"
    return Person(
        company if rng.random() < 0.42 else contact,
        contact,
        company,
        f"{word.lower()}-{trade.lower()}.example",
        f"{ascii_word(first_latin)[: 1 if rng.random() < 0.3 else None]}.{ascii_word(last_latin)}",
        country,
        address,
        vat_id,
    )


def address_of(line_1: str, zip: str, city: str, country: str) -> dict[str, Any]:
    return {
        "line_1": line_1,
        "line_2": None,
        "zip": zip,
        "city": city,
        "state": None,
        "country": country,
    }


def _pair(word: str) -> tuple[str, str]:
    """A name in its own script and in Latin letters."""
    native, _, latin = word.partition("|")
    if not latin and native[:2] in ("de", "va", "De"):
        return native.replace("-", " "), native
    return native, latin or native
