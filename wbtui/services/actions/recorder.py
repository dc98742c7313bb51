"""Record outcomes in the journal and announce them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from wbtui import errors
from wbtui.models.preview import BASIS_CHANGED, JournalEntry, Outcome, Status
from wbtui.services.actions.classify import OUTCOME_UNKNOWN, Classification
from wbtui.services.clock import Clock
from wbtui.services.signals import Signal
from wbtui.store.journal import Journal

MARK_SECONDS = 2.0
"""Seconds that an outcome waits at most for a busy cache; the cached data is marked later then."""


class OutcomeRecorder:
    """The journal and the signal of its changes.

    Runs in the money thread, including the journal's blocking calls, which are short.

    Args:
        mark: marks the cached data of a customer as outdated. Raises StoreErrors.
        after: called with an entry after which the customer's data has to be fetched again.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        *,
        mark: Callable[[str], Awaitable[None]],
        after: Callable[[JournalEntry], None],
    ) -> None:
        self.journal = journal
        self.outcome_changed: Signal[JournalEntry] = Signal()
        self._clock = clock
        self._mark = mark
        self._after = after

    def announce(self, key: str) -> None:
        """Emit the current journal entry; if the customer's data changed, also call `after`."""
        try:
            entry = self.journal.entry_now(key)
        except errors.StoreError:
            return  # the outcome that is returned to the caller says what is known
        self.outcome_changed.emit(entry)
        if _has_changed(entry):
            self._after(entry)

    def local_outcome(self, key: str, kind: str, found: Classification) -> Outcome:
        """Return an outcome that wbtui determined, without one from the server."""
        return Outcome(
            key=key,
            kind=kind,
            status=found.status,
            rule=found.rule,
            trouble=found.trouble,
            at=self._clock.now(),
        )

    def unknown_outcome(self, entry: JournalEntry, trouble: str) -> Outcome:
        """Return the outcome *unknown* of a journal entry, with the reason."""
        return self.local_outcome(entry.key, entry.kind, Classification(Status.UNKNOWN, trouble))

    async def record(self, outcome: Outcome) -> Outcome:
        """Record the outcome, mark cached data that it may have changed, and announce it.

        If the journal fails, the returned outcome says so, too.
        """
        outcome = self._journalled(outcome)
        if _has_changed(outcome) or outcome.status is Status.UNKNOWN:
            # The write continues after the wait has timed out.
            with suppress(errors.StoreError, TimeoutError):
                customer_id = self.journal.entry_now(outcome.key).customer_id
                await asyncio.wait_for(self._mark(customer_id), MARK_SECONDS)
        self.announce(outcome.key)
        return outcome

    def record_at_end(self, outcome: Outcome) -> None:
        """Record and announce an unknown outcome while wbtui closes; the next start looks it up."""
        self._journalled(outcome)
        self.announce(outcome.key)

    def _journalled(self, outcome: Outcome) -> Outcome:
        try:
            if outcome.status is Status.UNKNOWN:
                self.journal.unknown_now(outcome.key, outcome.trouble or OUTCOME_UNKNOWN)
            else:
                # The link of a portal session is a secret: it is shown once and never stored.
                self.journal.settle_now(outcome.key, outcome.model_copy(update={"link": None}))
        except errors.StoreError as error:
            text = f"{outcome.trouble or ''} The journal could not be updated: {error.sentence}".strip()
            outcome = outcome.model_copy(update={"trouble": text})
        return outcome


def _has_changed(result: Outcome | JournalEntry) -> bool:
    """Return whether the cached data is outdated: also after a refusal because the data changed."""
    moved = result.rule is not None and result.rule.code == BASIS_CHANGED
    return moved or result.status in (Status.DONE, Status.PENDING)
