"""Text can be read on every surface of every theme, also where the terminal has 16 colours."""

from __future__ import annotations

import pytest
from rich.color import Color as TerminalColor
from rich.color import ColorSystem
from textual.theme import Theme

from tests.screens.test_caret import contrast
from wbtui.ui.themes import THEMES

LEAST_CONTRAST = 3.0
"""WCAG 2.2, 1.4.11: between text that is disabled or large and what is behind it."""


def colors(theme: Theme, *names: str) -> dict[str, str]:
    return {name: theme.variables.get(name) or getattr(theme, name) for name in names}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_stands_out_from_surfaces(theme: Theme) -> None:
    texts = colors(
        theme, "foreground", "text-muted", "text-disabled", "primary", "warning", "error", "success"
    )
    for on, surface in colors(theme, "background", "surface", "panel", "row").items():
        for name, text in texts.items():
            if on == "row" and name == "text-disabled":
                continue  # what is disabled cannot be chosen
            pair = f"{name} on {on}"
            assert contrast(text[1:], surface[1:]) >= LEAST_CONTRAST, pair
            sixteen = [TerminalColor.parse(one).downgrade(ColorSystem.STANDARD) for one in (text, surface)]
            assert sixteen[0].number != sixteen[1].number, f"{pair} in 16 colours"
