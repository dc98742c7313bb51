"""The command registry: commands by id, bindings of a scope, and the keymap with the settings' overrides.

Textual is imported only for bindings, so that `wbtui keys` starts fast.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from wbtui.ui import command_table, command_table_profile, command_table_queue
from wbtui.ui.command import Command, Scope

if TYPE_CHECKING:
    from textual.binding import Binding, BindingType

_SIGNS = {
    "question_mark": "?", "slash": "/", "full_stop": ".", "comma": ",", "colon": ":", "minus": "-",
    "plus": "+", "asterisk": "*", "equals_sign": "=", "exclamation_mark": "!", "space": "space",
    "escape": "esc",
    "pagedown": "PgDn", "pageup": "PgUp", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "home": "Home", "end": "End", "enter": "enter", "tab": "tab", **{f"f{n}": f"F{n}" for n in range(1, 25)},
}  # fmt: skip
_LONG = {sign.lower(): name for name, sign in _SIGNS.items()} | {"return": "enter"}
_NAMED = re.compile(r"\{([a-z_]+\.[a-z_0-9]+)\}")
_SENT_AS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "esc", "ctrl+left_square_bracket": "esc"}
"""Keys that a terminal sends as another one."""


@cache
def scopes() -> Mapping[str, Scope]:
    """Every scope by id, in the order of help and documents."""
    return {scope.id: scope for table in _tables() for scope in table[0]}


@cache
def commands() -> Mapping[str, Command]:
    """Every command by id, in table order. Raises ValueError for a duplicate id."""
    found: dict[str, Command] = {}
    for _, rows in _tables():
        for row in rows:
            if row.id in found:
                raise ValueError(f"Duplicate command id {row.id}.")
            found[row.id] = row
    return found


@cache
def _aliases() -> Mapping[str, str]:
    """Present ids of commands by their former ids."""
    return {alias: row.id for row in commands().values() for alias in row.aliases}


def _tables() -> Iterable[tuple[Sequence[Scope], Sequence[Command]]]:
    yield command_table.SCOPES, command_table.COMMANDS
    yield command_table_profile.SCOPES, command_table_profile.COMMANDS
    yield command_table_queue.SCOPES, command_table_queue.COMMANDS


def command(command_id: str) -> Command:
    """The command of that id. Raises KeyError."""
    return commands()[command_id]


@cache
def in_scope(scope: str) -> tuple[Command, ...]:
    """The commands of one scope, in table order."""
    return tuple(row for row in commands().values() if row.scope == scope)


def bindings_for(scope: str) -> list[BindingType]:
    """Textual bindings of one scope with their default keys; the app's keymap overrides them by id."""
    return [binding_for(row) for row in in_scope(scope) if row.keys]


def binding_for(row: Command) -> Binding:
    """Textual binding of a command with its default keys."""
    from textual.binding import Binding

    return Binding(",".join(row.keys), f"command({row.id!r})", row.title, id=row.id, show=False,
                   priority=row.everywhere or row.over_text)  # fmt: skip


def show_key(key: str) -> str:
    """A key as people write it: `ctrl+q`, `?`, `PgDn`."""
    *modifiers, last = key.split("+") if key != "+" else [key]
    return "+".join([*modifiers, _SIGNS.get(last, last)])


def types_a_character(key: str) -> bool:
    """Whether a key writes a character into a text field."""
    sign = _SIGNS.get(key, key)
    return (len(sign) == 1 and sign not in "↑↓←→") or key == "space"


def active_together(one: str, other: str) -> bool:
    """Whether commands of both scopes can be active at the same time."""
    return one == other or one in _around(other) or other in _around(one)


