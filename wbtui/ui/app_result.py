"""What the app may end with besides an exit code: where whoever started it shall go on."""

from __future__ import annotations

from dataclasses import dataclass

DEMO = "demo"
"""The name under which the demo is meant."""


@dataclass(frozen=True, slots=True)
class SwitchConnection:
    """Open this connection next. `DEMO` is the demo, which has to be started first."""

    connection: str
