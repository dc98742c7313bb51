"""Result of the app when another connection is to be opened next."""

from __future__ import annotations

from dataclasses import dataclass

DEMO = "demo"
"""Name of the demo, which is not a saved connection."""


@dataclass(frozen=True, slots=True)
class SwitchConnection:
    """Open this connection next; `DEMO` starts the demo."""

    connection: str
