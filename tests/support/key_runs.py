"""Presses random keys and clicks while the connection fails now and then, and looks at what must always hold.

`uv run python -m tests.support.key_runs --runs 100 [--keys 400] [--seed S] [--plain]` prints what it saw.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from textual.events import Paste
from textual.widgets import Input

from tests.screens.driver import Driver, driver
from tests.support.action_cases import CASES
from tests.support.action_form import answer
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.opened import opened
from tests.support.sandbox import copy_of, make_template, running
from wbtui.models.actions import Reason
from wbtui.models.preview import Status
from wbtui.sandbox.store import Store
from wbtui.services.open import Services
from wbtui.ui.actions.dialog import ActionForm
from wbtui.ui.actions.sheet import PreviewSheet
from wbtui.ui.dialogs.ticket import TicketDialog
from wbtui.ui.palette import Palette
from wbtui.ui.screens.customers import CustomersScreen
from wbtui.ui.screens.help import HelpScreen

LETTERS = [chr(code) for code in (*range(48, 58), *range(65, 91), *range(97, 123))]
SIGNS = ["exclamation_mark", "question_mark", "slash", "equals_sign", "full_stop", "less_than_sign"]
MOVES = [
    "enter", "enter", "escape", "escape", "up", "down", "left", "right", "tab", "shift+tab", "space",
    "home", "end", "pageup", "pagedown", "backspace", "delete", "f1", "a", "P", "C", "R", "X", "A", "S", "E",
    "ctrl+s", "ctrl+p", "ctrl+d", "ctrl+r", "ctrl+l", "ctrl+u", "ctrl+w", "ctrl+a",
]  # fmt: skip
WORDS = ["5", "1.50", "0", "anna", "foo", "is:past_due", "2026-12-01", "9999999", "why", "plan:pro", "TT-1"]
SIZES = [(80, 24), (100, 30), (140, 40), (60, 15), (40, 10), (200, 60)]
PAUSES = [0.2, 1.0, 6.0, 30.0, 3600.0]
FAULTS = [
    Fault.REFUSE, Fault.RESET_ON_ACCEPT, Fault.CUT_BEFORE_SEND, Fault.CUT_BEFORE_ANSWER, Fault.CUT_MID_ANSWER,
    Fault.ERROR_500, Fault.HTML,
]  # fmt: skip
RAN = (Status.DONE, Status.PENDING)
LEAVING = 60
"""Keys that are enough to leave every screen."""


class Reached(NamedTuple):
    """How often each screen was on top, and what became of the actions."""

    screens: Counter[str]
    outcomes: Counter[str]


class RandomKeys:
    """Presses keys; `pressed` is what was done, newest last, and `reached` counts the screens."""

    def __init__(self, d: Driver, proxy: FaultProxy, rng: random.Random) -> None:
        self._d, self._proxy, self._rng = d, proxy, rng
        self.pressed: list[str] = []
        self.reached: Counter[str] = Counter()

    async def press(self, count: int) -> None:
        """Do so many random things. Raises AssertionError for an internal error."""
        for _ in range(count):
            self.pressed.append(await self._one())
            self.reached[type(self._d.screen).__name__] += 1
            self._check()

    async def leave(self) -> None:
        """Go back to the list. Raises AssertionError if that is not possible."""
        self._proxy.disarm()
        await self._d.resize(100, 30)
        for _ in range(LEAVING):
            screen = type(self._d.screen).__name__
            if screen == "CustomersScreen":
                return
            await self._d.press("y" if screen == "AskScreen" else "escape")
            await self._d.time.advance(1)
            self._check()
        raise AssertionError(f"There is no way back:\n{self._d.text()}")

    def _check(self) -> None:
        if self._d.app._exception is not None:
            raise self._d.app._exception
        shown = [*self._d.notices, self._d.text()]
        assert not any("internal error" in text.casefold() for text in shown), shown

    async def _one(self) -> str:
        match self._d.screen:
            case ActionForm() as form if self._rng.random() < 0.35:
                return await self._fill_in(form)
            case PreviewSheet() as sheet if self._rng.random() < 0.5:
                return await self._commit(sheet)
            case Palette() | HelpScreen() | TicketDialog() if self._rng.random() < 0.4:
                await self._d.press("escape")
                return "escape"
            case CustomersScreen() if self._rng.random() < 0.3:
                await self._d.press("down", "enter")
                return "open"
        chance = self._rng.random()
        if chance < 0.76:
            key = self._rng.choice(MOVES if chance < 0.42 else LETTERS + SIGNS)
            await self._d.press(key)
            return key
        if chance < 0.82:
            place = self._rng.randrange(self._d.app.size.width), self._rng.randrange(self._d.app.size.height)
            await self._d.pilot.click(offset=place, times=self._rng.choice([1, 1, 2]))
            return f"click {place}"
        if chance < 0.84:
            self._d.app.post_message(Paste("\n".join(self._rng.choices(WORDS, k=3))))
            await self._d.pilot.pause()
            return "paste"
        if chance < 0.89:
            word = self._rng.choice(WORDS)
            await self._d.type(word)
            return f"“{word}”"
        if chance < 0.92:
            size = self._rng.choice(SIZES)
            await self._d.resize(*size)
            return f"{size}"
        if chance < 0.96:
            seconds = self._rng.choice(PAUSES)
            await self._d.time.advance(seconds)
            return f"+{seconds}"
        self._proxy.disarm()
        if self._rng.random() < 0.5:
            return "no fault"
        fault = self._rng.choice(FAULTS)
        self._proxy.arm(fault, times=self._rng.choice([1, 3, None]))
        return fault.name

    async def _fill_in(self, form: ActionForm) -> str:
        """Answer the form and go on."""
        kind = form.form.kind
        for name, value in {**CASES[kind].live, "reason": Reason.COURTESY}.items():
            if self._d.screen is form and any(row.field.name == name and row.is_asked for row in form._rows):
                with suppress(AssertionError, LookupError):  # the object allows no such answer
                    await answer(self._d, name, value)
        await self._d.press("ctrl+s")
        return f"fill in {kind}"

    async def _commit(self, sheet: PreviewSheet) -> str:
        if sheet.preview is not None and (typed := sheet.query(Input)):
            amount = sheet.preview.amount
            typed.first().value = sheet.proposal.confirm_text or (amount.amount if amount is not None else "")
        await self._d.time.advance(2)
        await self._d.press("ctrl+s")
        await self._d.time.advance(self._rng.choice([0.5, 7]))
        return "commit"


async def check_actions(services: Services, store: Store, *, plain: bool) -> Counter[str]:
    """Compare the journal with what the server did; return the outcomes. Plain Wingback records no keys."""
    entries = {entry.key: entry for entry in await services.journal.entries(1000)}
    with store.read() as tx:
        ran = {row["key"] for row in tx.all("SELECT key, status FROM actions") if row["status"] in RAN}
    assert ran <= entries.keys(), "every action is in the journal"
    for key, entry in entries.items():
        has_run = plain or key in ran
        assert has_run or entry.status not in RAN, f"{entry.summary} is {entry.status}, but did not run"
        assert key not in ran or entry.status in (*RAN, Status.UNKNOWN), f"{entry.summary}: {entry.status}"
    return Counter(str(entry.status) for entry in entries.values())


async def press_keys(db: Path, folder: Path, *, keys: int, seed: int, plain: bool = False) -> Reached:
    """Press so many keys in a new app on a filled database."""
    rng = random.Random(seed)
    with running(db, plain=plain) as sandbox, FaultProxy(sandbox.url) as proxy:
        assert sandbox.store is not None
        async with opened(proxy.url, sandbox.key, folder) as services:
            async with driver(services, size=rng.choice(SIZES)) as d:
                agent = RandomKeys(d, proxy, rng)
                try:
                    await agent.press(keys)
                    await agent.leave()
                except BaseException:
                    print(f"seed {seed}: {' '.join(agent.pressed[-60:])}\n{d.text()}")
                    raise
            return Reached(agent.reached, await check_actions(services, sandbox.store, plain=plain))


def main() -> None:
    """Run with the options of the command line and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--keys", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="on plain Wingback")
    options = parser.parse_args()
    total = Reached(Counter(), Counter())
    with tempfile.TemporaryDirectory() as name:
        template = make_template(Path(name, "sandbox.db"))
        for seed in range(options.seed, options.seed + options.runs):
            folder = Path(name, str(seed))
            folder.mkdir()
            db = copy_of(template, folder)
            found = asyncio.run(press_keys(db, folder, keys=options.keys, seed=seed, plain=options.plain))
            for counts, more in zip(total, found, strict=True):
                counts.update(more)
    print(f"{options.runs} runs of {options.keys} keys: no internal error, every screen could be left.")
    for counts in total:
        print(", ".join(f"{name} {count}" for name, count in counts.most_common()))


if __name__ == "__main__":
    main()
