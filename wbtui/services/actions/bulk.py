"""Bulk actions: one action on many customers, each item through the same pipeline as a single action."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from wbtui import errors
from wbtui.models.actions import Action
from wbtui.models.bulk import Bulk, BulkItem, ItemStatus, LeftOut, item_result, totals
from wbtui.models.preview import Preview
from wbtui.models.preview_text import differences, lookalike_text
from wbtui.services.actions.bulk_run import BulkRun
from wbtui.services.actions.bulk_targets import STOPPING, each
from wbtui.services.actions.money_client import MoneyClient
from wbtui.services.actions.pending_send import UndoWindow
from wbtui.services.actions.service import ActionService
from wbtui.services.loops import Closed
from wbtui.store.journal import Journal

log = logging.getLogger(__name__)

_CLOSING = "wbtui is closing. What is left is offered at the next start."


class BulkService:
    """Starts, resumes and ends bulk actions. Its methods can be awaited from any loop."""

    def __init__(
        self, actions: ActionService, journal: Journal, client: MoneyClient, *, make_id: Callable[[], str]
    ) -> None:
        self._actions = actions
        self._bulks = journal.bulks
        self._client = client
        self._make_id = make_id
        self._runs: dict[str, BulkRun] = {}

    async def preview(
        self, actions: Sequence[Action], on_progress: Callable[[int], object] = lambda _count: None
    ) -> tuple[Preview | str, ...]:
        """Return the preview of each action; a sentence where the server gave none for that one.

        Raises Offline and what stops every item.
        """

        async def one(action: Action) -> Preview | str:
            try:
                return await self._actions.preview(action)
            except STOPPING:
                raise
            except errors.WbtuiError as error:
                return error.sentence

        return tuple(await each(one, actions, on_progress))

    def refusal(self, action: Action, preview: Preview) -> str | None:
        """Return why an item cannot be sent as previewed: a rule, or the agent's limit; None when it can."""
        if preview.refused is not None:
            return preview.refused.message
        if preview.amount_missing(action):
            return "The preview does not say the amount."
        return self._actions.permissions.limit_reason(action, preview)

    def total_refusal(self, items: Iterable[BulkItem]) -> str | None:
        """Return why the items together are above the agent's limit; None when they are not."""
        sent = [item for item in items if item.status not in (ItemStatus.REFUSED, ItemStatus.CHANGED)]
        return self._actions.permissions.total_reason(sent[0].action.kind, totals(sent)) if sent else None

    async def start(
        self,
        items: Sequence[BulkItem],
        *,
        stop_on_error: bool,
        left_out: Iterable[LeftOut] = (),
        undo_seconds: float | None = None,
    ) -> BulkRun:
        """Number and record confirmed items, and send them after an undo window.

        `left_out` is listed in the result. Items with a `refusal` are recorded as refused. Raises AboveLimit
        (the total is above the agent's limit) and StoreError kinds; then nothing was recorded and nothing
        will be sent.
        """
        kind = items[0].action.kind
        recorded = tuple(self._as_recorded(item, number) for number, item in enumerate(items, start=1))
        self._check_total(recorded)
        created = self._client.clock.now()
        bulk = Bulk(self._make_id(), kind, stop_on_error, created, recorded, left_out=tuple(left_out))
        await self._client.loop.run_shielded(self._record(bulk))
        return self._begin(bulk, undo_seconds)

    async def resume(self, bulk_id: str, undo_seconds: float | None = None) -> BulkRun:
        """Send what is left of a bulk action, after an undo window; unknown outcomes are looked up.

        Raises AboveLimit, NotCached, WrongState (it has ended, or another wbtui runs it), other StoreErrors.
        """
        if (run := self._running(bulk_id)) is not None:
            return run
        bulk = await self._client.loop.run_shielded(self._claim(bulk_id))
        self._check_total(bulk.items)
        # Another call may have resumed it meanwhile.
        return self._running(bulk_id) or self._begin(bulk, undo_seconds)

    async def end(self, bulk_id: str) -> None:
        """Discard what is left of a bulk action. Raises what `resume` raises."""
        await self._client.loop.run_shielded(self._end(bulk_id))

    async def current(self) -> Bulk | BulkRun | None:
        """Return the bulk action that runs, else the newest unfinished one, else the last one."""
        for run in self._runs.values():
            if not run.finished:
                return run
        unfinished = await self._bulks.unfinished()
        return unfinished[0] if unfinished else await self._bulks.last()

    async def unfinished(self) -> Bulk | None:
        """Return the newest unfinished bulk action that this process has not opened; None without one."""
        found = await self._bulks.unfinished()
        return next((bulk for bulk in found if bulk.id not in self._runs), None)

    def _running(self, bulk_id: str) -> BulkRun | None:
        run = self._runs.get(bulk_id)
        return None if run is None or run.finished else run

    def _check_total(self, items: Iterable[BulkItem]) -> None:
        if (reason := self.total_refusal(items)) is not None:
            raise errors.AboveLimit(reason)

    def _as_recorded(self, item: BulkItem, number: int) -> BulkItem:
        reason = self.refusal(item.action, item.preview)
        status = ItemStatus.NOT_TRIED if reason is None else ItemStatus.REFUSED
        return replace(item, number=number, status=status, trouble=reason)

    def close(self) -> None:
        """Send nothing more after the items that are being sent."""
        for run in tuple(self._runs.values()):
            run.stop("wbtui was closed.")

    # ── in the money thread ──
    async def _record(self, bulk: Bulk) -> None:
        self._bulks.record_now(bulk)

    async def _claim(self, bulk_id: str) -> Bulk:
        return self._bulks.claim_now(bulk_id)

    async def _end(self, bulk_id: str) -> None:
        self._bulks.claim_now(bulk_id)
        self._bulks.end_now(bulk_id)

    def _begin(self, bulk: Bulk, undo_seconds: float | None) -> BulkRun:
        seconds = self._actions.undo_seconds if undo_seconds is None else undo_seconds
        run = BulkRun(bulk, UndoWindow(seconds, self._client.clock))
        self._runs[bulk.id] = run
        self._actions.outcome_changed.subscribe(run.apply_entry)
        future = self._client.loop.submit(self._run(run))
        future.add_done_callback(lambda _done: None if run.finished else run.finish(Closed(_CLOSING)))
        return run

    async def _run(self, run: BulkRun) -> None:
        try:
            nothing_sent = run.bulk.nothing_sent
            run.cancelled = not await run.window.wait(self._client.loop.call)
            if run.cancelled:
                run.stopped = run.bulk.cancelled_sentence
            else:
                await self._send_left(run)
            if (run.cancelled and nothing_sent) or not run.bulk.left:
                self._bulks.end_now(run.bulk.id)
        except errors.WbtuiError as error:
            run.stop(error.sentence)
        except Exception as error:  # noqa: BLE001 - what is left is offered again, whatever it was
            log.error("A bulk action failed inside wbtui: %s", type(error).__name__)
            run.stop("wbtui failed; see the log. What was sent is in the journal.")
        run.finish()

    async def _send_left(self, run: BulkRun) -> None:
        for number in range(1, len(run.bulk.items) + 1):
            item = run.bulk.item(number)
            if item.status is ItemStatus.UNKNOWN and item.key is not None:
                await self._look_up(run, item, item.key)
                continue
            if not item.status.left:
                continue
            if run.stopped is not None:
                return
            await self._send(run, item)
            if run.bulk.stop_on_error and run.bulk.item(number).status.failed:
                run.stop("Stopped after an error.")

    async def _look_up(self, run: BulkRun, item: BulkItem, key: str) -> None:
        try:
            outcome = await self._actions.reconcile(key)
        except errors.WbtuiError:
            return  # it stays unknown
        status, trouble = item_result(outcome.status, outcome.rule, outcome.trouble)
        run.update(run.bulk.with_status(item.number, status, trouble))

    async def _send(self, run: BulkRun, item: BulkItem) -> None:
        """Preview an item again, and send it if it still does what was confirmed."""
        try:
            preview = await self._actions.preview(item.action)
            if not preview.same_effect(item.preview):
                self._skip(run, item, ItemStatus.CHANGED, _what_changed(item.preview, preview))
                return
            intent = await self._actions.record_intent(
                item.action,
                preview,
                customer_title=item.customer,
                summary=item.summary,
                label=item.label,
                bulk=(run.bulk.id, item.number),
            )
        except STOPPING as error:
            run.stop(error.sentence)
        except (errors.AboveLimit, errors.BadInput, errors.Rejected, errors.NotFound) as error:
            self._skip(run, item, ItemStatus.REFUSED, error.sentence)
        except errors.WbtuiError as error:
            self._skip(run, item, ItemStatus.NOT_SENT, f"{error.sentence} Nothing was sent.")
        else:
            await self._actions.send(intent, 0.0).outcome()

    def _skip(self, run: BulkRun, item: BulkItem, status: ItemStatus, trouble: str) -> None:
        self._bulks.skip_now(run.bulk.id, replace(item, status=status, trouble=trouble))
        run.update(run.bulk.with_status(item.number, status, trouble))


def _what_changed(before: Preview, now: Preview) -> str:
    """Say that an item was not sent, and what differs from the confirmed preview."""
    if now.refused is not None:
        return f"Not sent. No longer possible: {now.refused.message}"
    found = [f"{one.label}: {one.was} → {one.now}" for one in differences(before, now)]
    warnings = [f"New warning: {warn.text}" for warn in now.warnings if warn not in before.warnings]
    new = [one for one in now.lookalikes if one not in before.lookalikes]
    duplicates = [f"Possible duplicate: {lookalike_text(one)}" for one in new]
    return f"Not sent. {' · '.join(found + warnings + duplicates) or 'The preview is no longer the same.'}"
