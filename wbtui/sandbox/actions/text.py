"""Words for payment methods and amounts in previews and customer sentences."""

from __future__ import annotations

from wbtui.models.money import Money
from wbtui.sandbox.engine.catalogue import Discount
from wbtui.sandbox.engine.payments import method_name
from wbtui.sandbox.engine.records import Method

ARRIVAL = "5–10 business days"
"""How long a refund takes, whatever the method."""


def destination(method: Method | None) -> str:
    """Return the name of a payment method, or what stands for one that is not known."""
    if method is None:
        return "the original payment method"
    return method_name(method.kind, method.brand, method.last_digits)


def discount_words(discount: Discount) -> str:
    """Return "Welcome, €10.00 off for 3 cycles"."""
    off = f"{discount.percent} %"
    if discount.amount is not None and discount.currency is not None:
        off = str(Money(discount.amount, discount.currency))
    cycles = discount.cycles
    how_long = "forever" if cycles is None else f"for {cycles} cycle{'' if cycles == 1 else 's'}"
    return f"{discount.name}, {off} off {how_long}"


def remaining(rest: Money) -> str:
    """Return "€5.00 remains to pay" or "nothing remains to pay"."""
    return f"{rest if rest.minor else 'nothing'} remains to pay"
