"""Colour themes: dark, light and high contrast. No information is shown by colour alone."""

from __future__ import annotations

from textual.theme import Theme


def _quiet(background: str) -> dict[str, str]:
    """Return variables for plain scroll bars and cursors. Theme variables cannot refer to each other."""
    return {
        "block-cursor-text-style": "none",
        "input-cursor-text-style": "none",
        "footer-background": background,
        "scrollbar-background": background,
        "scrollbar-background-hover": background,
        "scrollbar-background-active": background,
        "scrollbar-corner-color": background,
    }


DARK = Theme(
    name="wbtui-dark",
    dark=True,
    primary="#79b8ff",
    secondary="#79b8ff",
    accent="#79b8ff",
    warning="#e6b450",
    error="#ff9a8c",
    success="#7ec699",
    foreground="#dfe3ea",
    background="#14171c",
    surface="#1b2027",
    panel="#262d37",
    variables=_quiet("#14171c")
    | {
        "text-muted": "#98a2b0",
        "text-disabled": "#7a8492",
        "row": "#24374d",
        "row-blurred": "#20262e",
        "rule": "#333c48",
        "scrollbar": "#333c48",
        "scrollbar-hover": "#4a5563",
        "scrollbar-active": "#79b8ff",
        "border": "#79b8ff",
        "border-blurred": "#333c48",
        "input-selection-background": "#2f4a68",
    },
)

LIGHT = Theme(
    name="wbtui-light",
    dark=False,
    primary="#0b4fad",
    secondary="#0b4fad",
    accent="#0b4fad",
    warning="#80502c",
    error="#b3261e",
    success="#1e6b3a",
    foreground="#1c2128",
    background="#fbfbf9",
    surface="#f1f1ee",
    panel="#e4e4df",
    variables=_quiet("#fbfbf9")
    | {
        "text-muted": "#59636f",
        "text-disabled": "#777f88",
        "row": "#cfe2f7",
        "row-blurred": "#e9ebee",
        "rule": "#cfcfc8",
        "scrollbar": "#cfcfc8",
        "scrollbar-hover": "#a9a9a2",
        "scrollbar-active": "#0b4fad",
        "border": "#0b4fad",
        "border-blurred": "#cfcfc8",
        "input-selection-background": "#b9d6f5",
    },
)

HIGH_CONTRAST = Theme(
    name="wbtui-high-contrast",
    dark=True,
    primary="#ffe14d",
    secondary="#ffe14d",
    accent="#ffe14d",
    warning="#ffb000",
    error="#ff9595",
    success="#9affb0",
    foreground="#ffffff",
    background="#000000",
    surface="#1c1c1c",
    panel="#2e2e2e",
    variables=_quiet("#000000")
    | {
        "text-muted": "#d6d6d6",
        "text-disabled": "#b0b0b0",
        "row": "#00408a",
        "row-blurred": "#333333",
        "rule": "#8c8c8c",
        "scrollbar": "#8c8c8c",
        "scrollbar-hover": "#ffffff",
        "scrollbar-active": "#ffe14d",
        "border": "#ffe14d",
        "border-blurred": "#8c8c8c",
        "input-selection-background": "#00408a",
    },
)

THEMES = (DARK, LIGHT, HIGH_CONTRAST)


def theme_named(name: str) -> str:
    """Return the full name of a theme given with or without `wbtui-`; of the dark one if it is unknown."""
    known = {theme.name for theme in THEMES}
    full = name if name.startswith("wbtui-") else f"wbtui-{name}"
    return full if full in known else DARK.name
