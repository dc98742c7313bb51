"""The menu of actions: all that can be done here, each with its key or the reason it is unavailable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from wbtui.errors import NOT_REACHED, WbtuiError
from wbtui.models.actions import About
from wbtui.models.actions.base import noun_of
from wbtui.models.customer import Customer
from wbtui.services.actions.subjects import OfflineReader, load_subject
from wbtui.ui.actions.catalogue import ABOUTS, ENTRIES, Entry, entries_about
from wbtui.ui.commanding import Obstacle, handles, obstacle
from wbtui.ui.commands import show_key
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, fit, join, safe
from wbtui.ui.text.actions import MENU_HELP, not_available_offline
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.text_field import SteadyInput
from wbtui.ui.work import apply, start

_OFF = "$text-disabled"
_TITLE = max(len(entry.title) for entry in ENTRIES) + 1
"""Cells of a title, with a space after it."""
Subjects: TypeAlias = dict[About, tuple[str, str]]
"""Kind of object to id and name of the one that is selected, in the order of the menu, without customer."""


class MenuFilter(SteadyInput):
    """Filters the menu. While it is empty, the key of an action runs it, `/` begins a filter, `?` helps.

    `keys`: kind of action by the key that runs it. Small letters are none of them: a word begins with one.
    """

    @dataclass
    class KeyPressed(Message):
        """The key of an action was pressed."""

        kind: str

    def __init__(self, keys: Mapping[str, str]) -> None:
        hint = "press a key, or type to filter" if keys else "type to filter"
        super().__init__(placeholder=hint, max_length=40)
        self._keys = keys
        self._typing = False

    async def on_key(self, event: events.Key) -> None:
        if self.value or self._typing:
            return
        if event.key == "slash":
            self._typing = True
            self.placeholder = "type to filter"
        elif (kind := self._keys.get(event.key)) is not None:
            self.post_message(self.KeyPressed(kind))
        elif event.key in host(self).keymap.of("app.help"):
            await self.run_action("app.command('app.help')")
        else:
            return
        event.stop()
        event.prevent_default()


class MenuRow(Static):
    """One action: key, title, and its sentence or the reason why it is unavailable."""

    DEFAULT_CSS = """
    MenuRow { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    MenuRow.-selected { background: $row; }
    """

    @dataclass
    class Chosen(Message):
        """The row was clicked."""

        row: MenuRow

    def __init__(self, entry: Entry, key: str) -> None:
        super().__init__("", markup=False)
        self.entry = entry
        self.obstacle: Obstacle | None = None
        self._key = key

    def on_mount(self) -> None:
        self.show(self.obstacle)

    def show(self, found: Obstacle | None, *, selected: bool = False) -> None:
        """Paint the row."""
        self.obstacle = found
        self.set_class(selected, "-selected")
        off = found is not None and found.blocks
        said = self.entry.sentence if found is None else f"{found.sign} {found.text}"
        self.update(
            join(
                ("▌ " if selected else "  ", "$accent"),
                (fit(self._key, 2), _OFF if off else "bold"),
                (fit(self.entry.title, _TITLE), _OFF if off else "bold" if selected else ""),
                (said, _OFF if off else DIM),
            )
        )

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Chosen(self))


class ActionMenu(Dialog[str]):
    """Ends with the kind of the chosen action. Its key or Enter opens it; typing filters; Esc closes."""

    SCOPE = "actions"
    ABOUT = MENU_HELP
    HINT = "a key opens · / filters"
    GROWS = True
    DEFAULT_CSS = """
    ActionMenu .menu-filter { height: 1; margin-bottom: 1; }
    ActionMenu .menu-filter Static { width: 2; }
    ActionMenu .menu-filter Input { width: 1fr; border: none; padding: 0; background: $background; }
    ActionMenu .menu-group.-later { margin-top: 1; }
    ActionMenu .menu-says { color: $warning; display: none; padding-top: 1; }
    ActionMenu .menu-open { width: auto; padding: 0 1; }
    ActionMenu .menu-hint { width: 1fr; color: $text-muted; text-align: center; }
    """

    def __init__(
        self,
        customer: Customer,
        subjects: Subjects,
        *,
        scope: str,
        unavailable: Callable[[Entry], str | None],
    ) -> None:
        """`unavailable` is asked why an action is not possible for reasons other than the object."""
        super().__init__(f"Actions · {customer.title}")
        self._customer = customer
        self._subjects = subjects
        # What is selected comes first, in its order; the rest only says what to select.
        first = [*subjects, "customer"]
        listed = ABOUTS[scope]
        abouts = sorted(listed, key=lambda about: first.index(about) if about in first else len(first))
        found = [about for about in ABOUTS["profile"] if about not in listed]
        self.groups = {about: entries_about(about) for about in (*abouts, *found)}
        """The actions by the kind of object that their heading names."""
        self.found: frozenset[About] = frozenset(found)
        """The kinds of object whose actions appear only once something is typed."""
        self._scope = scope
        self._unavailable = unavailable
        self._loaded: dict[str, Any] = {"customer": customer}
        self._failed: dict[str, str] = {}
        self._selected: int | None = None
        """Index among the rows shown; None: the available one that fits best what was typed."""
        self._moved = False

    def compose_fixed(self) -> ComposeResult:
        with Horizontal(classes="menu-filter"):
            yield Static(safe("/", "bold $primary"))
            entries = chain.from_iterable(self.groups.values())
            yield MenuFilter(
                {
                    key: entry.kind
                    for entry in entries
                    for key in self.keys_of(entry)
                    if not (len(key) == 1 and key.islower())
                }
            )

    def compose_body(self) -> ComposeResult:
        for about, entries in self.groups.items():
            yield Static(self.head_of(about), classes=f"menu-group -{about}", markup=False)
            for entry in entries:
                keys = self.keys_of(entry)
                yield MenuRow(entry, show_key(keys[0]) if keys else "")
        yield Static(safe("No action matches.", DIM), classes="menu-none", markup=False)
        yield SteadyStatic(classes="menu-says")

    def compose_foot(self) -> ComposeResult:
        with Horizontal(classes="dialog-foot"):
            yield Static("enter  Open", classes="menu-open")
            yield Static(safe(self.HINT), classes="menu-hint")
            yield self.foot_button("back")

    def opened(self) -> None:
        self.query_one(Input).focus()
        self._paint()
        start(self, self._load, group="menu")

    async def _load(self) -> None:
        """Load the selected objects, whose state decides what is possible."""
        read = OfflineReader(host(self).services.profiles).load
        loaded, failed = dict[str, Any](), dict[str, str]()
        for about, (subject_id, _name) in self._subjects.items():
            try:
                loaded[about] = await load_subject(read, about, subject_id, self._customer.id)
            except NOT_REACHED:
                failed[about] = not_available_offline(about)
            except WbtuiError as error:
                failed[about] = error.sentence
        await apply(self, self._show_loaded, loaded, failed)

    def _show_loaded(self, loaded: dict[str, Any], failed: dict[str, str]) -> None:
        self._loaded |= loaded
        self._failed = failed
        if not self._moved:
            self._selected = None
        self._paint()

    def head_of(self, about: About) -> Content:
        """Return the heading of a group: the kind of object and its name."""
        name = self._subjects.get(about, ("", ""))[1] if about != "customer" else self._customer.title
        return join((noun_of(about).capitalize(), DIM), (f"  {name}", ""))

    def reason_of(self, entry: Entry) -> str | None:
        """Return the reason why an action is unavailable: system, link, missing object or its state."""
        if (reason := self._unavailable(entry)) is not None:
            return reason
        if entry.about != "customer" and entry.about not in self._subjects:
            where = " on the profile" if entry.about in self.found else ""
            return f"Select {entry.an_object}{where} first."
        if entry.about in self._failed:
            return self._failed[entry.about]
        subject = self._loaded.get(entry.about)
        return None if subject is None else entry.model.disabled_reason_for(self._customer, subject)

    def keys_of(self, entry: Entry) -> tuple[str, ...]:
        """The keys in force of an action."""
        return host(self).keymap.of(f"{self._scope}.{entry.verb}")

    def fit(self, entry: Entry, typed: str) -> tuple[bool, int]:
        """Return whether the key of an action was typed, and how well its words fit."""
        return typed in self.keys_of(entry), entry.relevance(typed)

    @property
    def rows(self) -> list[MenuRow]:
        """The rows that match what was typed, in order."""
        return [row for row in self.walk_children(MenuRow) if row.display]

    def _paint(self) -> None:
        typed = self.query_one(Input).value
        hidden = () if typed else self.found
        for row in self.walk_children(MenuRow):
            row.display = row.entry.about not in hidden and any(self.fit(row.entry, typed))
        shown = self.rows
        obstacles = [obstacle(self, f"action.{row.entry.kind}", self.reason_of(row.entry)) for row in shown]
        if self._selected is None:
            fits = [
                (found is None or not found.blocks, *self.fit(row.entry, typed))
                for row, found in zip(shown, obstacles, strict=True)
            ]
            self._selected = fits.index(max(fits)) if fits else 0
        self._selected = min(self._selected, max(len(shown) - 1, 0))
        for number, (row, found) in enumerate(zip(shown, obstacles, strict=True)):
            row.show(found, selected=number == self._selected)
        abouts = [about for about, own in self.groups.items() if any(row.entry in own for row in shown)]
        for about in self.groups:
            head = self.query_one(f".menu-group.-{about}")
            head.display = about in abouts
            head.set_class(about in abouts[1:], "-later")
        self.query_one(".menu-none").display = not shown
        self._say(None)
        if shown:
            self.call_after_refresh(shown[self._selected].scroll_visible, animate=False)

    def _say(self, text: str | None) -> None:
        self.query_one(".menu-says", SteadyStatic).show(None if text is None else safe(text))

    @on(Input.Changed)
    def _filtered(self) -> None:
        self._selected = None
        self._paint()

    @handles("step")
    def step(self, by: int) -> None:
        if self.rows:
            self._moved = True
            self._selected = ((self._selected or 0) + by) % len(self.rows)
            self._paint()

    @on(Input.Submitted)
    def open_selected(self) -> None:
        """Open the selected action, or say why it is unavailable."""
        if not self.rows:
            return
        row = self.rows[self._selected or 0]
        if row.obstacle is not None and row.obstacle.blocks:
            self._say(f"▲ {row.obstacle.text}")
        else:
            self.dismiss(row.entry.kind)

    @on(MenuRow.Chosen)
    def _clicked(self, event: MenuRow.Chosen) -> None:
        self._open(event.row)

    @on(MenuFilter.KeyPressed)
    def _key_pressed(self, event: MenuFilter.KeyPressed) -> None:
        row = next((row for row in self.rows if row.entry.kind == event.kind), None)
        if row is not None:  # a letter that followed at once may filter it out
            self._open(row)

    def _open(self, row: MenuRow) -> None:
        self._selected = self.rows.index(row)
        self._paint()
        self.open_selected()
