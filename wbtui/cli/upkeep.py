"""`wbtui keys`, `paths`, `doctor` and `cache clear`."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict

import click

from wbtui.cli.context import CliContext, fail, out, out_json, pass_cli, say, table
from wbtui.errors import BadInput, WbtuiError
from wbtui.paths import DEMO


@click.command(short_help="List the keyboard shortcuts of the app.")
@click.option("--json", "as_json", is_flag=True, help="Output JSON.")
@pass_cli
def keys(cli: CliContext, as_json: bool) -> None:
    """List all commands of the app with their keys, including your keymap."""
    from wbtui.ui.commands import commands, make_keymap, scopes, show_key

    keymap = make_keymap(cli.settings.keymap)
    rows = [(row, " ".join(show_key(key) for key in keymap.of(row.id))) for row in commands().values()]
    if as_json:
        out_json(
            [
                {
                    "id": row.id,
                    "keys": list(keymap.of(row.id)),
                    "title": row.title,
                    "sentence": row.sentence,
                    "scope": row.scope,
                }
                for row, _ in rows
            ]
        )
    else:
        for number, scope in enumerate(scopes().values()):
            mine = [(shown, row.title, row.id) for row, shown in rows if row.scope == scope.id]
            if mine:
                out(f"{chr(10) if number else ''}{scope.title}")
                table([("  " + (shown or "–"), title, name) for shown, title, name in mine])
    for problem in keymap.problems:
        say(problem)


@click.command(short_help="List the files and folders of wbtui.")
@click.option("--json", "as_json", is_flag=True, help="Output JSON.")
@pass_cli
def paths(cli: CliContext, as_json: bool) -> None:
    """List the files and folders of wbtui. Does not create any."""
    app_dirs = cli.app_dirs
    found = {
        "settings": app_dirs.settings_file,
        "config": app_dirs.config,
        "cache": app_dirs.cache,
        "state": app_dirs.state,
        "logs": app_dirs.logs,
        "documents": app_dirs.documents,
        "demo": app_dirs.demo,
    }
    name = cli.connection or _default_name(cli)
    if name:
        files = app_dirs.connection_files(name)
        found |= {
            f"{name} cache": files.cache,
            f"{name} journal": files.journal,
            f"{name} workspace": files.workspace,
        }
    if as_json:
        out_json({key: str(path) for key, path in found.items()})
    else:
        table([(key, str(path)) for key, path in found.items()], limit=4096)


def _default_name(cli: CliContext) -> str | None:
    """Return the name of the current connection, None without a valid one."""
    try:
        return cli.settings.connection()[0]
    except WbtuiError:
        return None


@click.command(short_help="Check your setup.")
@click.option("--json", "as_json", is_flag=True, help="Output JSON.")
@click.option("--deep", is_flag=True, help="Also read the local files completely and compare their indexes.")
@pass_cli
def doctor(cli: CliContext, as_json: bool, deep: bool) -> None:
    """Check the terminal, files, permissions, SQLite, connections and API keys.

    Sends at most one request per connection, none with --offline. With --deep, read every value in the local
    files. The exit code is 1 if a check fails.
    """
    from wbtui.cli.checks import examine

    findings = list(examine(cli, deep=deep))
    if as_json:
        out_json([asdict(one) for one in findings])
    else:
        for one in findings:
            out(f"{one.sign:4}  {one.what}: {one.said}" + (f"\n      {one.hint}" if one.hint else ""))
    if any(one.sign == "bad" for one in findings):
        fail(1)


@click.group(short_help="Manage cached data.")
def cache() -> None:
    """Manage cached data. The cache does not include the journal, pins or saved searches."""


@cache.command("clear")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@pass_cli
def clear(cli: CliContext, yes: bool) -> None:
    """Delete the cached data of a connection, overwriting it on disk. The journal is kept."""
    name = cli.connection or cli.settings.connection()[0]
    path = cli.app_dirs.connection_files(name).cache
    if not path.exists():
        if name != DEMO:
            cli.settings.connection(name)  # a mistyped name must not look like cleared data
        say(f"No cached data for {name}.")
        return
    if not yes:
        if not sys.stdin or not sys.stdin.isatty():
            raise BadInput("Clearing the cache needs confirmation.", hint="Pass --yes to confirm.")
        if not click.confirm(f"Delete all cached data of {name}? The journal is kept.", err=True):
            say("Nothing was deleted.")
            click.get_current_context().exit(2)
    from wbtui.store.cache import clear_cache

    asyncio.run(clear_cache(path, clock=cli.clock))
    say(f"Deleted the cached data of {name}.")
