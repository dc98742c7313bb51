"""`wbtui demo`: the app on invented customers, with a billing server of its own on this machine."""

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


@click.command(short_help="Try it: the app on invented customers, without an account.")
@click.option("--customers", type=click.IntRange(1, 1_000_000), help="How many to invent (1000).")
@click.option("--seed", type=int, help="The same seed invents the same customers (1).")
@click.option("--fresh", is_flag=True, help="Start over: throw away the demo's data, cache and journal.")
@click.option("--now", callback=parse_instant, metavar="INSTANT", help="Stand still at 2026-11-22T10:00:00Z.")
@pass_cli
def demo(cli: CliContext, customers: int | None, seed: int | None, fresh: bool, now: datetime | None) -> None:
    """Start a billing server on this machine, fill it on first use, and open the app on it.

    What you do there stays until --fresh. The server is reachable from this machine only, with a key that
    is made anew each time, and ends with the app.
    """
    from wbtui.cli.demo_server import DemoOptions
    from wbtui.cli.opening import follow

    need_terminal()
    follow(cli, run_demo(cli, DemoOptions(customers=customers, seed=seed, now=now, fresh=fresh)))


def run_demo(cli: CliContext, options: DemoOptions) -> SwitchConnection | None:
    """The demo from start to end; where to go on, None for quitting. Raises DemoFailed, StoreError."""
    from wbtui.cli import demo_server

    app_dirs = cli.app_dirs
    with demo_server.in_use(app_dirs, alone=options.fresh):
        if demo_server.differs(app_dirs, options):
            say("The demo's data was made with another --customers or --seed; --fresh makes it anew.")
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
    """Load the app while the other process makes the data; whoever needs it next finds it loaded."""
    import wbtui.app
    import wbtui.services.open  # noqa: F401


def _fill(server: DemoServer) -> None:
    """Wait until the data is made, with a progress line."""
    progress = Progress()
    try:
        progress.show("Inventing customers …", at=time.monotonic())
        server.wait_until_ready(
            lambda done, total: progress.show(
                f"Inventing customers: {done:,} of {total:,}", at=time.monotonic()
            )
        )
    finally:
        progress.end()
