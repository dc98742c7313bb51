"""Quit or close screens, asking first about what is unsent or being sent, and what ctrl+c does instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from wbtui.ui.host import host
from wbtui.ui.text import commands as text

if TYPE_CHECKING:
    from textual.app import App


def ask_quit(app: App[int]) -> None:
    """Quit; ask first when a screen has unsent input or is sending something."""
    from wbtui.ui.dialogs.ask import AskScreen, ask

    unsent = _first_text(app.screen_stack, "unsent")
    is_asking = isinstance(app.screen, AskScreen)
    sending = None if is_asking else _first_text(app.screen_stack, "cancel_before_quitting")
    if unsent is None and sending is None:
        app.exit(0)
    elif not is_asking:
        question = sending or f"Discard {unsent} and quit?"
        ask(app, "Quit wbtui?", question, partial(app.exit, 0), yes="Quit", no="Stay")


def interrupt(app: App[int]) -> None:
    """Stop what the screen does, else show the key that quits."""
    interrupted = getattr(app.screen, "interrupted", None)
    if callable(interrupted) and interrupted():
        return
    keymap = host(app).keymap
    key = keymap.shown("app.quit")
    host(app).show_toast(text.quit_key(key) if key else keymap.fill(text.NO_QUIT_KEY))


def close_above(app: App[Any], screen: Screen[Any], then: Callable[[], object]) -> None:
    """Close the screens above `screen`, then call `then`; ask first when one of them has unsent input."""
    from wbtui.ui.dialogs.ask import confirm_discard

    def close() -> None:
        while app.screen is not screen:
            app.pop_screen()
        then()

    above = app.screen_stack[app.screen_stack.index(screen) + 1 :]
    confirm_discard(app, _first_text(above, "unsent"), close)


def _first_text(screens: Sequence[Screen[Any]], method: str) -> str | None:
    """Return the text that a method of the topmost screen with one returns; None without any.

    `unsent` returns the screen's unsent input; `cancel_before_quitting` cancels or stops what is being sent
    and returns the question to ask.
    """
    for screen in reversed(screens):
        call = getattr(screen, method, None)
        found = call() if callable(call) else None
        if isinstance(found, str) and found:
            return found
    return None
