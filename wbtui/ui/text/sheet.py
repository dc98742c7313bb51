"""Sentences of the preview sheet and of the undo window."""

from __future__ import annotations


def sending_state(seconds: int, *, late: bool) -> str:
    """Return what happens now; `seconds` are left to cancel, `late`: cancelling came too late."""
    if seconds > 0:
        return f"Sending in {seconds} s … u cancels"
    return "Too late to cancel. Waiting for the answer …" if late else "Sent. Waiting for the answer …"
