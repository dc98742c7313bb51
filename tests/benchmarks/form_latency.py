"""Forms of all actions: the time until one is drawn from cached data, and until the estimate follows.

`uv run python -m tests.benchmarks --only form`. The app runs in this process and draws into memory, over a
sandbox of its own process.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from textual._context import active_app
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

from tests.benchmarks.report import Row, ms, p95, spread
from tests.screens.driver import Driver
from tests.support.action_cases import CASES
from tests.support.action_form import answer, form_of
from tests.support.opened import opened
from tests.support.sandbox import Sandbox, copy_of, make_template, started
from wbtui.app import Start, WbtuiApp
from wbtui.cli.opening import pause_garbage_collection
from wbtui.models.actions import ACTIONS
from wbtui.models.actions.base import SUBJECT_MEMBER
from wbtui.models.parts import CATALOGUE, CUSTOMER
from wbtui.services.actions.subjects import load_subject
from wbtui.services.open import Services
from wbtui.settings import Settings
from wbtui.ui.actions.estimate import Estimate
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.opening import open_action
from wbtui.ui.idle_collector import READING_PAUSE
from wbtui.ui.screens.customers import CustomersScreen

SIZE = (120, 40)
KINDS = tuple(kind for kind in ACTIONS if ACTIONS[kind].asks)


class MemoryDriver(HeadlessDriver):
    """Makes Textual draw as for a terminal; what it writes is dropped."""

    is_headless = False


@dataclass
class Times:
    """Seconds by the clock, and of processor time of this process."""

    wall: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    async def add(self, work: Awaitable[None]) -> None:
        """Measure it."""
        wall, busy = time.perf_counter(), time.process_time()
        await work
        self.wall.append(time.perf_counter() - wall)
        self.busy.append(time.process_time() - busy)


async def _drawn(app: WbtuiApp, holds: Callable[[], bool]) -> None:
    """Wait until it holds and is drawn."""
    while not holds():  # noqa: ASYNC110 (state of widgets)
        await asyncio.sleep(0.002)
    drawn = asyncio.Event()
    app.screen.call_after_refresh(drawn.set)
    await drawn.wait()


@contextlib.asynccontextmanager
async def _running(services: Services) -> AsyncIterator[Driver]:
    pause_garbage_collection()  # as `run_app` does
    app = WbtuiApp(services, Settings(agent="jo"), start=Start())
    app.driver_class = MemoryDriver
    task = asyncio.ensure_future(app.run_async(headless=False, size=SIZE))
    while not isinstance(app.screen_stack and app.screen, CustomersScreen):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    active_app.set(app)
    yield Driver(app, Pilot(app))
    app.exit()
    await task


def _bodies(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    """Return a valid body of every kind for a seeded customer."""
    with httpx.Client(base_url=f"{sandbox.url}/x/v1/", headers=sandbox.headers, verify=False) as client:

        @cache
        def read(path: str) -> Any:
            return client.get(path).raise_for_status().json()

        rows = read("snapshot?kind=customers&limit=500")["rows"]
        return {kind: next(b for row in rows for b in CASES[kind].requests(row, read)) for kind in KINDS}


async def _cache_parts(services: Services, kind: str, body: dict[str, Any]) -> None:
    form, owner = FORMS[kind], body["customer_id"]
    if form.model.about != "customer":
        subject = body[SUBJECT_MEMBER[form.model.about]]
        await load_subject(services.profiles.load, form.model.about, subject, owner)
    for part in form.needs:
        await services.profiles.load(part, "" if part in CATALOGUE else owner)


async def _use(d: Driver, kind: str, body: dict[str, Any], opening: Times, following: Times) -> None:
    """Open the form, answer it, and close it."""
    services, about = d.app.services, ACTIONS[kind].about
    await _cache_parts(services, kind, body)
    customer = (await services.profiles.cached(CUSTOMER, body["customer_id"])).value  # type: ignore[union-attr]
    below = d.screen

    async def open_form() -> None:
        open_action(below, kind, customer, {about: (body[SUBJECT_MEMBER[about]], "it")})
        await _drawn(d.app, lambda: d.screen is not below and form_of(d).data is not None)

    await opening.add(open_form())
    estimate = form_of(d).query_one(Estimate)

    async def follow(name: str, value: Any) -> None:
        await answer(d, name, value)
        await _drawn(d.app, lambda: bool(estimate._previews) or not estimate._asked)

    await _drawn(d.app, lambda: bool(estimate._previews) or not estimate._asked)
    for name, value in CASES[kind].live.items():
        before, times = estimate._asked, Times()
        await times.add(follow(name, value))
        if estimate._asked and estimate._asked != before:
            following.wall += times.wall
            following.busy += times.busy
    form_of(d).dismiss(None)
    await _drawn(d.app, lambda: d.screen is below)
    # An agent closes it by a key and looks up before the next one, which is when garbage is collected.
    await d.press("f20")
    await asyncio.sleep(1.1 * READING_PAUSE)


async def _measure(sandbox: Sandbox, folder: Path, rounds: int) -> tuple[dict[str, Times], dict[str, Times]]:
    opening, following = ({kind: Times() for kind in KINDS} for _ in range(2))
    bodies = _bodies(sandbox)
    async with opened(sandbox.url, sandbox.key, folder) as services:
        await services.sync.run()
        async with _running(services) as d:
            for number in range(rounds + 1):
                for kind in KINDS:
                    times = (opening[kind], following[kind]) if number else (Times(), Times())
                    await _use(d, kind, bodies[kind], *times)
    return opening, following


def _row(what: str, aim: str, measured: dict[str, Times]) -> Row:
    """Return the row of a figure; its slowest kind is judged by its best round."""
    found = {kind: times for kind, times in measured.items() if times.wall}
    slowest = max(found, key=lambda kind: min(found[kind].wall))
    walls = [one for times in found.values() for one in times.wall]
    busy = [one for times in found.values() for one in times.busy]
    best = [min(times.wall) for times in found.values()]
    return Row(
        what,
        aim,
        f"p95 {ms(p95(best))}, slowest {slowest} {ms(max(best))}",
        f"best of each of {len(found)} kinds; all {spread(walls)}, processor time of the app {spread(busy)}",
    )


def rows(folder: Path, rounds: int) -> list[Row]:
    """Return the times of all kinds."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        template = make_template(Path(scratch) / "template.db")
        with started(copy_of(template, Path(scratch))) as sandbox:
            opening, following = asyncio.run(_measure(sandbox, Path(scratch), rounds))
    return [
        _row("form opens from cached data", "≤ 100 ms", opening),
        _row("estimate follows an answer", "≤ 300 ms", following),
    ]
