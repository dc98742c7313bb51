"""`wbtui` and `wbtui open`: run the app, and again for every connection the user switches to."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from wbtui.cli.context import CliContext, need_terminal, pass_cli
from wbtui.cli.opening import OpenTarget, opened, pause_garbage_collection, run_app
from wbtui.errors import NotConnected
from wbtui.paths import DEMO

if TYPE_CHECKING:
    from wbtui.app import Start


def open_app(cli: CliContext) -> None:
    """Run the app with the selected connection, or with the connect screen if there is none yet."""
    pause_garbage_collection()
    need_terminal()
    try:
        target: OpenTarget | None = OpenTarget.chosen(cli)
    except NotConnected:
        if cli.connection is not None or cli.settings.connections or cli.settings.offline:
            raise
        target = None
    run_until_quit(cli, run_app(cli, target))


def run_until_quit(cli: CliContext, connection: str | None) -> None:
    """Run the app again for every connection the user switches to, until they quit."""
    while connection is not None:
        if connection == DEMO and DEMO not in cli.settings.connections:
            from wbtui.cli.demo_run import run_demo
            from wbtui.cli.demo_server import DemoOptions

            connection = run_demo(cli, DemoOptions())
        else:
            cli = replace(cli, connection=connection)  # reloads the settings
            connection = run_app(cli, OpenTarget.chosen(cli))


@click.command("open", short_help="Open the app at a customer or invoice.")
@click.argument("wanted", metavar="CUSTOMER|INVOICE")
@pass_cli
def open_(cli: CliContext, wanted: str) -> None:
    """Open the app at a customer (ID, reference, e-mail or name) or an invoice (ID or number)."""
    need_terminal()
    target = OpenTarget.chosen(cli)

    async def find() -> Start:
        from wbtui.app import Start
        from wbtui.services.resolve import resolve

        async with opened(cli, target) as services:
            found = await resolve(services, wanted)
        return Start(screen=found.kind, id=found.id)

    run_until_quit(cli, run_app(cli, target, asyncio.run(find())))
