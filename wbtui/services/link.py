"""The link to the billing system: online, degraded, offline or read-only, since when, and why."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wbtui import errors
from wbtui.models.capability import System
from wbtui.services.clock import Clock
from wbtui.services.loops import LoopThread
from wbtui.services.signals import Signal

log = logging.getLogger(__name__)

SETTLE = 2.0
"""Seconds a shown state stays at least: a flapping link does not make the screen flicker."""
PROBE_GAP = 5.0
"""Seconds between two probes at least."""
PROBE_MAX = 15.0
"""Seconds after which a link that is back is noticed at the latest, as long as the server answers at once."""
PROBE_INTERVAL = 60.0
"""Seconds between two looks while all is well: they keep date and capabilities true."""

KEY_REJECTED = "The key is not accepted any more: read-only. Connect again with a valid key."


class LinkKind(StrEnum):
    """`degraded`: something answers, but not as it should, or not to this key."""

    CONNECTING = "connecting"
    ONLINE = "online"
    DEGRADED = "degraded"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class LinkState:
    """`why` is one sentence, empty when online. `since` is in UTC. Server text inside is not cleaned."""

    kind: LinkKind
    why: str
    since: datetime
    writable: bool

    def is_same(self, other: LinkState) -> bool:
        """Equal but for the instant."""
        return (self.kind, self.why, self.writable) == (other.kind, other.why, other.writable)


class Link:
    """Judges every call's end, probes while something is wrong, and tells when the state changes.

    `state` may be read in any thread; everything else happens in the background loop.
    """

    def __init__(
        self,
        loop: LoopThread,
        probe: Callable[[], Awaitable[System]],
        *,
        clock: Clock | None = None,
        pinned_offline: bool = False,
        on_system: Callable[[System], None] = lambda _system: None,
    ) -> None:
        self._loop = loop
        self._probe = probe
        self._clock = clock or Clock()
        self._on_system = on_system
        self.pinned_offline = pinned_offline
        self.changed: Signal[LinkState] = Signal()
        now = self._clock.now()
        self.state = (
            LinkState(LinkKind.OFFLINE, "Started with --offline: nothing is sent or fetched.", now, False)
            if pinned_offline
            else LinkState(LinkKind.CONNECTING, "Connecting …", now, False)
        )
        self._next = self.state
        self._changed_at = float("-inf")
        self._probed_at = float("-inf")
        self._timeouts = 0
        self._settling: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._wake: asyncio.Event | None = None

    # ── for callers in any thread ──
    @property
    def writable(self) -> bool:
        """Whether a command may be begun now."""
        return self.state.writable

    @property
    def read_only_reason(self) -> str | None:
        """None when writable; else one sentence with the way out."""
        state = self.state
        if state.writable:
            return None
        if state.kind is LinkKind.OFFLINE and not self.pinned_offline:
            return f"Offline: {state.why} Nothing can be sent; it works again once the link is back."
        return state.why

    @property
    def reachable(self) -> bool:
        """Whether asking the server makes sense now."""
        return self.state.kind is not LinkKind.OFFLINE

    def start(self) -> None:
        """Begin to probe; the first probe goes out at once. Pinned offline: nothing ever goes out."""
        if not self.pinned_offline:
            self._loop.start()
            self._loop.call(self._start_watching)

    def report(self, error: BaseException | None) -> None:
        """How a call ended: None when it was answered. From any thread."""
        if not self.pinned_offline:
            self._loop.call(self._evaluate, error, False)

    def request_probe(self) -> None:
        """Somebody waits: probe as soon as the gap between probes allows. From any thread."""
        if not self.pinned_offline:
            self._loop.call(self._wake_up)

    async def wait_until_known(self) -> LinkState:
        """Return the state once the first probe has ended. From any loop."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        unsubscribe = self.changed.subscribe(lambda _state: loop.call_soon_threadsafe(changed.set))
        try:
            while self.state.kind is LinkKind.CONNECTING:
                await changed.wait()
                changed.clear()
        finally:
            unsubscribe()
        return self.state

    # ── in the background loop ──
    def _start_watching(self) -> None:
        if self._watching is None:
            self._wake = asyncio.Event()
            self._watching = asyncio.get_running_loop().create_task(self._watch())

    def _wake_up(self) -> None:
        if self._wake is not None:
            self._wake.set()

    async def _watch(self) -> None:
        gap = PROBE_GAP
        while True:
            await self._probe_once()
            if self._next.kind is LinkKind.ONLINE:
                gap = PROBE_GAP
                await self._pause(PROBE_INTERVAL)
                # One failed call is no reason to probe twice within the gap.
                await self._wait_for_gap()
            else:
                await self._pause(gap)
                await self._wait_for_gap()
                gap = min(gap * 1.5, PROBE_MAX)

    async def _wait_for_gap(self) -> None:
        rest = self._probed_at + PROBE_GAP - self._clock.monotonic()
        if rest > 0:
            await self._clock.sleep(rest)

    async def _pause(self, seconds: float) -> None:
        """Until the time is over or somebody wakes the watch."""
        assert self._wake is not None
        self._wake.clear()
        waits = [asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._wake.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _probe_once(self) -> None:
        self._probed_at = self._clock.monotonic()
        try:
            system = await self._probe()
        except errors.WbtuiError as error:
            self._evaluate(error, True)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the watch for ever
            log.error("A probe failed inside wbtui: %s", type(error).__name__)
            self._evaluate(errors.BadAnswer("wbtui could not make sense of the answer."), True)
        else:
            self._on_system(system)
            self._evaluate(None, True)

    def _evaluate(self, error: BaseException | None, is_probe: bool) -> None:
        next_state = self._classify(error, is_probe)
        if next_state is None:
            self._wake_up()
            return
        if next_state.kind is not LinkKind.ONLINE and self._next.kind is LinkKind.ONLINE:
            self._wake_up()
        self._next = next_state
        self._settle()

    def _classify(self, error: BaseException | None, is_probe: bool) -> LinkState | None:
        """What one call's end says of the link; None when it says too little and a probe should tell."""
        now = self._clock.now()
        match error:
            case errors.TimedOut() | errors.ConnectionLost():
                self._timeouts += 1
                kind = LinkKind.OFFLINE if self._timeouts > 1 or is_probe else LinkKind.DEGRADED
                return LinkState(kind, error.sentence, now, kind is LinkKind.DEGRADED)
            case errors.Unreachable():
                return LinkState(LinkKind.OFFLINE, error.sentence, now, False)
        self._timeouts = 0
        match error:
            case errors.Unauthorized():
                return LinkState(LinkKind.DEGRADED, KEY_REJECTED, now, False)
            case errors.ServerFailed():
                return LinkState(LinkKind.DEGRADED, error.sentence, now, True)
            case errors.BadAnswer() | errors.Redirected() | errors.NotFound() if is_probe:
                return LinkState(LinkKind.DEGRADED, error.sentence, now, False)
            case errors.BadAnswer() | errors.Redirected():
                return None
            case errors.WbtuiError() if is_probe and not isinstance(error, errors.RateLimited):
                return LinkState(LinkKind.DEGRADED, error.sentence, now, False)
        return LinkState(LinkKind.ONLINE, "", now, True)

    def _settle(self) -> None:
        """Show what is next_state: at once, or when the shown state has stood for long enough."""
        if self._next.is_same(self.state) or self._settling is not None:
            return
        wait = self._changed_at + SETTLE - self._clock.monotonic()
        if wait > 0:
            self._settling = asyncio.get_running_loop().create_task(self._settle_later(wait))
        else:
            self._show(self._next)

    async def _settle_later(self, wait: float) -> None:
        await self._clock.sleep(wait)
        self._settling = None
        if not self._next.is_same(self.state):
            self._show(self._next)

    def _show(self, state: LinkState) -> None:
        self._changed_at = self._clock.monotonic()
        self.state = state
        self.changed.emit(state)
