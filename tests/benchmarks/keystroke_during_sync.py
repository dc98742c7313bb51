"""Keystroke latency during a synchronization at full and at the default rate, compared with idle."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.benchmarks.keystroke_latency import type_query
from tests.benchmarks.report import Row, median, ms, p95
from tests.benchmarks.startup_time import READY, SIZE
from tests.benchmarks.terminal_probe import KeyResponse, Probe, environment, python

SYNCED, SYNCING = "synced ", "syncing "
RATES = {"full": {"WBTUI_SYNC_RATE": "1000"}, "the default": dict[str, str]()}
"""Names and settings. The full rate is more requests per second than the server can answer."""


def _demo(home: Path, customers: int, settings: dict[str, str]) -> Probe:
    command = python("-m", "wbtui", "demo", "--customers", str(customers))
    return Probe(command, environment(home, **settings), SIZE)


def rows(folder: Path, customers: int, queries: list[str]) -> list[Row]:
    """Return a row for each rate."""
    return [_measured(folder, customers, queries, rate) for rate in RATES]


def _measured(folder: Path, customers: int, queries: list[str], rate: str) -> Row:
    """Type the queries in the demo while its empty cache is being filled, then again when it is synced.

    The first page after a letter is measured: the list is renewed once a second meanwhile.
    """
    home = folder / f"demo-{customers}"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(home / "cache", ignore_errors=True)
    probe = _demo(home, customers, RATES[rate])
    busy: list[KeyResponse] = []
    try:
        probe.until(READY, 1800)
        for text in queries:
            response = type_query(probe, text, max_wait=0.5)
            if SYNCING not in probe.text:
                break
            busy.append(response)
        probe.type(b"\x15")
        probe.until(SYNCED, 1800)
        probe.settle(1.0)
        idle = [type_query(probe, text, max_wait=0.5) for text in queries[: len(busy)]]
    finally:
        probe.end()
    return _row(busy, idle, f"{customers:,} customers are synced at {rate} rate")


def _row(busy: list[KeyResponse], idle: list[KeyResponse], meanwhile: str) -> Row:
    what = f"keystroke p95 while {meanwhile} / idle"
    if len(busy) < 5:
        return Row(what, "≤ 1.5 ×", "–", f"the synchronization ended after {len(busy)} queries")
    walls = [[one.answered for one in each] for each in (busy, idle)]
    drawn = [[one.drawing for one in each] for each in (busy, idle)]
    return Row(
        what,
        "≤ 1.5 ×",
        f"{p95(walls[0]) / p95(walls[1]):.2f} × (median {median(walls[0]) / median(walls[1]):.2f} ×)",
        f"{len(busy)} queries; wall p95 {ms(p95(walls[0]))} / {ms(p95(walls[1]))}; processor time of the "
        f"drawing thread, median {ms(median(drawn[0]))} / {ms(median(drawn[1]))}",
    )
