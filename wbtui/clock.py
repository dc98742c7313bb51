"""The system clock, read only here: code that needs the time gets a clock as an argument."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current instant in UTC."""
    return datetime.now(UTC)
