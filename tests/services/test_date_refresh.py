"""The cache follows the server's date: over midnight, and on the command line before it searches."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from tests.services.test_do import Shell
from tests.services.test_expiry import Days
from tests.support.command_line import wbtui
from tests.support.customers import owing
from tests.support.opened import opened
from tests.support.sandbox import NOW, Sandbox
from tests.support.virtual_time import START, InlineLoop, VirtualTime
from wbtui import errors
from wbtui.cli import queries
from wbtui.models.customer import BillingStatus
from wbtui.services.date_refresh import INTERVAL, RETRY_AFTER, DateRefresh

AHEAD = timedelta(hours=2)
"""How far the clock of the server is ahead of the machine's."""
UNTIL_MIDNIGHT = (24 - START.hour) * 3600 - AHEAD.total_seconds()
TODAY, TOMORROW = START.date(), START.date() + timedelta(days=1)


class Bench:
    """A refresh on a virtual clock, of a cache that records the dates it follows."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.tried, self.announced = list[date](), list[date]()
        self.error: errors.StoreError | None = None
        self.changes = True
        self.refresh = DateRefresh(cast(Any, self), InlineLoop(), self.today, self.time.clock)
        self.refresh.refreshed.subscribe(self.announced.append)

    def today(self) -> date:
        return (self.time.now() + AHEAD).date()

    async def follow_date(self, today: date) -> bool:
        self.tried.append(today)
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return self.changes


async def nothing(_refresh: DateRefresh) -> None:
    """Stands for work in the background that has not begun."""


async def test_it_refreshes_at_the_start_and_at_midnight_of_the_server() -> None:
    bench = Bench()
    running = asyncio.ensure_future(bench.refresh.run())
    await bench.time.advance(UNTIL_MIDNIGHT - 1)
    assert bench.tried == bench.announced == [TODAY]
    await bench.time.advance(1 + INTERVAL)
    assert bench.tried == bench.announced == [TODAY, TOMORROW]
    running.cancel()


async def test_screens_read_again_if_another_process_has_refreshed_but_not_if_nothing_was_to_do() -> None:
    bench = Bench()
    bench.changes = False
    running = asyncio.ensure_future(bench.refresh.run())
    await bench.time.advance(UNTIL_MIDNIGHT - 1)
    assert (bench.tried, bench.announced) == ([TODAY], [])
    await bench.time.advance(1 + INTERVAL)
    assert (bench.tried, bench.announced) == ([TODAY, TOMORROW], [TOMORROW])
    running.cancel()


async def test_a_refresh_that_fails_is_tried_again() -> None:
    bench = Bench()
    bench.error = errors.StoreFull("There is no room left.")
    running = asyncio.ensure_future(bench.refresh.run())
    await bench.time.advance(RETRY_AFTER - 1)
    assert bench.tried == [TODAY]
    bench.error = None
    await bench.time.advance(1)
    assert (bench.tried, bench.announced) == ([TODAY, TODAY], [TODAY])
    running.cancel()


async def test_who_asks_for_it_waits_for_one_that_runs() -> None:
    bench = Bench()
    await asyncio.gather(bench.refresh.refresh(), bench.refresh.refresh())
    assert bench.tried == [TODAY]


async def test_offline_customers_become_past_due_when_the_date_turns(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    days = Days()
    async with opened(sandbox.url, sandbox.key, tmp_path, clock=days.clock) as services:
        await services.sync.run()
        one = owing(1, services.today())
        await services.cache.put_customers([one], days.now)
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True, clock=days.clock) as services:
        await services.date_refresh.refresh()

        async def late() -> bool:
            search = services.directory.open("is:past_due", separate=True)
            return await search.position_of(one.id) is not None

        assert not await late()
        changed, announced = list[frozenset[str]](), list[date]()
        services.data_changed.subscribe(changed.append)
        services.date_refresh.refreshed.subscribe(announced.append)
        days.move_to(1)
        await services.date_refresh.refresh()
        assert await late()
        assert any(one.id in ids for ids in changed)
        assert announced == [services.today()]
        row = await services.cache.customer(one.id)
        assert (row.value.billing_status, row.fetched_at) == (BillingStatus.PAST_DUE, NOW)


def test_offline_the_command_line_finds_who_has_become_past_due(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands wait for the refresh. The due date of an unpaid invoice is extended, and passes days later."""
    days = Days()
    monkeypatch.setattr(DateRefresh, "run", nothing)
    Shell(tmp_path, sandbox)

    def late(*options: str) -> dict[str, tuple[str, str]]:
        done = wbtui(tmp_path, *options, "find", "is:past_due sort:status", "--json", clock=lambda: days.now)
        rows = json.loads(done.stdout)["customers"]
        return {row["id"]: (row["billing_status"], row["overdue_since"]) for row in rows}

    def run(*arguments: str) -> None:
        done = wbtui(tmp_path, *arguments, clock=lambda: days.now)
        assert done.returncode == 0, done.stderr

    run("sync")
    monkeypatch.setattr(queries, "SAY_AFTER", 0)
    waits = wbtui(tmp_path, "find", "is:past_due", clock=lambda: days.now)
    assert "Updating who is past due today…" in waits.stderr
    monkeypatch.undo()
    monkeypatch.setattr(DateRefresh, "run", nothing)
    before = late()
    due = (days.now + timedelta(days=2)).date().isoformat()
    run("do", "extend_due_date", "Meridian Foods", "invoice_id=INV-0134", f"due={due}", "--confirm", "yes")
    run("sync")
    extended = late()
    [meridian] = before.keys() - extended.keys()
    days.move_to(2)
    assert late("--offline") == extended
    days.move_to(3)
    offline = late("--offline")
    assert offline == {**extended, meridian: ("past_due", due)}
    done = wbtui(tmp_path, "--offline", "insights", "--json", clock=lambda: days.now)
    bars = json.loads(done.stdout)["billing_status"]
    assert {bar["key"]: bar["customers"] for bar in bars}["past_due"] == len(offline)
