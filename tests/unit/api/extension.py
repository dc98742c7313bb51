"""A server with the portal extension, and examples of its responses from the API description."""

from __future__ import annotations

from typing import Any

from tests.unit.api.mock import DISCOVERY, MockServer, answer
from tests.unit.api.specimens import example
from wbtui.models.actions import Context, Reason
from wbtui.models.actions.money import RefundInvoice
from wbtui.models.money import Money

ROW: dict[str, Any] = example("/x/v1/customers/{id}/row")
CUSTOMER_ID: str = ROW["id"]
PREVIEW: dict[str, Any] = example("/x/v1/previews", "post")
OUTCOMES: dict[str, Any] = example("/x/v1/actions", "post")
K = OUTCOMES["done"]["key"]
REFUND = RefundInvoice(
    customer_id=CUSTOMER_ID,
    context=Context(agent="Jörg Müller", reason=Reason.SERVICE_ISSUE, notify=True),
    payment_id="Pay_1",
    invoice_id="Inv_1",
    mode="amount",
    amount=Money(2240, "eur"),
)


def extended(**routes: Any) -> MockServer:
    """Return a server with the portal extension and more routes."""
    server = MockServer({"GET /x/v1": answer(DISCOVERY)})
    for call, reply in routes.items():
        server.on(call, reply)
    return server
