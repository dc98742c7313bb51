"""The outcome of an action: done, refused, pending, unknown or not sent. It stays, and can be copied."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from wbtui.errors import WbtuiError
from wbtui.models.preview import Outcome, Status
from wbtui.ui import messages
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.commands import bindings_for
from wbtui.ui.dialogs.base import Dialog, foot_button
from wbtui.ui.format import outcome_status
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import join, join_lines, safe
from wbtui.ui.text.journal import OUTCOME_KNOWN
from wbtui.ui.work import start

_HEADS = {
    Status.DONE: "Done",
    Status.REFUSED: "Refused. Nothing was done.",
    Status.PENDING: "Accepted, pending",
    Status.UNKNOWN: "Outcome unknown",
    Status.SENT: "Outcome unknown",
    Status.INTENDED: "Not sent yet",
    Status.NOT_SENT: "Not sent. Nothing was done.",
    Status.WITHDRAWN: "Cancelled. Nothing was sent.",
}


def _object_word(kind: str) -> str:
    """The word for a kind of object of the API: contract is a subscription."""
    return "subscription" if kind == "contract" else kind.replace("_", " ")


class OutcomeDialog(Dialog[Outcome]):
    """Shows what is known; of an unknown outcome the status can be checked, or it is retried or abandoned.

    Closes with the outcome as last known.
    """

    DEFAULT_CSS = """
    OutcomeDialog .outcome-says { padding-top: 1; }
    OutcomeDialog .outcome-news { padding-top: 1; display: none; }
    """
    SCOPE = "outcome"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("outcome")

    def __init__(self, outcome: Outcome, what: str, customer: str, *, environment: str) -> None:
        super().__init__(what, environment=environment)
        self.outcome = outcome
        """As last known; changes while the dialog is open."""
        self._what = what
        self._customer = customer
        self._busy = False

    def compose_body(self) -> ComposeResult:
        yield Static(self._text(), classes="outcome-text")
        yield Static("", classes="outcome-news")

    def compose_foot(self) -> ComposeResult:
        with Horizontal(classes="dialog-foot"):
            yield foot_button("esc  Close", "dialog-back")
            yield foot_button("y  Copy", "outcome-copy", focusable=False, classes="-settles")
            yield Static("", classes="gap")
            yield foot_button("l  Check status", "outcome-look-up", focusable=False, classes="-settles")
            yield foot_button("s  Retry", "outcome-resend", focusable=False, classes="-settles")
            yield foot_button("a  Abandon", "outcome-abandon", focusable=False, classes="-settles")

    def opened(self) -> None:
        self.query_one("#dialog-back").focus()
        self._paint()

    def on_outcome_changed(self, message: messages.OutcomeChanged) -> None:
        """wbtui looks an unknown outcome up by itself, too: what it learns is shown here at once."""
        entry = message.entry
        if entry.key != self.outcome.key or self.outcome.status.settled or not entry.status.settled:
            return
        self.outcome = entry.outcome()
        self._paint()

    @property
    def outcome_key(self) -> str:
        """Of the command this is about."""
        return self.outcome.key

    # ── words ──
    def _text(self) -> Content:
        outcome = self.outcome
        state = outcome_status(outcome.status)
        lines: list[object] = [
            join((f"{state.sign} {_HEADS[outcome.status]}", f"bold {state.style}")),
            join((f"{self._what} · {self._customer}", "")),
        ]
        if known := self._known():
            lines += ["", *known]
        if outcome.customer_sentence:
            lines += ["", join(("For the customer", "$text-muted")), outcome.customer_sentence]
        if outcome.objects:
            made = ", ".join(f"{_object_word(ref.type)} {ref.label or ref.id}" for ref in outcome.objects)
            lines += ["", join(("References ", "$text-muted"), made)]
        lines.append(join(("Request ID ", "$text-muted"), (outcome.key, "$text-muted")))
        return join_lines(*lines)

    def _known(self) -> list[object]:
        """What is known, what is not, and what to do next."""
        outcome = self.outcome
        match outcome.status:
            case Status.DONE:
                return ["It had been done before and was not done twice."] if outcome.replayed else []
            case Status.PENDING:
                why = (outcome.pending_reason or "pending").replace("_", " ")
                return [f"The server accepted it. Status: {why}.", "Do not send it again."]
            case Status.REFUSED:
                rule = outcome.rule
                lines: list[object] = [
                    rule.message if rule else outcome.trouble or "The server gave no reason."
                ]
                if rule and rule.limit is not None:
                    lines.append(f"The most that is allowed is {rule.limit}.")
                return lines
            case Status.UNKNOWN | Status.SENT:
                return [
                    outcome.trouble or "The server did not answer.",
                    "",
                    "We do not know whether it was carried out. Check its status before you do it again.",
                    "It is recorded in the journal (J).",
                ]
            case Status.NOT_SENT:
                return [outcome.trouble or "The server could not be reached.", "You can do it again."]
            case _:
                return [outcome.trouble] if outcome.trouble else []

    def safe_text(self) -> str:
        """The whole message, for the clipboard."""
        return self._text().plain

    # ── keys ──
    def disabled_reason(self, command: Command) -> str | None:
        if command.verb in ("look_up", "resend", "abandon"):
            if self._busy:
                return "Waiting for the answer."
            if self.outcome.status.settled:
                return OUTCOME_KNOWN
        return self.why_not_again() if command.verb == "resend" else super().disabled_reason(command)

    def why_not_again(self) -> str | None:
        """Why the same key may not be sent again here."""
        system = host(self).services.system
        if system is not None and not system.keys_honoured:
            return "This billing system might run a retry twice. Check the status or abandon it."
        return None

    def _paint(self) -> None:
        self.query_one(".outcome-text", Static).update(self._text())
        open_ = not self.outcome.status.settled
        for name in ("look-up", "resend", "abandon"):
            self.query_one(f"#outcome-{name}").display = open_
        if open_ and self.why_not_again() is not None:
            self.query_one("#outcome-resend").display = False
        self._fit()

    @handles("copy")
    def action_copy(self) -> None:
        sentence = self.outcome.customer_sentence
        if sentence and self.outcome.status in (Status.DONE, Status.PENDING):
            host(self).copy(sentence, "the sentence for the customer")
        else:
            host(self).copy(self.safe_text(), "the message")

    @handles("look_up")
    def action_look_up(self) -> None:
        self._settle(host(self).services.actions.reconcile, "Checking the status …")

    @handles("resend")
    def action_resend(self) -> None:
        self._settle(host(self).services.actions.resend, "Retrying the identical request …")

    @handles("abandon")
    def action_abandon(self) -> None:
        self._settle(host(self).services.actions.abandon, "Abandoning …")

    def _settle(self, ask: Callable[[str], Awaitable[Outcome]], words: str) -> None:
        self._busy = True
        self._news(safe(words, "$text-muted"))
        start(self, self._ask, ask, group="settle")

    async def _ask(self, ask: Callable[[str], Awaitable[Outcome]]) -> None:
        try:
            outcome = await ask(self.outcome.key)
        except WbtuiError as error:
            self._news(report(error).panel())
        else:
            self.outcome = outcome
            self._news(None)
        finally:
            self._busy = False
        self._paint()

    def _news(self, text: Content | None) -> None:
        line = self.query_one(".outcome-news", Static)
        line.update(text or "")
        line.display = text is not None
        self._fit()

    @on(Button.Pressed, ".-settles")
    async def _clicked(self, event: Button.Pressed) -> None:
        event.stop()
        name = (event.button.id or "").replace("-", "_").removeprefix("outcome_")
        await self.action_command(f"outcome.{name}")

    @handles("close")
    def action_close(self) -> None:
        self.dismiss(self.outcome)

    def action_back(self) -> None:
        self.action_close()
