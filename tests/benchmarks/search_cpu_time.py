"""Processor time of searches in the store: 200 scripted queries by kind, in milliseconds.

`uv run python -m tests.benchmarks.search_cpu_time CACHE` reads a filled cache file. The machine may be busy,
so the processor time of the reading thread is measured instead of wall time.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from tests.support.customers import NOW, TODAY
from wbtui.models.customer import Customer
from wbtui.models.query.parser import parse
from wbtui.store import result_pages
from wbtui.store.blob_codec import unpack_customer
from wbtui.store.cache_file import open_file
from wbtui.store.database import Connection, Database, Options
from wbtui.store.query_plan import explain
from wbtui.store.scan import ResultCursor
from wbtui.store.search import compile_query

T = TypeVar("T")
PAGE = 40
HOW_MANY = 200
ROUNDS = 2
MEASURED = ("first", "again", "total", "last", "middle")
LETTERS = "abcdefghijklmnopqrstuvwxyzäöü1234"
FILTERS = (
    "plan:pro", "-plan:free", "plan:pro,business", "is:past_due", "is:active", "is:frozen", "is:none",
    "status:inactive", "-status:active", "sub:canceled", "invoice:paid", "owes>0", "owes>100", "owes:eur>400",
    "owes:gbp>100 plan:pro", "mrr>400", "mrr:jpy>100", "since:2025", "since>2026-10-01", "since<2023-01-01",
    "renews<7d", "ends<7d", "trial<7d", "card:expiring", "card:expired", "card:4242", "country:de",
    "country:de,at", "-country:de", "has:dispute", "has:notes", "has:usage_alert", "subscriptions>1",
    "subscriptions=0", "changed<1h", "changed<1d", "refunds:pending", "payment:failed_today",
    "invoice:overdue", "is:past_due country:de", "is:past_due card:expired", "is:past_due is:active",
    "is:ended renews<7d", "owes>0 since:2023", "owes>0 mrr>400 country:no", "has:dispute owes>0",
    "has:notes subscriptions>1", "-is:active -is:free", "card:expired since>2026-06-01", "mrr>400 plan:free",
)  # fmt: skip
SORTED = (
    "sort:name", "sort:-name", "sort:owes", "sort:-owes", "sort:mrr", "sort:-mrr", "sort:renews",
    "sort:-renews", "sort:since", "sort:-since", "sort:created", "sort:-created", "sort:plan", "sort:-plan",
    "sort:status", "sort:-status", "sort:updated", "sort:-updated", "a sort:-owes", "is:active sort:-mrr",
    "is:past_due sort:-owes", "is:free sort:-mrr", "plan:free sort:-mrr", "is:ended sort:-status",
    "country:jp sort:since", "schmidt sort:-created", "anna sort:-updated",
    "is:past_due country:de sort:name",
    "-is:active sort:status", "plan:business sort:plan", "renews<7d sort:-renews", "since:2025 sort:-mrr",
    "m is:past_due sort:-owes", "owes>100 sort:updated", "-plan:free sort:renews", "is:none sort:mrr",
    "has:notes sort:-since", "card:expired sort:-owes", "is:trialing sort:-mrr", "b country:ch sort:-created",
)  # fmt: skip
COMMON = (
    "an", "sc", "mu", "schm", "anna", "schmidt", "mueller", "o'brien", "berlin", "germany", "cfo", "prefers",
    "pro", "example", "lumen", "gmbh", "visa", "42", "49.00", "€49", "199,00", "de", "lum-77", "inv-0",
    '"anna schmidt"', "schmidt anna", "anna berlin", "anna plan:pro -status:frozen", "a b", "山田", "иванов",
    "paul country:de", "zzzz",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scripted:
    """A query and its kind: letter, words, filters, sorts or typos."""

    kind: str
    text: str


def somebody(connection: Connection, chance: random.Random) -> Customer:
    """Return a random customer of the cache."""
    (last,) = connection.execute("SELECT max(n) FROM customer_rows").fetchone()
    sql = "SELECT data FROM customer_rows WHERE n >= ? ORDER BY n LIMIT 1"
    return unpack_customer(connection.execute(sql, (chance.randint(1, last),)).fetchone()[0])


def _with_typo(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def scripted(connection: Connection, seed: int = 1) -> list[Scripted]:
    """Return the 200 queries: fixed ones, and words of customers of this cache."""
    chance = random.Random(seed)
    found = [Scripted("letter", letter) for letter in LETTERS]
    found += [Scripted("filters", text) for text in FILTERS]
    found += [Scripted("sorts", text) for text in SORTED]
    found += [Scripted("words", text) for text in COMMON]
    for _ in range(4):
        row = somebody(connection, chance)
        email, invoice = row.email or row.id, (row.latest_invoices or ())[0].number
        found += [Scripted("words", text) for text in (row.title, email, row.id, row.id[-6:], invoice)]
    while len(found) < HOW_MANY:
        title = somebody(connection, chance).title
        last = title.split()[-1] if title else ""
        wrong = _with_typo(last if chance.random() < 0.5 else title, chance) if len(last) > 4 else title
        if title.isascii() and wrong not in (title, last):
            found.append(Scripted("typos", wrong))
    return found[:HOW_MANY]


@dataclass
class Spent:
    """Milliseconds of processor time by kind of call; number of rows; corrected typos; last plan."""

    query: Scripted
    first: float = 0.0
    again: float = 0.0
    total: float = 0.0
    last: float = 0.0
    middle: float = 0.0
    found: int = 0
    corrected: tuple[tuple[str, str], ...] = ()
    plan: str = ""


def _timed(database: Database, work: Callable[[Connection], T]) -> tuple[T, float]:
    def timed(connection: Connection) -> tuple[T, float]:
        begun = time.thread_time()
        return work(connection), (time.thread_time() - begun) * 1000

    return database.read_now(timed)


def _page(connection: Connection, cursor: ResultCursor, start: int) -> int:
    """Read a page and decode its customers, as the list does."""
    wanted = result_pages.numbers(connection, cursor, start, PAGE)
    sql = "SELECT data FROM customer_rows WHERE n = ?"
    for n in wanted:
        unpack_customer(connection.execute(sql, (n,)).fetchone()[0])
    return len(wanted)


def spent_on(database: Database, asked: Scripted) -> Spent:
    """Measure the first page, the next, the exact count, the last page and one in the middle."""
    query = parse(asked.text, today=TODAY, now=NOW)
    compiled, spent = compile_query(query), Spent(asked)
    cursor = ResultCursor(compiled, "0", query)
    unpack_customer.cache_clear()
    _, spent.first = _timed(database, lambda c: _page(c, cursor, 0))
    _, spent.again = _timed(database, lambda c: _page(c, cursor, PAGE))
    spent.found, spent.total = _timed(database, lambda c: result_pages.total(c, cursor))
    _, spent.last = _timed(database, lambda c: _page(c, cursor, max(spent.found - PAGE, 0)))
    jumped = ResultCursor(compiled, "0", query)
    _, spent.middle = _timed(database, lambda c: _page(c, jumped, spent.found // 2))
    spent.corrected = cursor.corrected
    spent.plan = "LISTED" if cursor.listed is not None else explain(cursor.stats[False], cursor.limits)
    return spent


def _best(of: Sequence[Spent]) -> Spent:
    """Return the minimum of each value: load from other programs only adds to it."""
    least = {name: min(getattr(one, name) for one in of) for name in MEASURED}
    return replace(of[0], **least)


def opened(path: Path) -> Database:
    """Open a cache file with one reader."""
    database, _ = open_file(path, Options(readers=1, read_only=True), NOW)
    return database


def measure(path: Path, seed: int = 1, rounds: int = ROUNDS) -> list[Spent]:
    """Measure the scripted queries, best of some rounds; each search starts with a new cursor."""
    database = opened(path)
    try:
        queries = database.read_now(lambda connection: scripted(connection, seed))
        all_rounds = [[spent_on(database, one) for one in queries] for _ in range(rounds)]
        return [_best(of) for of in zip(*all_rounds, strict=True)]
    finally:
        database.close_now()


def quantiles(values: list[float]) -> tuple[float, float, float]:
    """Return the median, the 95th percentile and the maximum."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[math.ceil(len(ordered) * 0.95) - 1], ordered[-1]


def lines(spent: list[Spent]) -> Iterator[str]:
    """Yield a Markdown table of p50/p95/max by kind."""
    yield "| kind | queries | first page | next page | count | last page | middle |"
    yield "|---|---|---|---|---|---|---|"
    for kind in (*dict.fromkeys(one.query.kind for one in spent), "all"):
        of = [one for one in spent if kind in (one.query.kind, "all")]
        columns = ([getattr(one, name) for one in of] for name in MEASURED)
        shown = " | ".join(" / ".join(f"{value:.1f}" for value in quantiles(column)) for column in columns)
        yield f"| {kind} | {len(of)} | {shown} |"


def main() -> None:
    """Print the table and the slowest queries of each column."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--slowest", type=int, default=6)
    options = parser.parse_args()
    spent = measure(options.cache, options.seed, options.rounds)
    print("\n".join(lines(spent)))
    for name in MEASURED:
        slow = sorted(spent, key=lambda one: -getattr(one, name))[: options.slowest]
        print(f"{name}:")
        for one in slow:
            print(f"  {one.query.text}: {getattr(one, name):.0f} ms, {one.found} rows, {one.plan}")


if __name__ == "__main__":
    main()
