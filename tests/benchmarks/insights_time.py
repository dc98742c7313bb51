"""Time of the insights against one plain scan of the same customers, by the clock.

`uv run python -m tests.benchmarks.insights_time FOLDER [COUNT] [QUERY]` fills a cache once and reads it. The
ratio is what a busy machine leaves comparable; the scan reads every search text.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any, cast

from tests.benchmarks.filled_cache import cache_of, filled_home
from tests.benchmarks.report import Row, ms
from tests.support.customers import NOW, TODAY
from wbtui.models.query.parser import parse
from wbtui.services.clock import Clock
from wbtui.services.directory import Directory
from wbtui.services.insights import Insights
from wbtui.store.cache import Cache, open_cache
from wbtui.store.result_pages import Hits, count

ROUNDS = 3
_SCAN = Hits("customer_search_text t", "instr(t.text, ?) > 0", ("no such text",))


async def _scan(cache: Cache) -> float:
    """Return the seconds of a scan of all search texts."""
    begun = time.monotonic()
    await cache.of_all(parse(""), lambda connection, _hits: count(connection, _SCAN))
    return time.monotonic() - begun


async def _read(cache: Cache, text: str) -> dict[str, float]:
    """Return the seconds until each chart was there."""
    directory = Directory(
        cache, cast(Any, None), is_complete=lambda: True, clock=Clock(now=lambda: NOW), server_now=lambda: NOW
    )
    begun = time.monotonic()
    figures = Insights(directory, cache, text, TODAY)
    return {chart.kind.value: time.monotonic() - begun async for chart in figures.charts()}


async def _longest_pause(until: asyncio.Future[Any]) -> float:
    """Return the longest time that the event loop did not run, which a key would wait."""
    longest = 0.0
    while not until.done():
        begun = time.monotonic()
        await asyncio.sleep(0.005)
        longest = max(longest, time.monotonic() - begun - 0.005)
    return longest


async def pause(path: Path) -> float:
    """Return the longest pause of the event loop while the insights of all customers are read."""
    cache = await open_cache(path, clock=lambda: NOW)
    try:
        pauses = []
        for _ in range(ROUNDS):
            reading = asyncio.ensure_future(_read(cache, ""))
            pauses.append(await _longest_pause(reading))
        return min(pauses)
    finally:
        await cache.close()


async def measure(path: Path, text: str) -> tuple[float, dict[str, float]]:
    """Return the seconds of a scan, and those until each chart was there, of the best of ROUNDS."""
    cache = await open_cache(path, clock=lambda: NOW)
    try:
        scan = min([await _scan(cache) for _ in range(ROUNDS)])
        return scan, min([await _read(cache, text) for _ in range(ROUNDS)], key=lambda one: max(one.values()))
    finally:
        await cache.close()


def rows(path: Path, count: int) -> list[Row]:
    """Return the times of the insights of all customers."""
    scan, best = asyncio.run(measure(path, ""))
    first, last = min(best.values()), max(best.values())
    waited = ms(asyncio.run(pause(path)))
    return [
        Row(
            f"insights of {count:,} customers",
            "first figure ≤ 300 ms, all ≤ 3 s",
            f"{ms(first)}, {ms(last)}",
            f"best of {ROUNDS}, by the clock; {last / scan:.1f} × a scan of all search texts",
        ),
        Row("longest pause of the event loop meanwhile", "", waited, f"best of {ROUNDS}"),
    ]


def main() -> None:
    """Print the time of each chart."""
    folder, number, *typed = sys.argv[1:] + ["100000"] * (len(sys.argv) == 2)
    home = filled_home(Path(folder), int(number))
    scan, best = asyncio.run(measure(cache_of(home), " ".join(typed)))
    print(f"scan of all search texts {ms(scan)}")
    for kind, seconds in best.items():
        print(f"{kind:<16} after {seconds * 1000:>7,.0f} ms = {seconds / scan:.1f} scans")


if __name__ == "__main__":
    main()
