"""Fetch all parts of profiles ahead of time, so that they can be read offline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from wbtui import errors
from wbtui.services.clock import Clock
from wbtui.services.directory import Directory
from wbtui.services.link import Link
from wbtui.services.loops import LoopThread, first_error
from wbtui.services.profile import Profiles
from wbtui.services.progress import Meter, SyncPhase, SyncProgress
from wbtui.services.queue import Queues
from wbtui.services.rate_limiter import RateLimiter
from wbtui.services.sync import Sync

CONCURRENCY = 4
"""Maximum number of customers whose parts are fetched at the same time, within the rate limit."""
MAX_AGE = timedelta(days=1)
"""Age at which a part is fetched again."""
IDLE_SECONDS = 20.0
"""Seconds without input of the agent after which likely customers are fetched."""
CHECK_INTERVAL = 10.0
ROUND_INTERVAL = 300.0
"""Seconds until the next round over the likely customers."""
MOST_FAILED = 10
"""Number of requests in a row after whose failure the server counts as out of order, and fetching ends."""
MOST_LIKELY = 100
"""Maximum number of customers that are fetched in idle time."""
_QUICK_ACCESS = 50
_IDS_AT_ONCE = 1_000
PAST_DUE = "is:past_due sort:-updated"


@dataclass
class DetailReport:
    """Numbers of customers and of fetched parts; `failed`: sentences about parts that cannot be fetched.

    `in_a_row`: number of requests since the last one that the server processed.
    """

    customers: int = 0
    fetched: int = 0
    failed: list[str] = field(default_factory=list)
    in_a_row: int = 0


class Details:
    """Fetches parts in the background loop."""

    def __init__(
        self,
        profiles: Profiles,
        directory: Directory,
        queues: Queues,
        sync: Sync,
        link: Link,
        loop: LoopThread,
        limiter: RateLimiter,
        clock: Clock,
    ) -> None:
        self._loop = loop
        self._profiles = profiles
        self._directory = directory
        self._queues = queues
        self._sync = sync
        self._link = link
        self._limiter = limiter
        self._clock = clock
        self._used_at = clock.monotonic()

    def note_use(self) -> None:
        """Restart the idle timer, because the agent is active."""
        self._used_at = self._clock.monotonic()

    async def fetch_matching(
        self, query: str, progress: Callable[[SyncProgress], None] = lambda _progress: None
    ) -> DetailReport:
        """Fetch the missing and outdated parts of all cached customers that match. Raises BadInput, Offline.

        `progress` is called in the background loop.
        """
        search = self._directory.open(query, separate=True)
        if search.query.problems:
            raise errors.BadInput(search.query.problems[0].message)
        # All IDs first: what is fetched may take a customer out of the result, which would shift its pages.
        ids: list[str] = []
        while page := await search.ids(len(ids), _IDS_AT_ONCE):
            ids += page
        return await self._loop.run(self._fetch(list(dict.fromkeys(ids)), progress))

    async def fetch_when_idle(self) -> None:
        """Fetch the parts of likely customers whenever the agent pauses, until cancelled."""
        pause = CHECK_INTERVAL
        while True:
            await self._clock.sleep(pause)
            pause = CHECK_INTERVAL
            if self._is_idle():
                likely = await self._likely()
                due = [one for one in likely if await self._profiles.due_parts(one, MAX_AGE)]
                if due:
                    await self._fetch_some(due)
                if self._is_idle():
                    pause = ROUND_INTERVAL

    async def _fetch_some(self, customer_ids: list[str]) -> None:
        # Once, not for each customer: a slow link pays for every cell.
        self._sync.show(SyncProgress(SyncPhase.DETAILS, total=len(customer_ids)))
        try:
            await self._fetch(customer_ids, may_go_on=self._is_idle)
        except errors.WbtuiError:
            return  # the link or the next sync says why
        finally:
            if self._sync.progress.phase is SyncPhase.DETAILS:
                self._sync.show(SyncProgress(SyncPhase.FOLLOWING))

    def _is_idle(self) -> bool:
        phases = (SyncPhase.FOLLOWING, SyncPhase.DETAILS)
        return (
            self._link.reachable
            and self._sync.progress.phase in phases
            and self._clock.monotonic() - self._used_at >= IDLE_SECONDS
        )

    async def _likely(self) -> list[str]:
        """Return the customers most likely needed: pinned, recent, in the current queue, past due."""
        found = [entry.customer_id for entry, _ in await self._queues.quick_access(_QUICK_ACCESS)]
        for query in (self._queues.current, PAST_DUE):
            if query is not None and len(found) < MOST_LIKELY:
                search = self._directory.open(query, separate=True)
                found += await search.ids(0, MOST_LIKELY)
        return list(dict.fromkeys(found))[:MOST_LIKELY]

    async def _fetch(
        self,
        customer_ids: Sequence[str],
        progress: Callable[[SyncProgress], None] = lambda _progress: None,
        may_go_on: Callable[[], bool] = lambda: True,
    ) -> DetailReport:
        meter, report = Meter(SyncPhase.DETAILS, self._clock), DetailReport()
        left, total = iter(customer_ids), len(customer_ids)

        async def work() -> None:
            while may_go_on() and (customer_id := next(left, None)) is not None:
                await self._fetch_one(customer_id, report)
                report.customers += 1
                progress(meter.at(report.customers, total))

        progress(meter.at(0, total))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(CONCURRENCY):
                    group.create_task(work())
        except BaseExceptionGroup as group_error:
            raise first_error(group_error) from None
        return report

    async def _fetch_one(self, customer_id: str, report: DetailReport) -> None:
        for part in await self._profiles.due_parts(customer_id, MAX_AGE):
            try:
                await self._limiter.call(partial(self._profiles.fetch, part, customer_id))
                report.fetched += 1
                report.in_a_row = 0
            except errors.NotOffered:
                continue
            except errors.NotFound:
                return  # deleted meanwhile
            except (errors.BadAnswer, errors.Rejected, errors.TimedOut, errors.ServerFailed) as error:
                report.failed.append(f"{part.title} of {customer_id}: {error.sentence}")
                report.in_a_row += error.retryable
                if report.in_a_row >= MOST_FAILED:
                    raise
