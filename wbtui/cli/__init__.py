"""Command-line interface. Commands import their dependencies when they run, to keep startup fast."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import click

from wbtui.cli.connecting import connect
from wbtui.cli.context import CliContext, guarded
from wbtui.cli.demo import demo
from wbtui.cli.do import do
from wbtui.cli.finding import find, show
from wbtui.cli.journal import journal
from wbtui.cli.launch import open_, open_app
from wbtui.cli.sandbox import sandbox
from wbtui.cli.syncing import sync
from wbtui.cli.upkeep import cache, doctor, keys, paths
from wbtui.clock import utc_now

EPILOG = """\b
Exit codes: 0 success · 1 failure · 2 invalid usage or input, or no terminal · 3 not authorized
4 unreachable or offline · 5 not found or not available offline · 6 not supported by this billing system
7 local storage · 8 action refused · 9 outcome unknown · 70 bug in wbtui · 130 interrupted"""

_SWITCH_INTERVAL = 0.0005
"""Seconds until a computing thread lets others run; with Python's 5 ms the screen stutters during a sync."""


def _version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"wbtui {version('wbtui')}")
        context.exit()


@click.group(invoke_without_command=True, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.option("--connection", metavar="NAME", help="Use this connection instead of the default.")
@click.option("--offline", is_flag=True, help="Send no requests; use cached data only.")
@click.option("--no-color", is_flag=True, help="Disable colors (also: set NO_COLOR).")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version."
)
@click.help_option("--help", "-h", help="Show this help.")
@click.pass_context
def wbtui(context: click.Context, connection: str | None, offline: bool, no_color: bool) -> None:
    """Find customers, view their billing and refund invoices: Wingback in the terminal.

    Run without a command to open the app. Run "wbtui demo" to try it without an account.
    """
    context.obj = replace(context.obj, connection=connection, offline=offline, no_color=no_color)
    if context.invoked_subcommand is None:
        open_app(context.obj)


for command in (open_, demo, sandbox, connect, sync, find, show, do, journal, keys, paths, doctor, cache):
    wbtui.add_command(command)


def main(arguments: Sequence[str] | None = None, *, clock: Callable[[], datetime] = utc_now) -> int:
    """Run the command line and return its exit code. Never raises."""
    sys.setswitchinterval(_SWITCH_INTERVAL)
    cli = CliContext(clock=clock)
    return guarded(
        lambda: wbtui.main(args=arguments, prog_name="wbtui", standalone_mode=False, obj=cli), clock
    )
