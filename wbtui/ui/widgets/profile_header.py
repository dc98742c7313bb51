"""The head of a profile: plan, renewal, what is owed, credit, card; and a strip to verify the caller by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual.content import Content

from wbtui.models.attention import method_name
from wbtui.models.customer import Customer
from wbtui.models.money import Money
from wbtui.models.parts import CREDITS, METHODS
from wbtui.models.payment import MethodBrief, MethodStatus, PaymentMethod, PaymentStatus
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join, join_lines, safe
from wbtui.ui.widgets.table_panel import CombinedPanel

_DIM = "$text-muted"


class ProfileHeader(CombinedPanel):
    """Two lines, always in view. The name stands in the top bar."""

    DEFAULT_CSS = """
    ProfileHeader { height: auto; padding: 0 1; }
    ProfileHeader > PanelTitle { display: none; }
    ProfileHeader.-retry > .panel-retry { display: none; }
    """
    OTHERS: ClassVar = (CREDITS, METHODS)

    def paint_all(self) -> None:
        assert self.customer is not None
        today = host(self).today()
        self.body.update(
            join_lines(self._money_line(self.customer, today), self._verify_line(self.customer, today))
        )

    def _money_line(self, customer: Customer, today: date) -> Content:
        pieces: list[Content] = [_plan(customer)]
        next_charge = next((s.next_charge for s in customer.running if s.next_charge is not None), None)
        if next_charge is not None:
            pieces.append(join(("renews ", _DIM), fmt.day(next_charge.date, today)))
        owes = fmt.amounts(customer.owed) if customer.owed is not None else "not told"
        tone = "$warning" if customer.owed else ""
        pieces.append(join(("owes ", _DIM), (owes, tone)))
        credit = self.other(CREDITS)
        if credit is not None:
            balance: dict[str, Money] = {}
            for entry in credit:
                balance.setdefault(entry.balance_after.currency, entry.balance_after)
            pieces.append(join(("credit ", _DIM), fmt.amounts(balance.values())))
        method = default_method(customer, self.other(METHODS))
        pieces.append(_card(method, today) if method is not None else join(("no payment method", _DIM)))
        room = self.app.size.width - 2
        for gap in ("   ", "  "):
            line = safe(gap).join(pieces)
            if line.cell_length <= room:
                return line
        # Too narrow for all: what is nothing goes first.
        told = [piece for piece in pieces if not piece.plain.endswith(fmt.NOTHING)]
        return safe("  ").join(told)

    def _verify_line(self, customer: Customer, today: date) -> Content:
        """What a caller can be asked for: postcode, last four digits, last amount."""
        postcode = customer.address.zip if customer.address is not None else fmt.NOTHING
        told = self.other(METHODS)
        methods: Sequence[MethodBrief] = told if told is not None else customer.methods or ()
        digits = sorted({m.last_digits for m in methods if m.last_digits and m.status is MethodStatus.ACTIVE})
        last = customer.latest_payment
        amount = fmt.NOTHING
        if last is not None:
            # A caller remembers what was taken: an attempt that took nothing is named as such.
            took = "on" if last.status is PaymentStatus.SUCCEEDED else last.status.value.replace("_", " ")
            amount = f"{last.money} {took} {fmt.day(last.at.date(), today)}"
        return join(
            ("verify  ", "$primary"),
            ("postcode ", _DIM),
            postcode or fmt.NOTHING,
            ("   last four ", _DIM),
            ", ".join(digits) or fmt.NOTHING,
            ("   last payment ", _DIM),
            amount,
        )


def _plan(customer: Customer) -> Content:
    running = customer.running
    if not running:
        return join(("no active subscription", _DIM))
    first = running[0]
    more = f"  +{len(running) - 1}" if len(running) > 1 else ""
    return join((first.plan, "bold"), f" · {fmt.per_cycle(first.cycle)} · {first.amount}", (more, _DIM))


def default_method(customer: Customer, methods: tuple[PaymentMethod, ...] | None) -> MethodBrief | None:
    """The method that is charged next: the default, else the first active one."""
    for method in methods or ():
        if method.is_default:
            return method
    known: tuple[MethodBrief, ...] = methods if methods else (customer.methods or ())
    return next((m for m in known if m.status is MethodStatus.ACTIVE), None)


def _card(method: MethodBrief, today: date) -> Content:
    due = method.expired(today) or method.expiring(today)
    year, _, month = (method.expires or "").partition("-")
    expires = f" {'▲ ' if due else ''}{month}/{year[-2:]}" if method.expires else ""
    return join(method_name(method), (expires, "$warning" if due else _DIM))
