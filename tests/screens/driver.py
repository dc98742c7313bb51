"""A small language for screen tests: name a command, wait for a condition, read what is on the screen.

No sleeps: every expectation waits until it holds, and fails with a picture of the screen when it never does.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, cast

from rich.cells import cell_len
from textual.pilot import Pilot
from textual.screen import Screen

from tests.screens.idle_pilot import IdlePilot
from tests.support.patience import PATIENCE
from tests.support.virtual_time import VirtualTime
from wbtui.app import Start, WbtuiApp
from wbtui.settings import Settings
from wbtui.ui.commanding import active_commands
from wbtui.ui.commands import command
from wbtui.ui.dialogs.commit_button import READING_TIME, CommitButton


class PatientApp(WbtuiApp):
    """The app with toasts that stay as long as a test may take to look at them."""

    NOTIFICATION_TIMEOUT = int(10 * PATIENCE)


class Driver:
    """What a test may do with the running app, in an agent's words."""

    def __init__(self, app: WbtuiApp, pilot: Pilot[Any], time: VirtualTime | None = None) -> None:
        self.app = app
        self.pilot = pilot
        self.time = time or VirtualTime()
        """The clock that times what the agent does; it stands still unless a test moves it."""

    # ── doing ──
    async def press(self, *keys: str) -> None:
        """Press keys in Textual's spelling."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type text where the focus is."""
        names = {" ": "space", "/": "slash", ":": "colon", "-": "minus", ".": "full_stop", ",": "comma"}
        names |= {"@": "at", ">": "greater_than_sign", "_": "underscore", '"': "quotation_mark"}
        await self.pilot.press(*(names.get(char, char) for char in text))

    async def press_command(self, command_id: str) -> None:
        """Press the key in force of a command, once the command can be meant here."""
        row = command(command_id)
        if not self._meant(row.id):
            await self.wait_for(lambda: self._meant(row.id), f"{row.id} is active here")
        keys = self.app.keymap.of(row.id)
        assert keys, f"{row.id} has no key"
        await self.pilot.press(keys[0])

    def _meant(self, command_id: str) -> bool:
        return any(one.id == command_id for _, one in active_commands(self.screen))

    async def read_preview(self, sheet: str = "PreviewSheet") -> None:
        """Look at a preview until its commit key counts."""
        await self.expect_screen(sheet)
        guard = self.screen.query_one(CommitButton).guard
        await self.wait_for(lambda: guard.shown, "the preview is on the screen")
        await self.time.advance(2 * READING_TIME)
        await self.wait_for(lambda: guard.armed, "the commit key counts")

    async def commit(self, sheet: str = "PreviewSheet") -> None:
        """Read the preview, then press its commit key."""
        await self.read_preview(sheet)
        await self.press_command("sheet.commit")

    async def click(self, text: str) -> None:
        """Click on a text."""
        await self.expect_text(text)
        y, line = next((y, line) for y, line in enumerate(self.lines()) if text in line)
        await self.pilot.click(offset=(cell_len(line[: line.index(text)]), y))

    async def resize(self, width: int, height: int) -> None:
        """Another terminal size."""
        await self.pilot.resize_terminal(width, height)

    # ── looking ──
    @property
    def screen(self) -> Screen[Any]:
        return self.app.screen

    def lines(self) -> list[str]:
        """The screen as text, one string a line, without trailing blanks."""
        _, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        texts = ["".join(segment.text for segment in strip) for strip in strips]
        return [text.rstrip() for text in texts[:height]]

    def text(self) -> str:
        """The screen as one string."""
        return "\n".join(self.lines())

    def line_with(self, part: str) -> str:
        """The first line that holds `part`; fails when none does."""
        found = next((line for line in self.lines() if part in line), None)
        assert found is not None, f"no line holds {part!r}:\n{self.text()}"
        return found

    # ── waiting ──
    async def wait_for(self, condition: Callable[[], bool], what: str = "") -> None:
        """Until `condition()`; fails with a picture after PATIENCE seconds."""
        end = monotonic() + PATIENCE
        rest = 0.01  # longer and longer: looking draws the whole screen
        while not self._holds(condition):
            if self.app._exception is not None:
                raise self.app._exception
            if monotonic() > end:
                raise AssertionError(f"never happened: {what or condition}\n{self.text()}\n{self.notices}")
            await self.pilot.pause()
            await asyncio.sleep(rest)
            rest = min(rest * 1.5, 0.05)
        await self.pilot.pause()

    @staticmethod
    def _holds(condition: Callable[[], bool]) -> bool:
        return bool(condition())

    async def expect_text(self, *parts: str) -> None:
        """All parts are on the screen."""

        def found() -> bool:
            text = self.text()  # drawing it costs
            return all(part in text for part in parts)

        await self.wait_for(found, f"text {parts}")

    async def expect_gone(self, *parts: str) -> None:
        """None of the parts is on the screen."""

        def gone() -> bool:
            text = self.text()
            return not any(part in text for part in parts)

        await self.wait_for(gone, f"no text {parts}")

    async def expect_match(self, pattern: str) -> None:
        """A regular expression matches the screen's text."""
        await self.wait_for(lambda: re.search(pattern, self.text()) is not None, f"match of {pattern}")

    async def expect_screen(self, name: str) -> None:
        """The class of the topmost screen has that name."""
        await self.wait_for(lambda: type(self.screen).__name__ == name, f"screen {name}")

    async def expect_row(self, *parts: str) -> None:
        """One line of the screen holds all the parts."""

        def found() -> bool:
            return any(all(part in line for part in parts) for line in self.lines())

        await self.wait_for(found, f"row with {parts}")

    async def expect_toast(self, part: str) -> None:
        """A notice with that text was given."""

        def found() -> bool:
            return any(part in f"{one.title} {one.message}" for one in self.app._notifications)

        await self.wait_for(found, f"toast {part!r}")

    async def expect_focus(self, selector: str) -> None:
        """The focus is on a widget that matches the selector."""

        def found() -> bool:
            focused = self.screen.focused
            return focused is not None and focused in self.screen.query(selector)

        await self.wait_for(found, f"focus on {selector}")

    @property
    def notices(self) -> list[str]:
        """All toasts given so far that have not gone."""
        return [f"{one.title}: {one.message}" for one in self.app._notifications]


@asynccontextmanager
async def driver(
    services: object,
    *,
    size: tuple[int, int] = (100, 30),
    start: Start | None = None,
    settings: Settings | None = None,
) -> AsyncIterator[Driver]:
    """The app, headless, on opened services (real or made up). The services are closed by the caller."""
    time = VirtualTime()
    app = PatientApp(cast(Any, services), settings or Settings(), start=start or Start(), clock=time.clock)
    async with app.run_test(size=size):
        yield Driver(app, IdlePilot(app), time)


@asynccontextmanager
async def profile_tab(
    services: object, number: int, customer_id: str, *, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[Driver]:
    """The app on a tab of a customer's profile, by the number of its key."""
    async with driver(services, size=size, start=Start(screen="customer", id=customer_id)) as d:
        await d.expect_screen("ProfileScreen")
        await d.press_command(f"profile.tab_{number}")
        yield d
