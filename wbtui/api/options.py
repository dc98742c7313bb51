"""Options of the HTTP client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """Timeouts in seconds, sizes in bytes.

    `connect`, `read`, `write` and `pool` limit one phase. `deadline` limits a whole read attempt and
    `write_deadline` a whole write, even if data keeps arriving. Reads are retried `read_retries` times.
    """

    connect: float = 5.0
    read: float = 15.0
    write: float = 10.0
    pool: float = 10.0
    deadline: float = 25.0
    write_deadline: float = 30.0
    read_retries: int = 2
    retry_after_at_most: float = 60.0
    """Largest accepted `Retry-After`; others are ignored."""
    max_body: int = 10 * 1024 * 1024
    """Maximum size of a response body after decompression."""
    connections: int = 8
    """Maximum number of concurrent connections for reads."""
    between: Callable[[], Awaitable[None]] | None = None
    """Awaited every few rows while a page is parsed, to yield to other work."""
    ca_file: Path | None = None
    """Trusted certificates (PEM) instead of the bundled ones, such as those of a company proxy."""
