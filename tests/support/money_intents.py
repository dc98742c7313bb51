"""Sample intents and outcomes for tests of the journal and of sending actions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from wbtui.models.actions import Context, Reason
from wbtui.models.actions.money import RefundInvoice
from wbtui.models.money import Money
from wbtui.models.preview import Change, Intent, Outcome, Preview, Status

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)


def refund(payment: str = "pay_1", customer: str = "cus_1") -> RefundInvoice:
    """Return a refund of €22.40 of a payment."""
    return RefundInvoice(
        customer_id=customer,
        context=Context(agent="Bø", ticket="ZD-1189", reason=Reason.SERVICE_ISSUE),
        payment_id=payment,
        invoice_id="inv_1",
        mode="amount",
        amount=Money(2240, "eur"),
    )


def preview() -> Preview:
    """Return the server's preview of that refund."""
    return Preview(
        basis="basis-1",
        computed_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
        amount=Money(2240, "eur"),
        changes=(
            Change(path="invoice/inv_1/refundable", label="Left", before="49.00 eur", after="26.60 eur"),
        ),
    )


def intent(key: str = "key-1", payment: str = "pay_1", customer: str = "cus_1") -> Intent:
    """Return the intent of that refund, with a body that only the journal accepts."""
    return Intent(key, refund(payment, customer), preview(), b'{"kind":"refund","\xc3\xb8":1}')


def outcome(status: Status, key: str = "key-1", **members: object) -> Outcome:
    """Return an outcome with that status."""
    return Outcome.model_validate({"key": key, "kind": "refund", "status": status, "at": NOW, **members})
