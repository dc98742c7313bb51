"""What is known of the connected system: asked when there is a link, remembered for when there is none."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

from pydantic import ValidationError

from wbtui.models.base import Model
from wbtui.models.capability import System
from wbtui.services.clock import Clock
from wbtui.services.signals import Signal

NOTE = "system"
"""Its name in the cache's small notes."""


class _Remembered(Model):
    system: System
    heard_at: datetime


class SystemInfo:
    """The last `System` heard of, and the server's clock by it. Safe in every thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: _Remembered | None = None
        self.changed: Signal[System] = Signal()

    @property
    def system(self) -> System | None:
        """None when it was never heard of."""
        known = self._known
        return known.system if known else None

    def now(self) -> datetime:
        """The server's clock (UTC), by this machine's clock and the difference heard last."""
        known, now = self._known, self._clock.now()
        return now if known is None else known.system.server_time + (now - known.heard_at)

    def today(self) -> date:
        """The server's UTC calendar date: what billing dates are compared with."""
        return self.now().astimezone(UTC).date()

    def update(self, system: System) -> bool:
        """Take in what discovery said; True (and told) when it says something new besides the time."""
        with self._lock:
            before, offset = self.system, self.now()
            self._known = _Remembered(system=system, heard_at=self._clock.now())
        # A clock that was moved (the sandbox's) is news too: dates change their meaning.
        moved = abs(system.server_time - offset) > timedelta(minutes=1)
        news = before is None or moved or _lasting(before) != _lasting(system)
        if news:
            self.changed.emit(system)
        return news

    def dump(self) -> str:
        """As text for the cache. Raises ValueError when nothing is known."""
        if self._known is None:
            raise ValueError("Nothing is known yet.")
        return self._known.model_dump_json()

    def load(self, text: str | None) -> None:
        """Take in what `dump` wrote in an earlier run; what cannot be read is as good as nothing."""
        if not text:
            return
        try:
            self._known = _Remembered.model_validate_json(text)
        except ValidationError:
            return


def _lasting(system: System) -> System:
    return system.model_copy(update={"server_time": datetime.min.replace(tzinfo=UTC)})
