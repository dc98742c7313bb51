"""An action service in memory: answers with given previews and outcomes, and records what it got."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.support.customers import NOW
from wbtui.errors import WbtuiError
from wbtui.models.actions import Action
from wbtui.models.activity import Ref
from wbtui.models.preview import Intent, JournalEntry, Outcome, Preview, Status
from wbtui.services.actions.limits import Permissions
from wbtui.services.signals import Signal


class FakePending:
    """A send whose undo window is over."""

    remaining = 0.0
    new_preview: Preview | None = None

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def cancel(self) -> bool:
        return False

    async def outcome(self) -> Outcome:
        return self._outcome


class FakeActions:
    """What forms and sheets use of an ActionService.

    Attributes:
        answer: the preview of an action, or the error that is raised for it.
        gate: previews wait for it, when it is set.
        previewed, confirmed: what was asked for, in order; `labels` are summary and subject of the intents.
    """

    def __init__(self) -> None:
        self.outcome_changed: Signal[JournalEntry] = Signal()
        self.reasons: dict[str, str] = {}
        self.link_reason: Callable[[], str | None] = lambda: None
        self.permissions = Permissions()
        self.answer: Callable[[Action], Preview | WbtuiError] = lambda _action: Preview(
            basis="b1", computed_at=NOW, expires_at=NOW
        )
        self.gate: asyncio.Event | None = None
        self.status = Status.DONE
        self.objects: tuple[Ref, ...] = ()
        self.sentence: str | None = None
        self.previewed: list[Action] = []
        self.confirmed: list[Action] = []
        self.labels: list[tuple[str, str | None]] = []

    def disabled_reason(self, kind: str) -> str | None:
        return self.permissions.read_only_reason or self.reasons.get(kind)

    def send_reason(self, kind: str) -> str | None:
        return self.disabled_reason(kind) or self.link_reason()

    async def preview(self, action: Action) -> Preview:
        self.previewed.append(action)
        if self.gate is not None:
            await self.gate.wait()
        answer = self.answer(action)
        if isinstance(answer, WbtuiError):
            raise answer
        return answer

    async def record_intent(
        self, action: Action, preview: Preview, *, customer_title: str, summary: str, label: str | None = None
    ) -> Intent:
        self.confirmed.append(action)
        self.labels.append((summary, label))
        return Intent("key-1", action, preview, b"")

    def send(self, intent: Intent, undo_seconds: float | None = None) -> Any:
        outcome = Outcome(
            key=intent.key,
            kind=intent.action.kind,
            status=self.status,
            objects=self.objects,
            customer_sentence=self.sentence,
            at=NOW,
        )
        return FakePending(outcome)
