"""SIGKILL at any moment: pages are stored completely or not at all, sync resumes, no intent is lost."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.support.store_workers import Worker, journal, start, sync
from wbtui.models.preview import Status
from wbtui.models.query.parser import parse
from wbtui.models.query.terms import Query
from wbtui.store.cache import open_cache
from wbtui.store.database import Connection
from wbtui.store.journal import open_journal

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
ROWS = 40
KILLS = 30  # of each kind


def kill_after(worker: Worker, lines: int, chance: random.Random) -> list[str]:
    """Kill a worker at a random moment after its first messages; return all its messages."""
    messages = worker.read(lines)
    sum(range(chance.randrange(400_000)))
    messages += worker.kill()
    assert worker.process.exitcode == -9
    return messages


async def _inspect(path: Path) -> tuple[Counter[str], int, str]:
    cache = await open_cache(path, clock=lambda: NOW)
    rows = (await cache.window(Query(), 0, 100_000)).rows
    versions = Counter(row.value.version for row in rows)
    sync_walk = (await cache.sync_state()).running("customers")
    assert sync_walk is not None
    assert sync_walk.cursor is not None
    for version in versions:
        found = await cache.count(parse(version.replace("-", "")))
        assert found >= versions[version], "the index contains every row"

    def check(connection: Connection) -> str:
        (ok,) = connection.execute("PRAGMA integrity_check").fetchone()
        return str(ok)

    ok = await cache._database.read(check)
    proof = "INSERT INTO customer_fts (customer_fts, rank) VALUES ('integrity-check', 1)"
    await cache._database.write(lambda tool: tool.conn.execute(proof).fetchall())
    await cache.close()
    return versions, int(sync_walk.cursor), ok


async def test_kill_during_sync_leaves_complete_pages_and_the_sync_resumes(tmp_path: Path) -> None:
    chance = random.Random(7)
    acknowledged = -1
    for _ in range(KILLS):
        messages = kill_after(start(sync, tmp_path, ROWS), chance.randrange(1, 5), chance)
        assert int(messages[0]) in (acknowledged + 1, acknowledged + 2), "it resumes where it stopped"
        acknowledged = int(messages[-1])
    versions, cursor, ok = await _inspect(tmp_path / "cache.db")
    assert ok == "ok"
    assert cursor - 1 in (acknowledged, acknowledged + 1)
    assert versions == {f"page-{page}": ROWS for page in range(cursor)}


async def test_kill_never_loses_an_acknowledged_intent(tmp_path: Path) -> None:
    chance = random.Random(8)
    acknowledged: set[str] = set()
    for number in range(KILLS):
        worker = start(journal, tmp_path, f"w{number}")
        acknowledged.update(kill_after(worker, chance.randrange(1, 9), chance))
    opened = await open_journal(tmp_path / "journal.db", clock=lambda: NOW)
    entries = {entry.key for entry in await opened.entries(1_000_000)}
    assert acknowledged <= entries
    assert len(entries) <= len(acknowledged) + KILLS, "per kill at most one was written and not acknowledged"
    assert set(await opened.recover()) == entries
    assert {entry.status for entry in await opened.entries(1_000_000)} == {Status.WITHDRAWN}
    await opened.close()
