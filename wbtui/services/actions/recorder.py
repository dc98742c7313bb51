"""What every part of the desk shares: the money thread, its own client, the journal and the rules of time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from wbtui import errors
from wbtui.api.port import BillingAPI
from wbtui.models.capability import System
from wbtui.models.parts import REFUNDS
from wbtui.models.preview import JournalEntry, Outcome, Rule, Status
from wbtui.services.actions import classify
from wbtui.services.clock import Clock
from wbtui.services.link import Link
from wbtui.services.read_client import Client
from wbtui.services.signals import Signal
from wbtui.store.journal import Journal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ActionTimeouts:
    """Seconds: `hold` to take a command back, `deadline` for a sending by the wall clock, `ask` for a
    look-up; `pauses` between the look-ups of an unknown outcome."""

    hold: float = 3.0
    deadline: float = 30.0
    ask: float = 10.0
    pauses: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)


class OutcomeRecorder:
    """Everything here runs in the money thread, the journal's blocking calls included: they are short, and
    nobody who draws a screen waits for them."""

    def __init__(
        self,
        client: Client,
        journal: Journal,
        link: Link,
        system: Callable[[], System | None],
        *,
        rules: ActionTimeouts,
        clock: Clock,
        after: Callable[[JournalEntry], None],
    ) -> None:
        self.client = client
        self.loop = client.loop
        self.journal = journal
        self.link = link
        self.system = system
        self.rules = rules
        self.clock = clock
        self.outcome_changed: Signal[JournalEntry] = Signal()
        self._after = after

    @property
    def api(self) -> BillingAPI:
        return self.client.here()

    async def within(self, seconds: float, call: Callable[[BillingAPI], Awaitable[T]]) -> T:
        """A look-up with a deadline by the wall clock, reported to the link. Raises TimedOut, ApiErrors."""
        try:
            async with asyncio.timeout(seconds):
                answer = await call(self.api)
        except TimeoutError:
            error: errors.ApiError = errors.TimedOut(f"No answer within {seconds:g} seconds.")
            self.link.report(error)
            raise error from None
        except errors.ApiError as error:
            self.link.report(error)
            raise
        self.link.report(None)
        return answer

    # ── writing down what is known, and telling it ──
    def tell(self, key: str) -> None:
        """Announce the journal's row as it is now."""
        try:
            entry = self.journal.entry_now(key)
        except errors.StoreError:
            return  # what could not be read is not announced; the outcome itself says what is known
        self.outcome_changed.emit(entry)
        if entry.status in (Status.DONE, Status.PENDING) or _moved(entry):
            self._after(entry)

    def outcome(self, entry: JournalEntry) -> Outcome:
        """The outcome as the journal has it."""
        return Outcome(
            key=entry.key,
            kind=entry.kind,
            status=entry.status,
            rule=entry.rule,
            objects=entry.objects,
            customer_sentence=entry.customer_sentence,
            at=entry.settled_at or entry.sent_at or entry.created,
            trouble=entry.trouble,
        )

    def made(self, key: str, kind: str, verdict: classify.Classification) -> Outcome:
        """An outcome of our own making, when the server gave none."""
        return Outcome(
            key=key,
            kind=kind,
            status=verdict.status,
            rule=verdict.rule,
            trouble=verdict.trouble,
            at=self.clock.now(),
        )

    def settle(self, outcome: Outcome) -> Outcome:
        """Write it down and announce it. A journal that fails now changes nothing of what happened: said."""
        try:
            if outcome.status is Status.UNKNOWN:
                self.journal.unknown_now(outcome.key, outcome.trouble or classify.LOOK_UP)
            else:
                # The link of a portal session is a secret: shown once, stored nowhere.
                self.journal.settle_now(outcome.key, outcome.model_copy(update={"link": None}))
        except errors.StoreError as error:
            text = f"{outcome.trouble or ''} The journal could not be updated: {error.sentence}".strip()
            outcome = outcome.model_copy(update={"trouble": text})
        self.tell(outcome.key)
        return outcome

    async def checked(self, entry: JournalEntry, outcome: Outcome) -> Outcome:
        """The server's answer, or *unknown* with the reason when it cannot be the answer to `entry`.

        A refund is read back: another amount, payment or customer than meant is never called done.
        """
        trouble = classify.wrong_answer(outcome, entry.key, entry.kind)
        if trouble is None and entry.kind == "refund" and classify.refund_ids(outcome):
            trouble = await self._wrong_refund(entry, outcome)
        if trouble is None:
            return outcome
        return self.made(entry.key, entry.kind, classify.Classification(Status.UNKNOWN, trouble))

    async def _wrong_refund(self, entry: JournalEntry, outcome: Outcome) -> str | None:
        if outcome.status not in (Status.DONE, Status.PENDING):
            return None
        try:
            refunds = await self.within(self.rules.ask, lambda api: api.read(REFUNDS, entry.customer_id))
        except (errors.ApiError, errors.NotOffered):
            return None  # it cannot be read back now: the server's own word stands
        return classify.wrong_refund(entry, outcome, refunds)


def _moved(entry: JournalEntry) -> bool:
    """Refused because the data moved: what is held is old."""
    return entry.rule is not None and entry.rule.code == classify.BASIS_CHANGED


def withdrawn(trouble: str | None = None) -> classify.Classification:
    """Taken back, or stopped before anything left."""
    return classify.Classification(Status.WITHDRAWN, trouble)


def not_journalled(error: errors.StoreError) -> classify.Classification:
    """The row could not be marked as sent, so nothing was sent (promise 13)."""
    text = f"{error.sentence} Without the journal nothing is sent: nothing was done."
    return classify.Classification(Status.NOT_SENT, text, Rule(code="journal", message=text))
