"""A field for an amount of a known currency, with the amount as understood beside it."""

from __future__ import annotations

from textual import getters
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from wbtui.errors import MoneyError
from wbtui.models.money import Money, parse_typed
from wbtui.ui.widgets.text_field import SteadyInput


class MoneyInput(Horizontal):
    """The field and, while typing, `€22.40 of €49.00`. `limit` is the largest amount allowed."""

    DEFAULT_CSS = """
    MoneyInput {
        height: 1; width: 1fr;
        & > Input { width: 14; }
        & > .money-note { width: 1fr; padding-left: 2; color: $text-muted; }
    }
    """

    class Changed(Message):
        """The amount changed; it is None where the text is not valid."""

    field = getters.query_one(Input)

    def __init__(self, currency: str | None, limit: Money | None, *, placeholder: str = "") -> None:
        """`currency`: None until one is chosen beside the field."""
        super().__init__()
        self._placeholder = placeholder
        self.currency = currency
        self.limit = limit

    def compose(self) -> ComposeResult:
        yield SteadyInput(placeholder=self._placeholder, max_length=24)
        yield Static(self._sentence(""), classes="money-note", markup=False)

    @property
    def text(self) -> str:
        return self.field.value

    @property
    def money(self) -> Money | None:
        """The amount; None while the text is empty or not valid."""
        return self._read(self.text)[0]

    @property
    def problem(self) -> str | None:
        """Why the text is not valid; None while it is empty or valid."""
        return self._read(self.text)[1]

    def set_limit(self, limit: Money | None) -> None:
        """Change the largest amount allowed and check the text again."""
        if limit != self.limit:
            self.limit = limit
            self._show(self.text)

    def set_currency(self, currency: str) -> None:
        """Another currency; what is typed is read again."""
        self.currency = currency
        self._show(self.text)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show(event.value)

    def _show(self, text: str) -> None:
        self.query_one(".money-note", Static).update(self._sentence(text))
        self.post_message(self.Changed())

    def _read(self, text: str) -> tuple[Money | None, str | None]:
        """Return the amount, or why it is none; neither for an empty text."""
        if not text.strip():
            return None, None
        if self.currency is None:
            return None, "Choose the currency."
        try:
            money = parse_typed(text, self.currency)
        except MoneyError as error:
            return None, error.sentence
        if self.limit is not None and money.currency == self.limit.currency and money > self.limit:
            return None, f"At most {self.limit}."
        return money, None

    def _sentence(self, text: str) -> Content:
        of = f" of {self.limit}" if self.limit is not None else ""
        money, _ = self._read(text)
        if money is not None:
            return Content(f"{money}{of}")
        return Content(f"up to {self.limit}" if self.limit is not None else (self.currency or "").upper())
