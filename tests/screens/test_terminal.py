"""The app in a pseudo-terminal: idle output, malformed input, signals, hang-ups, internal errors."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.faulty_app import SECRET
from tests.support.manual_clock import FORWARD
from tests.support.patience import PATIENCE
from tests.support.terminal import ESCAPE, Terminal, clean_environment, state_of

QUIT = "\x11"


def start(home: Path, columns: int = 120, lines: int = 40, *, ignore_hangup: bool = False) -> Terminal:
    return Terminal(
        [sys.executable, "-m", "tests.screens.faulty_app"],
        environ=clean_environment(home), columns=columns, lines=lines, ignore_hangup=ignore_hangup,
    )  # fmt: skip


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    one = start(tmp_path)
    try:
        one.wait_for("row 1 of 300")
        yield one
    finally:
        one.close()


def written(terminal: Terminal, keys: str, until: str) -> int:
    """Return the number of bytes written in response to keys."""
    terminal.wait_until_idle()
    before = len(terminal.raw)
    terminal.type(keys)
    terminal.wait_for(until)
    terminal.wait_until_idle()
    return len(terminal.raw) - before


def test_an_idle_screen_writes_nothing_and_a_key_writes_few_bytes(terminal: Terminal) -> None:
    terminal.wait_until_idle()
    before = len(terminal.raw)
    end = time.monotonic() + 4
    while time.monotonic() < end:
        terminal.read_output(0.2)
    assert len(terminal.raw) == before
    assert written(terminal, "\x1b", "row 1 of 300") > 0, "the keys go to the list"
    assert written(terminal, "j", "row 2 of 300") <= 1024
    assert written(terminal, "j", "row 3 of 300") <= 1024
    terminal.type("/")
    assert written(terminal, "a", r"\d+ of 300") <= 19 * 1024


MALFORMED = (
    b"\xe9", b"\x80", b"\xc0\xaf", b"\x9b", b"\x1b[1114112u", b"\x1b[99999999999u",
    b"\x1b[48;999999;999999;1;1t", b"\x1b[999999;999999R", b"\x1b[<0;99999999;99999999M",
    b"\x1b[?2048;1$y\x1b[48;5;5;1;1t", b"\x1b]52;c;AAAA\x07", b"\x00\x01", b"\x1b[",
)  # fmt: skip


def test_the_app_works_after_malformed_input(terminal: Terminal) -> None:
    for data in MALFORMED:
        terminal.type(data)
        terminal.wait_until_idle()
    terminal.type("/")
    terminal.wait_until_idle()
    terminal.type("\x15")  # clear what was typed; wait, because a key's action may follow later letters
    terminal.wait_until_idle()
    search_and_quit(terminal)


def test_keys_work_after_an_unfinished_paste_is_discarded(terminal: Terminal) -> None:
    terminal.type(b"\x1b[200~ortega\r\x1b")
    terminal.wait_until_idle()
    terminal.process.send_signal(FORWARD)
    terminal.wait_for("A paste did not finish and was discarded")
    assert "/  ortega" not in terminal.screen
    terminal.type(QUIT)
    assert terminal.wait_for_exit() == 0
    assert terminal.restored()


def test_an_unfinished_paste_does_not_keep_the_app_from_quitting(terminal: Terminal) -> None:
    terminal.type(b"\x1b[200~ortega")
    terminal.wait_until_idle()
    terminal.type(QUIT)
    assert terminal.wait_for_exit() == 0
    assert terminal.restored()


def test_text_that_arrives_at_once_is_text_and_no_commands(terminal: Terminal) -> None:
    text = "wjzd\x13 "
    terminal.type(40 * text)
    terminal.wait_for(r"/ .*wjzd wjzd")
    terminal.wait_until_idle()  # a pause ends what arrives at once
    terminal.type("\x15" + ESCAPE)
    terminal.wait_for(r"row 1 of 300")
    terminal.wait_until_idle()
    before = len(terminal.raw)
    terminal.type(1400 * text)  # in the list, which takes no text
    terminal.wait_until_idle()
    assert len(terminal.raw) == before
    terminal.type(QUIT)
    assert terminal.wait_for_exit() == 0


def test_focus_reports_do_not_redraw_the_screen(terminal: Terminal) -> None:
    terminal.wait_until_idle()
    before = len(terminal.raw)
    terminal.type(b"\x1b[O\x1b[I" * 2000)
    terminal.wait_until_idle()
    assert len(terminal.raw) == before
    terminal.type(QUIT)
    assert terminal.wait_for_exit() == 0


def test_quitting_drops_what_was_typed_ahead(terminal: Terminal) -> None:
    terminal.wait_until_idle()
    terminal.type(QUIT + "\x1b[<0;9;9M\x1b[<0;9;9m" * 400)
    assert terminal.wait_for_exit() == 0
    assert terminal.restored()


def test_a_paste_with_pauses_is_one_paste(terminal: Terminal) -> None:
    terminal.type(b"\x1b[2")
    pause(terminal)
    terminal.type(b"00~ort")
    pause(terminal)
    terminal.type(QUIT + "ega")  # ctrl+q inside the text
    pause(terminal)
    terminal.type(b"\x1b[20")
    pause(terminal)
    terminal.type(b"1~")
    terminal.wait_for("▌ Annabel Ortega")
    terminal.type(QUIT)
    assert terminal.wait_for_exit() == 0


def pause(terminal: Terminal) -> None:
    """Wait more than a second without input."""
    for _ in range(3):
        terminal.wait_until_idle()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_a_blocked_app_and_restores_the_terminal(
    terminal: Terminal, number: signal.Signals
) -> None:
    terminal.type("\x1b[17~")
    terminal.wait_until_idle()
    terminal.process.send_signal(number)
    assert terminal.wait_for_exit() == 128 + number
    assert terminal.restored()
    assert terminal.modes_left_on() == set()
    assert terminal.cursor_shown()


def test_a_signal_restores_a_terminal_that_does_not_read(terminal: Terminal) -> None:
    terminal.wait_until_idle()
    terminal.fill()
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.process.wait(PATIENCE) == 128 + signal.SIGTERM
    assert terminal.restored()
    terminal.wait_for_exit()
    assert terminal.modes_left_on() == set()
    assert terminal.cursor_shown()


@pytest.mark.parametrize("ignored", [False, True], ids=["hangup-default", "hangup-ignored"])
@pytest.mark.parametrize("stuck", [False, True], ids=["idle", "stuck"])
def test_a_hang_up_ends_the_app_within_a_second_of_processor_time(
    tmp_path: Path, ignored: bool, stuck: bool
) -> None:
    terminal = start(tmp_path, ignore_hangup=ignored)
    try:
        terminal.wait_for("row 1 of 300")
        if stuck:
            terminal.type("\x1b[17~")
        terminal.wait_until_idle()
        before = cpu_of(terminal.process.pid)
        terminal.hang_up()
        _, status, used = os.wait4(terminal.process.pid, 0)
        terminal.process.returncode = os.waitstatus_to_exitcode(status)
        assert used.ru_utime + used.ru_stime - before < 1.0
    finally:
        terminal.close()


def cpu_of(pid: int) -> float:
    """Return the processor time of a process in seconds (from /proc)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def search_and_quit(terminal: Terminal) -> None:
    """Use the app, which quits and gives the terminal back."""
    terminal.type("ortega")
    terminal.wait_for("▌ Annabel Ortega")
    terminal.type(QUIT)
    assert terminal.wait_for_exit() == 0
    assert terminal.restored()


