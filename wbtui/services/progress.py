"""Progress of a sync: phase, rows, rate and time left."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wbtui.models.page import SkippedRow
from wbtui.services.clock import Clock


class SyncPhase(StrEnum):
    """Phase of a sync.

    `waiting`: offline, or another wbtui is syncing. `following`: everything is cached, changes are fetched
    periodically. `done`: a single run has finished.
    """

    IDLE = "idle"
    CUSTOMERS = "customers"
    INVOICES = "invoices"
    PLANS = "plans"
    DETAILS = "details"
    CHANGES = "changes"
    FOLLOWING = "following"
    WAITING = "waiting"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """Progress of one phase.

    Attributes:
        rows: rows cached so far.
        total: rows expected, None if unknown.
        rate: rows per second in this run.
        eta: seconds left, None if unknown.
        message: one sentence, or empty.
        hint: what helps after a failure, or empty.
    """

    phase: SyncPhase
    rows: int = 0
    total: int | None = None
    rate: float = 0.0
    eta: float | None = None
    message: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Result of one run.

    Attributes:
        full: whether everything was fetched; otherwise only changes were.
        resumed: whether an interrupted full sync was resumed.
        message: why everything was fetched again, or empty.
        skipped, skipped_invoices: customers and invoices that could not be read, and are not cached.
    """

    customers: int
    invoices: int
    changed: int
    removed: int
    full: bool
    resumed: bool
    seconds: float
    message: str = ""
    skipped: tuple[SkippedRow, ...] = ()
    skipped_invoices: tuple[SkippedRow, ...] = ()


class Meter:
    """Measures rate and time left of one phase; `start` rows were cached before this run."""

    def __init__(self, phase: SyncPhase, clock: Clock, start: int = 0) -> None:
        self._phase = phase
        self._clock = clock
        self._started = clock.monotonic()
        self._start = start

    def at(self, rows: int, total: int | None) -> SyncProgress:
        """Return the progress with `rows` cached now.

        A server may count fewer rows than it sends: customers are created meanwhile.
        """
        total = None if total is None else max(total, rows)
        seconds = self._clock.monotonic() - self._started
        rate = (rows - self._start) / seconds if seconds > 0 else 0.0
        left = max(total - rows, 0) if total is not None else None
        eta = left / rate if left is not None and rate > 0 else None
        return SyncProgress(self._phase, rows, total, rate, eta)
