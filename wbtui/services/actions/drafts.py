"""Keep forms as drafts in the workspace file. Nothing is ever sent from here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from wbtui.models.drafts import Draft
from wbtui.services.signals import Signal
from wbtui.store.workspace import Workspace


class Drafts:
    """The drafts of a connection. They expire like other customer data.

    Attributes:
        count: how many there were when they were last read or changed.
        changed: emitted with the new count.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        now: Callable[[], datetime],
        make_id: Callable[[], str],
        retention: timedelta,
    ) -> None:
        self._workspace = workspace
        self.make_id = make_id
        """Returns the id of a new draft."""
        self._now = now
        self._retention = retention
        self.count = 0
        self.changed: Signal[int] = Signal()

    async def keep(self, draft: Draft) -> None:
        """Keep a draft; one with the same id is replaced. Raises StoreErrors."""
        await self._workspace.put_draft(draft.id, draft.model_dump_json(), draft.saved_at)
        await self.all()

    async def all(self) -> tuple[Draft, ...]:
        """Return the drafts, the newest first; those that expired or cannot be read are deleted."""
        found: list[Draft] = []
        gone: list[str] = []
        for draft_id, text, saved_at in await self._workspace.drafts():
            try:
                draft = Draft.model_validate_json(text)
            except ValueError:
                gone.append(draft_id)
                continue
            if saved_at < self._now() - self._retention:
                gone.append(draft_id)
            else:
                found.append(draft)
        if gone:
            await self._workspace.drop_drafts(gone)
        if len(found) != self.count:
            self.count = len(found)
            self.changed.emit(self.count)
        return tuple(found)

    async def discard(self, draft_id: str) -> None:
        """Delete a draft; does nothing when there is none. Raises StoreErrors."""
        await self._workspace.drop_drafts([draft_id])
        await self.all()
