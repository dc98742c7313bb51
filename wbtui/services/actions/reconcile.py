"""Unknown outcomes: looked up by key, sent again with the same bytes, or given up; never guessed."""

from __future__ import annotations

import asyncio
import logging

from wbtui import errors
from wbtui.models.preview import Intent, JournalEntry, Outcome, Preview, Reversible, Status
from wbtui.services.actions import classify
from wbtui.services.actions.recorder import OutcomeRecorder
from wbtui.services.actions.send import Send
from wbtui.services.link import LinkKind, LinkState

log = logging.getLogger(__name__)


class Reconciler:
    """Runs in the money thread. One thing at a time per key: a look-up never overlaps a re-send."""

    def __init__(self, recorder: OutcomeRecorder) -> None:
        self._recorder = recorder
        self._locks: dict[str, asyncio.Lock] = {}
        self._searches: dict[str, asyncio.Task[None]] = {}
        self._there = asyncio.Event()
        self._stop_listening = recorder.link.changed.subscribe(
            lambda state: recorder.loop.call(self._link_changed, state)
        )

    # ── what the agent may ask for ──
    async def look_up(self, key: str) -> Outcome:
        """Ask for the outcome recorded for a key; not found keeps it unknown.

        Raises Offline, NotCached (no such row). Trouble on the way is told in the outcome.
        """
        async with self._lock(key):
            entry = self._recorder.journal.entry_now(key)
            if entry.status is not Status.UNKNOWN:
                return self._recorder.outcome(entry)
            self._must_be_linked()
            return await self._looked_up(entry)

    async def resend(self, key: str) -> Outcome:
        """Send the same bytes under the same key once more. Raises Offline, NotOffered, StoreError."""
        async with self._lock(key):
            recorder = self._recorder
            entry = recorder.journal.entry_now(key)
            if entry.status is not Status.UNKNOWN:
                return recorder.outcome(entry)
            system = recorder.system()
            if system is None or not system.keys_honoured:
                raise errors.NotOffered(
                    "This billing system does not promise that one key runs once: it could run twice.",
                    hint="Look at the customer whether it was carried out.",
                )
            self._must_be_linked()
            return await Send(recorder, _same_bytes(key, recorder), first=False).run()

    async def abandon(self, key: str) -> Outcome:
        """Give the key up: afterwards it is refused for ever, or the outcome it had is known.

        Raises Offline, NotOffered. When the answer is lost, the outcome stays unknown.
        """
        async with self._lock(key):
            entry = self._recorder.journal.entry_now(key)
            if entry.status is not Status.UNKNOWN:
                return self._recorder.outcome(entry)
            self._must_be_linked()
            try:
                found = await self._recorder.within(self._recorder.rules.ask, lambda api: api.abandon(key))
            except errors.ApiError as error:
                trouble = f"{error.sentence} It is not known whether the command was given up. Try again."
                return self._recorder.settle(self._unknown(entry, trouble))
            return self._recorder.settle(await self._recorder.checked(entry, found))

    # ── what goes on by itself ──
    def begin(self, key: str) -> None:
        """Look the key up a few times, with growing pauses, while the link is there."""
        running = self._searches.get(key)
        if running is None or running.done():
            self._searches[key] = asyncio.get_running_loop().create_task(self._search(key))

    def begin_all(self) -> None:
        """The same for everything the journal has as unknown."""
        try:
            for entry in self._recorder.journal.unresolved_now():
                if entry.status is Status.UNKNOWN:
                    self.begin(entry.key)
        except errors.StoreError as error:
            log.error("Unknown outcomes could not be read: %s", error.sentence)

    def stop(self) -> None:
        """No look-ups any more."""
        self._stop_listening()
        for search in self._searches.values():
            search.cancel()

    async def _search(self, key: str) -> None:
        for pause in (*self._recorder.rules.pauses, None):
            if not self._recorder.link.reachable:
                self._there.clear()
                await self._there.wait()
            try:
                if (await self.look_up(key)).status is not Status.UNKNOWN:
                    return
            except errors.Offline:
                continue
            except errors.WbtuiError:
                return  # nothing to look up here; the row stays unknown and says so
            if pause is not None:
                await self._recorder.clock.sleep(pause)

    def _link_changed(self, state: LinkState) -> None:
        if state.kind is not LinkKind.OFFLINE:
            self._there.set()
        if state.kind is LinkKind.ONLINE:
            self.begin_all()

    async def _looked_up(self, entry: JournalEntry) -> Outcome:
        recorder = self._recorder
        try:
            found = await recorder.within(recorder.rules.ask, lambda api: api.outcome_of(entry.key))
        except errors.NotFound:
            return recorder.settle(self._unknown(entry, classify.MAY_ARRIVE))
        except errors.NotOffered:
            return recorder.settle(
                self._unknown(
                    entry,
                    "This billing system keeps no record of commands, so it cannot be looked up. "
                    "Look at the customer whether it was carried out.",
                )
            )
        except errors.ApiError as error:
            return recorder.settle(
                self._unknown(entry, f"It could not be looked up: {error.sentence} Try again.")
            )
        return recorder.settle(await recorder.checked(entry, found))

    def _unknown(self, entry: JournalEntry, trouble: str) -> Outcome:
        return self._recorder.made(entry.key, entry.kind, classify.Classification(Status.UNKNOWN, trouble))

    def _must_be_linked(self) -> None:
        if not self._recorder.link.reachable:
            self._recorder.link.nudge()
            raise errors.Offline(self._recorder.link.state.why)

    def _lock(self, key: str) -> asyncio.Lock:
        return self._locks.setdefault(key, asyncio.Lock())


def _same_bytes(key: str, recorder: OutcomeRecorder) -> Intent:
    """The intent as it was confirmed, also after a restart; of its preview, what sending needs."""
    confirmed = recorder.journal.confirmed_now(key)
    at = recorder.clock.now()
    preview = Preview(
        basis=confirmed.basis,
        computed_at=at,
        expires_at=at,
        lines=(),
        due_now=(),
        next_invoice=None,
        changes=confirmed.observed,
        reversible=Reversible(how="no"),
        documents=(),
        emails=(),
        warnings=(),
        lookalikes=(),
        refused=None,
        customer_sentence=None,
    )
    return Intent(key, confirmed.action, preview, confirmed.body)
