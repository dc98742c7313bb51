"""How far a synchronisation is: what it does, rows, rate, time left."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SyncPhase(StrEnum):
    """`waiting`: for the link, the server's rest or another wbtui that synchronises. `following`: all is
    held, changes are fetched as they come. `done`: a single run is over."""

    IDLE = "idle"
    CUSTOMERS = "customers"
    INVOICES = "invoices"
    PLANS = "plans"
    CHANGES = "changes"
    FOLLOWING = "following"
    WAITING = "waiting"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """`rows` of `total` (None: not told) of this phase are held; `rate` rows per second in this run;
    `eta` seconds left, None when unknown. `message` is one sentence, may be empty."""

    phase: SyncPhase
    rows: int = 0
    total: int | None = None
    rate: float = 0.0
    eta: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one run did. `walked`: a whole walk was made or resumed; else only changes were fetched.

    `message`: why everything was fetched again, may be empty.
    """

    customers: int
    invoices: int
    changed: int
    removed: int
    full: bool
    resumed: bool
    seconds: float
    message: str = ""


class Meter:
    """Rate and time left of one phase; `start` rows were held before this run."""

    def __init__(self, phase: SyncPhase, now: float, start: int = 0) -> None:
        self._phase = phase
        self._began = now
        self._start = start

    def at(self, now: float, rows: int, total: int | None, message: str = "") -> SyncProgress:
        """The progress with `rows` held at the monotonic instant `now`."""
        seconds = now - self._began
        rate = (rows - self._start) / seconds if seconds > 0 else 0.0
        left = max(total - rows, 0) if total is not None else None
        eta = left / rate if left is not None and rate > 0 else None
        return SyncProgress(self._phase, rows, total, rate, eta, message)
