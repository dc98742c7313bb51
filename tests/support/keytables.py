"""Generates Markdown for the documents: keys by scope, the command line and its actions, plain Wingback."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import click

from wbtui.api.wingback.plain_writes import WRITES
from wbtui.cli import wbtui
from wbtui.models.actions.example import example
from wbtui.ui.actions.catalogue import ENTRIES
from wbtui.ui.command import Command
from wbtui.ui.commands import in_scope, scopes, show_key


def cell(text: str) -> str:
    """Escape text for a cell of a Markdown table."""
    return text.replace("|", "\\|")


def _shown(keys: tuple[str, ...]) -> str:
    return " ".join(f"`{show_key(key)}`" for key in keys) or "–"


def id_shown(row: Command) -> str:
    """Return the id of a command; that of an action with SCOPE in place of each scope that has it."""
    return f"SCOPE.{row.verb}" if row.handled_by == "action" else row.id


def _table(commands: Iterable[Command]) -> str:
    rows = [
        f"| {_shown(row.keys)} | {cell(row.title)} | {cell(row.sentence)} | `{id_shown(row)}` |"
        for row in commands
    ]
    return "\n".join(["| Key | Command | What it does | Id |", "|---|---|---|---|", *rows]) if rows else ""


def keys_of(scope: str) -> str:
    """Return the key table of a scope without its actions, empty if it has no commands."""
    return _table(row for row in in_scope(scope) if row.handled_by != "action")


def has_actions(scope: str) -> bool:
    """Return whether the keys of `action_keys` work in a scope."""
    return any(row.handled_by == "action" for row in in_scope(scope))


def action_keys() -> str:
    """Return the key table of the actions, which are the same in each scope that has them."""
    having = [one for one in scopes().values() if has_actions(one.id)]
    *firsts, last = [one.title for one in having]
    ids = " or ".join(f"`{one.id}`" for one in having)
    table = _table(row for row in in_scope(having[0].id) if row.handled_by == "action")
    return f"**Actions** in {', '.join(firsts)} and {last}; in the id, SCOPE is {ids}\n\n{table}"


def all_keys() -> str:
    """Return the key tables of all scopes, each with its title, then that of the actions."""
    tables = ((scope.title, keys_of(scope.id)) for scope in scopes().values())
    shown = [f"**{title}**\n\n{table}" for title, table in tables if table]
    return "\n\n".join([*shown, action_keys()])


def plain_actions() -> str:
    """Return the actions that the documented API can do, with their calls, and the names of the others."""
    rows = [f"| {one.title} | `POST {WRITES[one.kind].path}` |" for one in ENTRIES if one.kind in WRITES]
    others = ", ".join(one.title.lower() for one in ENTRIES if one.kind not in WRITES)
    table = "\n".join(["| Action | Call |", "|---|---|", *rows])
    return f"{table}\n\n{textwrap.fill(f'Not available: {others}.', 120)}"


def command_line() -> str:
    """Return all commands with their options."""
    return "\n\n".join(_described("wbtui", wbtui))


def action_examples() -> str:
    """Return an example of every action for `wbtui do`."""
    return "\n".join(["```", *(f"# {one.title}\n{example(one.kind)}" for one in ENTRIES), "```"])


def _described(name: str, command: click.Command) -> list[str]:
    context = click.Context(command, info_name=name)
    arguments = " ".join(
        one.make_metavar(context) for one in command.params if isinstance(one, click.Argument)
    )
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    first = (command.help or "").split("\n\n")[0].replace("\n", " ").strip()
    lines = [f"`{f'{name} {arguments}'.strip()}`: {first}"]
    lines += ["\n".join(f"- {_option(one, context)}" for one in options)] if options else []
    if isinstance(command, click.Group):
        for sub in sorted(command.commands):
            lines += _described(f"{name} {sub}", command.commands[sub])
    return lines


def _option(option: click.Option, context: click.Context) -> str:
    metavar = "" if option.is_flag else f" {option.make_metavar(context)}"
    return f"`{', '.join(option.opts)}{metavar}` {option.help or ''}".rstrip()
