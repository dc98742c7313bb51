"""The order by name: names that begin with a sign or an emoji come last, and are found all the same."""

from __future__ import annotations

import pytest

from tests.support.customers import customer
from tests.unit.store.conftest import NOW
from wbtui.models.query.parser import parse
from wbtui.store.cache import Cache

LETTERS_FIRST = ["3M", "ACME [UK] plc", "Zoë", "株式会社東京"]
SIGNS_LAST = ["👩‍👩‍👧‍👦 Family", "[/foo] Ltd", "\x1b]0;pwned\x07Title", "\u202etxt.exe"]


async def fill(cache: Cache) -> None:
    names = [*SIGNS_LAST, *reversed(LETTERS_FIRST)]
    rows = [customer(number).model_copy(update={"name": name}) for number, name in enumerate(names)]
    await cache.put_customers(rows, NOW)


async def listed(cache: Cache, text: str) -> list[str]:
    return [row.value.title for row in (await cache.window(parse(text), 0, 20)).rows]


async def test_names_that_begin_with_a_sign_come_last(cache: Cache) -> None:
    await fill(cache)
    names = await listed(cache, "")
    assert names[: len(LETTERS_FIRST)] == LETTERS_FIRST
    assert set(names[len(LETTERS_FIRST) :]) == set(SIGNS_LAST)


@pytest.mark.parametrize(
    ("typed", "name"), [("family", 0), ("foo ltd", 1), ("foo", 1), ("pwned", 2), ("txt", 3)]
)
async def test_a_name_that_begins_with_a_sign_is_found(cache: Cache, typed: str, name: int) -> None:
    await fill(cache)
    assert (await listed(cache, typed))[0] == SIGNS_LAST[name]
