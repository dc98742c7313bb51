"""An agent's main task in the demo: search, open, refund €5.00, then browse after the server has died."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.journeys.conftest import DEMO, QUIT
from tests.support.command_line import wbtui as command
from tests.support.terminal import ENTER, ESCAPE, TAB, Terminal, alive, children, wait_until_ended, wbtui

DOWN, RIGHT, SEND = "\x1b[B", "\x1b[C", "\x13"


def press(terminal: Terminal, key: str, pattern: str) -> None:
    """Press a key when the app is idle, then wait for a pattern."""
    terminal.wait_until_idle()
    terminal.type(key)
    terminal.wait_for(pattern)


def open_anna(terminal: Terminal) -> None:
    """Type before the app has drawn anything, then open who was found."""
    terminal.type("anna")
    terminal.wait_for(r"/ +anna .*1 of 60\b")
    terminal.wait_for(r"matched: name Anna")
    press(terminal, ENTER, r"‹ .* / Anna Schmidt")


def open_invoice(terminal: Terminal) -> None:
    press(terminal, "3", r"▌ INV-0042")
    press(terminal, DOWN, r"▌ INV-0041")
    terminal.type(ENTER)
    terminal.wait_for(r"‹ Anna Schmidt / INV-0041[\s\S]*Still refundable +€49\.00")


def fill_refund_form(terminal: Terminal) -> None:
    """Fill in a refund of €5.00 up to the key that shows the preview."""
    terminal.type("R" + RIGHT + TAB + "5")  # at once, as over a slow link
    terminal.wait_for(r"Refund INV-0041 · Anna Schmidt[\s\S]*Full remaining amount[\s\S]*\(•\) Amount")
    terminal.wait_for(r"€5\.00 of €49\.00")
    terminal.type(TAB)
    press(terminal, " ", r"\(•\) Service issue")


def refund_five(terminal: Terminal) -> None:
    fill_refund_form(terminal)
    terminal.type(SEND)
    terminal.wait_for(r"ctrl\+s +Refund €5\.00 to Anna Schmidt")
    assert re.search(r"Still refundable \(INV-0041\) +€49\.00 +€44\.00", terminal.screen)
    assert re.search(r"Amount +€5\.00\b", terminal.screen)
    assert "€5.00 of €49.00 paid" in terminal.screen
    begun = len(terminal.raw)
    terminal.type(SEND)
    terminal.wait_for(r"● Done[\s\S]*We have refunded €5\.00")
    assert b"u cancels" in terminal.raw[begun:], "it could be taken back until then"
    terminal.type(ESCAPE)


def test_a_refund_is_done_and_cached_data_stays_available_when_the_server_dies(
    home: Callable[[], Path],
) -> None:
    copy = home()
    with wbtui(copy, *DEMO) as terminal:
        (sandbox,) = _sandbox(terminal)
        open_anna(terminal)
        open_invoice(terminal)
        refund_five(terminal)
        terminal.wait_for(r"Refunded +€5\.00[\s\S]*Still refundable +€44\.00")
        # Another terminal reaches the server of the demo that is open.
        note = ("append_note", "Anna Schmidt", "text=Refunded.", "--confirm", "yes")
        done = command(copy, "--connection", "demo", "do", *note)
        assert (done.returncode, "not running" in done.stderr) == (0, False), done.stderr
        os.kill(sandbox, signal.SIGKILL)
        wait_until_ended({sandbox})
        terminal.type(ESCAPE)
        terminal.wait_for(r"▌ INV-0041 .*€5\.00")
        terminal.type("2")
        terminal.wait_for(r"Subscriptions[\s\S]*Pro")
        terminal.type(ESCAPE)
        # A slash directly after an escape would be read as alt+slash.
        terminal.wait_for_absence(r"‹ .* / Anna Schmidt")
        terminal.wait_for(r"○ offline|offline")
        press(terminal, "/", r"1 of 60\b")
        terminal.type(QUIT)
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()
        assert terminal.modes_left_on() == set()
        assert terminal.cursor_shown()
        assert not alive(sandbox)
    done = command(copy, "--connection", "demo", "sync")
    assert (done.returncode, "The demo is not running." in done.stderr) == (4, True)
    assert list((copy / "wbtui" / "state" / "demo").glob("server-*")) == []


def test_enter_counts_when_it_is_typed_before_the_screen_is_drawn(home: Callable[[], Path]) -> None:
    with wbtui(home(), *DEMO) as terminal:
        terminal.type("anna\r")  # a line feed, as long as the shell's settings of the terminal hold
        terminal.wait_for(r"‹ .* / Anna Schmidt")


def test_refund_and_ticket_are_kept_until_a_run_with_the_fresh_option(home: Callable[[], Path]) -> None:
    copy = home()
    for run in (1, 2):
        with wbtui(copy, *DEMO) as terminal:
            open_anna(terminal)
            if run == 1:
                terminal.type("TZD-1189" + ENTER)  # at once, as over a slow link
            terminal.wait_for(r"ticket ZD-1189")
            if run == 1:
                open_invoice(terminal)
                refund_five(terminal)
                terminal.wait_for(r"Still refundable +€44\.00")
            else:
                terminal.type("3")
                terminal.wait_for(r"INV-0041 .*€5\.00")
            pids = _sandbox(terminal)
            terminal.type(QUIT)
            assert terminal.wait_for_exit() == 0
            wait_until_ended(pids)
    with wbtui(copy, *DEMO, "--fresh") as terminal:
        open_anna(terminal)
        terminal.type("3")
        terminal.wait_for(r"INV-0041 .*€0\.00")
        terminal.type(QUIT)
        assert terminal.wait_for_exit() == 0


def test_data_of_another_version_is_refused_and_kept(home: Callable[[], Path]) -> None:
    copy = home()
    path = copy / "wbtui" / "state" / "demo" / "sandbox.db"
    with closing(sqlite3.connect(path)) as sandbox:
        sandbox.execute("PRAGMA user_version = 3")
        kept = sandbox.execute("SELECT count(*) FROM customers").fetchone()
    with wbtui(copy, *DEMO) as terminal:
        assert terminal.wait_for_exit() == 1
        assert "has version 3" in terminal.screen and "wbtui demo --fresh" in terminal.screen
    with closing(sqlite3.connect(path)) as sandbox:
        assert sandbox.execute("PRAGMA user_version").fetchone() == (3,)
        assert sandbox.execute("SELECT count(*) FROM customers").fetchone() == kept != (0,)


def _sandbox(terminal: Terminal) -> set[int]:
    terminal.wait_until(lambda: len(children(terminal.process.pid)) == 1, "the sandbox process")
    return children(terminal.process.pid)
