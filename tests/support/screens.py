"""`python -m tests.support.screens`: draw every screen of the app into screens.md; `--check` compares.

The app runs on the real sandbox, both at 2026-11-22T10:00:00Z, at 100×30, in UTC.
"""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from textual.widgets import Input

from tests.screens.driver import Driver, driver
from tests.support.action_cases import CASES
from tests.support.action_form import answer, begin, services_with_anna
from tests.support.anna import ANNA
from tests.support.dependencies import ROOT
from tests.support.opened import end_undo_window, files_in
from tests.support.sandbox import NOW, Sandbox, copy_of, make_template, running
from tests.support.screen_pages import PAGES, Album
from wbtui.app import Start
from wbtui.models.secret import Secret
from wbtui.services.clock import Clock
from wbtui.services.link import STARTED_OFFLINE
from wbtui.services.open import ConnectionSpec, Services, open_services
from wbtui.settings import Settings
from wbtui.ui.actions.bulk_dialog import BulkDialog
from wbtui.ui.actions.estimate import PAUSE
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.dialogs.pending_send import PendingSendDialog
from wbtui.ui.widgets.choice import Choice

SCREENS = ROOT / "screens.md"
PICTURE = ROOT / "tests" / "screens" / "customers.svg"
SETTINGS = Settings(agent="Jo Fields", sync_rate=1000.0, undo_seconds=30.0)
IN_CONTEXT = {"refund", "change_plan", "cancel_subscription"}
"""Kinds whose forms are drawn on the sandbox, in more states than the first."""
IN_PROGRESS = {"commit", "pending", "run", "arm"}
"""Work that goes on while a picture is taken."""


@dataclass
class Recording:
    """One visit of the app, from which pictures are taken."""

    album: Album
    d: Driver
    seen: list[str] = field(default_factory=list)

    async def shot(self, page: str, state: str, *parts: str) -> None:
        """A picture of the screen once it shows all the parts and has come to rest."""
        await self.d.expect_text(*parts)
        await self.d.wait_for(self._all_loaded, "nothing is being loaded")
        before = ""
        while before != (now := self.d.text()):
            before = now
            for _ in range(5):
                await self.d.pilot.pause(0.02)
        self.album.add(page, state, self.d.lines())

    def _all_loaded(self) -> bool:
        return all(one.is_finished or one.group in IN_PROGRESS for one in self.d.app.workers)


@contextlib.asynccontextmanager
async def services_of(box: Sandbox, folder: Path, *, offline: bool = False) -> AsyncIterator[Services]:
    spec = ConnectionSpec("demo", box.url, "demo", None, "Jo Fields", lambda: Secret(box.key))
    clock = Clock(now=lambda: NOW)
    why_offline = STARTED_OFFLINE if offline else None
    services = await open_services(spec, SETTINGS, files=files_in(folder), offline=why_offline, clock=clock)
    try:
        yield services
    finally:
        await services.close()


async def customers(recording: Recording) -> None:
    d = recording.d
    await recording.shot("customers", "the whole list", "row 1 of 60", "synced 10:00")
    await d.type("anna")
    await recording.shot("customers", "a search; the last line shows what matched", "matched: name Anna")
    await d.type(" plan:prro is:past_due")
    recording.album.keep_svg(d.app.export_screenshot(title="wbtui"))
    await recording.shot("customers", "an unknown filter is underlined, the rest applies", "prro")
    await d.press("escape", "escape")
    await d.expect_text("row 1 of 60")
    await d.press("slash")
    await d.type("zzzz")
    await recording.shot("customers", "no customer matches", "No customer matches")
    await d.press("escape", "escape")
    await d.expect_text("row 1 of 60")
    await d.press("slash")
    await d.type("is:")
    await recording.shot(
        "customers", "suggestions for a filter while it is typed", "▌frozen", "tab", "1 more"
    )
    await d.press("down", "down")
    await recording.shot("customers", "choosing a suggestion", "▌past_due", "enter")
    await d.press("escape", "escape", "escape")
    await d.expect_text("row 1 of 60")
    await d.press("slash", "question_mark")
    await recording.shot("help", "in the search box: what can be typed", "Search syntax", "plan:pro,business")
    await d.press("escape")
    await d.expect_screen("CustomersScreen")
    await d.press("escape")
    await d.press("f")
    await recording.shot("filters", "as it opens", "Apply")
    await d.press("escape")
    await d.expect_screen("CustomersScreen")
    await d.press("x")
    await recording.shot("export_columns", "as it opens the first time", "[x] ID", "[ ] Notes")
    await d.press("escape")
    await d.expect_screen("CustomersScreen")
    await d.press("y")
    await recording.shot("copy", "as it opens", "Copy")
    await d.press("escape")
    await d.expect_screen("CustomersScreen")
    await d.press("question_mark")
    await recording.shot("help", "of the customers screen", "Help")
    await d.press("escape")
    await d.expect_screen("CustomersScreen")
    await d.press("ctrl+p")
    await recording.shot("palette", "every command that works here", "Open customer", "Maud Bakker")
    await d.press("escape")
    await d.expect_screen("CustomersScreen")


