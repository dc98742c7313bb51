"""`wbtui demo`: the app with a local billing server and sample data."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import click

from wbtui.cli.context import CliContext, Progress, need_sandbox, need_terminal, pass_cli, say
from wbtui.cli.sandbox import now_option

if TYPE_CHECKING:
    from wbtui.cli.demo_server import DemoServer


@click.command(short_help="Try the app with sample data, without an account.")
@click.option(
    "--customers", type=click.IntRange(1, 1_000_000), help="Number of sample customers (default 1000)."
)
@click.option("--seed", type=int, help="Seed of the sample data (default 1).")
@click.option("--fresh", is_flag=True, help="Delete the data, cache and journal of the demo first.")
@now_option
@pass_cli
def demo(cli: CliContext, /, **options: Any) -> None:
    """Start a local billing server with sample data and open the app.

    Your changes are kept until you pass --fresh. The server is reachable from this computer only, with a new
    API key each time, and stops when you quit the app.
    """
    from wbtui.cli.launch import run_until_quit

    need_terminal()
    run_until_quit(cli, run_demo(cli, **options))


def run_demo(cli: CliContext, **options: Any) -> str | None:
    """Run the demo; returns the connection to switch to, None on quit. Raises DemoFailed, StoreError."""
    from wbtui.cli import demo_server
    from wbtui.cli.opening import OpenTarget, run_app

    need_sandbox()
    app_dirs, wanted = cli.app_dirs, demo_server.DemoOptions(**options)
    with demo_server.in_use(app_dirs, alone=wanted.fresh):
        if demo_server.differs(app_dirs, wanted):
            say("The demo has data for another --customers or --seed. Pass --fresh to replace it.")
        first = not demo_server.is_filled(app_dirs)
        server = demo_server.start(app_dirs, wanted)
        try:
            threading.Thread(target=_warm, name="warm", daemon=True).start()
            _wait_for(server, "Creating sample data …" if first else "")
            if first:
                demo_server.mark_filled(app_dirs, wanted)
            server.discard_output()
            with demo_server.server_file(app_dirs, server, wanted.now):
                return run_app(cli, OpenTarget.demo(cli, server.url, server.key, now=wanted.now))
        finally:
            server.stop()


def _warm() -> None:
    """Import the app while the server starts."""
    import wbtui.app
    import wbtui.services.open  # noqa: F401


def _wait_for(server: DemoServer, doing: str) -> None:
    """Wait until the server responds and show its progress. Raises DemoFailed if it ends instead."""
    progress = Progress()
    try:
        if doing:
            progress.show(doing, at=time.monotonic())
        for done, total in server.progress():
            progress.show(f"Creating sample data: {done:,} of {total:,} customers", at=time.monotonic())
    finally:
        progress.end()
