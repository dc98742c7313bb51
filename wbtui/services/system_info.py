"""Information about the connected system, cached for when it is offline."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from pydantic import ValidationError

from wbtui.errors import OtherSystem
from wbtui.models.base import Model
from wbtui.models.capability import Environment, System
from wbtui.services.clock import Clock

NOTE = "system"
"""Name of its cache note."""


class _Remembered(Model):
    system: System
    heard_at: datetime


class SystemInfo:
    """The last reported `System`, and the server's clock derived from it. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: _Remembered | None = None

    @property
    def system(self) -> System | None:
        """The last reported system, None if there is none."""
        known = self._known
        return known.system if known else None

    def now(self) -> datetime:
        """Return the server's clock (UTC): this machine's clock plus the last known difference."""
        known, now = self._known, self._clock.now()
        return now if known is None else (known.system.server_time + (now - known.heard_at)).astimezone(UTC)

    def today(self) -> date:
        """Return the server's UTC date, with which billing dates are compared."""
        return self.now().date()

    def update(self, system: System) -> bool:
        """Store a discovered system. Returns whether it changed apart from the time."""
        with self._lock:
            before, expected = self.system, self.now()
            self._known = _Remembered(system=system, heard_at=self._clock.now())
        # A clock that was moved, as in the sandbox, counts, too: dates are shown relative to it.
        moved = abs(system.server_time - expected) > timedelta(minutes=1)
        return before is None or moved or _without_time(before) != _without_time(system)

    def check(self, expected_environment: str, expected_merchant: str | None, system: System) -> None:
        """Raise OtherSystem if a discovered system is not that of the connection.

        A merchant of the same ID may change its name. Without an expected name, the ID is compared with the
        one that was reported before.
        """
        found = system.environment
        if found is not Environment.UNKNOWN and found.value != expected_environment:
            here = expected_environment.upper()
            raise OtherSystem(f"The server is {found.value.upper()} now, but this connection is {here}.")
        known = self.system
        is_known = known is not None and known.merchant_id == system.merchant_id
        is_named = expected_merchant is not None and expected_merchant == system.merchant
        if (expected_merchant is not None or known is not None) and not (is_known or is_named):
            before = expected_merchant or (known.merchant if known is not None else "")
            raise OtherSystem(
                f"The server belongs to {system.merchant} now, but this connection is for {before}."
            )

    def dump(self) -> str:
        """Return the state as text for the cache. Raises ValueError if there is none."""
        if self._known is None:
            raise ValueError("No system was reported yet.")
        return self._known.model_dump_json()

    def load(self, text: str) -> None:
        """Load the text that `dump` returned in an earlier run; invalid text is ignored."""
        with suppress(ValidationError):
            self._known = _Remembered.model_validate_json(text)


def _without_time(system: System) -> System:
    return system.model_copy(update={"server_time": datetime.min.replace(tzinfo=UTC)})
