"""The field of the search box: a line of words that offers how a filter may go on.

While the name of a filter or its value is typed, offers stand under the box and the first of them, dim,
behind the cursor. Tab takes the only one, or goes in among several: there tab, up and down write one after
the other, enter or the next letter keeps it, esc takes it back. A plain word is never touched, and enter and
down mean what they always do as long as the agent is not in among the offers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual import events
from textual.message import Message

from wbtui.models.query import Completion, Problem
from wbtui.ui.commanding import CommandHost
from wbtui.ui.commands import bindings_for
from wbtui.ui.host import host
from wbtui.ui.widgets.line_field import LineField, seen
from wbtui.ui.widgets.search_grammar import GRAMMAR

Completer = Callable[[str, int], Sequence[Completion]]


class SearchField(LineField, CommandHost):
    """Down and Esc lead to the list.

    Attributes:
        offers: what may follow at the cursor.
        at: the one that tab takes, or that is written already.
        inside: the agent is in among them.
        problems: what the screen did not understand of the text.
    """

    SCOPE = "search"
    ABOUT = GRAMMAR
    BINDINGS = bindings_for("search")
    DEFAULT_CSS = """
    SearchField > .input--suggestion { color: $text-muted; }
    SearchField:nocolor > .input--suggestion { text-style: dim; }
    """

    class Leave(Message):
        """The agent wants to be in the list."""

    class Offered(Message):
        """Other offers than before, or another of them."""

    def __init__(self, value: str, completer: Completer, **options: Any) -> None:
        # Before the base class: setting its first value moves the cursor.
        self._completer = completer
        self._considered: tuple[str, int] | None = None
        self._closed_for: str | None = value
        self._typed = ("", 0)
        self._writing = False
        self.suggestions: tuple[Completion, ...] = ()
        self.at = 0
        self.inside = False
        self.problems: Sequence[Problem] = ()
        super().__init__(value, select_on_focus=False, compact=True, **options)

    # ── what is typed ──
    async def on_key(self, event: events.Key) -> None:
        """In an empty box the key that leads here writes nothing, and the one for help helps."""
        if self.value or not event.is_printable:
            return
        helps = event.key in host(self).keymap.of("app.help")
        if helps or event.character == "/":
            event.stop()
            event.prevent_default()
        if helps:
            await self.run_action("app.command('app.help')")

    def watch_selection(self) -> None:
        """The cursor moves with every letter: what can follow is known before the letter is painted."""
        self.consider()

    def consider(self) -> None:
        """Look what may follow; nothing is done twice for the same text and cursor."""
        if self._writing or not self.is_mounted:
            return
        here = (self.value, self.cursor_position)
        if here == self._considered:
            return
        self._considered = here
        if not self.has_focus or self.value == self._closed_for:
            return
        self._closed_for = None
        found = self._completer(*here)
        # A near match is told beside the box, with what was not understood.
        self._offer(tuple(one for one in found if not one.is_correction))

    def _offer(self, suggestions: tuple[Completion, ...], at: int = 0, *, inside: bool = False) -> None:
        if (suggestions, at, inside) == (self.suggestions, self.at, self.inside):
            self._ghost()
            return
        self.suggestions, self.at, self.inside = suggestions, at, inside
        self._ghost()
        self.post_message(self.Offered())

    def _ghost(self) -> None:
        """The rest of the first offer, behind the cursor."""
        whole = ""
        if self.suggestions and not self.inside and self.cursor_at_end:
            whole = self.suggestions[0].applied(self.value)
        self._suggestion = whole if whole.startswith(self.value) else ""

    def close(self) -> bool:
        """Take the offers away until something else is typed; True when there were any."""
        had, inside = bool(self.suggestions), self.inside
        if inside:
            self._write(*self._typed)
        self._closed_for = self.value
        self._offer(())
        return had

    def settle(self) -> None:
        """Keep what is written and go on from there."""
        taken = self.suggestions[self.at]
        self._typed = (self.value, self.cursor_position)
        if taken.is_whole:
            self.close_quietly()
        else:
            self._considered = None
            self.consider()

    def close_quietly(self) -> None:
        """No offers until something else is typed; the text stays."""
        self._closed_for = self.value
        self._offer(())

    def on_blur(self) -> None:
        self.close_quietly()

    # ── taking one ──
    def take(self, number: int) -> None:
        """Write that offer and go on from there."""
        if number < len(self.suggestions):
            self._step_to(number)
            self.settle()

    def _step_to(self, number: int) -> None:
        """Be in among the offers, with this one written."""
        if not self.inside:
            self._typed = (self.value, self.cursor_position)
        self._offer(self.suggestions, number % len(self.suggestions), inside=True)
        offer, (typed, _) = self.suggestions[self.at], self._typed
        self._write(offer.applied(typed), offer.start + len(seen(offer.insert, lines=False)))

    def _write(self, text: str, cursor: int) -> None:
        self._writing = True
        try:
            self.value = seen(text, lines=False)
            self.cursor_position = cursor
        finally:
            self._writing = False
        self._considered = (self.value, self.cursor_position)

    def _correct(self) -> bool:
        """Put the nearest known word where something was not understood; False when there is none."""
        for problem in self.problems:
            suggestions = self._completer(self.value, problem.end) if problem.nearest is not None else ()
            if suggestions and suggestions[0].is_correction:
                # Counted from the end: the cursor stays where it stood in the words around.
                behind = len(self.value) - self.cursor_position
                text = suggestions[0].applied(self.value)
                self._write(text, len(text) - behind)
                self._considered = None
                self.consider()
                return True
        return False

    # ── commands ──
    def action_complete(self) -> None:
        if self.inside:
            self._step_to(self.at + 1)
        elif len(self.suggestions) == 1:
            self.take(0)
        elif self.suggestions:
            self._step_to(0)
        elif not self._correct():
            self.screen.focus_next()

    def action_complete_back(self) -> None:
        if self.inside:
            self._step_to(self.at - 1)
        else:
            self.screen.focus_previous()

    def action_up(self) -> None:
        if self.inside:
            self._step_to(self.at - 1)

    def action_cursor_right(self, select: bool = False) -> None:
        if not select and self._suggestion and self.cursor_at_end:
            self.take(0)
        else:
            super().action_cursor_right(select)

    async def action_submit(self) -> None:
        if self.inside:
            self.settle()
        else:
            await super().action_submit()

    def action_to_list(self) -> None:
        if self.inside:
            self._step_to(self.at + 1)
        else:
            self.post_message(self.Leave())

    def action_leave(self) -> None:
        if not self.close():
            self.post_message(self.Leave())
