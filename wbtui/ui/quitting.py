"""Quit, after a question about what is unsent or being sent, and what ctrl+c does instead."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen

from wbtui.ui.host import host
from wbtui.ui.text import commands as text

if TYPE_CHECKING:
    from textual.app import App


def ask_quit(app: App[int]) -> None:
    """Quit; ask first when a screen has unsent input or is sending something."""
    from wbtui.ui.dialogs.ask import AskScreen, ask

    unsent = next((what for screen in reversed(app.screen_stack) if (what := _unsent(screen))), None)
    sending = getattr(app.screen, "cancel_before_quitting", lambda: None)()
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
    key = host(app).keymap.shown("app.quit")
    host(app).tell(text.quit_key(key) if key else text.NO_QUIT_KEY)


def _unsent(screen: Screen[object]) -> str | None:
    """The unsent input of a screen: the result of its `unsent()`, where it has one."""
    ask = getattr(screen, "unsent", None)
    found = ask() if callable(ask) else None
    return found if isinstance(found, str) and found else None
