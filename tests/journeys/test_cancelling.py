"""An agent ends a subscription in the demo now and refunds the unused days: 25 of 30 of £17.00, £14.17."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.journeys.conftest import DEMO, actions_of
from tests.journeys.test_demo import RIGHT, SEND, press
from tests.support.terminal import ENTER, ESCAPE, TAB, Terminal, wbtui

LEFT = "\x1b[D"


def open_acme(terminal: Terminal) -> None:
    terminal.wait_for(r"row 1 of 60")
    terminal.type("acme")
    terminal.wait_for(r"matched: name ACME")
    press(terminal, ENTER, r"‹ .* / ACME \[UK\] plc")


def answer_now_with_refund(terminal: Terminal) -> None:
    """Answer the form up to the key that shows the preview; compare the answers' amounts on the way."""
    terminal.type("X")
    terminal.wait_for(r"\(•\) At period end")
    press(terminal, LEFT, r"\(•\) Now")
    terminal.wait_for(r"Amount +– +£14\.17 +£14\.17 +£17\.00")
    terminal.type(TAB)
    press(terminal, RIGHT, r"\(•\) Credit")
    press(terminal, RIGHT, r"\(•\) Refund")
    terminal.type(TAB)
    terminal.wait_until_idle()
    terminal.type(TAB)
    press(terminal, RIGHT, r"\(•\) Too expensive")


def test_cancel_now_with_a_prorated_refund(home: Callable[[], Path]) -> None:
    copy = home()
    with wbtui(copy, *DEMO) as terminal:
        open_acme(terminal)
        answer_now_with_refund(terminal)
        terminal.type(SEND)
        terminal.wait_for(r"ctrl\+s +Cancel Starter · monthly for ACME")
        assert re.search(r"Amount +£14\.17", terminal.screen)
        assert "25 of 30 days of £17.00" in terminal.screen
        assert re.search(r"Refund to Visa ••6602 +£14\.17", terminal.screen)
        terminal.type(SEND)
        terminal.wait_for(r"● Done[\s\S]*Your subscription to Starter has ended")
        press(terminal, ESCAPE, r"■ ended|○ ended")
    assert len(actions_of(copy)) == len(actions_of(home())) + 1
    with closing(sqlite3.connect(copy / "wbtui" / "state" / "demo" / "sandbox.db")) as sandbox:
        [refunded] = sandbox.execute(
            "SELECT r.amount FROM refunds r JOIN customers c ON c.id = r.customer_id"
            " WHERE c.name LIKE 'ACME%' AND r.made_by IS NOT NULL ORDER BY r.no DESC LIMIT 1"
        )
    assert refunded == (1417,)
