"""Suspension of the process, as by ctrl+z, between two writes."""

from __future__ import annotations

from contextlib import AbstractContextManager

from wbtui.store.transactions import TRANSACTIONS

_PATIENCE = 3.0
"""Seconds; the longest transaction, expiry of 50,000 customers, takes 2."""


def between_writes() -> AbstractContextManager[None]:
    """Write nothing to the files of wbtui meanwhile: another wbtui would wait for their locks until `fg`."""
    return TRANSACTIONS.paused(_PATIENCE)
