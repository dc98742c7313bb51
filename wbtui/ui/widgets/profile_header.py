"""The header of a profile: plan, renewal, balance and payment method; below, what verifies a caller."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar, NamedTuple

from textual.content import Content

from wbtui.models import method_use
from wbtui.models.customer import Customer
from wbtui.models.parts import CREDITS, CUSTOMER, METHODS, PAYMENTS
from wbtui.models.payment import (
    MethodBrief,
    MethodStatus,
    PaymentBrief,
    PaymentMethod,
    PaymentStatus,
    credit_balance,
)
from wbtui.services.ownership import is_owner_confirmed
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.host import absent, host
from wbtui.ui.safe import DIM, join, join_lines, safe
from wbtui.ui.widgets.data_panel import DataPanel

_LONGEST = 40
"""Characters of a name from the billing system: the tabs show it whole."""
_MOST_METHODS = 4
"""Payment methods of which the last digits are shown; fewer on a narrow line."""
_GAPS = "   ", "  "
"""Between the pieces of a line, and of a narrow one."""
_ALWAYS, _EMPTY = 0, 9
"""Ranks of pieces of a line that are never left out, and of those without a value."""


class ProfileHeader(DataPanel[Customer]):
    """Two lines, always in view. The name is in the top bar."""

    DEFAULT_CSS = "ProfileHeader { height: auto; padding: 0 1; }"
    HAS_TITLE = False
    PART = CUSTOMER
    OTHERS: ClassVar = (CREDITS, METHODS, PAYMENTS)

    def paint(self, value: Customer) -> None:
        today, lines = host(self).today(), (self._money_line, self._verify_line)
        self.body.fit(lambda width: join_lines(*(line(value, today, width) for line in lines)))

    def _offer_retry(self, offered: bool) -> None:
        """The panels below have the button."""

    def _money_line(self, customer: Customer, today: date, width: int) -> Content:
        pieces = [_Piece(_plan(customer), _ALWAYS)]
        coming = (fmt.ends_or_renews(one, today) for one in customer.running)
        if found := next(filter(None, coming), None):
            pieces.append(_labelled(*found, 3))
        owes = fmt.amounts(customer.owed)
        pieces.append(_labelled("owes", (owes, "$warning" if customer.owed else ""), _ALWAYS))
        credit = self.other(CREDITS)
        if credit is not None:
            pieces.append(_labelled("credit", fmt.amounts(credit_balance(credit).values()), 2))
        loaded = self._loaded_methods(customer)
        method = default_method(customer, loaded)
        absence = "payment method unknown" if loaded is customer.methods is None else "no payment method"
        card = _card(method, today) if method is not None else join((absence, DIM))
        return _fitting([*pieces, _Piece(card, 1)], width)

    def _loaded_methods(self, customer: Customer) -> tuple[PaymentMethod, ...] | None:
        """Return the loaded payment methods; None where only the customer's row is sure to be theirs."""
        loaded = self.other(METHODS)
        is_sure = customer.methods is None or is_owner_confirmed(loaded)
        return loaded if is_sure else None

    def _verify_line(self, customer: Customer, today: date, width: int) -> Content:
        """Return the line to verify a caller by: postcode, last four digits, last payment."""
        choices = [self._verified_by(customer, today, most) for most in range(_MOST_METHODS, 0, -1)]
        fits = (one for one in choices if _joined(one, _GAPS[-1]).cell_length <= width)
        return _fitting(next(fits, choices[0]), width)

    def _verified_by(self, customer: Customer, today: date, most: int) -> list[_Piece]:
        postcode = customer.address.zip if customer.address is not None else None
        loaded = self._loaded_methods(customer)
        methods: Sequence[MethodBrief] = loaded if loaded is not None else customer.methods or ()
        digits = sorted({m.last_digits for m in methods if m.last_digits and m.status is MethodStatus.ACTIVE})
        none = fmt.UNKNOWN if loaded is customer.methods is None else fmt.NOTHING
        shown = ", ".join(digits[:most]) or none
        more = f"  +{len(digits) - most}" if len(digits) > most else ""
        last = customer.latest_payment
        amount = absent(host(self))
        if last is not None:
            # A caller remembers what was charged: an attempt that charged nothing is named as such.
            how = "on" if last.status is PaymentStatus.SUCCEEDED else states.PAYMENT[last.status].word
            amount = f"{last.money} {how} {fmt.day(self._when(last), today)}"
        return [
            _Piece(join(("verify", "$primary")), _ALWAYS),
            _labelled("postcode", safe(postcode or fmt.NOTHING, limit=_LONGEST), 1),
            _labelled("last four", join(safe(shown, limit=_LONGEST), (more, DIM)), _ALWAYS),
            _labelled("last payment", amount, 2),
        ]

    def _when(self, last: PaymentBrief) -> date | datetime:
        """Return when it was paid; the day of one recorded by hand, which only the list of payments tells."""
        return next((one.when for one in self.other(PAYMENTS) or () if one.id == last.id), last.at)


class _Piece(NamedTuple):
    """Part of a line, and how early it is left out: the highest number first, `_ALWAYS` never."""

    content: Content
    rank: int


def _labelled(label: str, value: object, rank: int) -> _Piece:
    """Return a label with its value; a value that is empty is left out before all others."""
    content = join((f"{label} ", DIM), value)
    return _Piece(content, _EMPTY if content.plain.endswith(f" {fmt.NOTHING}") else rank)


def _joined(pieces: Sequence[_Piece], gap: str) -> Content:
    return safe(gap).join([piece.content for piece in pieces])


def _fitting(pieces: Sequence[_Piece], width: int) -> Content:
    """Join pieces in one line of at most `width` cells: closer together, then without the least important.

    What is left out is in the tabs. As a last resort the first piece is cut.
    """
    while True:
        for gap in _GAPS:
            line = _joined(pieces, gap)
            if line.cell_length <= width:
                return line
        least = max(piece.rank for piece in pieces)
        if least == _ALWAYS:
            break
        pieces = [piece for piece in pieces if piece.rank != least]
    contents = [piece.content for piece in pieces]
    room = contents[0].cell_length - (line.cell_length - width)
    return safe(gap).join([contents[0].truncate(max(room, 1), ellipsis=True), *contents[1:]])


def _plan(customer: Customer) -> Content:
    running, later = customer.running, customer.starting
    if not running and later is not None:
        return join(
            safe(later.plan, "bold", limit=_LONGEST),
            f" · {later.cycle.adverb}",
            (f" from {fmt.full_day(later.start)}", DIM),
        )
    if not running:
        return join(("no active subscription", DIM))
    first = running[0]
    more = f"  +{len(running) - 1}" if len(running) > 1 else ""
    price = f" · {first.cycle.adverb} · {first.amount}"
    return join(safe(first.plan, "bold", limit=_LONGEST), price, (more, DIM))


def default_method(customer: Customer, methods: tuple[PaymentMethod, ...] | None) -> MethodBrief | None:
    """Return the method that is charged next; where that is not known, the first active one."""
    if methods and (default := method_use.default_method(methods)) is not None:
        return default
    known = methods or customer.methods or ()
    return next((m for m in known if m.status is MethodStatus.ACTIVE), None)


def _card(method: MethodBrief, today: date) -> Content:
    expires = fmt.expiry(method, today)
    return join(
        safe(method.label, limit=_LONGEST),
        (f" {expires.text}", "$warning" if expires.sign else DIM) if method.expires else "",
    )
