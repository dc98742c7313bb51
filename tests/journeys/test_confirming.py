"""A preview is confirmed only by a key pressed after its reading time, not by an earlier or pasted one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import DEMO, QUIT, actions_of
from tests.journeys.test_demo import SEND, fill_refund_form, open_anna, open_invoice
from tests.support.manual_clock import FORWARD
from tests.support.terminal import ESCAPE, TAB, Terminal, wbtui

SHOWN = "Cannot be undone"
READY = r"ctrl\+s +Refund €5\.00 to Anna Schmidt"
PENDING = b"u cancels"
REPEATED_KEY = 20 * SEND


@pytest.fixture
def form(home: Callable[[], Path]) -> Iterator[Terminal]:
    """A filled-in refund form in an app with a manual clock; checks at the end that nothing was sent."""
    copy = home()
    with wbtui(copy, *DEMO, module="tests.support.manual_clock") as terminal:
        open_anna(terminal)
        open_invoice(terminal)
        fill_refund_form(terminal)
        yield terminal
        terminal.type(ESCAPE)
        terminal.wait_for_absence(SHOWN)
        terminal.type(QUIT)
        terminal.wait_for(r"Quit wbtui\?")
        terminal.type(TAB + "\r")
        assert terminal.wait_for_exit() == 0
    assert PENDING not in terminal.raw
    assert actions_of(copy) == actions_of(home())


def test_a_repeating_key_on_the_form_does_not_confirm_the_preview(form: Terminal) -> None:
    form.type(REPEATED_KEY)
    form.wait_for(SHOWN)
    form.type(REPEATED_KEY)
    form.wait_until_idle()
    assert PENDING not in form.raw
    assert "Read the preview first" in form.screen
    form.process.send_signal(FORWARD)
    form.wait_for(READY)


def test_a_paste_that_pauses_does_not_confirm_the_preview(form: Terminal) -> None:
    form.type(SEND)
    form.wait_for("Read the preview first")
    form.wait_until_idle()
    form.process.send_signal(FORWARD)
    form.wait_for(READY)
    form.type(b"\x1b[200~INV-0041 ")
    for _ in range(3):  # more than a second
        form.wait_until_idle()
    form.type(SEND + "\x1b[201~")
    form.wait_until_idle()
    assert PENDING not in form.raw
