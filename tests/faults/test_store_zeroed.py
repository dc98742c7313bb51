"""Zeroed bytes in the cache: a start notices and says so, or every row and every search is right."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta
from pathlib import Path

from tests.support.command_line import wbtui
from tests.support.customers import customer, customers, invoices_of
from tests.support.sandbox import Sandbox
from tests.support.wall_clock import now
from wbtui.errors import StoreCorrupt, StoreError
from wbtui.models.query.parser import parse
from wbtui.models.query.terms import Query
from wbtui.store import files
from wbtui.store.cache import Cache, open_cache
from wbtui.store.integrity import find_deep_damage
from wbtui.store.owner import this_process
from wbtui.store.sqlite import sqlite3

ROWS = 120
DAMAGES = 150
SEARCHES = ("", "sort:-owes", "sort:plan", "is:past_due", "plan:pro", "owes:eur>10", "mrr>1", "anna", "gmbh")


async def filled(path: Path) -> None:
    cache = await open_cache(path, clock=now)
    rows = list(customers(ROWS))
    await cache.put_customers(rows, now())
    await cache.put_invoice_rows([row for one in rows for row in invoices_of(one)], now())
    await cache.close()


async def shown(cache: Cache) -> list[object]:
    """What all orders and some searches show."""
    found: list[object] = []
    for text in SEARCHES:
        query = parse(text) if text else Query()
        rows = (await cache.window(query, 0, 1_000)).rows
        found.append((text, [row.value for row in rows], await cache.count(query)))
    return found


def restore(original: Path, path: Path) -> None:
    for each in (path, *files.side_files(path), *files.damaged_copies(path)):
        each.unlink(missing_ok=True)
    shutil.copy(original, path)


def zero(path: Path, chance: random.Random) -> None:
    size = path.stat().st_size
    with path.open("r+b") as raw:
        raw.seek(chance.randrange(size))
        raw.write(bytes(chance.choice([1, 16, 100, 512, 4096, 8192])))
        raw.truncate(size)


async def test_a_check_notices_zeroed_bytes_or_nothing_is_wrong(tmp_path: Path) -> None:
    original, path = tmp_path / "original.db", tmp_path / "cache.db"
    await filled(original)
    restore(original, path)
    cache = await open_cache(path, clock=now)
    truth = await shown(cache)
    assert (await cache.check(), cache.notice) == (None, None)
    await cache.close()
    chance, noticed = random.Random(20261126), 0
    for _ in range(DAMAGES):
        restore(original, path)
        zero(path, chance)
        try:
            cache = await open_cache(path, clock=now)
        except StoreCorrupt:
            raise
        except StoreError:
            continue  # the version or application id was zeroed: not our file any more
        assert cache.should_check_now
        await cache.check()
        found = await shown(cache)  # an altered value is noticed when it is read
        if cache.notice is None:
            assert found == truth
        else:
            noticed += 1
            [copy] = files.damaged_copies(path)
            assert copy.name in cache.notice
            assert (await cache.counts()).customers == 0
        await cache.close()
    assert noticed > DAMAGES / 5, "the damage must have an effect"


async def test_a_process_that_ended_without_closing_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    cache = await open_cache(path, clock=now)
    assert not cache.was_closed_badly
    await cache.close()
    cache = await open_cache(path, clock=now)
    assert not cache.was_closed_badly, "it was closed well"
    host, boot, _, _ = this_process().split("|")
    mark = f"open:{host}|{boot}|99999999|1"
    await cache._database.write(lambda tool: tool.conn.execute("INSERT INTO meta VALUES (?, '', 0)", (mark,)))
    await cache.close()
    for expected in (True, False):
        cache = await open_cache(path, clock=now)
        assert cache.was_closed_badly is expected
        await cache.close()


def lose_a_row(cache: Path) -> None:
    """Remove the search text of a customer, who is then found by no word."""
    database = sqlite3.connect(cache)
    with database:
        database.execute("DELETE FROM customer_search_text WHERE n = 3")
    database.close()


def test_commands_say_what_was_set_aside_and_doctor_proves_it(sandbox: Sandbox, tmp_path: Path) -> None:
    connect = ("connect", "--name", "acme", "--environment", "demo", "--url", sandbox.url, "--key-stdin")
    assert wbtui(tmp_path, *connect, "--agent", "jo", stdin=sandbox.key).returncode == 0
    assert wbtui(tmp_path, "sync").returncode == 0
    done = wbtui(tmp_path, "doctor", "--deep")
    assert done.stdout.count(" is whole.") == 3
    cache = tmp_path / "wbtui" / "cache" / "connections" / "acme" / "cache.db"
    lose_a_row(cache)
    done = wbtui(tmp_path, "doctor", "--deep")
    assert done.returncode == 1
    assert "bad   Connection acme, cache: " in done.stdout
    assert "tables have different numbers of rows" in done.stdout
    done = wbtui(tmp_path, "--offline", "find", "country:de")
    assert "set aside as cache.db.damaged-" in done.stderr
    assert done.returncode == 5
    assert "Nothing is cached yet" in done.stderr and "No customers match" not in done.stderr
    assert wbtui(tmp_path, "sync").returncode == 0
    assert "set aside" not in wbtui(tmp_path, "find", "country:de").stderr
    assert wbtui(tmp_path, "doctor", "--deep").stdout.count(" is whole.") == 3


def test_doctor_compares_every_value_with_its_columns(sandbox: Sandbox, tmp_path: Path) -> None:
    connect = ("connect", "--name", "acme", "--environment", "demo", "--url", sandbox.url, "--key-stdin")
    assert wbtui(tmp_path, *connect, "--agent", "jo", stdin=sandbox.key).returncode == 0
    assert wbtui(tmp_path, "sync").returncode == 0
    cache = tmp_path / "wbtui" / "cache" / "connections" / "acme" / "cache.db"
    for sql, said in (
        ("UPDATE customers SET updated = 1 WHERE n = 2", "differ from the row"),
        ("UPDATE invoices SET owner_key = 1 WHERE n = 2", "differ from the row"),
        ("UPDATE customer_search_text SET text = ' =sactive other ' WHERE n = 2", "is damaged"),
    ):
        before = cache.read_bytes()
        database = sqlite3.connect(cache)
        with database:
            database.execute(sql)
        database.close()
        done = wbtui(tmp_path, "doctor", "--deep")
        assert (done.returncode, said in done.stdout) == (1, True), sql
        cache.write_bytes(before)


def test_doctor_says_without_deep_why_a_cache_cannot_be_opened(sandbox: Sandbox, tmp_path: Path) -> None:
    connect = ("connect", "--name", "acme", "--environment", "demo", "--url", sandbox.url, "--key-stdin")
    assert wbtui(tmp_path, *connect, "--agent", "jo", stdin=sandbox.key).returncode == 0
    assert wbtui(tmp_path, "sync").returncode == 0
    assert "acme, cache" not in wbtui(tmp_path, "doctor").stdout
    cache = tmp_path / "wbtui" / "cache" / "connections" / "acme" / "cache.db"
    database = sqlite3.connect(cache)
    with database:
        database.execute("PRAGMA user_version=999")
    database.close()
    done = wbtui(tmp_path, "doctor")
    assert done.returncode == 1 and "written by a newer version of wbtui" in done.stdout
    assert "Update wbtui, or run `wbtui cache clear`, then `wbtui sync`." in done.stdout
    cache.write_bytes(b"no database" * 1000)
    done = wbtui(tmp_path, "doctor")
    assert done.returncode == 1 and "is damaged or not a database" in done.stdout


async def test_a_healthy_cache_passes_after_any_use(tmp_path: Path) -> None:
    """Otherwise a check would throw away what is right."""
    time = now()
    cache = await open_cache(tmp_path / "cache.db", clock=lambda: time)
    chance, checked = random.Random(5), 0
    for step in range(60):
        some = [
            customer(chance.randrange(400), seed=chance.randrange(3)) for _ in range(chance.randrange(1, 60))
        ]
        match step % 6:
            case 0 | 1 | 2:
                await cache.put_customers(some, time)
                await cache.put_invoice_rows([row for one in some for row in invoices_of(one)], time)
            case 3:
                for one in some[:9]:
                    await cache.remove_customer(one.id)
            case 4:
                await cache.set_currency(chance.choice(["eur", "usd"]))
            case 5:
                time += timedelta(days=chance.choice([1, 20, 40]))
                await cache.expire(time)
        assert (await cache.check(), cache.notice) == (None, None), step
        assert await cache._database.outside(find_deep_damage) is None, step
        checked += (await cache.counts()).customers
    assert checked > 1_000
    await cache.close()
