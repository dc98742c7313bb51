"""Whether a payment can be refunded, or a refund cancelled, in one sentence."""

from __future__ import annotations

import pytest

from tests.support.anna import INVOICE, PAYMENT, REFUND, eur
from wbtui.models.actions.money import CancelRefund, RecordExternalRefund
from wbtui.models.actions.rules import not_refundable, nothing_refundable
from wbtui.models.payment import RefundStatus


def test_what_was_paid_elsewhere_is_paid_back_elsewhere() -> None:
    elsewhere = PAYMENT.model_copy(update={"method": None, "external_reference": "Cash"})
    assert not_refundable(PAYMENT) is None
    assert not_refundable(elsewhere) == "Paid elsewhere. Pay it back there, then record the refund."
    assert RecordExternalRefund.disabled_reason(elsewhere) is None
    nothing = elsewhere.model_copy(update={"refunded": eur(4900), "refundable": eur(0)})
    assert RecordExternalRefund.disabled_reason(nothing) == "Already refunded in full."


def test_of_a_payment_for_two_invoices_the_part_for_one_may_be_refunded_already() -> None:
    both = PAYMENT.model_copy(update={"money": eur(9800), "invoice_ids": ("Inv_1", "Inv_2")})
    invoice = INVOICE.model_copy(update={"payments": (both,)})
    assert nothing_refundable(invoice) is None
    invoice = invoice.model_copy(update={"refunded": eur(4900), "refundable": eur(0)})
    assert nothing_refundable(invoice) == "Already refunded in full."


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"cancelable": False}, "Too late: the bank is paying it out."),
        ({"status": RefundStatus.SUCCEEDED}, "The refund was paid out."),
        ({"status": RefundStatus.FAILED}, "The refund failed: nothing was paid out."),
        ({"status": RefundStatus.CANCELED}, "The refund is already cancelled."),
        ({"external": True}, "It was paid elsewhere and is only recorded here."),
    ],
)
def test_only_a_pending_refund_that_the_bank_still_holds_is_cancelled(
    changes: dict[str, object], reason: str | None
) -> None:
    assert CancelRefund.disabled_reason(REFUND.model_copy(update=changes)) == reason
