"""Limits and read-only mode: which previews may be confirmed, and what is said of the others."""

from __future__ import annotations

import pytest

from tests.support.anna import eur, preview
from tests.support.fake_api import refund
from wbtui.errors import AboveLimit, ReadOnly
from wbtui.models.actions import ACTIONS, Context, Reason
from wbtui.models.actions.customer import ActivateCustomer
from wbtui.models.limits import Limits
from wbtui.models.money import Money
from wbtui.services.actions.limits import READ_ONLY, Permissions

LIMITS = Limits.model_validate(
    {"ask": "the billing lead (ext. 204)", "refund": {"eur": "100.00", "gbp": "0"}}
)
WHO = "Ask the billing lead (ext. 204) to do it."


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (eur(10000), None),
        (eur(10001), f"€100.01 is above your limit of €100.00. {WHO}"),
        (eur(-10001), f"-€100.01 is above your limit of €100.00. {WHO}"),
        (Money(1, "gbp"), f"£0.01 is above your limit of £0.00. {WHO}"),
        (Money(1, "usd"), f"Your limit covers EUR, GBP only, not USD. {WHO}"),
        (eur(0), None),
        (None, None),
    ],
)
def test_the_amount_of_the_preview_counts(amount: Money | None, reason: str | None) -> None:
    permissions, action = Permissions(LIMITS), refund()
    assert permissions.limit_reason(action, preview(amount)) == reason
    if reason is None:
        permissions.check(action, preview(amount))
    else:
        with pytest.raises(AboveLimit, match="limit"):
            permissions.check(action, preview(amount))


def test_charges_in_several_currencies_are_confirmed_and_each_is_within_the_limit() -> None:
    both = preview(None).model_copy(update={"due_now": (eur(101), Money(500, "usd"))})
    one = preview(None).model_copy(update={"due_now": (eur(101),)})
    activate = ActivateCustomer(customer_id="Cust_1", context=Context(agent="Jo", reason=Reason.COURTESY))
    assert not both.amount_missing(activate) and both.doubtful
    assert one.amount_missing(activate) and both.amount_missing(refund())
    limited = Permissions(Limits.model_validate({"activate_customer": {"eur": "1", "usd": "9"}}))
    assert limited.limit_reason(activate, both) == "€1.01 is above your limit of €1.00."


def test_a_charge_besides_the_amount_counts() -> None:
    permissions, both = Permissions(LIMITS), preview(eur(508), due_now=(eur(10001),))
    assert permissions.limit_reason(refund(), both) == f"€100.01 is above your limit of €100.00. {WHO}"
    assert permissions.limit_reason(refund(), preview(eur(508), due_now=(eur(10000),))) is None


def test_a_refund_or_write_off_within_another_action_has_the_limit_of_that() -> None:
    permissions = Permissions(
        Limits.model_validate({"refund": {"eur": "20"}, "write_off_invoice": {"eur": "0"}})
    )
    context = Context(agent="Jo", reason=Reason.COURTESY)
    lines = ({"line_id": "l1", "amount": None},)
    for values, limit in (
        ({"to": "refund"}, "€20.00 for refunds"),
        ({"to": "credit"}, None),
        ({"unused_time": "full_refund"}, "€20.00 for refunds"),
        ({"unused_time": "prorated_refund"}, "€20.00 for refunds"),
        ({"credits": "refund"}, "€20.00 for refunds"),
        ({"open_invoices": "write_off"}, "€0.00 for write-offs"),
        ({"unused_time": "prorated_credit", "open_invoices": "collect"}, None),
    ):
        cancel = {"contract_id": "con_1", "when": "now", "cancel_reason": "unused"}
        kind = ACTIONS["issue_credit_note" if "to" in values else "cancel_subscription"]
        rest = {"invoice_id": "Inv_1", "lines": lines} if "to" in values else cancel
        action = kind(customer_id="Cust_1", context=context, **rest, **values)
        reason = permissions.limit_reason(action, preview(eur(2001), due_now=(eur(5000),)))
        assert reason == (limit and f"€20.01 is above your limit of {limit}."), values
    assert permissions.limit_reason(action, preview(eur(2000))) is None


def test_the_total_of_a_bulk_action_counts_by_currency() -> None:
    permissions = Permissions(LIMITS)
    assert permissions.total_reason("refund", [eur(10000), Money(0, "gbp"), Money(0, "usd")]) is None
    above = permissions.total_reason("refund", [Money(0, "gbp"), eur(10001)])
    assert above == f"€100.01 in total is above your limit of €100.00. {WHO}"
    assert permissions.total_reason("grant_credit", [eur(10001)]) is None, "it has no limit"


def test_an_amount_that_is_not_known_is_above_any_limit() -> None:
    unknown = preview(None).model_copy(update={"amount_unknown": True})
    assert "can't be checked" in (Permissions(LIMITS).limit_reason(refund(), unknown) or "")
    assert Permissions().limit_reason(refund(), unknown) is None


def test_an_action_without_limits_and_nobody_to_ask() -> None:
    other = Permissions(Limits.model_validate({"grant_credit": {"eur": "1"}}))
    assert other.limit_reason(refund(), preview(eur(999999))) is None
    alone = Permissions(Limits.model_validate({"refund": {"eur": "1"}}))
    assert alone.limit_reason(refund(), preview(eur(101))) == "€1.01 is above your limit of €1.00."


def test_read_only_mode_refuses_every_amount() -> None:
    permissions = Permissions(read_only=True)
    assert permissions.read_only_reason == READ_ONLY
    with pytest.raises(ReadOnly, match=r"^Nothing was sent\.$"):  # its title names the mode
        permissions.check(refund(), preview(None))
