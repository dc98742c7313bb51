"""Sentences of text fields."""

from __future__ import annotations

from wbtui.ui import format as fmt


def paste_too_long(pasted: int, limit: int) -> str:
    """Say why a paste was not accepted."""
    return (
        f"The pasted text has {fmt.count(pasted)} characters, but this field takes at most "
        f"{fmt.count(limit)}. Nothing was pasted."
    )


def paste_cut(limit: int) -> str:
    """Say why only the beginning of a paste was accepted."""
    return f"The pasted text was cut to {fmt.count(limit)} characters."
