"""Words for payment methods and dates in previews and customer sentences."""

from __future__ import annotations

from datetime import date

from wbtui.sandbox.engine.records import Method

ARRIVAL = "5–10 business days"
"""How long a refund takes, whatever the method."""
_BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "jcb": "JCB"}


def destination(method: Method | None) -> str:
    """The name of a payment method: Visa ••4242."""
    if method is None:
        return "the original payment method"
    brand = method.brand or "card"
    kinds = {"card": _BRANDS.get(brand, brand.title()), "sepa_debit": "SEPA account"}
    return f"{kinds.get(method.kind, 'bank account')} ••{method.last_digits}"


def say_date(day: str) -> str:
    """A date as people read it: 1 Dec 2026."""
    return date.fromisoformat(day).strftime("%d %b %Y").lstrip("0")
