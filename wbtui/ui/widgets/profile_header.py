"""The header of a profile: plan, renewal, balance and payment method; below, what verifies a caller."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual.content import Content

from wbtui.models import method_use
from wbtui.models.customer import Customer
from wbtui.models.parts import CREDITS, CUSTOMER, METHODS
from wbtui.models.payment import MethodBrief, MethodStatus, PaymentMethod, PaymentStatus, credit_balance
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join, join_lines, safe
from wbtui.ui.widgets.data_panel import DataPanel

_DIM = "$text-muted"
_LONGEST = 40
"""Characters of a name from the billing system: the tabs show it whole."""


class ProfileHeader(DataPanel[Customer]):
    """Two lines, always in view. The name is in the top bar."""

    DEFAULT_CSS = """
    ProfileHeader { height: auto; padding: 0 1; }
    ProfileHeader > PanelTitle { display: none; }
    """
    OTHERS: ClassVar = (CREDITS, METHODS)

    def __init__(self, owner: str, *, id: str | None = None) -> None:
        super().__init__(CUSTOMER, owner, id=id)

    def paint(self, value: Customer) -> None:
        today = host(self).today()
        self.body.update(join_lines(self._money_line(value, today), self._verify_line(value, today)))

    def on_resize(self) -> None:
        self.repaint()

    def _offer_retry(self, offered: bool) -> None:
        """The panels below have the button."""

    def _money_line(self, customer: Customer, today: date) -> Content:
        pieces: list[Content] = [_plan(customer)]
        next_charge = next((s.next_charge for s in customer.running if s.next_charge is not None), None)
        if next_charge is not None:
            pieces.append(join(("renews ", _DIM), fmt.day(next_charge.date, today)))
        owes = fmt.amounts(customer.owed) if customer.owed is not None else "unknown"
        tone = "$warning" if customer.owed else ""
        pieces.append(join(("owes ", _DIM), (owes, tone)))
        credit = self.other(CREDITS)
        if credit is not None:
            pieces.append(join(("credit ", _DIM), fmt.amounts(credit_balance(credit).values())))
        method = default_method(customer, self.other(METHODS))
        pieces.append(_card(method, today) if method is not None else join(("no payment method", _DIM)))
        room = self.app.size.width - 2
        for gap in ("   ", "  "):
            line = safe(gap).join(pieces)
            if line.cell_length <= room:
                return line
        # Too narrow for all: leave out what is empty.
        return safe("  ").join(piece for piece in pieces if not piece.plain.endswith(fmt.NOTHING))

    def _verify_line(self, customer: Customer, today: date) -> Content:
        """What a caller can be asked for: postcode, last four digits, last payment."""
        postcode = customer.address.zip if customer.address is not None else fmt.NOTHING
        loaded = self.other(METHODS)
        methods: Sequence[MethodBrief] = loaded if loaded is not None else customer.methods or ()
        digits = sorted({m.last_digits for m in methods if m.last_digits and m.status is MethodStatus.ACTIVE})
        last = customer.latest_payment
        amount = fmt.NOTHING
        if last is not None:
            # A caller remembers what was charged: an attempt that charged nothing is named as such.
            how = "on" if last.status is PaymentStatus.SUCCEEDED else fmt.PAYMENT[last.status].word
            amount = f"{last.money} {how} {fmt.day(last.at.date(), today)}"
        return join(
            ("verify  ", "$primary"),
            ("postcode ", _DIM),
            safe(postcode or fmt.NOTHING, limit=_LONGEST),
            ("   last four ", _DIM),
            safe(", ".join(digits) or fmt.NOTHING, limit=_LONGEST),
            ("   last payment ", _DIM),
            amount,
        )


def _plan(customer: Customer) -> Content:
    running, later = customer.running, customer.starting
    if not running and later is not None:
        return join(
            safe(later.plan, "bold", limit=_LONGEST),
            f" · {fmt.per_cycle(later.cycle)}",
            (f" from {fmt.full_day(later.start)}", _DIM),
        )
    if not running:
        return join(("no active subscription", _DIM))
    first = running[0]
    more = f"  +{len(running) - 1}" if len(running) > 1 else ""
    price = f" · {fmt.per_cycle(first.cycle)} · {first.amount}"
    return join(safe(first.plan, "bold", limit=_LONGEST), price, (more, _DIM))


def default_method(customer: Customer, methods: tuple[PaymentMethod, ...] | None) -> MethodBrief | None:
    """Return the method that is charged next; where that is not known, the first active one."""
    if methods and (default := method_use.default_method(methods)) is not None:
        return default
    known: tuple[MethodBrief, ...] = methods if methods else (customer.methods or ())
    return next((m for m in known if m.status is MethodStatus.ACTIVE), None)


def _card(method: MethodBrief, today: date) -> Content:
    expires = fmt.expiry(method, today)
    return join(
        safe(method.label, limit=_LONGEST),
        (f" {expires.text}", "$warning" if expires.sign else _DIM) if method.expires else "",
    )
