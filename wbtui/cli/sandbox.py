"""`wbtui sandbox`: the local billing server."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from wbtui.cli.context import CliContext, need_sandbox, pass_cli
from wbtui.errors import BadInput, WbtuiError


class SandboxFailed(WbtuiError):
    """The sandbox cannot run with these options."""

    title = "Sandbox"
    hint = "Run `wbtui help sandbox` for its options."


def parse_instant(_context: click.Context, _option: click.Parameter, text: str | None) -> datetime | None:
    """Parse an ISO 8601 time with a UTC offset. Raises BadInput."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"Invalid time: {text!r}.", hint="Use the form 2026-11-22T10:00:00Z.") from None
    if instant.tzinfo is None:
        raise BadInput(f"The time {text!r} has no time zone.", hint="Add Z for UTC: 2026-11-22T10:00:00Z.")
    return instant


now_option = click.option(
    "--now",
    callback=parse_instant,
    metavar="INSTANT",
    help="Freeze the clock at a time, such as 2026-11-22T10:00:00Z.",
)


@click.command(short_help="Run the local billing server of the demo.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; 0 for any free port."
)
@click.option("--db", type=click.Path(path_type=Path), help="SQLite file (default: that of the demo).")
@click.option(
    "--key-file", type=click.Path(path_type=Path), help="File with the API key (default: a new key)."
)
@click.option(
    "--customers",
    type=click.IntRange(0, 1_000_000),
    default=1000,
    show_default=True,
    help="Number of sample customers in a new file.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the sample data.")
@now_option
@click.option("--plain", is_flag=True, help="Serve plain Wingback, without the portal extension.")
@click.option("--fresh", is_flag=True, help="Delete the file first.")
@click.option("--until-eof", is_flag=True, help="Exit when standard input closes.")
@click.option(
    "--progress", type=click.Choice(["text", "json"]), default="text", help="Format of the progress output."
)
@click.option(
    "--listen-fd",
    type=click.IntRange(3),
    hidden=True,
    help="File descriptor of an inherited listening socket.",
)
@pass_cli
def sandbox(cli: CliContext, /, db: Path | None, **options: Any) -> None:
    """Run a local billing server with sample data.

    It serves the documented Wingback API and the portal extension. Once it is listening, it prints a line of
    JSON with "url" and "key". Needs the extra "sandbox".
    """
    need_sandbox()
    from wbtui.paths import private_dir
    from wbtui.sandbox.server import SandboxOptions, serve
    from wbtui.sandbox.store import SandboxError

    db = db or private_dir(cli.app_dirs.demo) / "sandbox.db"
    try:
        serve(SandboxOptions(db=db, **options))
    except SandboxError as error:
        raise SandboxFailed(str(error)) from None
