"""An agent finds out what happened to Anna on the tabs of her profile, then who is past due by insights."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

from tests.journeys.conftest import DEMO, QUIT
from tests.journeys.test_demo import open_anna, press
from tests.support.terminal import ENTER, ESCAPE, Terminal, wbtui

LEFT, RIGHT = "\x1b[D", "\x1b[C"


def go(terminal: Terminal, key: str, pattern: str) -> None:
    """Press a key and wait for a pattern, where what was waited for before already has the focus."""
    terminal.type(key)
    terminal.wait_for(pattern)


def copied(terminal: Terminal) -> str:
    """The text last sent to the clipboard of the terminal."""
    return base64.b64decode(re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", terminal.raw)[-1]).decode()


def search(terminal: Terminal, query: str, found: str) -> None:
    """Replace the text of the search box."""
    press(terminal, "/", r"\?")
    terminal.type(f"\x15{query}")
    press(terminal, "\t", found)


def test_a_customer_is_understood_and_then_all_who_are_past_due(home: Callable[[], Path]) -> None:
    with wbtui(home(), *DEMO) as terminal:
        open_anna(terminal)
        terminal.wait_for(r"▌ ▲ +INV-0042 +€49\.00 +due 8 days ago.*A Retry payment")
        go(terminal, "!", r"Retry payment INV-0042 · Anna Schmidt")
        press(terminal, ESCAPE, r"─ Needs attention ─")
        go(terminal, "F", r"API calls +● included +Pro: 92,310 of 100,000 calls used\.")
        press(terminal, ESCAPE, r"─ Needs attention ─")
        go(terminal, "3", r"▌ INV-0042")
        go(terminal, "s", r"Date ↑[\s\S]*▌ INV-0010")
        press(terminal, "f", r"Filter invoices[\s\S]*▲ overdue")
        terminal.type("0042\r")
        terminal.wait_for(r'"0042" · 1 of 33 invoices[\s\S]*▌ INV-0042')
        go(terminal, "5", r"█ used +░ projected +─ limit")
        press(terminal, LEFT, r"14 Oct – 13 Nov +later ›")
        go(terminal, "t", r"14 Oct +[\d,]+ +[\d,]+")
        go(terminal, RIGHT, r"day 9 of 30")
        go(terminal, "6", r"What +Payment failed \(insufficient funds\): INV-0042")
        go(terminal, " ", r"\* +21 Nov")
        go(terminal, "y", r"1 event, Markdown, internal")
        go(terminal, "m", r"1 event, Markdown, internal copied")
        assert "INV-0042" in copied(terminal)
        press(terminal, ESCAPE, r"row 1 of 1\b")
        search(terminal, "sub:moved", r"sub:moved .*\b\d of 60")
        press(terminal, ENTER, r"‹ 1 of \d · sub:moved / ")
        go(terminal, "2", r"moved[\s\S]*History")
        press(terminal, ESCAPE, r"row 1 of \d\b")
        search(terminal, "", r"row 1 of 60")
        go(terminal, "i", r"Insights: all customers[\s\S]*Based on 60 cached customers")
        bars = re.search(r"past due +(\d+)", terminal.screen)
        assert bars is not None
        press(terminal, ENTER, rf"/ +is:[a-z_]+ .*\b{bars[1]} of 60")
        terminal.type(QUIT)
        assert terminal.wait_for_exit() == 0
