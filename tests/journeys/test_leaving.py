"""However wbtui is ended, nothing is left behind: no process, no mode of the terminal, no load."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import DEMO
from tests.support.patience import PATIENCE
from tests.support.terminal import Terminal, children, wait_until_ended, wbtui


def started(terminal: Terminal) -> set[int]:
    """Wait for the list; the processes that must be gone afterwards."""
    terminal.wait_for(r"row 1 of 60")
    sandbox = children(terminal.process.pid)
    assert len(sandbox) == 1
    return sandbox


def gone(terminal: Terminal, sandbox: set[int]) -> None:
    """Until nothing of it runs."""
    terminal.process.wait(PATIENCE)
    wait_until_ended(sandbox)


@pytest.mark.parametrize("ignored", [False, True], ids=["hangup-default", "hangup-ignored"])
def test_a_dropped_connection_leaves_nothing_behind(home: Callable[[], Path], ignored: bool) -> None:
    with wbtui(home(), *DEMO, ignore_hangup=ignored) as terminal:
        sandbox = started(terminal)
        terminal.type("anna")
        terminal.hang_up()
        gone(terminal, sandbox)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back(home: Callable[[], Path], number: signal.Signals) -> None:
    with wbtui(home(), *DEMO) as terminal:
        sandbox = started(terminal)
        terminal.process.send_signal(number)
        assert terminal.wait_for_exit() == 128 + number
        wait_until_ended(sandbox)
        assert terminal.restored()
        assert terminal.modes_left_on() == set()
        assert terminal.cursor_shown()


def test_even_killed_it_takes_the_sandbox_along(home: Callable[[], Path]) -> None:
    with wbtui(home(), *DEMO) as terminal:
        sandbox = started(terminal)
        terminal.process.kill()
        gone(terminal, sandbox)


def test_interrupted_while_the_data_is_made(tmp_path: Path) -> None:
    with wbtui(tmp_path, "demo", "--customers", "50000") as terminal:
        terminal.wait_for(r"Creating sample data: ")
        sandbox = children(terminal.process.pid)
        assert len(sandbox) == 1
        terminal.type("\x03")
        assert terminal.wait_for_exit() == 130
        wait_until_ended(sandbox)
        assert "Interrupted" in terminal.screen
        assert "Traceback" not in terminal.screen


def test_a_sandbox_that_dies_while_the_data_is_made(tmp_path: Path) -> None:
    with wbtui(tmp_path, "demo", "--customers", "50000") as terminal:
        terminal.wait_for(r"Creating sample data: ")
        (sandbox,) = children(terminal.process.pid)
        os.kill(sandbox, signal.SIGKILL)
        assert terminal.wait_for_exit() == 1
        assert "The billing server ended before it was ready" in terminal.screen
