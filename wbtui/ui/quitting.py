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

    unsent = _unsent(app.screen_stack)
    sending = None if isinstance(app.screen, AskScreen) else _sending(app.screen_stack)
    if unsent is None and sending is None:
        app.exit(0)
    elif not isinstance(app.screen, AskScreen):
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

    confirm_discard(app, _unsent(app.screen_stack[app.screen_stack.index(screen) + 1 :]), close)


def _sending(screens: Sequence[Screen[Any]]) -> str | None:
    """Cancel or stop what the topmost screen that sends something does; return its question."""
    for screen in reversed(screens):
        cancel = getattr(screen, "cancel_before_quitting", None)
        question = cancel() if callable(cancel) else None
        if isinstance(question, str):
            return question
    return None


def _unsent(screens: Sequence[Screen[Any]]) -> str | None:
    """The unsent input of the topmost screen that has some: the result of its `unsent()`."""
    for screen in reversed(screens):
        ask = getattr(screen, "unsent", None)
        found = ask() if callable(ask) else None
        if isinstance(found, str) and found:
            return found
    return None
