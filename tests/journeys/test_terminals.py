"""Terminals of every kind: tiny, dumb, without UTF-8, with nonsense typed into them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from signal import SIGWINCH

import pytest

from tests.journeys.conftest import DEMO, QUIT, actions_of
from tests.support.terminal import Terminal, clean_environment, wbtui

NAMED = (
    b"\xe9", b"\x80", b"\xc0\xaf", b"\x9b2J", b"\x1b[1114112u", b"\x1b[99999999999u",
    b"\x1b[48;999999;999999;1;1t",
    b"\x1b[200~unterminated", b"\x1b[201~", b"\x1b]52;c;!\x07", b"\x1bP$q\"p\x1b\\", b"\x1b[<0;99999;99999M",
    b"\x1b[6;1R", b"\x00",
)  # fmt: skip
NOISE = 2 * 1024
"""Bytes; every one is a key that takes its effect before the next, which costs some milliseconds."""
STEPS_OUT = 20
LEAVING = bytes([0x03, 0x11, 0x1A, 0x1C, 0x13])
"""ctrl+c, ctrl+q, ctrl+z, ctrl+\\ and the committing ctrl+s: those may well be meant."""


def test_dumb_is_refused_with_a_hint(tmp_path: Path) -> None:
    with wbtui(tmp_path, *DEMO, environ=clean_environment(tmp_path, TERM="dumb")) as terminal:
        assert terminal.wait_for_exit() == 2
        assert "xterm-256color" in terminal.screen
        assert terminal.modes_left_on() == set()


@pytest.mark.parametrize(("columns", "lines"), [(20, 5), (1, 1), (300, 100)])
def test_any_size_works_somehow(home: Callable[[], Path], columns: int, lines: int) -> None:
    with wbtui(home(), *DEMO, columns=columns, lines=lines) as terminal:
        terminal.wait_until(lambda: 1049 in terminal.modes_left_on(), "full screen")
        terminal.resize(100, 30)
        terminal.process.send_signal(SIGWINCH)
        terminal.wait_for(r"row 1 of 60")
        terminal.resize(20, 5)
        terminal.process.send_signal(SIGWINCH)
        terminal.wait_for(r"Too small")
        terminal.resize(100, 30)
        terminal.process.send_signal(SIGWINCH)
        terminal.wait_for(r"row 1 of 60")
        terminal.type("/anna")
        terminal.wait_for(r"matched: name Anna")
        terminal.type(QUIT)
        assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize(
    "locale",
    [{"LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"TERM": "linux"}],
)
def test_poor_terminals_show_the_list(home: Callable[[], Path], locale: dict[str, str]) -> None:
    place = home()
    with wbtui(place, *DEMO, environ=clean_environment(place, **locale)) as terminal:
        terminal.wait_for(r"row 1 of 60")
        terminal.type(QUIT)
        assert terminal.wait_for_exit() == 0


def test_without_colours_none_is_sent_and_all_is_told(home: Callable[[], Path]) -> None:
    place = home()
    with wbtui(place, *DEMO, environ=clean_environment(place, NO_COLOR="1")) as terminal:
        terminal.wait_for(r"row 1 of 60")
        terminal.type("is:pa")
        terminal.wait_for(r"▌past_due")
        terminal.type(b"\x1b")
        terminal.wait_for_absence(r"▌past_due")
        terminal.type("\r")
        terminal.wait_for(r"▌|● nothing")
        terminal.type(QUIT)
        assert terminal.wait_for_exit() == 0
        styles = re.findall(rb"\x1b\[([0-9;]*)m", bytes(terminal.raw))
        # Bold, dim, italic, underline, reverse, strike, and all of them off.
        assert {int(code or 0) for style in styles for code in style.split(b";")} <= {0, 1, 2, 3, 4, 7, 9}


def test_nonsense_neither_ends_it_nor_moves_money(home: Callable[[], Path]) -> None:
    place = home()
    chance = random.Random(8)
    with wbtui(place, *DEMO) as terminal:
        terminal.wait_for(r"row 1 of 60")
        for piece in NAMED:
            terminal.type(piece)
        noise = bytes(byte for byte in chance.randbytes(NOISE) if byte not in LEAVING)
        for start in range(0, len(noise), 1024):
            terminal.type(noise[start : start + 1024])
            assert terminal.process.poll() is None, terminal.screen
        terminal.type(b"\x1b[201~")
        _leave(terminal)
    assert actions_of(place) == actions_of(home())


def _leave(terminal: Terminal) -> None:
    """Out of whatever the nonsense opened: the key that quits, or one step outwards where that asks back."""
    for _ in range(STEPS_OUT):
        terminal.wait_until_idle()
        terminal.type(QUIT)
        terminal.wait_until_idle()
        if terminal.process.poll() is not None:
            break
        terminal.type("\r" if "Quit wbtui?" in terminal.screen else "\x1b")
    assert terminal.wait_for_exit() == 0, terminal.screen
