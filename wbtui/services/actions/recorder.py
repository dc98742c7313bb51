"""Writing down what is known of an action, and announcing it."""

from __future__ import annotations

from collections.abc import Callable

from wbtui import errors
from wbtui.models.preview import JournalEntry, Outcome, Rule, Status
from wbtui.services.actions.classify import BASIS_CHANGED, LOOK_UP, Classification
from wbtui.services.clock import Clock
from wbtui.services.signals import Signal
from wbtui.store.journal import Journal


class OutcomeRecorder:
    """The journal and who listens to it.

    Runs in the money thread, the journal's blocking calls included: they are short, and no screen waits for
    them.
    """

    def __init__(self, journal: Journal, clock: Clock, *, after: Callable[[JournalEntry], None]) -> None:
        self.journal = journal
        self.outcome_changed: Signal[JournalEntry] = Signal()
        self._clock = clock
        self._after = after

    def announce(self, key: str) -> None:
        """Emit the journal entry as it is now; after an effect, or a change of the data, also refresh."""
        try:
            entry = self.journal.entry_now(key)
        except errors.StoreError:
            return  # an entry that cannot be read is not announced; the outcome itself says what is known
        self.outcome_changed.emit(entry)
        if entry.status in (Status.DONE, Status.PENDING) or _data_changed(entry):
            self._after(entry)

    def local_outcome(self, key: str, kind: str, found: Classification) -> Outcome:
        """Return an outcome of our own, where the server gave none."""
        return Outcome(
            key=key,
            kind=kind,
            status=found.status,
            rule=found.rule,
            trouble=found.trouble,
            at=self._clock.now(),
        )

    def record(self, outcome: Outcome) -> Outcome:
        """Write the outcome down and announce it.

        A journal that fails now changes nothing of what happened: the returned outcome says so.
        """
        try:
            if outcome.status is Status.UNKNOWN:
                self.journal.unknown_now(outcome.key, outcome.trouble or LOOK_UP)
            else:
                # The link of a portal session is a secret: shown once, stored nowhere.
                self.journal.settle_now(outcome.key, outcome.model_copy(update={"link": None}))
        except errors.StoreError as error:
            text = f"{outcome.trouble or ''} The journal could not be updated: {error.sentence}".strip()
            outcome = outcome.model_copy(update={"trouble": text})
        self.announce(outcome.key)
        return outcome


def _data_changed(entry: JournalEntry) -> bool:
    """Whether it was refused because the data changed: what is cached is old."""
    return entry.rule is not None and entry.rule.code == BASIS_CHANGED


def withdrawn(trouble: str | None = None) -> Classification:
    """Cancelled in the undo window, or stopped before anything left."""
    return Classification(Status.WITHDRAWN, trouble)


def not_journalled(error: errors.StoreError) -> Classification:
    """The entry could not be marked as sent, so nothing was sent (promise 13)."""
    text = f"{error.sentence} Without the journal nothing is sent: nothing was done."
    return Classification(Status.NOT_SENT, text, Rule(code="journal", message=text))
