"""Sending an intent: once, journalled before the first byte, bounded by the wall clock."""

from __future__ import annotations

import asyncio
import logging

from wbtui import errors
from wbtui.models.preview import Intent, JournalEntry, Outcome, Preview, Status
from wbtui.services.desk import judge
from wbtui.services.desk.room import Room, not_journalled, withdrawn

log = logging.getLogger(__name__)


class Sending:
    """One sending of one intent; runs in the money thread.

    `new_preview` is set when the server refused because the data moved. `failure` is an error that is a
    fault of wbtui itself: the outcome is then unknown, and the error is kept for the log.
    """

    def __init__(self, room: Room, intent: Intent, *, first: bool) -> None:
        self._room = room
        self._intent = intent
        self._first = first
        self._begun = False
        self.new_preview: Preview | None = None

    async def run(self) -> Outcome:
        """Mark as sent, send, judge, write down. Always ends in an outcome, never in an exception.

        Only cancelling (wbtui closes) goes through, after *unknown* was written down.
        """
        room, key = self._room, self._intent.key
        try:
            entry = room.journal.entry_now(key)
            # Durable before the first byte: a crash from here on is found as "sent" and looked up.
            room.journal.sent_now(key)
        except errors.StoreError as error:
            return self._stopped(error)
        room.tell(key)
        try:
            outcome = await self._answer(entry)
        except asyncio.CancelledError:
            room.settle(
                self._made(judge.Verdict(Status.UNKNOWN, f"wbtui was closed meanwhile. {judge.LOOK_UP}"))
            )
            raise
        return room.settle(outcome)

    async def _answer(self, entry: JournalEntry) -> Outcome:
        room = self._room
        try:
            async with asyncio.timeout(room.rules.deadline):
                outcome = await room.api.perform(self._intent, on_sending=self._sending)
        except asyncio.CancelledError:
            raise
        except TimeoutError:
            seconds = f"{room.rules.deadline:g}"
            return self._judged(errors.TimedOut(f"No answer within {seconds} seconds."))
        except errors.WbtuiError as error:
            return self._judged(error)
        except Exception as error:  # noqa: BLE001 - whatever broke, money may have moved: never a crash
            log.error("Sending %s failed inside wbtui: %s", self._intent.key, type(error).__name__)
            return self._judged(error)
        room.link.report(None)
        return await room.checked(entry, outcome)

    def _sending(self) -> None:
        self._begun = True

    def _judged(self, error: BaseException) -> Outcome:
        if isinstance(error, errors.ApiError):
            self._room.link.report(error)
        if isinstance(error, errors.BasisChanged) and isinstance(error.preview, Preview):
            self.new_preview = error.preview
        return self._made(judge.judge_error(error, first=self._first, begun=self._begun))

    def _made(self, verdict: judge.Verdict) -> Outcome:
        return self._room.made(self._intent.key, self._intent.action.kind, verdict)

    def _stopped(self, error: errors.StoreError) -> Outcome:
        """The journal did not take the row as sent, so nothing was: withdrawn elsewhere, or no disk."""
        room, key = self._room, self._intent.key
        if not self._first:
            trouble = f"{error.sentence} Nothing was sent this time; the first sending is still unknown."
            return self._made(judge.Verdict(Status.UNKNOWN, trouble))
        try:
            entry = room.journal.entry_now(key)
            if entry.status is not Status.INTENDED:
                return self._made(withdrawn(f"{error.sentence} Nothing was sent."))
            room.journal.withdraw_now(key)
        except errors.StoreError:
            pass  # an intended row is withdrawn at the next start: it was surely never sent
        room.tell(key)
        return self._made(not_journalled(error))
