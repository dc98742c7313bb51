"""Colour themes: dark, light and high contrast. No information is shown by colour alone."""

from __future__ import annotations

from typing import Any

from textual.theme import Theme

_ON_BACKGROUND = (
    "footer-background",
    "scrollbar-background",
    "scrollbar-background-hover",
    "scrollbar-background-active",
    "scrollbar-corner-color",
)
"""Variables with the colour of the background: scroll bars are plain."""


def _theme(
    name: str,
    *,
    primary: str,
    background: str,
    muted: str,
    disabled: str,
    row: str,
    row_blurred: str,
    rule: str,
    rule_hover: str,
    selection: str,
    **colors: Any,
) -> Theme:
    """Return a theme with one accent colour, `primary`."""
    return Theme(
        name=f"wbtui-{name}",
        primary=primary,
        secondary=primary,
        accent=primary,
        background=background,
        # Theme variables cannot refer to each other.
        variables={
            "block-cursor-text-style": "none",
            "input-cursor-text-style": "none",
            **dict.fromkeys(_ON_BACKGROUND, background),
            "text-muted": muted,
            "text-disabled": disabled,
            "row": row,
            "row-blurred": row_blurred,
            "rule": rule,
            "scrollbar": rule,
            "scrollbar-hover": rule_hover,
            "scrollbar-active": primary,
            "border": primary,
            "border-blurred": rule,
            "input-selection-background": selection,
        },
        **colors,
    )


DARK = _theme(
    "dark", dark=True, primary="#79b8ff", warning="#e6b450", error="#ff9a8c", success="#7ec699",
    foreground="#dfe3ea", muted="#98a2b0", disabled="#7a8492",
    background="#14171c", surface="#1b2027", panel="#262d37",
    row="#24374d", row_blurred="#20262e", rule="#333c48", rule_hover="#4a5563", selection="#2f4a68",
)  # fmt: skip
LIGHT = _theme(
    "light", dark=False, primary="#0b4fad", warning="#80502c", error="#b3261e", success="#1e6b3a",
    foreground="#1c2128", muted="#59636f", disabled="#777f88",
    background="#fbfbf9", surface="#f1f1ee", panel="#e4e4df",
    row="#cfe2f7", row_blurred="#e9ebee", rule="#cfcfc8", rule_hover="#a9a9a2", selection="#b9d6f5",
)  # fmt: skip
HIGH_CONTRAST = _theme(
    "high-contrast", dark=True, primary="#ffe14d", warning="#ffb000", error="#ff9595", success="#9affb0",
    foreground="#ffffff", muted="#d6d6d6", disabled="#b0b0b0",
    background="#000000", surface="#1c1c1c", panel="#2e2e2e",
    row="#00408a", row_blurred="#333333", rule="#8c8c8c", rule_hover="#ffffff", selection="#00408a",
)  # fmt: skip

THEMES = (DARK, LIGHT, HIGH_CONTRAST)
