"""Sending an intent: once, journalled before the first byte, bounded by the wall clock."""

from __future__ import annotations

import asyncio
import logging

from wbtui import errors
from wbtui.models.preview import Intent, JournalEntry, Outcome, Preview, Status
from wbtui.services.actions import classify
from wbtui.services.actions.recorder import OutcomeRecorder, not_journalled, withdrawn

log = logging.getLogger(__name__)


class Send:
    """One sending of one intent; runs in the money thread.

    `new_preview` is set when the server refused because the data moved. `failure` is an error that is a
    fault of wbtui itself: the outcome is then unknown, and the error is kept for the log.
    """

    def __init__(self, recorder: OutcomeRecorder, intent: Intent, *, first: bool) -> None:
        self._recorder = recorder
        self._intent = intent
        self._first = first
        self._begun = False
        self.new_preview: Preview | None = None

    async def run(self) -> Outcome:
        """Mark as sent, send, judge, write down. Always ends in an outcome, never in an exception.

        Only cancelling (wbtui closes) goes through, after *unknown* was written down.
        """
        recorder, key = self._recorder, self._intent.key
        try:
            entry = recorder.journal.entry_now(key)
            # Durable before the first byte: a crash from here on is found as "sent" and looked up.
            recorder.journal.sent_now(key)
        except errors.StoreError as error:
            return self._stopped(error)
        recorder.tell(key)
        try:
            outcome = await self._answer(entry)
        except asyncio.CancelledError:
            recorder.settle(
                self._made(
                    classify.Classification(Status.UNKNOWN, f"wbtui was closed meanwhile. {classify.LOOK_UP}")
                )
            )
            raise
        return recorder.settle(outcome)

    async def _answer(self, entry: JournalEntry) -> Outcome:
        recorder = self._recorder
        try:
            async with asyncio.timeout(recorder.rules.deadline):
                outcome = await recorder.api.perform(self._intent, on_sending=self._sending)
        except asyncio.CancelledError:
            raise
        except TimeoutError:
            seconds = f"{recorder.rules.deadline:g}"
            return self._judged(errors.TimedOut(f"No answer within {seconds} seconds."))
        except errors.WbtuiError as error:
            return self._judged(error)
        except Exception as error:  # noqa: BLE001 - whatever broke, money may have moved: never a crash
            log.error("Sending %s failed inside wbtui: %s", self._intent.key, type(error).__name__)
            return self._judged(error)
        recorder.link.report(None)
        return await recorder.checked(entry, outcome)

    def _sending(self) -> None:
        self._begun = True

    def _judged(self, error: BaseException) -> Outcome:
        if isinstance(error, errors.ApiError):
            self._recorder.link.report(error)
        if isinstance(error, errors.BasisChanged) and isinstance(error.preview, Preview):
            self.new_preview = error.preview
        return self._made(classify.classify_error(error, first=self._first, begun=self._begun))

    def _made(self, verdict: classify.Classification) -> Outcome:
        return self._recorder.made(self._intent.key, self._intent.action.kind, verdict)

    def _stopped(self, error: errors.StoreError) -> Outcome:
        """The journal did not take the row as sent, so nothing was: withdrawn elsewhere, or no disk."""
        recorder, key = self._recorder, self._intent.key
        if not self._first:
            trouble = f"{error.sentence} Nothing was sent this time; the first sending is still unknown."
            return self._made(classify.Classification(Status.UNKNOWN, trouble))
        try:
            entry = recorder.journal.entry_now(key)
            if entry.status is not Status.INTENDED:
                return self._made(withdrawn(f"{error.sentence} Nothing was sent."))
            recorder.journal.withdraw_now(key)
        except errors.StoreError:
            pass  # an intended row is withdrawn at the next start: it was surely never sent
        recorder.tell(key)
        return self._made(not_journalled(error))
