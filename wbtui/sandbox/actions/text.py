"""Words for payment methods and amounts in previews and customer sentences."""

from __future__ import annotations

from wbtui.models.money import Money
from wbtui.sandbox.engine.payments import method_name
from wbtui.sandbox.engine.records import Method

ARRIVAL = "5–10 business days"
"""How long a refund takes, whatever the method."""


def destination(method: Method | None) -> str:
    """Return the name of a payment method, or what stands for one that is not known."""
    if method is None:
        return "the original payment method"
    return method_name(method.kind, method.brand, method.last_digits)


def remaining(rest: Money) -> str:
    """Return "€5.00 remains to pay" or "nothing remains to pay"."""
    return f"{rest if rest.minor else 'nothing'} remains to pay"
