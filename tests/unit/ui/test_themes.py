"""Text can be read on every surface of every theme, also where the terminal has 16 colours."""

from __future__ import annotations

import pytest
from pyte.graphics import FG_AIXTERM, FG_ANSI
from rich.color import Color as TerminalColor
from rich.color import ColorSystem
from textual.theme import Theme

from tests.screens.test_caret import SIXTEEN, contrast
from wbtui.ui.themes import THEMES

LEAST_CONTRAST, LEAST_OF_DISABLED = 4.5, 3.0
"""Between text and what is behind it (WCAG 2.2, 1.4.3, which exempts what is disabled)."""
SURFACES = ("background", "surface", "panel", "row", "row-blurred")


def in_sixteen(color: str) -> str:
    """Return how xterm shows a colour when it has only 16."""
    number = TerminalColor.parse(color).downgrade(ColorSystem.STANDARD).number
    assert number is not None
    return SIXTEEN[FG_ANSI[30 + number] if number < 8 else FG_AIXTERM[82 + number]]


def colors(theme: Theme, *names: str) -> dict[str, str]:
    return {name: theme.variables.get(name) or getattr(theme, name) for name in names}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_stands_out_from_surfaces(theme: Theme) -> None:
    texts = colors(
        theme, "foreground", "text-muted", "text-disabled", "primary", "warning", "error", "success"
    )
    for on, surface in colors(theme, *SURFACES).items():
        for name, text in texts.items():
            least = LEAST_OF_DISABLED if name == "text-disabled" else LEAST_CONTRAST
            pair = f"{name} on {on}"
            assert contrast(text[1:], surface[1:]) >= least, pair
            assert contrast(*map(in_sixteen, (text, surface))) >= LEAST_OF_DISABLED, f"{pair} in 16 colours"
