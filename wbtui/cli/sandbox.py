"""`wbtui sandbox`: the local billing server as a program of its own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from wbtui.cli.context import CliContext, pass_cli
from wbtui.errors import BadInput, NotOffered, WbtuiError


class SandboxFailed(WbtuiError):
    """The sandbox cannot run as asked."""

    title = "Sandbox"


def parse_instant(_context: click.Context, _option: click.Parameter, text: str | None) -> datetime | None:
    """An instant with a zone, as ISO 8601. Raises BadInput."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is not an instant.", hint="Write it as 2026-11-22T10:00:00Z.") from None
    if instant.tzinfo is None:
        raise BadInput(f"{text!r} names no zone.", hint="End it in Z for UTC: 2026-11-22T10:00:00Z.")
    return instant


@click.command(short_help="Run the local billing server that the demo uses.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="On 127.0.0.1; 0 takes a free one.")
@click.option("--db", type=click.Path(path_type=Path), help="Its SQLite file; by default the demo's.")
@click.option(
    "--key-file", type=click.Path(path_type=Path), help="Holds the API key; without it one is made."
)
@click.option(
    "--customers",
    type=click.IntRange(0, 1_000_000),
    default=1000,
    show_default=True,
    help="How many a new file is filled with.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed makes the same customers."
)
@click.option("--now", callback=parse_instant, metavar="INSTANT", help="Stand still at 2026-11-22T10:00:00Z.")
@click.option("--plain", is_flag=True, help="Behave like plain Wingback: without the portal extension.")
@click.option("--fresh", is_flag=True, help="Throw the file away first.")
@click.option("--until-eof", is_flag=True, help="End when standard input ends.")
@click.option("--progress", type=click.Choice(["text", "json"]), default="text", help="How filling is told.")
@click.option("--listen-fd", type=click.IntRange(3), hidden=True, help="A listening socket handed over.")
@pass_cli
def sandbox(
    cli: CliContext,
    port: int,
    db: Path | None,
    key_file: Path | None,
    customers: int,
    seed: int,
    now: datetime | None,
    plain: bool,
    fresh: bool,
    until_eof: bool,
    progress: str,
    listen_fd: int | None,
) -> None:
    """Run a billing server on this machine, with invented customers, until it is stopped.

    It speaks Wingback's documented API and the portal extension. When it listens it prints one line of
    JSON, {"url", "key"}. Needs the extra `sandbox`.
    """
    try:
        from wbtui.sandbox.server import SandboxOptions, serve
        from wbtui.sandbox.store import SandboxError
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "wbtui":
            raise
        raise NotOffered(
            f"The sandbox is not installed ({error.name} is missing).",
            hint="Install wbtui with its extra: wbtui[sandbox]",
        ) from None
    from wbtui.paths import private_dir

    if db is None:
        db = private_dir(cli.app_dirs.demo) / "sandbox.db"
    options = SandboxOptions(
        db=db,
        port=port,
        key_file=key_file,
        customers=customers,
        seed=seed,
        now=now,
        plain=plain,
        fresh=fresh,
        until_eof=until_eof,
        progress_json=progress == "json",
        listen_fd=listen_fd,
    )
    try:
        serve(options)
    except SandboxError as error:
        raise SandboxFailed(str(error)) from None