async def queue(recording: Recording, services: Services) -> None:
    """The work queue, from saving a search to a list with marks."""
    d = recording.d
    services.sync.request_sync()
    await d.expect_text("row 1 of 60", "synced 10:00")
    await d.type("plan:pro country:de")
    await d.press("ctrl+p")
    await d.expect_text("Find a command")
    await d.type("save search")
    await d.expect_gone("Sort")
    await d.expect_text("Save search")
    await d.press("enter")
    await d.expect_screen("SearchNameDialog")
    await d.type("Pro in Germany")
    await recording.shot("search_name", "before it is saved", "Pro in Germany", "Save")
    await d.press("enter")
    await d.expect_screen("CustomersScreen")
    await d.press("escape", "escape", "w")
    await d.expect_screen("WorkQueueDialog")
    names = [one.name for one in await services.queues.searches()]
    await d.wait_for(lambda: len(services.queues.counted) == len(names), "all are counted")
    await d.press("j")
    await recording.shot("work_queue", "counted", "Past due", "▌ Past due")
    await d.press("enter")
    await d.expect_text("Past due / ")
    await d.press("n")
    await recording.shot(
        "profile", "the second customer of a queue", "‹ 2 of", "Recent activity", "as of 10:00:00"
    )
    await d.press("z")
    await recording.shot("snooze", "as it opens", "tomorrow")
    await d.press("ctrl+s")
    await d.expect_text("‹ 3 of")
    await d.press("d")
    await d.expect_text("‹ 4 of")
    await d.press("escape")
    d.app.clear_notifications()
    await recording.shot(
        "customers", "a queue, with done and snoozed customers", "✓ done", "○ snoozed", "row 4 of 4"
    )
    await d.press("escape")
    await d.expect_text("row 1 of 60")
    await d.press("b")
    await d.expect_text("★")
    d.app.clear_notifications()
    await recording.shot("customers", "the empty box, with pinned and recent customers", "★ 1", "recent 2")


async def profile(recording: Recording, customer_id: str) -> None:
    d = recording.d
    for key, state, part in (
        ("1", "overview", "Recent activity"),
        ("2", "subscriptions", "Pro"),
        ("3", "billing", "INV-0042"),
        ("4", "payment methods", "4242"),
        ("5", "usage", "API calls"),
        ("6", "activity", "INV-0041"),
    ):
        await d.press(key)
        await recording.shot("profile", state, "‹ Customers / Anna Schmidt", part, "as of 10:00:00")
    await d.press("5", "left")
    await recording.shot("profile", "usage in the period before", "14 Oct – 13 Nov", "highest day")
    await d.press("t", "right")
    await recording.shot("profile", "usage by day as a table", "day 9 of 30", "Of limit")
    await d.press("F")
    await recording.shot("access", "all features with their reasons", "Included in Enterprise.")
    await d.press("escape")
    await d.expect_screen("ProfileScreen")
    await d.press("1")
    await d.resize(140, 40)
    await recording.shot("profile", "overview, 140 columns and 40 lines", "─ Usage ", "of 100,000")
    await d.resize(100, 30)
    await d.press("3", "f")
    await recording.shot("row_filter", "of invoices", "overdue", "written off")
    await d.press("down", "space", "ctrl+s")
    await recording.shot("profile", "billing, with overdue invoices only", "Filter: ▲ overdue", "INV-0042")
    await d.press("f", "down", "space", "ctrl+s")
    await d.expect_gone("Filter:")
    await d.press("a")
    await recording.shot("actions", "on a profile", "Set discount")
    await d.press("escape", "P")
    await d.expect_text("New plan", "Base price")
    await d.time.advance(PAUSE)
    await recording.shot("plan", "the next larger plan", "Due today", "€137.73")
    await d.press("escape", "X")
    await d.expect_text("At period end")
    await d.time.advance(PAUSE)
    await recording.shot("cancel", "at the period's end", "(•) At period end", "Keep")
    await d.press("left")
    await d.expect_text("(•) Now")
    await d.time.advance(PAUSE)
    await recording.shot("cancel", "now, each answer with its money beside it", "(•) Now", "Full refund")
    await d.press("escape", "y")
    await d.expect_screen("ProfileScreen")


