"""What a draft that is opened again says of the time since."""

from __future__ import annotations

import pytest

from tests.support.customers import NOW
from wbtui.models.drafts import Draft
from wbtui.ui.text.drafts import reopened


@pytest.mark.parametrize(
    ("label", "customer", "several", "said"),
    [
        ("INV-0040", "Anna Schmidt", (), "No change to INV-0040 since."),
        ("", "Anna Schmidt", (), "No change to the customer's details since."),
        ("", "2 customers", ("a", "b"), "No change to the 2 customers since."),
    ],
)
def test_only_what_was_compared_is_said_to_be_unchanged(
    label: str, customer: str, several: tuple[str, ...], said: str
) -> None:
    """Other data, such as a credit balance, may have changed."""
    draft = Draft(
        id="1", kind="grant_credit", customer_id="", customer=customer, subject_id="", label=label,
        saved_at=NOW, answers={}, seen={}, customer_ids=several,
    )  # fmt: skip
    assert reopened(draft, (), (), NOW).plain.endswith(said)
