"""Output of commands: options, JSON of a value, CSV to stdout or a new file, rows that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wbtui.cli.context import say

if TYPE_CHECKING:
    from wbtui.models.page import SkippedRow, Stamped

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path, allow_dash=True, dir_okay=False)
MOST_LISTED = 20
"""Maximum number of failures that are listed."""


def format_options(json_help: str) -> Callable[[F], F]:
    """Add `--json`, `--csv` and `--output` as `as_json`, `as_csv` and `output`."""

    def add(command: F) -> F:
        for option in (
            click.option("--output", type=_FILE, callback=_file, help="Write the CSV to this new file."),
            click.option("--csv", "as_csv", is_flag=True, help="Output CSV for spreadsheets."),
            click.option("--json", "as_json", is_flag=True, help=json_help),
        ):
            command = option(command)
        return command

    return add


def _file(_context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    """Return the file to write; `-` is standard output, as None."""
    if path == Path():
        raise click.BadParameter("Name a file.")  # an empty variable in a script
    return None if path == Path("-") else path


def check_format(*, as_json: bool, as_csv: bool, output: Path | None) -> None:
    """Raise UsageError for options that exclude each other."""
    if as_json and as_csv:
        raise click.UsageError("Choose --json or --csv.")
    if output is not None and not as_csv:
        raise click.UsageError("--output needs --csv.")


def out_csv(rows: Iterable[Sequence[object]], output: Path | None) -> None:
    """Print rows as CSV, or write them to a new file with mode 0600. Raises StoreError if it exists."""
    from wbtui.services.csv_export import csv_text

    if output is None:
        click.echo(csv_text(rows).encode(), nl=False)
    else:
        save_as(output, [csv_text(rows)])


def save_as(output: Path, texts: Iterable[str]) -> None:
    """Write texts after each other to a new file with mode 0600. Raises StoreError if it exists."""
    from wbtui.paths import write_only_new

    write_only_new(output, (text.encode() for text in texts))
    say(f"Saved as {output}")


def stamped_json(one: Stamped[Any]) -> Any:
    """Return the fields of the value and the time it was fetched."""
    return {**one.value.model_dump(mode="json"), "fetched_at": one.fetched_at.isoformat()}


def warn_skipped(noun: str, skipped: Sequence[SkippedRow]) -> None:
    """List rows that could not be read, with the reason."""
    from wbtui.models.text import clean
    from wbtui.ui.format import plural

    if not skipped:
        return
    count = plural(len(skipped), noun)
    say(f"▲ {count} could not be read. Report this to the operator of the billing system:")
    for row in skipped[:MOST_LISTED]:
        name, identifier = clean(row.name or "?", limit=60), clean(row.id or "?", limit=100)
        say(f"  {name} ({identifier}): {clean(row.reason, limit=300)}")
    if len(skipped) > MOST_LISTED:
        say(f"  and {len(skipped) - MOST_LISTED:,} more")
