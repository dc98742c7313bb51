"""Tables of the command line: as wide as the terminal, and whole where the output is no terminal."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from contextlib import redirect_stdout

import pytest

from wbtui.cli.context import table
from wbtui.cli.syncing import finished
from wbtui.services.progress import SyncReport

DETAILS = "The bank declined it: " + "insufficient funds, " * 9 + "end."
ROWS = [("n" * 70, DETAILS), ("Anna", "–")]


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


@pytest.mark.parametrize(("columns", "length"), [(80, 60), (160, 98), (400, len(DETAILS))])
def test_on_a_terminal_the_last_column_has_the_rest_of_the_line(columns: int, length: int) -> None:
    read, write = os.openpty()
    fcntl.ioctl(write, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with os.fdopen(write, "w") as terminal, redirect_stdout(terminal):
        table(ROWS)
    first, second = os.read(read, 4096).decode().splitlines()
    os.close(read)
    name, details = first.split("  ", 1)
    assert len(name) == 60 and name.endswith("…")
    assert len(details) == length
    assert DETAILS.startswith(details.removesuffix("…"))
    assert second.split() == ["Anna", "–"]