def _around(scope: str) -> frozenset[str]:
    found: set[str] = set()
    todo = list(scopes()[scope].inside)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(scopes()[name].inside)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys in force by command id, and a sentence for each override that could not be used."""

    keys: Mapping[str, tuple[str, ...]]
    problems: tuple[str, ...] = ()

    def of(self, command_id: str) -> tuple[str, ...]:
        return self.keys.get(command_id, ())

    def shown(self, command_id: str) -> str:
        """The first key as people write it; empty without one."""
        keys = self.of(command_id)
        return show_key(keys[0]) if keys else ""

    def fill(self, text: str) -> str:
        """Return a text with the key of each command that it names in braces: `{app.search} searches`."""
        return _NAMED.sub(lambda found: self.shown(found[1]) or found[0], text)

    def overrides(self) -> dict[str, str]:
        """The keys that differ from the defaults, for Textual's `set_keymap`."""
        return {
            name: ",".join(keys) for name, keys in self.keys.items() if keys and keys != commands()[name].keys
        }


def make_keymap(overrides: Mapping[str, str | Sequence[str]]) -> Keymap:
    """The defaults with the settings' overrides; unknown ids and keys and clashes are reported, not used.

    A former id of a command counts as its present one, unless both are given.
    """
    keys = {row.id: row.keys for row in commands().values()}
    problems: list[str] = []
    wanted: dict[str, tuple[str, ...]] = {}
    for written, given in overrides.items():
        name = _aliases().get(written, written)
        if name != written and name in overrides:
            continue
        if name not in keys:
            near = get_close_matches(name, keys, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            problems.append(f"keymap: unknown command {name}.{hint}")
            continue
        listed = tuple(given.split(",")) if isinstance(given, str) else tuple(given)
        spelled = tuple(_long(key) for key in listed if key.strip())
        if not spelled:
            problems.append(f"keymap: {name} has no key.")
            continue
        if refused := [(key, why) for key in spelled if (why := _refusal(name, key))]:
            key, why = refused[0]
            problems.append(f"keymap: {name} can't be {show_key(key)}: {why}.")
            continue
        wanted[name] = spelled
    keys.update(wanted)
    for name in wanted:
        for key, other in _clashes_of(name, keys):
            problems.append(f"keymap: {show_key(key)} for {name} is already used by {other}.")
            keys[name] = commands()[name].keys
    return Keymap(keys, tuple(problems))


def _clashes_of(name: str, keys: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Key and other command for every key of `name` that another active command uses.

    By default a scope may use a key of the scope around it (esc in the search box); an override may not,
    except where the defaults share the key.
    """
    mine = commands()[name]
    found = []
    for other, other_keys in keys.items():
        row = commands()[other]
        together = mine.everywhere or row.everywhere or active_together(mine.scope, row.scope)
        if other == name or not together:
            continue
        for key in keys[name]:
            shared_by_default = key in mine.keys and key in row.keys
            if key in other_keys and not shared_by_default:
                found.append((key, other))
    return found


def _refusal(name: str, key: str) -> str | None:
    """Return the reason why a key in Textual's spelling cannot be that of a command; None if it can."""
    if not _is_key(key):
        return "there is no such key"
    if key in _SENT_AS:
        return f"terminals send {_SENT_AS[key]} for it"
    if name == "sheet.commit" and (key == "enter" or types_a_character(key)):
        return "it is pressed while typing, and this command sends the action"
    return None


def _is_key(key: str) -> bool:
    """Whether a terminal may send a key in Textual's spelling."""
    from textual.keys import Keys, key_to_character

    *modifiers, last = key.split("+")
    is_named = last in {one.value for one in Keys} or key_to_character(last) is not None
    return is_named and {*modifiers} <= {"ctrl", "shift", "alt"}


def _long(key: str) -> str:
    """A key in Textual's spelling, of one in that or as `show_key` writes it. Only letters have a case."""
    *modifiers, last = key.strip().split("+") if key.strip() != "+" else ["+"]
    modifiers = [one.lower() for one in modifiers]
    last = _LONG.get(last.lower(), last if len(last) == 1 else last.lower())
    if modifiers == ["shift"] and len(last) == 1:
        return last.upper()
    return "+".join([*modifiers, last.lower() if "ctrl" in modifiers else last])
