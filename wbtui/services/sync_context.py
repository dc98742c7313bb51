"""Dependencies shared by the steps of one sync."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from wbtui import errors
from wbtui.api.port import BillingAPI
from wbtui.models.capability import System
from wbtui.models.page import Page, Stamped
from wbtui.models.parts import Part
from wbtui.services.clock import Clock
from wbtui.services.profile import Profiles
from wbtui.services.progress import SyncProgress
from wbtui.services.rate_limiter import RateLimiter
from wbtui.services.read_client import ReadClient
from wbtui.store.cache import Cache
from wbtui.store.sync_state import ListKind

T = TypeVar("T")
REFUSED_CURSOR = (errors.CursorExpired, errors.Rejected, errors.BadCursor)
"""Errors that say that a list cannot be read on from a cursor."""


@dataclass(frozen=True)
class SyncContext:
    """Cache, server and limits of one sync. All of it is used in the background loop.

    Attributes:
        system: returns the connected system, None before the first discovery.
        on_changed: receives the IDs of customers that changed or were deleted.
        on_progress: receives the progress of every step.
    """

    cache: Cache
    reads: ReadClient
    profiles: Profiles
    limiter: RateLimiter
    clock: Clock
    page_size: int
    system: Callable[[], System | None]
    on_changed: Callable[[frozenset[str]], None]
    on_progress: Callable[[SyncProgress], None] = lambda _progress: None

    async def ask(self, call: Callable[[BillingAPI], Awaitable[T]]) -> T:
        """Return the result of `call(api)`, within the rate limit. Raises Offline, ApiErrors."""
        return await self.limiter.call(lambda: self.reads.ask(call))

    async def page(self, kind: ListKind, cursor: str | None, *, limit: int) -> Page[Any]:
        """Return a page of customers or invoices, within the rate limit. Raises Offline, ApiErrors."""
        if kind == "customers":
            return await self.ask(lambda api: api.customers(cursor, limit=limit))
        return await self.ask(lambda api: api.invoices(cursor, limit=limit))

    async def fetch(self, part: Part[T], owner: str) -> Stamped[T]:
        """Fetch and cache a part, within the rate limit. Raises what `Profiles.fetch` raises."""
        return await self.limiter.call(lambda: self.profiles.fetch(part, owner))
