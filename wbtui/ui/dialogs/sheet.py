"""The preview sheet, the same for every action: what the server says it would do, and the key to do it."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, Static

from wbtui.errors import MoneyError, Rejected
from wbtui.models.money import Money
from wbtui.models.preview import Outcome, Preview, Status
from wbtui.services.actions.classify import BASIS_CHANGED
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.base import Dialog, facts
from wbtui.ui.dialogs.commit_button import CommitButton
from wbtui.ui.dialogs.pending_send import PendingSendDialog, PendingSendEnd
from wbtui.ui.dialogs.proposal import Proposal, identification
from wbtui.ui.dialogs.sheet_text import body_of, cautions_of, differences
from wbtui.ui.host import host
from wbtui.ui.report import Report, report
from wbtui.ui.safe import join, join_lines, safe
from wbtui.ui.text.actions import SHEET_HELP
from wbtui.ui.widgets.line_field import SteadyInput
from wbtui.ui.widgets.money_input import parse_typed
from wbtui.ui.work import start

LOW = 20
"""Lines of the terminal below which the sheet has no empty lines."""


@dataclass(frozen=True)
class SheetEnd:
    """A command that was sent or refused, with the amount and the words it went under."""

    outcome: Outcome
    proposal: Proposal
    money: Money | None


class PreviewSheet(Dialog[SheetEnd | Rejected]):
    """Loads the preview, shows it, and on ctrl+s records the intent, sends it and waits for the outcome.

    Ends with None when the agent goes back, with the error when the server rejects members that the form
    asks for: then nothing was sent.
    """

    DEFAULT_CSS = """
    PreviewSheet .sheet-problem { color: $foreground; padding-top: 1; display: none; }
    PreviewSheet .sheet-problem.-shown { display: block; }
    PreviewSheet .sheet-type { height: 1; margin-top: 1; display: none; }
    PreviewSheet .sheet-type.-shown { display: block; }
    PreviewSheet .sheet-type Input { width: 16; border: none; height: 1; padding: 0 1; }
    PreviewSheet .sheet-type Static { width: auto; padding-right: 1; }
    PreviewSheet .dialog-foot.-stacked { layout: vertical; height: auto; }
    PreviewSheet .dialog-foot.-stacked .gap { display: none; }
    PreviewSheet .sheet-cautions { padding-bottom: 1; }
    PreviewSheet.-low .sheet-cautions { padding-bottom: 0; }
    PreviewSheet.-low .sheet-type, PreviewSheet.-low .dialog-foot { margin-top: 0; }
    PreviewSheet.-low .sheet-problem { padding-top: 0; }
    """
    MIN_BODY = 0
    SCOPE = "sheet"
    ABOUT = SHEET_HELP

    def __init__(self, proposal: Proposal, *, environment: str) -> None:
        super().__init__(f"{proposal.title} · {proposal.customer.title}", environment=environment)
        self.proposal = proposal
        self.preview: Preview | None = None
        """What is shown; None until the server has answered."""
        self._loading = False
        self._sending = False
        self._notice: Content | None = None

    # ── layout ──
    def compose_fixed(self) -> ComposeResult:
        yield Static(self._essentials(), classes="sheet-essentials")
        yield Static("", classes="sheet-cautions")

    def compose_body(self) -> ComposeResult:
        yield Static("", classes="sheet-notice")
        yield Static("", classes="sheet-body")

    def compose_foot(self) -> ComposeResult:
        yield Static("", classes="sheet-problem")
        with Horizontal(classes="sheet-type"):
            yield Static("")
            yield SteadyInput(compact=True, max_length=100)
        with Horizontal(classes="dialog-foot"):
            yield CommitButton(id="sheet-commit")
            yield Static("", classes="gap")
            yield self.foot_button("back")

    def opened(self) -> None:
        super().opened()
        self._load()

    # ── the preview ──
    @handles("again")
    def load_again(self) -> None:
        if not self._loading and not self._sending:
            self._load()

    def _load(self) -> None:
        self._loading = True
        self._commit.hide_preview()
        self._paint_state("Loading the preview …")
        start(self, self._fetch, group="preview", latest=True)

    async def _fetch(self) -> None:
        try:
            preview = await host(self).services.actions.preview(self.proposal.action)
        except Rejected as error:
            if self.proposal.takes_problems and error.fields:
                self.dismiss(error)
                return
            self._not_loaded(error)
        except Exception as error:  # noqa: BLE001 - whatever it was: there is no preview, and that is said
            self._not_loaded(error)
        else:
            self._loading = False
            self._show(preview)

    def _not_loaded(self, error: Exception) -> None:
        self._loading = False
        self.preview = None
        self._paint_state("")
        self._problem(report(error), more="Nothing was sent. Press r to try again.")

    def _show(self, preview: Preview) -> None:
        self.preview = preview
        self._paint_body()
        self._problem(None)
        self._paint_frame()
        self._commit.show_preview()

    def _paint_state(self, text: str) -> None:
        self.query_one(".sheet-body", Static).update(safe(text, "$text-muted"))
        self._paint_frame()

    def _paint_frame(self) -> None:
        """Head, foot and the field for the amount, as the preview asks for."""
        self.query_one(".sheet-essentials", Static).update(self._essentials())
        cautions = None
        if self.preview is not None:
            cautions = cautions_of(self.proposal, self.preview, self._limit_reason(self.preview))
        self.query_one(".sheet-cautions", Static).update(cautions or "")
        self.query_one(".sheet-cautions").display = cautions is not None
        notice = self.query_one(".sheet-notice", Static)
        notice.update(self._notice or "")
        notice.display = self._notice is not None
        asked = self._asked_text()
        line = self.query_one(".sheet-type", Horizontal)
        line.set_class(asked is not None, "-shown")
        if asked is not None:
            line.query_one(Static).update(safe(f"Type {asked} to confirm"))
        offer = safe(f"ctrl+s  {self._commit_words()}")
        self._commit.offer(offer)
        # A long one stands on lines of its own, above the way back.
        self.query_one(".dialog-foot").set_class(offer.cell_length > self._body_width() - 16, "-stacked")
        self.set_class(self.app.size.height < LOW, "-low")
        self._commit.display = self._disabled_reason() is None and not self._loading

    @property
    def _commit(self) -> CommitButton:
        return self.query_one(CommitButton)

    @property
    def money(self) -> Money | None:
        """The amount it moves, as the server's preview says it."""
        return self.preview.amount if self.preview is not None else None

    def _essentials(self) -> Content:
        rows: list[tuple[str, str | Content]] = [
            ("Customer", join((self.proposal.customer.title, "bold"))),
            *(("", join((line, "$text-muted"))) for line in identification(self.proposal.customer)),
            *self.proposal.essentials(self.money),
        ]
        return facts(rows)

    def _commit_words(self) -> str:
        return self.proposal.commit_label(self.money)

    def _asked_text(self) -> str | None:
        """What has to be typed to confirm: the action's own text, the amount, or yes; None for nothing."""
        preview, money = self.preview, self.money
        if preview is None or self._disabled_reason() is not None:
            return None
        if self.proposal.confirm_text is not None:
            return self.proposal.confirm_text
        above = self.proposal.type_above(money.currency) if money is not None else None
        large = money is not None and above is not None and money > above
        doubtful = preview.lookalikes or any(warn.confirm for warn in preview.warnings)
        if not large and not doubtful:
            return None
        return money.amount if money is not None else "yes"

    def _body_width(self) -> int:
        return max(min(self.app.size.width, 94) - 5, 20)

    # ── may it be confirmed? ──
    def _disabled_reason(self) -> str | None:
        """Why ctrl+s does nothing now; None when it may."""
        preview = self.preview
        if preview is None:
            return "The preview is not loaded yet."
        if preview.refused is not None:
            return "The billing system refuses this."
        if preview.amount_missing(self.proposal.action):
            return "The preview does not say the amount, so it cannot be confirmed."
        return self._limit_reason(preview)

    def _limit_reason(self, preview: Preview) -> str | None:
        """Why the amount is above the agent's limit; None when it is not."""
        return host(self).services.actions.permissions.limit_reason(self.proposal.action, preview)

    def _too_small(self) -> bool:
        """Whether something that must be read to confirm is not wholly in view (promise 18)."""
        fixed = (".sheet-essentials", ".sheet-cautions", ".sheet-type", "#sheet-commit", ".dialog-foot")
        shown = [widget for name in fixed if (widget := self.query_one(name)).display]
        inside = self.app.size.region
        whole = all(inside.contains_region(widget.region) for widget in shown)
        return not whole or self.query_one(".sheet-essentials").size.width < 40

    @handles("scroll")
    def scroll_body(self, lines: int = 0, pages: int = 0) -> None:
        self.body.scroll_relative(y=lines + pages * self.body.size.height, animate=False)

    @handles("commit")
    def commit(self) -> None:
        if self._sending or self._loading:
            return
        counts = self._commit.key_down()
        why = self._disabled_reason()
        if why is None and not counts:
            return  # the button says why
        if why is None and self._too_small():
            why = "The terminal is too small to show all that you confirm. Enlarge it."
        if why is None and (asked := self._asked_text()) is not None:
            why = self._check_typed(asked)
        if why is not None:
            self._say(safe(f"▲ {why}", "$warning"))
            return
        assert self.preview is not None
        self._sending = True
        start(self, self._send, self.preview, group="commit")

    def _check_typed(self, asked: str) -> str | None:
        field = self.query_one(Input)
        money = self.money if self.proposal.confirm_text is None else None
        try:
            typed = field.value if money is None else parse_typed(field.value, money.currency).amount
        except MoneyError:
            typed = ""
        if typed.strip().casefold() == asked.casefold():
            return None
        field.focus()
        return f"Type the amount, {asked}, to confirm." if money is not None else f"Type {asked} to confirm."

    # ── sending ──
    async def _send(self, preview: Preview) -> None:
        actions, proposal, money = host(self).services.actions, self.proposal, self.money
        try:
            intent = await actions.record_intent(
                proposal.action,
                preview,
                customer_title=proposal.customer.title,
                summary=proposal.summary(money),
                label=proposal.label,
            )
            pending = actions.send(intent, proposal.undo_seconds)
        except Exception as error:  # noqa: BLE001 - nothing is sent without a recorded intent
            self._sending = False
            self._problem(report(error), more="Nothing was sent.")
            self._commit.show_preview()
            return
        dialog = PendingSendDialog(
            pending, self._commit_words(), proposal.noun, environment=self._environment
        )
        self.app.push_screen(dialog, self._ended)

    def _ended(self, end: PendingSendEnd | None) -> None:
        self._sending = False
        if end is None or end.outcome is None:
            error = end.failure if end is not None else None
            if error is not None:
                self._problem(report(error), more="Check its status in the journal (J).")
            return
        outcome = end.outcome
        if outcome.status is Status.WITHDRAWN:
            self._say(safe(f"{self.proposal.noun.capitalize()} cancelled. Nothing was sent."))
        elif outcome.rule is not None and outcome.rule.code == BASIS_CHANGED:
            self._data_changed(end.new_preview)
        else:
            self.dismiss(SheetEnd(outcome, self.proposal, self.money))

    def _data_changed(self, new: Preview | None) -> None:
        """Before and after of the data, and the new preview, to decide anew."""
        old = self.preview
        head = join(("▲ The data has changed since the preview. Nothing was done.", "$warning"))
        if new is None or old is None:
            self._notice = head
            self._load()
            return
        self._notice = join_lines(
            head, differences(old, new), "The new preview is below. Confirm it or go back.", ""
        )
        self.query_one(Input).value = ""
        self._show(new)
        self.body.scroll_home(animate=False)

    # ── words ──
    def _say(self, text: Content | None) -> None:
        line = self.query_one(".sheet-problem", Static)
        line.update(text or "")
        line.set_class(text is not None, "-shown")

    def _problem(self, problem: Report | None, *, more: str = "") -> None:
        if problem is None:
            self._say(None)
            return
        self._say(join_lines(problem.panel(), (more, "bold")))

    def on_resize(self) -> None:
        if self.preview is not None:
            self._paint_frame()
            self._paint_body()

    def on_screen_suspend(self) -> None:
        self._commit.hide_preview()

    def resumed(self) -> None:
        if self.preview is not None:
            self._commit.show_preview()

    def _paint_body(self) -> None:
        assert self.preview is not None
        app = host(self)
        system = app.services.system
        text = body_of(
            self.proposal,
            self.preview,
            app.today(),
            width=self._body_width(),
            by_server=system is None or system.extension,
        )
        self.query_one(".sheet-body", Static).update(text)

    @on(Button.Pressed, "#sheet-commit")
    def _commit_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.commit()

    def back(self) -> None:
        if not self._sending:
            self.dismiss(None)
