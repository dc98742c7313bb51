"""Style the widgets of a new screen once, when they are mounted.

Textual (8.2.8) styles all of them three times: when they are mounted, when the screen resumes, and when it
gets the classes of its size. At 120×40 a profile has 50 widgets; this leaves out 100 of 310 stylings.
"""

from __future__ import annotations

from typing import Any

from textual.css.model import RuleSet
from textual.events import ScreenResume
from textual.screen import Screen

RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]
"""Textual's own is a Python function with the same result; styling one widget calls it for every rule. Saves
43,000 of 740,000 calls when a form opens."""


def set_size_classes(screen: Screen[Any]) -> None:
    """Set the classes of the terminal's size; call it before the screen has widgets."""
    app, (width, height) = screen.app, screen.app.size
    for size, breakpoints in ((width, app.HORIZONTAL_BREAKPOINTS), (height, app.VERTICAL_BREAKPOINTS)):
        screen.add_class(*screen._get_breakpoint_classes(size, breakpoints or []), update=False)


def skip_first_restyle(screen: Screen[Any], event: ScreenResume) -> None:
    """Leave out the styling when the screen resumes for the first time; later the theme may have changed."""
    if not screen.stack_updates:
        event.refresh_styles = False
