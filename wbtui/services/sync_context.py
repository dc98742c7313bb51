"""Dependencies shared by the steps of one sync."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from wbtui.api.port import BillingAPI
from wbtui.models.capability import System
from wbtui.services.clock import Clock
from wbtui.services.profile import Profiles
from wbtui.services.progress import SyncProgress
from wbtui.services.rate_limiter import RateLimiter
from wbtui.services.read_client import ReadClient
from wbtui.store.cache import Cache

T = TypeVar("T")


@dataclass(frozen=True)
class SyncContext:
    """Cache, server and limits of one sync. All of it is used in the background loop.

    Attributes:
        system: returns the connected system, None before the first discovery.
        on_progress: receives the progress of every step.
        on_changed: receives the IDs of customers that changed or were deleted.
    """

    cache: Cache
    reads: ReadClient
    profiles: Profiles
    limiter: RateLimiter
    clock: Clock
    page_size: int
    system: Callable[[], System | None]
    on_progress: Callable[[SyncProgress], None]
    on_changed: Callable[[frozenset[str]], None]

    async def ask(self, call: Callable[[BillingAPI], Awaitable[T]]) -> T:
        """Return the result of `call(api)`, within the rate limit. Raises Offline, ApiErrors."""
        return await self.limiter.call(lambda: self.reads.ask(call))
