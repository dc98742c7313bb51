"""Read single members by the path that a change in a preview names: `invoice/Inv_1/refunded`.

A path is type, id and member, as the reads of the extension name them; further parts lead into nested
objects, and in a list to the item of that id (`portal-openapi.yaml`, PChange).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from wbtui.api.address import segment
from wbtui.api.answer import Unreadable

_CALLS = {
    "customer": "/x/v1/customers/{customer}/row",
    "contract": "/x/v1/customers/{customer}/contracts",
    "invoice": "/x/v1/invoices/{id}",
    "payment": "/x/v1/customers/{customer}/payments",
    "refund": "/x/v1/customers/{customer}/refunds",
    "credit": "/x/v1/customers/{customer}/credits",
    "credit_note": "/x/v1/customers/{customer}/credit_notes",
    "method": "/x/v1/customers/{customer}/methods",
    "wallet": "/x/v1/customers/{customer}/wallets",
}


def call_of(path: str, customer_id: str) -> str | None:
    """Return the call that answers a path; None where no read tells it (an object that is not there yet)."""
    kind, _, rest = path.partition("/")
    identifier = rest.partition("/")[0]
    call = _CALLS.get(kind)
    if call is None or identifier in ("", "new"):
        return None
    return call.format(customer=segment(customer_id), id=segment(identifier))


def value_at(answer: Any, path: str) -> str | None:
    """Return the member as canonical text, None when it is empty. Raises KeyError without such a member."""
    kind, identifier, *members = path.split("/")
    found = answer if isinstance(answer, dict) and "rows" not in answer else _item(answer, identifier)
    if kind == "customer" and "row" in found:
        found = found["row"]
    for member in members:
        found = _item(found, member) if isinstance(found, list) else found[member]
    return canonical(found)


def _item(items: Any, identifier: str) -> Any:
    rows: Sequence[Any] = items["rows"] if isinstance(items, dict) else items
    for item in rows:
        if isinstance(item, dict) and identifier in (item.get("id"), item.get("slug"), item.get("label")):
            return item
    raise KeyError(identifier)


def canonical(value: Any) -> str | None:
    """Return a value of the wire as a preview writes it: `22.40 eur`, a date, a word; None when empty."""
    match value:
        case None | "":
            return None
        case {"amount": str(amount), "currency": str(currency)}:
            return f"{amount} {currency}"
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
    raise Unreadable("a member is of no known type")
