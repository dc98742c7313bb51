"""Sentences about commands and of the whole app: disabled commands, toasts, the ticket."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wbtui.ui.command import Command
from wbtui.ui.format import count

SYNC_STARTED = "Fetching changes from the server."
FORM_ABOUT = "← → choose one of several, space checks a box."
CHECKLIST_ABOUT = "↑ ↓ choose a line, space checks it or removes the check, tab goes to the next list."
ACCEPTS = "Close the form and use its values."
PALETTE_ABOUT = (
    "Every command of the screen below. Type part of its name, or a word for what you want to do, such as "
    "downgrade or goodwill. The key of a command is beside it. Part of a name finds saved searches, pinned "
    "and recent customers. ↑ ↓ choose, enter runs it, esc closes the palette."
)
SAVED_SEARCH = "Saved search: list its customers."
PINNED, RECENT = "Pinned customer: open the profile.", "Recent customer: open the profile."
DRAFT_ONLY = "Keep a draft ({form.keep}). It can't be sent now."
NOT_CONNECTED = "Connect first, or try the demo."
NO_LIST = "Connect first: there is no customer list yet."
NO_SHELL = "wbtui can't be suspended: there is no shell to return to."
TICKET_HINT = "Filled in on every action until you change it. Leave empty to clear it."
NO_QUIT_KEY = "Use Quit in the palette ({app.palette})."


def unavailable(row: Command) -> str:
    """Title of the toast that says why a command is disabled."""
    return f"{row.title} unavailable"


def disabled(reason: str) -> str:
    """A disabled command in help and palette."""
    return f"unavailable: {reason}"


def quit_key(key: str) -> str:
    """Name the key that quits."""
    return f"{key} quits wbtui."


def restrictions(sentences: Sequence[str]) -> str:
    """The first of several restrictions, and how many there are."""
    several = f"{len(sentences)} local files cannot be written (`wbtui doctor` lists them). "
    return (several if len(sentences) > 1 else "") + sentences[0]


def theme_changed(name: str) -> str:
    """The theme in use, and how to keep it."""
    return f'Theme: {name}. To keep it, set theme = "{name}" in the settings.'


def copied(what: str, most: int | None) -> str:
    """Name the copied text; `most`: the characters that the clipboard took of a longer text."""
    return f"{what} copied." if most is None else f"{what}: only the first {most:,} characters were copied."


def too_long(name: str, path: Path) -> str:
    """Name the file of a copy that is too long for the clipboard."""
    return f"Too long for the clipboard. {name}: saved as {path}. Only you can read it."


def ticket_saved(ticket: str) -> str:
    """The toast after the ticket was set or cleared."""
    return f"Ticket {ticket} is filled in on your next actions." if ticket else "Ticket cleared."


def paste_too_long(pasted: int, limit: int) -> str:
    """Say why a paste was not accepted."""
    return (
        f"The pasted text has {count(pasted)} characters, but this field takes at most {count(limit)}. "
        "Nothing was pasted."
    )


def paste_cut(limit: int) -> str:
    """Say why only the beginning of a paste was accepted."""
    return f"The pasted text was cut to {count(limit)} characters."
