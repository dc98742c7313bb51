"""200 scripted queries: one-letter, words, filters, sorts and typos; the same for every size of cache."""

from __future__ import annotations

import random

from tests.support.customers import CITIES, COMPANY, FIRST, LAST

LETTERS = "abcdefghijklmnopqrstuvwxyzöü1234"
FILTERS = (
    "plan:pro", "-plan:free", "plan:pro,business", "is:past_due", "is:active", "is:frozen", "status:inactive",
    "-status:active", "sub:canceled", "invoice:paid", "owes>0", "owes>100", "owes:eur>400", "mrr>400", "since:2025",
    "since>2026-10-01", "renews<7d", "card:expiring", "card:4242", "country:de", "-country:de", "has:dispute",
    "has:notes", "subscriptions>1", "changed<1h", "is:past_due country:de", "owes>0 since:2023", "plan:pro mu",
)  # fmt: skip
SORTS = (
    "sort:name", "sort:-name", "sort:owes", "sort:-owes", "sort:mrr", "sort:-mrr", "sort:renews", "sort:since",
    "sort:-since", "sort:plan", "sort:status", "sort:updated", "a sort:-owes", "is:active sort:-mrr",
    "is:past_due sort:-owes", "plan:free sort:-mrr", "anna sort:-updated", "-is:active sort:status",
    "since:2025 sort:-mrr", "country:jp sort:since",
)  # fmt: skip
HOW_MANY = 200


def _slip(word: str, chance: random.Random) -> str:
    """Two letters of the word changed places."""
    at = chance.randrange(1, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def queries(seed: int = 1) -> list[str]:
    """The queries in mixed order; the first ones are a fair selection of all kinds."""
    chance = random.Random(seed)
    latin = [name for name in LAST if name.isascii() and name.isalpha() and len(name) > 5]
    cities = [city for city, _ in CITIES]
    found = [*LETTERS, *FILTERS, *SORTS]
    found += [_slip(chance.choice(latin), chance).lower() for _ in range(30)]
    while len(found) < HOW_MANY:
        first, last = chance.choice(FIRST), chance.choice(LAST)
        found += [
            f"{first} {last}", f"{last[:4]} {first[:3]}".lower(), last.lower(), first[:3].lower(),
            f"{chance.choice(COMPANY)} {chance.choice(cities)}".lower(), f"con_{chance.getrandbits(12):03x}",
        ]  # fmt: skip
    found = found[:HOW_MANY]
    chance.shuffle(found)
    return found
