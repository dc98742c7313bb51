"""The sandbox's clock: real time plus an offset, or an instant that stands still; moving it bills."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from wbtui.sandbox.engine import billing, repository
from wbtui.sandbox.engine.clocktext import instant, moment
from wbtui.sandbox.store import SandboxError, Tx

_OFFSET = "clock_offset"
_FROZEN = "clock_frozen_at"


def now(tx: Tx) -> str:
    """The sandbox's instant, `2026-11-22T10:00:00Z`."""
    frozen = tx.meta(_FROZEN)
    if frozen:
        return frozen
    return instant(tx.real_now + timedelta(seconds=int(tx.meta(_OFFSET, "0"))))


def now_moment(tx: Tx) -> datetime:
    """The same as a datetime in UTC."""
    return moment(now(tx)).astimezone(UTC)


def today(tx: Tx) -> str:
    """The sandbox's calendar date (UTC)."""
    return now(tx)[:10]


def freeze(tx: Tx, at: str) -> None:
    """Stand still at an instant (the option --now). Raises SandboxError for one before what was billed."""
    reached = tx.meta("clock_reached")
    if reached and at < reached:
        raise SandboxError(f"The sandbox has lived until {reached}; its clock cannot go back to {at}.")
    tx.set_meta(_FROZEN, at)
    tx.set_meta("clock_reached", at)


def run(tx: Tx) -> None:
    """Go with the wall clock from now on; ahead of it by what the sandbox has lived longer already."""
    tx.set_meta(_FROZEN, "")
    reached = tx.meta("clock_reached")
    behind = (moment(reached) - moment(now(tx))).total_seconds() if reached else 0
    if behind > 0:
        tx.set_meta(_OFFSET, str(int(tx.meta(_OFFSET, "0")) + int(behind)))
    tx.set_meta("clock_reached", now(tx))


def set_forward(tx: Tx, to: str) -> None:
    """Move the clock to a later instant without billing yet. Raises SandboxError for an earlier one."""
    current = now(tx)
    if to < current:
        raise SandboxError(f"The clock is at {current} and cannot go back to {to}.")
    if tx.meta(_FROZEN):
        tx.set_meta(_FROZEN, to)
    else:
        behind = (moment(to) - moment(current)).total_seconds()
        tx.set_meta(_OFFSET, str(int(tx.meta(_OFFSET, "0")) + int(behind)))
    tx.set_meta("clock_reached", to)


def bill_until(tx: Tx, to: str, limit: int = 200) -> int:
    """Bill the customers that have something due up to `to`, at most `limit` of them, most urgent first.

    Returns how many were billed; fewer than `limit` means that all is done. Customers with nothing due are
    not looked at: their next event is indexed.
    """
    due = tx.all(
        "SELECT id FROM customers WHERE next_event IS NOT NULL AND next_event <= ?"
        " ORDER BY next_event, no LIMIT ?",
        (to, limit),
    )
    if not due:
        return 0
    surroundings = repository.engine(tx)
    for row in due:
        account = repository.load(tx, row["id"], surroundings)
        billing.advance(account, to)
        repository.save(tx, account, to)
    return len(due)


def bill_customer(tx: Tx, customer_id: str, to: str) -> bool:
    """Bill one customer up to `to`; returns whether anything was due. Raises NotFound."""
    row = tx.one("SELECT next_event FROM customers WHERE id = ?", (customer_id,))
    if row is not None and (row[0] is None or row[0] > to):
        return False
    account = repository.load(tx, customer_id)
    billing.advance(account, to)
    repository.save(tx, account, to)
    return True


def move_clock(tx: Tx, to: str) -> int:
    """Move the clock forward and bill everything on the way; returns the number of customers billed.

    Raises SandboxError for an earlier instant.
    """
    set_forward(tx, to)
    count = 0
    while billed := bill_until(tx, to, 500):
        count += billed
    return count
