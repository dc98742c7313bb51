"""Access to the billing system from the money thread, with its own client and deadlines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from wbtui import errors
from wbtui.api.port import BillingAPI
from wbtui.models.capability import System
from wbtui.services.clock import Clock
from wbtui.services.link import Link
from wbtui.services.read_client import Client

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ActionTimeouts:
    """How long each step of an action may take, in seconds.

    Attributes:
        undo: the undo window after confirming.
        deadline: one request that performs an action, in elapsed time.
        ask: one look-up of an outcome.
        pauses: between the look-ups of an unknown outcome.
    """

    undo: float = 3.0
    deadline: float = 30.0
    ask: float = 10.0
    pauses: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)


def no_answer(seconds: float) -> errors.TimedOut:
    """Return the error of a request without a response in time."""
    return errors.TimedOut(f"The server did not answer within {seconds:g} s.")


class MoneyClient:
    """Client, link, timeouts and clock of the money thread. Call its methods in that thread."""

    def __init__(
        self,
        client: Client,
        link: Link,
        system: Callable[[], System | None],
        *,
        timeouts: ActionTimeouts,
        clock: Clock,
    ) -> None:
        self._client = client
        self.loop = client.loop
        self.link = link
        self.system = system
        self.timeouts = timeouts
        self.clock = clock

    @property
    def api(self) -> BillingAPI:
        """The client that belongs to the money thread."""
        return self._client.get()

    async def ask(self, call: Callable[[BillingAPI], Awaitable[T]]) -> T:
        """Return the result of `call(api)` within `timeouts.ask`, and report it to the link.

        Raises TimedOut and every other kind of ApiError.
        """
        seconds = self.timeouts.ask
        try:
            async with asyncio.timeout(seconds):
                answer = await call(self.api)
        except TimeoutError:
            error: errors.ApiError = no_answer(seconds)
            self.link.report(error)
            raise error from None
        except errors.ApiError as error:
            self.link.report(error)
            raise
        self.link.report(None)
        return answer
