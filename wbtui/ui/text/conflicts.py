"""Sentences of the dialog about details that somebody else changed meanwhile."""

from __future__ import annotations

ABOUT = (
    "Someone else changed details that you are changing, too. Nothing was sent. Choose which value to "
    "keep for each one with ← → or space; {form.go_on} shows the preview of what is left to change. "
    "{form.back} goes back to the form with everything you entered."
)
HEAD = "▲ Someone else changed this while you edited it. Nothing was sent."
BEFORE, THEIRS, YOURS = "Before", "Now (theirs)", "Yours"
KEEP, KEEP_THEIRS, USE_YOURS = "Keep", "Theirs", "Yours"
CHOOSE = "Choose the value to keep."


def title(customer: str) -> str:
    """Title of the dialog."""
    return f"Edit conflict · {customer}"
