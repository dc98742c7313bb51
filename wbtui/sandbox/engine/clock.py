"""The sandbox's clock: wall time plus an offset, or a frozen instant. Moving it forward bills."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from wbtui.sandbox.engine import billing, repository
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.clocktext import instant, moment
from wbtui.sandbox.store import SandboxError, Tx

YEARS = range(2005, 9000)
"""Years in which the clock may be: prices begin in 2000, and dates end in 9999."""
_OFFSET = "clock_offset"
_FROZEN = "clock_frozen_at"


def now(tx: Tx) -> str:
    """The sandbox's instant, `2026-11-22T10:00:00Z`."""
    frozen = tx.meta(_FROZEN)
    if frozen:
        return frozen
    return instant(tx.real_now + timedelta(seconds=int(tx.meta(_OFFSET, "0"))))


def now_moment(tx: Tx) -> datetime:
    """The sandbox's instant as a datetime in UTC."""
    return moment(now(tx)).astimezone(UTC)


def today(tx: Tx) -> str:
    """The sandbox's calendar date (UTC)."""
    return now(tx)[:10]


def freeze(tx: Tx, at: str) -> None:
    """Freeze the clock (the option --now). Raises SandboxError for an instant that is already billed."""
    reached = tx.meta("clock_reached")
    if reached and at < reached:
        raise SandboxError(f"The sandbox is billed up to {reached}; its clock cannot go back to {at}.")
    tx.set_meta(_FROZEN, at)
    tx.set_meta("clock_reached", at)


def run(tx: Tx) -> None:
    """Follow the wall clock, ahead of it where the file is already billed beyond it."""
    tx.set_meta(_FROZEN, "")
    reached = tx.meta("clock_reached")
    behind = (moment(reached) - moment(now(tx))).total_seconds() if reached else 0
    if behind > 0:
        _add_offset(tx, behind)
    tx.set_meta("clock_reached", now(tx))


def set_forward(tx: Tx, to: str) -> None:
    """Move the clock forward without billing. Raises SandboxError for an earlier instant."""
    current = now(tx)
    if to < current:
        raise SandboxError(f"The clock is at {current} and cannot go back to {to}.")
    if tx.meta(_FROZEN):
        tx.set_meta(_FROZEN, to)
    else:
        _add_offset(tx, (moment(to) - moment(current)).total_seconds())
    tx.set_meta("clock_reached", to)


def _add_offset(tx: Tx, seconds: float) -> None:
    tx.set_meta(_OFFSET, str(int(tx.meta(_OFFSET, "0")) + int(seconds)))


def may_move(current: datetime, to: datetime) -> bool:
    """Return whether `to` is later than `current`, by ten years at most, and in YEARS."""
    within = (to.year - 10, *to.timetuple()[1:6]) <= current.timetuple()[:6]
    return current < to and within and to.year in YEARS


def bill_until(tx: Tx, to: str, limit: int = 200) -> int:
    """Bill at most `limit` customers that have a step due up to `to`, earliest first.

    Returns how many were billed; fewer than `limit` means that none is left. Customers without a due step are
    not read: their next event is indexed.
    """
    due = tx.all(
        "SELECT id FROM customers WHERE next_event IS NOT NULL AND next_event <= ?"
        " ORDER BY next_event, no LIMIT ?",
        (to, limit),
    )
    if not due:
        return 0
    engine_context = repository.engine(tx)
    for row in due:
        account = repository.load(tx, row["id"], engine_context)
        billing.advance(account, to)
        repository.save(tx, account, to)
    return len(due)


@contextmanager
def changing(tx: Tx, customer_id: str) -> Iterator[tuple[Account, str]]:
    """An account billed up to now, and that instant; saved at the end. Raises NotFound."""
    account, at = billed(tx, customer_id)
    yield account, at
    repository.save(tx, account, at)


def billed(tx: Tx, customer_id: str) -> tuple[Account, str]:
    """An account billed up to now in memory, and that instant. Raises NotFound."""
    account, at = repository.load(tx, customer_id), now(tx)
    billing.advance(account, at)
    return account, at
