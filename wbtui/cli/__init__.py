"""Command-line interface. Commands import their dependencies when they run, to keep startup fast."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import click

from wbtui.cli.connecting import connect
from wbtui.cli.context import CliContext, Commands, guarded
from wbtui.cli.demo import demo
from wbtui.cli.do import do, resume
from wbtui.cli.finding import find
from wbtui.cli.insights import insights
from wbtui.cli.journal import journal
from wbtui.cli.launch import open_, open_app
from wbtui.cli.sandbox import sandbox
from wbtui.cli.showing import show
from wbtui.cli.syncing import sync
from wbtui.cli.upkeep import cache, clear, doctor, keys, paths
from wbtui.clock import utc_now

EPILOG = """\b
Exit codes: 0 success · 1 failure · 2 invalid usage or input, or no terminal
3 not authorized · 4 unreachable or offline
5 not found or not available offline · 6 not supported by this billing system
7 local storage · 8 action refused · 9 outcome unknown · 70 bug in wbtui
130 interrupted · 128 + n ended by signal n"""

_SWITCH_INTERVAL = 0.0005
"""Seconds until a computing thread lets others run; with Python's 5 ms the screen stutters during a sync."""


def _use(context: click.Context, option: click.Parameter, given: object) -> None:
    """Apply a global option, which can stand before the command or after it."""
    if given and option.name is not None:
        context.obj = replace(context.obj, **{option.name: given})


def _global_option(name: str, **settings: Any) -> click.Option:
    return click.Option([name], expose_value=False, callback=_use, **settings)


CONNECTION = _global_option(
    "--connection", metavar="NAME", help="Use this connection instead of the default."
)
OFFLINE = _global_option("--offline", is_flag=True, help="Send no requests; use cached data only.")
READ_ONLY = _global_option("--read-only", is_flag=True, help="Change nothing in the billing system.")
NO_COLOR = _global_option("--no-color", is_flag=True, help="Disable colours (also: set NO_COLOR).")


@click.group(
    cls=Commands,
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]},
)
@click.version_option(
    None, "--version", "-V", package_name="wbtui", message="wbtui %(version)s", help="Show the version."
)
@click.pass_context
def wbtui(context: click.Context) -> None:
    """Find customers, change subscriptions and handle billing: Wingback in the terminal.

    Run without a command to open the app. Run "wbtui demo" to try it without an account.
    """
    if context.invoked_subcommand is None:
        open_app(context.obj)


@click.command("help", short_help="Show the help of a command.")
@click.argument("command", nargs=-1)
@click.pass_context
def help_(context: click.Context, command: tuple[str, ...]) -> None:
    """Show the help of wbtui or of a command."""
    root = context.find_root()
    root.command.main(
        [*command, "--help"],
        prog_name=root.info_name,
        standalone_mode=False,
        obj=root.find_object(CliContext),
    )


wbtui.params[:0] = [CONNECTION, OFFLINE, READ_ONLY, NO_COLOR]
for command in (open_, sync, find, show, insights, do, resume, journal, doctor, clear):
    command.params += [CONNECTION, OFFLINE]
for command in (open_, do, resume, demo):
    command.params += [READ_ONLY]
for command in (
    open_,
    demo,
    sandbox,
    connect,
    sync,
    find,
    show,
    insights,
    do,
    resume,
    journal,
    keys,
    paths,
    doctor,
    cache,
    help_,
):
    wbtui.add_command(command)


def main(arguments: Sequence[str] | None = None, *, clock: Callable[[], datetime] = utc_now) -> int:
    """Run the command line and return its exit code. Never raises."""
    sys.setswitchinterval(_SWITCH_INTERVAL)
    atexit.register(gc.freeze)  # else Python examines every object before it ends: 0.1 s
    cli = CliContext(clock=clock)
    return guarded(
        lambda: wbtui.main(args=arguments, prog_name="wbtui", standalone_mode=False, obj=cli), clock
    )
