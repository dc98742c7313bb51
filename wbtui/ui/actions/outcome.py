"""The outcome of an action: done, refused, pending, unknown or not sent. It stays, and can be copied."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from wbtui.models.preview import Outcome, Status
from wbtui.models.preview_text import reversible_sentence
from wbtui.ui import messages
from wbtui.ui.actions.catalogue import full_title_of
from wbtui.ui.actions.follow_ups import FollowUp, follow_ups
from wbtui.ui.actions.sheet import SheetEnd
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.base import CommandButton, Dialog
from wbtui.ui.host import host
from wbtui.ui.resolver import Resolver
from wbtui.ui.text import outcome as text
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.work import apply, start

_ACCEPTED = (Status.DONE, Status.PENDING)


class OutcomeDialog(Dialog[FollowUp]):
    """Shows what is known; of an unknown outcome the status can be checked, or it is retried or abandoned.

    Ends with the action that is to follow, None for nothing.

    Attributes:
        outcome: as last known; changes while the dialog is open.
    """

    DEFAULT_CSS = "OutcomeDialog .outcome-news { padding-top: 1; display: none; }"
    SCOPE = "outcome"
    FOOT = ("close", "copy", "undo", "retry_open", "", "look_up", "resend", "abandon")
    NAMES_ENVIRONMENT = True

    def __init__(self, end: SheetEnd) -> None:
        super().__init__(text.heading(end.proposal.summary(end.money), end.proposal.customer.title))
        self.outcome = end.outcome
        self._end = end
        self._offers: dict[str, FollowUp] | None = None
        self._resolver = Resolver(self, self._show_news, self._resolved)

    def compose_body(self) -> ComposeResult:
        yield Static(self._text(), classes="outcome-text")
        yield SteadyStatic(classes="outcome-news")

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
        undo = reversible_sentence(self._end.reversible, full_title_of)
        return text.outcome_text(self.outcome, undo, host(self).keymap.fill)

    def _paint(self) -> None:
        self.query_one(".outcome-text", Static).update(self._text())
        if self._offers is None and self.outcome.status in _ACCEPTED:
            self._offers = {}
            start(self, self._look_ahead, group="follow-ups")
        for verb in ("undo", "retry_open"):
            following = self.query_one(f"#outcome-{verb.replace('_', '-')}", CommandButton)
            offer = (self._offers or {}).get(verb)
            following.display = offer is not None
            if offer is not None:
                following.set_label(offer.label)
        self.query_one("#outcome-copy", CommandButton).set_label(
            "Copy sentence" if self._sentence else "Copy"
        )
        for verb in ("look_up", "resend", "abandon"):
            button = self.query_one(f"#outcome-{verb.replace('_', '-')}")
            settled = self.outcome.status.settled
            button.display = not settled and (verb == "look_up" or self._resolver.keys_honoured)

    async def _look_ahead(self) -> None:
        async for offer in follow_ups(host(self), self._end):
            await apply(self, self._add_offer, offer)

    def _add_offer(self, offer: FollowUp) -> None:
        self._offers = {**(self._offers or {}), offer.verb: offer}
        self._paint()

    @property
    def _sentence(self) -> str | None:
        """What the customer can be told, once it is done or accepted."""
        return self.outcome.customer_sentence if self.outcome.status in _ACCEPTED else None

    def _show_news(self, news: Content | None) -> None:
        self.query_one(".outcome-news", SteadyStatic).show(news)

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        if command.handled_by == "follow":
            offer = (self._offers or {}).get(command.verb)
            return host(self).services.actions.disabled_reason(offer.kind) if offer else text.NO_FOLLOW_UP
        reason = self._resolver.disabled_reason(command.verb, self.outcome.status)
        return reason or super().disabled_reason(command)

    @handles("copy")
    def copy(self) -> None:
        if (sentence := self._sentence) is not None:
            host(self).copy(sentence, "sentence for the customer")
        else:
            host(self).copy(f"{self._heading}\n{self._text().plain}", "message")

    @handles("follow")
    def follow(self, verb: str) -> None:
        """Close, and open the action that is offered."""
        assert self._offers is not None
        self.dismiss(self._offers[verb])

    @handles("resolve")
    def resolve(self, verb: str) -> None:
        self._resolver.start(verb, self.outcome.key, self._heading)

    def _resolved(self, outcome: Outcome | None) -> None:
        if outcome is not None:
            self.outcome = outcome
            self._show_news(None)
        self._paint()
