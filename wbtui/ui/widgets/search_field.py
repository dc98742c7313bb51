"""The field of the search box: a line of text with suggestions for filters.

While the name or value of a filter is typed, suggestions are listed under the box, and the first one is shown
dim behind the cursor. Tab takes it; down and up choose another, which Enter or tab takes; Esc closes them.
Plain words are never changed, and Enter keeps its usual meaning until a suggestion was chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from textual import events
from textual.message import Message

from wbtui.models.query.complete import Completion
from wbtui.models.query.terms import Problem
from wbtui.ui.commanding import handles
from wbtui.ui.host import host
from wbtui.ui.text.search import GRAMMAR
from wbtui.ui.widgets.text_field import LineField, printable

Completer = Callable[[str, int], Sequence[Completion]]


class SearchField(LineField):
    """Without suggestions, down and Esc lead to the list; page down always does.

    Attributes:
        suggestions: what can follow at the cursor.
        at: the one that tab takes.
        chosen: an arrow key chose it, so Enter takes it, too.
        problems: the parts of the text that are not valid.
        slash_used: `/` has led to the box since it has the focus; the next one is text.
    """

    SCOPE = "search"
    ABOUT = GRAMMAR
    DEFAULT_CSS = """
    SearchField > .input--suggestion { color: $text-muted; }
    SearchField:nocolor > .input--suggestion { text-style: dim; }
    """

    @dataclass
    class Leave(Message):
        """The focus should move to the list, and the cursor there by `pages`."""

        pages: int = 0

    class SuggestionsChanged(Message):
        """The suggestions changed, or another one is chosen."""

    def __init__(self, value: str, completer: Completer, **options: Any) -> None:
        # Before the base class: setting its first value moves the cursor.
        self._completer = completer
        self._considered: tuple[str, int] | None = None
        self._closed_for: str | None = value
        self.suggestions: tuple[Completion, ...] = ()
        self.at = 0
        self.chosen = False
        self.problems: Sequence[Problem] = ()
        self.slash_used = False
        super().__init__(value, **options)

    # ── what is typed ──
    async def on_key(self, event: events.Key) -> None:
        """In an empty box, the first `/` writes nothing, as it leads here, and the key for help opens it."""
        if self.value or not event.is_printable:
            return
        helps = event.key in host(self).keymap.of("app.help")
        leads_here = event.character == "/" and not self.slash_used
        self.slash_used |= leads_here
        if helps or leads_here:
            event.stop()
            event.prevent_default()
        if helps:
            await self.run_action("app.command('app.help')")

    def enter(self) -> None:
        """Take the focus; the text is selected, so that typing replaces it."""
        self.focus()
        self.slash_used = True
        self.select_all()

    def watch_selection(self) -> None:
        """The cursor moves with every letter: suggestions are found before the letter is painted."""
        self.consider()

    def consider(self) -> None:
        """Find suggestions; nothing is done twice for the same text and cursor."""
        if not self.is_mounted:
            return
        here = (self.value, self.cursor_position)
        if here == self._considered:
            return
        self._considered = here
        if not self.has_focus or self.value == self._closed_for:
            return
        self._closed_for = None
        self._suggest(tuple(self._completer(*here)))

    def _suggest(self, suggestions: tuple[Completion, ...], at: int = 0, *, chosen: bool = False) -> None:
        changed = (suggestions, at, chosen) != (self.suggestions, self.at, self.chosen)
        self.suggestions, self.at, self.chosen = suggestions, at, chosen
        # The rest of the first suggestion stands behind the cursor.
        whole = suggestions[0].applied(self.value) if suggestions and self.cursor_at_end else ""
        is_longer = whole.startswith(self.value) and whole != self.value
        self._suggestion = whole if not chosen and is_longer else ""
        if changed:
            self.post_message(self.SuggestionsChanged())

    def close(self) -> bool:
        """Hide the suggestions until the text changes; True when there were any."""
        had = bool(self.suggestions)
        self._closed_for = self.value
        self._suggest(())
        return had

    def on_blur(self) -> None:
        self.slash_used = False
        self.close()

    # ── choosing and taking one ──
    def choose(self, number: int) -> None:
        """Choose a suggestion; numbers go round."""
        self._suggest(self.suggestions, number % len(self.suggestions), chosen=True)

    def take(self, number: int) -> None:
        """Write the suggestion with that number into the text."""
        if number >= len(self.suggestions):
            return
        one = self.suggestions[number]
        self._write(one.applied(self.value), one.start + len(printable(one.insert, lines=False)))
        if one.is_whole:
            self.close()

    def _write(self, text: str, cursor: int) -> None:
        self.value = printable(text, lines=False)
        self.cursor_position = cursor
        self.consider()

    def _correct(self) -> bool:
        """Replace the first invalid word by the nearest known one; False when there is none."""
        for problem in self.problems:
            if problem.correction is not None and problem.end <= len(self.value):
                # Counted from the end: the cursor keeps its place in the text around.
                behind = len(self.value) - self.cursor_position
                text = f"{self.value[: problem.start]}{problem.correction}{self.value[problem.end :]}"
                self._write(text, len(text) - behind)
                return True
        return False

    # ── commands ──
    @handles("complete")
    def complete(self) -> None:
        if self.suggestions:
            self.take(self.at)
        elif not self._correct():
            self.screen.focus_next()

    @handles("complete_back")
    def complete_back(self) -> None:
        if self.suggestions:
            self.choose(self.at - 1)
        else:
            self.screen.focus_previous()

    @handles("down")
    def choose_next(self) -> None:
        if self.suggestions:
            self.choose(self.at + 1 if self.chosen else 0)
        else:
            self.post_message(self.Leave())

    @handles("up")
    def choose_previous(self) -> None:
        if self.suggestions:
            self.choose(self.at - 1)

    @handles("page_down")
    def page_down(self) -> None:
        self.post_message(self.Leave(pages=1))

    @handles("leave")
    def leave(self) -> None:
        if not self.close():
            self.post_message(self.Leave())

    def action_cursor_right(self, select: bool = False) -> None:
        if not select and self._suggestion and self.cursor_at_end:
            self.take(0)
        else:
            super().action_cursor_right(select)

    async def action_submit(self) -> None:
        if self.chosen:
            self.take(self.at)
        else:
            await super().action_submit()
