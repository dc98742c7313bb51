"""A field for one amount of a known currency, with what it means said beside it while typing."""

from __future__ import annotations

import re
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from wbtui.errors import MoneyError
from wbtui.models.money import Money, digits_of
from wbtui.ui.widgets.line_field import SteadyInput

_GROUPED = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]+)|([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]+)", re.ASCII)
_TYPED = re.compile(r"([0-9]+)(?:[.,]([0-9]*))?", re.ASCII)
_SIGNS = {"eur": "€", "usd": "$", "gbp": "£", "jpy": "¥"}


def parse_typed(text: str, currency: str) -> Money:
    """What a person types: "22.40", "22,40", "€22.40", "22.40 EUR", "1,234.50", "1.234,50".

    Raises MoneyError on anything else, on more decimals than the currency has, on a wrong currency and
    on an amount that is not above zero. A lone separator is always the decimal sign, never a grouping.
    """
    bare = text.strip().casefold().replace("\u00a0", " ")
    for name in (_SIGNS.get(currency, ""), currency):
        if name:
            bare = bare.removeprefix(name).removesuffix(name).strip()
    if grouped := _GROUPED.fullmatch(bare):
        whole, decimals = grouped[1] or grouped[3], grouped[2] or grouped[4]
        whole = whole.replace(",", "").replace(".", "")
    elif safe := _TYPED.fullmatch(bare):
        whole, decimals = safe[1], safe[2] or ""
    else:
        raise MoneyError("Type an amount such as " + Money(2240, currency).amount + ".")
    if len(decimals) > digits_of(currency):
        digits = digits_of(currency)
        has = "no decimals" if digits == 0 else f"{digits} decimals"
        raise MoneyError(f"{currency.upper()} has {has}.")
    money = Money.parse(f"{whole}.{decimals}" if decimals else whole, currency)
    if not money:
        raise MoneyError("The amount must be above zero.")
    return money


class MoneyInput(Horizontal):
    """The field and its live sentence: "€22.40 of €49.00". `limit` is the most that is allowed."""

    DEFAULT_CSS = """
    MoneyInput {
        height: 1; width: 1fr;
        & > Input { width: 14; }
        & > .money-says { width: 1fr; padding-left: 2; color: $text-muted; }
        &.-wrong > .money-says { color: $error; }
    }
    """

    class Changed(Message):
        """Another amount, or none that is usable."""

        def __init__(self, field: MoneyInput) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> MoneyInput:
            return self.field

    WIDTH: ClassVar[int] = 14

    def __init__(self, currency: str, limit: Money | None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.currency = currency
        self.limit = limit
        self.money: Money | None = None
        """The amount, None while there is none that may be used."""
        self.problem: str | None = None
        """Why there is none; None while nothing was typed."""

    def compose(self) -> ComposeResult:
        yield SteadyInput(compact=True, placeholder="amount", max_length=24)
        yield Static(self._sentence(), classes="money-says", markup=False)

    @property
    def field(self) -> Input:
        return self.query_one(Input)

    @property
    def text(self) -> str:
        return self.field.value

    def set_text(self, text: str) -> None:
        self.field.value = text

    def set_limit(self, limit: Money | None) -> None:
        """Another most; what is typed is judged again."""
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
        self._judge(text)
        self.set_class(self.problem is not None, "-wrong")
        self.query_one(".money-says", Static).update(self._sentence())
        self.post_message(self.Changed(self))

    def _judge(self, text: str) -> None:
        self.money, self.problem = None, None
        if not text.strip():
            return
        try:
            money = parse_typed(text, self.currency)
        except MoneyError as error:
            self.problem = error.sentence
            return
        if self.limit is not None and money > self.limit:
            self.problem = f"At most {self.limit}."
            return
        self.money = money

    def _sentence(self) -> Content:
        if self.problem is not None:
            return Content(f"▲ {self.problem}")
        of = f" of {self.limit}" if self.limit is not None else ""
        if self.money is not None:
            return Content(f"{self.money}{of}")
        return Content(f"up to {self.limit}" if self.limit is not None else self.currency.upper())
