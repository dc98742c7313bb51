"""Words for payment methods and amounts in previews and customer sentences."""

from __future__ import annotations

from wbtui.models.money import Money
from wbtui.sandbox.engine.records import Method

ARRIVAL = "5–10 business days"
"""How long a refund takes, whatever the method."""
_BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "Amex", "jcb": "JCB"}


def destination(method: Method | None) -> str:
    """The name of a payment method: Visa ••4242."""
    if method is None:
        return "the original payment method"
    brand = method.brand or "card"
    kinds = {"card": _BRANDS.get(brand, brand.title()), "sepa_debit": "SEPA account"}
    return f"{kinds.get(method.kind, 'bank account')} ••{method.last_digits}"


def remaining(rest: Money) -> str:
    """Return "€5.00 remains to pay" or "nothing remains to pay"."""
    return f"{rest if rest.minor else 'nothing'} remains to pay"
