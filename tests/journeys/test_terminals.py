"""Unusual terminals: very small, dumb, without UTF-8, without colours, with random input."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from signal import SIGWINCH

import pytest

from tests.journeys.conftest import DEMO, QUIT, actions_of
from tests.support.terminal import Terminal, clean_environment, wbtui

SEQUENCES = (
    b"\xe9", b"\x80", b"\xc0\xaf", b"\x9b2J", b"\x1b[1114112u", b"\x1b[99999999999u",
    b"\x1b[48;999999;999999;1;1t",
    b"\x1b[200~unterminated", b"\x1b[201~", b"\x1b]52;c;!\x07", b"\x1bP$q\"p\x1b\\", b"\x1b[<0;99999;99999M",
    b"\x1b[6;1R", b"\x00",
)  # fmt: skip
NOISE = 2 * 1024
"""Number of random bytes; each is handled as a key, which takes some milliseconds."""
MAX_ESCAPES = 20
EXCLUDED = bytes([0x03, 0x11, 0x1A, 0x1C, 0x13])
"""ctrl+c, ctrl+q, ctrl+z, ctrl+\\ and ctrl+s, which quit, suspend or confirm as intended."""


def test_a_dumb_terminal_is_rejected_with_a_hint(tmp_path: Path) -> None:
    with wbtui(tmp_path, *DEMO, environ=clean_environment(tmp_path, TERM="dumb")) as terminal:
        assert terminal.wait_for_exit() == 2
        assert "xterm-256color" in terminal.screen
        assert terminal.modes_left_on() == set()


@pytest.mark.parametrize(("columns", "lines"), [(20, 5), (1, 1), (300, 100)])
def test_the_app_starts_in_any_size_and_survives_resizing(
    home: Callable[[], Path], columns: int, lines: int
) -> None:
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
def test_the_list_is_shown_without_utf8_and_on_the_linux_console(
    home: Callable[[], Path], locale: dict[str, str]
) -> None:
    copy = home()
    with wbtui(copy, *DEMO, environ=clean_environment(copy, **locale)) as terminal:
        terminal.wait_for(r"row 1 of 60")
        terminal.type(QUIT)
        assert terminal.wait_for_exit() == 0


def test_no_color_sends_no_colours_and_keeps_signs_and_words(home: Callable[[], Path]) -> None:
    copy = home()
    with wbtui(copy, *DEMO, environ=clean_environment(copy, NO_COLOR="1")) as terminal:
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
        # Reset, bold, dim, italic, underline, reverse and strike.
        assert {int(code or 0) for style in styles for code in style.split(b";")} <= {0, 1, 2, 3, 4, 7, 9}


def test_random_input_neither_ends_the_app_nor_sends_an_action(home: Callable[[], Path]) -> None:
    copy = home()
    chance = random.Random(8)
    with wbtui(copy, *DEMO) as terminal:
        terminal.wait_for(r"row 1 of 60")
        for piece in SEQUENCES:
            terminal.type(piece)
        noise = bytes(byte for byte in chance.randbytes(NOISE) if byte not in EXCLUDED)
        for start in range(0, len(noise), 1024):
            terminal.type(noise[start : start + 1024])
            assert terminal.process.poll() is None, terminal.screen
        terminal.type(b"\x1b[201~")
        _quit(terminal)
    assert actions_of(copy) == actions_of(home())


def _quit(terminal: Terminal) -> None:
    """Close the dialogs that the random input opened, then quit and confirm."""
    for _ in range(MAX_ESCAPES):
        terminal.wait_until_idle()
        terminal.type(QUIT)
        terminal.wait_until_idle()
        if terminal.process.poll() is not None:
            break
        terminal.type("\r" if "Quit wbtui?" in terminal.screen else "\x1b")
    assert terminal.wait_for_exit() == 0, terminal.screen
