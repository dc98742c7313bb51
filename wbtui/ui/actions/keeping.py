"""Keep a form as a draft, fill a form with a draft, and delete a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from textual.content import Content
from textual.dom import DOMNode
from textual.widget import Widget

from wbtui.models.drafts import Answer, Draft, changes_since
from wbtui.models.preview import Status
from wbtui.models.preview_text import Difference
from wbtui.ui.actions.form_answers import read_answers, restore_answers
from wbtui.ui.actions.form_row import FormRow
from wbtui.ui.dialogs.ask import ask
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, join_lines
from wbtui.ui.text import drafts as text
from wbtui.ui.text.actions import UNDOES
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.work import start

_NOT_DONE = (Status.REFUSED, Status.NOT_SENT, Status.WITHDRAWN)
"""Outcomes after which a draft is kept."""


class DraftKeeper:
    """The draft behind one form; `draft` is what it was opened with.

    `named` holds kind, customers and object as a `Draft` names them. `answers` are filled in where there is
    no draft.
    """

    def __init__(
        self,
        owner: DOMNode,
        draft: Draft | None,
        named: dict[str, Any],
        answers: Mapping[str, Answer] | None = None,
    ) -> None:
        self._owner = owner
        self.draft = draft
        self.answers = draft.answers if draft is not None else answers or {}
        self.opens_filled = draft is not None or bool(answers)
        """Whether the form begins with answers."""
        self._named = named

    def fill(self, rows: Sequence[FormRow]) -> list[str]:
        """Restore the answers of the draft. Return those that are no longer offered."""
        return restore_answers(rows, self.answers, self.draft.seen if self.draft is not None else {})

    async def show_notice(self, part: Widget, subject: Any, lost: Sequence[str]) -> None:
        """Say above a part of the form why it is filled in; of a draft what has changed, and is `lost`."""
        said = join_lines((UNDOES, DIM), *text.lost_lines(lost))
        if self.draft is not None:
            changes = self.changes(self.draft.seen, self.snapshot(subject))
            said = text.reopened(self.draft, changes, lost, host(self._owner).now())
        notice = SteadyStatic(classes="form-draft")
        notice.show(said)
        await part.mount(notice, before=0)

    def with_note(self, said: Content) -> Content:
        """Return why there is no form, and of a draft that it is kept."""
        note = host(self._owner).keymap.fill(text.STAYS)
        return said if self.draft is None else join_lines(said, note)

    def snapshot(self, subject: Any) -> dict[str, Any]:
        """Return what the action is about as JSON data, to be compared later."""
        state: dict[str, Any] = subject.model_dump(mode="json")
        return state

    def changes(self, seen: dict[str, Any], now: dict[str, Any]) -> Sequence[Difference]:
        """Return what differs between two snapshots."""
        return changes_since(seen, now)

    async def keep(self, rows: Sequence[FormRow], subject: Any, title: str) -> None:
        """Store the form as a draft, and say so. Raises StoreErrors."""
        app = host(self._owner)
        drafts = app.services.drafts
        draft = Draft(
            id=self.draft.id if self.draft is not None else drafts.make_id(),
            saved_at=app.now(),
            answers=read_answers(rows),
            seen=self.snapshot(subject),
            **self._named,
        )
        await drafts.keep(draft)
        app.show_toast(text.kept(title))

    def ask_delete(self, title: str, then: Callable[[], object]) -> None:
        """Delete the draft and call `then`, once the agent has said yes."""
        assert self.draft is not None

        async def delete() -> None:
            await self.discard()
            then()

        ask(
            self._owner,
            text.DELETE,
            text.delete_question(title),
            partial(start, self._owner, delete, group="delete"),
            yes="Delete",
            no="Keep it",
        )

    def ended(self, status: Status) -> None:
        """Delete the draft after an outcome, unless nothing was done."""
        if self.draft is not None and status not in _NOT_DONE:
            start(self._owner.app, self.discard, group="discard")

    async def discard(self) -> None:
        """Delete the draft. Raises StoreErrors."""
        assert self.draft is not None
        await host(self._owner).services.drafts.discard(self.draft.id)
