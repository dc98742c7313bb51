"""`wbtui demo`: the app with a local billing server and sample data."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING

import click

from wbtui.cli.context import CliContext, Progress, need_terminal, pass_cli, say
from wbtui.cli.sandbox import parse_instant

if TYPE_CHECKING:
    from wbtui.cli.demo_server import DemoOptions, DemoServer
    from wbtui.ui.app_result import SwitchConnection


@click.command(short_help="Try the app with sample data, without an account.")
@click.option(
    "--customers", type=click.IntRange(1, 1_000_000), help="Number of sample customers (default 1000)."
)
@click.option("--seed", type=int, help="Seed of the sample data (default 1).")
@click.option("--fresh", is_flag=True, help="Delete the data, cache and journal of the demo first.")
@click.option(
    "--now",
    callback=parse_instant,
    metavar="INSTANT",
    help="Freeze the clock at a time, such as 2026-11-22T10:00:00Z.",
)
@pass_cli
def demo(cli: CliContext, customers: int | None, seed: int | None, fresh: bool, now: datetime | None) -> None:
    """Start a local billing server with sample data and open the app.

    Your changes are kept until you pass --fresh. The server is reachable from this computer only, with a new
    API key each time, and stops when you quit the app.
    """
    from wbtui.cli.demo_server import DemoOptions
    from wbtui.cli.opening import follow

    need_terminal()
    follow(cli, run_demo(cli, DemoOptions(customers=customers, seed=seed, now=now, fresh=fresh)))


def run_demo(cli: CliContext, options: DemoOptions) -> SwitchConnection | None:
    """Run the demo; returns the connection to switch to, None on quit. Raises DemoFailed, StoreError."""
    from wbtui.cli import demo_server

    app_dirs = cli.app_dirs
    with demo_server.in_use(app_dirs, alone=options.fresh):
        if demo_server.differs(app_dirs, options):
            say("The demo has data for another --customers or --seed. Pass --fresh to replace it.")
        first = not demo_server.is_filled(app_dirs)
        server = demo_server.start(app_dirs, options)
        try:
            from wbtui.cli.opening import Target, run_app

            if first:
                threading.Thread(target=_warm, name="warm", daemon=True).start()
                _fill(server)
                demo_server.mark_filled(app_dirs, options)
            return run_app(cli, Target.demo(cli, server.url, server.key, now=options.now))
        finally:
            server.stop()


def _warm() -> None:
    """Import the app while the server creates the data."""
    import wbtui.app
    import wbtui.services.open  # noqa: F401


def _fill(server: DemoServer) -> None:
    """Wait for the sample data and show progress."""
    progress = Progress()
    try:
        progress.show("Creating sample data …", at=time.monotonic())
        server.wait_until_ready(
            lambda done, total: progress.show(
                f"Creating sample data: {done:,} of {total:,} customers", at=time.monotonic()
            )
        )
    finally:
        progress.end()
