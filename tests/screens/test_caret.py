"""The caret of text fields stands out in every theme and without colours, measured from the bytes written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pyte.screens import Char

from tests.support.terminal import Terminal, clean_environment

LEAST_CONTRAST = 3.0
"""Of a caret with what is beside it (WCAG 2.2, 1.4.11 Non-text contrast)."""
SIXTEEN = {
    "black": "000000", "red": "cd0000", "green": "00cd00", "brown": "cdcd00", "blue": "0000ee",
    "magenta": "cd00cd", "cyan": "00cdcd", "white": "e5e5e5", "brightblack": "7f7f7f",
    "brightwhite": "ffffff", "brightred": "ff0000", "brightgreen": "00ff00", "brightbrown": "ffff00",
    "brightblue": "5c5cff", "brightmagenta": "ff00ff", "brightcyan": "00ffff", "default": "000000",
}  # fmt: skip
PROGRAM = """
import sys
from tests.support.fake_services import fake_services
from wbtui.app import WbtuiApp
from wbtui.settings import Settings
WbtuiApp(fake_services(30), Settings(theme=sys.argv[1])).run()
"""


def background(char: Char) -> str:
    return char.fg if char.reverse else char.bg


def luminance(color: str) -> float:
    """Return the relative luminance (WCAG 2.2) of a colour of the emulator."""
    digits = SIXTEEN.get(color, color)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["dark", "light", "high-contrast"])
@pytest.mark.parametrize(
    "environ",
    [{}, {"COLORTERM": "", "TERM": "xterm-16color"}, {"NO_COLOR": "1"}],
    ids=["truecolor", "16 colours", "no colour"],
)
def test_the_caret_stands_out(theme: str, environ: dict[str, str], tmp_path: Path) -> None:
    terminal = Terminal(
        [sys.executable, "-c", PROGRAM, theme], environ=clean_environment(tmp_path, **environ), columns=100
    )
    try:
        terminal.wait_for("row 1 of 30")
        terminal.type("ab")
        terminal.wait_for("/  ab")
        terminal.wait_until_idle()
        row = next(at for at, line in enumerate(terminal._screen.display) if "/  ab" in line)
        line = terminal._screen.buffer[row]
        start = terminal._screen.display[row].index("/  ab")
        caret, beside = line[start + 5], line[start + 7]
        if "NO_COLOR" in environ:
            assert caret.reverse and not beside.reverse
        else:
            assert contrast(background(caret), background(beside)) >= LEAST_CONTRAST
    finally:
        terminal.close()
