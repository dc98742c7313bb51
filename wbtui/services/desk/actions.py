"""The desk: the one way through the house for everything an agent does to a customer.

preview → intend (written down) → hold (can be taken back) → sent → done | refused | pending | unknown.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any

from wbtui import errors
from wbtui.models.action import Action
from wbtui.models.money import Money
from wbtui.models.preview import Intent, JournalEntry, Outcome, Preview, Status
from wbtui.services.desk.commit import Sending
from wbtui.services.desk.held import Held
from wbtui.services.desk.purpose import collide, purpose
from wbtui.services.desk.reconcile import Reconciler
from wbtui.services.desk.room import Room, withdrawn
from wbtui.services.loops import Closed
from wbtui.services.reads import Reads
from wbtui.services.signals import Signal


class Desk:
    """Every method may be awaited from any loop; what moves money runs in the money thread.

    A stalled interface therefore never stops a hold, a deadline or the journal (promise 7).
    """

    def __init__(
        self,
        room: Room,
        reads: Reads,
        *,
        today: Callable[[], date],
        make_key: Callable[[], str],
    ) -> None:
        self._room = room
        self._reads = reads
        self._today = today
        self._make_key = make_key
        self._reconciler = Reconciler(room)
        self._lock = threading.Lock()
        self._mine: dict[str, Intent] = {}
        self._held: dict[str, Held] = {}

    @property
    def outcome_changed(self) -> Signal[JournalEntry]:
        """Every change of a journal row, told from the money thread after it was written down."""
        return self._room.outcome_changed

    @property
    def hold_seconds(self) -> float:
        """How long a confirmed command can be taken back, by the settings."""
        return self._room.rules.hold

    def start(self) -> None:
        """Begin to look up what earlier runs left unknown."""
        self._room.loop.start()
        self._room.loop.call(self._reconciler.begin_all)

    # ── before ──
    def why_not(self, kind: str) -> str | None:
        """None when an action of that kind can be begun now; else one sentence with the way out."""
        system = self._room.system()
        if system is not None and (reason := system.why_not(f"action.{kind}")) is not None:
            return reason
        if (reason := self._room.link.why_not_writable) is not None:
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
        return await self._room.loop.run(self._unresolved(action))

    # ── doing ──
    async def intend(
        self, action: Action, preview: Preview, *, customer_title: str, summary: str, money: Money | None
    ) -> Intent:
        """Write down what is about to be done, durably, under a new key. Nothing is sent yet.

        Raises Unresolved (an earlier one for the same purpose is open), Offline, NotOffered, StoreFull and
        other StoreErrors: then nothing was written and nothing will be sent.
        """
        work = self._intend(action, preview, customer_title, summary, money)
        return await self._room.loop.finish(work)

    def hold(self, intent: Intent, seconds: float | None = None) -> Held:
        """Hold the intent for `seconds` (by default the setting), then send it once, in the money thread.

        A second call for the same intent (a key pressed twice) answers the same Held: one request.
        """
        with self._lock:
            if (held := self._held.get(intent.key)) is not None:
                return held
            wait = self._room.rules.hold if seconds is None else seconds
            held = self._held[intent.key] = Held(intent, wait, self._room.timing.monotonic)
        try:
            carrying = self._room.loop.submit(self._carry(held))
            # A task cancelled before its first step never gets to say so itself.
            carrying.add_done_callback(lambda done: self._closed(held) if done.cancelled() else None)
        except Closed:
            self._closed(held)
        return held

    @staticmethod
    def _closed(held: Held) -> None:
        text = "taken back: nothing was sent" if held.take_back() else "looked up at the next start"
        held.fail(Closed(f"wbtui is closing; the command is {text}."))

    def held(self, key: str) -> Held | None:
        """The command of that key, when it was confirmed in this run."""
        return self._held.get(key)

    # ── after ──
    async def reconcile(self, key: str) -> Outcome:
        """Look an unknown outcome up. Not found keeps it unknown: it may still arrive.

        Raises Offline, NotHeld.
        """
        return await self._resolved(key, self._reconciler.look_up)

    async def resend(self, key: str) -> Outcome:
        """Send an unknown one once more: same key, same bytes. Raises Offline, NotOffered where the server
        does not promise that a key runs once, NotHeld."""
        return await self._resolved(key, self._reconciler.resend)

    async def abandon(self, key: str) -> Outcome:
        """Give an unknown one up: refused for ever, or the outcome it had. Raises Offline, NotOffered."""
        return await self._resolved(key, self._reconciler.abandon)

    def close(self) -> None:
        """Take back what is still in its hold. What is being sent goes on until the thread is stopped."""
        with self._lock:
            held = tuple(self._held.values())
        for one in held:
            one.take_back()
        self._room.loop.call(self._reconciler.stop)

    def sending(self) -> tuple[Held, ...]:
        """What is in its hold or on its way now."""
        with self._lock:
            return tuple(held for held in self._held.values() if not held.over)

    # ── in the money thread ──
    async def _resolved(self, key: str, way: Callable[[str], Coroutine[Any, Any, Outcome]]) -> Outcome:
        """A command on its way in this run is waited for, not interfered with."""
        held = self._held.get(key)
        if held is not None and not held.over:
            return await held.outcome()
        return await self._room.loop.finish(way(key))

    async def _unresolved(self, action: Action) -> JournalEntry | None:
        journal = self._room.journal
        if self._purpose(action) is None:
            return None
        on_the_way = {held.key: held.intent.action for held in self.sending()}
        for key, other in on_the_way.items():
            if collide(action, other):
                return journal.entry_now(key)
        for entry in journal.unresolved_now():
            if entry.customer_id != action.customer_id or entry.key in on_the_way:
                continue
            if collide(action, journal.confirmed_now(entry.key).action):
                return entry
        return None

    def _purpose(self, action: Action) -> str | None:
        """What must not be done twice; None where nothing stands in the way of doing it again.

        Where a server keeps no keys, an unknown note or link could never be resolved: only money blocks.
        """
        system = self._room.system()
        if type(action).moves_money or (system is not None and system.keys_honoured):
            return purpose(action)
        return None

    def _withdraw_forgotten(self, wanted: str | None) -> None:
        """What was written down for this purpose but never put into its hold (a dialog that went away)."""
        with self._lock:
            left = [
                intent
                for key, intent in self._mine.items()
                if key not in self._held and purpose(intent.action) == wanted
            ]
            for intent in left:
                held = self._held[intent.key] = Held(intent, 0.0, self._room.timing.monotonic)
                held.take_back()
        for intent in left:
            held = self._held[intent.key]
            held.end(self._take_back(held))

    async def _intend(
        self, action: Action, preview: Preview, customer_title: str, summary: str, money: Money | None
    ) -> Intent:
        self._must_be_offered(action)
        if (reason := self._room.link.why_not_writable) is not None:
            raise errors.Offline(reason)
        if preview.refused is not None:
            raise errors.BadInput(f"It would be refused: {preview.refused.message}")
        wanted = self._purpose(action)
        self._withdraw_forgotten(wanted)
        if (entry := await self._unresolved(action)) is not None:
            raise errors.Unresolved(f"The outcome of “{entry.summary}” is not known yet.")
        intent = self._room.api.seal(action, preview, self._make_key())
        self._room.journal.intend_now(
            intent,
            customer_title=customer_title,
            summary=summary,
            money=money,
            today=self._today(),
            purpose=wanted,
        )
        with self._lock:
            self._mine[intent.key] = intent
        self._room.tell(intent.key)
        return intent

    async def _carry(self, held: Held) -> None:
        room = self._room
        try:
            if await held.wait(room.timing.sleep, room.loop.call):
                sending = Sending(room, held.intent, first=True)
                outcome = await sending.run()
                held.new_preview = sending.new_preview
                if outcome.status is Status.UNKNOWN:
                    outcome = await self._first_look(outcome)
            else:
                outcome = self._take_back(held)
        except asyncio.CancelledError:
            self._closed(held)
            raise
        except Exception as error:
            held.fail(error)
            raise
        held.end(outcome)

    async def _first_look(self, outcome: Outcome) -> Outcome:
        """One look-up at once; when it does not tell, others follow by themselves with pauses."""
        try:
            outcome = await self._reconciler.look_up(outcome.key)
        except errors.WbtuiError:
            pass  # no link: what is known stays as it was said
        if outcome.status is Status.UNKNOWN:
            self._reconciler.begin(outcome.key)
        return outcome

    def _take_back(self, held: Held) -> Outcome:
        room = self._room
        outcome = room.made(held.key, held.intent.action.kind, withdrawn())
        try:
            room.journal.withdraw_now(held.key)
        except errors.StoreError as error:
            # An intended row is withdrawn at the next start anyway: it was surely never sent.
            text = f"Nothing was sent. The journal could not be updated: {error.sentence}"
            outcome = outcome.model_copy(update={"trouble": text})
        room.tell(held.key)
        return outcome

    def _must_be_offered(self, action: Action) -> None:
        system = self._room.system()
        if system is None:
            return
        if (reason := system.why_not(action.capability)) is not None:
            raise errors.NotOffered(reason)
