"""`wbtui keys`, `paths`, `doctor`, `cache clear`: what is where, and whether it is well."""

from __future__ import annotations

import sys

import click

from wbtui.cli.context import CliContext, fail, out, out_json, pass_cli, run, say, table
from wbtui.errors import BadInput


@click.command(short_help="The keys of the app, with your changes.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_cli
def keys(cli: CliContext, as_json: bool) -> None:
    """Print every command of the app with its keys, as they are in force with your settings."""
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


@click.command(short_help="Where settings, cache, journal and logs are.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_cli
def paths(cli: CliContext, as_json: bool) -> None:
    """Print the folders and files wbtui uses. Nothing is made by asking."""
    app_dirs = cli.app_dirs
    found = {
        "settings": app_dirs.settings_file,
        "config": app_dirs.config,
        "cache": app_dirs.cache,
        "state": app_dirs.state,
        "logs": app_dirs.logs,
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
    """The connection in use, if the settings can be read and name one."""
    from wbtui.errors import WbtuiError

    try:
        return cli.settings.connection()[0]
    except WbtuiError:
        return None


@click.command(short_help="Check the set-up and say what is wrong.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_cli
def doctor(cli: CliContext, as_json: bool) -> None:
    """Look at terminal, files, modes, SQLite, connections and keys, and say what is wrong and what helps.

    Sends at most one request per connection (none with --offline). Ends with 1 where something is wrong.
    """
    from wbtui.cli.checks import examine

    findings = list(examine(cli))
    if as_json:
        out_json(
            [{"sign": one.sign, "what": one.what, "said": one.said, "hint": one.hint} for one in findings]
        )
    else:
        for one in findings:
            out(f"{one.sign:4}  {one.what}: {one.said}" + (f"\n      {one.hint}" if one.hint else ""))
    if any(one.sign == "bad" for one in findings):
        fail(1)


@click.group(short_help="The local copy of customers and invoices.")
def cache() -> None:
    """The local copy of what was seen and synchronised. Journal, drafts and pins are other files."""


@cache.command("clear")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_cli
def clear(cli: CliContext, yes: bool) -> None:
    """Remove the cached data of a connection, overwritten on disk. The journal stays."""
    name = cli.connection or _default_name(cli)
    if name is None:
        name = cli.settings.connection()[0]  # says what is missing
    path = cli.app_dirs.connection_files(name).cache
    if not path.exists():
        say(f"Nothing is cached for {name}.")
        return
    if not yes:
        if not sys.stdin or not sys.stdin.isatty():
            raise BadInput("This needs a yes.", hint="Without a terminal say --yes.")
        click.confirm(f"Remove everything cached for {name}? The journal stays.", abort=True, err=True)
    from wbtui.services.clock import utc_now
    from wbtui.store.cache import open_cache

    async def work() -> None:
        cache = await open_cache(path, clock=utc_now)
        try:
            await cache.clear()
        finally:
            await cache.close()

    run(work())
    say(f"The cache of {name} is empty.")
