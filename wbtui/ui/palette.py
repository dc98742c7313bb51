"""The palette: active commands, disabled ones with the reason; searches and customers by name."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, cast

from textual import on
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets import Input, LoadingIndicator
from textual.worker import Worker, WorkerState

from wbtui.errors import WbtuiError
from wbtui.models.text import fold
from wbtui.ui.command import Command
from wbtui.ui.commanding import CommandHost, active_commands, obstacle
from wbtui.ui.commands import show_key
from wbtui.ui.host import host
from wbtui.ui.matching import relevance
from wbtui.ui.safe import DIM, safe
from wbtui.ui.text.commands import PALETTE_ABOUT, PINNED, RECENT, SAVED_SEARCH

MAX_TYPED = 60
"""Characters of a search in the palette; fuzzy matching of a long text would take seconds per key."""

_MOST_KNOWN = 1_000
"""Pinned and recent customers that are offered."""


class Commands(Provider):
    """The active commands, nearest host first."""

    async def discover(self) -> Hits:
        for place, row in self._offered():
            yield DiscoveryHit(
                self._line(row), self._run(place, row), text=row.title, help=self._help(place, row)
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for number, (place, row) in enumerate(self._offered()):
            # Letters of a title or an id that only stand in that order come after every fitting word.
            score = row.relevance(query) or max(matcher.match(row.title), matcher.match(row.id)) / 1_000
            if score > 0:
                yield Hit(score - number / 1_000_000, self._line(row), self._run(place, row),
                          text=row.title, help=self._help(place, row))  # fmt: skip

    def _offered(self) -> list[tuple[CommandHost, Command]]:
        return [(place, row) for place, row in active_commands(self.screen) if row.palette]

    def _line(self, row: Command) -> Content:
        keys = host(self.app).keymap.of(row.id)
        shown = Content.styled(f"  {' '.join(show_key(key) for key in keys)}", DIM)
        return Content(row.title) + shown

    def _help(self, place: CommandHost, row: Command) -> str:
        found = obstacle(self.screen, row.needs, place.disabled_reason(row))
        # Textual reads a str as markup here; a Content it takes as it is.
        return cast("str", safe(row.sentence if found is None else found.sentence, limit=300))

    @staticmethod
    def _run(place: CommandHost, row: Command) -> partial[Coroutine[Any, Any, None]]:
        return partial(place.action_command, row.id)


class Names(Provider):
    """Saved searches, pinned and recent customers, by name."""

    async def search(self, query: str) -> Hits:
        try:
            known = await self._known()
        except WbtuiError:
            return  # commands are found without them
        for number, (name, run, what) in enumerate(known):
            if score := relevance(fold(query), fold(name)):
                # After the commands that fit as well.
                yield Hit(score - 0.5 - number / 1_000_000, safe(name, limit=60), run, text=name, help=what)

    async def _known(self) -> list[tuple[str, Callable[[], None], str]]:
        """Return each name with what it opens, in words, too."""
        app = host(self.app)
        queues = app.services.queues
        searches = await queues.searches()
        customers = await queues.quick_access(_MOST_KNOWN)
        return [
            *((one.name, partial(app.search, one.query), SAVED_SEARCH) for one in searches),
            *(
                (one.title, partial(app.open_customer, one.customer_id), PINNED if pinned else RECENT)
                for one, pinned in customers
            ),
        ]


class Palette(CommandPalette):
    """Textual's palette without a blinking cursor and without a loading animation.

    Enter runs the best match of all that was typed; in Textual (8.2.8) a quick one runs that of a part.
    """

    ABOUT = PALETTE_ABOUT
    is_loading = False
    """Whether Enter waits for the search to end, and later keys for the command that it runs."""

    def dismiss(self, result: object = None) -> AwaitComplete:
        """Close once: a quick second Enter would close the screen below, too."""
        return super().dismiss(cast("None", result)) if self.is_active else AwaitComplete()

    def _action_command_list(self, action: str) -> None:
        # Textual (8.2.8) looks for the line of an option before it has made the lines of a new list.
        with suppress(KeyError):
            super()._action_command_list(action)

    def _is_search(self, worker: Worker[Any]) -> bool:
        return worker.node is self and worker.group == self._GATHER_COMMANDS_GROUP

    @on(Input.Changed)
    def _typed(self) -> None:
        self.is_loading = False

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if any(self._is_search(one) and not one.is_finished for one in self.workers):
            self.is_loading = True
            event.stop().prevent_default()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Do what Enter asked for once the search for what was typed has ended."""
        if self.is_loading and self._is_search(event.worker) and event.state is WorkerState.SUCCESS:
            self._select_or_command()
            found = self.query_one(CommandList)
            self.is_loading = found.highlighted_option is not None and not found.highlighted_option.disabled

    def on_mount(self) -> None:
        for field in self.query(Input):
            field.cursor_blink = False
            field.max_length = MAX_TYPED
        for animation in self.query(LoadingIndicator):
            animation.auto_refresh = None


def open_palette(app: App[Any]) -> None:
    """Show the palette, unless it is open."""
    if not CommandPalette.is_open(app):
        providers: list[type[Provider]] = [Commands]
        if host(app).connected and not app.screen.is_modal:  # a dialog stays open
            providers.append(Names)
        app.push_screen(Palette(providers=providers, placeholder="Find a command…"))
