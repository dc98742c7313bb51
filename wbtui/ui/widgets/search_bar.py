"""The search box with its count, its suggestions and a line for problems."""

from __future__ import annotations

from collections.abc import Sequence

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from wbtui.models.query.complete import Completion
from wbtui.models.query.terms import Problem
from wbtui.ui.host import host
from wbtui.ui.safe import WARNING, join, safe
from wbtui.ui.text import search as text_of
from wbtui.ui.widgets.search_field import SearchField
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.suggestions import Suggestions
from wbtui.ui.widgets.text_field import printable

MAX_TYPED = 1_000
"""Characters the box takes: Textual processes all of them for every key."""


class _Marks(Highlighter):
    """Underlines the parts of the query that are not valid."""

    def __init__(self) -> None:
        self.problems: Sequence[Problem] = ()

    def highlight(self, text: Text) -> None:
        for problem in self.problems:
            text.stylize("underline bold", problem.start, problem.end)


class SearchBar(Vertical):
    """The messages of its field (`Input.Changed`, `Input.Submitted`, `SearchField.Leave`) pass through."""

    DEFAULT_CSS = """
    SearchBar { height: 2; }
    SearchBar > Horizontal { height: 1; background: $surface; }
    SearchBar .search-prompt { width: 3; color: $text-muted; padding: 0 0 0 1; }
    SearchBar:focus-within > Horizontal { background: $panel; }
    SearchBar:focus-within .search-prompt { color: $primary; text-style: bold; }
    SearchBar SearchField { width: 1fr; padding: 0; background: transparent; }
    SearchBar SearchField:focus { background: transparent; }
    SearchBar .search-count { width: auto; padding: 0 1; color: $text-muted; }
    SearchBar .search-note {
        height: 1; padding: 0 3; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis;
    }
    """
    field = getters.query_one(SearchField)

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._marks = _Marks()
        self._first = printable(text, lines=False)
        self._quick_access = Content("")

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static("/", classes="search-prompt", markup=False)
            yield SearchField(self._first, self._complete, highlighter=self._marks, max_length=MAX_TYPED)
            yield SteadyStatic(classes="search-count")
        yield Suggestions()
        yield SteadyStatic(classes="search-note")

    @property
    def text(self) -> str:
        return self.field.value

    @text.setter
    def text(self, value: str) -> None:
        self.field.value = printable(value, lines=False)
        self.field.cursor_position = len(self.field.value)

    def use(self, text: str) -> None:
        """Search for another text."""
        self.text = text

    def mark(self, problems: Sequence[Problem]) -> None:
        """Underline what is not valid, and name the problem with the nearest known word."""
        self.field.problems = tuple(problems)
        self._underline()
        self._show_note()

    def set_count(self, text: str) -> None:
        """Show the count; the name in it of a customer that cannot be read is cut by the caller."""
        shown = self.query_one(".search-count", SteadyStatic)
        width = shown.content_size.width
        # While a count is awaited its room stays: another layout would write much of the screen again.
        line = safe(text.rjust(width) if text.endswith("…") else text)
        shown.update(line, layout=line.cell_length != width)

    def set_quick_access(self, line: Content) -> None:
        """Set the line under the empty box: pinned and recent customers instead of the hint."""
        self._quick_access = line
        self._show_note()

    def _complete(self, text: str, cursor: int) -> tuple[Completion, ...]:
        return host(self).services.directory.completions(text, cursor)

    def _underline(self) -> None:
        """Underline problems, except in the word at the cursor while suggestions can complete it."""
        field = self.field
        cursor = field.cursor_position if field.suggestions else -1
        wrong = tuple(one for one in field.problems if not one.start < cursor <= one.end)
        if wrong != self._marks.problems:
            self._marks.problems = wrong
            field.refresh()

    @on(SearchField.SuggestionsChanged)
    def _suggestions_changed(self, event: SearchField.SuggestionsChanged) -> None:
        event.stop()
        field = self.field
        self._underline()
        self._show_note()
        self.query_one(Suggestions).show(field.suggestions, field.at, "enter" if field.chosen else "tab")

    @on(Suggestions.Clicked)
    def _clicked(self, event: Suggestions.Clicked) -> None:
        event.stop()
        self.field.take(event.number)

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _show_note(self) -> None:
        if self._marks.problems:
            different = {one.message: one for one in reversed(self._marks.problems)}
            note = Content("   ").join(_problem(one) for one in [*reversed(different.values())][:3])
        elif self._quick_access and not self.text:
            note = self._quick_access
        elif self.field.has_focus and not self.text:
            note = safe(text_of.HINT, "$text-disabled")
        else:
            note = Content("")
        self.query_one(".search-note", SteadyStatic).update(note, layout=False)

    @on(Input.Changed)
    def _changed(self) -> None:
        self.field.consider()
        self._show_note()


def _problem(problem: Problem) -> Content:
    near = (
        join("  Did you mean ", (problem.nearest, "bold"), f"? {text_of.ACCEPTS}") if problem.nearest else ""
    )
    return join(WARNING, (problem.message, "$warning"), near)
