"""The action pipeline, through which every action on a customer goes.

preview → intent (journalled) → undo window → sent → done | refused | pending | unknown → verified.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from datetime import date, timedelta
from typing import Any

from wbtui import errors
from wbtui.models.actions import ACTIONS, Action
from wbtui.models.preview import Intent, JournalEntry, Lookalike, Outcome, Preview, Status
from wbtui.models.preview_text import check_dates, far_dates
from wbtui.services.actions.classify import withdrawn
from wbtui.services.actions.limits import Permissions
from wbtui.services.actions.money_client import MoneyClient
from wbtui.services.actions.pending_send import PendingSend
from wbtui.services.actions.reconcile import Reconciler
from wbtui.services.actions.recorder import OutcomeRecorder
from wbtui.services.actions.send import Send
from wbtui.services.actions.verify import Verifier
from wbtui.services.loops import Closed
from wbtui.services.read_client import ReadClient
from wbtui.services.signals import Signal

_LOOKALIKE_WINDOW = timedelta(hours=24)
_PLAIN_HINT = "The README lists the actions that work on plain Wingback."


class ActionService:
    """Previews, records, sends and reconciles actions. Its methods can be awaited from any loop.

    Sending runs in the money thread, so that a blocked user interface stops no undo window, deadline or
    journal write.
    """

    def __init__(
        self,
        client: MoneyClient,
        recorder: OutcomeRecorder,
        reads: ReadClient,
        *,
        today: Callable[[], date],
        make_key: Callable[[], str],
        permissions: Permissions | None = None,
    ) -> None:
        self.permissions = permissions or Permissions()
        """What the agent may do; without any, everything."""
        self._client = client
        self._recorder = recorder
        self._reads = reads
        self._today = today
        self._make_key = make_key
        self._verifier = Verifier(client, recorder)
        self._reconciler = Reconciler(client, recorder, self._verifier)
        self._lock = threading.Lock()
        self._intents: dict[str, Intent] = {}
        self._pending: dict[str, PendingSend] = {}

    @property
    def outcome_changed(self) -> Signal[JournalEntry]:
        """Emitted in the money thread after every change of a journal entry."""
        return self._recorder.outcome_changed

    @property
    def undo_seconds(self) -> float:
        """Length of the undo window, from the settings."""
        return self._client.timeouts.undo

    def start(self) -> None:
        """Start looking up unknown outcomes of earlier runs."""
        self._client.loop.start()
        self._client.loop.call(self._reconciler.look_up_all)

    # ── preview ──
    def disabled_reason(self, kind: str) -> str | None:
        """Return why an action of this kind is unavailable, None if it is available.

        An action whose form asks anything is available offline, too: it can be filled in and kept as a draft.
        """
        if (reason := self.permissions.read_only_reason) is not None:
            return reason
        system, link = self._client.system(), self._client.link
        if system is not None and (reason := system.disabled_reason(f"action.{kind}")) is not None:
            return reason
        if system is None:
            return link.read_only_reason or "wbtui is still checking what this billing system supports."
        if link.read_only is not None or not ACTIONS[kind].asks:
            return link.read_only_reason
        return None

    def require_offered(self, kind: str) -> None:
        """Raise NotOffered if the billing system does not support this kind of action."""
        system = self._client.system()
        if system is not None and (reason := system.disabled_reason(f"action.{kind}")) is not None:
            raise errors.NotOffered(reason, hint=None if system.extension else _PLAIN_HINT)

    def send_reason(self, kind: str) -> str | None:
        """Return why an action of this kind can't be previewed and sent now, None if it can."""
        return self.disabled_reason(kind) or self._client.link.read_only_reason

    async def preview(self, action: Action) -> Preview:
        """Return the server's preview of the action. Raises NotOffered, Offline, Rejected, ApiErrors."""
        self.require_offered(action.kind)
        check_dates(action, self._today())
        preview = self._warned(action, await self._reads.ask(lambda api: api.preview(action)))
        return await self._with_lookalikes(action, preview)

    def _warned(self, action: Action, preview: Preview) -> Preview:
        """Return the server's preview with the warnings that do not depend on the server."""
        far = far_dates(action, self._today()) if preview.refused is None else ()
        return preview.model_copy(update={"warnings": (*preview.warnings, *far)})

    async def _with_lookalikes(self, action: Action, preview: Preview) -> Preview:
        """Return a preview of plain Wingback, which finds no duplicates, with those that the journal has."""
        system = self._client.system()
        if system is None or system.extension or not action.adds or preview.refused is not None:
            return preview
        since = self._client.clock.now() - _LOOKALIKE_WINDOW
        found = await self._recorder.journal.similar(action, since)
        same = tuple(Lookalike(at=one.created, what=one.summary, by=one.agent) for one in found)
        return preview.model_copy(update={"lookalikes": (*preview.lookalikes, *same)})

    # ── send ──
    async def record_intent(
        self,
        action: Action,
        preview: Preview,
        *,
        customer_title: str,
        summary: str,
        label: str | None = None,
        bulk: tuple[str, int] | None = None,
    ) -> Intent:
        """Record a confirmed action in the journal, under a new key. Nothing is sent yet.

        `bulk` is the id of the bulk action that it is part of, and its number there. Raises ReadOnly,
        AboveLimit, Unresolved (the outcome of a conflicting action is unknown), Offline, NotOffered,
        StoreFull and other StoreErrors; then nothing was recorded and nothing will be sent.
        """
        work = self._record_intent(action, preview, customer_title, summary, label, bulk)
        return await self._client.loop.run_shielded(work)

    def send(self, intent: Intent, undo_seconds: float | None = None) -> PendingSend:
        """Send the intent once, after an undo window (by default as long as the setting says).

        A second call for the same intent returns the same `PendingSend`: there is one request.
        """
        with self._lock:
            if (pending := self._pending.get(intent.key)) is not None:
                return pending
            wait = self._client.timeouts.undo if undo_seconds is None else undo_seconds
            pending = self._pending[intent.key] = PendingSend(intent, wait, self._client.clock)
        try:
            task = self._client.loop.submit(self._send(pending))
            # A task that is cancelled before its first step cannot report that itself.
            task.add_done_callback(lambda done: self._fail_closed(pending) if done.cancelled() else None)
        except Closed:
            self._fail_closed(pending)
        return pending

    @staticmethod
    def _fail_closed(pending: PendingSend) -> None:
        if pending.cancel():
            text = "The action was cancelled; nothing was sent."
        else:
            text = "Its outcome is checked at the next start."
        pending.fail(Closed(f"wbtui is closing. {text}"))

    # ── unknown outcomes ──
    async def reconcile(self, key: str) -> Outcome:
        """Look up an unknown outcome. If the server has no record, it stays unknown.

        Raises Offline, NotCached.
        """
        return await self._resolved(key, self._reconciler.look_up)

    async def resend(self, key: str) -> Outcome:
        """Retry the identical request of an unknown outcome under the same key.

        Raises ReadOnly, Offline, NotCached, and NotOffered if the server does not support idempotency keys.
        """
        self.permissions.require_writable()
        return await self._resolved(key, self._reconciler.resend)

    async def abandon(self, key: str) -> Outcome:
        """Abandon an unknown action: it never runs, or its outcome is known.

        Raises ReadOnly, Offline, NotOffered.
        """
        self.permissions.require_writable()
        return await self._resolved(key, self._reconciler.abandon)

    async def settle(self, key: str, *, done: bool) -> Outcome:
        """Record what the agent saw of an unknown action in a system that keeps no record of requests.

        Raises ReadOnly, NotCached, and NotOffered if its status can be checked.
        """
        self.permissions.require_writable()
        return await self._resolved(key, lambda found: self._reconciler.settle(found, done=done))

    def close(self) -> None:
        """Cancel all actions that are not being sent yet, and stop all look-ups."""
        with self._lock:
            pending = tuple(self._pending.values())
        for one in pending:
            one.cancel()
        self._client.loop.call(self._reconciler.stop)

    def unfinished(self) -> tuple[PendingSend, ...]:
        """Return the actions that wait to be sent or are being sent."""
        with self._lock:
            return tuple(pending for pending in self._pending.values() if not pending.finished)

    # ── in the money thread ──
    async def _resolved(self, key: str, method: Callable[[str], Coroutine[Any, Any, Outcome]]) -> Outcome:
        """Return the outcome by `method`, or by waiting if the action is still pending in this run."""
        pending = self._pending.get(key)
        if pending is not None and not pending.finished:
            return await pending.outcome()
        return await self._client.loop.run_shielded(method(key))

    def _unresolved(self, action: Action) -> JournalEntry | None:
        """Return the conflicting action whose outcome is unknown, which blocks this one; else None."""
        journal = self._recorder.journal
        if self._conflict_key(action) is None:
            return None
        unfinished = {pending.key: pending.intent.action for pending in self.unfinished()}
        for key, other in unfinished.items():
            if action.conflicts(other):
                return journal.entry_now(key)
        for entry in journal.unresolved_now():
            if entry.customer_id != action.customer_id or entry.key in unfinished:
                continue
            if action.conflicts(journal.confirmed_now(entry.key).action):
                return entry
        return None

    def _conflict_key(self, action: Action) -> str | None:
        """Return the key of actions that must not overlap, None if this one may be repeated.

        Without idempotency keys, an outcome may stay unknown. Then only actions that move money block others.
        """
        system = self._client.system()
        if type(action).moves_money or (system is not None and system.keys_honoured):
            return action.conflict_key
        return None

    def _withdraw_unsent(self, conflict_key: str | None) -> None:
        """Withdraw recorded intents that were never passed to `send`, because their dialog was closed."""
        with self._lock:
            unsent = [
                intent
                for key, intent in self._intents.items()
                if key not in self._pending and intent.action.conflict_key == conflict_key
            ]
            for intent in unsent:
                pending = self._pending[intent.key] = PendingSend(intent, 0.0, self._client.clock)
                pending.cancel()
        for intent in unsent:
            pending = self._pending[intent.key]
            pending.finish(self._withdraw(pending))

    async def _record_intent(
        self,
        action: Action,
        preview: Preview,
        customer_title: str,
        summary: str,
        label: str | None,
        bulk: tuple[str, int] | None,
    ) -> Intent:
        self.permissions.check(action, preview)
        self.require_offered(action.kind)
        self._client.link.require_writable()
        if preview.refused is not None:
            raise errors.BadInput(f"The billing system would refuse this: {preview.refused.message}")
        conflict_key = self._conflict_key(action)
        self._withdraw_unsent(conflict_key)
        if (entry := self._unresolved(action)) is not None:
            raise errors.Unresolved(entry.summary)
        intent = self._client.api.build_intent(action, preview, self._make_key())
        self._recorder.journal.record_intent_now(
            intent,
            customer_title=customer_title,
            summary=summary,
            label=label,
            today=self._today(),
            conflict_key=conflict_key,
            bulk=bulk,
        )
        with self._lock:
            self._intents[intent.key] = intent
        self._recorder.announce(intent.key)
        return intent

    async def _send(self, pending: PendingSend) -> None:
        recorder = self._recorder
        try:
            if await pending.wait(self._client.loop.call):
                sending = Send(self._client, recorder, self._verifier, pending.intent, first=True)
                outcome = await sending.run()
                if (new := sending.new_preview) is not None:
                    pending.new_preview = self._warned(pending.intent.action, new)
                if outcome.status is Status.UNKNOWN:
                    outcome = await self._check_once(outcome)
            else:
                outcome = self._withdraw(pending)
        except asyncio.CancelledError:
            self._fail_closed(pending)
            raise
        except Exception as error:
            pending.fail(error)
            raise
        pending.finish(outcome)

    async def _check_once(self, outcome: Outcome) -> Outcome:
        """Look up once now; if the outcome is still unknown, repeat that in the background."""
        try:
            outcome = await self._reconciler.look_up(outcome.key)
        except errors.WbtuiError:
            pass  # the outcome stays unknown
        if outcome.status is Status.UNKNOWN:
            self._reconciler.start_look_up(outcome.key)
        return outcome

    def _withdraw(self, pending: PendingSend) -> Outcome:
        recorder = self._recorder
        outcome = recorder.local_outcome(pending.key, pending.intent.action.kind, withdrawn())
        try:
            recorder.journal.withdraw_now(pending.key)
        except errors.StoreError as error:
            # The next start withdraws entries that were recorded and never sent.
            text = f"Nothing was sent. The journal could not be updated: {error.sentence}"
            outcome = outcome.model_copy(update={"trouble": text})
        recorder.announce(pending.key)
        return outcome
