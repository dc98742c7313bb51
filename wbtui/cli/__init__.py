"""The command line: commands and exit codes. Each command imports what it needs when it runs."""

from __future__ import annotations

from collections.abc import Sequence

import click

from wbtui.cli.connecting import connect
from wbtui.cli.context import CliContext, guarded
from wbtui.cli.demo import demo
from wbtui.cli.finding import find, show
from wbtui.cli.journal import journal
from wbtui.cli.opening import open_, open_app
from wbtui.cli.sandbox import sandbox
from wbtui.cli.syncing import sync
from wbtui.cli.upkeep import cache, doctor, keys, paths

EPILOG = """\b
Exit codes: 0 done · 1 failed · 2 usage, bad input or no terminal · 3 not authorised
4 unreachable or offline · 5 not found or not held · 6 not offered by this system
7 local storage · 70 a fault in wbtui · 130 interrupted"""


def _version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"wbtui {version('wbtui')}")
        context.exit()


@click.group(invoke_without_command=True, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.option(
    "--connection", metavar="NAME", help="Which connection; by default the settings' default_connection."
)
@click.option("--offline", is_flag=True, help="Send nothing; read what is held.")
@click.option("--no-color", is_flag=True, help="No colours (also: the variable NO_COLOR).")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
@click.help_option("--help", "-h", help="Print this help.")
@click.pass_context
def wbtui(context: click.Context, connection: str | None, offline: bool, no_color: bool) -> None:
    """Find a customer, read their billing, refund an invoice: Wingback in the terminal.

    Without a command the app opens. Try it without an account: wbtui demo
    """
    context.obj = CliContext(connection=connection, offline=offline, no_color=no_color)
    if context.invoked_subcommand is None:
        open_app(context.obj)


for command in (open_, demo, sandbox, connect, sync, find, show, journal, keys, paths, doctor, cache):
    wbtui.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code. Never raises, never shows a traceback."""
    return guarded(lambda: wbtui.main(args=arguments, prog_name="wbtui", standalone_mode=False))
