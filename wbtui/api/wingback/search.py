"""Parameters and responses of the documented customer search."""

from __future__ import annotations

from collections.abc import Iterator

from wbtui.api.port import Lookup
from wbtui.api.wingback.wire import Wire
from wbtui.errors import BadInput
from wbtui.models.base import LONGEST_CURSOR


def search_params(wanted: Lookup, limit: int) -> dict[str, str]:
    """Return the query parameters. Raises BadInput without any: the search requires at least one."""
    asked = {
        "search": wanted.text,
        "email": wanted.email,
        "customer_reference": wanted.reference,
        "contract_plan_name": wanted.plan,
    }
    params = {name: value for name, value in asked.items() if value}
    if not params:
        raise BadInput("The search is empty.")
    return params | {"limit": str(min(max(limit, 1), 200))}


def hits_of(body: object) -> Iterator[Wire]:
    """Return the hits of one page."""
    return Wire(body).objects("hits")


def following(body: object) -> str | None:
    """Return the cursor of the next page; an empty page has none."""
    wire = Wire(body)
    if not any(True for _ in wire.objects("hits")):
        return None
    return wire.maybe_identity("forward", longest=LONGEST_CURSOR)
