"""Reading from the billing system: in the background loop, with the link told how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from wbtui import errors
from wbtui.api.port import BillingAPI
from wbtui.models.capability import System
from wbtui.services.link import Link
from wbtui.services.loops import LoopThread

T = TypeVar("T")


class Client:
    """A billing client that belongs to one loop, made on first use inside it."""

    def __init__(self, loop: LoopThread, make: Callable[[], BillingAPI]) -> None:
        self.loop = loop
        self._make = make
        self._api: BillingAPI | None = None

    def get(self) -> BillingAPI:
        """The client; only to be called in its loop. Raises what making it raises (no key, bad address)."""
        if self._api is None:
            self._api = self._make()
            self.loop.add_cleanup(self._api.aclose)
        return self._api


class ReadClient:
    """The one way to ask the server something that changes nothing."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._link: Link | None = None

    def follow(self, link: Link) -> None:
        """Ask `link` whether there is somebody to ask, and tell it how every call ended."""
        self._link = link

    async def ask(self, call: Callable[[BillingAPI], Awaitable[T]]) -> T:
        """The answer of `call(api)`. From any loop.

        Raises Offline when there is no link (then nothing is tried), and every kind of ApiError.
        """
        link = self._link
        if link is not None and not link.reachable:
            link.request_probe()
            raise errors.Offline(link.state.why)
        return await self._client.loop.run(self._asked(call))

    async def discover(self) -> System:
        """For the link's probes: asks whatever the link's state is."""
        return await self._client.get().discover()

    async def _asked(self, call: Callable[[BillingAPI], Awaitable[T]]) -> T:
        try:
            answer = await call(self._client.get())
        except asyncio.CancelledError:
            raise
        except errors.ApiError as error:
            self._tell(error)
            raise
        self._tell(None)
        return answer

    def _tell(self, error: errors.ApiError | None) -> None:
        if self._link is not None:
            self._link.report(error)
