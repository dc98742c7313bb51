"""The outcome of an action: done, refused, pending, unknown or not sent. It stays, and can be copied."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from wbtui.models.preview import Outcome, Status
from wbtui.ui import messages
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.host import host
from wbtui.ui.resolver import Resolver
from wbtui.ui.text.outcome import outcome_text


class OutcomeDialog(Dialog[Outcome]):
    """Shows what is known; of an unknown outcome the status can be checked, or it is retried or abandoned.

    Closes with the outcome as last known.

    Attributes:
        outcome: as last known; changes while the dialog is open.
    """

    DEFAULT_CSS = """
    OutcomeDialog .outcome-news { padding-top: 1; display: none; }
    """
    SCOPE = "outcome"
    FOOT = ("close", "copy", "", "look_up", "resend", "abandon")

    def __init__(self, outcome: Outcome, what: str, customer: str, *, environment: str) -> None:
        super().__init__(what, environment=environment)
        self.outcome = outcome
        self._what = what
        self._customer = customer
        self._resolver = Resolver(self, self._show_news, self._resolved)

    def compose_body(self) -> ComposeResult:
        yield Static(self._text(), classes="outcome-text")
        yield Static("", classes="outcome-news")

    def opened(self) -> None:
        super().opened()
        self._paint()

    @property
    def outcome_key(self) -> str:
        """Key of the action this is about."""
        return self.outcome.key

    def on_outcome_changed(self, message: messages.OutcomeChanged) -> None:
        """wbtui checks unknown outcomes by itself, too; a result is shown at once."""
        entry = message.entry
        if entry.key == self.outcome.key and entry.status.settled and not self.outcome.status.settled:
            self.outcome = entry.outcome()
            self._paint()

    def _text(self) -> Content:
        return outcome_text(self.outcome, self._what, self._customer)

    def _paint(self) -> None:
        self.query_one(".outcome-text", Static).update(self._text())
        for verb in ("look_up", "resend", "abandon"):
            button = self.query_one(f"#outcome-{verb.replace('_', '-')}")
            settled = self.outcome.status.settled
            button.display = not settled and (verb == "look_up" or self._resolver.keys_honoured)

    def _show_news(self, news: Content | None) -> None:
        line = self.query_one(".outcome-news", Static)
        line.update(news or "")
        line.display = news is not None

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        reason = self._resolver.disabled_reason(command.verb, self.outcome.status)
        return reason or super().disabled_reason(command)

    @handles("copy")
    def copy(self) -> None:
        sentence = self.outcome.customer_sentence
        if sentence and self.outcome.status in (Status.DONE, Status.PENDING):
            host(self).copy(sentence, "the sentence for the customer")
        else:
            host(self).copy(self._text().plain, "the message")

    @handles("resolve")
    def resolve(self, verb: str) -> None:
        self._resolver.start(verb, self.outcome.key)

    def _resolved(self, outcome: Outcome | None) -> None:
        if outcome is not None:
            self.outcome = outcome
            self._show_news(None)
        self._paint()

    def back(self) -> None:
        self.dismiss(self.outcome)
