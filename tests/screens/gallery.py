"""Every kind of widget the app shows data in, filled with one text: for the hostile-text tests.

As a program (`python -m tests.screens.gallery hostile|harmless|broken`) it goes through all payloads on the
terminal it is started on and ends; `broken` cleans nothing, to see the tests fail.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Button, Label, Static

from tests.support.anna import DISCOUNTS, PLANS, SUBSCRIPTION, USAGE
from tests.support.customers import NOW, TODAY, customer
from tests.support.fake_services import FakeServices, fake_services
from wbtui.app import WbtuiApp
from wbtui.errors import ServerFailed
from wbtui.models.customer import Customer, Email
from wbtui.models.query.terms import Problem
from wbtui.models.saved import Mark, SavedSearch, find_saved_search
from wbtui.services.queue_cursor import Position, QueueCursor
from wbtui.settings import Settings
from wbtui.store.workspace import QuickAccessEntry
from wbtui.ui.actions.customer import EDIT_CUSTOMER
from wbtui.ui.actions.dialog import ActionForm
from wbtui.ui.actions.menu import ActionMenu
from wbtui.ui.actions.subscription import CHANGE_PLAN
from wbtui.ui.clipboard import Copyable
from wbtui.ui.dialogs.ask import AskScreen
from wbtui.ui.dialogs.copy_menu import CopyMenu
from wbtui.ui.dialogs.entitlements import EntitlementsDialog
from wbtui.ui.dialogs.filters import FilterDialog
from wbtui.ui.dialogs.search_name import SearchNameDialog
from wbtui.ui.dialogs.snooze import SnoozeDialog
from wbtui.ui.dialogs.text_dialog import TextDialog
from wbtui.ui.dialogs.work_queue import WorkQueueDialog
from wbtui.ui.report import report
from wbtui.ui.safe import fit, safe, safe_lines
from wbtui.ui.screens.base import BaseScreen
from wbtui.ui.screens.customers import CustomersScreen
from wbtui.ui.screens.profile import ProfileScreen
from wbtui.ui.widgets.checklist import Checklist
from wbtui.ui.widgets.choice import Choice
from wbtui.ui.widgets.columns import Cell, Column
from wbtui.ui.widgets.panel_title import PanelTitle
from wbtui.ui.widgets.search_bar import SearchBar
from wbtui.ui.widgets.text_field import LineField, TextField, printable
from wbtui.ui.widgets.virtual_table import VirtualTable

ESC = "\x1b"
LOADING = ("form", "tab", "panel-load", "panel-others")
"""Groups of the work that has to end before a screen shows its data."""

CONTROL = (
    f"A {ESC}]0;PWNED\x07 B",
    f"A {ESC}]52;c;cm0gLXJm\x07",
    f"{ESC}]8;;http://evil.test{ESC}\\click{ESC}]8;;{ESC}\\",
    f"{ESC}[2J{ESC}[H{ESC}c{ESC}[?1049l{ESC}[?1003h",
    f"{ESC}[6n{ESC}P$q\"p{ESC}\\{ESC}[21t",
    "\x9b2J\x9d0;x\x9c\x90\x85",
    "a\x00b\x08\x08c\x7fd\x0ee",
    "Paid\rOpen\x0b\x0cx",
    f"lone at the end {ESC}",
    f"unterminated {ESC}]0;" + "x" * 300,
    "\u202e00.001\u202c \u2066nested\u2067\u2068",
    "pay\u200bpal\u00ad\ufeff\u3164\U000e0041",
    "a" + "\u0301" * 50 + " 👩\u200d👩\u200d👧 太郎太郎太郎",
    "".join(map(chr, range(32))) + "".join(map(chr, range(127, 160))),
    "\n".join(["line"] * 200),
    "\t" * 50 + "   ",
    "lone \ud800 surrogate",
)  # fmt: skip
"""Texts that drive a terminal that lets them."""

MARKUP = (
    '[@click=app.pwn("x")]Jane[/]', "[@click=app.pwn]Jane[/]", "[@click=]Jane[/]", "[/]", "[/foo] Jane",
    "[red]Jane[/blue]", "[link=http://evil.test]Jane", "[type=x, v={'a[0]'}] Jane", "\\[Jane", "[[Jane",
    "Jane]",
    "[bold on $error]Jane[/]", "$error Jane", "ACME [UK] Jane",
)  # fmt: skip
"""Texts that are markup to whoever reads them so."""

HARMLESS = ("Jane Doe", "太郎 Ltd & Co", "x" * 300, "–", "a b  c", "Élodie 👩 Ünal", "one\ntwo\nthree")


class Gallery(BaseScreen):
    """All widget kinds with one text."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Gallery Horizontal { height: 3; }
    Gallery VirtualTable { height: 4; }
    Gallery TextField { height: 3; }
    Gallery #framed { border: round $primary; height: 3; }
    Gallery Static { max-height: 3; }
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def compose_body(self) -> ComposeResult:
        text = self.text
        yield SearchBar(text)
        with VerticalScroll():
            yield PanelTitle(safe(text), safe(text))
            yield Static(safe(text), id="static", markup=False)
            yield Static(safe_lines(text), id="lines", markup=False)
            yield Label(safe(text), id="label", markup=False)
            yield Static(fit(text, 30), id="fitted", markup=False)
            framed = Static(safe(text), id="framed", markup=False)
            framed.border_title = safe(text)
            framed.border_subtitle = safe(text)
            yield framed
            with Horizontal():
                yield Button(safe(text, limit=40), id="button", compact=True)
                yield LineField(printable(text, lines=False), placeholder=fit(text, 20), compact=True)
                yield LineField("", placeholder=fit(text, 20), compact=True)
            field = TextField()
            field.text = printable(text, lines=True)
            yield field
            yield Choice([(text, 1), ("other", 2)], chosen=0)
            yield Checklist([(text, 1), ("other", 2)], [1])
            yield VirtualTable[str](
                [
                    Column(fit(text, 12), lambda one: Cell(one, more=one, tail=" +1"), least=20, share=1),
                    Column("Right", lambda one: Cell(one), least=14, right=True),
                ],
                id="table",
            )

    def on_mount(self) -> None:
        self.set_crumbs("", self.text)
        self.top_bar.right = safe(self.text)
        table = self.query_one("#table", VirtualTable)
        table.put_window(0, [self.text, self.text])
        self.query_one(SearchBar).mark([Problem(0, 3, self.text, self.text)])
        self.query_one("#static").tooltip = safe(self.text)


