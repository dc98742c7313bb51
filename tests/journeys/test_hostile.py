"""Hostile customer data on every screen of the app adds no control sequence to the terminal output."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.control_sequences import distinct
from tests.support.terminal import ENTER, ESCAPE, Terminal, wbtui

WORST = ("foo ltd", *(f"hostile{number}@hostile" for number in (4, 7)))
"""`[/foo] Ltd`, a name that sets the window title, and one with 8-bit control codes."""

CLEAR = "\x15"
"""ctrl+u, which empties the search box."""

STYLE = re.compile(rb"style ([0-9]|2[0-9]|[34]8;2;.*)")
"""Colours and attributes of the theme. They show states, so they differ between customers."""


def _visit(terminal: Terminal, text: str) -> set[bytes]:
    """Open all tabs and the refund form of a customer; return the control sequences written."""
    begun = len(terminal.raw)
    terminal.type(text)
    terminal.wait_for(r" 1 of 20\b.*\n(.*\n)*.*matched: ")
    terminal.type(ENTER)
    terminal.wait_for(r"1 Overview.*\n(.*\n)*.*Contact")
    for tab, seen in (
        ("2", "Price"),
        ("4", "Order|Method"),
        ("5", "Usage|Used|usage"),
        ("6", "When"),
        ("1", "Notes"),
        ("3", "Number .*Date"),
    ):
        terminal.type(tab)
        terminal.wait_for(seen)
    terminal.type("R")
    terminal.wait_for("Full remaining amount|Refund unavailable")
    terminal.type(ESCAPE)
    terminal.wait_for("6 Activity")
    terminal.type(ESCAPE)
    terminal.wait_for("matched:")
    terminal.type("/")
    terminal.wait_until_idle()
    terminal.type(CLEAR)
    terminal.wait_for("20 customers")
    # The last sequence may be incomplete.
    written = terminal.raw[begun : terminal.raw.rfind(b"\x1b")]
    return {one for one in distinct(written) if not STYLE.fullmatch(one)}


def test_hostile_customers_write_the_same_control_sequences_as_harmless_ones(tmp_path: Path) -> None:
    with wbtui(tmp_path, "demo", "--customers", "20", "--now", "2026-11-22T10:00:00Z") as terminal:
        terminal.wait_for("row 1 of 20")
        harmless = _visit(terminal, "anna@lumen")
        for email in WORST:
            assert _visit(terminal, email) - harmless == set(), email
