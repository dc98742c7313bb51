"""What can be set on the way to a billing system: time limits, retries of reads, sizes, trust."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """All times in seconds, sizes in bytes.

    `connect`, `read`, `write`, `pool` limit one phase; a server that drips passes those, so `deadline`
    limits one whole attempt of a read by the wall clock, `write_deadline` a write, reading of the answer
    included. `read_retries` is how often a read is tried again; writes never are.
    """

    connect: float = 5.0
    read: float = 15.0
    write: float = 10.0
    pool: float = 10.0
    deadline: float = 25.0
    write_deadline: float = 30.0
    read_retries: int = 2
    retry_after_at_most: float = 60.0
    """A `Retry-After` up to this is honoured; a longer or senseless one is ignored."""
    max_body: int = 10 * 1024 * 1024
    """Of an answer, after decompression."""
    connections: int = 8
    """Connections of reads at a time."""
    between: Callable[[], Awaitable[None]] | None = None
    """Awaited between every few rows of a page while they are read, so that other work has its turn."""
    ca_file: Path | None = None
    """Trusted certificates (PEM) instead of the bundled ones, for a gateway inside a company."""
