"""Resolve unknown outcomes: look up the key, retry the identical request, or abandon it."""

from __future__ import annotations

import asyncio
import logging

from wbtui import errors
from wbtui.models.preview import Intent, JournalEntry, Outcome, Preview, Status
from wbtui.services.actions import classify
from wbtui.services.actions.money_client import MoneyClient
from wbtui.services.actions.recorder import OutcomeRecorder
from wbtui.services.actions.send import Send
from wbtui.services.actions.verify import CHECK_CUSTOMER, Verifier
from wbtui.services.link import LinkKind, LinkState

log = logging.getLogger(__name__)


class Reconciler:
    """Runs in the money thread. One thing at a time per key: a look-up never overlaps a retry."""

    def __init__(self, client: MoneyClient, recorder: OutcomeRecorder, verifier: Verifier) -> None:
        self._client = client
        self._recorder = recorder
        self._verifier = verifier
        self._locks: dict[str, asyncio.Lock] = {}
        self._look_ups: dict[str, asyncio.Task[None]] = {}
        self._reachable = asyncio.Event()
        self._unsubscribe = client.link.changed.subscribe(
            lambda state: client.loop.call(self._on_link_changed, state)
        )

    # ── for the agent ──
    async def look_up(self, key: str) -> Outcome:
        """Ask for the outcome recorded for a key; not found keeps it unknown.

        Raises Offline, NotCached (no such entry). If the look-up fails, the outcome says why.
        """
        async with self._lock(key):
            entry = self._recorder.journal.entry_now(key)
            if entry.status is not Status.UNKNOWN:
                return entry.outcome()
            self._client.link.require_reachable()
            return await self._fetch_outcome(entry)

    async def resend(self, key: str) -> Outcome:
        """Retry the identical request under the same key. Raises Offline, NotOffered, StoreError."""
        async with self._lock(key):
            recorder = self._recorder
            entry = recorder.journal.entry_now(key)
            if entry.status is not Status.UNKNOWN:
                return entry.outcome()
            self._require_keys("a retry could run twice")
            self._client.link.require_reachable()
            return await Send(
                self._client, recorder, self._verifier, self._confirmed_intent(key), first=False
            ).run()

    async def abandon(self, key: str) -> Outcome:
        """Abandon the key: afterwards it never runs, or its outcome is known.

        Raises Offline, NotOffered. When the answer is lost, the outcome stays unknown.
        """
        async with self._lock(key):
            entry = self._recorder.journal.entry_now(key)
            if entry.status is not Status.UNKNOWN:
                return entry.outcome()
            self._require_keys("a request cannot be abandoned")
            self._client.link.require_reachable()
            try:
                found = await self._client.ask(lambda api: api.abandon(key))
            except errors.ApiError as error:
                trouble = f"{error.sentence} We do not know whether it was abandoned. Try again."
                return await self._recorder.record(self._recorder.unknown_outcome(entry, trouble))
            return await self._recorder.record(await self._verifier.check(entry, found))

    async def settle(self, key: str, *, done: bool) -> Outcome:
        """Record what the agent saw in a system that keeps no record of requests.

        Raises NotOffered where the outcome can be looked up, NotCached (no such entry).
        """
        async with self._lock(key):
            entry = self._recorder.journal.entry_now(key)
            if entry.status is not Status.UNKNOWN:
                return entry.outcome()
            system = self._client.system()
            if system is None or system.keys_honoured:
                raise errors.NotOffered(classify.HAS_RECORD, hint="Check its status first.")
            found = classify.classify_report(done=done)
            return await self._recorder.record(self._recorder.local_outcome(key, entry.kind, found))

    # ── in the background ──
    def start_look_up(self, key: str) -> None:
        """Look the key up a few times, with growing pauses, while the link is there."""
        running = self._look_ups.get(key)
        if running is None or running.done():
            self._look_ups[key] = asyncio.get_running_loop().create_task(self._look_up_repeatedly(key))

    def look_up_all(self) -> None:
        """Look up every entry whose outcome is unknown."""
        try:
            for entry in self._recorder.journal.unresolved_now():
                if entry.status is Status.UNKNOWN:
                    self.start_look_up(entry.key)
        except errors.StoreError as error:
            log.error("Unknown outcomes could not be read: %s", error.sentence)

    def stop(self) -> None:
        """Stop all look-ups."""
        self._unsubscribe()
        for task in self._look_ups.values():
            task.cancel()

    async def _look_up_repeatedly(self, key: str) -> None:
        for pause in (*self._client.timeouts.pauses, None):
            if not self._client.link.reachable:
                self._reachable.clear()
                await self._reachable.wait()
            try:
                if (await self.look_up(key)).status is not Status.UNKNOWN:
                    return
            except errors.Offline:
                continue
            except errors.WbtuiError:
                return  # the entry stays unknown, with the reason
            if pause is not None:
                await self._client.clock.sleep(pause)

    def _on_link_changed(self, state: LinkState) -> None:
        if self._client.link.reachable:
            self._reachable.set()
        if state.kind is LinkKind.ONLINE:
            self.look_up_all()

    async def _fetch_outcome(self, entry: JournalEntry) -> Outcome:
        recorder = self._recorder
        try:
            return await recorder.record(await self._outcome_of(entry))
        except errors.NotFound:
            trouble = classify.MAY_ARRIVE
        except errors.ApiError as error:
            trouble = f"The status could not be checked. {error.sentence}"
        return await recorder.record(recorder.unknown_outcome(entry, trouble))

    async def _outcome_of(self, entry: JournalEntry) -> Outcome:
        try:
            found = await self._client.ask(lambda api: api.outcome_of(entry.key))
        except errors.NotOffered:
            return await self._verifier.from_data(entry)
        return await self._verifier.check(entry, found)

    def _confirmed_intent(self, key: str) -> Intent:
        """Return the intent as it was confirmed, also after a restart; of its preview, what sending needs."""
        confirmed = self._recorder.journal.confirmed_now(key)
        at = self._client.clock.now()
        preview = Preview(basis=confirmed.basis, computed_at=at, expires_at=at, changes=confirmed.changes)
        return Intent(key, confirmed.action, preview, confirmed.body)

    def _require_keys(self, why: str) -> None:
        system = self._client.system()
        if system is None or not system.keys_honoured:
            sentence = f"This billing system does not support idempotency keys: {why}."
            raise errors.NotOffered(sentence, hint=CHECK_CUSTOMER)

    def _lock(self, key: str) -> asyncio.Lock:
        return self._locks.setdefault(key, asyncio.Lock())
