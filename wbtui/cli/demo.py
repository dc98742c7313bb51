"""`wbtui demo`: the app with a local billing server and sample data."""

from __future__ import annotations

from typing import Any

import click

from wbtui.cli.context import CliContext, need_terminal, pass_cli
from wbtui.cli.sandbox import now_option


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
    from wbtui.cli.demo_run import run_demo
    from wbtui.cli.demo_server import DemoOptions
    from wbtui.cli.launch import run_until_quit

    need_terminal()
    run_until_quit(cli, run_demo(cli, DemoOptions(**options)))
