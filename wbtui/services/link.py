"""State of the connection to the billing system: online, degraded or offline, since when, and why."""

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
"""Minimum seconds between two changes of the state: an unstable link does not make screens flicker."""
PROBE_GAP = 5.0
"""Minimum seconds between two probes."""
PROBE_MAX = 15.0
"""Maximum seconds between two probes while offline or degraded."""
PROBE_INTERVAL = 60.0
"""Seconds between two probes while online, which keep the server's date and capabilities current."""

STARTED_OFFLINE = "Started with --offline. Nothing is sent or fetched."
STARTED_OFFLINE_HINT = "Cached data is available. For anything else, leave out --offline or offline = true."
KEY_REJECTED = "The billing system rejected the API key: read-only. Connect again with a valid key."


class LinkKind(StrEnum):
    """`degraded`: the server answers with errors, slowly, or rejects the API key.

    `other_system`: it is not the system that the connection was made for; nothing is sent or fetched.
    """

    CONNECTING = "connecting"
    ONLINE = "online"
    DEGRADED = "degraded"
    OFFLINE = "offline"
    OTHER_SYSTEM = "other_system"


@dataclass(frozen=True, slots=True)
class LinkState:
    """State of the link.

    Attributes:
        why: one sentence, empty when online. It may contain server text that is not cleaned.
        since: instant in UTC.
        writable: whether the server accepts actions now.
    """

    kind: LinkKind
    why: str
    since: datetime
    writable: bool

    @property
    def key_rejected(self) -> bool:
        """Whether the server accepts no call with this API key."""
        return self.why == KEY_REJECTED

    def is_same(self, other: LinkState) -> bool:
        """Return whether both are equal apart from `since`."""
        return (self.kind, self.why, self.writable) == (other.kind, other.why, other.writable)


class Link:
    """Derives the state from the result of every call, and probes the server.

    `state` can be read in any thread; everything else runs in the background loop.

    Attributes:
        pinned_offline: whether it never connects; `offline` says why.
        read_only: why no action can be sent, online or offline, where that is so from the start.
    """

    def __init__(
        self,
        loop: LoopThread,
        probe: Callable[[], Awaitable[System]],
        *,
        clock: Clock,
        offline: str | None = None,
        read_only: errors.WbtuiError | None = None,
        on_system: Callable[[System], None] = lambda _system: None,  # may raise OtherSystem
    ) -> None:
        self._loop = loop
        self._probe = probe
        self._clock = clock
        self._on_system = on_system
        self.read_only = read_only
        self.pinned_offline = offline is not None
        self.changed: Signal[LinkState] = Signal()
        now = self._clock.now()
        self.state = (
            LinkState(LinkKind.CONNECTING, "Connecting …", now, False)
            if offline is None
            else LinkState(LinkKind.OFFLINE, offline, now, False)
        )
        self._next = self.state
        self._changed_at = float("-inf")
        self._probed_at = float("-inf")
        self._timeouts = 0
        self._settling: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._wake: asyncio.Event | None = None

    # ── from any thread ──
    @property
    def writable(self) -> bool:
        """Whether an action can be started now."""
        return self.state.writable and self.read_only is None

    @property
    def read_only_reason(self) -> str | None:
        """None if actions are available; else why not, and when or how they are available again."""
        state = self.state
        if self.read_only is not None:
            return f"{self.read_only.sentence} {self.read_only.hint}".strip()
        if state.writable:
            return None
        if state.kind is LinkKind.OFFLINE and not self.pinned_offline:
            return f"Offline: {state.why} Actions are available again when it is back."
        return state.why

    def require_writable(self) -> None:
        """Raise what makes actions unavailable: `read_only`, else Offline with the reason."""
        if self.read_only is not None:
            raise self.read_only
        if (reason := self.read_only_reason) is not None:
            raise errors.Offline(reason, hint=self._hint)

    def require_reachable(self) -> None:
        """Raise Offline with the reason where no request can be sent, and probe soon."""
        if not self.reachable:
            self.request_probe()
            raise errors.Offline(self.state.why, hint=self._hint)

    @property
    def _hint(self) -> str | None:
        """The advice, where waiting for the server does not help."""
        if self.state.why == STARTED_OFFLINE:
            return STARTED_OFFLINE_HINT
        return "Cached data is available." if self.state.kind is LinkKind.OTHER_SYSTEM else None

    @property
    def reachable(self) -> bool:
        """Whether requests to the server are possible now."""
        return self.state.kind not in (LinkKind.OFFLINE, LinkKind.OTHER_SYSTEM)

    def start(self) -> None:
        """Start probing, at once for the first time. Does nothing if pinned offline."""
        if not self.pinned_offline:
            self._loop.start()
            self._loop.call(self._start_watching)

    def report(self, error: BaseException | None) -> None:
        """Report the result of a call: its error, None if it was answered. From any thread."""
        if not self.pinned_offline:
            self._loop.call(self._evaluate, error, False)

    def request_probe(self) -> None:
        """Probe as soon as `PROBE_GAP` allows. From any thread."""
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
            await self._probe_server()
            online = self._next.kind is LinkKind.ONLINE
            await self._pause(PROBE_INTERVAL if online else gap)
            rest = self._probed_at + PROBE_GAP - self._clock.monotonic()
            if rest > 0:
                await self._clock.sleep(rest)
            gap = PROBE_GAP if online else min(gap * 1.5, PROBE_MAX)

    async def _pause(self, seconds: float) -> None:
        """Wait until the time is over or a probe is requested."""
        assert self._wake is not None
        self._wake.clear()
        await self._clock.wait(self._wake, seconds)

    async def _probe_server(self) -> None:
        self._probed_at = self._clock.monotonic()
        try:
            system = await self._probe()
            self._on_system(system)
        except errors.WbtuiError as error:
            self._evaluate(error, True)
        except Exception as error:  # noqa: BLE001 - an internal error must not end the probing
            log.error("A probe failed inside wbtui: %s", type(error).__name__)
            self._evaluate(errors.BadAnswer("wbtui could not read the server's answer."), True)
        else:
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
        """Return the state that a result implies; None if a probe has to find out."""
        now = self._clock.now()
        if self._next.kind is LinkKind.OTHER_SYSTEM and not is_probe:
            return self._next
        match error:
            case errors.OtherSystem():
                return LinkState(LinkKind.OTHER_SYSTEM, f"{error.sentence} {error.hint}", now, False)
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
            case errors.WbtuiError() if is_probe and not isinstance(error, errors.RateLimited):
                return LinkState(LinkKind.DEGRADED, error.sentence, now, False)
            case errors.BadAnswer() | errors.Redirected():
                return None
        return LinkState(LinkKind.ONLINE, "", now, True)

    def _settle(self) -> None:
        """Change the state to the next one, now or when the current one has lasted `SETTLE` seconds."""
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