class GalleryApp(WbtuiApp):
    """The real app on made-up services; `pwn` is what a hostile name would like to run."""

    pwned = 0

    def action_pwn(self, *_: object) -> None:
        self.pwned += 1


def services_with(text: str) -> FakeServices:
    """Customers all of whose texts are the payload."""
    services = fake_services(3)
    rows = services.directory.rows
    services.directory.rows = [replace(rows[0], value=hostile_customer(text, number)) for number in range(3)]
    services.connection.name = text
    one = rows[0].value
    actions = services.workspace
    actions.saved["x"] = SavedSearch("x", text, text)
    actions.pinned[one.id] = actions.opened["y"] = QuickAccessEntry(one.id, text, NOW)
    for row in services.directory.rows:
        actions.marked[find_saved_search(text, [*actions.saved.values()]).id, row.value.id] = Mark(
            row.value.id, TODAY
        )
    return services


def hostile_customer(text: str, number: int = 0) -> Customer:
    one = customer(number)
    return one.model_copy(
        update={
            "id": f"cus_{number}{text}", "name": text, "emails": (Email(label=text, address=text),),
            "reference": text, "notes": text, "vat_id": text, "metadata": {"company": text + "x"},
            "subscriptions": tuple(brief.model_copy(update={"plan": text}) for brief in one.subscriptions),
            "address": None if one.address is None else one.address.model_copy(update={"city": text}),
        }
    )  # fmt: skip


