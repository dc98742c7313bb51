"""Read from the billing system in the background loop, and report results to the link."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from wbtui import errors
from wbtui.api.port import BillingAPI
from wbtui.services.link import Link
from wbtui.services.loops import LoopThread

T = TypeVar("T")


class Client:
    """API client that belongs to one loop thread, created there on first use."""

    def __init__(self, loop: LoopThread, make: Callable[[], BillingAPI]) -> None:
        self.loop = loop
        self._make = make
        self._api: BillingAPI | None = None

    def get(self) -> BillingAPI:
        """Return the client; call it in its loop only. Raises what creating it raises (no key, bad URL)."""
        if self._api is None:
            self._api = self._make()
            self.loop.add_cleanup(self._api.aclose)
        return self._api

    def renew(self) -> None:
        """Create the client again at the next use. Requests under way end with the one before."""
        self._api = None


class ReadClient:
    """Client for requests that change nothing.

    Every request but the probes of `link` goes through it: it asks `link` whether requests are possible, and
    reports each result to it.
    """

    def __init__(self, client: Client, link: Link) -> None:
        self._client = client
        self._link = link

    async def ask(self, call: Callable[[BillingAPI], Awaitable[T]]) -> T:
        """Return the result of `call(api)`. From any loop.

        Raises Offline without sending anything if the link is offline, and every kind of ApiError.
        """
        await self._link.wait_until_known()  # it may be another system
        self._link.require_reachable()
        return await self._client.loop.run(self._call(call))

    async def _call(self, call: Callable[[BillingAPI], Awaitable[T]]) -> T:
        try:
            answer = await call(self._client.get())
        except errors.ApiError as error:
            self._link.report(error)
            raise
        self._link.report(None)
        return answer
