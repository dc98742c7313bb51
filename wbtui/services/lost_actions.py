"""Notice that the journal was lost: workspace and cache remember the last actions that it recorded.

A journal that is missing, emptied or put back from a copy does not have them. What it lost can be looked for
in the timelines of the customers, where the billing system names the agent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime

from pydantic import ConfigDict, TypeAdapter, ValidationError

from wbtui.errors import StoreError, WbtuiError
from wbtui.models.activity import Event
from wbtui.models.base import Model
from wbtui.models.parts import ACTIVITY
from wbtui.paths import ConnectionFiles
from wbtui.services.clock import Clock
from wbtui.services.profile import Profiles
from wbtui.store.cache import Cache, open_cache
from wbtui.store.database import Options
from wbtui.store.journal import Journal, open_journal
from wbtui.store.workspace import Workspace, open_workspace

REMEMBERED = 20
"""Number of actions that are remembered, the newest ones."""
_SEARCHED = 50
"""Maximum number of customers whose timelines are searched for a lost action."""
_NOTE = "journal"


class RecordedAction(Model):
    """An action of the journal as workspace and cache remember it."""

    key: str
    at: datetime
    customer_id: str
    customer: str
    summary: str


class TimelineEvent(Model):
    """An action of this agent as the timeline of a customer in the billing system shows it."""

    customer: str
    event: Event


_ACTIONS: TypeAdapter[tuple[RecordedAction, ...]] = TypeAdapter(
    tuple[RecordedAction, ...], config=ConfigDict(defer_build=True)
)


class LostActions:
    """Actions that were recorded once and are no longer in the journal, until the agent acknowledges them.

    Attributes:
        lost: those actions, the newest first.
    """

    def __init__(self, journal: Journal, workspace: Workspace, cache: Cache, clock: Clock) -> None:
        self._journal = journal
        self._workspace = workspace
        self._cache = cache
        self._clock = clock
        self._noted = ""
        self.lost: tuple[RecordedAction, ...] = ()

    @property
    def notice(self) -> str | None:
        """A sentence about the loss; None when nothing is lost."""
        return loss_sentence(self.lost)

    async def check(self) -> None:
        """Compare what is remembered with the journal, and remember what it has. Raises StoreErrors."""
        notes = await self._workspace.note(_NOTE), await self._cache.note_text(_NOTE)
        self._noted = (notes[0] or "") if notes[0] == notes[1] else ""
        self.lost = await lost_of(self._journal, notes)
        await self.remember()

    async def remember(self) -> None:
        """Remember the last actions of the journal, and those that are lost. Raises StoreErrors."""
        entries = await self._journal.entries(REMEMBERED)
        actions = (
            RecordedAction(
                key=entry.key,
                at=entry.created,
                customer_id=entry.customer_id,
                customer=entry.customer,
                summary=entry.summary,
            )
            for entry in entries
        )
        text = _ACTIONS.dump_json((*actions, *self.lost)).decode()
        if text == self._noted:
            return
        await self._workspace.put_note(_NOTE, text)
        await self._cache.put_note(_NOTE, text, self._clock.now())
        self._noted = text

    async def acknowledge(self) -> None:
        """Forget what is lost. Raises StoreErrors."""
        self.lost = ()
        await self.remember()

    async def search_timelines(self, profiles: Profiles, agent: str) -> tuple[TimelineEvent, ...]:
        """Return what the agent did to the customers of lost actions and to those opened last, newest first.

        Timelines that cannot be read are left out. Raises StoreErrors.
        """
        names = {one.customer_id: one.customer for one in self.lost}
        names |= {one.customer_id: one.title for one in await self._workspace.recent(_SEARCHED)}
        found: list[TimelineEvent] = []
        for customer_id, customer in list(names.items())[:_SEARCHED]:
            with suppress(WbtuiError):
                page = (await profiles.fetch(ACTIVITY, customer_id)).value
                found += [
                    TimelineEvent(customer=customer, event=event)
                    for event in page.events
                    if event.actor.kind == "agent" and event.actor.name == agent
                ]
        return tuple(sorted(found, key=lambda one: one.event.at, reverse=True))


async def lost_of(journal: Journal, notes: Iterable[str | None]) -> tuple[RecordedAction, ...]:
    """Return the actions of the notes that the journal does not have, the newest first."""
    remembered = {one.key: one for note in notes for one in _read(note)}
    known = await journal.known(remembered)
    lost = (one for key, one in remembered.items() if key not in known)
    return tuple(sorted(lost, key=lambda one: one.at, reverse=True))


async def find_lost(files: ConnectionFiles, *, clock: Callable[[], datetime]) -> tuple[RecordedAction, ...]:
    """Return the lost actions of a connection that is not open, the newest first. Changes no file.

    A workspace or cache that cannot be read remembers nothing. Raises StoreErrors for the journal.
    """
    read_only = Options(read_only=True)
    notes: list[str | None] = []
    async with AsyncExitStack() as stack:
        in_journal = read_only if files.journal.exists() else Options(in_memory=True)
        journal = await open_journal(files.journal, clock=clock, options=in_journal)
        stack.push_async_callback(journal.close)
        with suppress(StoreError):
            workspace = await open_workspace(files.workspace, options=read_only)
            stack.push_async_callback(workspace.close)
            notes.append(await workspace.note(_NOTE))
        with suppress(StoreError):
            cache = await open_cache(files.cache, clock=clock, options=read_only)
            stack.push_async_callback(cache.close)
            notes.append(await cache.note_text(_NOTE))
        return await lost_of(journal, notes)


def loss_sentence(lost: Sequence[RecordedAction]) -> str | None:
    """Return a sentence about the actions that the journal has lost; None without any."""
    if not lost:
        return None
    several = len(lost) > 1
    count = f"{len(lost)} of your actions, the last one" if several else "an action of yours"
    return (
        f"The journal has lost {count}: {lost[0].summary}, {lost[0].customer}. "
        f"wbtui can no longer tell {'their' if several else 'its'} outcome. "
        "Open the journal before you repeat anything."
    )


def _read(text: str | None) -> tuple[RecordedAction, ...]:
    """The remembered actions; none where a note cannot be read."""
    try:
        return _ACTIONS.validate_json(text) if text else ()
    except ValidationError:
        return ()
