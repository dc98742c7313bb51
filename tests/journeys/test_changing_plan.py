"""A downgrade at the renewal, and undone: what the next charge is before, between and afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.journeys.conftest import DEMO, QUIT, actions_of
from tests.journeys.test_demo import SEND, open_anna, press
from tests.support.terminal import ENTER, ESCAPE, TAB, Terminal, wbtui

UP, BACKSPACE = "\x1b[A", "\x7f"


def schedule_downgrade(terminal: Terminal) -> None:
    """Move Anna from Pro with 9 seats to Starter with 3 at the renewal."""
    terminal.type("P")
    terminal.wait_for(r"Change plan · Pro · monthly · Anna Schmidt[\s\S]*▌New plan")
    press(terminal, UP + UP, r"\(•\) Starter")
    terminal.type(TAB)
    press(terminal, BACKSPACE + "3", r"Seats +3")
    terminal.wait_for(r"Next invoice[\s\S]*€19\.00 on 14 Dec")
    terminal.type(TAB + TAB + TAB)  # over When and Discount
    press(terminal, " ", r"\(•\) Service issue")
    terminal.type(SEND)
    terminal.wait_for(r"Can be undone: Undo change\.[\s\S]*ctrl\+s +Change to Starter · monthly")
    terminal.type(SEND)
    terminal.wait_for(r"● Done[\s\S]*changes from Pro to Starter on 14 Dec 2026")
    terminal.type(ESCAPE)


def undo(terminal: Terminal) -> None:
    terminal.type("a")
    terminal.wait_for(r"Undo change +Withdraw the scheduled change")
    terminal.type("/undo change")
    terminal.wait_for_absence(r"Change plan +")
    terminal.type(ENTER)
    terminal.wait_for(r"Undo change · Pro · monthly · Anna Schmidt[\s\S]*€49\.00 on 14 Dec")
    terminal.type(SEND)
    terminal.wait_for(r"ctrl\+s +Undo the scheduled change for Anna Schmidt")
    terminal.type(SEND)
    terminal.wait_for(r"● Done[\s\S]*your Pro subscription stays as it is")
    terminal.type(ESCAPE)


def test_a_downgrade_at_renewal_is_scheduled_and_undone(home: Callable[[], Path]) -> None:
    copy = home()
    before = len(actions_of(copy))
    with wbtui(copy, *DEMO) as terminal:
        open_anna(terminal)
        press(terminal, "2", r"Next charge +€49\.00 on 14 Dec")
        schedule_downgrade(terminal)
        terminal.wait_for(r"Next charge +€19\.00 on 14 Dec[\s\S]*Scheduled change +14 Dec: Starter")
        undo(terminal)
        terminal.wait_for(r"Next charge +€49\.00 on 14 Dec")
        terminal.wait_for_absence(r"Scheduled change")
        terminal.type(QUIT)
        assert terminal.wait_for_exit() == 0
    assert len(actions_of(copy)) == before + 2
