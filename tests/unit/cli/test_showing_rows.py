"""What `wbtui show` lists of subscriptions and refunds: the words of the profile's tabs."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.anna import REFUND, SUBSCRIPTION
from tests.support.billing_parts import credit_note, eur, ledger, payment
from tests.support.customers import TODAY
from wbtui.cli.showing_rows import listed
from wbtui.models.customer import CustomerStatus


@pytest.mark.parametrize(
    ("account", "ends", "shown"),
    [
        (CustomerStatus.ACTIVE, None, ("● active", "")),
        (CustomerStatus.ACTIVE, date(2027, 4, 1), ("● active", "▲ ends 1 Apr 2027")),
        (CustomerStatus.INACTIVE, None, ("■ active, frozen", "")),
    ],
)
def test_a_subscription_is_frozen_with_its_customer_and_says_when_it_ends(
    account: CustomerStatus, ends: date | None, shown: tuple[str, str]
) -> None:
    subscription = SUBSCRIPTION.model_copy(update={"cancel_at": ends})
    titles, row = listed("subscriptions", [subscription], TODAY, account=account)
    assert titles[3:5] == ("Status", "Notice")
    assert row[3:5] == shown


def test_a_refund_that_was_recorded_names_its_reference() -> None:
    refund = REFUND.model_copy(update={"external": True, "reference": "SEPA 2026-11-20/77"})
    _, row = listed("refunds", [refund], TODAY)
    assert row[3].startswith("reference SEPA 2026-11-20/77 · ")


def test_a_disputed_payment_is_called_so() -> None:
    titles, paid, disputed = listed("payments", [payment(1), payment(2, disputed=True)], TODAY)
    assert titles[2:4] == ("State", "Details")
    assert paid[2:4] == ("● succeeded", "")
    assert disputed[2:4] == ("▲ disputed", "can't be refunded")


def test_credits_and_credit_notes_name_their_invoice() -> None:
    applied, granted = (
        one.model_copy(update={"invoice_id": "Inv_1"}) for one in ledger([eur(500), eur(-500)])
    )
    numbers = {"Inv_1": "INV-0001"}
    rows = listed(
        "credits", [applied, granted.model_copy(update={"invoice_id": None})], TODAY, numbers=numbers
    )
    assert [row[2:4] for row in rows[1:]] == [
        ("applied", "for INV-0001 · courtesy"), ("granted", "courtesy"),
    ]  # fmt: skip
    titles, note = listed("credit_notes", [credit_note(1)], TODAY, numbers=numbers)
    assert (titles[3], note[3]) == ("Details", "for INV-0001 · billing error")
