"""Tables of the command line: as wide as the terminal, and whole where the output is no terminal."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import click
import pytest

from tests.support.wall_clock import now
from wbtui.cli import do_bulk
from wbtui.cli.context import Commands, checked_output, guarded, table
from wbtui.cli.syncing import finished
from wbtui.models.bulk import LeftOut
from wbtui.services.progress import SyncReport

DETAILS = "The bank declined it: " + "insufficient funds, " * 9 + "end."
ROWS = [("n" * 70, DETAILS), ("Anna", "–")]


@contextmanager
def full_disk(stderr: Path) -> Iterator[None]:
    """Standard output on a device that is full, error output in a file."""
    with (
        Path("/dev/full").open("w", encoding="utf-8") as full,
        stderr.open("w", encoding="utf-8") as messages,
        redirect_stdout(full),
        redirect_stderr(messages),
    ):
        yield


def test_a_preview_that_cannot_be_written_ends_the_command_before_anything_is_sent(tmp_path: Path) -> None:
    stderr = tmp_path / "stderr"
    with (
        full_disk(stderr),
        pytest.raises(click.exceptions.Exit) as ended,
        checked_output("Nothing was sent.", 2),
    ):
        click.echo("€5.00")
    assert ended.value.exit_code == 2
    reason = "The output could not be written: No space left on device."
    assert stderr.read_text() == f"{reason}\nNothing was sent.\n"


def test_a_pipe_that_was_closed_is_no_error_for_any_command(tmp_path: Path) -> None:
    @click.command
    def closed() -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    commands = Commands("wbtui", commands=[closed])
    with full_disk(tmp_path / "stderr"):
        assert guarded(lambda: commands.main(args=["closed"], standalone_mode=False), now) == 0


@pytest.mark.parametrize(
    ("full", "changed", "said"),
    [
        (True, 0, "Full sync finished in 2.0 s: 1,000 customers and 7,089 invoices are cached."),
        (True, 3, "Full sync finished in 2.0 s: 3 changed, 0 removed. 1,000 customers and"),
        (False, 0, "Sync finished in 2.0 s: 0 changed, 0 removed. 1,000 customers and"),
    ],
)
def test_a_sync_that_fetches_everything_does_not_say_that_nothing_changed(
    full: bool, changed: int, said: str
) -> None:
    report = SyncReport(
        customers=1000, invoices=7089, changed=changed, removed=0, full=full, resumed=False, seconds=2.0
    )
    assert finished(report).startswith(said)


def test_nothing_is_cut_where_the_output_is_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    table(ROWS)
    assert capsys.readouterr().out == f"{'n' * 70}  {DETAILS}\n{'Anna':<70}  –\n"


def printed_at(columns: int, rows: Sequence[tuple[str, ...]], **options: Any) -> tuple[list[str], list[str]]:
    """Return the lines that `table` writes to a terminal of this width, and the titles left out."""
    read, write = os.openpty()
    fcntl.ioctl(write, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with os.fdopen(write, "w") as terminal, redirect_stdout(terminal):
        left_out = table(rows, **options)
    text = b""
    while text.count(b"\n") < len(rows):
        text += os.read(read, 4096)
    os.close(read)
    return text.decode().splitlines(), left_out


@pytest.mark.parametrize(("columns", "length"), [(80, 60), (160, 98), (400, len(DETAILS))])
def test_on_a_terminal_the_last_column_has_the_rest_of_the_line(columns: int, length: int) -> None:
    (first, second), _ = printed_at(columns, ROWS)
    name, details = first.split("  ", 1)
    assert len(name) == 60 and name.endswith("…")
    assert len(details) == length
    assert DETAILS.startswith(details.removesuffix("…"))
    assert second.split() == ["Anna", "–"]


@pytest.mark.parametrize(
    ("columns", "shown"),
    [(80, "Name E-mail Plan ID"), (30, "Name Plan ID"), (17, "Name ID"), (5, "Name ID")],
)
def test_columns_are_left_out_where_the_terminal_is_too_narrow(columns: int, shown: str) -> None:
    rows = [("Name", "E-mail", "Plan", "ID"), ("Anna", "anna@lumen.example", "Pro", "Cust_1")]
    lines, left_out = printed_at(columns, rows, right=frozenset({2}), optional=("E-mail", "Plan"))
    assert lines[0].split() == shown.split()
    assert left_out == [title for title in rows[0] if title not in shown.split()]


def test_two_customers_of_one_name_are_told_apart_by_their_ids(capsys: pytest.CaptureFixture[str]) -> None:
    names = (("Cust_1", "Anna Schmidt"), ("Cust_2", "Anna Schmidt"), ("Cust_3", "Ben"))
    left_out = [LeftOut(customer_id, name, "No open invoice.") for customer_id, name in names]
    do_bulk._checked((), left_out, None, confirm=None, again=False, as_json=False)
    shown = [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()]
    assert shown == ["Customer", "Anna Schmidt (Cust_1)", "Anna Schmidt (Cust_2)", "Ben"]
