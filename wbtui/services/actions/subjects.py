"""Load the object of an action and the parts its form needs; from the cache while offline."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from wbtui import errors
from wbtui.models.actions import About
from wbtui.models.page import Stamped
from wbtui.models.parts import CREDITS, CUSTOMER, INVOICE, METHODS, PAYMENTS, REFUNDS, SUBSCRIPTIONS, Part
from wbtui.services.profile import Profiles

T = TypeVar("T")
Read: TypeAlias = Callable[[Part[Any], str], Awaitable[Stamped[Any]]]
"""Reads a part of an owner, such as `Profiles.fetch`."""

_PARTS: dict[About, Part[Any]] = {
    "customer": CUSTOMER,
    "subscription": SUBSCRIPTIONS,
    "invoice": INVOICE,
    "payment": PAYMENTS,
    "method": METHODS,
    "credit": CREDITS,
    "refund": REFUNDS,
}


class OfflineReader:
    """Reads parts from the server; where it can't be reached, from the cache, even if stale.

    With `or_summary`, a part that is not cached is derived from the lists of a sync.

    Attributes:
        cached_at: when the oldest part was fetched that is stale and was not confirmed by the server; None
            without any.
    """

    def __init__(self, profiles: Profiles, *, or_summary: bool = False) -> None:
        self.cached_at: datetime | None = None
        self._profiles = profiles
        self._or_summary = or_summary

    async def cached(self, part: Part[T], owner: str) -> Stamped[T]:
        """Return a part that is cached, even if stale. Never asks the server. Raises NotCached."""
        value = await self._profiles.cached(part, owner)
        if value is None:
            raise errors.NotCached(f"{part.title} must be fetched.")
        if not self._profiles.is_fresh(value):
            self._note_age(value)
        return value

    async def fetch(self, part: Part[T], owner: str) -> Stamped[T]:
        """Return a part as the server has it now. Raises what `Profiles.fetch` raises."""
        return await self._read(part, owner, force=True)

    async def load(self, part: Part[T], owner: str) -> Stamped[T]:
        """Return a part that may be some minutes old. Raises what `Profiles.load` raises."""
        return await self._read(part, owner, force=False)

    async def _read(self, part: Part[T], owner: str, *, force: bool) -> Stamped[T]:
        try:
            return await self._profiles.load(part, owner, force=force)
        except errors.NOT_REACHED:
            cached = await self._profiles.cached(part, owner)
            if cached is None and self._or_summary:
                cached = await self._profiles.summary(part, owner)
            if cached is None:
                raise
            self._note_age(cached)
            return cached

    def _note_age(self, value: Stamped[Any]) -> None:
        self.cached_at = min(self.cached_at or value.fetched_at, value.fetched_at)


async def load_subject(read: Read, about: About, subject_id: str, customer_id: str) -> Any:
    """Return an object of a customer.

    Raises NotFound, also when the customer's list no longer has it, and what `read` raises.
    """
    part = _PARTS[about]
    value = (await read(part, subject_id if part is INVOICE else customer_id)).value
    if part in (CUSTOMER, INVOICE):
        return value
    found = next((one for one in value if one.id == subject_id), None)
    if found is None:
        raise errors.NotFound(f"This {about} no longer exists in the billing system.")
    return found


async def missing_objects(
    profiles: Profiles, objects: Iterable[tuple[About, str]], customer_id: str
) -> frozenset[str]:
    """Return the IDs of those objects of a customer that forms of actions could not load offline."""
    read, missing = OfflineReader(profiles).cached, set[str]()
    for about, subject_id in objects:
        try:
            await load_subject(read, about, subject_id, customer_id)
        except errors.WbtuiError:
            missing.add(subject_id)
    return frozenset(missing)
