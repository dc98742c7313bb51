"""The fields of an action as the command line takes them."""

from __future__ import annotations

import pytest

from wbtui.models.actions import ACTIONS
from wbtui.models.actions.fields import Field, field_names, fields_hint, fields_of


def test_the_fields_of_an_action_are_listed_with_the_values_of_its_choices() -> None:
    lines = fields_hint("cancel_subscription").splitlines()
    assert lines[1] == "Required: contract_id, when, cancel_reason, reason."
    assert "when is now, period_end or date." in lines
    assert fields_hint("send_invoice_email").splitlines()[1] == "Required: invoice_id, what."


def test_fields_of_an_object_are_named_as_they_are_typed() -> None:
    names = field_names(ACTIONS["edit_customer"])
    assert {"changes.name", "changes.address.zip", "changes.metadata.NAME"} <= set(names)
    assert "units.FEATURE" in field_names(ACTIONS["change_units"])
    assert "amount" in field_names(ACTIONS["grant_credit"])


@pytest.mark.parametrize("kind", ACTIONS)
def test_every_action_names_its_fields(kind: str) -> None:
    names = field_names(ACTIONS[kind])
    assert not {"kind", "customer_id", "agent"} & set(names)
    assert {"reason", "ticket", "comment", "notify"} <= set(names)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("refund", Field("payment_id", required=True)),
        ("refund", Field("percent", required=False, expects="a percentage")),
        ("refund", Field("lines", required=False, expects="LINE_ID:AMOUNT, may be repeated")),
        ("refund", Field("notify", required=False, expects="yes or no (default: no)")),
        ("record_payment", Field("amount", required=True, expects="an amount such as 5.00")),
        ("change_units", Field("units.FEATURE", required=True, expects="a number")),
        ("create_subscription", Field("trial_days", required=False, expects="a number of days")),
        ("edit_customer", Field("changes.address.zip", required=False)),
        ("send_invoice_email", Field("what", True, ("invoice", "receipt"), "invoice or receipt")),
        (
            "cancel_subscription",
            Field("credits", False, ("keep", "refund"), "keep or refund (default: keep)"),
        ),
    ],
)
def test_a_field_says_what_it_expects(kind: str, field: Field) -> None:
    assert field in fields_of(ACTIONS[kind])


@pytest.mark.parametrize("kind", ACTIONS)
def test_only_what_moves_money_requires_a_reason(kind: str) -> None:
    [reason] = [field for field in fields_of(ACTIONS[kind]) if field.name == "reason"]
    assert reason.required is ACTIONS[kind].moves_money
