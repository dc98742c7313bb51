"""Base of the preview sheets: what is confirmed stays in view, the details scroll, and one key sends it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, Static

from wbtui.errors import MoneyError
from wbtui.models.money import Money, parse_typed
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.dialogs.commit_button import CommitButton
from wbtui.ui.host import host
from wbtui.ui.report import Report, read_report, report
from wbtui.ui.safe import DIM, hanging, join_lines, safe
from wbtui.ui.text.actions import SHEET_HELP, TOO_SMALL, TRY_AGAIN
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.text_field import SteadyInput
from wbtui.ui.work import apply, start

R = TypeVar("R")


class ConfirmSheet(Dialog[R], Generic[R]):
    """Loads what it shows, and on ctrl+s sends it. Subclasses say what that is.

    Ends with None when the agent goes back.
    """

    DEFAULT_CSS = """
    ConfirmSheet .sheet-problem { color: $foreground; padding-top: 1; display: none; }
    ConfirmSheet .sheet-type { height: 1; margin-top: 1; display: none; }
    ConfirmSheet .sheet-type Input { width: 16; border: none; height: 1; padding: 0 1; }
    ConfirmSheet .sheet-type Static { width: auto; padding-right: 1; }
    ConfirmSheet .dialog-foot.-stacked { layout: vertical; height: auto; }
    ConfirmSheet .dialog-foot.-stacked .gap { display: none; }
    ConfirmSheet .sheet-cautions { padding-bottom: 1; }
    ConfirmSheet.-tiny .sheet-cautions { padding-bottom: 0; }
    ConfirmSheet.-tiny .sheet-type, ConfirmSheet.-tiny .dialog-foot { margin-top: 0; }
    ConfirmSheet.-tiny .sheet-problem { padding-top: 0; }
    """
    MIN_BODY = 0
    GROWS = True
    NAMES_ENVIRONMENT = True
    SCOPE = "sheet"
    ABOUT = SHEET_HELP
    commit_button = getters.query_one(CommitButton)

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.loaded = False
        """Whether there is a preview to show."""
        self.fetching = False
        self.sending = False
        self._asks_to_type = False
        """Whether the message above the foot says what has to be typed."""
        self.notice: Content | None = None
        """What is said above the details."""

    # ── what a subclass says ──
    async def fetch(self) -> None:
        """Load the preview and call `show`. Whatever it raises is shown."""
        raise NotImplementedError

    def essentials(self) -> Content:
        """Return who and what it is about; always in view."""
        raise NotImplementedError

    def cautions(self) -> Content | None:
        """Return what must be read before confirming; always in view."""
        raise NotImplementedError

    def details(self) -> Content:
        """Return what scrolls."""
        raise NotImplementedError

    def commit_words(self) -> str:
        """Return what the commit key does."""
        raise NotImplementedError

    def required_text(self) -> str | Money | None:
        """Return the text or amount that has to be typed to confirm; None for nothing."""
        raise NotImplementedError

    def not_ready(self) -> str | None:
        """Return why it cannot be confirmed; None when it can."""
        raise NotImplementedError

    async def send(self) -> Any:
        """Record what was confirmed and begin to send it. Whatever it raises is shown; nothing was sent."""
        raise NotImplementedError

    def sent(self, started: Any) -> None:
        """Show what `send` has begun."""
        raise NotImplementedError

    def is_large(self, amounts: Iterable[Money]) -> bool:
        """Whether one of the amounts is above that from which it has to be typed."""
        above = host(self).settings.confirm_above
        return any(one.currency in above and one > above[one.currency] for one in amounts)

    # ── layout ──
    def compose_fixed(self) -> ComposeResult:
        yield Static(self.essentials(), classes="sheet-essentials")
        yield SteadyStatic(classes="sheet-cautions")

    def compose_body(self) -> ComposeResult:
        yield SteadyStatic(classes="sheet-notice")
        yield Static("", classes="sheet-body")

    def compose_foot(self) -> ComposeResult:
        yield Static("", classes="sheet-problem")
        with Horizontal(classes="sheet-type"):
            yield Static("")
            yield SteadyInput(max_length=100)
        with Horizontal(classes="dialog-foot"):
            yield CommitButton(id="sheet-commit")
            yield Static("", classes="gap")
            yield self.foot_button("back")

    def opened(self) -> None:
        super().opened()
        self.load()

    # ── the preview ──
    @handles("again")
    def load_again(self) -> None:
        if not self.fetching and not self.sending:
            self.load()

    def load(self) -> None:
        """Load the preview, again where there is one."""
        self.fetching, self.loaded = True, False
        self.commit_button.hide_preview()
        self.paint_state("Loading the preview …")
        start(self, self._fetch, group="preview", latest=True)

    async def _fetch(self) -> None:
        try:
            await self.fetch()
        except Exception as error:  # noqa: BLE001 - whatever it was: there is no preview, and that is said
            await apply(self, self._show_failure, error)

    def _show_failure(self, error: Exception) -> None:
        self.fetching = False
        self.paint_state("")
        self.problem(read_report(error), more=host(self).keymap.fill(TRY_AGAIN))

    def show(self) -> None:
        """Show the preview that was loaded."""
        self.fetching, self.loaded = False, True
        self._paint_body()
        self.problem(None)
        self.paint_frame()
        self.commit_button.show_preview()

    def paint_state(self, text: str) -> None:
        """Show what is being done in place of the details."""
        self.query_one(".sheet-body", Static).update(safe(text, DIM))
        self.paint_frame()

    def paint_frame(self) -> None:
        """Head, foot and the field for the amount, as the preview asks for."""
        self.query_one(".sheet-essentials", Static).update(self.essentials())
        self.query_one(".sheet-cautions", SteadyStatic).show(self.cautions() if self.loaded else None)
        self.query_one(".sheet-notice", SteadyStatic).show(self.notice)
        asked = self.required_text()
        line = self.query_one(".sheet-type", Horizontal)
        if asked is not None:
            line.query_one(Static).update(safe(f"Type {_text_of(asked)} to confirm"))
            if not line.display:
                self.call_after_refresh(self.query_one(Input).focus)
        line.display = asked is not None
        offer = safe(f"{host(self).keymap.shown('sheet.commit')}  {self.commit_words()}")
        self.commit_button.offer(offer)
        # A long one stands on lines of its own, above the way back.
        self.query_one(".dialog-foot").set_class(offer.cell_length > self.body_width() - 16, "-stacked")
        self.commit_button.display = self.not_ready() is None and not self.fetching

    def _paint_body(self) -> None:
        self.query_one(".sheet-body", Static).update(hanging(self.details(), self.body_width()))

    # ── confirming ──
    def _too_small(self) -> bool:
        """Whether something that must be read to confirm is not wholly in view."""
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
        if self.sending or self.fetching:
            return
        counts = self.commit_button.key_down()
        why = self.not_ready()
        if why is None and not counts:
            return  # the button says why
        if why is None and self._too_small():
            # The line above the foot is out of view, too.
            host(self).show_toast(TOO_SMALL, tone="warning")
            return
        if why is None and (why := self._not_typed()) is not None:
            self.query_one(Input).focus()
            self.show_message(safe(f"▲ {why}", "$warning"))
            self._asks_to_type = True
            return
        if why is not None:
            self.show_message(safe(f"▲ {why}", "$warning"))
            return
        self.sending = True
        start(self, self._send, group="commit")

    async def _send(self) -> None:
        try:
            started = await self.send()
        except Exception as error:  # noqa: BLE001 - nothing is sent without a record
            await apply(self, self._show_not_sent, error)
        else:
            await apply(self, self.sent, started)

    def _show_not_sent(self, error: Exception) -> None:
        self.sending = False
        self.problem(report(error), more="Nothing was sent.")
        self.commit_button.show_preview()

    def _not_typed(self) -> str | None:
        """Return what has to be typed to confirm; None where it is, or nothing has to be."""
        if (asked := self.required_text()) is None:
            return None
        wanted = _text_of(asked)
        typed, what = self.query_one(Input).value, wanted
        if isinstance(asked, Money):
            what = f"the amount, {wanted},"
            with suppress(MoneyError):
                typed = parse_typed(typed, asked.currency).amount
        return None if typed.strip().casefold() == wanted.casefold() else f"Type {what} to confirm."

    @on(Input.Changed)
    def _typed(self) -> None:
        """Hide the message that asks to type, once that is typed."""
        if self._asks_to_type and self._not_typed() is None:
            self.show_message(None)

    # ── words ──
    def show_message(self, text: Content | None) -> None:
        """Show a message above the foot; None hides it."""
        self._asks_to_type = False
        line = self.query_one(".sheet-problem", Static)
        line.update(text or "")
        line.display = text is not None

    def problem(self, problem: Report | None, *, more: str = "") -> None:
        """Show a failure, with what it means; None hides it."""
        self.show_message(None if problem is None else join_lines(problem.panel(), (more, "bold")))

    def on_resize(self) -> None:
        if self.loaded:
            self.paint_frame()
            self._paint_body()

    def on_screen_suspend(self) -> None:
        self.commit_button.hide_preview()

    def resumed(self) -> None:
        if self.loaded:
            self.commit_button.show_preview()

    @on(Button.Pressed, "#sheet-commit")
    def _commit_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.commit()

    def back(self) -> None:
        if not self.sending:
            self.dismiss(None)


def _text_of(asked: str | Money) -> str:
    return asked.amount if isinstance(asked, Money) else asked
