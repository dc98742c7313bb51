"""`wbtui connect`: name, address, key and agent; checked by a call, told plainly where the key is kept."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wbtui.cli.context import CliContext, pass_cli, run, say
from wbtui.errors import BadInput

if TYPE_CHECKING:
    from wbtui.models.capability import System
    from wbtui.models.secret import Secret
    from wbtui.settings import Settings


def _refuse(_context: click.Context, _option: click.Parameter, given: str | None) -> None:
    if given is not None:
        raise BadInput(
            "A key is never an argument: others here can read it there.",
            hint="Type it when asked, or use --key-stdin, --key-file, --key-command. Consider a new key now.",
        )


@click.command(short_help="Connect to Wingback, or change a connection.")
@click.option("--name", help="What to call it; also the folder of its files.")
@click.option("--url", help="Base URL, instead of the environment's own.")
@click.option("--environment", type=click.Choice(["live", "demo", "test"]), help="Which of Wingback's.")
@click.option("--agent", help="The name your actions are recorded under.")
@click.option("--key-stdin", is_flag=True, help="Read the key from standard input.")
@click.option("--key-file", type=click.Path(path_type=Path), help="Read the key from a file (mode 0600).")
@click.option(
    "--key-command", metavar="COMMAND", help="Ask this command for the key at every start; keep none."
)
@click.option("--key", "--api-key", callback=_refuse, expose_value=False, hidden=True)
@click.option(
    "--keep",
    "keep_in",
    type=click.Choice(["auto", "file"]),
    default="auto",
    show_default=True,
    help="Where to keep the key: auto is the keyring where there is one, else a 0600 file.",
)
@click.option("--default", "make_default", is_flag=True, help="Use this connection when none is named.")
@click.option("--no-check", is_flag=True, help="Do not call the system now (needs --environment).")
@click.option("--remove", metavar="NAME", help="Remove a connection and its key. Its files stay; see README.")
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
    """Connect to a billing system. What is not given is asked for.

    The key is typed unseen, or comes from --key-stdin, --key-file or --key-command; never from an
    argument or a variable. It is kept in this system's keyring, else in a 0600 file; you are told which.
    """
    if remove is not None:
        _remove(cli, remove)
        return
    from wbtui.services.connecting import ADDRESSES, Wanted, check_name, join, settled_environment

    if sum([key_stdin, key_file is not None, key_command is not None]) > 1:
        raise BadInput("The key can come from one place only.")
    can_ask = sys.stdin is not None and sys.stdin.isatty() and not key_stdin
    asked = _Asker(can_ask)
    settings = cli.settings
    name = check_name(name or asked.text("--name", "Name of the connection", "wingback"))
    if url is None:
        chosen = environment or asked.text(
            "--url or --environment", "Environment (live, demo, test) or URL", "live"
        )
        url = ADDRESSES.get(chosen, chosen)
        environment = chosen if chosen in ADDRESSES else environment
    key = _key(asked, key_stdin, key_file, key_command)
    agent = agent or (
        asked.text("--agent", "Your name, as your actions are recorded", settings.agent) if can_ask else None
    )
    system = None
    if not no_check:
        from wbtui.credentials import key_from_command

        probe = key if key is not None else key_from_command(key_command or "")
        say(f"Asking {url} …")
        system = ask_who(url, probe, settings)
        environment = settled_environment(environment, system)
    wanted = Wanted(
        name=name,
        url=url,
        environment=environment,
        key=key,
        key_command=key_command,
        agent=agent,
        make_default=make_default,
    )
    for sentence in run(join(cli.app_dirs, wanted, system, keep_in=keep_in)).sentences:
        say(sentence)
    say("Next: `wbtui sync` fetches all customers, `wbtui` opens the app.")


def ask_who(url: str, key: Secret, settings: Settings) -> System:
    """Who answers there. Raises BadInput for the address and ApiErrors for the rest."""
    from wbtui.services.connecting import check

    return run(check(url, key, settings.timeouts))


class _Asker:
    """Asks on the terminal what was not given; without a terminal it says which option is missing."""

    def __init__(self, can_ask: bool) -> None:
        self._can_ask = can_ask

    def text(self, option: str, question: str, default: str) -> str:
        self._need(option)
        return str(click.prompt(question, default=default, err=True)).strip()

    def secret(self, option: str, question: str) -> str:
        self._need(option)
        return str(click.prompt(question, hide_input=True, err=True))

    def _need(self, option: str) -> None:
        if not self._can_ask:
            raise BadInput(f"Without a terminal to ask on, {option} is needed.")


def _key(asked: _Asker, from_stdin: bool, file: Path | None, command: str | None) -> Secret | None:
    """The key to keep; None where a command is to be asked each time."""
    from wbtui.credentials import MAX_KEY_FILE, key_from_file, parse_key

    if command is not None:
        return None
    if file is not None:
        return key_from_file(file)
    if from_stdin:
        return parse_key(sys.stdin.read(MAX_KEY_FILE))
    return parse_key(asked.secret("--key-stdin, --key-file or --key-command", "API key (not shown)"))


def _remove(cli: CliContext, name: str) -> None:
    from wbtui.credentials import delete_key, find_keyring
    from wbtui.settings_file import remove_connection

    remove_connection(cli.app_dirs, name)
    delete_key(name, cli.app_dirs, keyring=find_keyring())
    files = cli.app_dirs.connection_files(name)
    say(f"The connection {name} and its key are removed.")
    say(f"Still there: {files.cache.parent} (cached data) and {files.journal.parent} (your journal).")