def test_suspending_and_resuming_restores_the_terminal_each_time(terminal: Terminal) -> None:
    for _ in range(3):
        terminal.process.send_signal(signal.SIGTSTP)
        terminal.wait_until(lambda: state_of(terminal.process.pid) == "T", "the app is stopped")
        assert terminal.restored()
        terminal.clear_screen()
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_for("row 1 of 300")
    search_and_quit(terminal)
    assert terminal.modes_left_on() == set()


def test_ctrl_z_returns_to_the_shell_whose_fg_resumes_the_app(tmp_path: Path) -> None:
    shell = Terminal(["/bin/sh", "-i"], environ=clean_environment(tmp_path, PS1="ready> "))
    try:
        shell.wait_for("ready>")
        shell.type(f"{sys.executable} -m tests.screens.faulty_app\r")
        shell.wait_for("row 1 of 300")
        for _ in range(2):
            shell.clear_screen()
            shell.type("\x1a")
            shell.wait_for(r"Stopped[\s\S]*ready>")
            assert shell.modes_left_on() == set()
            assert shell.cursor_shown()
            shell.clear_screen()
            shell.type("fg\r")
            shell.wait_for("row 1 of 300")
        shell.type("ortega")
        shell.wait_for("▌ Annabel Ortega")
        shell.type(QUIT)
        shell.wait_for("ready>")
        shell.type("exit\r")
        assert shell.wait_for_exit() == 0
        assert shell.modes_left_on() == set()
    finally:
        shell.close()


def test_ctrl_z_without_a_shell_says_so_and_the_app_goes_on(terminal: Terminal) -> None:
    terminal.type("\x1a" * 20)
    terminal.wait_for("wbtui can.t be suspended")
    search_and_quit(terminal)


def test_a_fault_while_exiting_changes_neither_exit_code_nor_screen(terminal: Terminal) -> None:
    terminal.type("\x1b[19~")
    assert terminal.wait_for_exit() == 129
    assert b"wbtui had to stop" not in terminal.raw
    assert terminal.restored()


@pytest.mark.parametrize("key", ["\x1b[15~", "\x1b[18~"], ids=["raises", "queries-nothing"])
def test_an_internal_error_shows_a_report_without_values(terminal: Terminal, key: str) -> None:
    terminal.type(key)
    assert terminal.wait_for_exit() == 70
    assert "wbtui had to stop" in terminal.screen
    assert "tests.screens" not in terminal.screen
    assert SECRET.encode() not in bytes(terminal.raw)
    assert b"Traceback" not in bytes(terminal.raw)
    assert terminal.restored()
    assert terminal.modes_left_on() == set()
