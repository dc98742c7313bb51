"""The field of the search box: a line of text with suggestions for filters.

While the name or value of a filter is typed, suggestions are listed under the box, and the first one is shown
dim behind the cursor. Tab accepts a single suggestion, or steps into several: then tab, up and down write one
after the other, enter or the next letter keeps it, and esc restores what was typed. Plain words are never
changed, and outside the suggestions enter and down keep their usual meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual import events
from textual.message import Message

from wbtui.models.query import Completion, Problem
from wbtui.ui.commanding import handles
from wbtui.ui.commands import bindings_for
from wbtui.ui.host import host
from wbtui.ui.text.search import GRAMMAR
from wbtui.ui.widgets.line_field import LineField, seen

Completer = Callable[[str, int], Sequence[Completion]]


class SearchField(LineField):
    """Down and Esc lead to the list.

    Attributes:
        suggestions: what can follow at the cursor.
        at: the one that tab accepts, or that is already written.
        inside: the agent is stepping through the suggestions.
        problems: the parts of the text that are not valid.
    """

    SCOPE = "search"
    ABOUT = GRAMMAR
    BINDINGS = bindings_for("search")
    DEFAULT_CSS = """
    SearchField > .input--suggestion { color: $text-muted; }
    SearchField:nocolor > .input--suggestion { text-style: dim; }
    """

    class Leave(Message):
        """The focus should move to the list."""

    class SuggestionsChanged(Message):
        """The suggestions changed, or another one is chosen."""

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
        """In an empty box, `/` writes nothing and the key for help opens it."""
        if self.value or not event.is_printable:
            return
        helps = event.key in host(self).keymap.of("app.help")
        if helps or event.character == "/":
            event.stop()
            event.prevent_default()
        if helps:
            await self.run_action("app.command('app.help')")

    def watch_selection(self) -> None:
        """The cursor moves with every letter: suggestions are found before the letter is painted."""
        self.consider()

    def consider(self) -> None:
        """Find suggestions; nothing is done twice for the same text and cursor."""
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
        # A near match is shown below the box, with the problem.
        self._suggest(tuple(one for one in found if not one.is_correction))

    def _suggest(self, suggestions: tuple[Completion, ...], at: int = 0, *, inside: bool = False) -> None:
        if (suggestions, at, inside) == (self.suggestions, self.at, self.inside):
            self._ghost()
            return
        self.suggestions, self.at, self.inside = suggestions, at, inside
        self._ghost()
        self.post_message(self.SuggestionsChanged())

    def _ghost(self) -> None:
        """Show the rest of the first suggestion behind the cursor."""
        whole = ""
        if self.suggestions and not self.inside and self.cursor_at_end:
            whole = self.suggestions[0].applied(self.value)
        self._suggestion = whole if whole.startswith(self.value) else ""

    def close(self) -> bool:
        """Hide the suggestions until the text changes; True when there were any."""
        had, inside = bool(self.suggestions), self.inside
        if inside:
            self._write(*self._typed)
        self._closed_for = self.value
        self._suggest(())
        return had

    def settle(self) -> None:
        """Keep the chosen suggestion and continue after it."""
        taken = self.suggestions[self.at]
        self._typed = (self.value, self.cursor_position)
        if taken.is_whole:
            self.close_quietly()
        else:
            self._considered = None
            self.consider()

    def close_quietly(self) -> None:
        """Hide the suggestions until the text changes; keep the text."""
        self._closed_for = self.value
        self._suggest(())

    def on_blur(self) -> None:
        self.close_quietly()

    # ── accepting one ──
    def take(self, number: int) -> None:
        """Accept the suggestion with that number."""
        if number < len(self.suggestions):
            self._step_to(number)
            self.settle()

    def _step_to(self, number: int) -> None:
        """Step to a suggestion and write it."""
        if not self.inside:
            self._typed = (self.value, self.cursor_position)
        self._suggest(self.suggestions, number % len(self.suggestions), inside=True)
        one, (typed, _) = self.suggestions[self.at], self._typed
        self._write(one.applied(typed), one.start + len(seen(one.insert, lines=False)))

    def _write(self, text: str, cursor: int) -> None:
        self._writing = True
        try:
            self.value = seen(text, lines=False)
            self.cursor_position = cursor
        finally:
            self._writing = False
        self._considered = (self.value, self.cursor_position)

    def _correct(self) -> bool:
        """Replace the first invalid word by the nearest known one; False when there is none."""
        for problem in self.problems:
            suggestions = self._completer(self.value, problem.end) if problem.nearest is not None else ()
            if suggestions and suggestions[0].is_correction:
                # Counted from the end: the cursor keeps its place in the text around.
                behind = len(self.value) - self.cursor_position
                text = suggestions[0].applied(self.value)
                self._write(text, len(text) - behind)
                self._considered = None
                self.consider()
                return True
        return False

    # ── commands ──
    @handles("complete")
    def action_complete(self) -> None:
        if self.inside:
            self._step_to(self.at + 1)
        elif len(self.suggestions) == 1:
            self.take(0)
        elif self.suggestions:
            self._step_to(0)
        elif not self._correct():
            self.screen.focus_next()

    @handles("complete_back")
    def action_complete_back(self) -> None:
        if self.inside:
            self._step_to(self.at - 1)
        else:
            self.screen.focus_previous()

    @handles("up")
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

    @handles("to_list")
    def action_to_list(self) -> None:
        if self.inside:
            self._step_to(self.at + 1)
        else:
            self.post_message(self.Leave())

    @handles("leave")
    def action_leave(self) -> None:
        if not self.close():
            self.post_message(self.Leave())
