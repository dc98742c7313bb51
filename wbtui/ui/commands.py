"""The command registry: every command by id, the keymap's overrides and their clashes, bindings for a scope.

Nothing here imports Textual until bindings are asked for, so that `wbtui keys` starts fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

from wbtui.ui import command_table, command_table_profile, command_table_queue
from wbtui.ui.command import Command, Scope

if TYPE_CHECKING:
    from textual.binding import BindingType

_SIGNS = {
    "question_mark": "?", "slash": "/", "full_stop": ".", "comma": ",", "colon": ":", "minus": "-",
    "plus": "+", "equals_sign": "=", "exclamation_mark": "!", "space": "space", "escape": "esc",
    "pagedown": "PgDn", "pageup": "PgUp", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "home": "Home", "end": "End", "enter": "enter", "tab": "tab", "f1": "F1",
}  # fmt: skip
_LONG = {sign: name for name, sign in _SIGNS.items() if len(sign) == 1 and not sign.isalnum()}


@lru_cache(maxsize=1)
def scopes() -> Mapping[str, Scope]:
    """Every place that has commands, in the order help and documents show them."""
    return {scope.id: scope for table in _tables() for scope in table[0]}


@lru_cache(maxsize=1)
def commands() -> Mapping[str, Command]:
    """Every command by id, in table order. Raises ValueError when an id is there twice."""
    found: dict[str, Command] = {}
    for _, rows in _tables():
        for row in rows:
            if row.id in found:
                raise ValueError(f"The command {row.id} is there twice.")
            found[row.id] = row
    return found


def _tables() -> Iterable[tuple[Sequence[Scope], Sequence[Command]]]:
    yield command_table.SCOPES, command_table.COMMANDS
    yield command_table_profile.SCOPES, command_table_profile.COMMANDS
    yield command_table_queue.SCOPES, command_table_queue.COMMANDS


def command(command_id: str) -> Command:
    """The command of that id. Raises KeyError."""
    return commands()[command_id]


def in_scope(scope: str) -> tuple[Command, ...]:
    """The commands of one scope, in table order."""
    return tuple(row for row in commands().values() if row.scope == scope)


def bindings_for(scope: str) -> list[BindingType]:
    """Textual bindings of one scope with their default keys; the app's keymap overrides them by id."""
    from textual.binding import Binding

    return [
        Binding(",".join(row.keys), f"command({row.id!r})", row.title, id=row.id, show=False,
                priority=row.everywhere)
        for row in in_scope(scope)
        if row.keys
    ]  # fmt: skip


def show_key(key: str) -> str:
    """A key as people write it: `ctrl+q`, `?`, `PgDn`."""
    *modifiers, last = key.split("+") if key != "+" else [key]
    return "+".join([*modifiers, _SIGNS.get(last, last)])


def active_together(one: str, other: str) -> bool:
    """Whether keys of both scopes can be meant at the same time."""
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
    """The keys in force: `keys` by command id, and in words what of the settings could not be used."""

    keys: Mapping[str, tuple[str, ...]]
    problems: tuple[str, ...] = ()

    def of(self, command_id: str) -> tuple[str, ...]:
        return self.keys.get(command_id, ())

    def overrides(self) -> dict[str, str]:
        """For Textual's `set_keymap`: what differs from the defaults."""
        return {
            name: ",".join(keys) for name, keys in self.keys.items() if keys and keys != commands()[name].keys
        }


def default_keymap() -> Keymap:
    return Keymap({row.id: row.keys for row in commands().values()})


def make_keymap(overrides: Mapping[str, str | Sequence[str]]) -> Keymap:
    """The defaults with the settings' overrides; a clash or an unknown id is left out and named."""
    keys = dict(default_keymap().keys)
    problems: list[str] = []
    wanted: dict[str, tuple[str, ...]] = {}
    for name, given in overrides.items():
        if name not in keys:
            near = get_close_matches(name, keys, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            problems.append(f"keymap: there is no command {name}.{hint}")
            continue
        listed = tuple(given.split(",")) if isinstance(given, str) else tuple(given)
        spelled = tuple(_long(key) for key in listed if key.strip())
        if not spelled:
            problems.append(f"keymap: {name} has no key.")
            continue
        wanted[name] = spelled
    keys.update(wanted)
    # An override that takes a key from another command is refused; the other keeps it.
    for name in wanted:
        for key, other in clashes_of(name, keys):
            problems.append(f"keymap: {show_key(key)} for {name} is taken by {other}.")
            keys[name] = commands()[name].keys
    return Keymap(keys, tuple(problems))


def clashes_of(name: str, keys: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """(key, id of the other command) for every key of `name` that another active command has, too.

    A place inside another may give a key its own meaning by default (esc in the search box); an override
    may not, except where the default did so already.
    """
    mine = commands()[name]
    found = []
    for other, other_keys in keys.items():
        if other == name or not active_together(mine.scope, commands()[other].scope):
            continue
        for key in keys[name]:
            resolve = key in mine.keys and key in commands()[other].keys
            if key in other_keys and not resolve:
                found.append((key, other))
    return found


def _long(key: str) -> str:
    """Textual's spelling of a key as people write it."""
    key = key.strip()
    *modifiers, last = key.split("+") if key != "+" else [key]
    return "+".join([*modifiers, _LONG.get(last, {"esc": "escape"}.get(last.lower(), last))])


def with_keys(row: Command, keymap: Keymap) -> Command:
    """The command with the keys that are in force."""
    return replace(row, keys=keymap.of(row.id))
