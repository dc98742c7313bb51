"""One run of a bulk action, from its undo window to the end of its last item."""

from __future__ import annotations

import asyncio
import concurrent.futures

from wbtui.models.bulk import Bulk, ItemStatus
from wbtui.models.preview import JournalEntry
from wbtui.services.actions.pending_send import UndoWindow
from wbtui.services.signals import Signal


class BulkRun:
    """A bulk action that is being sent, one item after the other, after one undo window. Thread-safe.

    Attributes:
        bulk: as it is now.
        to_send: numbers of the items that were not refused before.
        window: its undo window.
        changed: emitted in the money thread after every change of `bulk`.
        stopped: why it stopped before all items were tried; None while it goes on.
        cancelled: whether it was cancelled in the undo window.
    """

    def __init__(self, bulk: Bulk, window: UndoWindow) -> None:
        self.bulk = bulk
        self.to_send = frozenset(one.number for one in bulk.items if one.status is not ItemStatus.REFUSED)
        self.window = window
        self.changed: Signal[BulkRun] = Signal()
        self.stopped: str | None = None
        self.cancelled = False
        self._finished: concurrent.futures.Future[None] = concurrent.futures.Future()

    @property
    def finished(self) -> bool:
        """Whether nothing more will be sent in this run."""
        return self._finished.done()

    def stop(self, why: str = "Stopped.") -> None:
        """Send nothing more after the current item; in the undo window, cancel all."""
        if not self.window.cancel():
            self.stopped = self.stopped or why

    async def wait(self) -> Bulk:
        """Wait until nothing more will be sent, and return the bulk action as it is then.

        Raises what ended it: StoreError kinds, Closed.
        """
        await asyncio.shield(asyncio.wrap_future(self._finished))
        return self.bulk

    # ── for the money thread ──
    def update(self, bulk: Bulk) -> None:
        """Replace `bulk` and announce the change."""
        self.bulk = bulk
        self.changed.emit(self)

    def apply_entry(self, entry: JournalEntry) -> None:
        """Apply a changed journal entry to the item it belongs to."""
        if entry.bulk_id == self.bulk.id:
            self.update(self.bulk.after(entry))

    def finish(self, error: BaseException | None = None) -> None:
        """End the run, with the error that ended it."""
        if not self._finished.done():
            if error is None:
                self._finished.set_result(None)
            else:
                self._finished.set_exception(error)
        self.changed.emit(self)