def screens_of(text: str, services: FakeServices) -> list[Screen[Any]]:
    """Every other screen and dialog that shows the text, built anew."""
    customer = services.directory.rows[0].value
    services.profiles.answers["customer", customer.id] = services.directory.rows[0]
    feature = SUBSCRIPTION.features[0].model_copy(update={"name": text, "unit": text})
    subscription = SUBSCRIPTION.model_copy(update={"id": "s", "plan": text, "features": (feature,)})
    services.profiles.serve("subscriptions", customer.id, (subscription,))
    plans = tuple(one.model_copy(update={"name": text, "id": f"{text}{n}"}) for n, one in enumerate(PLANS))
    services.profiles.serve("plans", "", plans)
    discounts = tuple(one.model_copy(update={"name": text}) for one in DISCOUNTS)
    services.profiles.serve("discounts", "", discounts)
    named = {"name": text, "unit": text, "subscription_id": "s"}
    services.profiles.serve("usage", customer.id, tuple(one.model_copy(update=named) for one in USAGE))
    said = report(ServerFailed(text, hint=text, request_id=text))
    return [
        CustomersScreen(text),
        TextDialog(text, said.panel(), what=text),
        CopyMenu([Copyable("n", text, text)]),
        AskScreen(text, text, yes=text[:40], no=text[:40]),
        FilterDialog(text, [text[:60]]),
        WorkQueueDialog(text),
        SearchNameDialog(text, text, lambda _name: services.queues.save("x", text), name=text),
        SnoozeDialog(text, text),
        ProfileScreen(services.directory.rows[0].value.id, cursor=cursor_of(services, text)),
        ProfileScreen(services.directory.rows[0].value.id, tab="usage"),
        EntitlementsDialog(customer.id, text),
        ActionMenu(
            customer,
            {"subscription": ("s", text), "invoice": ("i", text)},
            scope="profile",
            unavailable=lambda _entry: text,
        ),
        *(ActionForm(form, customer, "s", text) for form in (EDIT_CUSTOMER, CHANGE_PLAN)),
    ]


def cursor_of(services: FakeServices, text: str) -> QueueCursor:
    """A queue of that name, on its first customer."""
    cursor = services.queues.cursor(SavedSearch("x", text, ""), "")
    cursor.position = Position(services.directory.rows[0].value.id, 0)
    return cursor


async def refreshed(app: WbtuiApp) -> None:
    """Wait until the screen is drawn again."""
    drawn = asyncio.Event()
    app.call_after_refresh(drawn.set)
    await drawn.wait()


async def show_all(app: WbtuiApp, texts: tuple[str, ...]) -> None:
    """Show every screen with every text, then end."""
    # Every widget kind with every text; the screens made of them with all texts at once.
    together = " ".join(text[:60] for text in texts)
    for text in (*texts, together):
        services = services_with(text)
        app._services = services  # type: ignore[assignment]
        for screen in [Gallery(text)] if text is not together else screens_of(text, services):
            await app.push_screen(screen)
            app.show_toast(text, title=text)
            app.show_error(ServerFailed(text, hint=text))
            if isinstance(screen, Gallery):
                screen._handle_tooltip_timer(screen.query_one("#static"))
            while (isinstance(screen, ActionForm) and screen.data is None) or any(
                one.group in LOADING and not one.is_finished for one in app.workers
            ):
                await refreshed(app)
            for _ in range(2):
                await refreshed(app)
            app.clear_notifications()
            await app.pop_screen()
    app.exit(0)


def main(mode: str) -> None:
    if mode == "broken":
        from wbtui.ui import safe as safe_module

        safe_module.clean = lambda text, **_: str(text)  # type: ignore[attr-defined]
        safe_module.clean_lines = lambda text, **_: str(text)  # type: ignore[attr-defined]
    texts = {"harmless": HARMLESS, "hostile": CONTROL + MARKUP, "broken": CONTROL[:3] + CONTROL[5:6]}[mode]
    app = GalleryApp(services_with("Jane"), Settings())  # type: ignore[arg-type]
    app.call_later(app.run_worker, show_all(app, texts), group="show", exit_on_error=True)
    app.run()
    sys.exit(app.return_code or 0)


if __name__ == "__main__":
    main(sys.argv[1])
