"""Read single members by the path that a change in a preview names: `invoice/Inv_1/refunded`.

A path is type, id and member, as the reads of the extension name them (`portal-openapi.yaml`, PChange). Dots
lead into nested objects; in a list a part is the `id` or `currency` of an element: `owed.eur`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wbtui.api.address import segment

_CUSTOMER = "/x/v1/customers/{customer}/"
_CALLS = {
    "customer": _CUSTOMER + "row",
    "contract": _CUSTOMER + "contracts",
    "invoice": "/x/v1/invoices/{id}",
    "payment": _CUSTOMER + "payments",
    "refund": _CUSTOMER + "refunds",
    "credit": _CUSTOMER + "credits",
    "credit_note": _CUSTOMER + "credit_notes",
    "method": _CUSTOMER + "methods",
    "wallet": _CUSTOMER + "wallets",
}


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Path of a member, and the GET request whose response contains it."""

    path: str
    call: str

    @classmethod
    def of(cls, path: str, customer_id: str) -> ReadBack | None:
        """Return None for a type of object that no call answers, and for what is no path."""
        kind, _, rest = path.partition("/")
        call = _CALLS.get(kind)
        if call is None or path.count("/") < 2:
            return None
        identifier = segment(rest.partition("/")[0])
        return cls(path, call.format(customer=segment(customer_id), id=identifier))

    def value(self, answer: Any) -> str | None:
        """Return the member as canonical text. Raises KeyError where the answer has no such object."""
        _, identifier, member = self.path.split("/", 2)
        found = _element(answer, identifier) if isinstance(answer, list) else answer
        for part in member.split("."):
            if isinstance(found, list):
                found = next((one for one in found if part in _keys(one)), None)
            else:
                found = found.get(part) if isinstance(found, Mapping) else None
        return canonical(found)


def _element(elements: Iterable[Any], key: str) -> Any:
    for element in elements:
        if key in _keys(element):
            return element
    raise KeyError(key)


def _keys(element: Any) -> tuple[Any, ...]:
    return (element.get("id"), element.get("currency")) if isinstance(element, Mapping) else ()


def canonical(value: Any) -> str | None:
    """Return a value of a read as a preview writes it.

    `22.40 eur` for an amount, `true` and `false`, elements of a list joined by ", ", an e-mail as
    "label: address", members of other objects as "name: value"; None for null and empty lists.
    """
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(text for one in value if (text := canonical(one))) or None
        case {"amount": amount, "currency": currency, **more} if not more:
            return f"{amount} {currency}"
        case {"label": label, "address": address, **more} if not more:
            return f"{label}: {address}"
        case dict():
            return ", ".join(f"{name}: {canonical(one)}" for name, one in value.items() if one) or None
    return str(value)
