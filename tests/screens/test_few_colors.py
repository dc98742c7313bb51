"""With 16 colours or none, focus and the edges of text fields are seen, read from the bytes written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pyte.screens import Char

from tests.support.terminal import TAB, Terminal, clean_environment

PROGRAM = """
from wbtui.app import WbtuiApp
from wbtui.settings import Settings
WbtuiApp(None, Settings(agent="jo")).run()
"""


def cells(terminal: Terminal, part: str, width: int) -> list[Char]:
    """Return `width` cells of the screen from a text on."""
    y, line = next((y, line) for y, line in enumerate(terminal._screen.display) if part in line)
    start = line.index(part)
    return [terminal._screen.buffer[y][x] for x in range(start, start + width)]


def is_underlined(terminal: Terminal) -> bool:
    """Whether the empty field for the API key is underlined, behind the place of the caret."""
    return all(one.underscore for one in cells(terminal, "API key", 60)[20:])


@pytest.mark.parametrize(
    "environ",
    [{"COLORTERM": "", "TERM": "xterm-16color"}, {"NO_COLOR": "1"}],
    ids=["16 colours", "no colour"],
)
def test_focus_and_fields_are_seen(environ: dict[str, str], tmp_path: Path) -> None:
    terminal = Terminal([sys.executable, "-c", PROGRAM], environ=clean_environment(tmp_path, **environ))
    try:
        terminal.wait_for("check and connect")
        terminal.wait_until(lambda: all(one.reverse for one in cells(terminal, "Try the demo", 12)), "focus")
        terminal.wait_until(lambda: is_underlined(terminal), "the empty field")
        assert not any(one.underscore for one in cells(terminal, "https://api.wingback.com", 24))  # disabled
        terminal.type(TAB)
        terminal.wait_until(lambda: not cells(terminal, "Try the demo", 1)[0].reverse, "no focus")
        terminal.type(TAB * 2)
        terminal.wait_for("▌API key")
        terminal.wait_until(lambda: is_underlined(terminal), "the empty field with the focus")
    finally:
        terminal.close()
