"""However wbtui ends, no process is left running and the terminal is restored."""

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
    """Wait for the list; return the id of the sandbox process, which has to end with the app."""
    terminal.wait_for(r"row 1 of 60")
    sandbox = children(terminal.process.pid)
    assert len(sandbox) == 1
    return sandbox


def wait_for_all(terminal: Terminal, sandbox: set[int]) -> None:
    """Wait until the app and the sandbox have ended."""
    terminal.process.wait(PATIENCE)
    wait_until_ended(sandbox)


@pytest.mark.parametrize("ignored", [False, True], ids=["hangup-default", "hangup-ignored"])
def test_app_and_sandbox_end_when_the_connection_drops(home: Callable[[], Path], ignored: bool) -> None:
    with wbtui(home(), *DEMO, ignore_hangup=ignored) as terminal:
        sandbox = started(terminal)
        terminal.type("anna")
        terminal.hang_up()
        wait_for_all(terminal, sandbox)
        assert terminal.process.returncode == 128 + signal.SIGHUP


def test_the_terminal_is_restored_after_a_signal(home: Callable[[], Path]) -> None:
    with wbtui(home(), *DEMO) as terminal:
        sandbox = started(terminal)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait_for_exit() == 128 + signal.SIGTERM
        wait_until_ended(sandbox)
        assert terminal.restored()
        assert terminal.modes_left_on() == set()
        assert terminal.cursor_shown()


def test_the_sandbox_ends_when_the_app_is_killed(home: Callable[[], Path]) -> None:
    with wbtui(home(), *DEMO) as terminal:
        sandbox = started(terminal)
        terminal.process.kill()
        wait_for_all(terminal, sandbox)


def test_ctrl_c_while_sample_data_is_created_ends_app_and_sandbox(tmp_path: Path) -> None:
    with wbtui(tmp_path, "demo", "--customers", "400000") as terminal:
        terminal.wait_for(r"Creating sample data: ")
        sandbox = children(terminal.process.pid)
        assert len(sandbox) == 1
        terminal.type("\x03")
        assert terminal.wait_for_exit() == 130
        wait_until_ended(sandbox)
        assert "Interrupted" in terminal.screen
        assert "Traceback" not in terminal.screen


def test_a_sandbox_that_dies_while_sample_data_is_created_is_reported(tmp_path: Path) -> None:
    with wbtui(tmp_path, "demo", "--customers", "50000") as terminal:
        terminal.wait_for(r"Creating sample data: ")
        (sandbox,) = children(terminal.process.pid)
        os.kill(sandbox, signal.SIGKILL)
        assert terminal.wait_for_exit() == 1
        assert "The billing server ended before it was ready" in terminal.screen
