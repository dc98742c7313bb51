"""Result of the app when another connection is to be opened next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SwitchConnection:
    """Open this connection next; `paths.DEMO` starts the demo."""

    connection: str
