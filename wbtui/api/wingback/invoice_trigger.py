"""Read Wingback's `invoice_trigger`, which says when the invoices of a contract are made."""

from __future__ import annotations

import json

from wbtui.api.wingback.wire import Wire


def invoice_trigger(wire: Wire, name: str = "invoice_trigger") -> str | None:
    """Return `immediate` or another word, `every 3 months` for a period; None if absent.

    A trigger with settings is an object, in the extension the JSON text of one.
    """
    value = settings = wire.data.get(name)
    if isinstance(value, str):
        try:
            settings = json.loads(value)
        except (ValueError, RecursionError):
            settings = None
    match settings:
        case {"periodic": {"cycle": str(cycle), "cycle_count": int(number)}} if number != 1:
            return f"every {number} {cycle}s"
        case {"periodic": {"cycle": str(cycle)}}:
            return f"every {cycle}"
        case dict() if settings:
            return str(next(iter(settings)))
        case _:
            return wire.maybe_text(name) if isinstance(value, str) else None
