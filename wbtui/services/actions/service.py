"""The action pipeline: everything an agent does to a customer goes through it.

preview → intent (journalled) → undo window → sent → done | refused | pending | unknown → verified.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any

from wbtui import errors
from wbtui.models.actions import Action
from wbtui.models.preview import Intent, JournalEntry, Outcome, Preview, Status
from wbtui.services.actions.money_client import MoneyClient
from wbtui.services.actions.pending_send import PendingSend
from wbtui.services.actions.reconcile import Reconciler
from wbtui.services.actions.recorder import OutcomeRecorder, withdrawn
from wbtui.services.actions.send import Send
from wbtui.services.actions.verify import Verifier
from wbtui.services.loops import Closed
from wbtui.services.read_client import ReadClient
from wbtui.services.signals import Signal


class ActionService:
    """Every method may be awaited from any loop; what moves money runs in the money thread.

    A stalled interface therefore never stops a hold, a deadline or the journal (promise 7).
    """

    def __init__(
        self,
        client: MoneyClient,
        recorder: OutcomeRecorder,
        reads: ReadClient,
        *,
        today: Callable[[], date],
        make_key: Callable[[], str],
    ) -> None:
        self._client = client
        self._recorder = recorder
        self._reads = reads
        self._today = today
        self._make_key = make_key
        self._verifier = Verifier(client, recorder)
        self._reconciler = Reconciler(client, recorder, self._verifier)
        self._lock = threading.Lock()
        self._mine: dict[str, Intent] = {}
        self._pending: dict[str, PendingSend] = {}

    @property
    def outcome_changed(self) -> Signal[JournalEntry]:
        """Every change of a journal row, told from the money thread after it was written down."""
        return self._recorder.outcome_changed

    @property
    def hold_seconds(self) -> float:
        """How long a confirmed command can be taken back, by the settings."""
        return self._client.timeouts.hold

    def start(self) -> None:
        """Begin to look up what earlier runs left unknown."""
        self._client.loop.start()
        self._client.loop.call(self._reconciler.begin_all)

    # ── before ──
    def disabled_reason(self, kind: str) -> str | None:
        """None when an action of that kind can be begun now; else one sentence with the way out."""
        system = self._client.system()
        if system is not None and (reason := system.disabled_reason(f"action.{kind}")) is not None:
            return reason
        if (reason := self._client.link.read_only_reason) is not None:
            return reason
        if system is None:
            return "It is not known yet what this billing system offers. It is being asked."
        return None

    async def preview(self, action: Action) -> Preview:
        """What the action would do, by the server. Raises NotOffered, Offline, Rejected, ApiErrors."""
        self._must_be_offered(action)
        return await self._reads.ask(lambda api: api.preview(action))

    async def unresolved(self, action: Action) -> JournalEntry | None:
        """The earlier command for the same purpose whose outcome is not known, which blocks this one."""
        return await self._client.loop.run(self._unresolved(action))

    # ── doing ──
    async def record_intent(
        self, action: Action, preview: Preview, *, customer_title: str, summary: str, label: str | None = None
    ) -> Intent:
        """Write down what is about to be done, durably, under a new key. Nothing is sent yet.

        Raises Unresolved (an earlier one for the same purpose is open), Offline, NotOffered, StoreFull and
        other StoreErrors: then nothing was written and nothing will be sent.
        """
        work = self._record_intent(action, preview, customer_title, summary, label)
        return await self._client.loop.run_shielded(work)

    def hold(self, intent: Intent, seconds: float | None = None) -> PendingSend:
        """Hold the intent for `seconds` (by default the setting), then send it once, in the money thread.

        A second call for the same intent (a key pressed twice) answers the same Held: one request.
        """
        with self._lock:
            if (pending := self._pending.get(intent.key)) is not None:
                return pending
            wait = self._client.timeouts.hold if seconds is None else seconds
            pending = self._pending[intent.key] = PendingSend(intent, wait, self._client.clock.monotonic)
        try:
            carrying = self._client.loop.submit(self._carry(pending))
            # A task cancelled before its first step never gets to say so itself.
            carrying.add_done_callback(lambda done: self._closed(pending) if done.cancelled() else None)
        except Closed:
            self._closed(pending)
        return pending

    @staticmethod
    def _closed(pending: PendingSend) -> None:
        text = "taken back: nothing was sent" if pending.cancel() else "looked up at the next start"
        pending.fail(Closed(f"wbtui is closing; the command is {text}."))

    def pending(self, key: str) -> PendingSend | None:
        """The command of that key, when it was confirmed in this run."""
        return self._pending.get(key)

    # ── after ──
    async def reconcile(self, key: str) -> Outcome:
        """Look an unknown outcome up. Not found keeps it unknown: it may still arrive.

        Raises Offline, NotCached.
        """
        return await self._resolved(key, self._reconciler.look_up)

    async def resend(self, key: str) -> Outcome:
        """Send an unknown one once more: same key, same bytes. Raises Offline, NotOffered where the server
        does not promise that a key runs once, NotCached."""
        return await self._resolved(key, self._reconciler.resend)

    async def abandon(self, key: str) -> Outcome:
        """Give an unknown one up: refused for ever, or the outcome it had. Raises Offline, NotOffered."""
        return await self._resolved(key, self._reconciler.abandon)

    def close(self) -> None:
        """Take back what is still in its hold. What is being sent goes on until the thread is stopped."""
        with self._lock:
            pending = tuple(self._pending.values())
        for one in pending:
            one.cancel()
        self._client.loop.call(self._reconciler.stop)

    def sending(self) -> tuple[PendingSend, ...]:
        """What is in its hold or on its way now."""
        with self._lock:
            return tuple(pending for pending in self._pending.values() if not pending.finished)

    # ── in the money thread ──
    async def _resolved(self, key: str, way: Callable[[str], Coroutine[Any, Any, Outcome]]) -> Outcome:
        """A command on its way in this run is waited for, not interfered with."""
        pending = self._pending.get(key)
        if pending is not None and not pending.finished:
            return await pending.outcome()
        return await self._client.loop.run_shielded(way(key))

    async def _unresolved(self, action: Action) -> JournalEntry | None:
        journal = self._recorder.journal
        if self._conflict_key(action) is None:
            return None
        on_the_way = {pending.key: pending.intent.action for pending in self.sending()}
        for key, other in on_the_way.items():
            if action.conflicts(other):
                return journal.entry_now(key)
        for entry in journal.unresolved_now():
            if entry.customer_id != action.customer_id or entry.key in on_the_way:
                continue
            if action.conflicts(journal.confirmed_now(entry.key).action):
                return entry
        return None

    def _conflict_key(self, action: Action) -> str | None:
        """What must not be done twice; None where nothing stands in the way of doing it again.

        Where a server keeps no keys, an unknown note or link could never be resolved: only money blocks.
        """
        system = self._client.system()
        if type(action).moves_money or (system is not None and system.keys_honoured):
            return action.conflict_key
        return None

    def _withdraw_forgotten(self, wanted: str | None) -> None:
        """What was written down for this purpose but never put into its hold (a dialog that went away)."""
        with self._lock:
            left = [
                intent
                for key, intent in self._mine.items()
                if key not in self._pending and intent.action.conflict_key == wanted
            ]
            for intent in left:
                pending = self._pending[intent.key] = PendingSend(intent, 0.0, self._client.clock.monotonic)
                pending.cancel()
        for intent in left:
            pending = self._pending[intent.key]
            pending.finish(self._cancel(pending))

    async def _record_intent(
        self, action: Action, preview: Preview, customer_title: str, summary: str, label: str | None
    ) -> Intent:
        self._must_be_offered(action)
        if (reason := self._client.link.read_only_reason) is not None:
            raise errors.Offline(reason)
        if preview.refused is not None:
            raise errors.BadInput(f"It would be refused: {preview.refused.message}")
        wanted = self._conflict_key(action)
        self._withdraw_forgotten(wanted)
        if (entry := await self._unresolved(action)) is not None:
            raise errors.Unresolved(f"The outcome of “{entry.summary}” is not known yet.")
        intent = self._client.api.build_intent(action, preview, self._make_key())
        self._recorder.journal.record_intent_now(
            intent,
            customer_title=customer_title,
            summary=summary,
            label=label,
            today=self._today(),
            conflict_key=wanted,
        )
        with self._lock:
            self._mine[intent.key] = intent
        self._recorder.announce(intent.key)
        return intent

    async def _carry(self, pending: PendingSend) -> None:
        recorder = self._recorder
        try:
            if await pending.wait(self._client.clock.sleep, self._client.loop.call):
                sending = Send(self._client, recorder, self._verifier, pending.intent, first=True)
                outcome = await sending.run()
                pending.new_preview = sending.new_preview
                if outcome.status is Status.UNKNOWN:
                    outcome = await self._first_look(outcome)
            else:
                outcome = self._cancel(pending)
        except asyncio.CancelledError:
            self._closed(pending)
            raise
        except Exception as error:
            pending.fail(error)
            raise
        pending.finish(outcome)

    async def _first_look(self, outcome: Outcome) -> Outcome:
        """One look-up at once; when it does not tell, others follow by themselves with pauses."""
        try:
            outcome = await self._reconciler.look_up(outcome.key)
        except errors.WbtuiError:
            pass  # no link: what is known stays as it was said
        if outcome.status is Status.UNKNOWN:
            self._reconciler.begin(outcome.key)
        return outcome

    def _cancel(self, pending: PendingSend) -> Outcome:
        recorder = self._recorder
        outcome = recorder.local_outcome(pending.key, pending.intent.action.kind, withdrawn())
        try:
            recorder.journal.withdraw_now(pending.key)
        except errors.StoreError as error:
            # An intended row is withdrawn at the next start anyway: it was surely never sent.
            text = f"Nothing was sent. The journal could not be updated: {error.sentence}"
            outcome = outcome.model_copy(update={"trouble": text})
        recorder.announce(pending.key)
        return outcome

    def _must_be_offered(self, action: Action) -> None:
        system = self._client.system()
        if system is None:
            return
        if (reason := system.disabled_reason(action.capability)) is not None:
            raise errors.NotOffered(reason)
