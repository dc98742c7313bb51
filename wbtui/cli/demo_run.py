"""Runs the app on the demo's billing server."""

from __future__ import annotations

import threading
import time

from wbtui.cli import demo_server
from wbtui.cli.context import CliContext, Progress, need_sandbox, say
from wbtui.cli.demo_server import DemoOptions, DemoServer
from wbtui.cli.opening import OpenTarget, run_app


def run_demo(cli: CliContext, options: DemoOptions) -> str | None:
    """Run the demo; returns the connection to switch to, None on quit. Raises DemoFailed, StoreError."""
    need_sandbox()
    app_dirs = cli.app_dirs
    with demo_server.in_use(app_dirs, alone=options.fresh):
        if demo_server.differs(app_dirs, options):
            say("The demo has data for another --customers or --seed. Pass --fresh to replace it.")
        first = not demo_server.is_filled(app_dirs)
        server = demo_server.start(app_dirs, options)
        try:
            threading.Thread(target=_warm, name="warm", daemon=True).start()
            _wait_for(server, "Creating sample data …" if first else "")
            if first:
                demo_server.mark_filled(app_dirs, options)
            server.discard_output()
            with demo_server.server_file(app_dirs, server, options.now):
                return run_app(cli, OpenTarget.demo(cli, server.url, server.key, now=options.now))
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