async def invoice(recording: Recording) -> None:
    await recording.shot("invoice", "paid", "Still refundable", "Receipt e-mailed")
    d = recording.d
    await d.press("R")
    await d.expect_text("Calculating …")
    await d.time.advance(PAUSE)
    await recording.shot("refund", "as it opens", "Full remaining amount", "Amount", "€49.00")
    d.screen.query_one("#mode", Choice).select_text("amount")
    d.screen.query_one("#amount Input", Input).value = "5.00"
    d.screen.query_one("#reason", Choice).index = 0
    await d.expect_text("Calculating …")
    await d.time.advance(PAUSE)
    await recording.shot("refund", "an amount", "€5.00 of €49.00", "€0.00 → €5.00")
    await d.press("ctrl+s")
    await recording.shot(
        "sheet", "just shown: its key does not count yet", "Read the preview first", "Cannot be undone"
    )
    await d.read_preview()
    await recording.shot(
        "sheet", "the preview of a refund", "Refund €5.00 to Anna Schmidt", "Cannot be undone"
    )
    await d.press("ctrl+s")
    await recording.shot("sending", "counting down", "u cancels")
    await d.press("u")
    await d.expect_gone("u cancels")
    await d.read_preview()
    await recording.shot("sheet", "cancelled", "Refund cancelled. Nothing was sent.")
    await d.press("ctrl+s")
    await d.expect_text("u cancels")
    assert isinstance(d.screen, PendingSendDialog)
    end_undo_window(d.screen._pending)
    await recording.shot("outcome", "done", "● Done", "We have refunded €5.00")
    await d.press("escape")
    await d.expect_screen("InvoiceScreen")
    await recording.shot("invoice", "after the refund", "Refunded", "€44.00")


async def refused(recording: Recording) -> None:
    await recording.d.expect_text("INV-0042")
    await recording.d.wait_for(
        lambda: getattr(recording.d.screen, "customer", None) is not None, "the customer"
    )
    await recording.shot("invoice", "a refund is unavailable: its key is marked", "R refund ✕")
    await recording.d.press("R")
    await recording.d.expect_toast("nothing was collected")


async def offline(recording: Recording) -> None:
    await recording.shot("customers", "offline: cached data with its age", "row 1 of 60", "offline")
    await recording.d.press("f1")
    await recording.d.press("escape")


async def journal(recording: Recording) -> None:
    await recording.d.expect_text("row 1 of 60", "synced 10:00")
    await recording.d.press("escape", "J")
    await recording.shot("journal", "with one entry", "Refund €5.00", "synced 10:00")
    await recording.d.press("escape", "i")
    await recording.shot("insights", "of all customers", "Billing status", "Based on 60 cached customers")
    await recording.d.press("escape")


async def bulk(recording: Recording) -> None:
    """Account credit for four customers, from the marks in the list to the result."""
    d = recording.d
    await d.expect_text("row 1 of 60", "synced 10:00")
    await d.press("escape", "j", "space", "space", "space", "space")
    await recording.shot("bulk", "marked customers in the list", "4 marked", "row 6 of 60")
    await d.press("a", "enter")
    await d.expect_text("On error")
    d.screen.query_one("#amount Input", Input).value = "5.00"
    d.screen.query_one("#reason", Choice).index = 0
    await recording.shot("bulk", "the form, filled in once", "On error", "Service issue")
    await d.press("ctrl+s")
    await d.read_preview("BulkSheet")
    await recording.shot("bulk", "the preview of every item", "of 4 marked", "ctrl+s")
    await d.press("ctrl+s")
    await recording.shot("bulk", "the undo window, which cancels all", "u cancels", "not tried")
    assert isinstance(d.screen, BulkDialog) and d.screen.run is not None
    end_undo_window(d.screen.run.window)
    await recording.shot("bulk", "the result, first what needs attention", "done", "s save CSV")


