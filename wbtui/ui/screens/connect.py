"""The connect screen: start the demo, add a connection to Wingback, or switch to another connection."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Input, Static

from wbtui.errors import BadInput, WbtuiError
from wbtui.models.secret import Secret
from wbtui.paths import DEMO
from wbtui.services.connecting import ADDRESSES, NewConnection, add_connection, check, check_free, check_name
from wbtui.settings import find_app_dirs
from wbtui.ui.command import Command
from wbtui.ui.commanding import CommandHost, handles
from wbtui.ui.dialogs.ask import confirm_discard
from wbtui.ui.dialogs.base import DialogBody
from wbtui.ui.dialogs.form import Field
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import DIM, join, join_lines, safe
from wbtui.ui.text import connect as text
from wbtui.ui.widgets.choice import Choice
from wbtui.ui.widgets.key_bar import KeyBar
from wbtui.ui.widgets.text_field import LineField, SteadyInput
from wbtui.ui.work import apply, start

_ENVIRONMENTS: tuple[tuple[str, str], ...] = (
    ("live", "live"),
    ("demo of Wingback", "demo"),
    ("test", "test"),
    ("another address", "other"),
)


def check_and_save(new: NewConnection) -> list[str]:
    """Check with one request, save the key in keyring or file, then the settings. Blocks.

    Returns sentences for the agent. Raises BadInput, ApiErrors, StoreErrors; nothing was saved then.
    """

    async def work() -> list[str]:
        assert new.key is not None
        system = await check(new.url, new.key)
        return await add_connection(find_app_dirs(), new, system)

    return asyncio.run(work())


class ConnectAnswer(Static):
    """The result of connecting. It is scrolled into view when it grows."""

    def on_resize(self) -> None:
        if str(self.content):
            self.scroll_visible(animate=False)


class ConnectScreen(Screen[None], CommandHost):
    """The demo, saved connections, and a form for a new one.

    Ends the app with the name of a connection, which its caller opens next.
    """

    SCOPE = "connect"
    ABOUT = text.ABOUT

    def __init__(self) -> None:
        super().__init__()
        self._busy = False
        self._saved: str | None = None

    def compose(self) -> ComposeResult:
        with DialogBody(id="connect-body", can_focus=False):
            yield Static(join(("wbtui", "bold"), (text.TAGLINE, DIM)))
            yield Static("", classes="gap")
            with Horizontal(classes="connect-way"):
                yield Button(safe("Try the demo"), id="way-demo")
                yield Static(safe(text.DEMO, DIM))
            for name, one in host(self).settings.connections.items():
                with Horizontal(classes="connect-way"):
                    yield Button(safe(f"Open {name}", limit=40), name=name, classes="way-open")
                    yield Static(safe(f"{one.environment} · {one.merchant or one.url}", DIM))
            yield Static(safe(text.OTHER_WAY, "bold"), classes="connect-head")
            unused = "main" if "main" not in host(self).settings.connections else ""
            yield Field("Name", LineField(value=unused, max_length=40, id="name"), id="name-field")
            yield Field("Environment", Choice(_ENVIRONMENTS, chosen=0, id="environment"))
            yield Field(
                "Address",
                LineField(placeholder="https://billing.example", max_length=2000, id="url"),
                id="url-field",
            )
            yield Field(
                "API key",
                SteadyInput(password=True, max_length=4096, id="key"),
                Static(safe(text.KEY_STORAGE, DIM)),
                id="key-field",
            )
            yield Field(
                "Your name",
                LineField(value=host(self).settings.agent, max_length=100, id="agent"),
                Static(safe(text.AGENT_HINT, DIM)),
                id="agent-field",
            )
            yield ConnectAnswer("", id="connect-says")
        yield KeyBar()

    def on_mount(self) -> None:
        self._show_address()
        self.query_one("#way-demo").focus()

    # ── the form ──
    @property
    def _where(self) -> str:
        return str(self.query_one("#environment", Choice).value)

    def on_choice_changed(self) -> None:
        self._show_address()

    def _show_address(self) -> None:
        field = self.query_one("#url", Input)
        if self._where in ADDRESSES:
            field.value = ADDRESSES[self._where]
        elif field.value in ADDRESSES.values():
            field.value = ""
        field.disabled = self._where in ADDRESSES

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _connection(self) -> NewConnection | None:
        """The typed connection; None when a field shows what is wrong with it."""
        problems: dict[str, str] = {}
        try:
            name = check_name(self._typed("name"))
        except BadInput as error:
            problems["name"] = error.sentence if self._typed("name") else text.NO_NAME
        if not self._typed("url"):
            problems["url"] = text.NO_ADDRESS
        if not problems:
            try:
                check_free(name, self._typed("url"), host(self).settings.connections)
            except BadInput as error:
                problems["name"] = error.sentence
        key: Secret | None = None
        try:
            key = Secret(self.query_one("#key", Input).value)
        except BadInput as error:
            problems["key"] = error.sentence
        if not self._typed("agent"):
            problems["agent"] = text.NO_AGENT
        for name in ("name", "url", "key", "agent"):
            self.query_one(f"#{name}-field", Field).show_problem(problems.get(name))
        if problems:
            self.query_one(f"#{next(iter(problems))}").focus()
            return None
        return NewConnection(
            self._typed("name"),
            self._typed("url"),
            None if self._where == "other" else self._where,
            key=key,
            agent=self._typed("agent"),
            make_default=True,
        )

    def unsent(self) -> str | None:
        """Name the input that quitting would discard: the key, which is tedious to type again."""
        return text.UNSENT_KEY if self.query_one("#key", Input).value and self._saved is None else None

    # ── commands ──
    @handles("go_on")
    def connect(self) -> None:
        if self._busy:
            return
        new = self._connection()
        if new is None:
            return
        self._busy = True
        self._say(safe(text.checking(new.url), DIM))
        start(self, self._connect, new, group="connect", latest=True)

    async def _connect(self, new: NewConnection) -> None:
        try:
            sentences = await asyncio.to_thread(check_and_save, new)
        except Exception as error:  # noqa: BLE001 - a fault here must not end the app; its text may hold the key
            await apply(self, self._failed, error)
        else:
            await apply(self, self._connected, new, sentences)

    def _failed(self, error: Exception) -> None:
        self._busy = False
        nothing_saved = [(text.NOTHING_SAVED, "bold")] if isinstance(error, WbtuiError) else []
        self._say(join_lines(report(error).panel(), *nothing_saved))

    def _connected(self, new: NewConnection, sentences: Sequence[str]) -> None:
        self._busy = False
        self._saved = new.name
        self.query_one("#key", Input).value = ""
        self._say(join_lines(join(("● ", "$success"), text.CONNECTED), *sentences))
        self.app.exit(new.name)

    def _say(self, content: Content) -> None:
        line = self.query_one(ConnectAnswer)
        line.update(content)
        line.scroll_visible(animate=False)

    def on_input_submitted(self) -> None:
        self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "way-demo":
            self.app.exit(DEMO)
        elif event.button.name:
            self.app.exit(event.button.name)

    def bar_commands(self) -> Iterable[Command]:
        """Name what enter does to the focused button. There is no way back from the first start."""
        for row in super().bar_commands():
            if row.verb == "next" and isinstance(self.focused, Button):
                yield replace(row, bar=str(self.focused.label).lower())
            elif row.verb != "back" or self._opened_from_another:
                yield row

    @property
    def _opened_from_another(self) -> bool:
        return len(self.app.screen_stack) > 2

    @handles("back")
    def back(self) -> None:
        """Close the screen, unless it is the only one; ask before a typed key is discarded."""
        if self._opened_from_another:
            confirm_discard(self, self.unsent(), self.dismiss)
        else:
            host(self).show_toast(host(self).keymap.fill(text.HOW_TO_QUIT))
