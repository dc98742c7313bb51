"""Send a recorded intent: marked as sent in the journal before the first byte, with a deadline."""

from __future__ import annotations

import asyncio
import logging

from wbtui import errors
from wbtui.models.preview import Intent, JournalEntry, Outcome, Preview, Status
from wbtui.services.actions import classify
from wbtui.services.actions.money_client import MoneyClient, no_answer
from wbtui.services.actions.recorder import OutcomeRecorder
from wbtui.services.actions.verify import Verifier

log = logging.getLogger(__name__)


class Send:
    """One request that performs one intent. Runs in the money thread.

    Attributes:
        new_preview: the preview as it is now, if the server refused because the data changed.
    """

    def __init__(
        self,
        client: MoneyClient,
        recorder: OutcomeRecorder,
        verifier: Verifier,
        intent: Intent,
        *,
        first: bool,
    ) -> None:
        self._client = client
        self._recorder = recorder
        self._verifier = verifier
        self._intent = intent
        self._first = first
        self._started = False
        self.new_preview: Preview | None = None

    async def run(self) -> Outcome:
        """Mark the entry as sent, send, classify and record. Returns an outcome instead of raising errors.

        Only cancellation (wbtui closes) is raised, after *unknown* was recorded.
        """
        recorder, key = self._recorder, self._intent.key
        try:
            entry = recorder.journal.entry_now(key)
            # Durable before the first byte: after a crash, the entry is found as sent and looked up.
            recorder.journal.sent_now(key)
        except errors.StoreError as error:
            return self._not_marked(error)
        recorder.announce(key)
        try:
            outcome = await self._answer(entry)
        except asyncio.CancelledError:
            recorder.record_at_end(
                self._outcome(
                    classify.Classification(
                        Status.UNKNOWN,
                        f"wbtui was closed before the server answered. {classify.OUTCOME_UNKNOWN}",
                    )
                )
            )
            raise
        return await recorder.record(outcome)

    async def _answer(self, entry: JournalEntry) -> Outcome:
        client = self._client
        try:
            async with asyncio.timeout(client.timeouts.deadline):
                outcome = await client.api.perform(self._intent, on_sending=self._on_sending)
        except TimeoutError:
            return self._classified(no_answer(client.timeouts.deadline))
        except errors.WbtuiError as error:
            return self._classified(error)
        except Exception as error:  # noqa: BLE001 - after an internal error, too, the outcome is recorded
            log.error("Sending %s failed inside wbtui: %s", self._intent.key, type(error).__name__)
            return self._classified(error)
        client.link.report(None)
        return await self._verifier.check(entry, outcome)

    def _on_sending(self) -> None:
        self._started = True

    def _classified(self, error: BaseException) -> Outcome:
        if isinstance(error, errors.ApiError):
            self._client.link.report(error)
        if isinstance(error, errors.BasisChanged) and isinstance(error.preview, Preview):
            self.new_preview = error.preview.with_warnings_of(self._intent.preview)
        return self._outcome(classify.classify_error(error, first=self._first, started=self._started))

    def _outcome(self, found: classify.Classification) -> Outcome:
        return self._recorder.local_outcome(self._intent.key, self._intent.action.kind, found)

    def _not_marked(self, error: errors.StoreError) -> Outcome:
        """Return the outcome if the journal could not mark the entry as sent, so that nothing was sent."""
        recorder, key = self._recorder, self._intent.key
        if not self._first:
            trouble = f"{error.sentence} Nothing was sent this time. {classify.FIRST_UNKNOWN}"
            return self._outcome(classify.Classification(Status.UNKNOWN, trouble))
        try:
            entry = recorder.journal.entry_now(key)
            if entry.status is not Status.INTENDED:
                return self._outcome(classify.withdrawn(f"{error.sentence} Nothing was sent."))
            recorder.journal.withdraw_now(key)
        except errors.StoreError:
            pass  # the next start withdraws entries that were recorded and never sent
        recorder.announce(key)
        return self._outcome(classify.not_journalled(error))