async def forms(album: Album) -> None:
    """Every form as it opens, on Anna's data or the object that a case names."""
    known, actions = services_with_anna()
    actions.answer = lambda action: CASES[action.kind].preview
    async with driver(known, settings=SETTINGS) as d:
        for kind, case in sorted(CASES.items()):
            if FORMS[kind].model.asks and kind not in IN_CONTEXT:
                known.profiles.answers = services_with_anna(case.subject)[0].profiles.answers
                known.profiles.parts.clear()
                await begin(d, kind)
                await d.time.advance(PAUSE)
                recording = Recording(album, d)
                await recording.shot("forms", f"`{kind}`", "ctrl+s  Preview")
                await d.press("escape")
                await d.expect_screen("CustomersScreen")
        known.profiles.answers = services_with_anna()[0].profiles.answers
        known.profiles.parts.clear()
        await begin(d, "edit_customer")
        await answer(d, "changes.reference", "LUM-78")
        known.profiles.serve("customer", "Cust_1", ANNA.model_copy(update={"reference": "LUMEN-77"}))
        await d.press("ctrl+s")
        await Recording(album, d).shot("conflict", "as it opens", "LUM-77", "LUMEN-77", "LUM-78")
        await d.press("escape")


async def connect(recording: Recording) -> None:
    await recording.shot("connect", "the first start", "Try the demo")


async def draw(folder: Path) -> dict[Path, str]:
    """The document of the screens and the picture of the README, by their files."""
    album = Album()
    template = make_template(folder / "template.db")
    with running(copy_of(template, folder), wall_clock=lambda: NOW) as box:
        async with services_of(box, folder) as services:
            await services.sync.run(lambda _state: None)
            found = await services.directory.open("anna@lumen.example").page(0, 1)
            anna = found.rows[0].value.id
            async with driver(services, settings=SETTINGS) as d:
                await customers(Recording(album, d))
            async with driver(services, settings=SETTINGS) as d:
                await queue(Recording(album, d), services)
            for kept in (*await services.workspace.pins(), *await services.workspace.recent()):
                await services.workspace.forget_customer(kept.customer_id)
            async with driver(services, settings=SETTINGS, start=Start("customer", anna)) as d:
                await profile(Recording(album, d), anna)
            paid = (await services.cache.find_invoice("INV-0041")).value.id
            async with driver(services, settings=SETTINGS, start=Start("invoice", paid)) as d:
                await invoice(Recording(album, d))
            open_one = (await services.cache.find_invoice("INV-0042")).value.id
            async with driver(services, settings=SETTINGS, start=Start("invoice", open_one)) as d:
                await refused(Recording(album, d))
        # Opened anew: the time of the last synchronisation is told once.
        async with services_of(box, folder) as again, driver(again, settings=SETTINGS) as d:
            await journal(Recording(album, d))
        async with services_of(box, folder, offline=True) as again, driver(again, settings=SETTINGS) as d:
            await offline(Recording(album, d))
        async with services_of(box, folder) as again, driver(again, settings=SETTINGS) as d:
            await bulk(Recording(album, d))
    await forms(album)
    async with driver(None, settings=SETTINGS) as d:
        await connect(Recording(album, d))
    return {SCREENS: album.document(), PICTURE: album.svg}


def main() -> int:
    os.environ["TZ"] = "UTC"
    time.tzset()
    with tempfile.TemporaryDirectory() as folder:
        made = asyncio.run(draw(Path(folder)))
    differ = False
    for path, drawn in made.items():
        present = path.read_text("utf-8") if path.exists() else ""
        differ = differ or drawn != present
        if "--check" in sys.argv:
            lines = present.splitlines(True), drawn.splitlines(True)
            sys.stdout.writelines(difflib.unified_diff(*lines, path.name, "drawn"))
        else:
            path.write_text(drawn, "utf-8")
    return int(differ and "--check" in sys.argv)


__all__ = ["PAGES", "draw", "main"]

if __name__ == "__main__":
    sys.exit(main())
