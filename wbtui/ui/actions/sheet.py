"""The preview sheet, the same for every action: what the server says it would do, and the key to do it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Input

from wbtui.errors import Rejected
from wbtui.models.money import Money
from wbtui.models.preview import BASIS_CHANGED, Outcome, Preview, Reversible, Status
from wbtui.models.preview_text import look_alike_letters
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.proposal import Proposal, identification
from wbtui.ui.actions.sheet_text import body_of, cautions_of, changed_notice
from wbtui.ui.dialogs.base import facts, open_dialog
from wbtui.ui.dialogs.confirm_sheet import ConfirmSheet
from wbtui.ui.dialogs.pending_send import PendingSendDialog
from wbtui.ui.host import has_extension, host
from wbtui.ui.report import report
from wbtui.ui.safe import DIM, WARNING, join, safe
from wbtui.ui.text.actions import CHECK_STATUS, DATA_CHANGED, cancelled
from wbtui.ui.work import apply

if TYPE_CHECKING:
    from wbtui.services.actions.pending_send import PendingSend


@dataclass(frozen=True)
class SheetEnd:
    """An action that was sent or refused: its amount, the words it went under, and how it is undone."""

    outcome: Outcome
    proposal: Proposal
    money: Money | None
    reversible: Reversible


class PreviewSheet(ConfirmSheet[SheetEnd | Rejected | FormData]):
    """Loads the preview, shows it, and on ctrl+s records the intent, sends it and waits for the outcome.

    Ends with None when the agent goes back, with the error when the server rejects members that the form
    asks for, and with the data that an outdated form is to begin again with: then nothing was sent.
    """

    def __init__(self, proposal: Proposal) -> None:
        super().__init__(f"{proposal.entry.heading(proposal.label or '')} · {proposal.customer.title}")
        self.proposal = proposal
        self.preview: Preview | None = None
        """What is shown; None until the server has answered."""

    # ── the preview ──
    def load(self) -> None:
        self.preview = None
        super().load()

    async def fetch(self) -> None:
        try:
            preview = await host(self).services.actions.preview(self.proposal.action)
        except Rejected as error:
            if not (self.proposal.action.asks and error.fields):
                raise
            self.dismiss(error)
            return
        # Read after the preview: a change after that is found by the preview's basis.
        outdated = await self.proposal.outdated() if self.proposal.outdated is not None else None
        if outdated is None:
            await apply(self, self._show, preview)
        else:
            self.dismiss(outdated)

    def _show(self, preview: Preview) -> None:
        self.preview = preview
        self.show()

    @property
    def money(self) -> Money | None:
        """The amount it moves, as the server's preview says it."""
        return self.preview.amount if self.preview is not None else None

    def essentials(self) -> Content:
        customer = self.proposal.customer
        letters = look_alike_letters(customer)
        rows: list[tuple[str, str | Content]] = [
            ("Customer", join((customer.title, "bold"))),
            *([("", join(WARNING, letters))] if letters else []),
            *(("", join((line, DIM))) for line in identification(customer)),
            *self.proposal.essentials(self.preview),
        ]
        return facts(rows, self.body_width())

    def cautions(self) -> Content | None:
        assert self.preview is not None
        return cautions_of(self.proposal, self.preview, self._limit_reason(self.preview), host(self).now())

    def details(self) -> Content:
        assert self.preview is not None
        app = host(self)
        return body_of(
            self.proposal,
            self.preview,
            app.today(),
            width=self.body_width(),
            by_server=has_extension(app),
        )

    def commit_words(self) -> str:
        return self.proposal.commit_label(self.money)

    def required_text(self) -> str | Money | None:
        """Return the text to type to confirm: the action's own, the amount, or yes; None for none."""
        preview, money = self.preview, self.money
        if preview is None or self.not_ready() is not None:
            return None
        if self.proposal.confirm_text is not None:
            return self.proposal.confirm_text
        if not self.is_large((*preview.amounts, *preview.due_besides)) and not preview.doubtful:
            return None
        return money or "yes"

    def not_ready(self) -> str | None:
        preview = self.preview
        if preview is None:
            return "The preview is not loaded yet."
        if preview.refused is not None:
            return "The billing system refuses this."
        if preview.amount_missing(self.proposal.action):
            return "The preview does not say the amount, so it cannot be confirmed."
        return self._limit_reason(preview)

    def _limit_reason(self, preview: Preview) -> str | None:
        """Return the reason why the amount is above the agent's limit; None when it is not."""
        return host(self).services.actions.permissions.limit_reason(self.proposal.action, preview)

    # ── sending ──
    async def send(self) -> PendingSend:
        actions, proposal = host(self).services.actions, self.proposal
        assert self.preview is not None
        intent = await actions.record_intent(
            proposal.action,
            self.preview,
            customer_title=proposal.customer.title,
            summary=proposal.summary(self.money),
            label=proposal.label,
        )
        return actions.send(intent, None if proposal.action.moves_money else 0.0)

    def sent(self, started: PendingSend) -> None:
        dialog = PendingSendDialog(started, self.commit_words(), self.proposal.entry.noun)
        open_dialog(self, dialog, partial(self._ended, started))

    def _ended(self, sent: PendingSend, outcome: Outcome | Exception) -> None:
        self.sending = False
        if isinstance(outcome, Exception):
            self.problem(report(outcome), more=host(self).keymap.fill(CHECK_STATUS))
        elif outcome.status is Status.WITHDRAWN:
            self.show_message(safe(cancelled(self.proposal.entry.noun)))
        elif outcome.rule is not None and outcome.rule.code == BASIS_CHANGED:
            self._data_changed(sent.new_preview)
        else:
            reversible = self.preview.reversible if self.preview is not None else Reversible()
            self.dismiss(SheetEnd(outcome, self.proposal, self.money, reversible))

    def _data_changed(self, new: Preview | None) -> None:
        """Before and after of the data, and the new preview, to decide anew."""
        old = self.preview
        self.query_one(Input).value = ""
        self.notice = join((f"▲ {DATA_CHANGED}", "$warning"))
        if new is not None and old is not None:
            self.notice = changed_notice(old, new)
        if new is None or old is None or self.proposal.outdated is not None:
            self.load()
            return
        self._show(new)
        self.body.scroll_home(animate=False)
