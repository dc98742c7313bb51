"""Baseline for start-up time: a minimal Textual app that imports the same libraries and shows one line."""

from __future__ import annotations

import sqlite_utils
from textual.app import App, ComposeResult
from textual.widgets import Input, Static

import pydantic  # isort: skip
import httpx  # isort: skip
import click  # isort: skip

LIBRARIES = (click, httpx, pydantic, sqlite_utils)


class BareApp(App[None]):
    """An input and one line of text."""

    BINDINGS = [("ctrl+q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        yield Input()
        yield Static("row 1 of nothing")


if __name__ == "__main__":
    BareApp().run()
