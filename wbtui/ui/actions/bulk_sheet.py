"""The preview sheet of a bulk action: totals and warnings on top, every item's preview below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from wbtui.models.actions import Action
from wbtui.models.actions.base import SUBJECT_MEMBER
from wbtui.models.bulk import BulkItem, LeftOut, totals
from wbtui.models.money import Money
from wbtui.services.actions.bulk_run import BulkRun
from wbtui.services.actions.bulk_targets import BulkTarget
from wbtui.ui.actions.bulk_items import preview_targets
from wbtui.ui.actions.catalogue import Entry, full_title_of
from wbtui.ui.actions.form import Rows
from wbtui.ui.actions.proposal import who_is
from wbtui.ui.dialogs.base import facts
from wbtui.ui.dialogs.confirm_sheet import ConfirmSheet
from wbtui.ui.format import plural
from wbtui.ui.host import host
from wbtui.ui.safe import join, join_lines
from wbtui.ui.text import bulk as text
from wbtui.ui.work import apply


@dataclass(frozen=True)
class BulkProposal:
    """A filled-in form on its way to the sheet.

    Attributes:
        template: the action for the first customer; the others differ in customer and object only.
        targets: of all marked customers.
        facts: the answers, by label.
    """

    entry: Entry
    template: Action
    targets: tuple[BulkTarget, ...]
    stop_on_error: bool
    facts: Rows

    def action_for(self, target: BulkTarget) -> Action:
        """Return the action on a target that has an object."""
        assert target.subject is not None
        names = {"customer_id": target.customer.id, SUBJECT_MEMBER[self.entry.about]: target.subject.id}
        return self.template.model_copy(update=names)


class BulkSheet(ConfirmSheet[BulkRun]):
    """Previews every item, and on ctrl+s records and starts the bulk action. Ends with its run."""

    ABOUT = text.ABOUT_SHEET

    def __init__(self, proposal: BulkProposal) -> None:
        heading = text.heading(proposal.entry.title, len(proposal.targets))
        super().__init__(heading)
        self.proposal = proposal
        self.items: tuple[BulkItem, ...] | None = None
        """What will be sent; None until all previews are there."""
        self._refused: list[BulkItem] = []
        self._left_out: list[LeftOut] = []

    # ── the previews ──
    def load(self) -> None:
        self.items = None
        super().load()

    async def fetch(self) -> None:
        proposal, state = self.proposal, self.query_one(".sheet-body", Static)
        rows = await preview_targets(
            host(self).services.bulks,
            proposal.entry,
            proposal.targets,
            proposal.action_for,
            lambda done, count: state.update(text.loading(done, count, "Previewing")),
        )
        await apply(self, self._show, rows)

    def _show(self, rows: Sequence[BulkItem | LeftOut]) -> None:
        items = [row for row in rows if isinstance(row, BulkItem)]
        self.items = tuple(item for item in items if item.trouble is None)
        self._refused = [item for item in items if item.trouble is not None]
        self._left_out = [row for row in rows if isinstance(row, LeftOut)]
        self.show()

    # ── what is shown ──
    @property
    def _limit_reason(self) -> str | None:
        """Why the total is above the agent's limit; None when it is not."""
        return host(self).services.bulks.total_refusal(self.items or ())

    @property
    def _totals(self) -> tuple[Money, ...]:
        return totals(self.items or ())

    def essentials(self) -> Content:
        proposal, count = self.proposal, len(self.proposal.targets)
        sent = f"{len(self.items)} of {count} marked" if self.items is not None else f"{count} marked"
        rows: list[tuple[str, str | Content]] = [("Customers", join((sent, "bold")))]
        if proposal.entry.model.moves_money:
            rows.append(("Total", join((text.money_text(self._totals), "bold"))))
        if limits := host(self).services.actions.permissions.limits.of(proposal.entry.kind):
            rows.append(("Your limit", text.limit_of_total(limits)))
        if proposal.entry.about != "customer":
            rows.append(("Invoices", text.which_invoice(sum(target.others for target in proposal.targets))))
        return facts(rows, self.body_width())

    def cautions(self) -> Content:
        noun, reason = self.proposal.entry.noun, self._limit_reason
        counts = len(self._refused), len(self._left_out)
        return text.cautions(self.items or (), *counts, noun, full_title_of, above_limit=reason)

    def details(self) -> Content:
        customers = (target.customer for target in self.proposal.targets)
        who = {one.id: who_is(one) for one in customers}
        not_sent: list[BulkItem | LeftOut] = [*self._left_out, *self._refused]
        width = self.body_width()
        lines = text.item_lines(self.items or (), not_sent, who, width, host(self).now())
        return join_lines(facts(self.proposal.facts, width), "", *lines)

    def commit_words(self) -> str:
        count = len(self.items or ())
        names = {"customer": plural(count, "customer"), "subject": plural(count, "invoice"), "target": ""}
        return self.proposal.entry.commit_label(text.money_text(self._totals), **names)

    # ── confirming ──
    def required_text(self) -> str | Money | None:
        """The total where it is large or an item is doubtful; of several currencies the number of items."""
        items, sums = self.items, self._totals
        if not items or self._limit_reason is not None:
            return None
        if not self.is_large(sums) and not any(item.preview.doubtful for item in items):
            return None
        return sums[0] if len(sums) == 1 and sums[0] else str(len(items))

    def not_ready(self) -> str | None:
        if self.items is None:
            return "The previews are not loaded yet."
        return self._limit_reason if self.items else text.NOTHING_SENDABLE

    async def send(self) -> BulkRun:
        assert self.items
        bulks, items = host(self).services.bulks, (*self.items, *self._refused)
        stop = self.proposal.stop_on_error
        return await bulks.start(items, stop_on_error=stop, left_out=self._left_out)

    def sent(self, started: BulkRun) -> None:
        self.dismiss(started)
