"""`wbtui connect`: add, change or remove a connection."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from wbtui.cli.context import CliContext, pass_cli, say
from wbtui.errors import BadInput, Unauthorized

if TYPE_CHECKING:
    from wbtui.models.capability import System
    from wbtui.models.secret import Secret
    from wbtui.settings import Settings

T = TypeVar("T")


def _refuse(_context: click.Context, _option: click.Parameter, given: str | None) -> None:
    if given is not None:
        raise BadInput(
            "Do not pass an API key as an argument: other users of this computer can read it.",
            hint="Use the prompt, --key-stdin, --key-file or --key-command. Consider replacing this key.",
        )


@click.command(short_help="Add, change or remove a connection.")
@click.option("--name", help="Name of the connection.")
@click.option("--url", help="Base URL, if not that of the environment.")
@click.option("--environment", type=click.Choice(["live", "demo", "test"]), help="Wingback environment.")
@click.option("--agent", help="Your name, recorded with your actions.")
@click.option("--key-stdin", is_flag=True, help="Read the API key from standard input.")
@click.option("--key-file", type=click.Path(path_type=Path), help="Read the API key from a file (mode 0600).")
@click.option("--key-command", metavar="COMMAND", help="Run this command for the API key at every start.")
@click.option("--key", "--api-key", callback=_refuse, expose_value=False, hidden=True)
@click.option(
    "--keep",
    "keep_in",
    type=click.Choice(["auto", "file"]),
    default="auto",
    show_default=True,
    help="Where to store the API key. auto: the keyring if available, else a file (mode 0600).",
)
@click.option("--default", "make_default", is_flag=True, help="Make it the default connection.")
@click.option("--no-check", is_flag=True, help="Skip the connection check (needs --environment).")
@click.option(
    "--remove", metavar="NAME", help="Remove a connection and its API key. Cache and journal are kept."
)
@pass_cli
def connect(
    cli: CliContext,
    name: str | None,
    url: str | None,
    environment: str | None,
    agent: str | None,
    key_stdin: bool,
    key_file: Path | None,
    key_command: str | None,
    keep_in: str,
    make_default: bool,
    no_check: bool,
    remove: str | None,
) -> None:
    """Connect to a billing system. Prompts for missing options.

    Without --key-stdin, --key-file or --key-command, it prompts for the API key. The key is stored in the
    system keyring if available, else in a file only you can read.
    """
    if remove is not None:
        _remove(cli, remove)
        return
    from wbtui.api.address import normal_origin
    from wbtui.services.connecting import (
        NewConnection,
        add_connection,
        check_free,
        check_name,
        resolve_environment,
    )
    from wbtui.settings import check_agent

    if sum([key_stdin, key_file is not None, key_command is not None]) > 1:
        raise BadInput("Use only one of --key-stdin, --key-file and --key-command.")
    can_ask = sys.stdin is not None and sys.stdin.isatty() and not key_stdin
    asked = Asker(can_ask)
    settings = cli.settings
    unused = "wingback" if "wingback" not in settings.connections else None
    if name is None:
        name = asked.ask("--name", "Connection name", check_name, default=unused)
    name = check_name(name)
    if url is None:
        url, environment = ask_address(asked, environment)
    url = normal_origin(url)
    check_free(name, url, settings.connections)
    key = _key(asked, key_stdin, key_file, key_command)
    if agent:
        agent = check_agent(agent)
    elif can_ask:
        question = "Your name, recorded with your actions"
        agent = asked.ask("--agent", question, check_agent, default=settings.agent)
    system = None
    if not no_check:
        from wbtui.credentials import key_from_command

        probe = key if key is not None else key_from_command(key_command or "")
        say(f"Connecting to {url} …")
        typed = key is not None and can_ask and key_file is None
        system, probe = _signed_in(url, probe, settings, asked if typed else None)
        if key is not None:
            key = probe
        if environment is None and can_ask and system.environment.value == "unknown":
            question = "Environment of this URL (live, demo, test)"
            environment = asked.ask("--environment", question, partial(resolve_environment, system=system))
        environment = resolve_environment(environment, system)
    wanted = NewConnection(
        name=name,
        url=url,
        environment=environment,
        key=key,
        key_command=key_command,
        agent=agent,
        make_default=make_default,
    )
    for sentence in asyncio.run(add_connection(cli.app_dirs, wanted, system, key_storage=keep_in)):
        say(sentence)
    say("Next: run `wbtui sync` to fetch all customers, or `wbtui` to open the app.")


def ask_address(asked: Asker, environment: str | None) -> tuple[str, str | None]:
    """Return the URL of an environment, which is asked for if None; instead of one, a URL can be entered."""
    from wbtui.api.address import normal_origin
    from wbtui.services.connecting import ADDRESSES

    def address(chosen: str) -> tuple[str, str | None]:
        if (named := chosen.lower()) in ADDRESSES:
            return ADDRESSES[named], named
        if "." not in chosen and ":" not in chosen:
            hint = f"Enter {', '.join(ADDRESSES)} or a URL such as https://billing.example."
            raise BadInput(f"There is no environment {chosen}.", hint=hint)
        return normal_origin(chosen), None

    if environment is not None:
        return address(environment)
    question = "Environment (live, demo, test) or URL"
    return asked.ask("--url or --environment", question, address, default="live")


def ask_who(url: str, key: Secret, settings: Settings) -> System:
    """Discover the system at `url`. Raises BadInput for the URL, else ApiError."""
    from wbtui.services.connecting import check

    return asyncio.run(check(url, key, settings.timeouts))


def _signed_in(url: str, key: Secret, settings: Settings, asked: Asker | None) -> tuple[System, Secret]:
    """Return the system at `url` and the key it accepts: this one, or the first valid one that is typed."""
    while True:
        try:
            return ask_who(url, key, settings), key
        except Unauthorized as error:
            if asked is None:
                raise
            say(f"{error.sentence} {error.hint}")
            key = _typed_key(asked)


def _typed_key(asked: Asker) -> Secret:
    from wbtui.credentials import parse_key

    option = "--key-stdin, --key-file or --key-command"
    return asked.ask(option, "API key (not shown)", parse_key, secret=True)


class Asker:
    """Prompts for missing options, until the answer is valid; without a terminal it raises BadInput."""

    def __init__(self, can_ask: bool) -> None:
        self._can_ask = can_ask

    def ask(
        self,
        option: str,
        question: str,
        check: Callable[[str], T],
        *,
        default: str | None = None,
        secret: bool = False,
    ) -> T:
        """Return what `check` makes of the answer; where it raises BadInput, say why and ask again."""
        if not self._can_ask:
            raise BadInput(f"{option} is required without a terminal.")
        while True:
            answer = click.prompt(question, default=default, hide_input=secret, err=True)
            try:
                return check(str(answer).strip())
            except BadInput as error:
                say(f"{error.sentence} {error.hint}".rstrip())


def _key(asked: Asker, from_stdin: bool, file: Path | None, command: str | None) -> Secret | None:
    """Read the key to store; None for a key command."""
    from wbtui.credentials import MAX_KEY_FILE, key_from_file, parse_key

    if command is not None:
        return None
    if file is not None:
        return key_from_file(file)
    if from_stdin:
        return parse_key(sys.stdin.read(MAX_KEY_FILE))
    return _typed_key(asked)


def _remove(cli: CliContext, name: str) -> None:
    from wbtui.credentials import delete_key, find_keyring
    from wbtui.settings_file import remove_connection

    remove_connection(cli.app_dirs, name)
    delete_key(name, cli.app_dirs, keyring=find_keyring())
    files = cli.app_dirs.connection_files(name)
    say(f"Removed the connection {name} and its API key.")
    kept = {files.cache.parent: "cached data", files.journal.parent: "journal"}
    if shown := [f"{folder} ({what})" for folder, what in kept.items() if folder.exists()]:
        say(f"Kept: {' and '.join(shown)}.")
